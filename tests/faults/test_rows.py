"""The matrix itself: every row has a test, and the closing line of a run counts them honestly."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.rows import ROWS, row, rows_of

FOLDER = Path(__file__).parent
CONFTEST = """
from tests.faults.closing_line import MARKER, ClosingLine

def pytest_configure(config):
    config.addinivalue_line("markers", MARKER)
    config.pluginmanager.register(ClosingLine())
"""
TESTS = """
import os
import pytest

@pytest.mark.parametrize("number", [1, 2])
def test_n01_passes(number): pass
def test_n09_fails(): assert False
def test_n9_passes(): pass
@pytest.mark.rows("S1", "l02")
def test_two_rows_pass(): pass
def test_h03_passes(): pass
def test_h3_waits_for_another_day(): pytest.skip("not on Sundays")
@pytest.fixture
def no_tool(): pytest.skip("no tool")
def test_k4_cannot(no_tool): pass
@pytest.fixture
def broken(): raise OSError
def test_d7_breaks_before(broken): pass
@pytest.fixture
def untidy():
    yield
    raise OSError
def test_d8_breaks_after(untidy): pass
def test_of_no_row(): assert False
"""
LINE = (
    "fault matrix: 8 of 88 rows: 4 passed (H3 in part: not on Sundays), 1 skipped (K4: no tool), 3 failed (N9; D7; D8)"
)


def shown() -> Iterator[str]:
    """Yield the rows that the tests of this folder show, whichever of them this run has collected."""
    for path in FOLDER.glob("test_*.py"):
        module = importlib.import_module(f"tests.faults.{path.stem}")
        for name, function in vars(module).items():
            if name.startswith("test_") and callable(function):
                marks = getattr(function, "pytestmark", [])
                yield from rows_of(name, (id_ for mark in marks if mark.name == "rows" for id_ in mark.args))


def test_every_row_has_a_test() -> None:
    assert set(ROWS) == set(shown())


def test_an_id_has_one_spelling_and_is_in_the_matrix() -> None:
    assert (row("n09"), row("N9"), row("n010")) == ("N9", "N9", "N10")
    for unknown in ("N33", "N0", "X1", "9", "N"):
        with pytest.raises(ValueError, match="no row"):
            row(unknown)
    with pytest.raises(ValueError, match="no row"):
        rows_of("test_n99_of_a_fault_that_nobody_named")
    assert rows_of("test_nothing_of_the_kind") == ()


@pytest.mark.parametrize("options", [["-p", "no:xdist"], ["-n", "2"]], ids=["one process", "several processes"])
def test_the_closing_line_counts_what_passed_was_skipped_and_failed(tmp_path: Path, options: list[str]) -> None:
    if options[0] == "-n":
        pytest.importorskip("xdist")
    folder = tmp_path / "tests" / "faults"
    folder.mkdir(parents=True)
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (folder / "test_some.py").write_text(TESTS)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options]
    environment = {**os.environ, "PYTHONPATH": str(FOLDER.parent.parent), "PYTEST_ADDOPTS": ""}
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=60
    )
    assert LINE in done.stdout.splitlines(), done.stdout
