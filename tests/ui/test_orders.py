"""Orders already placed, on the screen: looked at, cancelled, withdrawn from; renewals resigned from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QPlainTextEdit, QPushButton, QTableWidget, QWidget
from pytestqt.qtbot import QtBot

from r2_renewal.agent.protocol import Method, StatusParams
from r2_renewal.domain.basket import BasketEntry
from r2_renewal.domain.errors import ErrorCode
from r2_renewal.domain.order import Order, OrderState
from r2_renewal.domain.order_list import WithdrawalReceipt, may_be_withdrawn_from
from r2_renewal.ui.order_list_words import order_cells, order_details, receipt_text, withdrawal_text
from r2_renewal.ui.orders_view import OrdersView
from r2_renewal.ui.resignation_dialog import ResignationDialog, question_text
from r2_renewal.ui.withdrawal_dialog import WithdrawalDialog
from tests.driver import click, fill, find, wait_until
from tests.samples import NOW, OTHER_PROGRAM, PROGRAM, SUBSCRIPTION, TODAY, order_of, quote_for
from tests.ui.conftest import Agent, failure

CONTACT = "kontakt@example.com"


def order(number: int, state: OrderState = OrderState.PLACED, days_ago: int = 0) -> Order:
    placed = NOW - timedelta(days=days_ago)
    base = order_of(quote_for(SUBSCRIPTION), state)
    return replace(base, order_id=f"o-{number}", number=f"ZAM/2026/{number:06}", placed_at=placed)


def listed(*orders: Order, following: str = "") -> dict[str, Any]:
    return {"result": {"orders": msgspec.to_builtins(orders), **({"next": following} if following else {})}}


@pytest.fixture
def view(qtbot: QtBot, agent: Callable[..., Agent]) -> Callable[..., tuple[OrdersView, Agent]]:
    """Return a maker of order lists over a scripted agent."""
    parents: list[QWidget] = []

    def make(**script: list[dict[str, Any]]) -> tuple[OrdersView, Agent]:
        made, parent = agent(**script), QWidget()
        parents.append(parent)
        orders = OrdersView(made.link, lambda: TODAY, CONTACT, parent)
        qtbot.addWidget(parent)
        parent.resize(800, 600)
        orders.resize(800, 600)
        parent.show()
        orders.load()
        return orders, made

    return make


def cells(view: OrdersView, column: int) -> list[str]:
    table = find(view, QTableWidget, "Zamówienia")
    return [table.item(row, column).text() for row in range(table.rowCount())]


def details(view: OrdersView) -> str:
    return find(view, QPlainTextEdit, "Szczegóły zamówienia").toPlainText()


def enabled(view: QWidget, name: str) -> bool:
    return find(view, QAbstractButton, name).isEnabled()


def test_orders_are_listed_with_states_lines_dates_and_prices(view: Any) -> None:
    orders, _ = view(orders__load=[listed(order(2, OrderState.INVOICED), order(1, OrderState.FULFILLED, days_ago=40))])
    wait_until(lambda: cells(orders, 0) == ["ZAM/2026/000002", "ZAM/2026/000001"])
    assert cells(orders, 2) == ["wystawiono fakturę, w realizacji", "zrealizowane"]
    assert cells(orders, 4) == ["560,14\u00a0zł"] * 2
    assert "Abonament R2płatnik do 50 pracowników: 455,40" in details(orders)


def test_older_orders_come_when_asked_for(view: Any) -> None:
    orders, agent = view(orders__load=[listed(order(2), following="o-2"), listed(order(1))])
    wait_until(lambda: len(cells(orders, 0)) == 1)
    click(orders, "Pokaż starsze")
    wait_until(lambda: cells(orders, 0) == ["ZAM/2026/000002", "ZAM/2026/000001"])
    assert agent.asked("orders.load") == [{}, {"cursor": "o-2"}]
    assert not any(
        button.text() == "Pokaż starsze" and button.isVisible() for button in orders.findChildren(QAbstractButton)
    )


def test_nobody_has_ordered_yet(view: Any) -> None:
    orders, _ = view(orders__load=[listed()])
    wait_until(lambda: orders.messages.text == "Nie masz jeszcze zamówień.")
    assert not enabled(orders, "Anuluj zamówienie")
    assert not enabled(orders, "Odstąp od umowy tutaj")


def test_a_list_that_cannot_be_had_is_said_and_asked_for_again(view: Any) -> None:
    orders, _ = view(orders__load=[failure(ErrorCode.OFFLINE), listed(order(1))])
    wait_until(lambda: ErrorCode.OFFLINE.value in orders.messages.text)
    click(orders, "Ponów")
    wait_until(lambda: cells(orders, 0))
    assert orders.messages.text == ""


def changed(state: OrderState) -> list[Any]:
    """Return the agent's news of order 1, as a step's event."""
    return ["order.changed", {"order": msgspec.to_builtins(order(1, state))}]


def test_the_list_follows_the_news_of_an_order(view: Any) -> None:
    told = {**listed(order(1)), "events": [changed(OrderState.INVOICED)]}
    orders, _ = view(orders__load=[told])
    wait_until(lambda: cells(orders, 2) == ["wystawiono fakturę, w realizacji"])
    assert not enabled(orders, "Anuluj zamówienie")


def test_a_question_whose_answer_is_no_longer_open_goes(view: Any) -> None:
    orders, agent = view(
        orders__load=[listed(order(1))], order__status=[{**answered(), "events": [changed(OrderState.INVOICED)]}]
    )
    wait_until(lambda: cells(orders, 0))
    click(orders, "Anuluj zamówienie")
    assert "zostanie anulowane" in orders.messages.text
    agent.link.call(Method.ORDER_STATUS, StatusParams(order_id="o-1"), orders)
    wait_until(lambda: orders.messages.text == "")
    assert cells(orders, 2) == ["wystawiono fakturę, w realizacji"]


def answered() -> dict[str, Any]:
    return {"result": {"order": msgspec.to_builtins(order(1))}}


def test_an_order_is_cancelled_by_keyboard_after_one_question(view: Any) -> None:
    cancelled = {"result": {"order": msgspec.to_builtins(order(1, OrderState.CANCELLED))}}
    orders, agent = view(orders__load=[listed(order(1))], order__cancel=[cancelled])
    wait_until(lambda: cells(orders, 0))
    find(orders, QAbstractButton, "Anuluj zamówienie").setFocus()
    QTest.keyClick(orders.window().focusWidget(), Qt.Key.Key_Return)
    assert (
        orders.messages.text
        == "Zamówienie nr ZAM/2026/000001 zostanie anulowane: nie zrealizujemy go i nic nie zapłacisz."
    )
    assert agent.asked("order.cancel") == []
    QTest.keyClick(orders.window().focusWidget(), Qt.Key.Key_Space)
    wait_until(lambda: cells(orders, 2) == ["anulowane"])
    assert agent.asked("order.cancel") == [{"order_id": "o-1"}]
    assert not enabled(orders, "Anuluj zamówienie")


def test_an_order_that_is_kept_stays(view: Any) -> None:
    orders, agent = view(orders__load=[listed(order(1))])
    wait_until(lambda: cells(orders, 0))
    click(orders, "Anuluj zamówienie")
    click(orders, "Zostaw zamówienie")
    assert (orders.messages.text, agent.asked("order.cancel")) == ("", [])


def test_an_order_accepted_meanwhile_is_cancelled_no_more_and_that_is_said(view: Any) -> None:
    orders, _ = view(orders__load=[listed(order(1))], order__cancel=[failure(ErrorCode.ORDER_CLOSED)])
    wait_until(lambda: cells(orders, 0))
    click(orders, "Anuluj zamówienie")
    click(orders, "Tak, anuluj zamówienie")
    wait_until(lambda: ErrorCode.ORDER_CLOSED.value in orders.messages.text)


@pytest.mark.parametrize(
    ("state", "days_ago", "cancel", "withdraw"),
    [
        (OrderState.PLACED, 0, True, True),
        (OrderState.INVOICED, 14, False, True),
        (OrderState.FULFILLED, 15, False, False),
        (OrderState.CANCELLED, 0, False, False),
        (OrderState.WITHDRAWN, 0, False, False),
        (OrderState.PENDING, 0, False, True),
    ],
)
def test_what_may_be_undone_is_offered_and_nothing_else(
    view: Any, state: OrderState, days_ago: int, cancel: bool, withdraw: bool
) -> None:
    one = order(1, state, days_ago)
    assert may_be_withdrawn_from(one, TODAY) is withdraw
    orders, _ = view(orders__load=[listed(one)])
    wait_until(lambda: cells(orders, 0))
    assert (enabled(orders, "Anuluj zamówienie"), enabled(orders, "Odstąp od umowy tutaj")) == (cancel, withdraw)


def withdrawal(orders: OrdersView) -> WithdrawalDialog:
    wait_until(lambda: cells(orders, 0))
    click(orders, "Odstąp od umowy tutaj")
    (dialog,) = orders.findChildren(WithdrawalDialog)
    wait_until(dialog.isVisible)
    return dialog


def test_a_withdrawal_is_declared_and_its_receipt_shown_with_date_and_time(view: Any) -> None:
    orders, agent = view(orders__load=[listed(order(1)), listed(order(1, OrderState.WITHDRAWN))])
    dialog = withdrawal(orders)
    assert find(dialog, QLineEdit, "Numer zamówienia").text() == "ZAM/2026/000001"
    fill(dialog, "Imię i nazwisko", "Łucja\u200b Świątek\u202c")
    click(dialog, "Potwierdź odstąpienie od umowy")
    wait_until(lambda: any(text.isVisible() for text in dialog.findChildren(QPlainTextEdit)))
    receipt = find(dialog, QPlainTextEdit, "Potwierdzenie odstąpienia od umowy").toPlainText()
    assert "22.11.2026, godz. 9:00:00" in receipt
    assert "Treść oświadczenia: Odstępuję od umowy." in receipt
    (asked,) = agent.asked("order.withdraw")
    assert asked == {
        "order_id": "o-1",
        "number": "ZAM/2026/000001",
        "name": "Łucja Świątek",
        "email": "anna.klosowska@klosowska.example",
    }
    for name in ("Zapisz PDF", "Drukuj"):
        assert enabled(dialog, name)
    wait_until(lambda: cells(orders, 2) == ["odstąpiono od umowy"])
    click(dialog, "Zamknij")


@pytest.mark.parametrize("name", ["Imię i nazwisko", "E-mail"])
def test_enter_in_a_line_declares_nothing_also_after_the_button_had_the_focus(view: Any, name: str) -> None:
    orders, agent = view(orders__load=[listed(order(1))])
    dialog = withdrawal(orders)
    fill(dialog, "Imię i nazwisko", "Łucja Świątek")
    find(dialog, QPushButton, "Potwierdź odstąpienie od umowy").setFocus()
    line = find(dialog, QLineEdit, name)
    line.setFocus()
    QTest.keyClick(line, Qt.Key.Key_Return)
    QTest.qWait(50)
    assert agent.asked("order.withdraw") == []
    assert dialog.isVisible()


def test_a_withdrawal_without_a_name_is_not_sent_and_the_focus_goes_there(view: Any) -> None:
    orders, agent = view(orders__load=[listed(order(1))])
    dialog = withdrawal(orders)
    click(dialog, "Potwierdź odstąpienie od umowy")
    line = find(dialog, QLineEdit, "Imię i nazwisko")
    assert line.accessibleDescription() == "Podaj imię i nazwisko."
    assert dialog.focusWidget() is line
    assert agent.asked("order.withdraw") == []
    dialog.reject()


def test_a_refused_address_is_said_under_its_line(view: Any) -> None:
    refused = failure(ErrorCode.ORDER_INVALID, fields=["email"])
    orders, _ = view(orders__load=[listed(order(1))], order__withdraw=[refused])
    dialog = withdrawal(orders)
    fill(dialog, "Imię i nazwisko", "Anna")
    fill(dialog, "E-mail", "anna")
    click(dialog, "Potwierdź odstąpienie od umowy")
    line = find(dialog, QLineEdit, "E-mail")
    wait_until(lambda: "nieprawidłowy" in line.accessibleDescription())
    assert line.text() == "anna"
    dialog.reject()


@pytest.mark.parametrize("code", [ErrorCode.WITHDRAWAL_TOO_LATE, ErrorCode.ORDER_CLOSED, ErrorCode.OFFLINE])
def test_a_withdrawal_that_is_not_taken_says_why(view: Any, code: ErrorCode) -> None:
    orders, _ = view(orders__load=[listed(order(1))], order__withdraw=[failure(code)])
    dialog = withdrawal(orders)
    fill(dialog, "Imię i nazwisko", "Anna")
    click(dialog, "Potwierdź odstąpienie od umowy")
    wait_until(lambda: enabled(dialog, "Potwierdź odstąpienie od umowy"))
    assert code.value in dialog._messages.text
    dialog.reject()


def test_the_law_is_told_with_its_last_day_and_address() -> None:
    text = withdrawal_text(order(1), CONTACT)
    assert "w ciągu 14 dni od jej zawarcia, do 6\u00a0grudnia\u00a02026\u00a0r. Wybierz „Odstąp od umowy tutaj”" in text
    assert f"albo wyślij oświadczenie na {CONTACT} przed upływem terminu." in text
    assert "wyślij oświadczenie" not in withdrawal_text(order(1), "")


def test_an_order_of_several_programs_counts_them() -> None:
    one = order(1)
    several = replace(one, lines=(one.lines[0], replace(one.lines[0], licence_id="lic-2"), one.lines[0]))
    assert order_cells(several)[3] == "R2płatnik i 2 programy"
    assert order_details(several).count("•") == 3


def test_a_receipt_says_it_all_in_polish_time() -> None:
    receipt = WithdrawalReceipt("rcp-1", "ZAM/1", "Anna", "a@b.example", "Odstępuję.", NOW)
    assert receipt_text(receipt).splitlines() == [
        "Otrzymaliśmy oświadczenie o odstąpieniu od umowy 22.11.2026, godz.\N{NO-BREAK SPACE}9:00:00.",
        "Treść oświadczenia: Odstępuję.",
        "Składający: Anna",
        "Zamówienie nr ZAM/1",
        "Numer potwierdzenia: rcp-1",
        "To potwierdzenie wyślemy też na a@b.example.",
    ]


def test_resigning_says_what_it_means_and_from_when() -> None:
    entries = (
        BasketEntry(OTHER_PROGRAM, True, date(2027, 4, 1)),
        BasketEntry(PROGRAM, True, TODAY),
        BasketEntry(PROGRAM._replace(licence_id="lic-3", name="R2inny"), True),
    )
    text = question_text(entries, TODAY)
    assert "R2księga Standard: abonament działa do 31\u00a0marca\u00a02027\u00a0r. i nie odnowi się 01.04.2027." in text
    assert "R2płatnik Standard: odnowienie z 22.11.2026 zostanie jeszcze wykonane, kolejnych już nie będzie." in text
    assert "i nie odnowi się automatycznie." in text
    assert "Opłaconego okresu to nie skraca. Rezygnacja jest bezpłatna i działa od razu." in text


def test_a_resignation_is_taken_told_and_can_be_tried_again(qtbot: QtBot, agent: Callable[..., Agent]) -> None:
    made, parent = agent(renewal__resign=[failure(ErrorCode.OFFLINE), {}]), QWidget()
    qtbot.addWidget(parent)
    dialog = ResignationDialog((BasketEntry(OTHER_PROGRAM, True, date(2027, 4, 1)),), TODAY, made.link, parent)
    told: list[bool] = []
    dialog.resigned.connect(lambda: told.append(True))
    dialog.open()
    find(dialog, QAbstractButton, "Zrezygnuj z odnowienia").setFocus()
    QTest.keyClick(dialog.focusWidget(), Qt.Key.Key_Return)
    wait_until(lambda: ErrorCode.OFFLINE.value in dialog._messages.text)
    click(dialog, "Ponów")
    wait_until(lambda: told == [True])
    assert made.asked("renewal.resign") == [{"licence_ids": ["lic-2"]}] * 2
    assert "Potwierdzenie wyślemy e-mailem." in dialog._messages.text
    click(dialog, "Zamknij")


def test_who_keeps_the_renewal_asks_nobody(qtbot: QtBot, agent: Callable[..., Agent]) -> None:
    made, parent = agent(), QWidget()
    qtbot.addWidget(parent)
    dialog = ResignationDialog((BasketEntry(OTHER_PROGRAM, True),), TODAY, made.link, parent)
    dialog.open()
    click(dialog, "Zostaw odnowienie")
    assert made.asked("renewal.resign") == []
