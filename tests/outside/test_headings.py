"""Headings of the tables of records: the first press sorts upwards, the second downwards, the third no more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QTableView, QWidget
from pytestqt.qtbot import QtBot

from r2_renewal.domain.money import Money, show_money
from r2_renewal.ui.account.invoices_page import AMOUNTS
from r2_renewal.ui.account.records_table import RecordsTable
from r2_renewal.ui.account.words import invoice_row, invoice_sort_values
from r2_renewal.ui.orders_view import OrdersView
from tests.driver import click, find, wait_until
from tests.samples import NOW, TODAY, invoice
from tests.ui.conftest import Agent, agent
from tests.ui.test_orders import CONTACT, details, listed, order

__all__ = ["agent"]

NUMBERS = ("FV/2/2026", "FV/10/2026", "FV/1/2027")
AMOUNTS_DUE = ("1000.00", "-99.50", "250.00")


def press(table: QTableView, column: int) -> None:
    header = table.horizontalHeader()
    at = header.sectionViewportPosition(column) + 10
    QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(at, header.height() // 2))


def column_of(table: QTableView, column: int) -> list[str]:
    model = table.model()
    return [model.index(row, column).data() for row in range(model.rowCount())]


@pytest.fixture
def invoices(qtbot: QtBot) -> RecordsTable:
    """Three invoices, as the shop lists them, the second selected."""
    made = []
    for at, (number, amount) in enumerate(zip(NUMBERS, AMOUNTS_DUE, strict=True)):
        one = invoice(at + 1)
        price = replace(one.price, gross=Money(Decimal(amount)))
        made.append(replace(one, number=number, price=price, issued_at=NOW - timedelta(days=40 * at)))
    table = RecordsTable("Faktury", ("Numer", "KSeF", "Wystawiona", "Netto", "VAT", "Brutto", "Stan"), None, AMOUNTS)
    qtbot.addWidget(table)
    table.resize(900, 300)
    table.show()
    table.show_rows([invoice_row(one, TODAY) for one in made], invoice_sort_values(made))
    table.selectRow(1)
    return table


@pytest.mark.parametrize(
    ("column", "upwards"),
    [(0, (2, 0, 1)), (2, (2, 1, 0)), (5, (1, 2, 0))],
    ids=["numbers as people count", "days and not their words", "amounts below zero first"],
)
def test_a_heading_sorts_up_down_and_lets_go(invoices: RecordsTable, column: int, upwards: tuple[int, ...]) -> None:
    given = column_of(invoices, 5)
    assert given == [show_money(Money(Decimal(amount))) for amount in AMOUNTS_DUE]
    for order_of_rows in (upwards, upwards[::-1], (0, 1, 2)):
        press(invoices, column)
        assert column_of(invoices, 0) == [NUMBERS[number] for number in order_of_rows]
        assert invoices.row == 1  # the same invoice is selected, wherever it stands now
    assert not invoices.horizontalHeader().isSortIndicatorShown()


def test_what_comes_later_is_put_where_it_belongs(invoices: RecordsTable) -> None:
    press(invoices, 0)
    rows = [(number, "–", "", "", "", "", "") for number in (*NUMBERS, "FV/3/2026")]
    invoices.show_rows(rows)
    assert column_of(invoices, 0) == ["FV/1/2027", "FV/2/2026", "FV/3/2026", "FV/10/2026"]
    assert invoices.row == 1


def test_the_order_that_is_cancelled_is_the_one_that_is_selected_however_they_are_sorted(
    qtbot: QtBot, agent: Callable[..., Agent]
) -> None:
    orders = [order(number, days_ago=number) for number in (1, 2, 3)]
    made, parent = agent(orders__load=[listed(*orders)]), QWidget()
    qtbot.addWidget(parent)
    view = OrdersView(made.link, lambda: TODAY, CONTACT, parent)
    view.resize(800, 600)
    parent.resize(800, 600)
    parent.show()
    view.load()
    table = find(view, QTableView, "Zamówienia")
    wait_until(lambda: table.model().rowCount() == 3, what="orders")
    table.selectRow(0)
    press(table, 1)
    assert column_of(table, 0) == [one.number for one in reversed(orders)]
    assert orders[0].number in details(view)
    click(view, "Anuluj zamówienie")
    click(view, "Tak, anuluj zamówienie")
    wait_until(lambda: made.asked("order.cancel"), what="the call")
    assert made.asked("order.cancel")[0]["order_id"] == "o-1"
