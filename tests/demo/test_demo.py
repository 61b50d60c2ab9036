"""``r2-renewal demo``: its first line, its ends, and what it says when it cannot start."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import httpx
import pytest
import requests

from r2_renewal.cli import build_parser
from r2_renewal.cli.demo import options_of
from r2_renewal.contract import paths
from r2_renewal.reference_shop.seed import LICENCE_ID
from tests.driver import wait_until
from tests.e2e.conftest import DEMO, running_demo
from tests.reference_shop.module import Module

KEYS = {"shop_url", "panel_url", "licence", "trusted_keys", "account", "state", "mail"}


def started(*arguments: str, **environment: str) -> subprocess.Popen[bytes]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    }
    return subprocess.Popen([*DEMO, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=kept | environment)


def answers(url: str) -> bool:
    try:
        return requests.get(f"{url}/health", timeout=30).ok
    except requests.ConnectionError:
        return False


def gone(url: str, seconds: float = 5.0) -> bool:
    end = time.monotonic() + seconds
    while answers(url) and time.monotonic() < end:
        time.sleep(0.05)
    return not answers(url)


def first_line(process: subprocess.Popen[bytes]) -> dict[str, Any]:
    assert process.stdout is not None
    announced: dict[str, Any] = json.loads(process.stdout.readline())
    return announced


def test_the_first_line_names_everything_and_it_is_true(tmp_path: Path) -> None:
    with running_demo("--state", str(tmp_path / "state")) as announced:
        assert set(announced) == KEYS
        assert answers(announced["shop_url"])
        assert requests.get(announced["panel_url"], timeout=30).ok
        assert Path(announced["licence"]).is_file()
        assert set(json.loads(Path(announced["trusted_keys"]).read_text())["keys"][0]) == {"id", "ed25519"}
        login = requests.post(f"{announced['shop_url']}/v1/account-sessions", json=announced["account"], timeout=60)
        assert login.status_code == 201
    assert gone(announced["shop_url"])


@pytest.mark.parametrize(
    ("asked", "accepted", "fulfilled"),
    [
        ((), 15.0, 25.0),
        (("--auto-fulfil", "60"), 50.0, 60.0),
        (("--auto-fulfil", "1"), 0.0, 1.0),
        (("--accept-after", "5"), 5.0, 25.0),
        (("--accept-after", "90"), 25.0, 25.0),
    ],
)
def test_the_pace_leaves_time_to_cancel_and_then_to_see_it_paid(
    asked: tuple[str, ...], accepted: float, fulfilled: float
) -> None:
    options = options_of(build_parser().parse_args(["demo", *asked]))
    assert (options.accept_after, options.auto_fulfil) == (accepted, fulfilled)


def test_an_order_can_be_cancelled_until_it_is_accepted_and_is_fulfilled_by_itself(tmp_path: Path) -> None:
    pace = ("--accept-after", "4", "--auto-fulfil", "6")
    with running_demo("--state", str(tmp_path / "state"), *pace) as announced:
        licence = Path(announced["licence"]).read_text(encoding="ascii")
        with httpx.Client(base_url=announced["shop_url"], timeout=60, trust_env=False) as http:
            module = Module(http).open(licence)
            first = module.order(LICENCE_ID)
            answer = module.post(paths.cancellations(first["order_id"]), {"channel": "module"})
            assert (answer.status_code, answer.json()["state"]) == (201, "cancelled")
            began, second = time.monotonic(), module.order(LICENCE_ID)
            states = {second["state"]: 0.0}

            def is_fulfilled() -> bool:
                now = module.get(paths.order(second["order_id"])).json()["state"]
                states.setdefault(now, time.monotonic() - began)
                return bool(now == "fulfilled")

            wait_until(is_fulfilled, 60, what="the end of the order")
            assert states["invoiced"] >= 4 <= states["fulfilled"] - 2
            assert module.get(paths.order(first["order_id"])).json()["state"] == "cancelled"


def test_letters_land_as_files_that_a_mail_program_opens(tmp_path: Path) -> None:
    with running_demo("--state", str(tmp_path)) as announced:
        wanted = {"email": announced["account"]["email"]}
        asked = requests.post(f"{announced['shop_url']}/v1/password-resets", json=wanted, timeout=60)
        assert asked.status_code == 202
        wait_until(lambda: list(Path(announced["mail"]).glob("*.eml")), 30, "letter")
        (letter,) = Path(announced["mail"]).glob("*.eml")
    message = message_from_bytes(letter.read_bytes(), policy=policy.default)
    assert message["To"] == announced["account"]["email"]
    text, html = (part.get_content() for part in message.walk() if not part.is_multipart())
    assert f"{announced['panel_url']}" in text
    assert "<html" in html


def test_the_same_folder_goes_on_where_it_was(tmp_path: Path) -> None:
    with running_demo("--state", str(tmp_path), "--days-left", "3") as first:
        licence = Path(first["licence"]).read_text()
    with running_demo("--state", str(tmp_path), "--days-left", "30") as second:
        assert Path(second["licence"]).read_text() == licence
        assert second["account"] == first["account"]
        login = requests.post(f"{second['shop_url']}/v1/account-sessions", json=second["account"], timeout=60)
        assert login.status_code == 201


def test_without_a_folder_nothing_stays_behind() -> None:
    with running_demo() as announced:
        assert Path(announced["state"]).is_dir()
    assert not Path(announced["state"]).exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_with_windows_it_ends_at_a_signal_and_ends_what_it_started(tmp_path: Path, number: signal.Signals) -> None:
    process = started("--offscreen", "--state", str(tmp_path))
    announced = first_line(process)
    time.sleep(1)
    process.send_signal(number)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors.decode()
    assert gone(announced["shop_url"])


def test_a_demo_started_with_ctrl_c_ignored_still_ends_by_it(tmp_path: Path) -> None:
    shell = f"trap '' INT; exec {sys.executable} -m r2_renewal.cli demo --no-gui --state {tmp_path}"
    process = subprocess.Popen(["sh", "-c", shell], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    announced = first_line(process)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 0
    assert gone(announced["shop_url"])


def test_killed_outright_it_takes_the_shop_with_it(tmp_path: Path) -> None:
    process = started("--no-gui", "--state", str(tmp_path))
    announced = first_line(process)
    process.kill()
    process.communicate(timeout=60)
    assert gone(announced["shop_url"])


def refused(process: subprocess.Popen[bytes], code: str) -> None:
    output, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    assert output == b""
    (line,) = errors.decode().splitlines()
    assert line.startswith("r2-renewal: ")
    assert f"({code})" in line


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is always a screen")
def test_without_a_screen_it_says_so_in_a_line() -> None:
    refused(started(), "R2-S06")


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is always a screen")
@pytest.mark.parametrize("screen", [{"DISPLAY": ":77"}, {"QT_QPA_PLATFORM": "bogus"}], ids=str)
def test_a_screen_that_cannot_be_reached_is_said_before_anything_is_made(
    tmp_path: Path, screen: dict[str, str]
) -> None:
    refused(started(TMPDIR=str(tmp_path), **screen), "R2-S06")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_used_is_said_in_a_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    refused(started("--no-gui", "--state", str(tmp_path / "file" / "demo")), "R2-S09")


def test_a_busy_port_is_said_in_a_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        refused(started("--no-gui", "--state", str(tmp_path), "--port", str(taken.getsockname()[1])), "R2-S07")
