"""Memory for our windows, made sure of first: Qt's C++ ends the whole program where it finds none, while Python says so."""

from __future__ import annotations

# What the windows' modules and an eSklep of a few programs take, and as much again.
WINDOWS_BYTES = 32 * 2**20


def ensure_memory() -> None:
    """Make sure that there is room for a window; nothing is written to it, so that it costs some microseconds.

    Raises:
        MemoryError: there is none; nothing of ours is shown then, and the host lives on.
    """
    bytes(WINDOWS_BYTES)
