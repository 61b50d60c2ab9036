"""Replacing a file so that whoever reads it, whenever the power goes, sees the old or the new content and nothing else.

Rules: write beside, fsync, replace, fsync the folder; one writer at a time (a lock file beside, held by the system's own
lock, so that a dead writer holds nothing); a temporary left by a killed writer is swept by the next one. Where the file
system cannot lock, the answer is a refusal: two writers must never decide at once which of two licences is newer.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from r2_renewal.clock import Clock, pc_clock
from r2_renewal.domain.errors import ErrorCode, RenewalError

LOCK_PATIENCE_SECONDS = 2.0
ORPHAN_AGE_SECONDS = 600.0

_LOCK_RETRY_SECONDS = 0.02
_NEW_FILE_MODE = 0o644  # on a shared terminal server every account reads the same licence
_COMMON_FLAGS = getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
_LOCK_FLAGS = os.O_RDONLY | os.O_CREAT | getattr(os, "O_NONBLOCK", 0) | _COMMON_FLAGS  # never waits for a FIFO's writer


class NotWritableError(RenewalError):
    """The file could not be written; what stood there before still stands.

    Attributes:
        transient: whether trying again shortly may help: another writer, or an antivirus program holding the file.
    """

    def __init__(self, detail: str, *, transient: bool) -> None:
        super().__init__(ErrorCode.LICENCE_NOT_WRITABLE, detail)
        self.transient = transient


@contextlib.contextmanager
def exclusive(target: Path, patience: float = LOCK_PATIENCE_SECONDS) -> Iterator[None]:
    """Hold the writer's lock of ``target`` while the body runs.

    Args:
        target: the file to be written; the lock file lies beside it.
        patience: seconds to wait for another writer.

    Raises:
        NotWritableError: the folder is not writable, cannot lock, or another writer kept the lock.
    """
    try:
        descriptor = os.open(_beside(target, "lock"), _LOCK_FLAGS, 0o666)
    except (OSError, ValueError) as error:
        raise NotWritableError(f"no lock file: {_reason(error)}", transient=False) from error
    try:
        _lock(descriptor, time.monotonic() + patience)
        yield
    finally:
        os.close(descriptor)  # releases the lock


def replace_file(target: Path, content: bytes) -> None:
    """Replace or create ``target`` with ``content``, durably.

    Raises:
        NotWritableError: with the old content untouched, save where only the folder's fsync failed: then the new content
            stands, but the disk has not promised to keep it.
    """
    sweep_orphans(target)
    temporary = _beside(target, f"{os.getpid()}-{secrets.token_hex(4)}.tmp")
    try:
        _write_durably(temporary, content)
    except OSError as error:
        _remove(temporary)
        raise NotWritableError(f"cannot write: {_reason(error)}", transient=False) from error
    try:
        os.replace(temporary, target)  # noqa: PTH105
    except OSError as error:
        _remove(temporary)
        raise NotWritableError(f"cannot replace: {_reason(error)}", transient=True) from error
    sync_folder(target.parent)


def sweep_orphans(target: Path, clock: Clock = pc_clock) -> None:
    """Remove temporaries of ``target`` that a killed writer left more than ten minutes ago."""
    with contextlib.suppress(OSError):
        for orphan in target.parent.glob(f".{target.name}.*.tmp"):
            with contextlib.suppress(OSError):
                if abs(clock().timestamp() - orphan.lstat().st_mtime) > ORPHAN_AGE_SECONDS:
                    orphan.unlink()


def _beside(target: Path, suffix: str) -> Path:
    return target.with_name(f".{target.name}.{suffix}")


def _lock(descriptor: int, deadline: float) -> None:
    while True:
        try:
            _try_lock(descriptor)
        except (BlockingIOError, PermissionError) as error:
            if time.monotonic() >= deadline:
                raise NotWritableError("another installation is running", transient=True) from error
            time.sleep(_LOCK_RETRY_SECONDS)
        except OSError as error:
            raise NotWritableError(f"the folder cannot lock: {_reason(error)}", transient=False) from error
        else:
            return


if sys.platform == "win32":

    def _try_lock(descriptor: int) -> None:
        import msvcrt

        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError as error:
            # The C runtime says EACCES of a held lock, and a runtime that sets no error number (Wine's) leaves 0.
            if error.errno in (0, errno.EACCES, errno.EDEADLK):
                raise BlockingIOError(errno.EAGAIN, "held") from error
            raise

    def sync_folder(folder: Path) -> None:
        """Do nothing: Windows has no fsync of folders, NTFS journals the rename."""
else:

    def _try_lock(descriptor: int) -> None:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def sync_folder(folder: Path) -> None:
        """Make the folder's entries durable.

        Raises:
            NotWritableError: the disk refused.
        """
        try:
            descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | _COMMON_FLAGS)
        except PermissionError:  # a folder that may be written but not listed: nothing to sync through
            return
        try:
            os.fsync(descriptor)
        except OSError as error:
            raise NotWritableError(f"the folder was not synced: {_reason(error)}", transient=True) from error
        finally:
            os.close(descriptor)


def _write_durably(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _COMMON_FLAGS, _NEW_FILE_MODE)
    try:
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink()


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or type(error).__name__
