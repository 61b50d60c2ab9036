"""The storefront, quotes, texts and reports: what eSklep opens with and asks for before an order."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from r2_renewal.contract import paths
from r2_renewal.contract.structs import StorefrontBody
from r2_renewal.reference_shop.seed import LICENCE_ID, PreparedShop
from r2_renewal.reference_shop.shop import Shop
from r2_renewal.reference_shop.tables import CorrectionRow
from tests.reference_shop.conftest import Calendar
from tests.reference_shop.module import LATER_LICENCE_ID, Module, asked, fields, problem

PARTS = ("net", "vat", "gross")


def test_one_round_trip_fills_the_window(module: Module) -> None:
    storefront = module.storefront()
    assert set(storefront) == set(StorefrontBody.__struct_fields__)
    assert storefront["company"] == {
        "name": "Biuro Rachunkowe Kłosowska sp. z o.o.",
        "nip": "5262831503",
        "street": "ul. Świętokrzyska 12/4",
        "postcode": "00-116",
        "city": "Warszawa",
    }
    assert {p["name"]: p["valid_until"] for p in storefront["programs"]} == {
        "R2płatnik": "2026-12-22",
        "R2faktury": "2027-03-28",
        "R2księga": "2027-07-21",
    }
    assert storefront["documents"] == [
        {"kind": kind, "version": version} for kind, version in (("auto_renewal", "2"), ("terms", "1"), ("rodo", "1"))
    ]
    assert (storefront["orders"], storefront["consent_required"]) == ([], True)


def test_every_program_has_its_offers_and_one_near_its_end_no_extension(module: Module) -> None:
    storefront = module.storefront()
    offered = {(offer["licence_id"], offer["kind"]) for offer in storefront["offers"]}
    licences = {program["licence_id"] for program in storefront["programs"]}
    every = {(licence, kind) for licence in licences for kind in ("subscription", "extension")}
    assert offered == every - {(LICENCE_ID, "extension")}
    assert module.offer(LICENCE_ID)["net"] == {"amount": "455.40", "currency": "PLN"}


def test_an_unchanged_storefront_is_not_sent_again(module: Module) -> None:
    first = module.get(paths.STOREFRONT)
    again = module.get(paths.STOREFRONT, **{"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert (first.headers["cache-control"], again.headers["cache-control"]) == ("no-store", "no-store")


def test_a_changed_storefront_is_sent(module: Module) -> None:
    tag = module.get(paths.STOREFRONT).headers["etag"]
    module.order(LICENCE_ID)
    answer = module.get(paths.STOREFRONT, **{"If-None-Match": f'"old", {tag}'})
    assert answer.status_code == 200
    assert [order["state"] for order in answer.json()["orders"]] == ["placed"]


def test_a_quote_tells_everything_before_the_order(module: Module) -> None:
    quote = module.quote(LICENCE_ID)
    price = {
        part: {"amount": text, "currency": "PLN"}
        for part, text in zip(PARTS, ("455.40", "104.74", "560.14"), strict=True)
    }
    assert quote["lines"] == [
        {
            "licence_id": LICENCE_ID,
            "program": "R2płatnik",
            "offer_id": "subscription.r2platnik-50",
            "kind": "subscription",
            "description": "Abonament R2płatnik do 50 pracowników",
            "limits": {"employees": 50},
            "net": price["net"],
            "vat_rate": "0.23",
            "period": {"first_day": "2026-12-23", "last_day": "2027-12-22"},
            "renewal": {"day": "2027-12-23", "price": price, "cancel_until": "2027-12-22"},
        }
    ]
    assert (quote["vat"], quote["price"]) == ([{"rate": "0.23", "price": price}], price)
    assert quote["expires_at"].startswith("2026-11-23T")


def test_an_extension_is_quoted_to_the_current_end(module: Module) -> None:
    (line,) = module.quote(LATER_LICENCE_ID, "extension")["lines"]
    assert line["period"] == {"first_day": "2026-11-22", "last_day": "2027-03-28"}
    assert line["net"]["amount"] == "103.69"
    assert line["renewal"]["price"]["gross"]["amount"] == "733.08"


def test_an_extension_whose_renewal_could_not_be_told_in_time_is_not_quoted(module: Module) -> None:
    answer = module.post(paths.QUOTES, asked(LICENCE_ID, "extension.r2platnik-100"))
    problem(answer, 409, "offer_withdrawn")


@pytest.mark.parametrize("offer_id", ["extension.r2platnik-5", "subscription.r2faktury-3", "gratis"])
def test_what_is_not_on_sale_for_the_program_is_not_quoted(module: Module, offer_id: str) -> None:
    answer = module.post(paths.QUOTES, asked(LICENCE_ID, offer_id))
    problem(answer, 409, "offer_withdrawn")


def test_an_ended_program_has_no_extension_on_sale(module: Module, calendar: Calendar, prepared: PreparedShop) -> None:
    calendar.pass_days(31)
    module.open(prepared.licence)
    answer = module.post(paths.QUOTES, asked(LICENCE_ID, "extension.r2platnik-100"))
    problem(answer, 409, "offer_withdrawn")
    assert module.quote(LICENCE_ID)["lines"][0]["period"] == {"first_day": "2026-12-23", "last_day": "2027-12-22"}


@pytest.mark.parametrize(
    ("kind", "title"),
    [
        ("auto_renewal", "Zgoda na automatyczne odnowienie"),
        ("terms", "Warunki sprzedaży abonamentów i rozszerzeń w eSklepie (dane przykładowe)"),
        ("rodo", "Informacja o przetwarzaniu danych osobowych"),
    ],
)
def test_texts_are_open_to_everybody(stranger: Module, kind: str, title: str) -> None:
    answer = stranger.get(paths.document(kind, "1"))
    assert (answer.status_code, answer.json()["title"]) == (200, title)
    assert answer.headers["cache-control"].startswith("public")


def test_the_consent_keeps_its_places_and_the_other_texts_have_none(stranger: Module) -> None:
    consent = stranger.get(paths.document("auto_renewal", "2")).json()["text"]
    for place in ("{program}", "{data_końca}", "{okres}", "{netto}", "{brutto}", "{email}", "{panel}", "{kontakt}"):
        assert consent.count(place) == 1
    assert consent.count("{") == 8
    for kind in ("terms", "rodo"):
        text = stranger.get(paths.document(kind, "1")).json()["text"]
        assert "{" not in text
        assert "dane przykładowe" in text


@pytest.mark.parametrize(
    "path", [paths.document("terms", "99"), paths.document("cennik", "1"), paths.document("rodo", "../rodo-1")]
)
def test_a_text_that_was_never_published_is_not_found(stranger: Module, path: str) -> None:
    problem(stranger.get(path), 404, "not_found")


def test_a_report_of_wrong_data_gets_a_ticket(module: Module, shop: Shop) -> None:
    answer = module.post(paths.DATA_CORRECTIONS, {"message": "  Ulica zmieniła nazwę.  "})
    assert (answer.status_code, answer.json()) == (201, {"ticket": "ZGL/2026/000001"})
    with shop.database.reading() as session:
        assert session.scalars(select(CorrectionRow.message)).all() == ["Ulica zmieniła nazwę."]


@pytest.mark.parametrize(("message", "reason"), [("", "invalid"), ("   ", "empty"), ("a" * 4001, "invalid")])
def test_an_empty_report_is_refused(module: Module, message: str, reason: str) -> None:
    body = problem(module.post(paths.DATA_CORRECTIONS, {"message": message}), 422, "validation_failed")
    assert fields(body) == {("message", reason)}


def test_health_tells_whether_the_database_answers(stranger: Module, shop: Shop) -> None:
    assert stranger.get("/health").json() == {"status": "ok", "api": "v1"}
    with shop.database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE alembic_version RENAME TO lost")
    problem(stranger.get("/health"), 500, "internal_error")


def test_a_shop_may_not_require_the_consent(serve: Callable[..., Module], prepared: PreparedShop) -> None:
    module = serve(consent_required=False).open(prepared.licence)
    assert module.storefront()["consent_required"] is False
