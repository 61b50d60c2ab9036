"""The whole order through the widgets of a running host, from the reminder to „Odnowiono do …"."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QLabel, QTableView, QWidget, QWizard

from r2_renewal.domain.reminder import Silence
from r2_renewal.embedding.module import RenewalModule
from r2_renewal.embedding.state import Status
from r2_renewal.ui.order_wizard.summary_page import ORDER_BUTTON
from r2_renewal.ui.order_wizard.wizard import OrderWizard
from r2_renewal.ui.reminder_dialog import ReminderDialog
from tests.driver import click, fill, find, go_on, tick, wait_until, window

Look = Callable[[str, QWidget], None]
ORDERER = (
    ("Imię", "Anna"),
    ("Nazwisko", "Kłosowska"),
    ("Telefon", "601 234 567"),
    ("E-mail", "anna.klosowska@klosowska.example"),
)


def answer_reminder(button: str, look: Look) -> str:
    """Answer the reminder and return its text."""
    reminder = window(ReminderDialog, "Abonament R2płatnik")
    text = reminder.view.text.text()
    look("przypomnienie", reminder)
    click(reminder, button)
    return text


def fresh_basket(eshop: QWidget) -> QTableView:
    """Wait for the shop's own basket, and not only for the last one known; return its table."""
    table = find(eshop, QTableView, "Koszyk posiadanych programów")
    again = find(eshop, QAbstractButton, "Odśwież")
    wait_until(lambda: table.model().rowCount() > 0 and again.isEnabled(), what="basket")
    return table


def renewal_in_the_basket(module: RenewalModule) -> dict[str, str]:
    """Wait until a start's question has settled itself, open eSklep and return what it says of each program's renewal."""
    wait_until(lambda: isinstance(module.state.decision, Silence), what="word of automatic renewal")
    wait_until(lambda: module.state.status is Status.SILENT, what="silence")
    module.open_eshop()
    model = fresh_basket(window(QWidget, "eSklep")).model()
    headers = [model.headerData(column, Qt.Orientation.Horizontal) for column in range(model.columnCount())]
    column = headers.index("Automatyczne odnowienie")
    return {model.index(row, 0).data(): model.index(row, column).data() for row in range(model.rowCount())}


def eshop_window() -> QWidget:
    """Return the open eSklep."""
    return window(QWidget, "eSklep")


def open_form(look: Look) -> OrderWizard:
    """Wait for the basket in the open eSklep and open the order form of the selected program."""
    eshop = eshop_window()
    fresh_basket(eshop)
    look("esklep", eshop)
    click(eshop, "Zamów…")
    return window(OrderWizard, "Zamówienie")


def begin_anew(wizard: OrderWizard) -> None:
    """Leave a draft that another program of this computer may have begun."""
    wait_until(lambda: wizard._drafts.customer, what="word on drafts")
    for button in wizard.findChildren(QAbstractButton):
        if button.text() == "Zacznij od nowa" and button.isVisible():
            button.click()


def order(wizard: OrderWizard, look: Look) -> None:
    """Fill in the whole form and order with the obligation to pay."""
    wait_until(lambda: wizard.flow.quote is not None, what="price")
    look("usluga", wizard)
    go_on(wizard, "Dane do faktury")
    tick(wizard, "Dane do faktury są poprawne")
    look("dane-do-faktury", wizard)
    go_on(wizard, "Osoba zamawiająca")
    for name, text in ORDERER:
        fill(wizard, name, text)
    look("osoba-zamawiajaca", wizard)
    go_on(wizard, "Zgoda na automatyczne odnowienie")
    tick(wizard, "Wyrażam zgodę na automatyczne odnowienie")
    look("zgoda", wizard)
    go_on(wizard, "Podsumowanie")
    look("podsumowanie", wizard)
    click(wizard, ORDER_BUTTON)
    wait_until(lambda: wizard.currentPage().title() == "Potwierdzenie", what="receipt")


def wait_for_renewal(wizard: QWizard, look: Look) -> str:
    """Wait for the renewed licence and return the words that tell it."""

    def told() -> list[str]:
        labels = wizard.currentPage().findChildren(QLabel)
        return [label.text() for label in labels if label.text().startswith("Odnowiono do ")]

    wait_until(told, 40, what="renewed licence")
    look("potwierdzenie", wizard)
    return told()[0]


def close_form(wizard: OrderWizard) -> None:
    """Click „Zamknij" on the last page; the form is gone then, and eSklep is there."""
    eshop = eshop_window()
    click(wizard, "Zamknij")
    wait_until(lambda: not eshop.findChildren(OrderWizard), what="the form's end")
    assert eshop.isVisible()
