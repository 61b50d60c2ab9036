"""One order, whatever happens between the button and the licence: the real agent against a scripted shop."""

from __future__ import annotations

import json
import sqlite3
import time
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest

from r2_renewal.agent import protocol
from r2_renewal.agent.protocol import Delivery, ErrorData, Event, ImportParams, Method, Nothing, PlaceParams
from r2_renewal.contract import paths
from r2_renewal.contract.problems import FieldProblem
from r2_renewal.domain.errors import ErrorCode
from r2_renewal.domain.order import ConfirmedOrder, Order, OrderState
from r2_renewal.store.database import FILE_NAME
from r2_renewal.store.outbox import Outbox, OutboxRow, OutboxState
from tests.agent.conversation import Conversation, Hosts, RefusedError
from tests.agent.scripted_shop import (
    TOKEN,
    Reply,
    ScriptedShop,
    free_port,
    http,
    problem,
    quote_body,
    raw,
    renewed,
    reset,
    silence,
)
from tests.licence_files import LICENCE, Vendor, licence_with

HTML_500 = raw(http(500, b"<h1>oops</h1>", "text/html"))


def place(agent: Conversation, confirmed: ConfirmedOrder) -> Order:
    order: Order = agent.call(Method.ORDER_PLACE, PlaceParams(order=confirmed)).order
    return order


def refusal(agent: Conversation, confirmed: ConfirmedOrder, customer: str = "") -> ErrorData:
    with pytest.raises(RefusedError) as refused:
        agent.call(Method.ORDER_PLACE, PlaceParams(order=confirmed, customer=customer))
    return refused.value.data


def row_of(hosts: Hosts, confirmed: ConfirmedOrder) -> OutboxRow:
    row = Outbox(hosts.state_dir).row(confirmed.key)
    assert row is not None
    return row


def is_changed_to(state: OrderState) -> Any:
    return lambda event, content: event is Event.ORDER_CHANGED and content.order.state is state


def is_installed(event: Event, _content: object) -> bool:
    return event is Event.LICENCE_INSTALLED


def until(condition: Any, patience: float = 15.0) -> None:
    end = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < end, "did not come true"
        time.sleep(0.02)


def sent_alike(shop: ScriptedShop, confirmed: ConfirmedOrder) -> int:
    """Return how often the order was sent; every time with its key and the same bytes."""
    seen = shop.seen("POST", paths.ORDERS)
    assert {one.key for one in seen} == {confirmed.key}
    assert len({one.body for one in seen}) == 1
    return len(seen)


# The good way


def test_the_whole_way_from_the_order_to_the_licence(
    hosts: Hosts, shop: ScriptedShop, vendor: Vendor, confirmed: ConfirmedOrder
) -> None:
    agent = hosts.greeted()
    order = place(agent, confirmed)
    assert (order.order_id, order.state) == ("ord-1", OrderState.PLACED)
    assert row_of(hosts, confirmed).state is OutboxState.ACCEPTED
    shop.state = "paid"
    changed = agent.wait_for(is_changed_to(OrderState.PAID))
    assert (changed.key, changed.order.order_id) == (confirmed.key, "ord-1")
    shop.certificate, shop.state = renewed(vendor), "fulfilled"
    installed = agent.wait_for(is_installed)
    assert (installed.licence_id, installed.valid_until.isoformat()) == ("lic-1", "2027-12-22")
    assert hosts.licence.read_bytes() == renewed(vendor)
    until(lambda: row_of(hosts, confirmed).settled)
    assert sent_alike(shop, confirmed) == 1


def test_a_settled_order_leaves_nobodys_data_behind(
    hosts: Hosts, shop: ScriptedShop, vendor: Vendor, confirmed: ConfirmedOrder
) -> None:
    shop.certificate, shop.state = renewed(vendor), "fulfilled"
    agent = hosts.greeted()
    agent.call(Method.ESHOP_LOAD, Nothing())
    place(agent, confirmed)
    agent.wait_for(is_installed)
    until(lambda: row_of(hosts, confirmed).settled)
    personal = [confirmed.orderer.last_name, confirmed.orderer.phone, confirmed.orderer.email, confirmed.nip]
    database = (hosts.state_dir / FILE_NAME).read_bytes()
    assert not [text for text in personal if text.encode() in database]
    forbidden = [*personal, confirmed.invoice_email, confirmed.orderer.first_name, TOKEN, "http", LICENCE.company, "@"]
    assert not [text for text in forbidden if text in hosts.log()]
    done = {(line["what"], line["outcome"]) for line in map(json.loads, hosts.log().splitlines())}
    assert {(what, "ok") for what in ("hello", "eshop.load", "order.place", "licence.install")} <= done


