"""Memory for our windows, made sure of first: Qt's C++ ends the whole program where it finds none, while Python says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from r2_renewal.embedding.windows import Windows

# What the windows' modules and an eSklep of a few programs take, and as much again.
WINDOWS_BYTES = 32 * 2**20


def windows_where_there_is_room() -> type[Windows]:
    """Return what makes our windows; nothing is written to the room looked for, so that it costs some microseconds.

    Raises:
        MemoryError: there is none; nothing of ours is shown then, and the host lives on.
    """
    bytes(WINDOWS_BYTES)
    from r2_renewal.embedding.windows import Windows

    return Windows
