"""Windows over a window of another process, on a real X screen with a window manager."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path
from typing import TypeVar

import pytest

from r2_renewal.clock import today_in_warsaw
from r2_renewal.reference_shop.seed import prepare
from tests.cli.foreign_window import PLACE

T = TypeVar("T")
TOOLS = ("Xvfb", "openbox", "xdotool", "xprop")
MISSING = [tool for tool in TOOLS if shutil.which(tool) is None]
CLI = (sys.executable, "-m", "r2_renewal.cli")
HOST = (sys.executable, str(Path(__file__).with_name("foreign_window.py")))
TITLE = "Abonament R2"

pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}")


@contextmanager
def running(command: tuple[str, ...], **options: object) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)  # type: ignore[call-overload]
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.fixture
def screen() -> Iterator[dict[str, str]]:
    """Return the environment of a fresh X screen with a window manager."""
    with ExitStack() as stack:
        read, write = os.pipe()
        server = ("Xvfb", "-displayfd", str(write), "-screen", "0", "1400x900x24", "-nolisten", "tcp")
        stack.enter_context(running(server, pass_fds=(write,)))
        os.close(write)
        with os.fdopen(read) as number:
            display = f":{number.readline().strip()}"
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("QT_", "WAYLAND"))}
        environment = kept | {"DISPLAY": display}
        stack.enter_context(running(("openbox",), env=environment))
        yield environment


@pytest.fixture
def arguments(tmp_path: Path) -> tuple[str, ...]:
    """Return the arguments of a start in which the question is due; the shop is away."""
    prepared = prepare(tmp_path / "shop", 30, today_in_warsaw())
    (tmp_path / "keys.json").write_text(json.dumps(prepared.trusted_keys))
    (tmp_path / "x.lic").write_text(prepared.licence)
    files = ("--licence", str(tmp_path / "x.lic"), "--trusted-keys", str(tmp_path / "keys.json"))
    return (*CLI, "startup", *files, "--state", str(tmp_path / "state"), "--shop-url", "http://127.0.0.1:9", "--json")


def asked(environment: dict[str, str], *command: str) -> str:
    """Return what a tool says of the screen; empty where it finds nothing."""
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)
    return done.stdout.strip()


def soon(look: Callable[[], T], what: str, seconds: float = 15.0) -> T:
    end = time.monotonic() + seconds
    while not (seen := look()):
        assert time.monotonic() < end, f"{what} did not come"
        time.sleep(0.1)
    return seen


def reminder(environment: dict[str, str]) -> str:
    return soon(lambda: asked(environment, "xdotool", "search", "--onlyvisible", "--name", TITLE), "the reminder")


def place(environment: dict[str, str], window: str) -> tuple[int, int, int, int]:
    told = asked(environment, "xdotool", "getwindowgeometry", "--shell", window)
    x, y, width, height = (int(re.search(rf"^{name}=(-?\d+)", told, re.M)[1]) for name in ("X", "Y", "WIDTH", "HEIGHT"))  # type: ignore[index]
    return x, y, width, height


def test_the_reminder_belongs_to_the_hosts_window_and_leaves_it_the_keyboard(
    screen: dict[str, str], arguments: tuple[str, ...]
) -> None:
    with running(HOST, env=screen) as host:
        assert host.stdout is not None
        handle = host.stdout.readline().strip()
        soon(lambda: asked(screen, "xdotool", "getactivewindow") == handle, "the host's window")
        with running((*arguments, "--parent-window", handle), env=screen) as process:
            ours = reminder(screen)
            owner = asked(screen, "xprop", "-id", ours, "WM_TRANSIENT_FOR").rpartition("# ")[2]
            assert int(owner, 16) == int(handle)
            x, y, width, height = place(screen, ours)
            assert abs(x + width / 2 - (PLACE[0] + PLACE[2] / 2)) < 30
            assert abs(y + height / 2 - (PLACE[1] + PLACE[3] / 2)) < 60
            assert asked(screen, "xdotool", "getactivewindow") == handle
            asked(screen, "xdotool", "key", "--window", ours, "Escape")
            out, errors = process.communicate(timeout=60)
            assert (process.returncode, errors) == (10, "")
            assert json.loads(out)["answer"] == "remind_later"
        assert asked(screen, "xdotool", "getwindowname", handle) == "Kadry i płace 98"


def test_windows_go_with_the_host(screen: dict[str, str], arguments: tuple[str, ...]) -> None:
    with running(HOST, env=screen) as host:
        assert host.stdout is not None
        handle = host.stdout.readline().strip()
        with running((*arguments, "--parent-window", hex(int(handle))), env=screen) as process:
            reminder(screen)
            host.kill()
            out, errors = process.communicate(timeout=60)
            assert (process.returncode, errors) == (10, "")
            assert (json.loads(out)["prompted"], json.loads(out)["answer"]) == (True, None)
            assert date.fromisoformat(json.loads(out)["valid_until"]) > today_in_warsaw()


@pytest.mark.parametrize("handle", ["0x9999999", "-5"])
def test_a_bogus_handle_is_no_owner_and_no_harm(
    screen: dict[str, str], arguments: tuple[str, ...], handle: str
) -> None:
    with running((*arguments, "--parent-window", handle), env=screen) as process:
        ours = reminder(screen)
        asked(screen, "xdotool", "key", "--window", ours, "Escape")
        out, errors = process.communicate(timeout=60)
        assert (process.returncode, errors, json.loads(out)["answer"]) == (10, "", "remind_later")
