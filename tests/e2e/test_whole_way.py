"""The main job with real processes: host, agent and shop, from the reminder to the renewed licence and the silent start."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from r2_renewal.domain.dates import plus_months, short_date
from tests.e2e.conftest import HOST

Host = Callable[..., dict[str, Any]]
QUESTION = (
    "Abonament kończy się za 30 dni. Chcesz teraz zamówić abonament na aktualizację programu, pomoc techniczną oraz pobieranie "
    "danych z Internetu na kolejne 12 miesięcy?"
)


def status(demo: dict[str, Any]) -> tuple[dict[str, Any], int]:
    """Return what ``r2-renewal status --json`` says, and its exit code."""
    command = [sys.executable, "-m", "r2_renewal.cli", "status", "--json", "--licence", demo["licence"]]
    done = subprocess.run([*command, "--trusted-keys", demo["trusted_keys"]], capture_output=True, check=False)
    return json.loads(done.stdout), done.returncode


def orders_in(demo: dict[str, Any]) -> int:
    """Return how many orders the shop has."""
    with sqlite3.connect(Path(demo["state"]) / "shop" / "shop.db") as database:
        (count,) = database.execute("SELECT count(*) FROM orders").fetchone()
    database.close()
    return int(count)


def test_from_thirty_days_left_to_a_silent_start_a_year_further(demo: dict[str, Any], host: Host) -> None:
    before, code = status(demo)
    assert (before["verdict"], before["days_left"], before["prompt"], code) == ("expiring", 30, QUESTION, 10)

    report = host("order", demo)

    until = date.fromisoformat(before["valid_until"])
    assert report["text"] == QUESTION
    assert report["renewed"] == f"Odnowiono do {short_date(plus_months(until, 12))}"
    assert orders_in(demo) == 1
    after, code = status(demo)
    assert (after["verdict"], after["valid_until"], after["prompt"], code) == (
        "valid",
        plus_months(until, 12).isoformat(),
        None,
        0,
    )
    second = host("quiet", demo)
    assert second["dialogs"] == []
    assert second["children"] == []
    assert second["modules"] == []
    assert second["state"] == "silent"


def test_remind_later_is_silent_at_the_next_start(demo: dict[str, Any], host: Host) -> None:
    assert host("later", demo)["text"] == QUESTION
    second = host("quiet", demo)
    assert (second["dialogs"], second["children"]) == ([], [])


def traced(scenario: str, demo: dict[str, Any], log: Path) -> Counter[str]:
    """Return how often a host made the system calls that open sockets and start processes."""
    calls = "socket,connect,execve,fork,vfork"
    command = ["strace", "-f", "-qq", "-e", f"trace={calls}", "-o", str(log), sys.executable, str(HOST), scenario]
    subprocess.run([*command, json.dumps(demo)], capture_output=True, timeout=120, check=True)
    return Counter(re.findall(r"^\d+ +(\w+)\(", log.read_text(), re.MULTILINE))


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
def test_a_silent_start_makes_no_socket_and_no_process_that_a_bare_host_does_not(
    tmp_path: Path, repository: Path
) -> None:
    from tests.e2e.conftest import running_demo

    with running_demo("--state", str(tmp_path / "far"), "--days-left", "200") as demo:
        bare = traced("bare", demo, tmp_path / "bare.log")
        quiet = traced("quiet", demo, tmp_path / "quiet.log")
    assert bare["execve"] == 1
    assert quiet == bare
