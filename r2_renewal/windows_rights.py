"""Owner and access list of a folder on Windows, for one that lies outside the user's profile. Standard library only.

Rules: a folder is this user's own where the user, the administrators or the system own it, for the last two may read everything
anyway; a restricted one is open to these three and inherits nothing from the folder above it.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

# Discretionary list, protected from inheritance: full access for SYSTEM, the administrators and one user ([MS-DTYP] 2.5.1.1).
SDDL = "D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FA;;;{user})"
# SYSTEM, BUILTIN\Administrators ([MS-DTYP] 2.4.2.4)
TRUSTED_OWNERS = ("S-1-5-18", "S-1-5-32-544")

_FILE_OBJECT = 1
_OWNER, _DACL, _PROTECTED_DACL = 0x1, 0x4, 0x80000000
_DACL_PROTECTED = 0x1000
_TOKEN_QUERY, _TOKEN_USER = 0x8, 1


def is_trusted_owner(owner: str, user: str) -> bool:
    """Return whether a folder's owner may be relied on.

    Args:
        owner: the owner's security identifier, ``S-1-…``.
        user: this process's user's.
    """
    return owner == user or owner in TRUSTED_OWNERS


if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    _advapi = ctypes.WinDLL("advapi32", use_last_error=True)
    _kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    _kernel.LocalFree.argtypes = [ctypes.c_void_p]
    _kernel.LocalFree.restype = ctypes.c_void_p
    _kernel.GetCurrentProcess.restype = wintypes.HANDLE
    _kernel.CloseHandle.argtypes = [wintypes.HANDLE]
    _advapi.OpenProcessToken.argtypes = [wintypes.HANDLE, wintypes.DWORD, ctypes.POINTER(wintypes.HANDLE)]
    _advapi.GetTokenInformation.argtypes = [
        wintypes.HANDLE, ctypes.c_int, ctypes.c_void_p, wintypes.DWORD, ctypes.POINTER(wintypes.DWORD),
    ]  # fmt: skip
    _advapi.ConvertSidToStringSidW.argtypes = [ctypes.c_void_p, ctypes.POINTER(wintypes.LPWSTR)]
    _advapi.GetNamedSecurityInfoW.argtypes = [
        wintypes.LPCWSTR, ctypes.c_int, wintypes.DWORD, *[ctypes.POINTER(ctypes.c_void_p)] * 5,
    ]  # fmt: skip
    _advapi.GetNamedSecurityInfoW.restype = wintypes.DWORD
    _advapi.SetNamedSecurityInfoW.argtypes = [
        wintypes.LPWSTR, ctypes.c_int, wintypes.DWORD, *[ctypes.c_void_p] * 4,
    ]  # fmt: skip
    _advapi.SetNamedSecurityInfoW.restype = wintypes.DWORD
    _advapi.GetSecurityDescriptorControl.argtypes = [
        ctypes.c_void_p, ctypes.POINTER(wintypes.WORD), ctypes.POINTER(wintypes.DWORD),
    ]  # fmt: skip
    _advapi.ConvertStringSecurityDescriptorToSecurityDescriptorW.argtypes = [
        wintypes.LPCWSTR, wintypes.DWORD, ctypes.POINTER(ctypes.c_void_p), ctypes.POINTER(wintypes.ULONG),
    ]  # fmt: skip
    _advapi.GetSecurityDescriptorDacl.argtypes = [
        ctypes.c_void_p,
        ctypes.POINTER(wintypes.BOOL),
        ctypes.POINTER(ctypes.c_void_p),
        ctypes.POINTER(wintypes.BOOL),
    ]

    def is_own(path: Path) -> bool:
        """Return whether a folder is this user's own; a file system without owners has nobody else's.

        Raises:
            OSError: this process's user cannot be told.
        """
        owner, descriptor = ctypes.c_void_p(), ctypes.c_void_p()
        status = _advapi.GetNamedSecurityInfoW(
            str(path), _FILE_OBJECT, _OWNER, ctypes.byref(owner), None, None, None, ctypes.byref(descriptor)
        )
        if status or not owner.value:
            return True
        try:
            return is_trusted_owner(_text_of(owner), _user())
        finally:
            _kernel.LocalFree(descriptor)

    def restrict(path: Path) -> None:
        """Close a folder to others, unless it is protected already.

        Raises:
            OSError: Windows refuses.
        """
        if _is_protected(path):
            return
        descriptor, dacl = ctypes.c_void_p(), ctypes.c_void_p()
        _check(
            _advapi.ConvertStringSecurityDescriptorToSecurityDescriptorW(
                SDDL.format(user=_user()), 1, ctypes.byref(descriptor), None
            )
        )
        try:
            present, defaulted = wintypes.BOOL(), wintypes.BOOL()
            _check(
                _advapi.GetSecurityDescriptorDacl(
                    descriptor, ctypes.byref(present), ctypes.byref(dacl), ctypes.byref(defaulted)
                )
            )
            status = _advapi.SetNamedSecurityInfoW(
                str(path), _FILE_OBJECT, _DACL | _PROTECTED_DACL, None, None, dacl, None
            )
            if status:
                raise ctypes.WinError(status)
        finally:
            _kernel.LocalFree(descriptor)

    def _is_protected(path: Path) -> bool:
        descriptor = ctypes.c_void_p()
        status = _advapi.GetNamedSecurityInfoW(
            str(path), _FILE_OBJECT, _DACL, None, None, None, None, ctypes.byref(descriptor)
        )
        if status:
            return False
        try:
            control, revision = wintypes.WORD(), wintypes.DWORD()
            _check(_advapi.GetSecurityDescriptorControl(descriptor, ctypes.byref(control), ctypes.byref(revision)))
            return bool(control.value & _DACL_PROTECTED)
        finally:
            _kernel.LocalFree(descriptor)

    def _user() -> str:
        """Return the security identifier of this process's user."""
        token, size = wintypes.HANDLE(), wintypes.DWORD()
        _check(_advapi.OpenProcessToken(_kernel.GetCurrentProcess(), _TOKEN_QUERY, ctypes.byref(token)))
        try:
            _advapi.GetTokenInformation(token, _TOKEN_USER, None, 0, ctypes.byref(size))
            buffer = ctypes.create_string_buffer(size.value)
            _check(_advapi.GetTokenInformation(token, _TOKEN_USER, buffer, size, ctypes.byref(size)))
            # TOKEN_USER begins with the pointer to the identifier.
            return _text_of(ctypes.c_void_p.from_buffer(buffer))
        finally:
            _kernel.CloseHandle(token)

    def _text_of(identifier: ctypes.c_void_p) -> str:
        text = wintypes.LPWSTR()
        _check(_advapi.ConvertSidToStringSidW(identifier, ctypes.byref(text)))
        try:
            return text.value or ""
        finally:
            _kernel.LocalFree(ctypes.cast(text, ctypes.c_void_p))

    def _check(worked: int) -> None:
        if not worked:
            raise ctypes.WinError(ctypes.get_last_error())
