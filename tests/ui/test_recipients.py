"""„Nabywca / Odbiorca": shown where there is somebody to choose, chosen by keyboard, told in the summary, kept by the draft."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QComboBox
from pytestqt.qtbot import QtBot

from r2_renewal.domain.draft import draft_of, resumed
from r2_renewal.domain.errors import ErrorCode
from r2_renewal.domain.order_flow import start
from r2_renewal.domain.recipient import Recipient
from r2_renewal.domain.recipient_role import RecipientRole
from r2_renewal.ui.order_wizard.wizard import OrderWizard
from tests.driver import find, tick, wait_until
from tests.keyboard import press, tab_to
from tests.samples import storefront
from tests.ui.conftest import LINKS, Agent, failure
from tests.ui.order_steps import from_invoice_to_consent, to_invoice
from tests.ui.test_order_pages import ORDER_BUTTON, at, go, problems, texts

SCHOOL = Recipient("rec_1", "Szkoła nr 3", "7010019252", "", "Szkolna 7", "00-950", "Warszawa")
UNIT = Recipient("rec_2", "Żłobek", city="Łódź", role=RecipientRole.LOCAL_GOVERNMENT_UNIT.value)
SHOP = replace(storefront(), recipients=(SCHOOL, UNIT))


@pytest.fixture
def opened(qtbot: QtBot, agent: Callable[..., Agent]) -> Callable[..., tuple[OrderWizard, Agent]]:
    """Return a maker of order forms, shown, over a scripted agent."""

    def make(shop: Any = SHOP, **script: list[dict[str, Any]]) -> tuple[OrderWizard, Agent]:
        made = agent(**script)
        wizard = OrderWizard(start(shop, shop.basket[:1]), made.link, LINKS)
        qtbot.addWidget(wizard)
        wizard.show()
        qtbot.waitExposed(wizard)
        wizard.activateWindow()
        wait_until(lambda: QApplication.focusWidget() is not None, what="focus")
        return wizard, made

    return make


def choose_by_arrow(times: int) -> None:
    tab_to("Odbiorca")
    for _ in range(times):
        press(Qt.Key.Key_Down)


def to_summary_from_invoice(wizard: OrderWizard) -> None:
    from_invoice_to_consent(wizard)
    tick(wizard, "Wyrażam zgodę na automatyczne odnowienie")
    go(wizard, "Podsumowanie")


def test_without_recipients_nothing_is_asked(opened: Any) -> None:
    wizard, _ = opened(storefront())
    to_invoice(wizard)
    assert not any(box.isVisible() for box in wizard.currentPage().findChildren(QComboBox))
    to_summary_from_invoice(wizard)
    assert "Odbiorca" not in texts(wizard.currentPage())


def test_a_recipient_is_chosen_by_keyboard_told_and_ordered_for(opened: Any) -> None:
    wizard, agent = opened()
    to_invoice(wizard)
    assert wizard.flow.recipient is None
    choose_by_arrow(2)
    assert wizard.flow.recipient == UNIT
    assert "jednostka podrzędna JST" in texts(wizard.currentPage())
    to_summary_from_invoice(wizard)
    assert "Żłobek, Łódź (jednostka podrzędna JST)" in texts(wizard.currentPage())
    go(wizard, "Potwierdzenie", ORDER_BUTTON)
    (placed,) = agent.asked("order.place")
    assert placed["order"]["recipient_id"] == "rec_2"


def test_another_recipient_is_to_be_confirmed_anew(opened: Any) -> None:
    wizard, _ = opened()
    to_invoice(wizard)
    tick(wizard, "Dane do faktury są poprawne")
    choose_by_arrow(1)
    assert not wizard.flow.company_confirmed


def test_a_recipient_that_the_shop_has_no_more_is_said_where_it_is_chosen(opened: Any) -> None:
    refused = failure(ErrorCode.ORDER_INVALID, delivery="refused", fields=["recipient_id"])
    wizard, agent = opened(order__place=[refused, {}])
    to_invoice(wizard)
    choose_by_arrow(1)
    to_summary_from_invoice(wizard)
    tab_to(ORDER_BUTTON)
    press(Qt.Key.Key_Return)
    wait_until(lambda: at(wizard) == "Dane do faktury", what="the page to choose again")
    assert problems(wizard)[0] == "Tego odbiorcy nie ma już w danych firmy. Wybierz innego."
    tab_to("Odbiorca")
    press(Qt.Key.Key_Up)
    assert wizard.flow.recipient is None
    assert len(agent.asked("order.place")) == 1


def test_the_choice_has_a_name_and_a_buddy(opened: Any) -> None:
    wizard, _ = opened()
    to_invoice(wizard)
    choice = find(wizard.currentPage(), QComboBox, "Odbiorca")
    assert choice.itemText(0) == "taki sam jak nabywca"
    assert choice.itemText(1) == "Szkoła nr 3, NIP 701-001-92-52, Szkolna 7, 00-950 Warszawa"
    assert "szkoła" in choice.accessibleDescription()


def test_a_draft_keeps_the_recipient_unless_the_shop_has_it_no_more() -> None:
    flow = start(SHOP, SHOP.basket[:1]).choose_recipient("rec_1")
    draft = draft_of(flow)
    assert draft.recipient_id == "rec_1"
    assert resumed(start(SHOP, SHOP.basket[:1]), draft).recipient == SCHOOL
    fewer = replace(SHOP, recipients=(UNIT,))
    assert resumed(start(fewer, fewer.basket[:1]), draft).recipient_id == ""
