"""Embedded in a PySide6 program that is not ours: pyqtgraph's example browser, a main window without any menu."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PySide6.QtWidgets import QDialog
from pytestqt.qtbot import QtBot

import r2_renewal
from r2_renewal.embedding.state import Status
from tests.driver import click, wait_until
from tests.embedding.hosts import END, TODAY
from tests.embedding.licences import KEYS, write_licence

os.environ.setdefault("PYQTGRAPH_QT_LIB", "PySide6")


@pytest.mark.filterwarnings("ignore")
def test_it_asks_in_the_example_browser_and_leaves_it_as_it_was(qtbot: QtBot, tmp_path: Path) -> None:
    from pyqtgraph.examples.ExampleApp import ExampleLoader

    program = ExampleLoader()
    qtbot.addWidget(program)
    config = r2_renewal.Config(
        licence_path=write_licence(tmp_path / "R2.lic", END),
        trusted_keys=KEYS,
        state_dir=tmp_path / "state",
        shop_url="http://127.0.0.1:1",
        agent_command=("/nonexistent/agent",),
        today=lambda: TODAY,
    )
    module = r2_renewal.attach(program, config)
    program.show()
    wait_until(lambda: module.state.status is Status.PROMPTING, what="question")
    assert [action.text() for action in program.menuBar().actions()] == ["Pomo&c"]
    (dialog,) = (child for child in program.findChildren(QDialog) if child.isVisible())
    click(dialog, "Przypomnij później")
    wait_until(lambda: module.state.status is Status.SILENT, what="answer")
    module.detach()
    wait_until(lambda: not program.menuBar().actions(), what="menus as before")
