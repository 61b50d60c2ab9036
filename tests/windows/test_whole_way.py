"""The main job on Qt's own platform for Windows: from the question to the renewed licence and the silent start."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

from r2_renewal.domain.dates import plus_months
from tests.windows.conftest import CLI, running

HOST = Path(__file__).parents[1] / "e2e" / "host_process.py"


def status(demo: dict[str, Any]) -> dict[str, Any]:
    command = [*CLI, "status", "--json", "--licence", demo["licence"], "--trusted-keys", demo["trusted_keys"]]
    told: dict[str, Any] = json.loads(subprocess.run(command, capture_output=True, check=False).stdout)
    return told


def play(scenario: str, demo: dict[str, Any]) -> dict[str, Any]:
    with running(sys.executable, str(HOST), scenario, json.dumps(demo)) as process:
        out, errors = process.communicate(timeout=170)
    assert process.returncode == 0, errors
    report: dict[str, Any] = json.loads(out.splitlines()[-1])
    assert "failed" not in report, report["failed"]
    return report


def test_an_order_renews_the_licence_and_the_next_start_is_silent(demo: dict[str, Any]) -> None:
    before = status(demo)
    assert (before["verdict"], before["days_left"]) == ("expiring", 30)
    play("order", demo)
    after = status(demo)
    until = plus_months(date.fromisoformat(before["valid_until"]), 12)
    assert (after["verdict"], after["valid_until"]) == ("valid", until.isoformat())
    silent = play("quiet", demo)
    assert (silent["dialogs"], silent["modules"], silent["state"]) == ([], [], "silent")
