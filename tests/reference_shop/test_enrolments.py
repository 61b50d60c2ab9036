"""Automatic renewals page by page: an accounting office's thousands, each once, under one tag, in answers that have a bound."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import delete, text

from r2_renewal.agent.transport import JSON_CAP
from r2_renewal.contract import paths
from r2_renewal.reference_shop.programs import MOST_PROGRAMS
from r2_renewal.reference_shop.seed import CUSTOMER_ID, LICENCE_ID, PreparedShop
from r2_renewal.reference_shop.shop import Shop
from r2_renewal.reference_shop.tables import LicenceRow, RenewalRow
from tests.reference_shop.conftest import Calendar, add_customer
from tests.reference_shop.module import LATER_LICENCE_ID, Json, Module, fields, problem
from tests.reference_shop.test_accounts import change
from tests.reference_shop.test_query_counts import counted, multiply

BOTH_DATABASES = True
OWNED = 450


@pytest.fixture
def account(serve: Callable[..., Module], prepared: PreparedShop) -> Module:
    """The demo customer's account, opened by its password."""
    return serve().log_in(prepared.account_email, prepared.account_password)


def pages(module: Module, limit: int = MOST_PROGRAMS) -> list[Json]:
    """Return the customer's data and every page of enrolments after them."""
    found: list[Json] = [module.get(paths.CUSTOMER).json()]
    while (cursor := found[-1]["next"]) is not None:
        answer = module.get(f"{paths.ENROLMENTS}?cursor={cursor}&limit={limit}")
        assert answer.status_code == 200, answer.text
        found.append(answer.json())
    return found


def test_every_enrolment_comes_once_by_name_as_the_programs_do(account: Module, shop: Shop) -> None:
    multiply(shop, OWNED)
    found = pages(account)
    assert [len(page["enrolments"]) for page in found] == [MOST_PROGRAMS, MOST_PROGRAMS, OWNED + 3 - 2 * MOST_PROGRAMS]
    enrolments = [(entry["program"], entry["licence_id"]) for page in found for entry in page["enrolments"]]
    assert len(set(enrolments)) == OWNED + 3
    assert enrolments == sorted(enrolments)


def test_the_list_alone_is_the_same_from_its_beginning(account: Module, shop: Shop) -> None:
    multiply(shop, 3)
    whole = account.get(paths.CUSTOMER).json()
    assert whole["next"] is None
    assert account.get(paths.ENROLMENTS).json() == {"enrolments": whole["enrolments"], "next": None}


def test_one_answer_of_ten_thousand_is_far_below_what_a_module_reads(account: Module, shop: Shop) -> None:
    multiply(shop, 10_000)
    answer = account.get(paths.CUSTOMER)
    assert len(answer.content) < JSON_CAP / 4
    assert len(answer.json()["enrolments"]) == MOST_PROGRAMS
    saved = change(account, invoice_email="nowe@klosowska.example")
    assert len(saved.content) < JSON_CAP / 4
    assert saved.json()["next"] == answer.json()["next"]


def test_the_tag_stands_for_every_page(account: Module, shop: Shop) -> None:
    multiply(shop, OWNED)
    before = account.get(paths.CUSTOMER)
    last = pages(account)[-1]["enrolments"][-1]["licence_id"]
    with shop.database.writing() as session:
        session.get_one(LicenceRow, last).auto_renewal = True
    after = account.get(paths.CUSTOMER)
    assert after.json() == before.json()
    assert after.headers["etag"] != before.headers["etag"]
    problem(change(account, before.headers["etag"], invoice_email="x@klosowska.example"), 412, "customer_changed")
    saved = change(account, after.headers["etag"], revocations=[last])
    assert saved.status_code == 200
    assert saved.headers["etag"] == account.get(paths.CUSTOMER).headers["etag"]


def _sql(statement: str) -> Callable[[Shop, str], None]:
    """Return what changes the tables past everything that the shop's own code does when it writes."""

    def run(shop: Shop, licence_id: str) -> None:
        with shop.database.writing() as session:
            session.execute(text(statement), {"licence": licence_id} if ":licence" in statement else {})

    return run


def decide(shop: Shop, licence_id: str) -> None:
    """Write down that the coming renewal of a licence was refused."""
    with shop.database.writing() as session:
        day = session.get_one(LicenceRow, licence_id).valid_until + timedelta(days=1)
        session.add(
            RenewalRow(
                customer_id=CUSTOMER_ID,
                licence_id=licence_id,
                renewal_date=day,
                decided_at=shop.settings.now(),
                refused="no_consent",
            )
        )


