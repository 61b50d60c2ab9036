"""„Moje dane": data, consents and invoices of the account, pages of lists, withdrawals and cancellations."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from r2_renewal.contract import paths
from r2_renewal.domain.consent import RUNNING_PERIOD, Document, renewal_text
from r2_renewal.licensing.keys import parse_trusted_keys
from r2_renewal.licensing.reader import parse_certificate
from r2_renewal.reference_shop.fulfilment import fulfil, invoice
from r2_renewal.reference_shop.seed import LICENCE_ID, PreparedShop
from r2_renewal.reference_shop.shop import Shop
from r2_renewal.reference_shop.tables import ConsentRow, LicenceRow, MailRow, OrderRow
from tests.reference_shop.conftest import Calendar
from tests.reference_shop.module import INVOICE_EMAIL, Json, Module, as_price, fields, problem


@pytest.fixture
def account(serve: Callable[..., Module], prepared: PreparedShop) -> Module:
    """The demo customer's account, opened by its password."""
    return serve().log_in(prepared.account_email, prepared.account_password)


def change(module: Module, tag: str | None = None, **what: Any) -> httpx.Response:
    headers = {**module.headers, paths.IF_MATCH: tag or module.get(paths.CUSTOMER).headers["etag"]}
    return module.http.patch(paths.CUSTOMER, json={"channel": "module", **what}, headers=headers)


def enrolment(module: Module, licence_id: str = LICENCE_ID) -> Json:
    entries: list[Json] = module.get(paths.CUSTOMER).json()["enrolments"]
    return next(entry for entry in entries if entry["licence_id"] == licence_id)


def consent_to(module: Module, email: str = INVOICE_EMAIL, licence_id: str = LICENCE_ID) -> Json:
    """Return the consent to the text as a module would show it in the account."""
    data, entry = module.get(paths.CUSTOMER).json(), enrolment(module, licence_id)
    template = Document(**module.get(paths.document("auto_renewal", "2")).json())
    text = renewal_text(
        template,
        program=entry["program"],
        period=RUNNING_PERIOD,
        last_day=date.fromisoformat(entry["last_day"]),
        price=as_price(entry["renewal"]["price"]),
        email=email,
        panel=data["panel_url"],
        contact=data["contact_email"],
    )
    digest = hashlib.sha256(text.encode()).hexdigest()
    named = {"kind": "auto_renewal", "text_version": template.version, "sha256": digest, "locale": "pl-PL"}
    return {"licence_id": licence_id, **named}


def test_a_consent_given_in_the_account_is_kept_as_evidence(account: Module, prepared: PreparedShop) -> None:
    answer = change(account, consents=[consent_to(account)], app_version="0.1.0")
    assert answer.status_code == 200, answer.text
    assert answer.headers["etag"] == account.get(paths.CUSTOMER).headers["etag"]
    assert enrolment(account)["auto_renewal"] is True
    (program,) = [p for p in account.storefront()["programs"] if p["licence_id"] == LICENCE_ID]
    assert (program["auto_renewal"], program["renewal_date"]) == (True, "2026-12-23")
    (record,) = account.get(paths.CONSENTS).json()["consents"]
    assert hashlib.sha256(record["full_text"].encode()).hexdigest() == record["sha256"]
    assert (record["order_id"], record["person"], record["nip"]) == (None, prepared.account_email, "5262831503")
    assert (record["cancel_until"], record["revoked_at"]) == ("2026-12-22", None)
    assert "Gdy 22.12.2026 skończy się bieżący okres, abonament przedłuży się" in record["full_text"]
    assert record["text_version"] == "2"
    assert INVOICE_EMAIL in record["full_text"]


def test_a_consent_withdrawn_is_withdrawn_once_and_told_of(account: Module, shop: Shop) -> None:
    change(account, consents=[consent_to(account)])
    answer = change(account, revocations=[LICENCE_ID], channel="panel")
    assert (answer.status_code, enrolment(account)["auto_renewal"]) == (200, False)
    (record,) = account.get(paths.CONSENTS).json()["consents"]
    assert (record["channel"], record["revoked_channel"]) == ("module", "panel")
    assert change(account, revocations=[LICENCE_ID]).status_code == 200
    assert account.get(paths.CONSENTS).json()["consents"] == [record]
    with shop.database.reading() as session:
        assert list(session.scalars(select(MailRow.kind))) == ["renewal_cancelled"]


def test_given_twice_it_is_one_record(account: Module) -> None:
    given = consent_to(account)
    assert [change(account, consents=[given]).status_code for _ in range(2)] == [200, 200]
    assert len(account.get(paths.CONSENTS).json()["consents"]) == 1


def test_the_consent_names_the_address_that_comes_with_it(account: Module) -> None:
    given = consent_to(account, email="nowe@klosowska.example")
    assert change(account, invoice_email="nowe@klosowska.example", consents=[given]).status_code == 200
    assert account.storefront()["invoice_email"] == "nowe@klosowska.example"
    (record,) = account.get(paths.CONSENTS).json()["consents"]
    assert "nowe@klosowska.example" in record["full_text"]


