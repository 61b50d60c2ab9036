"""Owned programs page by page: an accounting office's thousands, each once, in answers that have a bound."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from r2_renewal.agent.transport import JSON_CAP
from r2_renewal.contract import paths
from r2_renewal.reference_shop.programs import MOST_PROGRAMS
from r2_renewal.reference_shop.seed import LICENCE_ID
from r2_renewal.reference_shop.shop import Shop
from r2_renewal.reference_shop.tables import LicenceRow
from tests.reference_shop.conftest import add_customer
from tests.reference_shop.module import Json, Module, fields, problem
from tests.reference_shop.test_query_counts import counted, multiply

BOTH_DATABASES = True
OWNED = 450


def pages(module: Module, limit: int = MOST_PROGRAMS) -> list[Json]:
    """Return the storefront and every page after it."""
    found = [module.storefront()]
    while (cursor := found[-1]["next"]) is not None:
        answer = module.get(f"{paths.PROGRAMS}?cursor={cursor}&limit={limit}")
        assert answer.status_code == 200, answer.text
        found.append(answer.json())
    return found


def test_every_program_comes_once_by_name_with_its_offers(module: Module, shop: Shop) -> None:
    multiply(shop, OWNED)
    found = pages(module)
    assert [len(page["programs"]) for page in found] == [MOST_PROGRAMS, MOST_PROGRAMS, OWNED + 3 - 2 * MOST_PROGRAMS]
    programs = [(program["name"], program["licence_id"]) for page in found for program in page["programs"]]
    assert len(set(programs)) == OWNED + 3
    with shop.database.reading() as session:
        query = select(LicenceRow.name, LicenceRow.id).order_by(LicenceRow.name, LicenceRow.id)
        assert programs == [tuple(row) for row in session.execute(query)]
    for page in found:
        owned = {program["licence_id"] for program in page["programs"]}
        assert {offer["licence_id"] for offer in page["offers"]} == owned


def test_a_page_stays_far_below_what_a_module_reads(module: Module, shop: Shop) -> None:
    multiply(shop, MOST_PROGRAMS)
    assert len(module.get(paths.STOREFRONT).content) < JSON_CAP / 4


def test_an_order_under_way_is_told_with_its_program_however_old_it_is(module: Module, shop: Shop) -> None:
    multiply(shop, OWNED)
    late = pages(module)[-1]["programs"][-1]["licence_id"]
    order = module.order_from(late, "subscription.r2platnik-50")
    for number in range(12):
        module.order_from(f"L-{number}", "subscription.r2platnik-50")
    found = pages(module)
    assert order["number"] not in {entry["number"] for entry in found[0]["orders"]}
    (told,) = [entry for entry in found[-1]["orders"] if entry["order_id"] == order["order_id"]]
    assert [line["licence_id"] for line in told["lines"]] == [late]
    under_way = {entry["order_id"] for page in found for entry in page["orders"]}
    assert len(under_way) == 13


def test_a_page_asks_the_database_as_often_as_the_programs_are_many(module: Module, shop: Shop) -> None:
    multiply(shop, OWNED)
    cursor = module.storefront()["next"]
    counts = []
    for limit in (1, 100):
        with counted(shop) as sent:
            module.get(f"{paths.PROGRAMS}?cursor={cursor}&limit={limit}")
        counts.append(len(sent))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "cursor=L-of-nobody", "cursor=L-2"])
def test_a_page_that_is_none(module: Module, shop: Shop, query: str) -> None:
    add_customer(shop, "K-2", "L-2")  # another customer's licence is no place in this list
    body = problem(module.get(f"{paths.PROGRAMS}?{query}"), 422, "validation_failed")
    assert fields(body) == {(query.partition("=")[0], "invalid")}


def test_one_program_is_told_with_the_price_of_its_renewal(module: Module, shop: Shop) -> None:
    before = module.get(paths.program(LICENCE_ID)).json()
    assert (before["auto_renewal"], before["renewal_price"]) == (False, None)
    with shop.database.writing() as session:
        row = session.get_one(LicenceRow, LICENCE_ID)
        row.auto_renewal, row.renewal_date = True, date(2026, 12, 23)
    after = module.get(paths.program(LICENCE_ID)).json()
    assert (after["auto_renewal"], after["renewal_date"]) == (True, "2026-12-23")
    assert after["renewal_price"]["gross"] == {"amount": "560.14", "currency": "PLN"}
    assert after in module.storefront()["programs"]
