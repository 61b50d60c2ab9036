"""Injectors of real faults into real processes: strace for system calls and signals, setpriv for permissions.

Rules: our code is never patched; a fault comes from the system, at a system call of a child process. Where an injector is
missing on a machine, its rows are skipped with the reason.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

NOBODY = 65534
WATCHED = "openat,read,write,fsync,rename,close,flock,unlink"

_CALL = re.compile(r"^(?:\d+ +)?([a-z_0-9]+)\((.*)$")


@dataclass(frozen=True)
class Call:
    """One system call of a traced process.

    Attributes:
        name: the call.
        ordinal: which call of that name it was, from 1: what strace counts by.
        line: the rest of its line in the trace.
    """

    name: str
    ordinal: int
    line: str


@dataclass(frozen=True)
class Tracer:
    """Runs commands under strace.

    Attributes:
        folder: where traces are written.
    """

    folder: Path

    def run(self, command: list[str], *injections: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end with faults injected, e.g. ``fsync:error=EIO:when=1``."""
        inject = [f"--inject={injection}" for injection in injections]
        traced = ["strace", "-qq", "-o", str(self._log), f"--trace={WATCHED}", *inject, *command]
        return subprocess.run(traced, capture_output=True, text=True, timeout=60, check=False, env=quiet_environment())

    def calls(self) -> list[Call]:
        """Return the watched calls of the last run, in their order."""
        counts: dict[str, int] = {}
        calls = []
        for match in filter(None, map(_CALL.match, self._log.read_text(errors="replace").splitlines())):
            name = match.group(1)
            counts[name] = counts.get(name, 0) + 1
            calls.append(Call(name, counts[name], match.group(2)))
        return calls

    @property
    def _log(self) -> Path:
        return self.folder / "strace.log"


@pytest.fixture
def tracer(tmp_path_factory: pytest.TempPathFactory) -> Tracer:
    """Return a tracer; skip where strace is missing or may not trace."""
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    tracer = Tracer(tmp_path_factory.mktemp("strace"))
    if tracer.run(["true"]).returncode != 0:
        pytest.skip("strace may not trace here")
    return tracer


@pytest.fixture
def fake_clock() -> Path:
    """Return the library that gives a process another clock; skip where libfaketime is missing."""
    package = importlib.util.find_spec("libfaketime")
    roots = [
        Path("/usr/lib"),
        *(Path(place) for place in (package.submodule_search_locations or () if package else ())),
    ]
    for root in roots:
        for pattern in ("*/faketime/libfaketime.so.1", "vendor/libfaketime/src/libfaketime.so.1"):
            for library in root.glob(pattern):
                return library
    pytest.skip("libfaketime is not installed")


def quiet_environment() -> dict[str, str]:
    """Return an environment in which Python writes no bytecode, so that every rename is ours."""
    return {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONIOENCODING": "utf-8"}


def command_line(*arguments: object) -> list[str]:
    """Return the command line of ``r2-renewal`` with these arguments, by this interpreter."""
    return [sys.executable, "-B", "-m", "r2_renewal.cli", *map(str, arguments)]


def as_nobody(command: list[str]) -> list[str]:
    """Return the command run by an account without rights; skip where that cannot be."""
    if os.geteuid() != 0:
        return command
    if shutil.which("setpriv") is None:
        pytest.skip("running as root without setpriv: permissions cannot be refused")
    prefixed = ["setpriv", "--reuid", str(NOBODY), "--clear-groups", *command]
    probe = subprocess.run([*prefixed[:4], sys.executable, "-c", "import r2_renewal"], check=False, capture_output=True)
    if probe.returncode != 0:
        pytest.skip("an account without rights cannot start this interpreter")
    return prefixed
