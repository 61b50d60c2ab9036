"""The pipes to the host: taken over at the start, so that nothing else can ever speak on them.

Rule: after ``take_over`` file descriptor 1 is the error stream, for a stray ``print``, a C library and any child process alike;
the host's pipe is reachable through the returned stream only. A process without one of its streams (a windowed bundle) is
no failure.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import BinaryIO

_STDIN, _STDOUT, _STDERR = 0, 1, 2


def take_over() -> tuple[BinaryIO, BinaryIO]:
    """Return the binary streams from and to the host, and send everything else to stderr.

    Raises:
        OSError: there are no pipes: nobody can talk to this process.
    """
    calls = os.fdopen(os.dup(_STDIN), "rb")
    answers = os.fdopen(os.dup(_STDOUT), "wb")
    _binary(calls, answers)
    _to_null(_STDIN, os.O_RDONLY)
    with suppress(OSError):
        os.dup2(_STDERR, _STDOUT)
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
    sys.stdout = sys.stderr
    return calls, answers


def _binary(*streams: BinaryIO) -> None:
    if sys.platform == "win32":
        import msvcrt

        for stream in streams:
            msvcrt.setmode(stream.fileno(), os.O_BINARY)


def _to_null(descriptor: int, flags: int) -> None:
    null = os.open(os.devnull, flags)
    os.dup2(null, descriptor)
    os.close(null)
