"""What host and agent say of orders already placed and of automatic renewals; part of ``agent/protocol.py``."""

from __future__ import annotations

from r2_renewal.agent.messages import Message
from r2_renewal.domain.order import Order
from r2_renewal.domain.order_list import WithdrawalReceipt


class OrdersParams(Message, frozen=True):
    """A page of the orders. Attributes: cursor: the ``next`` before; account: in the account's session, not the licence's."""

    cursor: str = ""
    account: bool = False


class OrdersResult(Message, frozen=True):
    """Orders, newest first. Attributes: orders: with all their lines; next: cursor of the next page; empty on the last one."""

    orders: tuple[Order, ...]
    next: str = ""


class OrderCancelParams(Message, frozen=True):
    """An order to cancel. Attributes: order_id: the shop's identifier; account: as in ``OrdersParams``."""

    order_id: str
    account: bool = False


class OrderCancelResult(Message, frozen=True):
    """Attributes: order: as the shop has it now."""

    order: Order


class WithdrawParams(Message, frozen=True):
    """A withdrawal from the contract of an order.

    Attributes:
        order_id: the shop's identifier.
        number: number for people.
        name: who declares it.
        email: where the receipt goes.
        account: as in ``OrdersParams``.
    """

    order_id: str
    number: str
    name: str
    email: str
    account: bool = False


class WithdrawResult(Message, frozen=True):
    """Attributes: receipt: the shop's."""

    receipt: WithdrawalReceipt


class ResignParams(Message, frozen=True):
    """Attributes: licence_ids: licences, at most 100, whose automatic renewal is to end."""

    licence_ids: tuple[str, ...]
