"""What was typed survives the host: killed while somebody types, or ended before the last letters were saved."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from r2_renewal.clock import today_in_warsaw
from r2_renewal.reference_shop.seed import LICENCE_ID
from r2_renewal.store.database import FILE_NAME
from tests.e2e.conftest import running_demo

HOST = Path(__file__).with_name("typing_host.py")


def start(scenario: str, demo: dict[str, Any]) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, str(HOST), scenario, json.dumps(demo)], stdout=subprocess.PIPE, text=True)


def first_line(host: subprocess.Popen[str]) -> str:
    assert host.stdout is not None
    return host.stdout.readline().strip()


def awaited_typing(demo: dict[str, Any]) -> None:
    """Wait until the last letters are on disk: at most 400 ms of typing are not."""
    end = time.monotonic() + 30
    while True:
        with sqlite3.connect(Path(demo["state"]) / "module" / FILE_NAME, timeout=10) as database:
            rows = database.execute("SELECT body FROM draft WHERE licence_id = ?", (LICENCE_ID,)).fetchall()
        database.close()
        if rows and b'"email":"anna@"' in rows[0][0]:
            return
        assert time.monotonic() < end, rows
        time.sleep(0.05)


@pytest.mark.parametrize("fate", ["killed", "ended"])
def test_the_next_start_offers_and_restores_what_was_typed_exactly(tmp_path: Path, fate: str) -> None:
    with running_demo("--state", str(tmp_path / "demo")) as demo:
        host = start("type" if fate == "killed" else "end", demo)
        assert first_line(host) == "typing"
        if fate == "killed":
            awaited_typing(demo)
            host.kill()
        host.communicate(timeout=60)
        again = start("resume", demo)
        seen = json.loads(first_line(again))
        again.communicate(timeout=60)
    today = today_in_warsaw()
    assert seen == {
        "asked": f"Masz rozpoczęte zamówienie z {today.day:02}.{today.month:02}. Kontynuować?",
        "ticks": [False] * len(seen["ticks"]),
        "email": "inny@klosowska.example",
        "lines": ["Anna Łucja", "Kłosowska-Świ", "601 2", "anna@"],
    }
