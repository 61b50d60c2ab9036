"""What the tests ask Windows itself: windows of other processes, their owners, processes that live or not."""

from __future__ import annotations

import ctypes
import sys
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
WM_CLOSE, WM_QUERYENDSESSION, WM_ENDSESSION = 0x0010, 0x0011, 0x0016
GW_OWNER, GW_HWNDPREV = 4, 3
_SYNCHRONIZE, _STILL_THERE, _PROCESSES = 0x00100000, 258, 2


def soon(look: Callable[[], T], what: str, seconds: float = 60.0) -> T:
    """Return what a look gives as soon as it gives anything.

    Raises:
        AssertionError: nothing came in time.
    """
    end = time.monotonic() + seconds
    while not (seen := look()):
        assert time.monotonic() < end, f"{what} did not come"
        time.sleep(0.05)
    return seen


if sys.platform == "win32":
    from ctypes import wintypes

    user32, kernel32 = ctypes.WinDLL("user32"), ctypes.WinDLL("kernel32")
    _EACH = ctypes.WINFUNCTYPE(wintypes.BOOL, wintypes.HWND, wintypes.LPARAM)
    user32.GetWindow.restype = wintypes.HWND
    user32.GetWindow.argtypes = (wintypes.HWND, wintypes.UINT)
    user32.SendMessageW.argtypes = (wintypes.HWND, wintypes.UINT, wintypes.WPARAM, wintypes.LPARAM)
    user32.PostMessageW.argtypes = user32.SendMessageW.argtypes
    kernel32.OpenProcess.restype = wintypes.HANDLE
    kernel32.WaitForSingleObject.argtypes = (wintypes.HANDLE, wintypes.DWORD)
    kernel32.CloseHandle.argtypes = (wintypes.HANDLE,)

    def windows() -> dict[int, str]:
        """Return the titles of all visible top-level windows by their handles."""
        found: dict[int, str] = {}

        def note(handle: int, _: int) -> bool:
            text = ctypes.create_unicode_buffer(256)
            user32.GetWindowTextW(handle, text, len(text))
            if user32.IsWindowVisible(handle):
                found[handle] = text.value
            return True

        user32.EnumWindows(_EACH(note), 0)
        return found

    def titled(beginning: str) -> int:
        """Return the handle of the visible window whose title begins so; 0 for none."""
        return next((handle for handle, title in windows().items() if title.startswith(beginning)), 0)

    def windows_of(pid: int) -> list[int]:
        """Return the handles of a process's visible top-level windows."""

        def process_of(handle: int) -> int:
            number = wintypes.DWORD()
            user32.GetWindowThreadProcessId(handle, ctypes.byref(number))
            return number.value

        return [handle for handle in windows() if process_of(handle) == pid]

    class _Entry(ctypes.Structure):
        _fields_ = (
            ("size", wintypes.DWORD),
            ("usage", wintypes.DWORD),
            ("pid", wintypes.DWORD),
            ("heap", ctypes.c_size_t),
            ("module", wintypes.DWORD),
            ("threads", wintypes.DWORD),
            ("parent", wintypes.DWORD),
            ("priority", wintypes.LONG),
            ("flags", wintypes.DWORD),
            ("file", wintypes.WCHAR * 260),
        )

    kernel32.CreateToolhelp32Snapshot.restype = wintypes.HANDLE
    kernel32.Process32FirstW.argtypes = kernel32.Process32NextW.argtypes = (wintypes.HANDLE, ctypes.POINTER(_Entry))

    def children(pid: int) -> list[int]:
        """Return the processes that a process started, and those that they started."""
        snapshot, entry = kernel32.CreateToolhelp32Snapshot(_PROCESSES, 0), _Entry(size=ctypes.sizeof(_Entry))
        parents = {}
        more = kernel32.Process32FirstW(snapshot, entry)
        while more:
            parents[entry.pid] = entry.parent
            more = kernel32.Process32NextW(snapshot, entry)
        kernel32.CloseHandle(snapshot)
        found, line = [], [pid]
        while line:
            elder = line.pop()
            young = [number for number, parent in parents.items() if parent == elder and number not in found]
            found += young
            line += young
        return found

    def owner(handle: int) -> int:
        """Return the handle of a window's owner; 0 for none."""
        return user32.GetWindow(handle, GW_OWNER) or 0

    def stands_above(one: int, other: int) -> bool:
        """Return whether a window is before another in the order of depth."""
        above: int | None = other
        while above := user32.GetWindow(above, GW_HWNDPREV):
            if above == one:
                return True
        return False

    def post(handle: int, message: int, first: int = 0, second: int = 0) -> None:
        """Put a message into a window's queue."""
        user32.PostMessageW(handle, message, first, second)

    def send(handle: int, message: int, first: int = 0, second: int = 0) -> int:
        """Send a message to a window and return its answer."""
        return int(user32.SendMessageW(handle, message, first, second))

    def lives(pid: int) -> bool:
        """Return whether a process lives."""
        handle = kernel32.OpenProcess(_SYNCHRONIZE, False, pid)
        if not handle:
            return False
        try:
            return bool(kernel32.WaitForSingleObject(handle, 0) == _STILL_THERE)
        finally:
            kernel32.CloseHandle(handle)
