"""eSklep with the real agent and the real shop, by keyboard alone.

An order is cancelled, one withdrawn from, a renewal ended; and without the shop the last basket known is there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QPlainTextEdit, QTableView, QTableWidget, QWidget
from pytestqt.qtbot import QtBot

from r2_renewal.agent.protocol import Method, PlaceParams
from r2_renewal.domain.errors import ErrorCode
from r2_renewal.domain.offer import ServiceKind
from r2_renewal.settings import default_agent_command
from r2_renewal.ui.agent_link import AgentLink, AgentProcess
from r2_renewal.ui.basket_rows import Column
from r2_renewal.ui.eshop_window import EshopWindow
from r2_renewal.ui.order_wizard.wizard import OrderWizard
from r2_renewal.ui.orders_window import OrdersWindow
from r2_renewal.ui.resignation_dialog import ResignationDialog
from r2_renewal.ui.withdrawal_dialog import WithdrawalDialog
from tests.agent.conversation import Hosts
from tests.agent.test_with_reference_shop import fill_in, load
from tests.driver import find, wait_until, window
from tests.real_shop import RealShop
from tests.reference_shop.conftest import TODAY
from tests.ui.conftest import LINKS


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealShop]:
    """A shop that accepts nothing by itself."""
    shop = RealShop(tmp_path_factory.mktemp("shop"), "--accept-after", "600")
    yield shop
    shop.close()


@pytest.fixture
def computer(shop: RealShop, tmp_path: Path) -> Iterator[Hosts]:
    hosts = shop.computer(tmp_path)
    yield hosts
    hosts.close()


@pytest.fixture
def eshop(qtbot: QtBot, computer: Hosts) -> Iterator[Callable[[], EshopWindow]]:
    """Return a maker of eSklep windows on that computer, each with an agent of its own."""
    links: list[AgentLink] = []

    def make() -> EshopWindow:
        link = AgentLink(default_agent_command(), computer.hello())
        links.append(link)
        made = EshopWindow(link, LINKS, lambda: TODAY)
        made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
        qtbot.addWidget(made)
        made.show()
        return made

    yield make
    for link in links:
        link.close()
    wait_until(lambda: not QCoreApplication.instance().findChildren(AgentProcess), what="end of the agents")


def ordered(computer: Hosts) -> str:
    """Order this computer's program and return the order's identifier."""
    agent = computer.greeted()
    order = agent.call(Method.ORDER_PLACE, PlaceParams(order=fill_in(agent, load(agent)))).order
    return str(order.order_id)


def press(root: QWidget, name: str) -> None:
    """Put the focus on a button, as Tab does, and press Enter."""
    button = find(root, QAbstractButton, name)
    assert button.isEnabled(), f"{name!r} is disabled"
    assert button.focusPolicy() & Qt.FocusPolicy.TabFocus
    button.setFocus()
    QTest.keyClick(button, Qt.Key.Key_Return)


def cell(made: EshopWindow, column: Column) -> str:
    model = find(made, QTableView, "Koszyk posiadanych programów").model()
    return str(model.index(0, column).data()) if model.rowCount() else ""


def orders_of(made: EshopWindow) -> OrdersWindow:
    wait_until(made.refresh_button.isEnabled)
    press(made, "Zamówienia…")
    orders = window(OrdersWindow, "Zamówienia")
    wait_until(lambda: find(orders, QTableWidget, "Zamówienia").rowCount() > 0, what="orders")
    return orders


def test_an_order_not_yet_accepted_is_cancelled_and_the_program_can_be_ordered_again(
    eshop: Callable[[], EshopWindow], computer: Hosts
) -> None:
    ordered(computer)
    made = eshop()
    wait_until(lambda: cell(made, Column.ORDER) == "złożone")
    assert not made.order_button.isEnabled()
    orders = orders_of(made)
    press(orders, "Anuluj zamówienie")
    press(orders, "Tak, anuluj zamówienie")
    wait_until(lambda: find(orders, QTableWidget, "Zamówienia").item(0, 2).text() == "anulowane")
    wait_until(lambda: cell(made, Column.ORDER) == "–" and made.order_button.isEnabled())
    orders.close()


def test_a_fulfilled_order_is_withdrawn_from_with_a_receipt(
    eshop: Callable[[], EshopWindow], computer: Hosts, shop: RealShop
) -> None:
    shop.fulfil(ordered(computer))
    made = eshop()
    wait_until(lambda: cell(made, Column.VALID_UNTIL) == "22.12.2027")
    orders = orders_of(made)
    press(orders, "Odstąp od umowy tutaj")
    dialog = orders.view.findChild(WithdrawalDialog)
    line = find(dialog, QLineEdit, "Imię i nazwisko")
    assert dialog.focusWidget() is line
    QTest.keyClicks(line, "Anna Nowak")
    press(dialog, "Potwierdź odstąpienie od umowy")
    wait_until(lambda: any(text.isVisible() for text in dialog.findChildren(QPlainTextEdit)), what="receipt")
    receipt = find(dialog, QPlainTextEdit, "Potwierdzenie odstąpienia od umowy").toPlainText()
    assert "Składający: Anna Nowak" in receipt
    assert "Odstępuję od umowy zawartej 22.11.2026" in receipt
    press(dialog, "Zamknij")
    wait_until(lambda: find(orders, QTableWidget, "Zamówienia").item(0, 2).text() == "odstąpiono od umowy")
    wait_until(lambda: cell(made, Column.VALID_UNTIL) == "22.12.2026")
    orders.close()


def test_an_automatic_renewal_is_ended_from_the_basket(
    eshop: Callable[[], EshopWindow], computer: Hosts, shop: RealShop
) -> None:
    shop.fulfil(ordered(computer))
    made = eshop()
    wait_until(lambda: cell(made, Column.AUTO_RENEWAL) == "tak, 23.12.2027 za 229,15\u00a0zł brutto")
    wait_until(made.refresh_button.isEnabled)
    press(made, "Zrezygnuj z automatycznego odnowienia…")
    dialog = made.findChild(ResignationDialog)
    text = find(dialog, QPlainTextEdit, "Rezygnacja z automatycznego odnowienia").toPlainText()
    assert "abonament działa do 22 grudnia 2027 r. i nie odnowi się 23.12.2027." in text.replace("\u00a0", " ")
    press(dialog, "Zrezygnuj z odnowienia")
    wait_until(lambda: cell(made, Column.AUTO_RENEWAL) == "nie")
    press(dialog, "Zamknij")
    (licence_id,) = [entry.program.licence_id for entry in made.basket.entries()]
    assert shop.consents(licence_id) == [("module", True)]


def test_an_offices_programs_all_come_and_the_last_of_them_can_be_ordered(
    eshop: Callable[[], EshopWindow], computer: Hosts, shop: RealShop
) -> None:
    agent = computer.greeted()
    licence_id = load(agent).basket[0].program.licence_id
    shop.grow(licence_id, 450)
    made = eshop()
    wait_until(lambda: made.basket.count == (451, 451) and made.refresh_button.isEnabled(), what="all programs")
    search = find(made, QLineEdit, "Szukaj")
    search.setFocus()
    QTest.keyClicks(search, "platnik 00449")
    QTest.keyClick(search, Qt.Key.Key_Down)
    QTest.keyClick(made.basket.table, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(made.basket.table, Qt.Key.Key_Return)
    form = window(OrderWizard, "Zamówienie")
    assert form.flow.licence_ids == (f"{licence_id}-00449",)
    assert form.flow.storefront.offers_for(f"{licence_id}-00449", ServiceKind.SUBSCRIPTION)
    form.close()


def test_s14_without_the_shop_the_last_basket_known_is_there_at_once(
    eshop: Callable[[], EshopWindow], computer: Hosts, tmp_path: Path
) -> None:
    own = RealShop(tmp_path / "sklep")
    licence = own.computer(tmp_path / "komputer")
    computer.shop_url, computer.keys = own.url, licence.keys
    computer.licence.write_bytes(licence.licence.read_bytes())
    first = eshop()
    wait_until(lambda: cell(first, Column.PROGRAM) == "R2płatnik" and first.refresh_button.isEnabled())
    kept = computer.state_dir / "r2-renewal.db"
    wait_until(lambda: kept.exists() and b"R2p" in kept.read_bytes(), what="the kept basket")
    own.close()
    again = eshop()
    wait_until(lambda: cell(again, Column.PROGRAM) == "R2płatnik")
    assert again._pane.checked.text().startswith("Stan z ")
    wait_until(lambda: ErrorCode.OFFLINE.value in again.messages.text)
    assert (cell(again, Column.PROGRAM), again.order_button.isEnabled()) == ("R2płatnik", False)
