"""What the administrator has decided is said in eSklep, with the way that is left."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QLabel
from pytestqt.qtbot import QtBot

from r2_renewal.domain.errors import ErrorCode
from r2_renewal.policy import Policy
from r2_renewal.ui.eshop_window import EshopWindow
from r2_renewal.ui.managed_text import managed_text
from tests.driver import find, wait_until
from tests.samples import TODAY
from tests.ui.conftest import LINKS, Agent, failure


def notes(window: EshopWindow) -> list[str]:
    return [
        label.text() for label in window.findChildren(QLabel) if label.isVisible() and "administratora" in label.text()
    ]


def opened(qtbot: QtBot, agent: Agent, policy: Policy) -> EshopWindow:
    window = EshopWindow(agent.link, LINKS, lambda: TODAY, managed=policy.decided)
    window.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    return window


def test_what_the_administrator_decided_is_named(qtbot: QtBot, agent: Callable[..., Agent]) -> None:
    window = opened(qtbot, agent(), Policy(reminders_enabled=False, proxy="http://proxy.example"))
    assert notes(window) == ["Zarządzane przez administratora: przypomnienia, serwer proxy."]


def test_without_a_policy_there_is_no_note(qtbot: QtBot, agent: Callable[..., Agent]) -> None:
    assert notes(opened(qtbot, agent(), Policy())) == []


def test_offline_by_policy_says_who_decided_and_leaves_the_file(qtbot: QtBot, agent: Callable[..., Agent]) -> None:
    made = agent(eshop__load=[failure(ErrorCode.OFFLINE_BY_POLICY)])
    window = opened(qtbot, made, Policy(offline_only=True))
    wait_until(lambda: "R2-N11" in window.messages.text, what="refusal")
    assert "zarządzane przez administratora" in window.messages.text
    assert find(window, QAbstractButton, "Wczytaj plik licencji…").isEnabled()
    assert notes(window)[-1] == "Zarządzane przez administratora: praca bez połączenia z eSklepem."


def test_every_decision_has_its_words() -> None:
    every = Policy(reminders_enabled=True, shop_url="https://a.example", proxy="http://b", offline_only=True).decided
    assert managed_text(every).count(",") == 3
    assert managed_text(("something_newer",)) == "Zarządzane przez administratora: ustawienia modułu."
