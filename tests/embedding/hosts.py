"""A host window with the module over a licence that ends in 30 days, and a scripted agent behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest
from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QMainWindow
from pytestqt.qtbot import QtBot

import r2_renewal
from r2_renewal.embedding.module import RenewalModule
from r2_renewal.embedding.state import Status
from r2_renewal.ui.agent_link import AgentProcess
from tests.driver import wait_until
from tests.embedding.licences import KEYS, write_licence
from tests.fakes.scripted_command import scripted_command

ROOT = Path(__file__).resolve().parent.parent.parent
TODAY = date(2026, 11, 22)
END = date(2026, 12, 22)


class Host:
    """A host window and what its user and its agent lived to see.

    Attributes:
        window: the main window.
        licence: the licence file.
        state_dir: the module's folder.
        today: the day that the host believes in.
    """

    def __init__(self, qtbot: QtBot, folder: Path) -> None:
        self.window = QMainWindow()
        self.window.resize(700, 500)
        self.window.menuBar().addMenu("&Plik")
        qtbot.addWidget(self.window)
        self.licence = write_licence(folder / "R2.lic", END)
        self.state_dir = folder / "state"
        self.today = TODAY
        self._folder = folder
        self._modules: list[RenewalModule] = []

    def attach(self, script: dict[str, list[dict[str, Any]]] | None = None, **more: Any) -> RenewalModule:
        """Embed the module, as each start of the host does."""
        path = self._folder / f"script-{len(self._modules)}.json"
        options = {
            "licence_path": self.licence,
            "trusted_keys": KEYS,
            "state_dir": self.state_dir,
            "shop_url": "http://127.0.0.1:1",
            "agent_command": scripted_command(script or {}, path, self._log),
            "today": lambda: self.today,
        }
        module = r2_renewal.attach(self.window, r2_renewal.Config(**{**options, **more}))  # type: ignore[arg-type]
        self._modules.append(module)
        self.window.show()
        return module

    def start(self, script: dict[str, list[dict[str, Any]]] | None = None, **more: Any) -> RenewalModule:
        """Embed the module anew and wait for its first check."""
        for module in self._modules:
            module.detach()
        module = self.attach(script, **more)
        wait_until(lambda: module.state.status is not Status.WAITING, what="first check")
        return module

    def asked_agent(self, method: str) -> int:
        """Return how often any agent so far was asked for something."""
        lines = self._log.read_bytes().splitlines() if self._log.exists() else []
        return sum(msgspec.json.decode(line)["method"] == method for line in lines)

    def close(self) -> None:
        """Leave, with every agent."""
        for module in self._modules:
            module.detach()
        wait_until(lambda: not QCoreApplication.instance().findChildren(AgentProcess), what="end of the agents")

    @property
    def _log(self) -> Path:
        return self._folder / "agent.jsonl"


MakeHost = Callable[..., RenewalModule]


@pytest.fixture
def host(qtbot: QtBot, tmp_path: Path) -> Iterator[Host]:
    """A host."""
    made = Host(qtbot, tmp_path)
    yield made
    made.close()


def refreshed(valid_until: date = END, enrolled: bool = False) -> dict[str, Any]:
    """Return the scripted step of an agent whose shop answered."""
    return {"result": {"valid_until": valid_until.isoformat(), "enrolled": enrolled}}
