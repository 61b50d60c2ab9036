"""``startup`` and ``eshop`` as a host that is not Python sees them: processes, one JSON line, exit codes, a real shop."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from r2_renewal.domain.dates import plus_months
from tests.e2e.conftest import OFFSCREEN, running_demo

CLI = (sys.executable, "-m", "r2_renewal.cli")
DRIVEN = (sys.executable, str(Path(__file__).with_name("driven_host.py")))
KEYS = {"verdict", "days_left", "valid_until", "prompt", "prompted", "answer", "renewed_until"}
SCREENS = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM", "R2_RENEWAL_UNATTENDED")


def environment(**changes: str) -> dict[str, str]:
    """Return an environment without a screen, but for what is given."""
    return {name: value for name, value in os.environ.items() if name not in SCREENS} | changes


@dataclass
class Result:
    """How a process ended. Attributes: code; out; err: its streams, without Qt's remarks on having no screen."""

    code: int
    out: str
    err: str

    @property
    def told(self) -> dict[str, Any]:
        """The JSON line, the only one on stdout."""
        (line,) = self.out.splitlines()
        document: dict[str, Any] = json.loads(line)
        assert set(document) == KEYS
        return document


@dataclass
class Computer:
    """A payroll host's computer: a licence and the module's state.

    Attributes:
        demo: what the shop announced.
        folder: licence and state.
    """

    demo: dict[str, Any]
    folder: Path

    @property
    def licence(self) -> Path:
        return self.folder / "R2platnik.lic"

    def arguments(self, command: str, *more: str) -> list[str]:
        options = ["--licence", str(self.licence), "--trusted-keys", self.demo["trusted_keys"]]
        places = ["--shop-url", self.demo["shop_url"], "--state", str(self.folder / "state")]
        return [command, *options, *places, "--json", *more]

    def run(self, command: str, *more: str, prefix: tuple[str, ...] = CLI, **changes: str) -> Result:
        done = subprocess.run(
            [*prefix, *self.arguments(command, *more)],
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
            env=environment(**changes),
        )
        errors = [line for line in done.stderr.splitlines() if not line.startswith(OFFSCREEN)]
        return Result(done.returncode, done.stdout, "\n".join(errors))

    def play(self, scenario: str, command: str) -> Result:
        result = self.run(command, prefix=(*DRIVEN, scenario), QT_QPA_PLATFORM="offscreen")
        assert result.err == ""
        return result


def computer(demo: dict[str, Any], folder: Path) -> Computer:
    folder.mkdir()
    shutil.copy(demo["licence"], folder / "R2platnik.lic")
    return Computer(demo, folder)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """A shop with a licence that ends in 30 days."""
    state = tmp_path_factory.mktemp("shop") / "demo"
    with running_demo("--state", str(state), "--auto-fulfil", "0.5") as announced:
        yield announced


@pytest.fixture
def far(tmp_path: Path) -> Iterator[Computer]:
    """A computer whose licence ends in 200 days: its last day can be looked at from any day until then."""
    with running_demo("--state", str(tmp_path / "demo"), "--days-left", "200") as announced:
        yield computer(announced, tmp_path / "far")


@pytest.fixture
def pc(demo: dict[str, Any], tmp_path: Path) -> Computer:
    return computer(demo, tmp_path / "pc")


def last_day(pc: Computer) -> date:
    return date.fromisoformat(pc.run("startup", "--unattended").told["valid_until"])


def test_unattended_tells_the_decision_and_opens_nothing(far: Computer) -> None:
    end = last_day(far)
    for days, code, verdict in ((31, 0, "valid"), (30, 10, "expiring"), (0, 10, "expiring"), (-1, 20, "expired")):
        day = (end - timedelta(days=days)).isoformat()
        result = far.run("startup", "--unattended", "--today", day, "--state", str(far.folder / verdict))
        assert (result.code, result.err) == (code, "")
        assert (result.told["verdict"], result.told["days_left"]) == (verdict, days)
        assert (result.told["prompt"] is None) == (verdict == "valid")
        assert (result.told["prompted"], result.told["answer"], result.told["renewed_until"]) == (False, None, None)


@pytest.mark.parametrize("command", ["startup", "eshop"])
def test_the_environment_says_unattended_too(pc: Computer, command: str) -> None:
    result = pc.run(command, R2_RENEWAL_UNATTENDED="1")
    assert (result.code, result.err, result.told["prompted"]) == (10, "", False)


def test_a_missing_licence_is_thirty_and_a_line(pc: Computer) -> None:
    pc.licence.unlink()
    result = pc.run("startup")
    assert (result.code, result.told["verdict"], result.told["valid_until"]) == (30, "missing", None)
    (line,) = result.err.splitlines()
    assert "R2-L01" in line


@pytest.mark.posix("a shell closes the stream")
def test_a_host_that_gives_no_stderr_still_reads_one_line(pc: Computer) -> None:
    pc.licence.unlink()
    for command, more, code in (("startup", (), 30), ("startup", ("--trusted-keys", "none.json"), 30)):
        result = pc.run(command, *more, prefix=("sh", "-c", 'exec "$@" 2>&-', "sh", *CLI))
        assert result.code == code
        assert result.out.count("\n") == (0 if more else 1)


PROBE = """
import sys
from r2_renewal.cli import main
code = main(sys.argv[1:])
heavy = sorted({name.partition('.')[0] for name in sys.modules} & {'PySide6', 'shiboken6', 'msgspec', 'requests', 'sqlite3'})
print(code, heavy)
"""


