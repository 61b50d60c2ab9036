"""Faults on demand, for tests of clients: a reply that is lost after the commit, an outage, a price that changes.

Rules: nothing of this is reachable unless the shop is served with ``--fault-hooks``; a fault is asked for by ``POST
/fault-hooks``, hits the next calls that it names and is then used up; the hooks themselves are never hit.
"""

from __future__ import annotations

import asyncio
import threading
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, cast

from litestar import Router, delete, get, post
from litestar.di import NamedDependency, Provide
from litestar.enums import ScopeType
from litestar.params import JSONBody
from litestar.status_codes import HTTP_204_NO_CONTENT
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from msgspec import Meta, Struct
from sqlalchemy import Delete, Update
from sqlalchemy import delete as deletion
from sqlalchemy import update as change_of

from r2_renewal.reference_shop.bodies import StrictBody
from r2_renewal.reference_shop.lost_replies import lose_reply
from r2_renewal.reference_shop.shop import Shop
from r2_renewal.reference_shop.tables import PriceItem, QuoteRow, SessionRow

PATH = "/fault-hooks"


class FaultKind(StrEnum):
    """What happens to a call."""

    DROP = "drop"
    RESET = "reset"
    STATUS = "status"
    DELAY = "delay"
    HOLD = "hold"


class Fault(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A fault waiting for its calls.

    Attributes:
        kind: ``drop`` and ``reset`` do the work and lose the reply, by an end of the connection or by RST; ``status`` answers
            without doing the work; ``delay`` waits before the work, ``hold`` after it.
        method: of the calls it hits; empty for any.
        path: what their address begins with; empty for any.
        times: how many calls it hits.
        seconds: how long ``delay`` and ``hold`` wait.
        status: what ``status`` answers, with ``headers``.
    """

    kind: FaultKind
    method: str = ""
    path: str = ""
    times: Annotated[int, Meta(ge=1, le=1_000_000)] = 1
    seconds: Annotated[float, Meta(ge=0, le=600)] = 0.0
    status: Annotated[int, Meta(ge=200, le=599)] = 500
    headers: dict[str, str] = {}


class ChangeKind(StrEnum):
    """What changes behind the customers' backs."""

    PRICE = "price"
    WITHDRAW = "withdraw"
    EXPIRE_QUOTES = "expire_quotes"
    END_SESSIONS = "end_sessions"


class Change(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A change of the shop's data. Attributes: item: line of the price list, where the change is of one; net: its new price."""

    kind: ChangeKind
    item: str = ""
    net: Annotated[str, Meta(pattern=r"^[0-9]{1,9}\.[0-9]{2}$")] = "0.00"


class Faults:
    """The faults that wait for their calls."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[list[Any]] = []

    def add(self, fault: Fault) -> None:
        """Let a fault wait for its calls."""
        with self._lock:
            self._waiting.append([fault, fault.times])

    def clear(self) -> None:
        """Forget every fault."""
        with self._lock:
            self._waiting.clear()

    def left(self) -> int:
        """Return how many calls are still to be hit."""
        with self._lock:
            return sum(times for _, times in self._waiting)

    def take(self, method: str, path: str) -> Fault | None:
        """Return the fault that hits a call, and count it."""
        with self._lock:
            for waiting in self._waiting:
                fault: Fault = waiting[0]
                if fault.method in ("", method) and path.startswith(fault.path):
                    waiting[1] -= 1
                    self._waiting = [entry for entry in self._waiting if entry[1]]
                    return fault
        return None


class FaultInjector:
    """Stands before the application and spoils the calls that a fault waits for."""

    def __init__(self, application: ASGIApp, faults: Faults) -> None:
        self._application = application
        self._faults = faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, well or badly."""
        fault = None
        if scope["type"] == ScopeType.HTTP and not scope["path"].startswith(PATH):
            fault = self._faults.take(scope["method"], scope["path"])
        if fault is None:
            await self._application(scope, receive, send)
        else:
            await self._spoil(fault, scope, receive, send)

    async def _spoil(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        match fault.kind:
            case FaultKind.DROP | FaultKind.RESET:
                await self._application(scope, receive, _unsent)
                await lose_reply(receive, reset=fault.kind is FaultKind.RESET)
            case FaultKind.STATUS:
                await _answer(fault, receive, send)
            case FaultKind.DELAY:
                await asyncio.sleep(fault.seconds)
                await self._application(scope, receive, send)
            case FaultKind.HOLD:
                await self._application(scope, receive, _held(send, fault.seconds))


async def _unsent(_message: Message) -> None:
    return


def _held(send: Send, seconds: float) -> Send:
    async def later(message: Message) -> None:
        if message["type"] == "http.response.start":
            await asyncio.sleep(seconds)
        await send(message)

    return later


async def _answer(fault: Fault, receive: Receive, send: Send) -> None:
    while cast("dict[str, Any]", await receive()).get("more_body", False):
        pass
    headers = [(name.lower().encode(), value.encode()) for name, value in fault.headers.items()]
    await send(cast("Message", {"type": "http.response.start", "status": fault.status, "headers": headers}))
    await send(cast("Message", {"type": "http.response.body", "body": b"", "more_body": False}))


def _change(change: Change, shop: Shop) -> Update | Delete:
    item = PriceItem.id == change.item
    match change.kind:
        case ChangeKind.PRICE:
            return change_of(PriceItem).where(item).values(net=Decimal(change.net))
        case ChangeKind.WITHDRAW:
            return deletion(PriceItem).where(item)
        case ChangeKind.EXPIRE_QUOTES:
            return change_of(QuoteRow).values(expires_at=shop.settings.now())
        case ChangeKind.END_SESSIONS:
            return deletion(SessionRow)


@post(PATH, dto=StrictBody, sync_to_thread=False, status_code=HTTP_204_NO_CONTENT)
def add_fault(data: JSONBody[Fault], faults: NamedDependency[Faults]) -> None:
    """Let a fault wait for its calls."""
    faults.add(data)


@get(PATH, sync_to_thread=False)
def count_faults(faults: NamedDependency[Faults]) -> dict[str, int]:
    """Return how many calls are still to be hit."""
    return {"left": faults.left()}


@delete(PATH, sync_to_thread=False, status_code=HTTP_204_NO_CONTENT)
def clear_faults(faults: NamedDependency[Faults]) -> None:
    """Forget every fault."""
    faults.clear()


@post(f"{PATH}/changes", dto=StrictBody, sync_to_thread=True, status_code=HTTP_204_NO_CONTENT)
def change_data(data: JSONBody[Change], shop: NamedDependency[Shop]) -> None:
    """Change the shop's data."""
    with shop.database.writing() as session:
        session.execute(_change(data, shop))


def router(faults: Faults) -> Router:
    """Return the hooks' calls."""
    return Router(
        "/",
        route_handlers=[add_fault, count_faults, clear_faults, change_data],
        dependencies={"faults": Provide(lambda: faults, sync_to_thread=False)},
        include_in_schema=False,
    )
