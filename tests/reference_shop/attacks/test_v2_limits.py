"""V2.4: how often anything may be done; mail is no weapon, and a day of abuse leaves a database of bounded size."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from r2_renewal.contract import paths
from r2_renewal.contract.structs import MOST_LINES
from r2_renewal.reference_shop import attempts
from r2_renewal.reference_shop.callers import Caller
from r2_renewal.reference_shop.limit import Limit, Limits
from r2_renewal.reference_shop.seed import CUSTOMER_ID, LICENCE_ID, PreparedShop
from r2_renewal.reference_shop.settings import ShopSettings
from r2_renewal.reference_shop.shop import Shop
from r2_renewal.reference_shop.sweeping import Swept, sweep
from r2_renewal.reference_shop.tables import (
    Attempts,
    IdempotencyKey,
    MailRow,
    OrderRow,
    QuoteLineRow,
    QuoteRow,
    SessionRow,
)
from tests.reference_shop.conftest import Calendar, add_customer
from tests.reference_shop.module import LATER_LICENCE_ID, Module, problem

BOTH_DATABASES = True
STRANGER = "obcy@ktokolwiek.example"
OTHERS_NIP = "7010019252"
HOUR = timedelta(hours=1)
ADDRESSES = ["http://zly.example", "www.zly.example", "zly.pl", "Wygrana: zly.pl", "Jan 1", "<b>Jan</b>", "a@b.pl"]


def few(
    what: str, licence: int = 100, customer: int = 100, address: int = 100, per: timedelta = HOUR
) -> dict[str, Limit]:
    most = {"of_licence": licence, "of_customer": customer, "from_address": address}
    return {f"{what}_{by}": Limit(f"{what}_{by}", number, per) for by, number in most.items()}


def order_and_cancel(module: Module, licence_id: str = LICENCE_ID, **orderer: str) -> int:
    """Return the status of an order, which is cancelled at once where it was placed."""
    quote = module.post(paths.QUOTES, {"items": [item(module, licence_id)]})
    if quote.status_code != 201:
        return quote.status_code
    body = module.body(quote.json())
    body["orderer"] = {**body["orderer"], **orderer}
    body["nip"] = OTHERS_NIP if licence_id == "L-2" else body["nip"]
    placed = module.submit(body)
    if placed.status_code == 201:
        way = f"{paths.ORDERS}/{placed.json()['order_id']}/cancellations"
        assert module.post(way, {"channel": "module"}).status_code in (200, 201)
    return placed.status_code


def item(module: Module, licence_id: str) -> dict[str, str]:
    kind = "extension" if licence_id == LATER_LICENCE_ID else "subscription"
    return {"licence_id": licence_id, "offer_id": module.offer(licence_id, kind)["offer_id"]}


def later(answer: Any) -> None:
    problem(answer, 429, "too_many_requests")
    assert 1 <= int(answer.headers["retry-after"]) <= 24 * 3600


def count(shop: Shop, table: type) -> int:
    with shop.database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_rounds_of_order_and_cancel_send_a_stranger_few_letters(
    module: Module, shop: Shop, settings: ShopSettings
) -> None:
    rounds = settings.limits.order.licence.most + 3
    answers = [order_and_cancel(module, email=STRANGER) for _ in range(rounds)]
    assert answers == [201] * settings.limits.order.licence.most + [429] * 3
    with shop.database.reading() as session:
        letters = list(session.scalars(select(MailRow.recipient).where(MailRow.recipient == STRANGER)))
    assert len(letters) == settings.limits.order.licence.most < 60


@pytest.mark.parametrize("by", ["licence", "customer", "address"])
def test_orders_are_counted_by_each(serve: Callable[..., Module], prepared: PreparedShop, shop: Shop, by: str) -> None:
    limits = replace(Limits(), **few("order", **{by: 2}, per=timedelta(hours=24)))
    module, other = (
        serve(limits=limits).open(prepared.licence),
        serve(limits=limits).open(add_customer(shop, "K-2", "L-2")),
    )
    answers = [order_and_cancel(module) for _ in range(3)]
    assert answers == [201, 201, 429]
    answers = [order_and_cancel(module, LATER_LICENCE_ID), order_and_cancel(other, "L-2")]
    assert answers == {"licence": [201, 201], "customer": [429, 201], "address": [429, 429]}[by]
    assert count(shop, OrderRow) == count(shop, IdempotencyKey) == 2 + answers.count(201)


@pytest.mark.parametrize("by", ["licence", "customer", "address"])
def test_quotes_are_counted_by_each(serve: Callable[..., Module], prepared: PreparedShop, shop: Shop, by: str) -> None:
    module = serve(limits=replace(Limits(), **few("quote", **{by: 2}))).open(prepared.licence)
    body = {"items": [item(module, LICENCE_ID)]}
    assert [module.post(paths.QUOTES, body).status_code for _ in range(3)] == [201, 201, 429]
    later(module.post(paths.QUOTES, body))
    assert count(shop, QuoteRow) == 2


@pytest.mark.parametrize("by", ["licence", "customer", "address"])
def test_sessions_of_a_licence_file_are_counted_by_each(
    serve: Callable[..., Module], prepared: PreparedShop, by: str
) -> None:
    module = serve(limits=replace(Limits(), **few("session", **{by: 2})))
    body = {"certificate": prepared.licence}
    assert [module.http.post(paths.LICENCE_SESSIONS, json=body).status_code for _ in range(3)] == [201, 201, 429]
    later(module.http.post(paths.LICENCE_SESSIONS, json=body))


def test_letters_to_one_address_are_counted_whoever_brings_them_about(
    serve: Callable[..., Module], prepared: PreparedShop, shop: Shop
) -> None:
    limits = replace(Limits(), letter_to_recipient=Limit("letter_to_recipient", 2, timedelta(hours=24)))
    one, two = serve(limits=limits).open(prepared.licence), serve(limits=limits).open(add_customer(shop, "K-2", "L-2"))
    answers = [order_and_cancel(one, email=STRANGER), order_and_cancel(two, "L-2", email=STRANGER.upper())]
    answers += [order_and_cancel(two, "L-2", email=STRANGER), order_and_cancel(two, "L-2", email="ja@zak.example")]
    assert answers == [201, 201, 429, 201]
    assert count(shop, OrderRow) == 3  # an order whose confirmation could not be sent is none


def test_an_order_that_was_placed_is_answered_again_whatever_was_counted(
    serve: Callable[..., Module], prepared: PreparedShop
) -> None:
    module = serve(limits=replace(Limits(), **few("order", licence=1))).open(prepared.licence)
    body = module.body(module.quote(LICENCE_ID))
    first = module.submit(body, "key-1")
    assert [module.submit(body, "key-1").content for _ in range(5)] == [first.content] * 5


def test_what_is_refused_is_not_counted(serve: Callable[..., Module], prepared: PreparedShop) -> None:
    module = serve(limits=replace(Limits(), **few("order", licence=1))).open(prepared.licence)
    body = module.body(module.quote(LICENCE_ID))
    for _ in range(3):
        assert module.submit({**body, "company_confirmed": False}).status_code == 422
    assert module.submit(body).status_code == 201


def test_counts_end_with_their_time(serve: Callable[..., Module], prepared: PreparedShop, calendar: Calendar) -> None:
    module = serve(limits=replace(Limits(), **few("session", licence=1))).open(prepared.licence)
    body = {"certificate": prepared.licence}
    later(module.http.post(paths.LICENCE_SESSIONS, json=body))
    calendar.pass_days(1)
    assert module.http.post(paths.LICENCE_SESSIONS, json=body).status_code == 201


def test_several_at_once_are_counted_together(shop: Shop) -> None:
    limits = replace(Limits(), **few("order", licence=5, customer=1000, address=1000)).order
    caller = Caller("K-9", "order", "")

    def once(_number: int) -> bool:
        try:
            with shop.database.writing("K-9") as session:
                attempts.count_each(session, limits, caller, ["L-9"], shop.settings.now(), "192.0.2.1")
        except attempts.Refusal:
            return False
        return True

    with ThreadPoolExecutor(8) as callers:
        assert sum(callers.map(once, range(20))) == 5


def test_an_office_of_fifty_programs_and_a_school_behind_one_address_are_not_hit() -> None:
    limits = Limits()
    assert limits.order.customer.most >= 2 * MOST_LINES  # each ordered by itself, and some of them again
    assert limits.letter_to_recipient.most >= MOST_LINES
    assert limits.quote.customer.most >= 20 * MOST_LINES  # each quoted whenever something is ticked
    assert min(trio.address.most for trio in (limits.order, limits.session, limits.quote)) >= 500
    for trio in (limits.order, limits.quote, limits.session):
        assert trio.licence.most <= trio.customer.most <= trio.address.most
        assert trio.licence.per <= attempts.KEPT


class Clock:
    """The shop's clock in a simulated day."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 22, 0, 30, tzinfo=UTC)

    def now(self, _settings: object = None) -> datetime:
        return self.time


