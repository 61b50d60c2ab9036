"""Appending to a file on Windows so that no writer overwrites another's line. Standard library only.

Rules: the C runtime's ``O_APPEND`` is a seek and a write, between which another process may write; a handle that may do nothing
but append has each write at the end, whoever else writes (Microsoft, "File Access Rights Constants", FILE_APPEND_DATA). The file
may be renamed meanwhile, so that a log can be set aside.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

if sys.platform == "win32":
    import ctypes
    import msvcrt
    from ctypes import wintypes

    _FILE_APPEND_DATA, _FILE_READ_ATTRIBUTES, _SYNCHRONIZE = 0x4, 0x80, 0x100000
    _SHARE_READ_WRITE_DELETE = 0x1 | 0x2 | 0x4
    _OPEN_EXISTING, _OPEN_ALWAYS, _FILE_ATTRIBUTE_NORMAL = 3, 4, 0x80
    _INVALID_HANDLE = ctypes.c_void_p(-1).value

    _kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    _kernel.CreateFileW.restype = wintypes.HANDLE
    _kernel.CreateFileW.argtypes = [
        wintypes.LPCWSTR, wintypes.DWORD, wintypes.DWORD, ctypes.c_void_p, wintypes.DWORD, wintypes.DWORD, wintypes.HANDLE,
    ]  # fmt: skip

    def open_append(path: Path, flags: int) -> int:
        """Return a descriptor that only appends, not inherited by other processes.

        Args:
            path: the file.
            flags: with ``O_CREAT`` it is made where it is missing.

        Raises:
            OSError: Windows refuses.
            ValueError: it is no path.
        """
        if "\0" in str(path):
            raise ValueError("embedded null character")
        handle = _kernel.CreateFileW(
            str(path), _FILE_APPEND_DATA | _FILE_READ_ATTRIBUTES | _SYNCHRONIZE, _SHARE_READ_WRITE_DELETE, None,
            _OPEN_ALWAYS if flags & os.O_CREAT else _OPEN_EXISTING, _FILE_ATTRIBUTE_NORMAL, None,
        )  # fmt: skip
        if handle == _INVALID_HANDLE:
            raise ctypes.WinError(ctypes.get_last_error())
        return msvcrt.open_osfhandle(handle, os.O_NOINHERIT)
