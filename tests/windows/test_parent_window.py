"""``--parent-window``: the host's window, of another process, owns ours."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.windows import desktop
from tests.windows.conftest import running

FOREIGN = Path(__file__).parents[1] / "cli" / "foreign_window.py"
Arguments = Callable[..., tuple[str, ...]]


@pytest.mark.parametrize(("command", "title"), [("startup", "Abonament R2"), ("eshop", "eSklep")])
def test_our_window_belongs_to_the_hosts_and_stands_above_it(arguments: Arguments, command: str, title: str) -> None:
    with running(sys.executable, str(FOREIGN)) as host:
        assert host.stdout is not None
        handle = int(host.stdout.readline())
        desktop.soon(lambda: handle in desktop.windows(), "the host's window")
        with running(*arguments(command, "--parent-window", str(handle))) as process:
            ours = desktop.soon(lambda: desktop.titled(title), title)
            desktop.soon(lambda: desktop.owner(ours) == handle, "the owner")
            desktop.user32.SetForegroundWindow(handle)
            assert desktop.stands_above(ours, handle)
            desktop.post(ours, desktop.WM_CLOSE)
            out, errors = process.communicate(timeout=60)
        assert (process.returncode, errors) == (10, "")
        assert json.loads(out.splitlines()[-1])["verdict"] == "expiring"
        assert handle in desktop.windows()


def test_our_window_goes_with_the_hosts(arguments: Arguments) -> None:
    with running(sys.executable, str(FOREIGN)) as host:
        assert host.stdout is not None
        handle = int(host.stdout.readline())
        with running(*arguments("startup", "--parent-window", hex(handle))) as process:
            desktop.soon(lambda: desktop.titled("Abonament R2"), "the reminder")
            host.kill()
            process.communicate(timeout=30)
            assert process.returncode == 10


def test_a_handle_that_is_no_windows_means_no_owner(arguments: Arguments) -> None:
    with running(*arguments("startup", "--parent-window", "123456789")) as process:
        ours = desktop.soon(lambda: desktop.titled("Abonament R2"), "the reminder")
        assert desktop.owner(ours) == 0
        desktop.post(ours, desktop.WM_CLOSE)
        process.communicate(timeout=60)
        assert process.returncode == 10