def test_a_silent_start_needs_no_screen_and_loads_nothing_heavy(far: Computer) -> None:
    result = far.run("startup", prefix=(sys.executable, "-c", PROBE))
    assert result.err == ""
    assert result.out.splitlines()[-1] == "0 []"


@pytest.mark.parametrize("command", ["startup", "eshop"])
@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is always a screen")
def test_a_window_without_a_screen_is_a_line(pc: Computer, command: str) -> None:
    for screen in ({}, {"DISPLAY": ":9873"}, {"QT_QPA_PLATFORM": "bogus"}):
        result = pc.run(command, **screen)
        assert (result.code, result.out) == (30, "")
        (line,) = result.err.splitlines()
        assert "R2-S06" in line
        assert "--unattended" in line


def test_remind_later_is_told_and_the_next_start_is_silent(pc: Computer) -> None:
    first = pc.play("later", "startup")
    assert (first.code, first.told["prompted"], first.told["answer"]) == (10, True, "remind_later")
    assert first.told["prompt"].startswith("Abonament kończy się za 30 dni. Chcesz teraz zamówić abonament")
    second = pc.run("startup")
    assert (second.code, second.told["prompt"], second.told["prompted"]) == (10, None, False)


def test_eshop_opens_without_a_question_and_ends_when_it_is_closed(pc: Computer) -> None:
    result = pc.play("close", "eshop")
    assert (result.code, result.told["prompted"], result.told["answer"]) == (10, False, None)


def test_an_order_renews_this_computer_and_the_next_start_of_every_other(tmp_path: Path) -> None:
    with running_demo("--state", str(tmp_path / "demo"), "--auto-fulfil", "0.5") as demo:
        here, there, third = (computer(demo, tmp_path / name) for name in ("here", "there", "third"))
        until = plus_months(last_day(computer(demo, tmp_path / "fourth")), 12).isoformat()
        ordered = here.play("order", "startup")
        assert (ordered.code, ordered.told["verdict"], ordered.told["answer"]) == (0, "valid", "order")
        assert (ordered.told["renewed_until"], ordered.told["valid_until"]) == (until, until)
        again = here.run("startup")
        assert (again.code, again.told["prompted"], again.told["renewed_until"]) == (0, False, None)
        elsewhere = there.play("nothing", "startup")
        assert (elsewhere.code, elsewhere.told["prompted"], elsewhere.told["renewed_until"]) == (0, False, until)
        screenless = third.run("startup", "--unattended")
        assert (screenless.code, screenless.told["verdict"], screenless.told["renewed_until"]) == (0, "valid", until)


def test_a_start_without_a_window_brings_an_open_order_to_its_end(tmp_path: Path) -> None:
    with running_demo("--state", str(tmp_path / "demo"), "--auto-fulfil", "2.5") as demo:
        pc = computer(demo, tmp_path / "pc")
        left = pc.play("leave", "startup")
        assert (left.code, left.told["answer"], left.told["renewed_until"]) == (10, "order", None)
        settled = pc.run("startup")
        assert (settled.code, settled.told["prompted"], settled.err) == (0, False, "")
        assert settled.told["renewed_until"] == settled.told["valid_until"]


def test_a_shop_that_is_away_delays_an_unattended_start_by_seconds_only(pc: Computer) -> None:
    began = time.monotonic()
    result = pc.run("startup", "--unattended", "--shop-url", "http://127.0.0.1:9")
    assert (result.code, result.told["verdict"]) == (10, "expiring")
    assert time.monotonic() - began < 30


def test_a_signal_ends_windows_agent_and_process_with_a_result(pc: Computer) -> None:
    process = subprocess.Popen(
        [*CLI, *pc.arguments("eshop")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(QT_QPA_PLATFORM="offscreen"),
    )
    until = time.monotonic() + 60
    while not (pc.folder / "state" / "agent.log").exists():  # eSklep is open and has its agent
        assert time.monotonic() < until
        time.sleep(0.1)
    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate(timeout=60)
    assert (process.returncode, Result(process.returncode, out, "").told["verdict"]) == (10, "expiring")


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the policy is not a file in /etc")
@pytest.mark.skipif(shutil.which("unshare") is None, reason="unshare is not installed")
def test_reminders_that_the_administrator_switched_off_are_not_shown(pc: Computer) -> None:
    etc = pc.folder / "etc"
    (etc / "r2-renewal").mkdir(parents=True)
    (etc / "r2-renewal" / "policy.toml").write_text("reminders_enabled = false\n")
    mounted = f'mount --bind {etc} /etc && exec {" ".join(CLI)} "$@"'
    user = [] if os.geteuid() == 0 else ["--map-root-user"]
    result = pc.run("startup", prefix=("unshare", *user, "--mount", "sh", "-c", mounted, "sh"))
    if "unshare" in result.err or "mount:" in result.err:
        pytest.skip(f"no mount namespace here: {result.err[:80]}")
    assert (result.code, result.err) == (10, "")
    assert (result.told["prompt"], result.told["prompted"]) == (None, False)


@pytest.mark.parametrize("arguments", [["startup", "--help"], ["eshop", "--help"]])
def test_every_command_has_its_help(arguments: list[str]) -> None:
    done = subprocess.run([*CLI, *arguments], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0
    assert "--parent-window" in done.stdout
