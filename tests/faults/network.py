"""A shop, an agent that uses it, and what must hold whatever the network did: the invariant of rows N1–N32."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from r2_renewal.agent import protocol
from r2_renewal.agent.protocol import Delivery, ErrorData, Event, Message, Method, Nothing, PlaceParams
from r2_renewal.contract import paths
from r2_renewal.domain.errors import ErrorCode
from r2_renewal.domain.order import ConfirmedOrder, Order
from r2_renewal.store.outbox import Outbox, OutboxState
from r2_renewal.ui.error_texts import sentence
from tests.agent.conversation import Conversation, Hosts, RefusedError
from tests.agent.scripted_shop import TOKEN, ScriptedShop
from tests.licence_files import LICENCE, Vendor

HASTY_SECONDS = 1.0
# What hangs would hang for ever; a busy machine is merely late.
LATE_SECONDS = 10 * HASTY_SECONDS
LARGEST_GROWTH_KIB = 32 * 1024

_SECRETS = (TOKEN, LICENCE.nip, LICENCE.company, "@", "http", "Bearer", "Nowak", "Łucja", "601234567")
_LOG_LINE = re.compile(
    r'\{"at": "[0-9T:.+-]+", "pid": \d+, "what": "[a-z_.]+", "outcome": "[A-Za-z0-9_.:-]+"(, "ms": \d+)?\}'
)


@dataclass
class Scene:
    """A shop and an agent. Attributes: shop; hosts: what started the agent; agent."""

    shop: ScriptedShop
    hosts: Hosts
    agent: Conversation

    def failure(self, method: Method = Method.ESHOP_LOAD, params: Message | None = None) -> ErrorData:
        """Return how a call failed: one code, for which there is one sentence."""
        with pytest.raises(RefusedError) as refused:
            self.agent.call(method, params or Nothing())
        data = refused.value.data
        assert sentence(ErrorCode(data.code)).endswith(".")
        return data

    def code(self) -> ErrorCode:
        """Return the code with which eSklep could not be opened."""
        return ErrorCode(self.failure().code)

    def opens(self) -> None:
        """ESklep opens."""
        result: protocol.LoadResult = self.agent.call(Method.ESHOP_LOAD, Nothing())
        assert [entry.program.licence_id for entry in result.storefront.basket] == ["lic-1"]

    def place(self, confirmed: ConfirmedOrder) -> Order:
        """Place an order; return the shop's."""
        order: Order = self.agent.call(Method.ORDER_PLACE, PlaceParams(order=confirmed)).order
        return order

    def unplaced(self, confirmed: ConfirmedOrder) -> tuple[ErrorCode, Delivery]:
        """Return how an order failed, and what is known of its delivery."""
        data = self.failure(Method.ORDER_PLACE, PlaceParams(order=confirmed))
        return ErrorCode(data.code), Delivery(data.delivery)

    def has_one_order(self, confirmed: ConfirmedOrder) -> int:
        """The shop has one order, this one, always sent with its key and the same bytes; return how often it was sent."""
        seen = self.shop.seen("POST", paths.ORDERS)
        assert {(one.key, one.body) for one in seen} == {(confirmed.key, seen[0].body)}
        assert list(self.shop.orders) == [confirmed.key]
        row = Outbox(self.hosts.state_dir).row(confirmed.key)
        assert row is not None
        assert (row.state, row.order_id) == (OutboxState.ACCEPTED, self.shop.orders[confirmed.key])
        return len(seen)

    @contextmanager
    def tries(self, count: int, method: str = "GET", path: str = paths.STOREFRONT) -> Iterator[None]:
        """Meanwhile the shop sees so many requests of a method and path."""
        before = len(self.shop.seen(method, path))
        yield
        assert len(self.shop.seen(method, path)) - before == count

    @contextmanager
    def small(self) -> Iterator[None]:
        """Meanwhile the agent's memory grows by no more than 32 MB at its peak."""
        process = Path(f"/proc/{self.agent.process.pid}")
        if not (process / "clear_refs").exists():
            pytest.skip("the peak of a process's memory is counted by Linux only")
        (process / "clear_refs").write_text("5", encoding="ascii")
        before = _peak_kib(process)
        yield
        assert _peak_kib(process) - before < LARGEST_GROWTH_KIB

    def is_unharmed(self) -> None:
        """With a healthy shop the agent goes on; its log holds no secret, its outbox nothing that nobody confirmed."""
        self.shop.forget_scripts()
        self.opens()
        self.log_is_clean()
        assert {row.key for row in Outbox(self.hosts.state_dir).unsettled()} == set(self.shop.orders)

    def log_is_clean(self) -> None:
        """Every line of the log is of our own words; there is no secret, address or name in it."""
        log = self.hosts.log()
        assert [line for line in log.splitlines() if not _LOG_LINE.fullmatch(line)] == []
        assert [secret for secret in _SECRETS if secret in log] == []


def _peak_kib(process: Path) -> int:
    found = re.search(r"VmHWM:\s+(\d+) kB", (process / "status").read_text(encoding="ascii"))
    assert found is not None
    return int(found.group(1))


def anew(confirmed: ConfirmedOrder, key: str) -> ConfirmedOrder:
    """Return the same as another confirmation."""
    return replace(confirmed, key=key)


def is_order_of(confirmed: ConfirmedOrder) -> Any:
    """Return what tells the event that an order was found to have arrived."""
    return lambda event, content: event is Event.ORDER_CHANGED and content.key == confirmed.key


def deaf() -> socket.socket:
    """Return a loopback socket on a port of its own that refuses every connection until it listens."""
    bound = socket.socket()
    bound.bind(("127.0.0.1", 0))
    return bound


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory, vendor: Vendor) -> Iterator[tuple[ScriptedShop, Hosts]]:
    """A shop that the rows of this module share, each with its own fault, and what starts agents for it."""
    with (
        closing(ScriptedShop(vendor)) as shop,
        closing(Hosts(tmp_path_factory.mktemp("hosts"), vendor, shop.url)) as hosts,
    ):
        hosts.licence.write_bytes(vendor.certificate())
        yield shop, hosts


def opened(started: tuple[ScriptedShop, Hosts], call_seconds: float) -> Scene:
    shop, hosts = started
    scene = Scene(shop, hosts, hosts.greeted(call_seconds=call_seconds))
    scene.opens()
    return scene


@pytest.fixture(scope="module")
def hasty(started: tuple[ScriptedShop, Hosts]) -> Scene:
    """An agent with a deadline of a moment, its session open."""
    return opened(started, HASTY_SECONDS)


@pytest.fixture(scope="module")
def patient(started: tuple[ScriptedShop, Hosts]) -> Scene:
    """An agent with time for three tries, its session open."""
    return opened(started, 30.0)
