"""A part of ``cryptography`` that is missing or broken is said as that, by name: nobody is sent to look at rights of a file."""

from __future__ import annotations

import json
import os
import shutil
import struct
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r2_renewal.licensing.broken_library import imports
from tests.licence_files import PRODUCT, Vendor

REPOSITORY = Path(__file__).parents[2]
PANIC = "class PanicException(BaseException): ...\n"


def absent(package: Path) -> None:
    (package / "__init__.py").write_text("raise ModuleNotFoundError('No module', name='cryptography')\n")


def broken_wheel(package: Path) -> None:
    (package / "__init__.py").write_text("")
    (package / "exceptions.py").write_text("from cryptography.hazmat.bindings import _rust\n")
    (package / "hazmat" / "bindings").mkdir(parents=True)
    suffix = "_rust.pyd" if sys.platform == "win32" else "_rust.abi3.so"
    (package / "hazmat" / "bindings" / suffix).write_bytes(b"MZ cut off")


def panics_at_import(package: Path) -> None:
    (package / "__init__.py").write_text(f"{PANIC}raise PanicException('no cffi')\n")


def panics_at_a_call(package: Path) -> None:
    (package / "__init__.py").write_text(PANIC)
    (package / "exceptions.py").write_text("class InvalidSignature(Exception): ...\n")
    (package / "hazmat" / "bindings" / "_rust").mkdir(parents=True)
    (package / "hazmat" / "bindings" / "_rust" / "__init__.py").write_text(
        "from cryptography import PanicException\nclass openssl:\n class ed25519:\n"
        "  def from_public_bytes(key): raise PanicException('Anna Kowalska')\n"
    )


def status_of(folder: Path) -> tuple[dict[str, Any], str, int]:
    """Return what ``status --json`` says of a good licence with the library of a folder, on stdout and stderr, and its end."""
    vendor = Vendor()
    licence, keys = folder / "licence.lic", folder / "keys.json"
    licence.write_bytes(vendor.certificate())
    keys.write_text(json.dumps({"keys": [{"id": "k", "ed25519": vendor.keys[0].ed25519.hex()}]}))
    path = os.pathsep.join(map(str, [folder, REPOSITORY, *filter(None, sys.path)]))
    command = [sys.executable, "-m", "r2_renewal.cli", "status", "--json", "--product", PRODUCT]
    command += ["--licence", str(licence), "--trusted-keys", str(keys)]
    environment = {**os.environ, "PYTHONPATH": path, "PYTHONUTF8": "1"}
    done = subprocess.run(
        command, capture_output=True, text=True, encoding="utf-8", check=False, timeout=60, env=environment
    )
    return json.loads(done.stdout), done.stderr, done.returncode


@pytest.mark.parametrize(
    ("lay", "named"),
    [
        (absent, "cryptography is missing"),
        (broken_wheel, "_rust"),
        (panics_at_import, "PanicException"),
        (panics_at_a_call, "PanicException"),
    ],
)
def test_status_names_the_library_and_what_is_wrong(tmp_path: Path, lay: Callable[[Path], None], named: str) -> None:
    package = tmp_path / "cryptography"
    package.mkdir()
    lay(package)
    told, errors, code = status_of(tmp_path)
    assert (told["verdict"], told["error"]["code"], told["error"]["name"]) == ("unreadable", "R2-S24", "library_broken")
    assert "cryptography" in told["error"]["detail"]
    assert named in told["error"]["detail"]
    assert "Brakuje części programu albo jest uszkodzona" in errors
    assert "Sprawdź uprawnienia" not in errors
    assert str(tmp_path) not in errors + json.dumps(told)
    assert "Kowalska" not in errors + json.dumps(told)
    assert code == 30


@pytest.mark.skipif(sys.platform != "win32", reason="Windows' own loader says what it cannot find")
def test_a_missing_dll_is_named(tmp_path: Path) -> None:
    import cryptography

    shutil.copytree(Path(cryptography.__file__).parent, tmp_path / "cryptography")
    core = next((tmp_path / "cryptography" / "hazmat" / "bindings").glob("_rust*.pyd"))
    content = core.read_bytes()
    wanted = next(name for name in imports(content) if name.lower() == "bcryptprimitives.dll").encode()
    core.write_bytes(content.replace(wanted, b"bcryptprimitivez.dll"))
    told, errors, _ = status_of(tmp_path)
    assert told["error"]["detail"] == f"cryptography: {core.name} cannot be loaded, bcryptprimitivez.dll is missing"
    assert "bcryptprimitivez.dll" in errors


@given(content=st.binary(max_size=400), pointer=st.integers(0, 400))
def test_whatever_a_file_is_its_imports_are_told_or_refused(content: bytes, pointer: int) -> None:
    head = b"MZ".ljust(0x3C, b"\0") + struct.pack("<I", 0x40 + pointer) + b"\0" * pointer + b"PE\0\0"
    for file in (content, head + content):
        with suppress(ValueError, struct.error):
            assert isinstance(imports(file), list)
