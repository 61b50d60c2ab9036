"""Rows N9–N14: orders whose answer is lost, and a shop that fails or asks to wait. Same key, same bytes, one order."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from r2_renewal.agent.protocol import Delivery, Method, Nothing, PlaceParams
from r2_renewal.clock import today_in_warsaw
from r2_renewal.contract import paths
from r2_renewal.domain.errors import ErrorCode
from r2_renewal.domain.order import ConfirmedOrder
from r2_renewal.reference_shop.seed import PreparedShop, prepare
from r2_renewal.store.outbox import Outbox
from tests.agent.conversation import Hosts
from tests.agent.scripted_shop import Reply, ScriptedShop, http, problem, raw, reset, silence
from tests.agent.test_orders import is_installed, until
from tests.agent.test_with_reference_shop import ShopProcess, fill_in, hosts_of, load, serve, stop
from tests.faults.network import Scene, is_order_of, patient, started
from tests.faults.relays import Relay
from tests.licence_files import Vendor

__all__ = ["patient", "started"]

ORDER_SECONDS = 1.5
UNKNOWN = (ErrorCode.ORDER_UNKNOWN, Delivery.UNKNOWN)


# Between the agent and the reference shop


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ShopProcess]:
    """A real shop that fulfils an order in a moment."""
    shop = serve(prepare(tmp_path_factory.mktemp("shop"), 30, today_in_warsaw()), "--auto-fulfil", "0.2")
    yield shop
    stop(shop)


@pytest.fixture
def relay(reference: ShopProcess, vendor: Vendor) -> Iterator[Relay]:
    with closing(Relay(vendor, reference.url)) as relay:
        yield relay


@pytest.fixture
def relayed(reference: ShopProcess, relay: Relay, tmp_path: Path) -> Iterator[Hosts]:
    """Agents that reach the real shop through the relay only."""
    with closing(hosts_of(reference, tmp_path)) as hosts:
        hosts.shop_url = relay.url
        yield hosts


def orders_of(prepared: PreparedShop, key: str) -> tuple[int, int]:
    """Return how many orders the real shop has in all, and how many of a key: its own count, from its database."""
    with closing(sqlite3.connect(prepared.folder.database_file)) as database:
        ((count,),) = database.execute("SELECT count(*) FROM orders").fetchall()
        ((of_key,),) = database.execute("SELECT count(*) FROM idempotency_keys WHERE key = ?", (key,)).fetchall()
    return count, of_key


def sent(relay: Relay, confirmed: ConfirmedOrder) -> int:
    """Return how often the order went out, always with its key and the same bytes."""
    seen = relay.seen("POST", paths.ORDERS)
    assert {(one.key, one.body) for one in seen} == {(confirmed.key, seen[0].body)}
    return len(seen)


def order_by(relayed: Hosts, relay: Relay, loss: Reply, order_seconds: float = 30.0) -> tuple[Scene, ConfirmedOrder]:
    """Return an agent with a filled form, whose answer will be lost after the shop's commit."""
    scene = Scene(relay, relayed, relayed.greeted(order_seconds=order_seconds))
    confirmed = fill_in(scene.agent, load(scene.agent))
    relay.script("POST", paths.ORDERS, relay.commit(loss))
    return scene, confirmed


def has_settled(relayed: Hosts, scene: Scene) -> None:
    scene.agent.wait_for(is_installed)
    until(lambda: not Outbox(relayed.state_dir).unsettled())
    load(scene.agent)
    scene.log_is_clean()


def test_n09_the_shop_commits_and_no_reply_comes(relayed: Hosts, relay: Relay, reference: ShopProcess) -> None:
    scene, confirmed = order_by(relayed, relay, silence, ORDER_SECONDS)
    before, _ = orders_of(reference.prepared, confirmed.key)
    assert scene.unplaced(confirmed) == UNKNOWN
    order = scene.agent.wait_for(is_order_of(confirmed)).order
    assert orders_of(reference.prepared, confirmed.key) == (before + 1, 1)
    assert sent(relay, confirmed) == 2
    assert scene.place(confirmed).order_id == order.order_id
    has_settled(relayed, scene)
    assert orders_of(reference.prepared, confirmed.key) == (before + 1, 1)


BREAKS = {"reset": reset, "closed": raw(), "cut": raw(b"HTTP/1.1 201 Created\r\nContent-Length: 99\r\n\r\n{")}


@pytest.mark.parametrize("loss", BREAKS.values(), ids=BREAKS.keys())
def test_n10_the_shop_commits_and_the_connection_breaks(
    relayed: Hosts, relay: Relay, reference: ShopProcess, loss: Reply
) -> None:
    scene, confirmed = order_by(relayed, relay, loss)
    before, _ = orders_of(reference.prepared, confirmed.key)
    assert scene.place(confirmed).licence_ids == confirmed.quote.licence_ids
    assert sent(relay, confirmed) == 2
    has_settled(relayed, scene)
    assert orders_of(reference.prepared, confirmed.key) == (before + 1, 1)


