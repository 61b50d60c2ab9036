"""Automatic renewals page by page: an accounting office's thousands, each once, under one tag, in answers that have a bound."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from r2_renewal.agent.transport import JSON_CAP
from r2_renewal.contract import paths
from r2_renewal.reference_shop.programs import MOST_PROGRAMS
from r2_renewal.reference_shop.seed import LICENCE_ID, PreparedShop
from r2_renewal.reference_shop.shop import Shop
from r2_renewal.reference_shop.tables import LicenceRow
from tests.reference_shop.conftest import add_customer
from tests.reference_shop.module import Json, Module, fields, problem
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
