"""Where Enter and the focus fall in the order form, and what its messages say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QCheckBox,
    QComboBox,
    QLineEdit,
    QPushButton,
)

from r2_renewal.domain.errors import ErrorCode
from r2_renewal.ui.order_wizard.summary_page import ORDER_BUTTON
from r2_renewal.ui.order_wizard.wizard import OrderWizard
from r2_renewal.ui.plain_text import PlainLabel
from tests.driver import click, fill, find, go_on, tick, wait_until
from tests.ui.conftest import Agent, failure
from tests.ui.order_steps import from_invoice_to_consent, to_orderer, to_summary
from tests.ui.test_order_wizard import _texts, opened, page, problem_at, shown

__all__ = ["opened"]


def test_after_a_failed_send_enter_falls_on_nothing(opened: Any) -> None:
    wizard, agent = opened(order__place=[failure(ErrorCode.ORDER_NOT_SENT, delivery="not_sent")])
    to_summary(wizard)
    click(wizard, ORDER_BUTTON)
    wait_until(lambda: ErrorCode.ORDER_NOT_SENT.value in shown(wizard))
    cancel = find(wizard, QAbstractButton, "Anuluj")
    assert not cancel.hasFocus()
    QTest.keyClick(wizard.focusWidget() or wizard, Qt.Key.Key_Return)
    assert wizard.isVisible()
    assert not wizard.is_placing
    assert len(agent.asked("order.place")) == 1


def test_enter_orders_on_the_button_itself_and_nowhere_else(opened: Any) -> None:
    wizard, agent = opened()
    to_summary(wizard)
    button = find(wizard, QPushButton, ORDER_BUTTON)
    button.setFocus()
    box = find(wizard, QCheckBox, "Umowa ma dla mnie charakter zawodowy")
    box.setFocus()
    assert not button.isDefault()
    QTest.keyClick(box, Qt.Key.Key_Return)
    QTest.keyClick(page(wizard).messages, Qt.Key.Key_Return)
    assert wizard.currentPage().title() == "Podsumowanie"
    assert not wizard.is_placing
    button.setFocus()
    QTest.keyClick(button, Qt.Key.Key_Return)
    wait_until(lambda: wizard.currentPage().title() == "Potwierdzenie")
    assert len(agent.asked("order.place")) == 1


def test_what_is_on_its_way_is_closed_and_not_cancelled(opened: Any) -> None:
    wizard, _ = opened(order__place=[{"silent": True}])
    to_summary(wizard)
    click(wizard, ORDER_BUTTON)
    assert find(wizard, QAbstractButton, "Zamknij").isEnabled()
    assert not [b for b in wizard.findChildren(QAbstractButton) if b.isVisible() and b.text() == "Anuluj"]


def test_enter_presses_a_button_that_was_tabbed_to(opened: Any) -> None:
    wizard, _ = opened(order__quote=[failure(ErrorCode.OFFLINE), {}])
    tick(wizard, "Abonament")
    wait_until(lambda: ErrorCode.OFFLINE.value in shown(wizard))
    again = find(wizard, QAbstractButton, "Ponów")
    again.setFocus()
    QTest.keyClick(again, Qt.Key.Key_Return)
    wait_until(lambda: wizard.flow.quote is not None)
    assert wizard.currentPage().title() == "Usługa"


def test_a_message_goes_with_its_reason(opened: Any) -> None:
    wizard, _ = opened()
    click(wizard, "Dalej")
    assert "Wybierz usługę" in _texts(wizard)
    tick(wizard, "Rozszerzenie")
    assert "Wybierz usługę" not in _texts(wizard)


def test_each_page_begins_at_its_first_field(opened: Any) -> None:
    wizard, _ = opened()
    to_orderer(wizard)
    wait_until(lambda: find(wizard, QLineEdit, "Imię").hasFocus())


def test_a_name_that_is_too_long_is_said_at_its_field(opened: Any) -> None:
    wizard, agent = opened()
    to_orderer(wizard)
    for name, text in (("Imię", "A" * 81), ("Nazwisko", "B"), ("Telefon", "601 234 567"), ("E-mail", "anna@firma.pl")):
        fill(wizard, name, text)
    click(wizard, "Dalej")
    assert problem_at(wizard, "Imię") == "Imię może mieć najwyżej 80 znaków."
    assert agent.asked("order.place") == []


def test_an_extension_is_told_as_an_update_and_not_as_a_renewal(opened: Any) -> None:
    installed = ["licence.installed", {"licence_id": "lic-1", "valid_until": "2026-12-22", "renewed": False}]
    wizard, _ = opened(order__place=[{"events": [installed]}])
    tick(wizard, "Rozszerzenie")
    limits = find(wizard, QComboBox, "Nowy limit")
    limits.setFocus()
    QTest.keyClick(limits, Qt.Key.Key_Down)
    wait_until(lambda: wizard.flow.quote is not None)
    go_on(wizard, "Dane do faktury")
    from_invoice_to_consent(wizard)
    tick(wizard, "Wyrażam zgodę na automatyczne odnowienie")
    go_on(wizard, "Podsumowanie")
    click(wizard, ORDER_BUTTON)
    wait_until(lambda: "Licencja zaktualizowana. Abonament do 22.12.2026" in _texts(wizard))
    assert "Odnowiono" not in _texts(wizard)


@pytest.mark.parametrize(("width", "height"), [(640, 620), (640, 360), (420, 480)])
def test_the_terms_above_the_binding_button_are_never_cut(opened: Any, width: int, height: int) -> None:
    wizard, _ = opened()
    to_summary(wizard)
    wizard.resize(width, height)
    QTest.qWait(50)
    footer = wizard.currentPage()._price
    for label in footer.findChildren(PlainLabel):
        assert label.height() >= label.heightForWidth(label.width()), label.text()
    assert footer.rect().contains(footer.childrenRect())


def test_an_order_sent_once_more_says_so_and_that_it_stays_one(
    opened: Callable[..., tuple[OrderWizard, Agent]],
) -> None:
    again = {"silent": True, "events": [["call.progress", {"attempt": 2, "tries": 3}]]}
    wizard, _ = opened(order__place=[again])
    to_summary(wizard)
    click(wizard, ORDER_BUTTON)
    wait_until(lambda: "Wysyłam je ponownie (2 z 3)" in shown(wizard), what="word of the second try")
    assert "nie zamówisz dwa razy" in shown(wizard)
