"""Placing an order: at most one for a key, its answer kept to the byte, its evidence complete."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from decimal import Decimal

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from r2_renewal.contract import paths
from r2_renewal.domain.dates import warsaw_date
from r2_renewal.reference_shop.fulfilment import invoice
from r2_renewal.reference_shop.seed import CUSTOMER_ID, LICENCE_ID, PreparedShop
from r2_renewal.reference_shop.shop import Shop
from r2_renewal.reference_shop.tables import ConsentRow, Customer, OrderEvent, OrderLineRow, OrderRow
from tests.reference_shop.conftest import TODAY
from tests.reference_shop.module import Module, problem

BOTH_DATABASES = True

KEY = "0f1d6e3a-5b1c-4a57-9d55-1f0c1b2a3d4e"
SECOND_PROGRAM = "L-R2F-100482"


def orders_in(shop: Shop) -> list[OrderRow]:
    with shop.database.reading() as session:
        return list(session.scalars(select(OrderRow).order_by(OrderRow.pk)))


def test_an_order_is_taken_with_a_number_and_a_receipt(module: Module) -> None:
    quote = module.quote(LICENCE_ID)
    answer = module.submit(module.body(quote))
    assert (answer.status_code, answer.headers["cache-control"]) == (201, "no-store")
    order = answer.json()
    assert (order["number"], order["state"]) == ("ZAM/2026/000001", "placed")
    assert (order["lines"], order["vat"], order["price"]) == (quote["lines"], quote["vat"], quote["price"])
    assert warsaw_date(datetime.fromisoformat(order["placed_at"])) == TODAY
    assert order["email"] == "anna.klosowska@klosowska.example"


def test_an_order_keeps_the_extension(module: Module, shop: Shop) -> None:
    quote = module.quote(LICENCE_ID)
    body = module.body(quote)
    body["orderer"]["phone"] = " 22 123 45 67 wew. 12"
    assert module.submit(body).status_code == 201
    (row,) = orders_in(shop)
    assert row.phone == "+48221234567;ext=12"


def test_contact_data_are_stored_in_one_form(module: Module, shop: Shop) -> None:
    quote = module.quote(LICENCE_ID)
    orderer = {
        "first_name": " Anna  Maria ",
        "last_name": "Kłosowska",
        "phone": "(22) 123-45-67",
        "email": " Anna@KLOSOWSKA.example ",
    }
    assert module.submit(module.body(quote, orderer=orderer, invoice_email=" Faktury2@Klosowska.example")).is_success
    (order,) = orders_in(shop)
    assert (order.first_name, order.phone, order.email) == ("Anna Maria", "+48221234567", "Anna@klosowska.example")
    assert order.nip == "5262831503"
    assert module.storefront()["invoice_email"] == "faktury@klosowska.example"  # until the shop accepts the order
    assert invoice(shop, order.id)
    assert module.storefront()["invoice_email"] == "Faktury2@klosowska.example"


def test_the_same_key_is_the_same_order_to_the_byte(module: Module, shop: Shop) -> None:
    body = module.body(module.quote(LICENCE_ID))
    first, again = module.submit(body, KEY), module.submit(body, KEY)
    assert (again.status_code, again.content) == (201, first.content)
    assert len(orders_in(shop)) == 1


def test_the_stored_answer_is_replayed_after_the_order_has_moved_on(module: Module, shop: Shop) -> None:
    body = module.body(module.quote(LICENCE_ID))
    first = module.submit(body, KEY)
    with shop.database.writing() as session:
        session.get_one(OrderRow, 1).state = "fulfilled"
    assert module.submit(body, KEY).content == first.content
    assert module.get(paths.order(first.json()["order_id"])).json()["state"] == "fulfilled"


def test_the_stored_answer_is_replayed_by_another_server(
    serve: Callable[..., Module], module: Module, prepared: PreparedShop
) -> None:
    body = module.body(module.quote(LICENCE_ID))
    first = module.submit(body, KEY)
    later = serve().open(prepared.licence)
    assert later.submit(body, KEY).content == first.content


def test_unknown_fields_and_spacing_do_not_make_another_request(module: Module) -> None:
    body = module.body(module.quote(LICENCE_ID))
    first = module.submit(body, KEY)
    assert module.submit({"newer_field": 1, **body}, KEY).content == first.content


def test_the_same_key_with_another_request_is_refused(module: Module, shop: Shop) -> None:
    body = module.body(module.quote(LICENCE_ID))
    module.submit(body, KEY)
    problem(module.submit({**body, "app_version": "0.1.1"}, KEY), 422, "idempotency_key_reused")
    assert len(orders_in(shop)) == 1


def test_a_key_belongs_to_its_customer(module: Module, other: Module, shop: Shop) -> None:
    assert module.submit(module.body(module.quote(LICENCE_ID)), KEY).is_success
    assert other.submit(other.body(other.quote("L-2"), nip="7010019252"), KEY).is_success
    assert {order.customer_id for order in orders_in(shop)} == {CUSTOMER_ID, "K-2"}


@pytest.mark.parametrize("key", [None, "", " ", "a" * 129, "dwa słowa", "two words"])
def test_without_a_key_there_is_no_order(module: Module, shop: Shop, key: str | None) -> None:
    headers = [(name.encode(), value.encode()) for name, value in module.headers.items()]
    if key is not None:
        headers.append((paths.IDEMPOTENCY_KEY.encode(), key.encode()))
    answer = module.http.post(paths.ORDERS, json=module.body(module.quote(LICENCE_ID)), headers=headers)
    problem(answer, 400, "idempotency_key_missing")
    assert orders_in(shop) == []


@pytest.mark.parametrize("body", [b"", b"{", b"{}", b"x" * 300_000])
@pytest.mark.parametrize("key", [None, "a" * 129])
def test_a_missing_key_is_told_before_anything_about_the_body(module: Module, body: bytes, key: str | None) -> None:
    headers = module.headers | ({} if key is None else {paths.IDEMPOTENCY_KEY: key})
    problem(module.http.post(paths.ORDERS, content=body, headers=headers), 400, "idempotency_key_missing")


def test_a_stranger_is_not_told_about_the_key(stranger: Module) -> None:
    problem(stranger.http.post(paths.ORDERS, content=b"{}"), 401, "unauthorized")


def test_a_key_in_flight_is_told_to_come_back(stranger: Module, prepared: PreparedShop) -> None:
    module = stranger.open(prepared.licence)
    body = module.body(module.quote(LICENCE_ID))
    serving: Shop = module.http.app.state.shop  # type: ignore[attr-defined]
    with serving.in_flight.claim(CUSTOMER_ID, KEY):
        answer = module.submit(body, KEY)
        problem(answer, 409, "idempotency_key_in_flight")
        assert answer.headers["retry-after"] == "1"
    assert module.submit(body, KEY).status_code == 201


def test_a_refused_request_leaves_its_key_free(module: Module) -> None:
    body = module.body(module.quote(LICENCE_ID))
    problem(module.submit({**body, "company_confirmed": False}, KEY), 422, "validation_failed")
    assert module.submit(body, KEY).status_code == 201


def test_fifty_submits_at_once_make_one_order(module: Module, shop: Shop) -> None:
    body = module.body(module.quote(LICENCE_ID))
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda _: module.submit(body, KEY), range(50)))
    made = {answer.content for answer in answers if answer.status_code == 201}
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len(made) == len(orders_in(shop)) == 1
    assert module.submit(body, KEY).content in made


def test_fifty_orders_at_once_for_one_licence_make_one_order(module: Module, shop: Shop) -> None:
    body = module.body(module.quote(LICENCE_ID))
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda _: module.submit(body), range(50)))
    assert sorted({answer.status_code for answer in answers}) == [201, 409]
    assert len(orders_in(shop)) == 1
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"order_open"}


def test_the_database_itself_refuses_a_second_open_order(module: Module, shop: Shop) -> None:
    module.order(LICENCE_ID)
    with shop.database.reading() as session:
        known = {column.name: getattr(session.get_one(OrderRow, 1), column.name) for column in OrderRow.__table__.c}
        line = session.get_one(OrderLineRow, (1, 1))
        sold = {column.name: getattr(line, column.name) for column in OrderLineRow.__table__.c}
    with shop.database.writing() as session:
        session.add(OrderRow(**{**known, "pk": 2, "id": "ord_2"}))
    with pytest.raises(IntegrityError, match=r"one_open_order_a_licence|order_lines\.licence_id"):
        add_line(shop, OrderLineRow(**{**sold, "order_pk": 2}))


def add_line(shop: Shop, line: OrderLineRow) -> None:
    with shop.database.writing() as session:
        session.add(line)


def test_another_program_may_be_ordered_meanwhile(module: Module) -> None:
    module.order(LICENCE_ID)
    problem(module.submit(module.body(module.quote(LICENCE_ID))), 409, "order_open")
    module.order(SECOND_PROGRAM)
    assert [order["number"] for order in module.get(paths.ORDERS).json()["orders"]] == [
        "ZAM/2026/000002",
        "ZAM/2026/000001",
    ]


def test_the_order_keeps_when_it_reached_its_state(module: Module, shop: Shop) -> None:
    module.order(LICENCE_ID)
    with shop.database.reading() as session:
        assert session.scalars(select(OrderEvent.state)).all() == ["placed"]


def test_the_consent_is_kept_as_evidence(module: Module, shop: Shop) -> None:
    quote = module.quote(LICENCE_ID)
    body = module.body(quote)
    order = module.submit(body).json()
    with shop.database.reading() as session:
        (consent,) = session.scalars(select(ConsentRow))
    assert (consent.kind, consent.text_version, consent.locale) == ("auto_renewal", "2", "pl-PL")
    assert consent.sha256 == hashlib.sha256(consent.full_text.encode()).hexdigest() == body["consents"][0]["sha256"]
    assert consent.full_text.startswith("Wyrażam zgodę na automatyczne odnowienie abonamentu R2płatnik. Gdy 22.12.2027")
    assert " skończy się zamawiany okres, abonament przedłuży się " in consent.full_text
    assert "dziś: 455,40\u00a0zł netto, 560,14\u00a0zł brutto" in consent.full_text
    assert consent.unticked_default is True
    assert consent.accepted_at.isoformat() == order["placed_at"].replace("Z", "+00:00")
    assert (consent.channel, consent.app_version) == ("module", "0.1.0")
    assert (consent.order_id, consent.licence_id, consent.nip) == (order["order_id"], LICENCE_ID, "5262831503")
    assert (consent.person, consent.email) == ("Anna Kłosowska", "anna.klosowska@klosowska.example")
    assert (consent.price_net, consent.price_gross) == (Decimal("455.40"), Decimal("560.14"))
    assert str(consent.renewal_date) == quote["lines"][0]["renewal"]["day"]
    assert str(consent.cancel_until) == quote["lines"][0]["renewal"]["cancel_until"]
    assert consent.receipt_id.startswith("rcp_")
    assert (consent.revoked_at, consent.revoked_channel) == (None, None)


def test_a_consent_can_be_revoked_once_but_neither_changed_nor_deleted(module: Module, shop: Shop) -> None:
    module.order(LICENCE_ID)
    revoke = ConsentRow.__table__.update().values(revoked_at=shop.settings.now(), revoked_channel="module")  # type: ignore[attr-defined]
    change = ConsentRow.__table__.update().values(full_text="inny tekst")  # type: ignore[attr-defined]
    delete = ConsentRow.__table__.delete()  # type: ignore[attr-defined]
    for forbidden in (change, delete):
        with pytest.raises(IntegrityError, match="append-only"), shop.database.writing() as session:
            session.execute(forbidden)
    with shop.database.writing() as session:
        session.execute(revoke)
    with pytest.raises(IntegrityError, match="append-only"), shop.database.writing() as session:
        session.execute(revoke)


def test_an_order_without_consent_where_it_is_not_required(
    serve: Callable[..., Module], prepared: PreparedShop, shop: Shop
) -> None:
    module = serve(consent_required=False).open(prepared.licence)
    order = module.submit(module.body(module.quote(LICENCE_ID), consents=[])).json()
    assert order["lines"][0]["renewal"] is None
    with shop.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(ConsentRow)) == 0


def test_the_account_orders_as_the_module_does(stranger: Module, prepared: PreparedShop) -> None:
    account = stranger.log_in(prepared.account_email, prepared.account_password)
    order = account.submit(account.body(account.quote(LICENCE_ID), channel="panel")).json()
    assert account.get(paths.order(order["order_id"])).json() == order


def test_a_failed_order_leaves_nothing_behind(module: Module, shop: Shop) -> None:
    before = module.storefront()
    problem(module.submit(module.body(module.quote(LICENCE_ID), nip="7010019252")), 422, "nip_invalid")
    assert (orders_in(shop), module.storefront()) == ([], before)
    with shop.database.reading() as session:
        assert session.get_one(Customer, CUSTOMER_ID).invoice_email == "faktury@klosowska.example"
