"""Rows S1–S6 and S11: orders at a real shop that is asked twice, or whose prices, texts and products change meanwhile."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel

from r2_renewal.agent.protocol import Method, OrderResult, PlaceParams
from r2_renewal.contract import paths
from r2_renewal.contract.structs import OrderRequest
from r2_renewal.domain.errors import ErrorCode
from r2_renewal.domain.money import show_money
from r2_renewal.ui.basket_rows import Column
from r2_renewal.ui.order_wizard.summary_page import ORDER_BUTTON
from r2_renewal.ui.order_wizard.wizard import OrderWizard
from r2_renewal.ui.plain_text import PlainTextView
from tests.agent.conversation import Hosts
from tests.agent.scripted_shop import Seen
from tests.agent.test_with_reference_shop import fill_in, load
from tests.driver import click, find, wait_until
from tests.faults.relays import Relay
from tests.faults.shopping import (
    CHECKOUT,
    CustomersComputer,
    RealShop,
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

PRICE = "560.14"
AT_ONCE = 50


def order_twice(wizard: OrderWizard) -> None:
    """Click as an impatient user does: a double click and two more."""
    button = find(wizard, QAbstractButton, ORDER_BUTTON)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    QTest.mouseDClick(button, Qt.MouseButton.LeftButton)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def test_s1_a_double_click_in_two_windows_of_two_programs_is_one_order(
    customer: CustomersComputer, real_shop: RealShop
) -> None:
    wizards = [filled_form(eshop) for eshop in (customer.open_eshop(), customer.open_eshop())]
    for wizard in wizards:
        order_twice(wizard)
    wait_until(lambda: sum(map(is_received, wizards)) == 1, what="receipt")
    (other,) = (wizard for wizard in wizards if not is_received(wizard))
    wait_until(lambda: ErrorCode.ORDER_IN_PROGRESS.value in said(other), what="refusal")
    assert real_shop.orders() == [PRICE]
    assert other.flow.orderer.last_name == "Kłosowska"


@pytest.fixture
def hosts(customer: CustomersComputer) -> Iterator[Hosts]:
    """Agents of one computer against the real shop."""
    started = Hosts(customer.folder, Vendor(), customer.shop.url)
    started.licence.write_text(customer.shop.prepared.licence)
    document = customer.shop.prepared.trusted_keys["keys"]
    started.keys = tuple(msgspec.convert(document, tuple[type(started.keys[0]), ...]))  # type: ignore[misc]
    yield started
    started.close()


def test_s2_fifty_at_once_with_one_key_are_one_order(hosts: Hosts, real_shop: RealShop) -> None:
    agents = [hosts.greeted(call_seconds=20.0, order_seconds=20.0) for _ in range(2)]
    params = PlaceParams(order=fill_in(agents[0], load(agents[0])))
    calls = [(agent, agent.begin(Method.ORDER_PLACE.value, params)) for agent in agents * (AT_ONCE // 2)]
    answers = [agent.end(number, 40.0) for agent, number in calls]
    assert [answer.error for answer in answers] == [None] * AT_ONCE
    # Its state may move on between two answers; which order it is may not.
    told = [msgspec.json.decode(answer.result or b"", type=OrderResult) for answer in answers]
    assert len({(result.key, result.order.order_id) for result in told}) == 1
    assert real_shop.orders() == [PRICE]


class _UsedKey(Relay):
    """A relay before whose first order somebody else's order came under the same key."""

    def _answer(self, seen: Seen) -> bytes:
        if seen.path == paths.ORDERS and len(self.seen("POST", paths.ORDERS)) == 1:
            request = msgspec.json.decode(seen.body, type=OrderRequest)
            other = msgspec.structs.replace(request, orderer=msgspec.structs.replace(request.orderer, last_name="Inna"))
            super()._answer(replace(seen, body=msgspec.json.encode(other)))
        return super()._answer(seen)


