"""What stops an order, each with its pinned code and what the module needs to go on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, update

from r2_renewal.contract import paths
from r2_renewal.domain.dates import warsaw
from r2_renewal.reference_shop.folder import settings_of
from r2_renewal.reference_shop.seed import LICENCE_ID, PreparedShop, prepare
from r2_renewal.reference_shop.shop import Shop
from r2_renewal.reference_shop.tables import Customer, LicenceRow, PriceItem
from tests.reference_shop.conftest import DAYS_LEFT, TODAY, Calendar
from tests.reference_shop.module import LATER_LICENCE_ID, Json, Module, asked, fields, problem


def orderer(**changes: str) -> Json:
    return {
        "first_name": "Anna",
        "last_name": "Kłosowska",
        "phone": "601234567",
        "email": "anna@klosowska.example",
        **changes,
    }


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ({"invoice_email": ""}, {("invoice_email", "empty")}),
        ({"invoice_email": "a@b.example, c@d.example"}, {("invoice_email", "several")}),
        ({"invoice_email": "faktury@"}, {("invoice_email", "invalid")}),
        ({"orderer": orderer(phone="112")}, {("orderer.phone", "too_short")}),
        ({"orderer": orderer(phone="6012345678")}, {("orderer.phone", "too_long")}),
        ({"orderer": orderer(phone=" ")}, {("orderer.phone", "empty")}),
        ({"orderer": orderer(first_name="  ")}, {("orderer.first_name", "empty")}),
        (
            {"orderer": orderer(email="nikt", last_name="\t")},
            {("orderer.email", "invalid"), ("orderer.last_name", "empty")},
        ),
        ({"company_confirmed": False}, {("company_confirmed", "required")}),
        ({"channel": "fax"}, {("channel", "unknown")}),
        ({"buyer_kind": "somebody"}, {("buyer_kind", "unknown")}),
    ],
)
def test_every_field_that_is_not_right_is_named(
    module: Module, changes: dict[str, Any], refused: set[tuple[str, str]]
) -> None:
    body = problem(module.submit(module.body(module.quote(LICENCE_ID), **changes)), 422, "validation_failed")
    assert fields(body) == refused


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ({"company_confirmed": "true"}, ("company_confirmed", "invalid")),
        ({"company_confirmed": 1}, ("company_confirmed", "invalid")),
        ({"gross": {"amount": "560.1", "currency": "PLN"}}, ("gross.amount", "invalid")),
        ({"orderer": {"first_name": "Anna"}}, ("orderer.last_name", "missing")),
        ({"orderer": orderer(first_name="A" * 81)}, ("orderer.first_name", "invalid")),
        ({"consents": [{"licence_id": LICENCE_ID, "kind": "auto_renewal"}]}, ("consents[0].text_version", "missing")),
        ({"nip": None}, ("nip", "invalid")),
    ],
)
def test_a_body_that_is_not_the_contracts_is_named_by_its_field(
    module: Module, changes: dict[str, Any], refused: tuple[str, str]
) -> None:
    body = problem(module.submit(module.body(module.quote(LICENCE_ID), **changes)), 422, "validation_failed")
    assert fields(body) == {refused}


@pytest.mark.parametrize("nip", ["", "7010019252", "526283150", "5262831504"])
def test_the_confirmed_nip_must_be_the_one_on_record(module: Module, nip: str) -> None:
    problem(module.submit(module.body(module.quote(LICENCE_ID), nip=nip)), 422, "nip_invalid")


@pytest.mark.parametrize("nip", ["PL 526 283 15 03", "526-283-15-03", "5262831503"])
def test_the_confirmed_nip_may_be_written_as_people_write_it(module: Module, nip: str) -> None:
    assert module.submit(module.body(module.quote(LICENCE_ID), nip=nip)).status_code == 201


def test_an_invalid_nip_on_record_stops_the_order(
    tmp_path: Path, serve: Callable[..., Module], calendar: Calendar
) -> None:
    wrong = prepare(tmp_path / "wrong", DAYS_LEFT, TODAY, nip="5262831504")
    settings = settings_of(wrong.folder, clock=calendar)
    module = serve(**{name: getattr(settings, name) for name in ("database_url", "signing_key", "trusted_keys")})
    module.open(wrong.licence)
    assert module.storefront()["company"]["nip"] == "5262831504"
    refusal = problem(module.submit(module.body(module.quote(LICENCE_ID), nip="5262831504")), 422, "nip_invalid")
    assert "checksum" in refusal["detail"]


def test_no_consent_no_order_where_it_is_required(module: Module) -> None:
    problem(module.submit(module.body(module.quote(LICENCE_ID), consents=[])), 422, "consent_required")


@pytest.mark.parametrize(
    "change", [{"sha256": "0" * 64}, {"text_version": "0"}, {"kind": "newsletter"}, {"locale": "en-GB"}]
)
def test_a_consent_to_another_text_is_answered_with_the_text_in_force(module: Module, change: Json) -> None:
    quote = module.quote(LICENCE_ID)
    answer = module.submit(module.body(quote, consents=[{**module.consents(quote)[0], **change}]))
    refusal = problem(answer, 409, "consent_text_changed")
    assert refusal["document"] == module.get(paths.document("auto_renewal", "2")).json()


def test_the_consent_names_the_address_that_the_order_names(module: Module) -> None:
    quote = module.quote(LICENCE_ID)
    body = module.body(quote, invoice_email="inny@klosowska.example", consents=module.consents(quote, "a@b.example"))
    problem(module.submit(body), 409, "consent_text_changed")


def test_another_gross_than_quoted_is_answered_with_a_new_quote(module: Module) -> None:
    quote = module.quote(LICENCE_ID)
    answer = module.submit(module.body(quote, gross={"amount": "560.13", "currency": "PLN"}))
    again = problem(answer, 409, "price_changed")["quote"]
    assert again["quote_id"] != quote["quote_id"]
    assert again["price"] == quote["price"]
    assert module.submit(module.body(again)).status_code == 201


def test_a_quoted_price_is_held_though_the_price_list_changes(module: Module, shop: Shop) -> None:
    quote = module.quote(LICENCE_ID)
    change_price(shop, "r2platnik-50", "500.00")
    assert module.submit(module.body(quote)).json()["price"]["net"]["amount"] == "455.40"


def test_an_expired_quote_is_answered_with_todays_price(
    module: Module, shop: Shop, calendar: Calendar, prepared: PreparedShop
) -> None:
    quote = module.quote(LICENCE_ID)
    change_price(shop, "r2platnik-50", "500.00")
    calendar.pass_days(2)
    module.open(prepared.licence)
    again = problem(module.submit(module.body(quote)), 409, "price_changed")["quote"]
    assert (again["price"]["net"]["amount"], again["price"]["gross"]["amount"]) == ("500.00", "615.00")
    assert module.submit(module.body(again)).status_code == 201


def test_a_quote_tells_the_shops_day_and_holds_no_longer_than_its_order_needs_no_request_to_begin_early(
    module: Module, calendar: Calendar, prepared: PreparedShop
) -> None:
    calendar.pass_days(15)  # the new period begins in 16 days
    module.open(prepared.licence)
    quote = module.quote(LICENCE_ID)
    assert (quote["told_on"], quote["lines"][0]["period"]["first_day"]) == ("2026-12-07", "2026-12-23")
    assert datetime.fromisoformat(quote["expires_at"]) > datetime(2026, 12, 8, 0, 0, tzinfo=warsaw())
    calendar.pass_days(1)
    module.open(prepared.licence)
    quote = module.quote(LICENCE_ID)
    assert datetime.fromisoformat(quote["expires_at"]) == datetime(2026, 12, 9, 0, 0, tzinfo=warsaw())
    calendar.pass_days(1)  # a form that was open over midnight
    module.open(prepared.licence)
    again = problem(module.submit(module.body(quote)), 409, "price_changed")["quote"]
    assert (again["price"], again["lines"], again["told_on"]) == (quote["price"], quote["lines"], "2026-12-09")
    # From here on the request is asked for, and midnight changes nothing any more.
    assert datetime.fromisoformat(again["expires_at"]) > datetime(2026, 12, 10, 0, 0, tzinfo=warsaw())
    calendar.pass_days(1)
    module.open(prepared.licence)
    assert module.submit(module.body(module.quote(LICENCE_ID), early_start=True)).status_code == 201


def test_an_expired_quote_of_an_offer_that_is_gone(
    module: Module, shop: Shop, calendar: Calendar, prepared: PreparedShop
) -> None:
    body = module.body(module.quote(LATER_LICENCE_ID, "extension"))
    with shop.database.writing() as session:
        session.execute(delete(PriceItem).where(PriceItem.id == "r2faktury-10"))
    calendar.pass_days(2)
    module.open(prepared.licence)
    problem(module.submit(body), 409, "offer_withdrawn")


def test_an_extension_quoted_on_its_last_day_is_not_sold_on_the_next(
    module: Module, calendar: Calendar, prepared: PreparedShop
) -> None:
    calendar.pass_days((date(2027, 3, 28) - calendar.day).days - 31)
    module.open(prepared.licence)
    body = module.body(module.quote(LATER_LICENCE_ID, "extension"))
    calendar.pass_days(1)
    module.open(prepared.licence)
    problem(module.submit(body), 409, "offer_withdrawn")


def test_a_quote_whose_licence_was_extended_meanwhile_no_longer_holds(module: Module, shop: Shop) -> None:
    body = module.body(module.quote(LICENCE_ID))
    with shop.database.writing() as session:
        licence = session.get_one(LicenceRow, LICENCE_ID)
        licence.valid_until = licence.valid_until.replace(year=2027)
    again = problem(module.submit(body), 409, "price_changed")["quote"]
    assert again["lines"][0]["period"] == {"first_day": "2027-12-23", "last_day": "2028-12-22"}


def change_price(shop: Shop, item_id: str, net: str) -> None:
    with shop.database.writing() as session:
        session.execute(update(PriceItem).where(PriceItem.id == item_id).values(net=Decimal(net)))


def test_an_unknown_quote_is_not_found(module: Module) -> None:
    body = {**module.body(module.quote(LICENCE_ID)), "quote_id": "quo_unknown"}
    problem(module.submit(body), 404, "not_found")


def test_another_customers_objects_are_not_found_on_any_route(module: Module, other: Module) -> None:
    quote = module.quote(LICENCE_ID)
    body = module.body(quote)
    order = module.submit(body).json()
    problem(other.get(paths.order(order["order_id"])), 404, "not_found")
    problem(other.get(paths.licence_file(LICENCE_ID)), 404, "not_found")
    problem(other.post(paths.QUOTES, asked(LICENCE_ID, "subscription.r2platnik-50")), 404, "not_found")
    problem(other.submit({**body, "nip": "7010019252"}), 404, "not_found")
    assert other.get(paths.ORDERS).json()["orders"] == []
    assert LICENCE_ID not in other.get(paths.STOREFRONT).text


def test_a_foreign_object_is_refused_as_an_unknown_one_is(module: Module, other: Module) -> None:
    order = module.order(LICENCE_ID)
    foreign, unknown = other.get(paths.order(order["order_id"])), other.get(paths.order("ord_nobody"))
    assert foreign.content == unknown.content


def test_a_correction_of_the_nip_by_the_vendor_opens_the_way(module: Module, shop: Shop) -> None:
    with shop.database.writing() as session:
        session.execute(update(Customer).values(nip="7010019252"))
    assert module.submit(module.body(module.quote(LICENCE_ID), nip="7010019252")).status_code == 201
