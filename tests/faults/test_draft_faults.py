"""Rows S7, S9 and H2: what was typed when the session is lost, another customer's licence comes, or the window is gone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot

from r2_renewal.agent.protocol import Method, Nothing
from r2_renewal.domain.errors import ErrorCode
from r2_renewal.domain.order_flow import start
from r2_renewal.licensing.issue import licence_payload, sign_licence
from r2_renewal.licensing.reader import parse_certificate
from r2_renewal.reference_shop.folder import settings_of
from r2_renewal.reference_shop.seed import LICENCE_ID
from r2_renewal.store.drafts import Drafts
from r2_renewal.ui.eshop_window import EshopWindow
from r2_renewal.ui.order_wizard.summary_page import ORDER_BUTTON
from r2_renewal.ui.order_wizard.wizard import OrderWizard
from tests.driver import click, find, wait_until
from tests.faults.shopping import (
    CustomersComputer,
    RealShop,
    customer,
    filled_form,
    is_received,
    real_shop,
    said,
    stock,
)
from tests.samples import storefront
from tests.ui.conftest import LINKS, Agent, agent, failure
from tests.ui.test_drafts import question

__all__ = ["agent", "customer", "real_shop", "stock"]


def customer_of(computer: CustomersComputer) -> str:
    keys = settings_of(computer.shop.prepared.folder).trusted_keys
    return parse_certificate(computer.shop.prepared.licence.encode(), keys).customer_id


def draft_in(computer: CustomersComputer) -> bytes:
    stored = Drafts(computer.state).load(customer_of(computer), LICENCE_ID)
    return b"" if stored is None else stored.body


def kept_form(computer: CustomersComputer) -> tuple[EshopWindow, OrderWizard, bytes]:
    """Fill in a form up to the summary; return it with its draft, byte for byte, once that is whole."""
    eshop = computer.open_eshop()
    wizard = filled_form(eshop)
    wizard._drafts.save()
    wait_until(lambda: b"klosowska.example" in draft_in(computer), what="whole draft")
    kept: list[bytes] = []

    def still() -> bool:
        kept.append(draft_in(computer))
        return len(kept) > 20 and len(set(kept[-20:])) == 1

    wait_until(still, what="the last saving")
    return eshop, wizard, kept[-1]


def licence_of_another(computer: CustomersComputer) -> str:
    """Return a good licence of this shop's for another customer and his program."""
    settings = settings_of(computer.shop.prepared.folder)
    licence = parse_certificate(computer.shop.prepared.licence.encode(), settings.trusted_keys)
    other = licence._replace(customer_id="K-7", company="Inna sp. z o.o.", nip="5252248481")
    return sign_licence(licence_payload(other), settings.signing_key.private)


def test_s7_a_session_that_ends_in_the_form_is_opened_anew_and_the_order_made_once(
    customer: CustomersComputer, real_shop: RealShop
) -> None:
    _, wizard, _ = kept_form(customer)
    real_shop.change("DELETE FROM sessions")
    click(wizard, ORDER_BUTTON)
    wait_until(lambda: is_received(wizard), what="receipt")
    assert len(real_shop.orders()) == 1
    wait_until(lambda: draft_in(customer) == b"", what="the draft's end")


def test_s7_without_a_new_session_nothing_is_sent_and_the_draft_is_intact(
    customer: CustomersComputer, real_shop: RealShop
) -> None:
    _, wizard, before = kept_form(customer)
    real_shop.change("DELETE FROM sessions")
    real_shop.change("UPDATE licences SET id = 'lost' WHERE id = ?", LICENCE_ID)
    click(wizard, ORDER_BUTTON)
    wait_until(lambda: "kod: R2-" in said(wizard), what="its fate")
    assert ErrorCode.LICENCE_REFUSED_BY_SHOP.value in said(wizard)
    assert wizard.flow.orderer.last_name == "Kłosowska"
    assert draft_in(customer) == before
    assert real_shop.orders() == []


def test_s9_a_form_is_neither_sent_nor_offered_under_another_customers_licence(
    customer: CustomersComputer, real_shop: RealShop
) -> None:
    eshop, wizard, before = kept_form(customer)
    customer.licence.write_text(licence_of_another(customer))
    click(wizard, ORDER_BUTTON)
    wait_until(lambda: "kod: R2-" in said(wizard), what="its fate")
    assert real_shop.orders() == []
    wizard.close()
    assert draft_in(customer) == before
    eshop.close()
    assert Drafts(customer.state).load("K-7", LICENCE_ID) is None
    customer.licence.write_text(real_shop.prepared.licence)
    again = customer.open_eshop()
    wait_until(again.order_button.isEnabled, what="basket")
    click(again, "Wróć do zamówienia")
    (form,) = again.findChildren(OrderWizard)
    wait_until(lambda: question(form), what="question")
    click(form, "Kontynuuj")
    assert form.flow.orderer.last_name == "Kłosowska"
    assert draft_in(customer) == before


@pytest.mark.parametrize("fate", [{}, failure(ErrorCode.STORE), {"die": True}], ids=["answer", "failure", "death"])
def test_h2_late_replies_to_a_form_that_is_gone_are_dropped(
    qtbot: QtBot, agent: Callable[..., Agent], fate: dict[str, object]
) -> None:
    made, shop = agent(draft__load=[{**fate, "after": 0.5}], order__quote=[{**fate, "after": 0.1}]), storefront()
    wizard = OrderWizard(start(shop, shop.basket[:1]), made.link, LINKS)
    wizard.show()
    find(wizard, QAbstractButton, "Abonament").click()
    gone: list[bool] = []
    wizard.destroyed.connect(lambda: gone.append(True))
    wizard.deleteLater()
    wait_until(lambda: gone, what="destroyed window")
    asker, answers = QObject(), []
    for _ in range(2):
        call = made.link.call(Method.LICENCE_REFRESH, Nothing(), asker)
        call.finished.connect(answers.append)
        call.failed.connect(answers.append)
    wait_until(lambda: len(answers) == 2, what="later answers")
    assert made.asked("draft.load")