def test_s3_a_key_that_stands_for_another_order_is_refused_and_said(
    customer: CustomersComputer, real_shop: RealShop, vendor: Vendor
) -> None:
    with closing(_UsedKey(vendor, real_shop.url)) as relay:
        wizard = filled_form(customer.open_eshop(shop_url=relay.url))
        click(wizard, ORDER_BUTTON)
        wait_until(lambda: ErrorCode.KEY_REUSED.value in said(wizard), what="refusal")
        assert "zapisano już inne zamówienie" in said(wizard)
        assert not find(wizard, QAbstractButton, ORDER_BUTTON).isEnabled()
        assert find(wizard, QAbstractButton, "Zamknij zamówienie").isEnabled()
        assert wizard.flow.orderer.last_name == "Kłosowska"
        assert real_shop.orders() == [PRICE]
        customer.close()


def test_s4_a_price_that_changed_is_shown_with_the_difference_and_confirmed_anew(
    customer: CustomersComputer, real_shop: RealShop
) -> None:
    wizard = filled_form(customer.open_eshop())
    old = wizard.flow.quote
    real_shop.change("UPDATE price_items SET net = '500.00' WHERE id = 'r2platnik-50'")
    real_shop.change("UPDATE quotes SET expires_at = '2020-01-01 00:00:00.000000'")
    click(wizard, ORDER_BUTTON)
    wait_until(lambda: "Cena zmieniła się" in said(wizard), what="new price")
    new = wizard.flow.quote
    assert old is not None
    assert new is not None
    assert f"z {show_money(old.price.gross)} na {show_money(new.price.gross)}" in said(wizard)
    assert "615,00" in said(wizard)
    assert real_shop.orders() == []
    consent_again(wizard)
    assert find(wizard, QLabel, f"Do zapłaty: {show_money(new.price.gross)}").isVisible()
    click(wizard, ORDER_BUTTON)
    wait_until(lambda: is_received(wizard), what="receipt")
    assert real_shop.orders() == ["615.00"]


@pytest.fixture(scope="module")
def next_release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shop of the next release, whose consent has another text."""
    checkout = tmp_path_factory.mktemp("next")
    for name in ("r2_renewal", "resources"):
        shutil.copytree(
            CHECKOUT / name, checkout / name, ignore=shutil.ignore_patterns("__pycache__", "pictures", "fonts")
        )
    texts = checkout / "resources" / "texts"
    changed = (texts / "auto_renewal-2.txt").read_text(encoding="utf-8").replace("bez podania przyczyny", "bez powodu")
    (texts / "auto_renewal-3.txt").write_text(changed, encoding="utf-8")
    return checkout


def test_s5_a_consent_whose_text_changed_is_read_and_given_anew(
    customer: CustomersComputer, real_shop: RealShop, next_release: Path
) -> None:
    wizard = filled_form(customer.open_eshop())
    real_shop.close()
    real_shop.start(next_release)
    click(wizard, ORDER_BUTTON)
    wait_until(lambda: ErrorCode.CONSENT_TEXT_CHANGED.value in said(wizard), what="new text")
    assert wizard.currentPage().title() == "Zgoda na automatyczne odnowienie"
    assert "bez powodu" in find(wizard, PlainTextView, "Treść zgody na automatyczne odnowienie").toPlainText()
    assert real_shop.orders() == []
    consent_again(wizard)
    click(wizard, ORDER_BUTTON)
    wait_until(lambda: is_received(wizard), what="receipt")
    assert real_shop.orders() == [PRICE]


def test_s6_a_product_withdrawn_from_sale_is_marked_in_its_line(
    customer: CustomersComputer, real_shop: RealShop
) -> None:
    eshop = customer.open_eshop()
    wizard = filled_form(eshop)
    real_shop.change("DELETE FROM price_items WHERE product = 'r2platnik'")
    real_shop.change("UPDATE quotes SET expires_at = '2020-01-01 00:00:00.000000'")
    click(wizard, ORDER_BUTTON)
    wait_until(lambda: ErrorCode.OFFER_WITHDRAWN.value in said(wizard), what="withdrawal")
    wizard.close()
    wait_until(lambda: "wycofany ze sprzedaży" in cells(eshop, Column.ORDER), what="marked line")
    marked = dict(zip(cells(eshop, Column.PROGRAM), cells(eshop, Column.ORDER), strict=True))
    assert marked == {"R2płatnik": "wycofany ze sprzedaży", "R2faktury": "–", "R2księga": "–"}
    assert not eshop.order_button.isEnabled()
    assert real_shop.orders() == []
