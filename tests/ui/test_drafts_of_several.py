"""Drafts and open forms of several programs: offered for any of them, and each program in one at most."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from r2_renewal.domain.draft import Draft, DraftItem
from r2_renewal.domain.errors import ErrorCode
from r2_renewal.domain.offer import ServiceKind
from r2_renewal.domain.order_flow import start
from r2_renewal.ui.order_forms import OrderForms
from r2_renewal.ui.order_wizard.wizard import OrderWizard
from tests.driver import click, tick, wait_until
from tests.samples import two_programs
from tests.ui.conftest import LINKS, Agent, failure
from tests.ui.test_drafts import found, question

AgentMaker = Callable[..., Agent]


def of_both() -> Draft:
    return Draft(ServiceKind.SUBSCRIPTION, items=(DraftItem("lic-1", "sub-50"), DraftItem("lic-2", "sub-k-50")))


def test_a_draft_of_more_programs_names_them_and_brings_them_back(qtbot: QtBot, agent: AgentMaker) -> None:
    made, shop = agent(draft__load=[found(of_both())]), two_programs()
    wizard = OrderWizard(start(shop, shop.basket[1:]), made.link, LINKS)
    qtbot.addWidget(wizard)
    wizard.show()
    wait_until(lambda: question(wizard), what="question")
    assert question(wizard) == (
        "Masz rozpoczęte zamówienie z 20.11. (R2płatnik Standard, R2księga Standard). Kontynuować?"
    )
    click(wizard, "Kontynuuj")
    wait_until(lambda: wizard.flow.quote is not None, what="price")
    assert set(wizard.flow.service.wanted) == {"lic-1", "lic-2"}


def test_beginning_anew_drops_the_draft_of_more_programs(qtbot: QtBot, agent: AgentMaker) -> None:
    made, shop = agent(draft__load=[found(of_both())]), two_programs()
    wizard = OrderWizard(start(shop, shop.basket[1:]), made.link, LINKS)
    qtbot.addWidget(wizard)
    wizard.show()
    wait_until(lambda: question(wizard), what="question")
    click(wizard, "Zacznij od nowa")
    wait_until(lambda: made.asked("draft.discard") == [{"customer": "cust-1", "licence_ids": ["lic-2"]}])
    assert wizard.flow.licence_ids == ("lic-2",)


def test_a_program_is_in_one_open_form_at_most(qtbot: QtBot, agent: AgentMaker) -> None:
    window, shop = QWidget(), two_programs()
    qtbot.addWidget(window)
    forms = OrderForms(agent().link, LINKS, window)
    forms.open(shop, shop.basket[:1], None)
    (wizard,) = window.findChildren(OrderWizard)
    tick(wizard, "Abonament")
    wait_until(lambda: wizard.flow.quote is not None, what="price")
    forms.open(shop, shop.basket, None)
    assert window.findChildren(OrderWizard) == [wizard]
    assert wizard.flow.licence_ids == ("lic-1", "lic-2")
    wait_until(lambda: wizard.flow.quote is not None, what="price of both")
    forms.open(shop, shop.basket[1:], None)
    assert window.findChildren(OrderWizard) == [wizard]
    wizard.reject()


def test_what_a_closed_form_of_several_was_left_with_is_offered_for_any_of_them(
    qtbot: QtBot, agent: AgentMaker
) -> None:
    window, shop = QWidget(), two_programs()
    qtbot.addWidget(window)
    broken = failure(ErrorCode.STORE)
    forms = OrderForms(agent(draft__load=[broken], draft__save=[broken]).link, LINKS, window)
    forms.open(shop, shop.basket, None)
    (first,) = window.findChildren(OrderWizard)
    tick(first, "Abonament")
    wait_until(lambda: first.flow.quote is not None, what="price")
    first.reject()
    wait_until(lambda: window.findChildren(OrderWizard) == [], what="closed form")
    forms.open(shop, shop.basket[1:], None)
    (again,) = window.findChildren(OrderWizard)
    wait_until(lambda: question(again), what="question")
    click(again, "Kontynuuj")
    assert set(again.flow.licence_ids) == {"lic-1", "lic-2"}
    again.reject()
