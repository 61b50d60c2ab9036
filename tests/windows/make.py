"""Make a folder with a real Windows CPython that runs under Wine.

``python -m tests.windows.make [--python 3.14] FOLDER REQUIREMENT…``. Where its parts come from:

- The wheel of panda3d for win_amd64 carries the Python Software Foundation's own ``python3xx.dll`` (3.11.9 and 3.14.2), every
  extension module of the standard library, OpenSSL, SQLite and libffi.
- The pure part of the standard library is the one of the CPython 3.11 that runs this, or, for 3.14, the npm package pyodide's.
- Compiled here by mingw: ``python.exe``, ``python3.dll`` (the stable ABI's names, forwarded), and four libraries that Windows 10
  and 11 have and Wine 8 lacks or has incomplete: ``Windows.UI.dll``, ``bcryptprimitives.dll``, ``mscms.dll``, and ``icuuc.dll``,
  Windows' own ICU, which Qt wants from 6.10 on; it forwards to the ICU of the wheel of pyicu-wheels.
- Packages are resolved for Windows by uv: pip reads markers such as ``sys_platform`` for the system that it runs on.

Wanted on the machine (Debian): wine, wine64, gcc-mingw-w64-x86-64; for 3.14 also npm.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

NATIVE = Path(__file__).parent / "native"
COMPILER = "x86_64-w64-mingw32-gcc"
OBJDUMP = "x86_64-w64-mingw32-objdump"
RUNTIME = "panda3d==1.10.16"
ICU = "pyicu-wheels==2.15.2"
PURE_LIBRARY_3_14 = "pyodide@314.0.7"
VERSIONS = ("3.11", "3.14")
# CPython 3.14's `platform` asks _wmi, which calls what Wine's propsys lacks; without it `platform` looks elsewhere.
LEFT_OUT = re.compile(r"(\.cp\d+t-win_amd64\.pyd|^t(cl|k)86t\.dll|^_wmi\.pyd|^api-ms-win-.*)$")
NOT_NEEDED = (
    "site-packages",
    "dist-packages",
    "test",
    "lib-dynload",
    "ensurepip",
    "idlelib",
    "turtledemo",
    "__pycache__",
)


class WineSetupError(Exception):
    """Something that making the folder needs is not on this machine; the message names it."""


def make(folder: Path, version: str, requirements: list[str]) -> None:
    """Make the folder with a CPython of the version ("3.11" or "3.14") and the packages; raise `WineSetupError` or
    `CalledProcessError`."""
    for command in (COMPILER, OBJDUMP):
        _wanted(command)
    for part in ("DLLs", "Lib/site-packages"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        _put_runtime(folder, version, work)
        _put_pure_library(folder, version, work)
        _compile_all(folder, version, work)
        _put_icu(folder, work)
    if requirements:
        install(folder, version, requirements)


def install(folder: Path, version: str, requirements: list[str]) -> None:
    """Put packages for Windows and what they need into the folder's ``site-packages``."""
    target = str(folder / "Lib" / "site-packages")
    uv = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--target", target, "--python-version", version]
    _run([*uv, "--python-platform", "x86_64-pc-windows-msvc", "--only-binary", ":all:", *requirements])


def _put_runtime(folder: Path, version: str, work: Path) -> None:
    """Put the Python library, its extension modules and their libraries."""
    with zipfile.ZipFile(_download(RUNTIME, version, work / "runtime")) as wheel:
        for entry in wheel.namelist():
            name = entry.rpartition("/")[2]
            if entry.startswith("deploy_libs/") and name and not LEFT_OUT.search(name):
                beside = re.match(r"python\d+\.dll|VCRUNTIME", name, re.IGNORECASE)
                (folder / name if beside else folder / "DLLs" / name).write_bytes(wheel.read(entry))


def _put_pure_library(folder: Path, version: str, work: Path) -> None:
    if version == "3.11":
        if sys.version_info[:2] != (3, 11):
            raise WineSetupError("the pure part of the library is taken from a CPython 3.11, and this is another")
        ignored = shutil.ignore_patterns(*NOT_NEEDED, "config-*")
        shutil.copytree(sysconfig.get_path("stdlib"), folder / "Lib", dirs_exist_ok=True, ignore=ignored)
        return
    _run([_wanted("npm"), "pack", "--silent", PURE_LIBRARY_3_14], cwd=work)
    with tarfile.open(next(work.glob("pyodide-*.tgz"))) as package:
        package.extract("package/python_stdlib.zip", work, filter="data")
    with zipfile.ZipFile(work / "package" / "python_stdlib.zip") as library:
        library.extractall(folder / "Lib")


