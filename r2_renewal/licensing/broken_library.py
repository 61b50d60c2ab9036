"""Which part of ``cryptography`` is missing or broken where it cannot be loaded; read only then.

Rules: names of files and types, never a folder (a user's name stands in it) and never a library's own words. Windows says of a
library that cannot be loaded only which one was asked for, so what that one imports is looked through here, as the table of
its file lists it (Microsoft, PE Format, "Import Directory Table").
"""

from __future__ import annotations

import os
import struct

from r2_renewal.domain.errors import ErrorCode, RenewalError

LIBRARY = "cryptography"

_PE_POINTER, _MACHINE_AND_OPTIONAL = 0x3C, 24
_PE32_PLUS, _IMPORTS_32, _IMPORTS_64 = 0x20B, 104, 120
_SECTION_BYTES, _IMPORT_BYTES = 40, 20


def broken_library(error: BaseException) -> RenewalError:
    """Return the refusal for a licence that cannot be verified since the library does not work.

    Args:
        error: what the library raised, at its import or at a call.
    """
    return RenewalError(ErrorCode.LIBRARY_BROKEN, f"{LIBRARY}: {_what_is_wrong(error)}")


def _what_is_wrong(error: BaseException) -> str:
    if isinstance(error, ModuleNotFoundError):
        return f"{error.name or LIBRARY} is missing"
    if isinstance(error, ImportError):
        file = os.path.basename(error.path or "") or error.name or LIBRARY  # noqa: PTH119 - a silent start has no pathlib
        missing = missing_imports(error.path) if error.path and os.name == "nt" else []
        return f"{file} cannot be loaded" + (f", {' and '.join(missing)} is missing" if missing else "")
    return f"fails with {type(error).__name__}"


def missing_imports(path: str) -> list[str]:
    """Return the libraries that a library for Windows needs and that Windows cannot load. Never raises."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123
            names = imports(file.read())
    except (OSError, ValueError, struct.error):
        return []
    return [name for name in names if not _can_load(name)]


def imports(content: bytes) -> list[str]:
    """Return the names of the libraries that a file for Windows imports.

    Raises:
        ValueError: it is none.
        struct.error: it ends too early.
    """
    (header,) = struct.unpack_from("<I", content, _PE_POINTER)
    if content[header : header + 4] != b"PE\0\0":
        raise ValueError("not for Windows")
    count, optional_bytes = struct.unpack_from("<H12xH", content, header + 6)
    optional = header + _MACHINE_AND_OPTIONAL
    (magic,) = struct.unpack_from("<H", content, optional)
    (table,) = struct.unpack_from("<I", content, optional + (_IMPORTS_64 if magic == _PE32_PLUS else _IMPORTS_32))
    sections = [
        struct.unpack_from("<III", content, optional + optional_bytes + _SECTION_BYTES * number + 12)
        for number in range(count)
    ]

    def place(address: int) -> int:
        for begin, size, offset in sections:
            if begin <= address < begin + size:
                return int(address - begin + offset)
        raise ValueError("an address outside the file")

    names, entry = [], place(table)
    while name := struct.unpack_from("<12xI4x", content, entry)[0]:
        begin = place(name)
        names.append(content[begin : content.index(b"\0", begin)].decode("ascii"))
        entry += _IMPORT_BYTES
    return names


def _can_load(name: str) -> bool:
    import ctypes

    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True
