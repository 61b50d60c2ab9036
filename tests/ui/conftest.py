"""Windows with a scripted agent behind them: a real process, any fate."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from PySide6.QtCore import QCoreApplication, QObject
from pytestqt.qtbot import QtBot

from r2_renewal.agent.protocol import VERSION, HelloParams
from r2_renewal.domain.errors import ErrorCode
from r2_renewal.ui.agent_link import AgentLink, AgentProcess
from r2_renewal.ui.links import Links
from tests.driver import wait_until
from tests.fakes.scripted_command import scripted_command

ROOT = Path(__file__).resolve().parent.parent.parent
HELLO = HelloParams(
    protocol=VERSION,
    shop_url="http://127.0.0.1:1",
    licence_path="x.lic",
    trusted_keys=(),
    product_code="r2platnik",
    state_dir=".",
)
LINKS = Links(
    panel="https://panel.example/",
    ebok="https://ebok.example/",
    contact_form="https://form.example/",
    privacy="https://panel.example/p",
    allowed_hosts=("panel.example", "ebok.example", "form.example"),
)


def failure(code: ErrorCode, **data: Any) -> dict[str, Any]:
    """Return a scripted step that fails with a code."""
    return {"error": {"code": -32000, "message": code.name, "data": {"code": code.value, **data}}}


class Agent:
    """A link to a scripted agent, and what it was asked.

    Attributes:
        link: the link under test.
    """

    def __init__(self, link: AgentLink, log: Path) -> None:
        self.link = link
        self._log = log

    def asked(self, method: str) -> list[dict[str, Any]]:
        """Return the parameters of every call of a method so far."""
        lines = self._log.read_bytes().splitlines() if self._log.exists() else []
        requests = [msgspec.json.decode(line) for line in lines]
        return [request["params"] for request in requests if request["method"] == method]


@pytest.fixture
def agent(qtbot: QtBot, tmp_path: Path) -> Iterator[Callable[..., Agent]]:
    """Return a maker of links; scripts are given as keyword ``method=[steps]`` with dots written as two underscores."""
    made: list[AgentLink] = []
    parent = QObject()

    def make(**script: list[dict[str, Any]]) -> Agent:
        path, log = tmp_path / f"script-{len(made)}.json", tmp_path / f"log-{len(made)}.jsonl"
        link = AgentLink(scripted_command(script, path, log), HELLO, parent)
        made.append(link)
        return Agent(link, log)

    yield make
    for link in made:
        link.close()
    parent.deleteLater()
    wait_until(lambda: not QCoreApplication.instance().findChildren(AgentProcess), what="end of the agents")
