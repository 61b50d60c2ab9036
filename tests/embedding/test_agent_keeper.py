"""The agent's life in a host: one for all its windows, started again ever more patiently, gone with the last that uses it."""

from __future__ import annotations

import sys
from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QMainWindow
from pytestqt.qtbot import QtBot

import r2_renewal
from r2_renewal.embedding import agent_keeper
from r2_renewal.embedding.agent_keeper import AgentKeeper
from r2_renewal.settings import settle
from r2_renewal.store.outbox import Outbox
from r2_renewal.ui.agent_link import AgentProcess
from tests.driver import wait_until
from tests.embedding.hosts import END, Host, host
from tests.embedding.licences import KEYS, LICENCE_ID, write_licence

__all__ = ["host"]


def agents() -> list[AgentProcess]:
    """Return every process of an agent in this host process, also one that is ending."""
    return [
        process
        for process in QCoreApplication.instance().findChildren(AgentProcess)
        if process.state() is not AgentProcess.ProcessState.NotRunning
    ]


def test_two_windows_of_a_host_share_one_agent_and_the_last_ends_it(qtbot: QtBot, host: Host) -> None:
    first = host.attach()
    second_window = QMainWindow()
    qtbot.addWidget(second_window)
    second = r2_renewal.attach(second_window, first._config)
    second_window.show()
    for module in (first, second):
        module.open_eshop()
    wait_until(lambda: len(agents()) == 1, what="one agent")
    first.detach()
    assert len(agents()) == 1
    second.open_eshop()
    assert len(agents()) == 1
    second.detach()
    wait_until(lambda: not agents(), what="the agent's end")


def test_the_end_of_a_window_alone_gives_its_share_up(qtbot: QtBot, host: Host) -> None:
    first = host.attach()
    second_window = QMainWindow()
    second = r2_renewal.attach(second_window, first._config)
    second_window.show()
    second.open_eshop()
    wait_until(lambda: len(agents()) == 1, what="the agent")
    second_window.deleteLater()
    wait_until(lambda: not agents(), what="the agent's end")
    first.open_eshop()
    wait_until(lambda: len(agents()) == 1, what="an agent for the other")


def test_an_agent_that_keeps_dying_is_started_again_ever_later_and_not_for_ever(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, most = 60, 4
    monkeypatch.setattr(agent_keeper, "FIRST_RESTART_MS", first)
    monkeypatch.setattr(agent_keeper, "MOST_RESTARTS", most)
    starts = tmp_path / "starts"
    dying = f"import time; open({str(starts)!r}, 'a').write(str(time.time()) + '\\n')"
    window = QMainWindow()
    qtbot.addWidget(window)
    config = r2_renewal.Config(
        licence_path=write_licence(tmp_path / "R2.lic", END),
        trusted_keys=KEYS,
        state_dir=tmp_path / "state",
        shop_url="http://127.0.0.1:1",
        agent_command=(sys.executable, "-I", "-S", "-c", dying),
    )
    Outbox(tmp_path / "state").confirm("key-1", LICENCE_ID, "digest", b"frozen")
    keeper = AgentKeeper(window, settle(config))
    keeper.link.resume()
    wait_until(lambda: starts.exists() and len(starts.read_text().split()) == most + 1, what="the last start")
    moments = [float(line) for line in starts.read_text().split()]
    waits = [later - earlier for earlier, later in pairwise(moments)]
    assert all(wait * 1000 >= first << number for number, wait in enumerate(waits)), waits
    qtbot.wait((first << most) + 100)
    assert len(starts.read_text().split()) == most + 1
    keeper.close()