def test_the_log_and_the_database_are_for_their_owner_alone(hosts: Hosts, confirmed: ConfirmedOrder) -> None:
    place(hosts.greeted(), confirmed)
    assert {path.name: path.stat().st_mode & 0o077 for path in hosts.state_dir.iterdir()} == {
        FILE_NAME: 0,
        "agent.log": 0,
    }


def test_the_same_order_twice_is_one(hosts: Hosts, shop: ScriptedShop, confirmed: ConfirmedOrder) -> None:
    agent = hosts.greeted()
    assert place(agent, confirmed).order_id == place(agent, confirmed).order_id
    assert sent_alike(shop, confirmed) == 1


def test_an_order_long_settled_is_never_told_as_not_sent(
    hosts: Hosts, shop: ScriptedShop, vendor: Vendor, confirmed: ConfirmedOrder
) -> None:
    shop.certificate, shop.state = renewed(vendor), "fulfilled"
    agent = hosts.greeted()
    order = place(agent, confirmed)
    until(lambda: row_of(hosts, confirmed).settled)
    busy = raw(http(429, b"", "text/plain"))
    shop.script("GET", paths.order(order.order_id), busy, busy, busy)
    told = refusal(agent, confirmed)
    assert (told.code, told.delivery) == (ErrorCode.ORDER_UNKNOWN.value, Delivery.UNKNOWN)
    shop.close()
    told = refusal(hosts.greeted(), confirmed)
    assert (told.code, told.delivery) == (ErrorCode.ORDER_UNKNOWN.value, Delivery.UNKNOWN)
    assert sent_alike(shop, confirmed) == 1


def test_many_clicks_at_once_are_one_order(hosts: Hosts, shop: ScriptedShop, confirmed: ConfirmedOrder) -> None:
    first, second = hosts.greeted(), hosts.greeted()
    params = PlaceParams(order=confirmed)
    calls = [(agent, agent.begin(Method.ORDER_PLACE.value, params)) for agent in (first, second) * 5]
    answers = {bytes(agent.end(number).result) for agent, number in calls}
    assert len(answers) == 1
    assert sent_alike(shop, confirmed) == 1


def test_another_order_under_the_same_key_is_never_sent(
    hosts: Hosts, shop: ScriptedShop, confirmed: ConfirmedOrder
) -> None:
    agent = hosts.greeted()
    place(agent, confirmed)
    data = refusal(agent, replace(confirmed, invoice_email="inny@klosowska.example"))
    assert (data.code, data.delivery) == (ErrorCode.KEY_REUSED.value, Delivery.NOT_SENT.value)
    assert sent_alike(shop, confirmed) == 1


# Perhaps it arrived


@pytest.mark.parametrize(
    "reply",
    [
        raw(b"HTTP/1.1 201 Created\r\n"),
        raw(http(201, b"{}", paths.JSON_TYPE)),
        raw(http(200, b"<h1>Wi-Fi</h1>", "text/html")),
        raw(http(302, b"", "text/html", "Location: /login")),
        raw(http(403, b"<h1>Firewall</h1>", "text/html")),
    ],
    ids=["half", "another-json", "portal", "redirect", "firewall"],
)
def test_an_answer_that_is_not_the_shops_proves_nothing(
    hosts: Hosts, shop: ScriptedShop, confirmed: ConfirmedOrder, reply: Reply
) -> None:
    shop.script("POST", paths.ORDERS, shop.commit(reply))
    agent = hosts.greeted()
    data = refusal(agent, confirmed)
    assert (data.code, data.delivery) == (ErrorCode.ORDER_UNKNOWN.value, Delivery.UNKNOWN.value)
    assert agent.wait_for(is_changed_to(OrderState.PLACED)).order.order_id == "ord-1"
    assert list(shop.orders) == [confirmed.key]


def test_an_order_unknown_and_then_refused_comes_back_to_the_user(
    hosts: Hosts, shop: ScriptedShop, confirmed: ConfirmedOrder
) -> None:
    shop.script("POST", paths.ORDERS, silence, problem(409, "offer_withdrawn"))
    agent = hosts.greeted(order_seconds=1.0)
    assert refusal(agent, confirmed).code == ErrorCode.ORDER_UNKNOWN.value
    refused = agent.wait_for(lambda event, _: event is Event.ORDER_REFUSED)
    assert (refused.key, refused.licence_ids) == (confirmed.key, ("lic-1",))
    assert (refused.error.code, refused.error.delivery) == (ErrorCode.OFFER_WITHDRAWN.value, Delivery.REFUSED.value)


