"""Rows S10–S16: licences that the real shop revokes, delays, mixes up or takes back, and a shop of another age or time.

Invariant of every row: the licence that was valid stays, and payroll runs.
"""

from __future__ import annotations

import json
import re
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QAbstractButton, QLabel
from pytestqt.qtbot import QtBot

from r2_renewal.clock import pc_clock, today_in_warsaw
from r2_renewal.contract import paths
from r2_renewal.domain.clock import ClockState
from r2_renewal.domain.errors import ErrorCode
from r2_renewal.domain.licence import VerdictKind
from r2_renewal.embedding.state import Status
from r2_renewal.reference_shop.seed import LICENCE_ID, prepare
from r2_renewal.store.clock_marks import ClockMarkFile
from r2_renewal.store.outbox import Outbox
from r2_renewal.ui.basket_rows import Column
from r2_renewal.ui.eshop_words import checked_text
from r2_renewal.ui.order_wizard.summary_page import ORDER_BUTTON
from r2_renewal.ui.order_wizard.wizard import OrderWizard
from tests.agent.scripted_shop import Seen
from tests.driver import click, find, wait_until
from tests.faults.injection import fake_clock
from tests.faults.relays import Relay
from tests.faults.shopping import (
    CustomersComputer,
    RealShop,
    cells,
    customer,
    filled_form,
    is_received,
    real_shop,
    said,
    stock,
)
from tests.licence_files import Vendor

__all__ = ["customer", "fake_clock", "real_shop", "stock"]


def verdict_of(customer: CustomersComputer) -> tuple[VerdictKind, int | None]:
    """Return what a program that starts now makes of the licence."""
    module = customer.start_program()
    wait_until(lambda: module.state.verdict is not None, what="first check")
    assert module.state.verdict is not None
    assert module.state.status is not Status.DISABLED
    return module.state.verdict.kind, module.state.verdict.days_left


def labels(wizard: OrderWizard) -> str:
    return "\n".join(label.text() for label in wizard.currentPage().findChildren(QLabel))


def received(customer: CustomersComputer) -> OrderWizard:
    """Order, and return the form with the shop's receipt."""
    wizard = filled_form(customer.open_eshop())
    click(wizard, ORDER_BUTTON)
    wait_until(lambda: is_received(wizard), what="receipt")
    return wizard


def test_s10_a_revoked_licence_leaves_payroll_and_the_ways_on(customer: CustomersComputer, real_shop: RealShop) -> None:
    before = customer.licence.read_bytes()
    real_shop.change("DELETE FROM licences WHERE id = ?", LICENCE_ID)
    eshop = customer.open_eshop()
    wait_until(lambda: ErrorCode.LICENCE_REFUSED_BY_SHOP.value in eshop.messages.text, what="refusal")
    assert find(eshop, QAbstractButton, "Wczytaj plik licencji…").isEnabled()
    assert find(eshop, QAbstractButton, "eBOK Symfonia").isEnabled()
    assert verdict_of(customer) == (VerdictKind.EXPIRING, 30)
    assert customer.licence.read_bytes() == before


def test_s11_an_order_without_its_licence_yet_is_in_progress_polled_and_resumed(
    customer: CustomersComputer, real_shop: RealShop, vendor: Vendor
) -> None:
    with closing(Relay(vendor, real_shop.url)) as relay:
        wizard = filled_form(customer.open_eshop(shop_url=relay.url))
        click(wizard, ORDER_BUTTON)
        wait_until(lambda: is_received(wizard), what="receipt")
        wait_until(lambda: "w realizacji" in labels(wizard), what="„w realizacji”")
        (row,) = Outbox(customer.state).unsettled()
        *waits, last = waits_of(relay, row.order_id, 4)
        assert last > min(waits)
        customer.close()
        eshop = customer.open_eshop()
        wait_until(lambda: "w realizacji" in "".join(cells(eshop, Column.ORDER)), what="order in the basket")
        real_shop.fulfil()
        wait_until(lambda: eshop.messages.text.startswith("Odnowiono do "), 40, what="licence")
        customer.close()
    assert verdict_of(customer)[0] is VerdictKind.VALID
    assert len(real_shop.orders()) == 1


def waits_of(relay: Relay, order_id: str, count: int) -> list[float]:
    """Return how long the next waits between two polls of an order are."""
    moments: list[float] = []
    before = len(relay.seen("GET", paths.order(order_id)))

    def look() -> bool:
        if len(relay.seen("GET", paths.order(order_id))) - before > len(moments):
            moments.append(time.monotonic())
        return len(moments) > count

    wait_until(look, 40, what=f"{count} polls")
    return [later - earlier for earlier, later in pairwise(moments)]


MIXED_UP: dict[ErrorCode, dict[str, Any]] = {
    ErrorCode.LICENCE_OTHER_CUSTOMER: {"customer_id": "K-7", "company": "Inna sp. z o.o.", "nip": "5252248481"},
    ErrorCode.LICENCE_WRONG_PRODUCT: {"product": "r2faktury"},
}