def test_another_text_than_the_shops_is_no_consent(account: Module) -> None:
    given = consent_to(account, email="kto.inny@example.com")
    body = problem(change(account, consents=[given]), 409, "consent_text_changed")
    assert body["document"]["version"] == "2"
    assert account.get(paths.CONSENTS).json()["consents"] == []


def test_no_renewal_is_offered_that_could_not_be_told_of_in_time(
    serve: Callable[..., Module], prepared: PreparedShop, calendar: Calendar
) -> None:
    account = serve(account_session=timedelta(days=9)).log_in(prepared.account_email, prepared.account_password)
    given = consent_to(account)  # 30 days before the end
    calendar.pass_days(1)
    assert enrolment(account)["renewal"] is None
    problem(change(account, consents=[given]), 409, "offer_withdrawn")


def test_a_change_to_what_was_not_seen_is_refused(account: Module) -> None:
    seen = account.get(paths.CUSTOMER).headers["etag"]
    assert change(account, seen, invoice_email="a@klosowska.example").status_code == 200
    problem(change(account, seen, invoice_email="b@klosowska.example"), 412, "customer_changed")
    problem(change(account, f"W/{seen}", invoice_email="b@klosowska.example"), 412, "customer_changed")
    assert change(account, "*", invoice_email="c@klosowska.example").status_code == 200
    assert account.storefront()["invoice_email"] == "c@klosowska.example"


def test_a_change_without_a_tag_is_refused(account: Module) -> None:
    answer = account.http.patch(paths.CUSTOMER, json={"channel": "module"}, headers=account.headers)
    problem(answer, 428, "if_match_missing")


def test_what_is_not_sent_stays(account: Module) -> None:
    before = account.get(paths.CUSTOMER).json()
    assert change(account).json() == before
    assert (
        account.get(paths.CUSTOMER, **{"If-None-Match": account.get(paths.CUSTOMER).headers["etag"]}).status_code == 304
    )


def test_one_wrong_part_changes_nothing(account: Module) -> None:
    problem(change(account, invoice_email="x@klosowska.example", revocations=["L-of-nobody"]), 404, "not_found")
    assert account.storefront()["invoice_email"] == INVOICE_EMAIL
    body = problem(change(account, invoice_email="x", channel="fax", app_version="\x00"), 422, "validation_failed")
    assert fields(body) == {("invoice_email", "invalid"), ("channel", "unknown"), ("app_version", "invalid")}


def test_a_licences_session_withdraws_and_no_more(module: Module, account: Module) -> None:
    given = consent_to(account)
    problem(change(module, consents=[given]), 403, "insufficient_scope")
    problem(change(module, invoice_email="x@klosowska.example"), 403, "insufficient_scope")
    change(account, consents=[given])
    assert change(module, revocations=[LICENCE_ID]).status_code == 200
    assert enrolment(account)["auto_renewal"] is False


def test_a_change_need_not_bring_the_customers_data_back(account: Module, module: Module) -> None:
    change(account, consents=[consent_to(account)])
    before = account.get(paths.CUSTOMER).headers["etag"]
    headers = {**module.headers, paths.IF_MATCH: "*", paths.PREFER: paths.MINIMAL}
    body = {"channel": "module", "revocations": [LICENCE_ID]}
    answer = module.http.patch(paths.CUSTOMER, json=body, headers=headers)
    assert (answer.status_code, answer.content) == (204, b"")
    after = account.get(paths.CUSTOMER)
    assert answer.headers["etag"] == after.headers["etag"] != before
    assert enrolment(account)["auto_renewal"] is False


def test_orders_come_in_pages(account: Module, shop: Shop) -> None:
    numbers = []
    for _ in range(3):
        order = account.order(LICENCE_ID)
        numbers.insert(0, order["number"])
        fulfil(shop, order["order_id"])
    pages, cursor = [], ""
    while cursor is not None:
        page = account.get(f"{paths.ORDERS}?limit=2&cursor={cursor}").json()
        pages.append([order["number"] for order in page["orders"]])
        cursor = page["next"]
    assert pages == [numbers[:2], numbers[2:]]
    assert account.get(paths.ORDERS).json()["next"] is None


@pytest.mark.parametrize("path", [paths.ORDERS, paths.CONSENTS, paths.INVOICES])
@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=-1", "cursor=nothing", "cursor=ord_1&limit=1"])
def test_a_page_that_is_none(account: Module, path: str, query: str) -> None:
    problem(account.get(f"{path}?{query}"), 422, "validation_failed")


@pytest.mark.parametrize("query", ["limit=x", f"cursor={'x' * 65}"])
def test_a_query_that_is_none(account: Module, query: str) -> None:
    problem(account.get(f"{paths.ORDERS}?{query}"), 400, "malformed_request")