def test_nothing_else_is_ordered_while_the_first_may_have_arrived(
    hosts: Hosts, shop: ScriptedShop, confirmed: ConfirmedOrder
) -> None:
    shop.script("POST", paths.ORDERS, *[silence] * 3)
    agent = hosts.greeted(order_seconds=1.0)
    refusal(agent, confirmed)
    assert agent.call(Method.ESHOP_LOAD, Nothing()).unanswered == ("lic-1",)
    data = refusal(agent, replace(confirmed, key="another-key"))
    assert (data.code, data.delivery) == (ErrorCode.ORDER_IN_PROGRESS.value, Delivery.NOT_SENT.value)
    sent_alike(shop, confirmed)


def test_a_key_in_flight_is_waited_for(hosts: Hosts, shop: ScriptedShop, confirmed: ConfirmedOrder) -> None:
    in_flight = problem(409, "idempotency_key_in_flight")
    shop.script("POST", paths.ORDERS, in_flight, in_flight)
    assert place(hosts.greeted(), confirmed).order_id == "ord-1"
    assert sent_alike(shop, confirmed) == 3


def test_a_try_that_may_have_arrived_is_not_undone_by_later_ones_that_did_not(
    hosts: Hosts, shop: ScriptedShop, confirmed: ConfirmedOrder
) -> None:
    refused = problem(503, "internal_error")
    shop.script("POST", paths.ORDERS, shop.commit(reset), refused, refused)
    agent = hosts.greeted()
    data = refusal(agent, confirmed)
    assert (data.code, data.delivery) == (ErrorCode.ORDER_UNKNOWN.value, Delivery.UNKNOWN.value)
    assert agent.wait_for(is_changed_to(OrderState.PLACED)).order.order_id == "ord-1"


def test_an_order_that_may_have_arrived_stays_so_without_a_connection(
    hosts: Hosts, shop: ScriptedShop, confirmed: ConfirmedOrder
) -> None:
    shop.script("POST", paths.ORDERS, shop.commit(silence))
    agent = hosts.greeted(order_seconds=30.0)
    agent.begin(Method.ORDER_PLACE.value, PlaceParams(order=confirmed))
    until(lambda: shop.orders)
    agent.kill()
    with closing(sqlite3.connect(hosts.state_dir / FILE_NAME)) as connection, connection:
        connection.execute("UPDATE outbox SET lease_until = 0")
    offline = hosts.greeted(shop_url=f"http://127.0.0.1:{free_port()}")
    data = refusal(offline, confirmed)
    assert (data.code, data.delivery) == (ErrorCode.ORDER_UNKNOWN.value, Delivery.UNKNOWN.value)


# Certainly not sent


def test_without_a_connection_it_waits_for_the_user_not_for_us(
    hosts: Hosts, vendor: Vendor, confirmed: ConfirmedOrder
) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    agent = hosts.greeted(shop_url=url)
    data = refusal(agent, confirmed)
    assert (data.code, data.delivery) == (ErrorCode.ORDER_NOT_SENT.value, Delivery.NOT_SENT.value)
    assert row_of(hosts, confirmed).state is OutboxState.NOT_SENT
    agent.close()
    shop = ScriptedShop(vendor, port)
    try:
        greeting = hosts.start()
        assert greeting.call(Method.HELLO, hosts.hello(shop_url=url)).open_orders == 0
        greeting.call(Method.ESHOP_LOAD, Nothing())
        assert shop.seen("POST", paths.ORDERS) == []
        assert place(greeting, confirmed).order_id == "ord-1"
        assert sent_alike(shop, confirmed) == 1
    finally:
        greeting.close()
        shop.close()


def test_a_new_confirmation_takes_the_place_of_one_never_sent(
    hosts: Hosts, shop: ScriptedShop, confirmed: ConfirmedOrder
) -> None:
    closed = hosts.greeted(shop_url=f"http://127.0.0.1:{free_port()}")
    refusal(closed, confirmed)
    newer = replace(confirmed, key="newer-key")
    place(hosts.greeted(), newer)
    assert Outbox(hosts.state_dir).row(confirmed.key) is None
    assert sent_alike(shop, newer) == 1


