"""How often the database is asked: as often for a hundred programs and orders as for one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event, select

from r2_renewal.contract.structs import QuoteItem
from r2_renewal.reference_shop.fulfilment import fulfil
from r2_renewal.reference_shop.orders import order_body, orders_of
from r2_renewal.reference_shop.quotes import make_quote
from r2_renewal.reference_shop.seed import CUSTOMER_ID, LICENCE_ID
from r2_renewal.reference_shop.shop import Shop
from r2_renewal.reference_shop.storefront import storefront
from r2_renewal.reference_shop.tables import LicenceRow
from tests.reference_shop.module import Module


@contextmanager
def counted(shop: Shop) -> Iterator[list[str]]:
    """Give the list of statements sent meanwhile."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    event.listen(shop.database.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(shop.database.engine, "before_cursor_execute", note)


def of_a_storefront(shop: Shop) -> int:
    with shop.database.reading() as session, counted(shop) as sent:
        storefront(session, shop.settings, CUSTOMER_ID)
    return len(sent)


def multiply(shop: Shop, times: int) -> list[str]:
    """Give the customer its R2płatnik many times over; return the licences."""
    named = [f"L-{number}" for number in range(times)]
    with shop.database.writing() as session:
        known = session.scalars(select(LicenceRow).where(LicenceRow.id == LICENCE_ID)).one()
        values = {column.name: getattr(known, column.name) for column in LicenceRow.__table__.c}
        session.add_all(LicenceRow(**{**values, "id": licence_id}) for licence_id in named)
    return named


def test_a_storefront_of_many_programs_asks_no_more_than_one_of_few(shop: Shop) -> None:
    few = of_a_storefront(shop)
    multiply(shop, 100)
    assert of_a_storefront(shop) == few


def test_many_orders_ask_no_more_than_one(module: Module, shop: Shop) -> None:
    def count() -> int:
        with shop.database.reading() as session, counted(shop) as sent:
            assert [order_body(row) for row in orders_of(session, CUSTOMER_ID)]
        return len(sent)

    fulfil(shop, module.order(LICENCE_ID)["order_id"])
    one = count()
    for _ in range(4):
        fulfil(shop, module.order(LICENCE_ID)["order_id"])
    assert count() == one


@pytest.mark.parametrize("programs", [2, 40])
def test_a_quote_of_many_programs_asks_as_often_as_one_of_two(shop: Shop, programs: int) -> None:
    named = multiply(shop, programs)
    items = [QuoteItem(licence_id=licence_id, offer_id="subscription.r2platnik-50") for licence_id in named]
    with shop.database.writing() as session, counted(shop) as sent:
        make_quote(session, shop.settings, CUSTOMER_ID, items)
        session.flush()
    assert len(sent) == 6
