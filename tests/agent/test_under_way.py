"""Calls under way: cancelled where they only read, told of while they are repeated."""

from __future__ import annotations

import socket
import time

import pytest

from r2_renewal.agent import protocol
from r2_renewal.agent.protocol import CallProgress, Event, Incoming, Method, Nothing
from r2_renewal.agent.rpc import WORKERS
from r2_renewal.contract import paths
from r2_renewal.domain.errors import ErrorCode
from r2_renewal.domain.order import ConfirmedOrder
from tests.agent.conversation import Conversation, Hosts
from tests.agent.scripted_shop import ScriptedShop, Seen, http, raw, silence
from tests.driver import wait_until

AT_ONCE = 3.0  # of a busy machine; the call itself has a minute
LONG = {"call_seconds": 60.0, "order_seconds": 60.0}
BUSY = raw(http(503, b"", "text/plain", "Retry-After: 40"))
UNWELL = raw(http(503, b"", "text/plain", "Retry-After: 0"))


def cancel(agent: Conversation, number: int) -> bool:
    result: protocol.CancelResult = agent.call(Method.CANCEL, protocol.CancelParams(call=number), AT_ONCE)
    return result.cancelled


def code_of(answer: Incoming) -> str:
    assert answer.error is not None
    return answer.error.data.code


def seen(shop: ScriptedShop, method: str, path: str) -> None:
    wait_until(lambda: bool(shop.seen(method, path)), what=f"{method} {path}")


@pytest.mark.parametrize("reply", [silence, BUSY], ids=["never answered", "asked to wait"])
def test_a_call_that_reads_ends_at_once_when_cancelled(hosts: Hosts, shop: ScriptedShop, reply: object) -> None:
    shop.script("GET", paths.STOREFRONT, reply)
    agent = hosts.greeted(**LONG)
    number = agent.begin(Method.ESHOP_LOAD.value, Nothing())
    seen(shop, "GET", paths.STOREFRONT)
    began = time.monotonic()
    assert cancel(agent, number)
    assert code_of(agent.end(number)) == ErrorCode.CALL_CANCELLED.value
    assert time.monotonic() - began < AT_ONCE
    assert not cancel(agent, number)
    assert agent.call(Method.ESHOP_LOAD, Nothing()).storefront.basket
    assert len(shop.seen("GET", paths.STOREFRONT)) == 2


def test_one_that_still_waits_for_its_turn_is_never_sent(hosts: Hosts, shop: ScriptedShop) -> None:
    shop.script("GET", paths.STOREFRONT, *[silence] * WORKERS)
    agent = hosts.greeted(**LONG)
    numbers = [agent.begin(Method.ESHOP_LOAD.value, Nothing()) for _ in range(WORKERS + 1)]
    wait_until(lambda: len(shop.seen("GET", paths.STOREFRONT)) == WORKERS, what="all workers at the shop")
    for number in reversed(numbers):
        assert cancel(agent, number)
    assert {code_of(agent.end(number)) for number in numbers} == {ErrorCode.CALL_CANCELLED.value}
    assert len(shop.seen("GET", paths.STOREFRONT)) == WORKERS


def test_an_order_cannot_be_cancelled(hosts: Hosts, shop: ScriptedShop, confirmed: ConfirmedOrder) -> None:
    def late(peer: socket.socket, request: Seen) -> None:
        time.sleep(1.0)
        shop._healthy(peer, request)

    shop.script("POST", paths.ORDERS, late)
    agent = hosts.greeted(**LONG)
    number = agent.begin(Method.ORDER_PLACE.value, protocol.PlaceParams(order=confirmed))
    seen(shop, "POST", paths.ORDERS)
    assert not cancel(agent, number)
    answer = agent.end(number)
    assert answer.error is None


def test_what_is_not_under_way_is_not_cancelled(hosts: Hosts) -> None:
    assert not cancel(hosts.greeted(), 77)


def test_each_repetition_is_told_under_the_calls_number(hosts: Hosts, shop: ScriptedShop) -> None:
    shop.script("GET", paths.STOREFRONT, UNWELL, UNWELL)
    agent = hosts.greeted(**LONG)
    number = agent.begin(Method.ESHOP_LOAD.value, Nothing())
    assert agent.end(number).error is None
    told = [content for event, content in agent.events if event is Event.CALL_PROGRESS]
    assert told == [CallProgress(call=number, attempt=attempt, tries=3) for attempt in (2, 3)]