def _compile_all(folder: Path, version: str, work: Path) -> None:
    """Compile what stands beside the library's own files."""
    library = f"python{version.replace('.', '')}"
    _compile(folder / "python.exe", "launcher.c", "-municode", f'-DPYTHON_LIBRARY=L"{library}.dll"')
    _compile(folder / "Windows.UI.dll", "desktop_colours.c", "-shared", libraries=("-lole32",))
    _compile(folder / "bcryptprimitives.dll", "random.c", "-shared", libraries=("-ladvapi32",))
    _compile(folder / "mscms.dll", "colour_profiles.c", "-shared")
    _forward(folder, "python3", library, work, lambda name: name)


def _put_icu(folder: Path, work: Path) -> None:
    with zipfile.ZipFile(_download(ICU, "3.11", work / "icu")) as wheel:
        for name in ("icuuc77.dll", "icudt77.dll"):
            (folder / name).write_bytes(wheel.read(f"icu/{name}"))
    _forward(folder, "icuuc", "icuuc77", work, lambda name: name.removesuffix("_77") if name.endswith("_77") else None)


def _compile(to: Path, source: str, *options: str, libraries: tuple[str, ...] = ()) -> None:
    _run([COMPILER, "-O2", *options, "-o", str(to), str(NATIVE / source), *libraries])


def _forward(folder: Path, name: str, target: str, work: Path, rename: Callable[[str], str | None]) -> None:
    """Make the library ``name`` that forwards to the exports of ``target``.

    ``rename`` gives the name of each, or None for one that is left out.
    """
    forwards = [f"{new}={target}.{old}" for old in _exports(folder / f"{target}.dll") if (new := rename(old))]
    definition, entry = work / f"{name}.def", work / "entry.c"
    definition.write_text("\n".join([f"LIBRARY {name}.dll", "EXPORTS", *forwards, ""]))
    entry.write_text("int __stdcall DllMain(void *a, unsigned long b, void *c) { return 1; }\n")
    options = ["-shared", "-nostdlib", "-Wl,-e,DllMain", "-o", str(folder / f"{name}.dll")]
    _run([COMPILER, *options, str(entry), str(definition)])


def _exports(library: Path) -> list[str]:
    """Return the names that a library exports."""
    table = subprocess.run([OBJDUMP, "-p", library], capture_output=True, text=True, check=True).stdout
    _, _, names = table.partition("[Ordinal/Name Pointer] Table")
    listed = re.findall(r"^\s*\[ *\d+\].*?(\S+)$", names.split("\n\n")[0], re.MULTILINE)
    return [name for name in listed if name]


def _download(requirement: str, version: str, to: Path) -> Path:
    """Return the wheel for Windows of a pinned package."""
    options = ["--no-deps", "--only-binary=:all:", "--platform", "win_amd64", "--python-version", version]
    _run(
        [
            sys.executable,
            "-m",
            "pip",
            "download",
            "-q",
            "--disable-pip-version-check",
            *options,
            "-d",
            str(to),
            requirement,
        ]
    )
    return next(to.glob("*.whl"))


def _wanted(command: str) -> str:
    path = shutil.which(command)
    if path is None:
        raise WineSetupError(f"{command} is not installed")
    return path


def _run(command: list[str], cwd: Path | None = None) -> None:
    subprocess.run(command, cwd=cwd, check=True)


def main() -> None:
    """Make the folder that the command line asks for."""
    parser = argparse.ArgumentParser(description="Make a Windows CPython that runs under Wine.")
    parser.add_argument("--python", choices=VERSIONS, default="3.11")
    parser.add_argument("folder", type=Path)
    parser.add_argument("requirements", nargs="*")
    options = parser.parse_args()
    make(options.folder.resolve(), options.python, options.requirements)


if __name__ == "__main__":
    main()
