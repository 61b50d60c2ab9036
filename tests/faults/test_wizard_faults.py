"""Rows of the matrix as the customer meets them in the order form: the real windows, the real agent, the real shop."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import closing

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QCheckBox, QLabel, QTableView

from r2_renewal.contract import paths
from r2_renewal.domain.errors import ErrorCode
from r2_renewal.domain.offer import ServiceKind
from r2_renewal.reference_shop.seed import LICENCE_ID
from r2_renewal.ui.basket_model import Column
from r2_renewal.ui.error_texts import sentence
from r2_renewal.ui.eshop_window import EshopWindow
from r2_renewal.ui.order_wizard.summary_page import ORDER_BUTTON
from r2_renewal.ui.order_wizard.wizard import OrderWizard
from r2_renewal.ui.plain_text import PlainTextView
from tests.agent.scripted_shop import Reply, raw, reset
from tests.driver import click, fill, find, go_on, tick, wait_until
from tests.e2e.order_by_widgets import ORDERER
from tests.faults.relays import Relay
from tests.faults.shopping import (
    CustomersComputer,
    RealShop,
    begin_anew,
    cells,
    consent_again,
    customer,
    filled_form,
    is_received,
    real_shop,
    said,
    stock,
)
from tests.licence_files import Vendor

__all__ = ["customer", "real_shop", "stock"]

TRIES = 3
PRICE = "560.14"


@pytest.fixture
def relay(real_shop: RealShop, vendor: Vendor) -> Iterator[Relay]:
    """What stands between the customer and the shop."""
    with closing(Relay(vendor, real_shop.url)) as made:
        yield made


def keys_sent(relay: Relay) -> set[str]:
    return {seen.key for seen in relay.seen("POST", paths.ORDERS)}


def form_of_all(eshop: EshopWindow) -> OrderWizard:
    """Open the order form for every program of the basket."""
    wait_until(lambda: cells(eshop, Column.PROGRAM) and eshop.order_button.isEnabled(), what="basket")
    table = find(eshop, QTableView, "Koszyk posiadanych programów")
    table.setFocus()
    QTest.keyClick(table, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    wait_until(eshop.order_button.isEnabled, what="selection")
    click(eshop, "Zamów…")
    wait_until(lambda: eshop.findChildren(OrderWizard), what="order form")
    (wizard,) = eshop.findChildren(OrderWizard)
    begin_anew(wizard)
    return wizard


def fill_in(wizard: OrderWizard) -> None:
    """Fill in the form from its priced first page up to the summary."""
    wait_until(lambda: wizard.flow.quote is not None, what="price")
    go_on(wizard, "Dane do faktury")
    tick(wizard, "Dane do faktury są poprawne")
    go_on(wizard, "Osoba zamawiająca")
    for name, text in ORDERER:
        fill(wizard, name, text)
    go_on(wizard, "Zgoda na automatyczne odnowienie")
    consent_again(wizard)


# The answer is lost


@pytest.mark.parametrize(
    "loss",
    [
        pytest.param(raw(), id="no reply", marks=pytest.mark.rows("N9")),
        pytest.param(reset, id="reset", marks=pytest.mark.rows("N10")),
    ],
)
def test_an_order_whose_answer_is_lost_is_said_as_unknown_until_the_same_order_is_known(
    customer: CustomersComputer, real_shop: RealShop, relay: Relay, loss: Reply
) -> None:
    wizard = filled_form(customer.open_eshop(shop_url=relay.url))
    relay.script("POST", paths.ORDERS, *[relay.commit(loss)] * TRIES)
    click(wizard, ORDER_BUTTON)
    wait_until(lambda: sentence(ErrorCode.ORDER_UNKNOWN) in said(wizard), what="unknown")
    assert not find(wizard, QAbstractButton, ORDER_BUTTON).isEnabled()
    assert not find(wizard, QAbstractButton, "Zmień: Zamawiasz").isEnabled()
    wait_until(lambda: is_received(wizard), what="truth")
    assert real_shop.orders() == [PRICE]
    assert len(keys_sent(relay)) == 1
    customer.close()


def test_n11_an_order_whose_answer_is_lost_with_the_program_is_told_at_the_next_start(
    customer: CustomersComputer, real_shop: RealShop, relay: Relay
) -> None:
    wizard = filled_form(customer.open_eshop(shop_url=relay.url))
    relay.script("POST", paths.ORDERS, *[relay.commit(reset)] * TRIES)
    click(wizard, ORDER_BUTTON)
    wait_until(lambda: sentence(ErrorCode.ORDER_UNKNOWN) in said(wizard), what="unknown")
    for agent in customer.agents():
        os.kill(agent.processId(), signal.SIGKILL)
    customer.close()
    eshop = customer.open_eshop(shop_url=relay.url)
    wait_until(
        lambda: "w realizacji" in " ".join(cells(eshop, Column.ORDER)) or "złożone" in cells(eshop, Column.ORDER)
    )
    assert real_shop.orders() == [PRICE]
    assert len(keys_sent(relay)) == 1
    assert eshop.findChildren(OrderWizard) == []
    customer.close()


# The shop changes its mind, for several programs at once


def test_s1_two_windows_that_order_some_of_the_same_programs_are_one_order(
    customer: CustomersComputer, real_shop: RealShop
) -> None:
    one = filled_form(customer.open_eshop())
    both = form_of_all(customer.open_eshop())
    tick(both, "Abonament")
    fill_in(both)
    for wizard in (one, both):
        click(wizard, ORDER_BUTTON)
    wait_until(lambda: sum(map(is_received, (one, both))) == 1, what="receipt")
    (other,) = (wizard for wizard in (one, both) if not is_received(wizard))
    wait_until(lambda: ErrorCode.ORDER_IN_PROGRESS.value in said(other), what="refusal")
    assert len(real_shop.orders()) == 1


def test_s4_a_price_that_changed_for_one_of_several_is_shown_and_confirmed_anew(
    customer: CustomersComputer, real_shop: RealShop
) -> None:
    wizard = form_of_all(customer.open_eshop())
    tick(wizard, "Abonament")
    fill_in(wizard)
    real_shop.change("UPDATE price_items SET net = '500.00' WHERE id = 'r2platnik-50'")
    real_shop.change("UPDATE quotes SET expires_at = '2020-01-01 00:00:00.000000'")
    click(wizard, ORDER_BUTTON)
    wait_until(lambda: "Cena zmieniła się" in said(wizard), what="new price")
    changes = find(wizard, PlainTextView, "Co się zmieniło").toPlainText().replace("\u00a0", " ")
    assert "455,40 zł netto" in changes
    assert "500,00 zł netto" in changes
    assert "R2księga" not in changes
    consent_again(wizard)
    click(wizard, ORDER_BUTTON)
    wait_until(lambda: is_received(wizard), what="receipt")
    assert wizard.flow.receipt is not None
    assert len(wizard.flow.receipt.lines) == 3
    assert len(real_shop.orders()) == 1


def test_s6_a_product_withdrawn_amid_the_form_is_left_out_and_the_others_are_ordered(
    customer: CustomersComputer, real_shop: RealShop
) -> None:
    wizard = form_of_all(customer.open_eshop())
    tick(wizard, "Abonament")
    fill_in(wizard)
    real_shop.change("DELETE FROM price_items WHERE product = 'r2platnik'")
    real_shop.change("UPDATE quotes SET expires_at = '2020-01-01 00:00:00.000000'")
    click(wizard, ORDER_BUTTON)
    wait_until(lambda: ErrorCode.OFFER_WITHDRAWN.value in said(wizard), what="withdrawal")
    click(wizard, "Zmień: Zamawiasz")
    wait_until(lambda: wizard.currentPage().title() == "Usługa", what="first page")
    (box,) = (box for box in wizard.currentPage().findChildren(QCheckBox) if box.text().startswith("R2płatnik"))
    tick(wizard, box.text())
    wait_until(lambda: wizard.flow.quote is not None, what="price of the others")
    click(wizard, "Wróć do podsumowania")
    wait_until(lambda: wizard.currentPage().title() == "Zgoda na automatyczne odnowienie", what="consent")
    tick(wizard, "Wyrażam zgodę na automatyczne odnowienie")
    click(wizard, "Wróć do podsumowania")
    wait_until(lambda: wizard.currentPage().title() == "Podsumowanie", what="summary")
    click(wizard, ORDER_BUTTON)
    wait_until(lambda: is_received(wizard), what="receipt")
    assert len(real_shop.orders()) == 1
    assert wizard.flow.receipt is not None
    assert [line.program for line in wizard.flow.receipt.lines] != ["R2płatnik"]


@pytest.mark.rows("S10")
def test_a_licence_revoked_amid_the_form_is_said_and_the_form_kept(
    customer: CustomersComputer, real_shop: RealShop
) -> None:
    wizard = filled_form(customer.open_eshop())
    real_shop.change("DELETE FROM sessions")
    real_shop.change("UPDATE licences SET id = 'lost' WHERE id = ?", LICENCE_ID)
    click(wizard, ORDER_BUTTON)
    wait_until(lambda: ErrorCode.LICENCE_REFUSED_BY_SHOP.value in said(wizard), what="refusal")
    assert wizard.flow.orderer.last_name == "Kłosowska"
    assert real_shop.orders() == []


# Both sides together


def test_several_programs_are_ordered_paid_by_one_transfer_and_one_is_renewed_here(
    customer: CustomersComputer, real_shop: RealShop
) -> None:
    wizard = form_of_all(customer.open_eshop())
    tick(wizard, "Abonament")
    fill_in(wizard)
    click(wizard, ORDER_BUTTON)
    wait_until(lambda: is_received(wizard), what="receipt")
    receipt = wizard.flow.receipt
    assert receipt is not None
    assert receipt.transfer is not None
    assert receipt.transfer.amount == receipt.price.gross
    assert {line.kind for line in receipt.lines} == {ServiceKind.SUBSCRIPTION}
    real_shop.fulfil()
    wait_until(lambda: "Odnowiono do" in _words(wizard), 40, what="licence")
    assert wizard.flow.receipt is not None
    assert wizard.flow.receipt.transfer is None


def test_the_draft_of_several_programs_comes_back_whole_for_one_of_them(customer: CustomersComputer) -> None:
    wizard = form_of_all(customer.open_eshop())
    tick(wizard, "Abonament")
    wait_until(lambda: wizard.flow.quote is not None, what="price")
    wanted = wizard.flow.service.wanted
    customer.close()
    eshop = customer.open_eshop()
    wait_until(eshop.order_button.isEnabled, what="basket")
    eshop.basket.select(LICENCE_ID)
    click(eshop, "Zamów…")
    (again,) = eshop.findChildren(OrderWizard)
    wait_until(lambda: "Kontynuować?" in _words(again), what="question")
    assert all(program in _words(again) for program in ("R2płatnik", "R2księga"))
    click(again, "Kontynuuj")
    wait_until(lambda: again.flow.quote is not None, what="price of all")
    assert len(wanted) > 1
    assert again.flow.service.wanted == wanted


def _words(wizard: OrderWizard) -> str:
    return "\n".join(label.text() for label in wizard.currentPage().findChildren(QLabel) if label.isVisible())


def test_the_remembered_person_is_there_in_the_next_program_and_gone_when_forgotten(
    customer: CustomersComputer,
) -> None:
    eshop = customer.open_eshop()
    wait_until(lambda: cells(eshop, Column.PROGRAM) and eshop.order_button.isEnabled(), what="basket")
    click(eshop, "Zamów…")
    (wizard,) = eshop.findChildren(OrderWizard)
    tick(wizard, "Abonament")
    wait_until(lambda: wizard.flow.quote is not None, what="price")
    go_on(wizard, "Dane do faktury")
    tick(wizard, "Dane do faktury są poprawne")
    go_on(wizard, "Osoba zamawiająca")
    for name, text in ORDERER:
        fill(wizard, name, text)
    tick(wizard, "Zapamiętaj mnie na tym komputerze")
    go_on(wizard, "Zgoda na automatyczne odnowienie")
    wait_until(lambda: wizard.flow.remembered is not None, what="memory")
    customer.close()
    again = customer.open_eshop()
    wait_until(lambda: cells(again, Column.PROGRAM) and again.order_button.isEnabled(), what="basket")
    click(again, "Zamów…")
    (form,) = again.findChildren(OrderWizard)
    wait_until(lambda: form.flow.remembered is not None, what="memory")
    begin_anew(form)
    assert form.flow.orderer.last_name == "Kłosowska"
    form._forget()
    wait_until(lambda: form.flow.remembered is None, what="forgetting")
