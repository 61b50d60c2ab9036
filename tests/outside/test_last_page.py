"""„Potwierdzenie", the last page of every order: each way to close it closes it, and nothing of the order is offered anew."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from r2_renewal.ui.eshop_window import EshopWindow
from r2_renewal.ui.order_wizard.summary_page import ORDER_BUTTON
from r2_renewal.ui.order_wizard.wizard import OrderWizard
from tests import keyboard
from tests.driver import click, find, wait_until
from tests.ui.conftest import Agent, agent
from tests.ui.order_steps import to_summary
from tests.ui.test_eshop_window import eshop, loaded

__all__ = ["agent", "eshop"]

CLOSE = "Zamknij"


def by_mouse(form: OrderWizard) -> None:
    click(form, CLOSE)


def by_space(form: OrderWizard) -> None:
    form.activateWindow()
    wait_until(form.isActiveWindow)
    keyboard.choose(CLOSE)


def by_key(key: Qt.Key) -> Callable[[OrderWizard], None]:
    return lambda form: QTest.keyClick(form.focusWidget() or form, key)


def by_enter_in_the_text(form: OrderWizard) -> None:
    scrolled = form.currentPage()._scroll.area
    scrolled.setFocus()
    QTest.keyClick(scrolled, Qt.Key.Key_Return)


def by_title_bar(form: OrderWizard) -> None:
    form.close()


WAYS = {
    "mouse": by_mouse,
    "Space": by_space,
    "Enter": by_key(Qt.Key.Key_Return),
    "Enter on the keypad": by_key(Qt.Key.Key_Enter),
    "Enter in the text": by_enter_in_the_text,
    "Esc": by_key(Qt.Key.Key_Escape),
    "title bar": by_title_bar,
}


def form_of(window: EshopWindow) -> OrderWizard:
    click(window, "Zamów…")
    (form,) = [one for one in window.findChildren(OrderWizard) if one.isVisible()]
    return form


@pytest.mark.parametrize("close", WAYS.values(), ids=WAYS)
def test_the_last_page_is_closed_by_whatever_closes_a_window(
    eshop: Callable[..., tuple[EshopWindow, Agent]], close: Callable[[OrderWizard], None]
) -> None:
    window, asked = eshop()
    form = form_of(loaded(window))
    to_summary(form)
    click(form, ORDER_BUTTON)
    wait_until(lambda: form.currentPage().title() == "Potwierdzenie", what="receipt")
    button = find(form, QPushButton, CLOSE)
    wait_until(lambda: button.isDefault() and form.focusWidget() is button, what="the way out under the keyboard")
    wait_until(lambda: len(asked.asked("eshop.load")) == 2 and window.refresh_button.isEnabled(), what="the basket")

    close(form)

    wait_until(lambda: not window.findChildren(OrderWizard), seconds=10, what="the form's end")
    assert window.isVisible()
    wait_until(lambda: len(asked.asked("eshop.load")) == 3 and window.refresh_button.isEnabled(), what="the basket")
    assert len(asked.asked("order.place")) == 1
    assert asked.asked("draft.discard")
    again = form_of(window)
    wait_until(lambda: again._drafts.customer, what="word on drafts")
    page: Any = again.currentPage()
    assert (page.title(), page._question.text, again.flow.receipt, again.flow.kind) == ("Usługa", "", None, None)