def test_a_busy_shop_is_not_asked_for_an_order_before_the_time_that_it_named(
    hosts: Hosts, shop: ScriptedShop, confirmed: ConfirmedOrder
) -> None:
    poll = paths.order("ord-1")
    shop.script("GET", poll, *[problem(429, "too_many_requests", "Retry-After: 1000000000")] * 9)
    place(hosts.greeted(call_seconds=5.0), confirmed)
    until(lambda: shop.seen("GET", poll))
    time.sleep(3.0)  # without the wait there would be three more
    assert len(shop.seen("GET", poll)) == 1


def test_a_busy_shop_gets_an_order_again_no_sooner_than_it_asked(
    hosts: Hosts, shop: ScriptedShop, confirmed: ConfirmedOrder
) -> None:
    busy = problem(429, "too_many_requests", "Retry-After: 1000000000")
    shop.script("POST", paths.ORDERS, shop.commit(reset), *[busy] * 9)
    assert refusal(hosts.greeted(), confirmed).code == ErrorCode.ORDER_UNKNOWN.value
    time.sleep(3.0)
    assert sent_alike(shop, confirmed) <= 3  # the first, the second in the same call, one in the background


def test_without_a_place_for_the_key_nothing_is_sent(
    hosts: Hosts, shop: ScriptedShop, confirmed: ConfirmedOrder
) -> None:
    hosts.state_dir.write_bytes(b"a file where the folder should be")
    data = refusal(hosts.greeted(), confirmed)
    assert (data.code, data.delivery) == (ErrorCode.STORE.value, Delivery.NOT_SENT.value)
    assert shop.requests == []


def test_without_a_licence_the_order_is_not_sent(hosts: Hosts, confirmed: ConfirmedOrder) -> None:
    hosts.licence.unlink()
    data = refusal(hosts.greeted(), confirmed)
    assert (data.code, data.delivery) == (ErrorCode.LICENCE_MISSING.value, Delivery.NOT_SENT.value)


# Refused


REFUSALS = {
    "price": (problem(409, "price_changed", quote=quote_body()), ErrorCode.PRICE_CHANGED),
    "consent-text": (
        problem(
            409, "consent_text_changed", document={"kind": "auto_renewal", "version": "2", "title": "t", "text": "x"}
        ),
        ErrorCode.CONSENT_TEXT_CHANGED,
    ),
    "fields": (
        problem(422, "validation_failed", fields=(FieldProblem(field="orderer.phone", code="invalid"),)),
        ErrorCode.ORDER_INVALID,
    ),
    "nip": (problem(422, "nip_invalid"), ErrorCode.INVOICE_NIP_INVALID),
    "consent": (problem(422, "consent_required"), ErrorCode.CONSENT_REQUIRED),
    "withdrawn": (problem(409, "offer_withdrawn"), ErrorCode.OFFER_WITHDRAWN),
    "key": (problem(422, "idempotency_key_reused"), ErrorCode.KEY_REUSED),
    "unheard-of": (problem(422, "moon_in_the_wrong_phase"), ErrorCode.ORDER_INVALID),
}


@pytest.mark.parametrize(("reply", "code"), REFUSALS.values(), ids=REFUSALS.keys())
def test_a_refusal_is_told_with_what_changed_and_told_again_the_same(
    hosts: Hosts, shop: ScriptedShop, confirmed: ConfirmedOrder, reply: Reply, code: ErrorCode
) -> None:
    shop.script("POST", paths.ORDERS, reply)
    agent = hosts.greeted()
    data = refusal(agent, confirmed)
    assert (data.code, data.delivery) == (code.value, Delivery.REFUSED.value)
    assert (data.quote is not None) == (code is ErrorCode.PRICE_CHANGED)
    assert (data.document is not None) == (code is ErrorCode.CONSENT_TEXT_CHANGED)
    assert refusal(agent, confirmed) == data
    assert sent_alike(shop, confirmed) == 1
    assert row_of(hosts, confirmed).body == b""


def test_refused_fields_are_named(hosts: Hosts, shop: ScriptedShop, confirmed: ConfirmedOrder) -> None:
    shop.script("POST", paths.ORDERS, REFUSALS["fields"][0])
    assert refusal(hosts.greeted(), confirmed).fields == ("orderer.phone",)


