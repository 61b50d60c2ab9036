"""Whatever a shop or a customer calls something, it is text on the screen: no markup, no layout that bursts, no crash."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import Qt as QtText
from PySide6.QtWidgets import QCheckBox, QGroupBox, QTableView, QTableWidget, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from r2_renewal.agent.protocol import CustomerResult, LoadResult, OrdersResult
from r2_renewal.domain.account import CustomerRecord
from r2_renewal.domain.basket import BasketEntry, Storefront
from r2_renewal.domain.company import Company
from r2_renewal.domain.order import Order
from r2_renewal.domain.order_flow import start
from r2_renewal.ui.account.account_window import AccountWindow
from r2_renewal.ui.eshop_window import EshopWindow
from r2_renewal.ui.order_wizard.wizard import OrderWizard
from r2_renewal.ui.orders_view import OrdersView
from r2_renewal.ui.plain_text import PlainLabel
from tests.driver import wait_until
from tests.samples import (
    CONSENT,
    OTHER_PROGRAM,
    PROGRAM,
    SUBSCRIPTION,
    TODAY,
    customer_record,
    enrolment,
    order_of,
    quote_for,
    storefront,
    two_programs,
)
from tests.ui.conftest import LINKS, Agent

MARKUP = "<b>R2</b> & <img src='https://evil.example/x.png'>"
NAMES = {
    "markup": MARKUP,
    "one endless word": "R" * 300,
    "a hundred thousand letters": "x" * 100_000,
    "right to left": "\u202eicałp2R\u202c مرحبا",
    "emoji": "R2 👩\u200d💻" * 20,
    "NUL": "R2\x00płatnik\x07",
    "lines": "R2\nBcc: x\u2028y" * 20,
    "braces": "{program} %s {0} %1",
}
AgentMaker = Callable[..., Agent]
each_name = pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
ROOM = 1600


def shop_of(name: str) -> Storefront:
    """Return a basket in which everything bears the name."""
    company = Company(name, "5262831503", name, "00-116", name)
    programs = [owned._replace(name=name, edition=name) for owned in (PROGRAM, OTHER_PROGRAM)]
    texts = replace(CONSENT, title=name, text=f"{CONSENT.text} {name}")
    offers = tuple(replace(offer, name=name) for offer in two_programs().offers)
    terms, privacy = (replace(text, title=name, text=name) for text in (storefront().terms, storefront().privacy))
    basket = tuple(BasketEntry(owned, auto_renewal=False) for owned in programs)
    return replace(
        storefront(), company=company, basket=basket, offers=offers, consent=texts, terms=terms, privacy=privacy
    )


def order_called(name: str) -> Order:
    order = order_of(quote_for(SUBSCRIPTION))
    lines = tuple(replace(line, program=name, description=name) for line in order.lines)
    return replace(order, lines=lines, number=name[:300])


def answer(content: Any) -> list[dict[str, Any]]:
    return [{"result": msgspec.to_builtins(content)}]


def assert_plain_and_in_place(window: QWidget) -> None:
    assert window.minimumSizeHint().width() <= ROOM
    assert window.width() <= ROOM
    labels = window.findChildren(PlainLabel)
    assert all(label.textFormat() is Qt.TextFormat.PlainText for label in labels)
    assert not [one for one in window.findChildren(QWidget) if _is_markup(one.toolTip())]
    for table in window.findChildren(QTableView):
        model = table.model()
        cells = [model.index(row, column) for row in range(model.rowCount()) for column in range(model.columnCount())]
        assert not [cell for cell in cells if _is_markup(str(cell.data(Qt.ItemDataRole.ToolTipRole) or ""))]


def _is_markup(tip: str) -> bool:
    return QtText.mightBeRichText(tip) and ("<img" in tip or "<b>" in tip)


@each_name
def test_in_the_basket(qtbot: QtBot, agent: AgentMaker, name: str) -> None:
    made = agent(eshop__load=answer(LoadResult(storefront=shop_of(name))))
    window = EshopWindow(made.link, LINKS, lambda: TODAY)
    qtbot.addWidget(window)
    window.show()
    wait_until(lambda: window.basket.count[1] == 2)
    window.basket.search.setText("R2")
    window.basket.search.clear()
    window.grab()
    assert_plain_and_in_place(window)
    header = window.basket.table.horizontalHeader()
    assert max(header.sectionSize(column) for column in range(header.count() - 1)) < ROOM / 2


@each_name
def test_in_the_order_form(qtbot: QtBot, agent: AgentMaker, name: str) -> None:
    shop = shop_of(name)
    wizard = OrderWizard(start(shop, shop.basket), agent().link, LINKS)
    qtbot.addWidget(wizard)
    wizard.show()
    wizard.grab()
    assert_plain_and_in_place(wizard)
    boxes = [box for box in wizard.findChildren(QCheckBox) if box.accessibleName().startswith(name[:20])]
    assert boxes
    assert all("&" not in box.text().replace("&&", "") for box in boxes)


@each_name
def test_in_the_orders(qtbot: QtBot, agent: AgentMaker, name: str) -> None:
    made = agent(orders__load=answer(OrdersResult(orders=(order_called(name),))))
    window = QWidget()
    qtbot.addWidget(window)
    view = OrdersView(made.link, lambda: TODAY, "kontakt@example.com", window)
    QVBoxLayout(window).addWidget(view)
    view.load()
    window.show()
    table = view.findChildren(QTableWidget)[0]
    wait_until(lambda: table.rowCount() == 1)
    window.grab()
    assert_plain_and_in_place(window)


def record_called(name: str) -> CustomerRecord:
    company = Company(name, "5262831503", name, "00-116", name)
    return replace(customer_record(), company=company, enrolments=(enrolment("lic-1", name),))


@each_name
def test_in_the_account(qtbot: QtBot, agent: AgentMaker, name: str) -> None:
    made = agent(customer__load=answer(CustomerResult(record=record_called(name), consent=CONSENT)))
    window = AccountWindow(made.link, LINKS, lambda: TODAY)
    qtbot.addWidget(window)
    window.show()
    wait_until(lambda: [box for box in window.findChildren(QGroupBox) if box.accessibleName() == name])
    window.grab()
    assert_plain_and_in_place(window)


def test_a_link_stays_whole_and_an_endless_word_is_broken_and_read_back_as_it_was(qtbot: QtBot) -> None:
    label = PlainLabel("https://sklep.example.pl/panel/zamowienie-z-pliku/ord_abcdefghijklmnop")
    qtbot.addWidget(label)
    assert "\u200b" not in super(PlainLabel, label).text()
    label.setText("x" * 1000)
    assert label.text() == "x" * 1000
    assert label.minimumSizeHint().width() < ROOM / 2
    assert label.rect().intersects(QRect(0, 0, 1, 1))
