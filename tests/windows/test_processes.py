"""However the host ends, nothing of ours is left after two seconds, and what was typed is there at the next start."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from subprocess import Popen
from typing import Any

import pytest

from tests.e2e.test_drafts import awaited_typing
from tests.windows import desktop
from tests.windows.conftest import running

HOST = Path(__file__).parents[1] / "e2e" / "typing_host.py"
SECONDS = 2.0


def terminated(host: Popen[str]) -> None:
    """TerminateProcess, as the task manager does."""
    host.kill()


def logged_off(host: Popen[str]) -> None:
    """Send what Windows sends at the end of a session, and then end the process as it does."""
    for handle in desktop.windows_of(host.pid):
        assert desktop.send(handle, desktop.WM_QUERYENDSESSION) == 1, "the session's end is refused"
    for handle in desktop.windows_of(host.pid):
        desktop.send(handle, desktop.WM_ENDSESSION, 1)
    host.kill()


@pytest.mark.parametrize("end", [terminated, logged_off])
def test_nothing_of_ours_outlives_the_host_and_nothing_typed_is_lost(
    demo: dict[str, Any], end: Callable[[Popen[str]], None]
) -> None:
    with running(sys.executable, str(HOST), "type", json.dumps(demo)) as host:
        assert host.stdout is not None
        assert host.stdout.readline().strip() == "typing"
        awaited_typing(demo)
        agents = desktop.children(host.pid)
        assert agents
        end(host)
        began = time.monotonic()
        desktop.soon(lambda: not any(desktop.lives(pid) for pid in agents), "the agent's end", 10)
        assert time.monotonic() - began < SECONDS
    with running(sys.executable, str(HOST), "resume", json.dumps(demo)) as host:
        out, errors = host.communicate(timeout=120)
    assert host.returncode == 0, errors
    told = json.loads(out.splitlines()[-1])
    assert told["lines"] == ["Anna Łucja", "Kłosowska-Świ", "601 2", "anna@"]