def test_an_order_in_the_way_of_another_may_be_sent_again(
    hosts: Hosts, shop: ScriptedShop, confirmed: ConfirmedOrder
) -> None:
    shop.script("POST", paths.ORDERS, problem(409, "order_open"))
    agent = hosts.greeted()
    data = refusal(agent, confirmed)
    assert (data.code, data.delivery) == (ErrorCode.ORDER_IN_PROGRESS.value, Delivery.REFUSED.value)
    assert place(agent, confirmed).order_id == "ord-1"


# Killed on the way


def test_killed_before_the_first_byte_it_is_sent_at_the_next_start(
    hosts: Hosts, shop: ScriptedShop, confirmed: ConfirmedOrder
) -> None:
    Outbox(hosts.state_dir).confirm(confirmed.key, "lic-1", "digest", b'{"frozen": "bytes"}')
    agent = hosts.greeted()
    agent.wait_for(is_changed_to(OrderState.PLACED))
    assert shop.seen("POST", paths.ORDERS)[0].body == b'{"frozen": "bytes"}'


def test_restarted_while_pending_it_installs_the_licence(
    hosts: Hosts, shop: ScriptedShop, vendor: Vendor, confirmed: ConfirmedOrder
) -> None:
    agent = hosts.greeted()
    place(agent, confirmed)
    agent.kill()
    shop.certificate, shop.state = renewed(vendor), "fulfilled"
    again = hosts.start()
    assert again.call(Method.HELLO, hosts.hello()).open_orders == 1
    again.wait_for(is_installed)
    until(lambda: row_of(hosts, confirmed).settled)
    third = hosts.start()
    assert third.call(Method.HELLO, hosts.hello()).open_orders == 0
    assert sent_alike(shop, confirmed) == 1


# The licence that comes


def test_a_licence_of_another_customer_is_refused_once_and_the_old_one_kept(
    hosts: Hosts, shop: ScriptedShop, vendor: Vendor, confirmed: ConfirmedOrder
) -> None:
    other = licence_with(valid_until=licence_with().programs[0].valid_until.replace(year=2027), seq=9)
    shop.certificate = vendor.certificate(other._replace(customer_id="cust-2"))
    shop.state = "fulfilled"
    agent = hosts.greeted()
    place(agent, confirmed)
    refused = agent.wait_for(lambda event, _: event is Event.LICENCE_NOT_INSTALLED)
    assert refused.code == ErrorCode.LICENCE_OTHER_CUSTOMER.value
    assert hosts.licence.read_bytes() == vendor.certificate()
    shop.certificate = renewed(vendor)
    agent.wait_for(is_installed)
    assert [event for event, _ in agent.events].count(Event.LICENCE_NOT_INSTALLED) == 1


def test_a_licence_from_before_the_order_is_waited_out(
    hosts: Hosts, shop: ScriptedShop, vendor: Vendor, confirmed: ConfirmedOrder
) -> None:
    shop.state = "fulfilled"
    agent = hosts.greeted()
    place(agent, confirmed)
    until(lambda: len(shop.seen("GET", paths.licence_file("lic-1"))) >= 2)
    assert not row_of(hosts, confirmed).settled
    shop.certificate = renewed(vendor)
    agent.wait_for(is_installed)


def test_a_cancelled_order_is_settled_without_a_licence(
    hosts: Hosts, shop: ScriptedShop, confirmed: ConfirmedOrder
) -> None:
    agent = hosts.greeted()
    place(agent, confirmed)
    shop.state = "cancelled"
    agent.wait_for(is_changed_to(OrderState.CANCELLED))
    until(lambda: row_of(hosts, confirmed).settled)
    assert shop.seen("GET", paths.licence_file("lic-1")) == []


def test_a_licence_file_is_imported_without_any_shop(hosts: Hosts, vendor: Vendor) -> None:
    usb = hosts.licence.with_name("z pendrive'a.lic")
    usb.write_bytes(renewed(vendor))
    hosts.licence.unlink()
    agent = hosts.greeted(shop_url="")
    installed: protocol.LicenceInstalled = agent.call(Method.LICENCE_IMPORT, ImportParams(path=str(usb)))
    assert installed.valid_until.isoformat() == "2027-12-22"
    assert hosts.licence.read_bytes() == renewed(vendor)


def test_a_file_that_is_no_licence_is_not_imported(hosts: Hosts, vendor: Vendor) -> None:
    with pytest.raises(RefusedError) as refused:
        hosts.greeted().call(Method.LICENCE_IMPORT, ImportParams(path=str(hosts.licence.parent)))
    assert refused.value.data.code == ErrorCode.LICENCE_UNREADABLE.value
    assert hosts.licence.read_bytes() == vendor.certificate()
