"""What runs here runs on Windows Python alone, real or under Wine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
CLI = (sys.executable, "-m", "r2_renewal.cli")
# Set by `tests.windows.run`: registry and drive are thrown away afterwards, so tests may write where only administrators do.
THROWAWAY = "R2_RENEWAL_THROWAWAY_WINDOWS"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip everything here where it is not Windows."""
    if sys.platform != "win32":
        for item in items:
            if HERE in item.path.parents:
                item.add_marker(
                    pytest.mark.skip(reason="Windows only: `python -m tests.windows.run` runs it under Wine")
                )


@pytest.fixture
def throwaway() -> None:
    """Stand only where the machine's registry may be written."""
    if os.environ.get(THROWAWAY) != "1":
        pytest.skip("writes into the machine's registry: only on a Windows that is thrown away")


@contextmanager
def running(*command: str, **more: str) -> Iterator[subprocess.Popen[str]]:
    """Run a program on the real desktop for the length of the block."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "windows", "PYTHONIOENCODING": "utf-8", **more}
    pipe = subprocess.PIPE
    process = subprocess.Popen(
        command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, encoding="utf-8", env=environment
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[dict[str, Any]]:
    """A shop with a licence that ends in 30 days, in a folder as a Polish user's."""
    state = tmp_path / "Zażółć gęślą"
    with running(*CLI, "demo", "--no-gui", "--state", str(state), "--auto-fulfil", "1") as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, process.communicate()[1]
        yield json.loads(line)


@pytest.fixture
def arguments(demo: dict[str, Any]) -> Callable[..., tuple[str, ...]]:
    """Return what gives a command line of the demo's licence and shop."""

    def made(command: str, *more: str) -> tuple[str, ...]:
        files = ("--licence", demo["licence"], "--trusted-keys", demo["trusted_keys"], "--shop-url", demo["shop_url"])
        return (*CLI, command, *files, "--state", str(Path(demo["state"]) / "module"), "--json", *more)

    return made