def test_n11_the_reply_is_lost_and_the_program_killed(relayed: Hosts, relay: Relay, reference: ShopProcess) -> None:
    scene, confirmed = order_by(relayed, relay, silence)
    before, _ = orders_of(reference.prepared, confirmed.key)
    scene.agent.begin(Method.ORDER_PLACE.value, PlaceParams(order=confirmed))
    until(lambda: orders_of(reference.prepared, confirmed.key) == (before + 1, 1))
    scene.agent.kill()
    scene.agent = relayed.start()
    assert scene.agent.call(Method.HELLO, relayed.hello()).open_orders == 1
    scene.agent.wait_for(is_order_of(confirmed))
    assert sent(relay, confirmed) == 2
    has_settled(relayed, scene)
    assert orders_of(reference.prepared, confirmed.key) == (before + 1, 1)


# A shop that fails


STORM = (500, 502, 503)


@pytest.fixture
def scene(hosts: Hosts, shop: ScriptedShop) -> Scene:
    """An agent with its session open and time for three tries."""
    scene = Scene(shop, hosts, hosts.greeted(call_seconds=30.0, order_seconds=8.0))
    scene.opens()
    return scene


def failing(status: int) -> Reply:
    """Return what a gateway says in place of a shop."""
    return raw(http(status, b"<h1>oops</h1>", "text/html"))


def test_n12_a_storm_of_failures_while_reading(patient: Scene) -> None:
    patient.shop.script("GET", paths.STOREFRONT, *[failing(status) for status in STORM * 2])
    with patient.tries(3):
        assert patient.code() is ErrorCode.SHOP_FAILURE
    patient.is_unharmed()


def test_n12_a_storm_of_failures_while_ordering(scene: Scene, confirmed: ConfirmedOrder) -> None:
    refusals = [problem(status, "internal_error") for status in STORM * 2]
    scene.shop.script("POST", paths.ORDERS, *refusals)
    with scene.tries(3, "POST", paths.ORDERS):
        assert scene.unplaced(confirmed) == (ErrorCode.SHOP_FAILURE, Delivery.NOT_SENT)
    scene.is_unharmed()
    scene.place(confirmed)
    assert scene.has_one_order(confirmed) == 4


def test_n12_a_storm_that_hides_a_commit(scene: Scene, confirmed: ConfirmedOrder) -> None:
    committed = [scene.shop.commit(failing(status)) for status in STORM]
    scene.shop.script("POST", paths.ORDERS, *committed)
    with scene.tries(3, "POST", paths.ORDERS):
        assert scene.unplaced(confirmed) == UNKNOWN
    scene.agent.wait_for(is_order_of(confirmed))
    assert scene.has_one_order(confirmed) == 4
    scene.is_unharmed()


# A shop that asks to wait


def busy(wait: str) -> Reply:
    return problem(429, "too_many_requests", f"Retry-After: {wait}")


def test_n13_a_wait_that_the_shop_asks_for(scene: Scene, confirmed: ConfirmedOrder) -> None:
    scene.shop.script("POST", paths.ORDERS, busy("1"), busy("1"))
    began = time.monotonic()
    scene.place(confirmed)
    assert time.monotonic() - began >= 2.0
    assert scene.has_one_order(confirmed) == 3
    scene.is_unharmed()


NO_WAITS = ["0", "-5", "soon", "Mon, 01 Jan 2001 00:00:00 GMT", "Mon, 01 Jan 9999999999 00:00:00 GMT", "1.5", "\xb2"]


@pytest.mark.parametrize("wait", NO_WAITS)
def test_n14_a_wait_that_is_none(patient: Scene, wait: str) -> None:
    patient.shop.script("GET", paths.STOREFRONT, busy(wait))
    with patient.tries(2):
        patient.opens()
    patient.is_unharmed()


@pytest.mark.parametrize("wait", ["1000000000", "9" * 5000, "Mon, 01 Jan 2125 00:00:00 GMT"])
def test_n14_a_wait_beyond_the_deadline(scene: Scene, confirmed: ConfirmedOrder, wait: str) -> None:
    scene.shop.script("POST", paths.ORDERS, *[busy(wait)] * 3)
    with scene.tries(1, "POST", paths.ORDERS):
        assert scene.unplaced(confirmed) == (ErrorCode.SHOP_BUSY, Delivery.NOT_SENT)
    scene.is_unharmed()
    scene.place(confirmed)
    assert scene.has_one_order(confirmed) == 2


def test_a_wait_without_end_is_a_minute(hosts: Hosts, shop: ScriptedShop, long_mode: bool) -> None:
    if not long_mode:
        pytest.skip("a minute's wait: only with --long")
    scene = Scene(shop, hosts, hosts.greeted(call_seconds=90.0))
    shop.script("GET", paths.STOREFRONT, busy("1000000000"))
    began = time.monotonic()
    scene.agent.call(Method.ESHOP_LOAD, Nothing(), 120.0)
    assert 60.0 <= time.monotonic() - began < 90.0
