"""Reading a file that may be anything: missing, a pipe, a device, ten gigabytes, or changing under our hands.

Rules: only a regular file is read, opened so that nothing can block; never more than the limit; a file that changed while
it was read is read once more. A FIFO, a device, a directory or a symlink loop is an answer, never a hang.
"""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from r2_renewal.domain.errors import ErrorCode, RenewalError

if TYPE_CHECKING:
    from pathlib import Path

# O_NONBLOCK keeps a FIFO from waiting for its writer; O_BINARY keeps Windows from translating line ends and ^Z.
_OPEN_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_BINARY", 0)
    | getattr(os, "O_NOINHERIT", 0)
)


def read_regular_file(path: Path | str, limit: int) -> bytes:
    """Return the whole content of a regular file.

    Args:
        path: the file; symbolic links are followed.
        limit: the largest size in bytes that is read.

    Raises:
        RenewalError: LICENCE_MISSING where there is no file, LICENCE_UNREADABLE where the system refuses or it is not
            a regular file, LICENCE_MALFORMED where it is longer than ``limit``.
    """
    try:
        content, settled = _read_once(path, limit)
        return content if settled else _read_once(path, limit)[0]
    except (FileNotFoundError, NotADirectoryError) as error:
        raise RenewalError(ErrorCode.LICENCE_MISSING, "no such file") from error
    except (OSError, ValueError) as error:  # ValueError: a path with a NUL character
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise RenewalError(ErrorCode.LICENCE_UNREADABLE, reason) from error


def _read_once(path: Path | str, limit: int) -> tuple[bytes, bool]:
    """Return the content and whether the file stood still while it was read."""
    _refuse_special(os.stat(path))  # before opening: opening a device may already do something  # noqa: PTH116
    descriptor = os.open(path, _OPEN_FLAGS)
    try:
        before = os.fstat(descriptor)
        _refuse_special(before)
        _refuse_longer(before.st_size, limit)
        content = _read_up_to(descriptor, limit + 1)
        _refuse_longer(len(content), limit)
        return content, _stamp(before) == _stamp(os.fstat(descriptor))
    finally:
        os.close(descriptor)


def _refuse_special(status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise RenewalError(ErrorCode.LICENCE_UNREADABLE, "not a regular file")


def _refuse_longer(size: int, limit: int) -> None:
    if size > limit:
        raise RenewalError(ErrorCode.LICENCE_MALFORMED, f"longer than {limit} bytes")


def _read_up_to(descriptor: int, count: int) -> bytes:
    chunks = []
    while count > 0 and (chunk := os.read(descriptor, count)):
        chunks.append(chunk)
        count -= len(chunk)
    return b"".join(chunks)


def _stamp(status: os.stat_result) -> tuple[int, int]:
    return status.st_size, status.st_mtime_ns
