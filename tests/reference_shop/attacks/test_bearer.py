"""Whoever holds a licence file, and nothing else: what that can bring about, row by row of the table in ``bearer.md``.

A licence file lies on every PC of an office and in every mail that it was sent with. It opens eSklep without a password, so it
orders; all else of the account needs the password.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from r2_renewal.contract import paths
from r2_renewal.reference_shop.fulfilment import fulfil, invoice
from r2_renewal.reference_shop.seed import CUSTOMER_ID, LICENCE_ID, PreparedShop
from r2_renewal.reference_shop.shop import Shop
from r2_renewal.reference_shop.tables import Customer, InvoiceEmailChange, MailRow
from tests.reference_shop.conftest import Calendar, add_customer
from tests.reference_shop.module import INVOICE_EMAIL, LATER_LICENCE_ID, Json, Module, problem
from tests.reference_shop.panel.visitor import DATA, Visitor, logged_in

BOTH_DATABASES = True
TABLE = Path(__file__).with_name("bearer.md")
EVIL = "obcy@obcy.example"
ORDERER = "anna.klosowska@klosowska.example"
PUT_BACK = f"{DATA}/adres"


@pytest.fixture
def account(serve: Callable[..., Module], prepared: PreparedShop) -> Module:
    """The owner of the account, by the program."""
    return serve().log_in(prepared.account_email, prepared.account_password)


@pytest.fixture
def panel(serve: Callable[..., Module], prepared: PreparedShop) -> Visitor:
    """The owner of the account, in the panel."""
    return logged_in(Visitor(serve().http), prepared)


def on_record(shop: Shop) -> str:
    with shop.database.reading() as session:
        return session.get_one(Customer, CUSTOMER_ID).invoice_email


def letters(shop: Shop, kind: str) -> list[tuple[str, str]]:
    """Return the recipients and the texts of the letters of a kind."""
    with shop.database.reading() as session:
        rows = session.scalars(select(MailRow).where(MailRow.kind == kind).order_by(MailRow.pk))
        return [(row.recipient, row.text) for row in rows]


def ordered(module: Module, email: str = EVIL, licence_id: str = LICENCE_ID) -> Json:
    answer = module.submit(module.body(module.quote(licence_id), invoice_email=email))
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def declared(order: Json, email: str = EVIL) -> Json:
    return {"name": "Obcy", "order_number": order["number"], "email": email, "channel": "module"}


def change(module: Module, **what: Any) -> Any:
    headers = {**module.headers, paths.IF_MATCH: module.get(paths.CUSTOMER).headers["etag"]}
    return module.http.patch(paths.CUSTOMER, json={"channel": "module", **what}, headers=headers)


# What a bearer reads


def test_a_bearer_reads_the_programs_the_company_and_the_orders_of_its_own_customer_alone(
    module: Module, shop: Shop
) -> None:
    add_customer(shop, "K-2", "L-2")
    storefront = module.storefront()
    assert storefront["company"]["nip"] == "5262831503"
    assert "L-2" not in {program["licence_id"] for program in storefront["programs"]}
    problem(module.get(paths.licence_file("L-2")), 404, "not_found")


@pytest.mark.parametrize("path", [paths.CONSENTS, paths.INVOICES, paths.invoice_pdf("inv_x")])
def test_a_bearer_reads_no_evidence_and_no_invoice(module: Module, path: str) -> None:
    problem(module.get(path), 403, "insufficient_scope")


def test_a_bearer_is_not_told_who_changed_the_address(module: Module, account: Module) -> None:
    change(account, invoice_email="nowe@klosowska.example")
    assert account.get(paths.CUSTOMER).json()["invoice_email_change"]["previous"] == INVOICE_EMAIL
    assert module.get(paths.CUSTOMER).json()["invoice_email_change"] is None


# What a bearer orders


def test_a_bearer_orders_and_the_orderers_address_is_told(module: Module, shop: Shop) -> None:
    ordered(module)
    assert [recipient for recipient, _ in letters(shop, "order_confirmation")] == [ORDERER]


def test_a_bearers_order_changes_no_address_before_it_is_accepted(module: Module, shop: Shop) -> None:
    order = ordered(module)
    assert (on_record(shop), module.storefront()["invoice_email"]) == (INVOICE_EMAIL, INVOICE_EMAIL)
    module.post(paths.cancellations(order["order_id"]), {"channel": "module"})
    assert not invoice(shop, order["order_id"])
    assert on_record(shop) == INVOICE_EMAIL
    assert letters(shop, "invoice_email_changed") == []


def test_a_bearers_order_that_is_refused_changes_no_address(module: Module, shop: Shop) -> None:
    body = module.body(module.quote(LICENCE_ID), invoice_email=EVIL, nip="7010019252")
    problem(module.submit(body), 422, "nip_invalid")
    assert on_record(shop) == INVOICE_EMAIL


@pytest.mark.parametrize("accept", [invoice, fulfil])
def test_an_accepted_order_changes_the_address_and_both_addresses_are_told(
    module: Module, shop: Shop, panel: Visitor, accept: Callable[[Shop, str], bool]
) -> None:
    order = ordered(module)
    accept(shop, order["order_id"])
    assert on_record(shop) == EVIL
    ((to_old, told_old),) = letters(shop, "invoice_email_changed")
    ((to_new, told_new),) = letters(shop, "invoice_email_new")
    assert (to_old, to_new) == (INVOICE_EMAIL, EVIL)
    assert all(words in told_old for words in (order["number"], EVIL, "Moje dane"))
    assert INVOICE_EMAIL not in told_new
    page = panel.get(DATA)
    assert "„E-mail do faktury” zmieniono 22.11.2026" in page.text
    assert f"zamówieniem nr {order['number']}. Wcześniej: {INVOICE_EMAIL}." in page.text


def test_the_owner_puts_the_address_back_once(module: Module, shop: Shop, panel: Visitor) -> None:
    invoice(shop, ordered(module)["order_id"])
    shown = panel.get(DATA)
    button = {"change": shown.value("change")}
    assert panel.send_from(shown, PUT_BACK, **button).status == 303
    assert on_record(shop) == INVOICE_EMAIL
    after = panel.get(DATA)
    assert "Przywrócono „e-mail do faktury”" in after.text
    assert [node for node in after.every("form") if node.get("action") == PUT_BACK and node.findall(".//button")] == []
    panel.send_from(shown, PUT_BACK, **button)  # again, from an old page
    assert on_record(shop) == INVOICE_EMAIL
    assert [recipient for recipient, _ in letters(shop, "invoice_email_changed")] == [INVOICE_EMAIL, EVIL]


def test_the_owner_puts_the_address_back_in_the_program(module: Module, shop: Shop, account: Module) -> None:
    invoice(shop, ordered(module)["order_id"])
    told = account.get(paths.CUSTOMER).json()["invoice_email_change"]
    assert (told["reason"], told["login"], told["previous"]) == ("order", "", INVOICE_EMAIL)
    assert change(account, invoice_email=told["previous"]).status_code == 200
    assert on_record(shop) == INVOICE_EMAIL
    assert account.get(paths.CUSTOMER).json()["invoice_email_change"]["reason"] == "account"


def test_an_address_saved_in_the_account_since_is_not_overwritten_by_an_older_order(
    module: Module, shop: Shop, account: Module, calendar: Calendar, prepared: PreparedShop
) -> None:
    order = ordered(module)
    calendar.pass_days(1)
    change(account.log_in(prepared.account_email, prepared.account_password), invoice_email="nowe@klosowska.example")
    invoice(shop, order["order_id"])
    assert on_record(shop) == "nowe@klosowska.example"


def test_a_withdrawal_puts_back_the_address_that_its_order_had_changed(module: Module, shop: Shop) -> None:
    order = ordered(module)
    invoice(shop, order["order_id"])
    assert module.post(paths.withdrawals(order["order_id"]), declared(order)).status_code == 201
    assert on_record(shop) == INVOICE_EMAIL
    with shop.database.reading() as session:
        assert list(session.scalars(select(InvoiceEmailChange.reason))) == ["order", "withdrawal"]


# What a bearer takes away


def test_a_bearer_cancels_an_order_that_is_not_accepted_and_no_other(
    module: Module, account: Module, shop: Shop
) -> None:
    first, second = account.order(LICENCE_ID), account.order(LATER_LICENCE_ID)
    invoice(shop, second["order_id"])
    assert module.post(paths.cancellations(first["order_id"]), {"channel": "module"}).json()["state"] == "cancelled"
    problem(module.post(paths.cancellations(second["order_id"]), {"channel": "module"}), 409, "order_closed")


def test_a_bearer_withdraws_and_who_ordered_is_told_as_well(module: Module, account: Module, shop: Shop) -> None:
    order = account.order(LICENCE_ID)
    fulfil(shop, order["order_id"])
    assert module.post(paths.withdrawals(order["order_id"]), declared(order)).status_code == 201
    told = letters(shop, "withdrawal_receipt")
    assert {recipient for recipient, _ in told} == {EVIL, ORDERER}
    assert all("R2płatnik: abonament do 22.12.2026" in text for _, text in told)


def test_a_bearer_ends_automatic_renewal_and_the_customer_is_told(module: Module, account: Module, shop: Shop) -> None:
    fulfil(shop, account.order(LICENCE_ID)["order_id"])
    assert change(module, revocations=[LICENCE_ID]).status_code == 200
    ((recipient, _),) = letters(shop, "renewal_cancelled")
    assert recipient == INVOICE_EMAIL


# What a bearer cannot


@pytest.mark.parametrize("what", [{"invoice_email": EVIL}, {"consents": "given"}])
def test_a_bearer_changes_no_data_and_gives_no_consent_in_the_account(
    module: Module, account: Module, what: dict[str, Any], shop: Shop
) -> None:
    if what.get("consents"):
        what = {"consents": account.consents(account.quote(LICENCE_ID))}
    problem(change(module, **what), 403, "insufficient_scope")
    assert on_record(shop) == INVOICE_EMAIL


def test_a_bearers_report_is_answered_to_the_address_on_record(module: Module, shop: Shop) -> None:
    assert module.post(paths.DATA_CORRECTIONS, {"message": "Inna ulica."}).status_code == 201
    assert [recipient for recipient, _ in letters(shop, "correction_ticket")] == [INVOICE_EMAIL]


def test_a_bearer_does_not_get_into_the_panel(module: Module) -> None:
    answer = module.http.get(DATA, headers={"Cookie": f"r2_session={module.token}"}, follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/panel/logowanie")


def test_a_bearers_session_ends_by_itself(module: Module, calendar: Calendar) -> None:
    assert module.get(paths.STOREFRONT).status_code == 200
    calendar.pass_days(1)
    problem(module.get(paths.STOREFRONT), 401, "unauthorized")


def test_every_row_of_the_table_has_a_test_and_every_test_a_row() -> None:
    named = set(re.findall(r"`(test_\w+)`", TABLE.read_text(encoding="utf-8")))
    here = {name for name in globals() if name.startswith("test_")} - {
        test_every_row_of_the_table_has_a_test_and_every_test_a_row.__name__
    }
    assert named == here