def test_an_invoice_is_listed_and_can_be_kept(account: Module, shop: Shop) -> None:
    order = account.order(LICENCE_ID)
    assert account.get(paths.INVOICES).json() == {"invoices": [], "next": None}
    invoice(shop, order["order_id"])
    (listed,) = account.get(paths.INVOICES).json()["invoices"]
    assert (listed["order_number"], listed["price"], listed["paid_at"]) == (order["number"], order["price"], None)
    assert listed["ksef_number"]
    pdf = account.get(paths.invoice_pdf(listed["invoice_id"]))
    assert (pdf.headers["content-type"], pdf.content[:5]) == (paths.PDF_TYPE, b"%PDF-")
    fulfil(shop, order["order_id"])
    (paid,) = account.get(paths.INVOICES).json()["invoices"]
    assert paid["paid_at"]


def declaration(order: Json, **changes: str) -> Json:
    return {
        "name": "Anna Kłosowska",
        "order_number": order["number"],
        "email": "anna.klosowska@klosowska.example",
        "channel": "module",
        **changes,
    }


def test_a_withdrawal_has_one_receipt(module: Module, shop: Shop) -> None:
    order = module.order(LICENCE_ID)
    first = module.post(paths.withdrawals(order["order_id"]), declaration(order))
    assert first.status_code == 201, first.text
    assert order["number"] in first.json()["content"]
    assert first.json()["received_at"].startswith("2026-11-2")
    again = module.post(paths.withdrawals(order["order_id"]), declaration(order, name="Jan Kowalski"))
    assert again.json() == first.json()
    assert module.get(paths.order(order["order_id"])).json()["state"] == "withdrawn"
    with shop.database.reading() as session:
        kinds = list(session.scalars(select(MailRow.kind)))
        (consent,) = session.scalars(select(ConsentRow)).all()
    assert kinds.count("withdrawal_receipt") == 1
    assert consent.revoked_channel == "module"


def test_a_withdrawal_takes_back_what_the_order_gave(module: Module, shop: Shop, prepared: PreparedShop) -> None:
    order = module.order(LICENCE_ID)
    fulfil(shop, order["order_id"])
    assert module.post(paths.withdrawals(order["order_id"]), declaration(order)).status_code == 201
    file = module.get(paths.licence_file(LICENCE_ID)).content
    (program,) = parse_certificate(file, parse_trusted_keys(prepared.trusted_keys)).programs
    assert (program.valid_until, program.seq) == (date(2026, 12, 22), 3)
    with shop.database.reading() as session:
        row = session.get_one(LicenceRow, LICENCE_ID)
        assert (row.auto_renewal, row.renewal_date) == (False, None)
    assert module.order(LICENCE_ID)["state"] == "placed"


@pytest.mark.parametrize(("days", "status"), [(14, 201), (15, 409)])
def test_the_last_of_fourteen_days_counts(
    serve: Callable[..., Module], prepared: PreparedShop, calendar: Calendar, days: int, status: int
) -> None:
    order = serve().open(prepared.licence).order(LICENCE_ID)
    calendar.pass_days(days)
    answer = serve().open(prepared.licence).post(paths.withdrawals(order["order_id"]), declaration(order))
    assert answer.status_code == status
    if status == 409:
        problem(answer, 409, "withdrawal_too_late")


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ({"order_number": "ZAM/2026/999999"}, ("order_number", "mismatch")),
        ({"email": "x"}, ("email", "invalid")),
        ({"name": " "}, ("name", "empty")),
        ({"channel": "fax"}, ("channel", "unknown")),
    ],
)
def test_a_withdrawal_that_names_nobody_or_nothing(module: Module, changes: Any, refused: tuple[str, str]) -> None:
    order = module.order(LICENCE_ID)
    answer = module.post(paths.withdrawals(order["order_id"]), declaration(order, **changes))
    assert fields(problem(answer, 422, "validation_failed")) == {refused}
    assert module.get(paths.order(order["order_id"])).json()["state"] == "placed"


def test_an_order_is_cancelled_until_it_is_accepted(module: Module, shop: Shop) -> None:
    order = module.order(LICENCE_ID)
    path = paths.cancellations(order["order_id"])
    assert [module.post(path, {"channel": "module"}).json()["state"] for _ in range(2)] == ["cancelled", "cancelled"]
    problem(module.post(paths.withdrawals(order["order_id"]), declaration(order)), 409, "order_closed")
    second = module.order(LICENCE_ID)
    invoice(shop, second["order_id"])
    problem(module.post(paths.cancellations(second["order_id"]), {"channel": "module"}), 409, "order_closed")
    with shop.database.reading() as session:
        assert [row.state for row in session.scalars(select(OrderRow).order_by(OrderRow.pk))] == [
            "cancelled",
            "invoiced",
        ]
        revoked = [row.revoked_channel for row in session.scalars(select(ConsentRow).order_by(ConsentRow.accepted_at))]
    assert revoked == ["module", None]
