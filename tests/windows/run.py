"""Run the suite's portable part on real Windows CPythons under Wine.

``python -m tests.windows.run [--windows-all] [--folder FOLDER]``. Two ends of the supported range: CPython 3.11.9 with the
lowest PySide6, and CPython 3.14.2 with the newest; ``--windows-all`` runs every folder that does not need Linux on the first.
Each Python has a drive and registry of its own, so that both run beside each other. Where something that this needs is not
installed, it says so and ends with 0.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.windows.conftest import THROWAWAY
from tests.windows.make import COMPILER, make
from tests.windows.wine import environment, start, wine

ROOT = Path(__file__).resolve().parents[2]
# Of the test extra: what runs on Windows Python. The rest judges from outside (mypy, ruff, browsers) or pulls in numpy, which
# calls what Wine 8's C runtime lacks (crealf).
TEST_PACKAGES = (
    "aiosmtpd", "html5lib", "hypothesis", "pypdfium2", "pytest", "pytest-qt", "pytest-randomly", "pytest-timeout",
    "python-stdnum", "zxing-cpp",
)  # fmt: skip
# What differs on Windows: files, locks, rights, processes, the vault, the policy, windows.
CHOSEN = (
    "tests/licensing",
    "tests/store",
    "tests/cli",
    "tests/embedding",
    "tests/agent",
    "tests/test_policy.py",
    "tests/windows",
)
EVERYTHING = (
    *CHOSEN, "tests/domain", "tests/contract", "tests/ui", "tests/demo", "tests/e2e", "tests/gallery", "tests/reference_shop",
    "tests/outside",
)  # fmt: skip
NEWEST = ("tests/embedding", "tests/windows")
SUMMARY = re.compile(r"(\d+) (passed|failed|skipped|errors?)")


@dataclass(frozen=True)
class End:
    """An end of the supported range: its name, Python's version, PySide6's requirement and the folders that run on it."""

    name: str
    python: str
    qt: str
    folders: tuple[str, ...]


@dataclass(frozen=True)
class Outcome:
    """What came of a folder: pytest's exit code, its counts by kind, e.g. ``passed``, how long it took and what it said."""

    folder: str
    code: int
    counts: dict[str, int]
    seconds: float
    output: str


def plan(everything: bool) -> tuple[End, End]:
    """Return both ends and what runs on each."""
    lowest = re.search(r'"PySide6-Essentials>=([\d.]+)', (ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    if lowest is None:
        raise AssertionError("pyproject.toml gives PySide6 no lower bound")
    version = lowest[1]
    first = End("3.11.9", "3.11", f"PySide6-Essentials=={version}", EVERYTHING if everything else CHOSEN)
    return first, End("3.14.2", "3.14", "PySide6-Essentials", NEWEST)


def requirements(end: End) -> list[str]:
    """Return what an end's Python has: the module's and the shop's packages, and those of the tests."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    wanted = {name.lower() for name in TEST_PACKAGES}
    tests = [line for line in extras["test"] if re.split(r"[\[<>=!;~ ]", line)[0].lower() in wanted]
    return [end.qt, *project["dependencies"], *extras["shop"], *tests, "tzdata"]


def prepare(end: End, folder: Path) -> None:
    """Make the end's Python with the checkout on its path."""
    make(folder, end.python, requirements(end))
    (folder / "Lib" / "site-packages" / "checkout.pth").write_text(f"Z:{str(ROOT).replace('/', chr(92))}\n")


@contextmanager
def screen() -> Iterator[str]:
    """Give the name of a virtual screen that is there for the length of the block."""
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", "1400x1000x24", "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=(write,), stderr=subprocess.DEVNULL)
    os.close(write)
    try:
        with os.fdopen(read) as number:
            yield f":{number.readline().strip()}"
    finally:
        server.terminate()
        server.wait()


def run_folder(folder: str, python: Path, prefix: Path, display: str) -> subprocess.Popen[bytes]:
    """Start the tests of a folder on the Windows Python."""
    options = ["-q", "-p", "no:cacheprovider", "-p", "no:randomly", "--no-header", folder]
    return start(
        [python / "python.exe", "-m", "pytest", *options],
        prefix,
        {"DISPLAY": display, THROWAWAY: "1"},
        subprocess.STDOUT,
    )


def outcomes(end: End, python: Path, prefix: Path, display: str) -> Iterator[Outcome]:
    """Run an end's folders one after the other and yield what came of each."""
    for folder in end.folders:
        began = time.monotonic()
        process = run_folder(folder, python, prefix, display)
        output = process.communicate()[0].decode(errors="replace")
        counts = {
            kind.rstrip("s") if kind.startswith("error") else kind: int(number)
            for number, kind in SUMMARY.findall(_last(output))
        }
        yield Outcome(folder, process.returncode, counts, time.monotonic() - began, output)


def _last(output: str) -> str:
    lines = [line for line in output.splitlines() if " in " in line and SUMMARY.search(line)]
    return lines[-1] if lines else ""


def missing() -> str:
    """Return what this machine lacks, in words; empty where nothing is missing."""
    if wine() is None:
        return "wine is not installed"
    return next((f"{command} is not installed" for command in (COMPILER, "Xvfb") if shutil.which(command) is None), "")


def run_end(end: End, work: Path, display: str) -> list[Outcome]:
    """Make an end's Python, run its folders and say what came of each as it comes."""
    python, prefix = work / f"python-{end.python}", work / f"drive-{end.python}"
    prepare(end, python)
    # The first start makes the drive; nothing is to be timed with that.
    start([python / "python.exe", "-c", "pass"], prefix).communicate()
    done = []
    try:
        for outcome in outcomes(end, python, prefix, display):
            if outcome.code != 0:
                sys.stdout.write(outcome.output)
            told = (
                ", ".join(f"{number} {kind}" for kind, number in outcome.counts.items()) or f"exit code {outcome.code}"
            )
            print(f"CPython {end.name}, {end.qt}: {outcome.folder}: {told} in {outcome.seconds:.0f} s", flush=True)
            done.append(outcome)
    finally:
        subprocess.run(["wineserver", "-k"], env=environment(prefix), check=False, capture_output=True)
    return done


def main() -> int:
    """Run both ends beside each other; return 1 where anything failed."""
    parser = argparse.ArgumentParser(description="Run the portable tests on Windows CPythons under Wine.")
    parser.add_argument("--windows-all", action="store_true", help="every folder that does not need Linux")
    parser.add_argument("--folder", type=Path, help="where the Pythons are made and stay; a temporary folder otherwise")
    options = parser.parse_args()
    if lacking := missing():
        print(f"Windows Python: skipped, {lacking}")
        return 0
    ends = [end for end in plan(options.windows_all) if end.python == "3.11" or shutil.which("npm")]
    with tempfile.TemporaryDirectory() as temporary, screen() as display, ThreadPoolExecutor() as pool:
        work = options.folder or Path(temporary)
        work.mkdir(parents=True, exist_ok=True)
        runs = [pool.submit(run_end, end, work.resolve(), display) for end in ends]
        done = [outcome for run in runs for outcome in run.result()]
    failed = [outcome for outcome in done if outcome.code != 0]
    total = {kind: sum(outcome.counts.get(kind, 0) for outcome in done) for kind in ("passed", "failed", "skipped")}
    print(f"Windows Python: {total['passed']} passed, {total['failed']} failed, {total['skipped']} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