def rows(shop: Shop) -> dict[str, int]:
    tables = (QuoteRow, QuoteLineRow, SessionRow, Attempts, OrderRow, MailRow)
    return {table.__tablename__: count(shop, table) for table in tables}


def test_a_day_of_abuse_leaves_a_database_of_bounded_size(
    serve: Callable[..., Module], prepared: PreparedShop, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twenty-four hours of as much as the limits let, with a sweep every hour; two days later nothing of it is left."""
    clock = Clock()
    monkeypatch.setattr(ShopSettings, "now", clock.now)
    limits = replace(
        Limits(),
        **few("order", licence=2, per=timedelta(hours=24)),
        **few("quote", licence=3),
        **few("session", licence=2),
        licence_from_address=Limit("licence_from_address", 2),
    )
    module = serve(limits=limits, order_session=timedelta(hours=12)).open(prepared.licence)
    before = rows(shop)
    for _hour in range(24):
        for number in range(5):
            module.http.post(paths.LICENCE_SESSIONS, json={"certificate": f"rubbish {number}"})
            answer = module.http.post(paths.LICENCE_SESSIONS, json={"certificate": prepared.licence})
            if answer.status_code == 201:
                module.use(answer.json()["token"])
            order_and_cancel(module, email=STRANGER)
        sweep(shop)
        clock.time += HOUR
    peak = rows(shop)
    assert peak["quotes"] - before["quotes"] <= 24 * limits.quote.licence.most
    assert peak["quote_lines"] == peak["quotes"]
    assert peak["orders"] - before["orders"] <= 2 * limits.order.licence.most  # a day's end may fall into it
    assert peak["outgoing_mail"] - before["outgoing_mail"] <= 2 * limits.order.licence.most
    assert peak["sessions"] <= before["sessions"] + 13 * limits.session.licence.most
    assert peak["attempts"] <= before["attempts"] + 12  # a row a kind and whom it is counted for, not an attempt
    clock.time += timedelta(days=4)
    sweep(shop)
    assert rows(shop) == {
        **peak,
        "quotes": peak["orders"],
        "quote_lines": peak["orders"],
        "sessions": 0,
        "attempts": 0,
    }
    assert sweep(shop) == Swept(0, 0, 0, 0)


def test_a_sweep_leaves_what_is_still_of_use(module: Module, shop: Shop, calendar: Calendar) -> None:
    quote, order = module.quote(LATER_LICENCE_ID, "extension"), module.order(LICENCE_ID)
    before = rows(shop)
    assert sweep(shop) == Swept(0, 0, 0, 0)
    assert rows(shop) == before
    calendar.pass_days(2)  # the quote has ended; an order form that is still open gets today's price for it
    sweep(shop)
    assert count(shop, QuoteRow) == before["quotes"]
    calendar.pass_days(2)
    swept = sweep(shop)
    assert swept.quotes >= 1
    with shop.database.reading() as session:
        assert session.get(QuoteRow, quote["quote_id"]) is None
        assert session.scalars(select(OrderRow.id)).all() == [order["order_id"]]


def test_thousands_of_rows_are_swept_a_few_at_a_time(shop: Shop) -> None:
    old = shop.settings.now() - timedelta(days=3)
    with shop.database.writing() as session:
        session.add_all(Attempts(kind="k", subject=str(number), since=old, count=1) for number in range(1_200))
        session.add_all(
            QuoteRow(id=f"q{number}", customer_id=CUSTOMER_ID, net=1, vat=1, gross=1, expires_at=old, lines=[])
            for number in range(1_100)
        )
    swept = sweep(shop)
    assert (swept.attempts, swept.quotes) == (1_200, 1_100)


@pytest.mark.parametrize("name", ADDRESSES)
def test_a_name_that_is_an_address_is_refused_and_no_letter_is_sent(module: Module, shop: Shop, name: str) -> None:
    body = module.body(module.quote(LICENCE_ID))
    for field in ("first_name", "last_name"):
        refused = problem(
            module.submit({**body, "orderer": {**body["orderer"], field: name}}), 422, "validation_failed"
        )
        assert {"field": f"orderer.{field}", "code": "invalid"} in refused["fields"]
    assert count(shop, MailRow) == 0
