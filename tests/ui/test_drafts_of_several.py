"""Drafts and open forms of several programs: offered for any of them, and each program in one at most."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import msgspec
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from r2_renewal.agent.protocol import LoadResult
from r2_renewal.domain.basket import Storefront
from r2_renewal.domain.draft import Draft, DraftItem
from r2_renewal.domain.errors import ErrorCode
from r2_renewal.domain.offer import ServiceKind
from r2_renewal.domain.order_flow import start
from r2_renewal.ui.eshop_window import EshopWindow
from r2_renewal.ui.order_forms import OrderForms
from r2_renewal.ui.order_wizard.wizard import OrderWizard
from tests.driver import click, tick, wait_until
from tests.samples import TODAY, two_programs
from tests.ui.conftest import LINKS, Agent, failure
from tests.ui.test_drafts import found, question

AgentMaker = Callable[..., Agent]


def of_both() -> Draft:
    return Draft(ServiceKind.SUBSCRIPTION, items=(DraftItem("lic-1", "sub-50"), DraftItem("lic-2", "sub-k-50")))


def stock(licence_ids: set[str]) -> Storefront:
    """Return what eSklep gives a form: the programs asked for, and nothing of the others."""
    shop = two_programs()
    return replace(
        shop,
        basket=tuple(entry for entry in shop.basket if entry.program.licence_id in licence_ids),
        offers=tuple(offer for offer in shop.offers if offer.licence_id in licence_ids),
    )


def form_of_the_second(qtbot: QtBot, made: Agent) -> OrderWizard:
    shop = stock({"lic-2"})
    wizard = OrderWizard(start(shop, shop.basket), made.link, LINKS, stock=stock)
    qtbot.addWidget(wizard)
    wizard.show()
    wait_until(lambda: question(wizard), what="question")
    return wizard


def test_a_draft_of_more_programs_names_them_and_brings_them_back(qtbot: QtBot, agent: AgentMaker) -> None:
    made = agent(draft__load=[found(of_both())])
    wizard = form_of_the_second(qtbot, made)
    assert question(wizard) == (
        "Masz rozpoczęte zamówienie z 20.11. (R2płatnik Standard, R2księga Standard). Kontynuować?"
    )
    click(wizard, "Kontynuuj")
    wait_until(lambda: wizard.flow.quote is not None, what="price")
    assert set(wizard.flow.service.wanted) == {"lic-1", "lic-2"}


def test_beginning_anew_drops_the_draft_of_more_programs(qtbot: QtBot, agent: AgentMaker) -> None:
    made = agent(draft__load=[found(of_both())])
    wizard = form_of_the_second(qtbot, made)
    click(wizard, "Zacznij od nowa")
    wait_until(lambda: made.asked("draft.discard") == [{"customer": "cust-1", "licence_ids": ["lic-2"]}])
    assert wizard.flow.licence_ids == ("lic-2",)


def test_a_program_is_in_one_open_form_at_most(qtbot: QtBot, agent: AgentMaker) -> None:
    window, shop = QWidget(), two_programs()
    qtbot.addWidget(window)
    forms = OrderForms(agent().link, LINKS, window, stock)
    forms.open(shop.basket[:1], None)
    (wizard,) = window.findChildren(OrderWizard)
    tick(wizard, "Abonament")
    wait_until(lambda: wizard.flow.quote is not None, what="price")
    forms.open(shop.basket, None)
    assert window.findChildren(OrderWizard) == [wizard]
    assert wizard.flow.licence_ids == ("lic-1", "lic-2")
    wait_until(lambda: wizard.flow.quote is not None, what="price of both")
    assert set(wizard.flow.service.wanted) == {"lic-1", "lic-2"}
    forms.open(shop.basket[1:], None)
    assert window.findChildren(OrderWizard) == [wizard]
    wizard.reject()


def test_what_a_closed_form_of_several_was_left_with_is_offered_for_any_of_them(
    qtbot: QtBot, agent: AgentMaker
) -> None:
    window, shop = QWidget(), two_programs()
    qtbot.addWidget(window)
    broken = failure(ErrorCode.STORE)
    forms = OrderForms(agent(draft__load=[broken], draft__save=[broken]).link, LINKS, window, stock)
    forms.open(shop.basket, None)
    (first,) = window.findChildren(OrderWizard)
    tick(first, "Abonament")
    wait_until(lambda: first.flow.quote is not None, what="price")
    first.reject()
    wait_until(lambda: window.findChildren(OrderWizard) == [], what="closed form")
    forms.open(shop.basket[1:], None)
    (again,) = window.findChildren(OrderWizard)
    wait_until(lambda: question(again), what="question")
    click(again, "Kontynuuj")
    assert set(again.flow.licence_ids) == {"lic-1", "lic-2"}
    again.reject()


# From eSklep itself


def eshop_of_both(qtbot: QtBot, agent: AgentMaker, **script: list[dict[str, Any]]) -> EshopWindow:
    load = {"result": msgspec.to_builtins(LoadResult(storefront=two_programs()))}
    window = EshopWindow(agent(eshop__load=[load], **script).link, LINKS, lambda: TODAY)
    qtbot.addWidget(window)
    window.show()
    wait_until(window.order_button.isEnabled, what="basket")
    return window


def test_a_program_is_ordered_together_with_one_whose_form_is_open(qtbot: QtBot, agent: AgentMaker) -> None:
    eshop = eshop_of_both(qtbot, agent)
    click(eshop, "Zamów…")
    (wizard,) = eshop.findChildren(OrderWizard)
    tick(wizard, "Abonament")
    wait_until(lambda: wizard.flow.quote is not None, what="price")
    QTest.keyClick(eshop.basket.table, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    click(eshop, "Zamów…")
    wait_until(lambda: wizard.flow.quote is not None, what="price of both")
    assert wizard.flow.service.wanted == {"lic-1": "sub-50", "lic-2": "sub-k-50"}
    wizard.reject()


def test_the_draft_of_more_programs_comes_back_whole_in_eshop(qtbot: QtBot, agent: AgentMaker) -> None:
    eshop = eshop_of_both(qtbot, agent, draft__load=[found(of_both())])
    eshop.basket.select("lic-2")
    click(eshop, "Zamów…")
    (wizard,) = eshop.findChildren(OrderWizard)
    wait_until(lambda: "R2płatnik Standard, R2księga Standard" in question(wizard), what="question")
    click(wizard, "Kontynuuj")
    wait_until(lambda: wizard.flow.quote is not None, what="price")
    assert wizard.flow.service.wanted == {"lic-1": "sub-50", "lic-2": "sub-k-50"}
    wizard.reject()
