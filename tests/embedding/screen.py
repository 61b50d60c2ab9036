"""A real X screen with a window manager, and hosts on it whose keyboard and mouse the test has in its hands."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.embedding.licences import KEYS, write_licence

HOST = Path(__file__).with_name("screen_host.py")
SIZE = (1024, 600)  # the smallest screen that offices still have
NEEDED = ("Xvfb", "openbox", "xdotool")
PATIENCE = 60.0
TODAY = date(2026, 12, 10)
END = date(2026, 12, 22)


class Screen:
    """One screen.

    Attributes:
        environment: what a program needs in order to appear on it.
    """

    def __init__(self) -> None:
        read, write = os.pipe()
        size = f"{SIZE[0]}x{SIZE[1]}x24"
        self._server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(write), "-screen", "0", size, "-nolisten", "tcp"],
            pass_fds=(write,),
            stderr=subprocess.DEVNULL,
        )
        os.close(write)
        with os.fdopen(read) as told:
            self.environment = {**os.environ, "DISPLAY": f":{told.readline().strip()}", "QT_QPA_PLATFORM": "xcb"}
        self._manager = subprocess.Popen(
            ["openbox", "--sm-disable"], env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def do(self, *arguments: object) -> None:
        """Use the keyboard or the mouse."""
        subprocess.run(["xdotool", *map(str, arguments)], env=self.environment, check=True, timeout=30)

    def typing(self, text: str, delay_ms: int) -> subprocess.Popen[bytes]:
        """Begin to type."""
        return subprocess.Popen(["xdotool", "type", "--delay", str(delay_ms), text], env=self.environment)

    def close(self) -> None:
        """Switch the screen off."""
        for process in (self._manager, self._server):
            process.terminate()
            process.wait(10)


class RunningHost:
    """A host on the screen."""

    def __init__(self, screen: Screen, specification: dict[str, Any]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(HOST), json.dumps(specification)],
            env=screen.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def do(self, command: str, *arguments: object) -> dict[str, Any]:
        """Have it do one thing; return what is to be seen then."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([command, *arguments]).encode() + b"\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, self._process.communicate()[1].decode()
        seen: dict[str, Any] = json.loads(line)
        return seen

    def until(self, holds: Callable[[dict[str, Any]], object], what: str = "it") -> dict[str, Any]:
        """Return the first report for which something holds."""
        end = time.monotonic() + PATIENCE
        while not holds(seen := self.do("report")):
            assert time.monotonic() < end, f"{what} did not come: {seen}"
            time.sleep(0.05)
        return seen

    def asked(self) -> dict[str, Any]:
        """Return the report once the question is on the screen and the window manager is done with it."""
        self.until(lambda seen: seen["status"] == "prompting", "question")
        time.sleep(0.4)
        return self.do("report")

    def close(self) -> None:
        """End it; it must end well and have said nothing of exceptions."""
        _, errors = self._process.communicate(timeout=PATIENCE)
        assert self._process.returncode == 0, errors.decode()
        assert "Traceback" not in errors.decode()


@pytest.fixture(scope="session")
def screen() -> Iterator[Screen]:
    """A screen; skip where its programs are not installed."""
    missing = [name for name in NEEDED if shutil.which(name) is None]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")
    made = Screen()
    yield made
    made.close()


StartHost = Callable[..., RunningHost]


@pytest.fixture
def start(screen: Screen, tmp_path: Path) -> Iterator[StartHost]:
    """Return a function that starts a host over a licence that ends in 12 days, and gives it the keyboard."""
    licence = write_licence(tmp_path / "R2.lic", END)
    keys = {"keys": [{"id": key.id, "ed25519": key.ed25519.hex()} for key in KEYS]}
    (tmp_path / "keys.json").write_text(json.dumps(keys))
    running: list[RunningHost] = []

    def make(**more: Any) -> RunningHost:
        specification = {
            "licence": str(licence),
            "keys": str(tmp_path / "keys.json"),
            "state": str(tmp_path / "state"),
            "today": TODAY.isoformat(),
            **more,
        }
        host = RunningHost(screen, specification)
        running.append(host)
        return host

    yield make
    for host in running:
        host.close()