@pytest.mark.parametrize("code", MIXED_UP, ids=lambda code: code.name)
def test_s12_a_licence_of_another_company_or_product_is_refused_and_the_old_one_kept(
    customer: CustomersComputer, real_shop: RealShop, code: ErrorCode
) -> None:
    before = customer.licence.read_bytes()
    real_shop.mix_up(**MIXED_UP[code])
    wizard = received(customer)
    real_shop.fulfil()
    wait_until(lambda: code.value in said(wizard), what="refusal")
    assert customer.licence.read_bytes() == before
    customer.close()
    assert verdict_of(customer) == (VerdictKind.EXPIRING, 30)


def test_s13_an_older_licence_is_not_taken_for_the_newer_one_here(
    customer: CustomersComputer, real_shop: RealShop
) -> None:
    real_shop.change("UPDATE licences SET seq = 9 WHERE id = ?", LICENCE_ID)
    newer = real_shop.issue_licence()
    customer.licence.write_text(newer)
    # A shop restored from yesterday's backup: it counts from where it was.
    real_shop.change("UPDATE licences SET seq = 1 WHERE id = ?", LICENCE_ID)
    received(customer)
    real_shop.fulfil()
    wait_until(lambda: not Outbox(customer.state).unsettled(), 30, what="end of the order")
    assert customer.licence.read_text() == newer


def test_s14_the_age_of_the_last_check_is_shown(customer: CustomersComputer, real_shop: RealShop) -> None:
    eshop = customer.open_eshop()
    began = pc_clock()
    wait_until(lambda: cells(eshop, Column.PROGRAM), what="basket")
    checked = {checked_text(moment) for moment in (began, pc_clock())}
    (shown,) = (label for label in eshop.findChildren(QLabel) if label.text().startswith("Ostatnio sprawdzono: "))
    assert shown.isVisible()
    assert shown.text() in checked
    # Nothing new comes any more: the basket stays, with the age that it has.
    real_shop.close()
    click(eshop, "Odśwież")
    wait_until(lambda: ErrorCode.OFFLINE.value in eshop.messages.text, what="offline")
    assert len(cells(eshop, Column.PROGRAM)) == 3
    assert shown.text() in checked


def test_s14_the_age_is_told_in_polish_time() -> None:
    assert checked_text(datetime(2026, 11, 22, 7, 1, tzinfo=UTC)) == "Ostatnio sprawdzono: 22.11.2026, 8:01"


class _NextRelease(Relay):
    """A relay to a shop of a later release: new fields everywhere, a new kind of offer, a new state of orders."""

    def _answer(self, seen: Seen) -> bytes:
        head, _, body = super()._answer(seen).partition(b"\r\n\r\n")
        if b"application/json" in head:
            body = json.dumps(_novel(json.loads(body))).encode()
            head = re.sub(rb"Content-Length: \d+", b"Content-Length: %d" % len(body), head)
        return head + b"\r\n\r\n" + body


def _novel(value: Any) -> Any:
    if isinstance(value, list):
        return [_novel(item) for item in value]
    if not isinstance(value, dict):
        return value
    changed = {name: item if name == "limits" else _novel(item) for name, item in value.items()}
    if "order_id" in value:
        changed["state"] = "packed"
    if "offers" in value:
        changed["offers"].append({**changed["offers"][0], "kind": "lease", "offer_id": "lease.1"})
    return {**changed, "novelty": {"of": ["the", "next", "release"]}}


def test_s15_what_a_later_shop_says_besides_is_ignored_and_an_unknown_state_is_in_progress(
    customer: CustomersComputer, real_shop: RealShop, vendor: Vendor
) -> None:
    with closing(_NextRelease(vendor, real_shop.url)) as relay:
        eshop = customer.open_eshop(shop_url=relay.url)
        wizard = filled_form(eshop)
        click(wizard, ORDER_BUTTON)
        wait_until(lambda: is_received(wizard), what="receipt")
        assert "Stan zamówienia: w realizacji." in labels(wizard)
        wizard.close()
        wait_until(lambda: "w realizacji" in cells(eshop, Column.ORDER), what="order in the basket")
        assert eshop.messages.text == ""
        customer.close()
    assert len(real_shop.orders()) == 1


@pytest.mark.parametrize("by", ["-1d", "+1d"])
def test_s16_a_shop_whose_clock_is_a_day_off_ends_no_subscription(
    qtbot: QtBot, tmp_path: Path, fake_clock: Path, by: str
) -> None:
    shop = RealShop(prepare(tmp_path / "shop", 0, today_in_warsaw()))
    with closing(shop), closing(CustomersComputer(tmp_path / "komputer", shop)) as computer:
        shop.start(LD_PRELOAD=str(fake_clock), FAKETIME=by, DONT_FAKE_MONOTONIC="1")
        eshop = computer.open_eshop()
        wait_until(lambda: cells(eshop, Column.DAYS_LEFT), what="basket")
        assert "kończy się dzisiaj" in cells(eshop, Column.DAYS_LEFT)
        wait_until(lambda: ClockMarkFile(computer.state).read().shop is not None, what="the shop's time")
        told = ClockMarkFile(computer.state).read().shop
        assert told is not None
        assert abs(told - pc_clock()) > timedelta(hours=23)
        assert verdict_of(computer) == (VerdictKind.EXPIRING, 0)
        assert computer.clocks() == {ClockState.PLAUSIBLE}