TOLD = {
    "company": _sql("UPDATE customers SET street = 'ul. Inna 1'"),
    "nip": _sql("UPDATE customers SET nip = '7010019252'"),
    "address": _sql("UPDATE customers SET invoice_email = 'inny@klosowska.example'"),
    "name": _sql("UPDATE licences SET name = name || ' Plus' WHERE id = :licence"),
    "enrolled": _sql("UPDATE licences SET auto_renewal = true WHERE id = :licence"),
    "end": _sql("UPDATE licences SET valid_until = '2028-12-22' WHERE id = :licence"),
    "limits": _sql("""UPDATE licences SET limits = '{"employees": 100}' WHERE id = :licence"""),
    "sold": _sql("DELETE FROM licences WHERE id = :licence"),
    "prices": _sql("UPDATE price_items SET net = '1000.00'"),
    "decided": decide,
}
NOT_TOLD = {
    "nothing": _sql("SELECT 1"),
    "issued anew": _sql("UPDATE licences SET seq = seq + 1, certificate = 'x' WHERE id = :licence"),
    "another's": lambda shop, _: add_customer(shop, "K-2", "L-of-another") and None,
}


def told(module: Module) -> tuple[list[Json], str]:
    """Return all that is told of the customer, and the tag that stands for it."""
    return pages(module), module.get(paths.CUSTOMER).headers["etag"]


@pytest.mark.parametrize("name", [*TOLD, *NOT_TOLD])
def test_the_tag_changes_just_where_something_changes_that_is_told(account: Module, shop: Shop, name: str) -> None:
    multiply(shop, MOST_PROGRAMS + 1)
    before, tag = told(account)
    licence_id = before[-1]["enrolments"][-1]["licence_id"]
    {**TOLD, **NOT_TOLD}[name](shop, licence_id)
    after, now = told(account)
    assert (after != before, now != tag) == (name in TOLD, name in TOLD)


@pytest.mark.parametrize("enrolled", [False, True])
def test_the_tag_changes_on_the_day_from_which_a_renewal_cannot_be_announced_any_more(
    serve: Callable[..., Module], prepared: PreparedShop, calendar: Calendar, shop: Shop, enrolled: bool
) -> None:
    with shop.database.writing() as session:
        session.execute(delete(LicenceRow).where(LicenceRow.id != LATER_LICENCE_ID))
        session.get_one(LicenceRow, LATER_LICENCE_ID).auto_renewal = enrolled
    seen = []
    for left in (32, 31, 30, 29, 28):
        calendar.day = date(2027, 3, 28) - timedelta(days=left)
        seen.append(told(serve().log_in(prepared.account_email, prepared.account_password)))
    assert seen[0] == seen[1] == seen[2]
    assert seen[3] == seen[4]
    # Whoever is enrolled stays so, and sees nothing change.
    assert [one != other for one, other in zip(seen[2], seen[3], strict=True)] == [not enrolled, not enrolled]


def test_the_tag_costs_as_many_queries_however_many_programs_it_stands_for(account: Module, shop: Shop) -> None:
    counts = []
    for more in (0, 1000):
        multiply(shop, more)
        with counted(shop) as sent:
            account.get(paths.CUSTOMER)
        counts.append(len(sent))
    assert counts[0] == counts[1]


def test_a_page_asks_the_database_as_often_as_the_enrolments_are_many(account: Module, shop: Shop) -> None:
    multiply(shop, OWNED)
    counts = []
    for limit in (1, 200):
        with counted(shop) as sent:
            account.get(f"{paths.ENROLMENTS}?limit={limit}")
        counts.append(len(sent))
    assert counts[0] == counts[1]


def test_a_licences_session_reads_them_as_well(module: Module) -> None:
    assert LICENCE_ID in {entry["licence_id"] for entry in module.get(paths.ENROLMENTS).json()["enrolments"]}


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "cursor=L-of-nobody", "cursor=L-2"])
def test_a_page_that_is_none(account: Module, shop: Shop, query: str) -> None:
    add_customer(shop, "K-2", "L-2")  # another customer's licence is no place in this list
    body = problem(account.get(f"{paths.ENROLMENTS}?{query}"), 422, "validation_failed")
    assert fields(body) == {(query.partition("=")[0], "invalid")}
