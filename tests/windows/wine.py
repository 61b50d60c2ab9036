"""Start a Windows program under Wine.

``python -m tests.windows.wine FOLDER ARGUMENT…`` runs the Windows Python of a made folder.

Wine keeps variables that begin with ``QT_`` to itself, so a program sets QT_QPA_PLATFORM in ``os.environ`` before it
imports PySide6. Python wants pipes at both ends: with a terminal or /dev/null, standard streams fail in ways that
Windows does not know.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

# Wine's own mscms lacks a call of Qt 6.12's; the one in the folder has it. No question of Mono's, Gecko's or a crash dialog's.
OVERRIDES = "mscms=n,b;mscoree=;mshtml=;winedbg.exe=d"


def wine() -> str | None:
    """Return Wine's command, or None where there is none."""
    return shutil.which("wine-stable") or shutil.which("wine")


def environment(prefix: Path, more: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment of a Windows program; ``prefix`` is the folder that holds its drive C: and its
    registry."""
    own = {"WINEPREFIX": str(prefix), "WINEARCH": "win64", "WINEDEBUG": "-all", "WINEDLLOVERRIDES": OVERRIDES}
    return {**os.environ, **own, **(more or {})}


def start(
    command: Sequence[str | Path],
    prefix: Path,
    more: Mapping[str, str] | None = None,
    stderr: int | IO[bytes] = subprocess.PIPE,
) -> subprocess.Popen[bytes]:
    """Start a Windows program with pipes; its first word is a path of this system's or a program that Wine knows."""
    found = wine()
    if found is None:
        raise FileNotFoundError("Wine is not installed")
    words = [found, *map(str, command)]
    return subprocess.Popen(
        words, env=environment(prefix, more), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr
    )


def default_prefix() -> Path:
    """Return the folder of Wine's drive that is used where the caller names none."""
    return Path(os.environ.get("WINEPREFIX") or Path(tempfile.gettempdir()) / "r2-renewal-wine")


def main(words: Sequence[str]) -> int:
    """Run the Python of the folder that comes first, its output passed on as it comes; return its exit code."""
    folder, *arguments = words
    process = start([Path(folder) / "python.exe", *arguments], default_prefix(), stderr=subprocess.STDOUT)
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.close()
    for line in process.stdout:
        sys.stdout.buffer.write(line)
        sys.stdout.flush()
    return process.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
