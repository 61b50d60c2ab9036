"""A screen with everything between a program and a screen reader: X, a window manager, a D-Bus session and AT-SPI."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.agent.keyrings import session_bus
from tests.embedding.screen import NEEDED, Screen

LISTENER = Path(__file__).with_name("screen_reader.py")
SYSTEM_PYTHON = "/usr/bin/python3"  # the bindings are Debian's and fit its own Python only
LAUNCHERS = ("/usr/libexec/at-spi-bus-launcher", "/usr/lib/at-spi2-core/at-spi-bus-launcher")
PATIENCE = 30.0
QT_SAYS = "qt.accessibility.atspi: "


def launcher() -> str:
    """Return the program that starts AT-SPI's own bus; skip where it, or anything else that is needed, is missing."""
    missing = [name for name in NEEDED if shutil.which(name) is None]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")
    found = next((path for path in LAUNCHERS if Path(path).exists()), None)
    if found is None:
        pytest.skip("not installed: at-spi2-core")
    bindings = [SYSTEM_PYTHON, "-c", "import gi; gi.require_version('Atspi', '2.0'); from gi.repository import Atspi"]
    if not Path(SYSTEM_PYTHON).exists() or subprocess.run(bindings, capture_output=True, check=False).returncode:
        pytest.skip("not installed: python3-gi and gir1.2-atspi-2.0")
    return found


@contextmanager
def spoken_screen(folder: Path) -> Iterator[dict[str, str]]:
    """Yield the environment in which a program is shown and can be heard."""
    program = launcher()
    folder.mkdir(mode=0o700)
    screen = Screen()
    try:
        with session_bus(folder) as session:
            environment = {**screen.environment, **session, "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1"}
            bus = subprocess.Popen([program, "--launch-immediately"], env=environment, stderr=subprocess.DEVNULL)
            try:
                _await_bus(folder / "at-spi")
                yield environment
            finally:
                bus.terminate()
                bus.wait(PATIENCE)
    finally:
        screen.close()


def _await_bus(sockets: Path) -> None:
    end = time.monotonic() + PATIENCE
    while not any(sockets.glob("bus*")):
        assert time.monotonic() < end, "AT-SPI does not start"
        time.sleep(0.05)


@contextmanager
def shown_demo(environment: dict[str, str], state: Path) -> Iterator[dict[str, Any]]:
    """Run the demo with its window on the screen and yield its first line; it must end by itself and complain of nothing."""
    command = [sys.executable, "-m", "r2_renewal.cli", "demo", "--state", str(state), "--auto-fulfil", "1"]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, process.communicate()[1].decode()
        yield json.loads(line)
        assert process.poll() is None, f"the host died: {process.returncode}"
    finally:
        process.send_signal(signal.SIGINT)
        try:
            _, errors = process.communicate(timeout=PATIENCE)
        finally:
            process.kill()
    complaints = [line for line in errors.decode().splitlines() if not line.startswith(QT_SAYS)]
    assert (process.returncode, complaints) == (0, [])


def listen(environment: dict[str, str], orderer: dict[str, str]) -> dict[str, Any]:
    """Have a listener place an order, and return what they heard."""
    command = [SYSTEM_PYTHON, str(LISTENER), json.dumps(orderer)]
    done = subprocess.run(command, env=_outside(environment), capture_output=True, timeout=170, check=False)
    assert done.returncode == 0, done.stderr.decode()
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def _outside(environment: dict[str, str]) -> dict[str, str]:
    # The suite's virtual environment is no matter of the system's Python.
    ours = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")
    return {name: value for name, value in environment.items() if name not in ours} | {
        "LANG": os.environ.get("LANG", "C.UTF-8")
    }
