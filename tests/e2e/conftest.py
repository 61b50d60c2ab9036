"""Real processes: the demo's shop, and hosts that embed the module."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

HOST = Path(__file__).with_name("host_process.py")
DEMO = (sys.executable, "-m", "r2_renewal.cli", "demo")
STOP_SECONDS = 10
OFFSCREEN = "This plugin does not support"


@contextmanager
def running_demo(*arguments: str) -> Iterator[dict[str, Any]]:
    """Run the demo without windows and yield its first line; at the end it must go by itself, with exit code 0."""
    process = subprocess.Popen([*DEMO, "--no-gui", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, process.communicate()[1].decode()
        yield json.loads(line)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            _, errors = process.communicate(timeout=STOP_SECONDS)
        finally:
            process.kill()
    assert (process.returncode, errors.decode()) == (0, "")


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[dict[str, Any]]:
    """A shop with a licence that ends in 30 days."""
    with running_demo("--state", str(tmp_path / "demo"), "--auto-fulfil", "1") as announced:
        yield announced


@pytest.fixture
def host() -> Callable[..., dict[str, Any]]:
    """Return a function that plays a scenario in a host process and returns its report."""

    def play(scenario: str, demo: dict[str, Any]) -> dict[str, Any]:
        done = subprocess.run(
            [sys.executable, str(HOST), scenario, json.dumps(demo)], capture_output=True, timeout=120, check=False
        )
        assert done.returncode == 0, done.stderr.decode()
        report: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        assert "failed" not in report, report["failed"]
        complaints = [line for line in done.stderr.decode().splitlines() if not line.startswith(OFFSCREEN)]
        assert complaints == []
        return report

    return play
