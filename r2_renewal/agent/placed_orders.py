"""Orders already placed, and automatic renewals, as calls: listed, cancelled, withdrawn from, resigned from.

Rules: the same calls in the licence's session and in the account's; each is repeated without harm, since the shop does each once;
a consent is withdrawn whatever else of the customer's data has changed meanwhile, for that is as easy as giving it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import quote

import msgspec

from r2_renewal.agent import translate
from r2_renewal.agent.calls import post, retried, typed
from r2_renewal.agent.deadline import Deadline
from r2_renewal.agent.transport import Answer, Message
from r2_renewal.contract import accounts, paths, structs
from r2_renewal.domain.order import Order
from r2_renewal.domain.order_list import WithdrawalReceipt
from r2_renewal.version import VERSION

# An order of fifty programs has 35 kB; an answer may have a megabyte.
ORDERS_A_PAGE = 20

T = TypeVar("T")


@dataclass(frozen=True)
class PlacedOrders:
    """The orders of one session. Every method raises RenewalError, as whatever sends does.

    Attributes:
        send: sends a request in that session.
    """

    send: Callable[[Message, Deadline], Answer]

    def page(self, cursor: str, deadline: Deadline) -> tuple[tuple[Order, ...], str]:
        """Return a page of orders, newest first, and the cursor of the next one."""
        path = f"{paths.ORDERS}?limit={ORDERS_A_PAGE}&cursor={quote(cursor, safe='')}"
        body = self._typed(Message("GET", path, {"Accept": paths.JSON_TYPE}), structs.OrderList, deadline)
        return translate.listed_orders(body.orders), body.next or ""

    def cancel(self, order_id: str, deadline: Deadline) -> Order:
        """Cancel an order that the shop has not accepted yet."""
        body = msgspec.json.encode(accounts.CancellationRequest(channel=translate.CHANNEL))
        message = post(paths.cancellations(order_id), body)
        return translate.order(self._typed(message, structs.OrderBody, deadline))

    def withdraw(self, order_id: str, number: str, name: str, email: str, deadline: Deadline) -> WithdrawalReceipt:
        """Declare a withdrawal from an order's contract."""
        declared = accounts.WithdrawalRequest(name=name, order_number=number, email=email, channel=translate.CHANNEL)
        message = post(paths.withdrawals(order_id), msgspec.json.encode(declared))
        return translate.receipt(self._typed(message, accounts.WithdrawalBody, deadline))

    def resign(self, licence_ids: tuple[str, ...], deadline: Deadline) -> None:
        """Withdraw the consents to some licences' automatic renewal."""
        change = accounts.CustomerChange(channel=translate.CHANNEL, revocations=licence_ids, app_version=VERSION)
        headers = {
            "Accept": paths.JSON_TYPE,
            "Content-Type": paths.JSON_TYPE,
            paths.IF_MATCH: "*",
            paths.PREFER: paths.MINIMAL,
        }
        message = Message("PATCH", paths.CUSTOMER, headers, msgspec.json.encode(change))
        retried(lambda: self.send(message, deadline), deadline)

    def _typed(self, message: Message, kind: type[T], deadline: Deadline) -> T:
        return typed(retried(lambda: self.send(message, deadline), deadline), kind)
