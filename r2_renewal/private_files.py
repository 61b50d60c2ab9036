"""The one way in which folders and files that only their owner may read are made, written and read.

Rules: a folder has mode 0700 and a file 0600 whatever the umask says, and one with wider rights is mended; on Windows the user's
profile keeps others out, and a folder elsewhere gets an access list of its own (``windows_rights``). A folder or file that
belongs to another user is refused: whoever owns it reads and changes what is in it. A new file has a random name and is made
with ``O_EXCL``; no file is opened through a symbolic link, and nothing is opened but regular files. Standard library only.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
from contextlib import suppress
from pathlib import Path

from r2_renewal.clock import pc_clock
from r2_renewal.domain.errors import ErrorCode, RenewalError

FOLDER_MODE, FILE_MODE = 0o700, 0o600
# Nobody writes so long: what is older was left by a process that was killed.
ORPHAN_AGE_SECONDS = 600.0

_OTHERS = 0o077
_ROOT = 0
# A FIFO without a reader must not hold its writer up; Windows must not translate line ends.
_FLAGS = (
    getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_BINARY", 0)
    | getattr(os, "O_NOINHERIT", 0)
)
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _FLAGS


def private_folder(path: Path) -> Path:
    """Return a folder that is this user's own and open to nobody else, made where it is missing.

    Raises:
        RenewalError: STATE_FOLDER, where it belongs to somebody else or is one that everybody shares.
        OSError: it cannot be made.
    """
    try:
        if not path.is_dir():
            path.mkdir(parents=True, exist_ok=True, mode=FOLDER_MODE)
        require_own_folder(path)
        mend_rights(path)
        _restrict_on_windows(path)
    except ValueError as error:
        raise OSError(errno.EINVAL, "not a path") from error
    return path


def require_own_folder(path: Path) -> None:
    """Refuse a folder that others own or share; one that does not exist is nobody's.

    Raises:
        RenewalError: STATE_FOLDER.
        OSError: it cannot be looked at.
    """
    try:
        entry, folder = os.lstat(path), os.stat(path)  # noqa: PTH116 - both of what a link is and where it leads
    except (FileNotFoundError, NotADirectoryError):
        return
    except ValueError as error:
        raise OSError(errno.EINVAL, "not a path") from error
    if stat.S_ISLNK(entry.st_mode) and not _is_trusted(entry):
        raise _foreign("a link of somebody else's")
    if not is_own(folder) or not _is_own_on_windows(path):
        raise _foreign("belongs to somebody else")
    if folder.st_mode & stat.S_ISVTX and folder.st_mode & stat.S_IWOTH:
        raise _foreign("shared by everybody")  # such as /tmp: it must neither be used nor be closed to the others


def refusal_of(path: Path) -> ErrorCode | None:
    """Return STATE_FOLDER where the folder would be refused; None where it can be used or fails otherwise. Never raises."""
    try:
        require_own_folder(path)
    except RenewalError as error:
        return error.code
    except OSError:
        return None
    return None


def is_own(status: os.stat_result) -> bool:
    """Return whether what was looked at belongs to this process's user."""
    return sys.platform == "win32" or status.st_uid == os.geteuid()


def open_private(path: Path, flags: int) -> int:
    """Return a descriptor of this user's own regular file; with ``O_CREAT`` it is made, for its owner alone.

    Raises:
        RenewalError: STATE_FOLDER, where it belongs to somebody else.
        OSError: it is a link, no regular file (``EINVAL``), or cannot be opened.
    """
    # Nothing is cut before it is known whose it is.
    descriptor = _opened(path, flags & ~os.O_TRUNC | _FLAGS)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "not a regular file")
        if not is_own(status):
            raise _foreign("a file of somebody else's")
        if sys.platform != "win32" and status.st_mode & _OTHERS:
            with suppress(OSError):  # a file system without rights
                os.fchmod(descriptor, stat.S_IMODE(status.st_mode) & ~_OTHERS)
        if flags & os.O_TRUNC:
            os.ftruncate(descriptor, 0)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _opened(path: Path, flags: int) -> int:
    if sys.platform == "win32":
        if flags & os.O_APPEND:
            from r2_renewal.windows_append import open_append

            return open_append(path, flags)
    return os.open(path, flags, FILE_MODE)


def read_private(path: Path, limit: int) -> bytes:
    """Return the first ``limit`` bytes of this user's own regular file; never waits.

    Raises:
        RenewalError: STATE_FOLDER, where it belongs to somebody else.
        OSError: it is missing, a link, no regular file, or cannot be read.
    """
    descriptor = open_private(path, os.O_RDONLY)
    with os.fdopen(descriptor, "rb") as file:
        return file.read(limit)


def replace_private(path: Path, content: bytes) -> None:
    """Write a file whole, in place of whatever has its name, for its owner alone; its folder becomes a private one.

    Raises:
        RenewalError: STATE_FOLDER, where the folder belongs to somebody else.
        OSError: it cannot be written; what stood there stands.
    """
    private_folder(path.parent)
    temporary = path.with_name(f".{path.name}.{os.urandom(8).hex()}.tmp")
    try:
        with os.fdopen(os.open(temporary, _NEW, FILE_MODE), "wb") as file:
            file.write(content)
        os.replace(temporary, path)  # noqa: PTH105
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise
    _sweep(path)


def create_private(path: Path, content: bytes) -> None:
    """Make a new file for its owner alone.

    Raises:
        OSError: it cannot be made, or there is something of that name already, a link included.
    """
    with os.fdopen(os.open(path, _NEW, FILE_MODE), "wb") as file:
        file.write(content)


def _sweep(path: Path) -> None:
    """Remove what killed writers of a file left beside it."""
    with suppress(OSError), os.scandir(path.parent) as entries:
        for entry in entries:
            if entry.name.startswith(f".{path.name}.") and entry.name.endswith(".tmp"):
                with suppress(OSError):
                    if abs(pc_clock().timestamp() - entry.stat(follow_symlinks=False).st_mtime) > ORPHAN_AGE_SECONDS:
                        os.unlink(entry.path)  # noqa: PTH108


def _is_trusted(entry: os.stat_result) -> bool:
    """Return whether a link was laid by this user or by the administrator, who may move a folder elsewhere."""
    return is_own(entry) or entry.st_uid == _ROOT


def _foreign(detail: str) -> RenewalError:
    return RenewalError(ErrorCode.STATE_FOLDER, detail)


def mend_rights(path: Path) -> None:
    """Take from others what rights they have to this user's own folder or file; a file system without rights has none to take."""
    if sys.platform != "win32":
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & _OTHERS:
            with suppress(OSError):
                path.chmod(mode & ~_OTHERS)


def _restrict_on_windows(path: Path) -> None:
    if sys.platform == "win32":
        if not is_in_profile(str(path)):
            from r2_renewal import windows_rights

            windows_rights.restrict(path)


def _is_own_on_windows(path: Path) -> bool:
    if sys.platform == "win32":
        if not is_in_profile(str(path)):
            from r2_renewal import windows_rights

            return windows_rights.is_own(path)
    return True


def is_in_profile(path: str, profile: str = "") -> bool:
    """Return whether a path lies in the user's profile, which Windows keeps others out of.

    Args:
        path: the folder, absolute.
        profile: the profile's folder; empty for this user's.
    """
    home = os.path.normcase(os.path.realpath(profile or os.path.expanduser("~")))  # noqa: PTH111
    place = os.path.normcase(os.path.realpath(path))
    return place == home or place.startswith(home.rstrip(os.sep) + os.sep)
