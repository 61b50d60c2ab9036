"""Shared ground of the suite: offscreen Qt by default, the long mode, goldens, and the closing line of the fault matrix."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from hypothesis import settings

from tests.faults.closing_line import MARKER, ClosingLine

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# For `.ci/clocks`, which runs the same rules a dozen times.
settings.register_profile("clocks", max_examples=15)


POSIX = "posix(reason): what only a POSIX system has or does; skipped on Windows, with the reason"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--long``: the slow counts of property, fuzz and kill tests."""
    parser.addoption(
        "--long", action="store_true", default=False, help="run the long counts of property, fuzz and kill tests"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Count the rows of the fault matrix and know the marker of what is POSIX only."""
    config.addinivalue_line("markers", MARKER)
    config.addinivalue_line("markers", POSIX)
    config.pluginmanager.register(ClosingLine())


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip on Windows what is marked as POSIX only."""
    marker = item.get_closest_marker("posix")
    if marker is not None and sys.platform == "win32":
        pytest.skip(f"POSIX only: {marker.args[0]}")


@pytest.fixture
def long_mode(request: pytest.FixtureRequest) -> bool:
    """Whether the long counts are asked for."""
    return bool(request.config.getoption("--long"))


@pytest.fixture
def repository() -> Path:
    """Return the checkout's root."""
    return Path(__file__).resolve().parent.parent
