"""„Zamówienia": what was ordered and how far it is, cancellation, and „Odstąp od umowy tutaj".

Rule: a withdrawal is declared on a page of its own, by name, order and e-mail, and the same page then shows its receipt.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy import select
from sqlalchemy.orm import Session

from r2_renewal.contract.accounts import CancellationRequest, InvoiceBody, WithdrawalBody, WithdrawalRequest
from r2_renewal.contract.problems import ProblemCode
from r2_renewal.contract.structs import OrderBody
from r2_renewal.reference_shop import invoices, records, withdrawals
from r2_renewal.reference_shop.bodies import struct_of
from r2_renewal.reference_shop.orders import order_body, order_of
from r2_renewal.reference_shop.pages import Wanted
from r2_renewal.reference_shop.panel import addresses
from r2_renewal.reference_shop.panel.data_pages import CHANNEL
from r2_renewal.reference_shop.panel.forms import Form, errors_of
from r2_renewal.reference_shop.panel.kept import Kept
from r2_renewal.reference_shop.panel.lists import Cursor
from r2_renewal.reference_shop.panel.page import Page, go, show
from r2_renewal.reference_shop.panel.visit import Notice, Visit
from r2_renewal.reference_shop.problems import STATUS, Refusal
from r2_renewal.reference_shop.shop import Shop
from r2_renewal.reference_shop.tables import OrderEvent

_CLOSED = {ProblemCode.ORDER_CLOSED: "order.closed", ProblemCode.WITHDRAWAL_TOO_LATE: "order.too_late"}


@dataclass(frozen=True, slots=True)
class _Order:
    """An order as its page shows it.

    Attributes:
        body: the order.
        way: the states that it has reached, with their times.
        invoice: its invoice; None while there is none.
        receipt: of a withdrawal from its contract; None where none was declared.
        can_cancel: whether it can be cancelled.
        can_withdraw: whether a withdrawal can be declared.
        withdraw_until: the last day for that.
    """

    body: OrderBody
    way: tuple[tuple[str, datetime], ...]
    invoice: InvoiceBody | None
    receipt: WithdrawalBody | None
    can_cancel: bool
    can_withdraw: bool
    withdraw_until: date


@get(addresses.ORDERS, sync_to_thread=True)
def show_orders(shop: NamedDependency[Shop], visit: NamedDependency[Visit], cursor: Cursor = "") -> Page:
    """Return a page of the orders, newest first."""
    with shop.database.reading() as session:
        listed = records.order_list(session, visit.who.customer_id, Wanted(cursor))
    return show(visit, "orders.html", seller=shop.settings.vendor, listed=listed, cursor=cursor)


@get(f"{addresses.ORDERS}/{{order_id:str}}", sync_to_thread=True)
def show_order(order_id: FromPath[str], shop: NamedDependency[Shop], visit: NamedDependency[Visit]) -> Page:
    """Return one order."""
    return show(visit, "order.html", seller=shop.settings.vendor, order=_read(shop, visit, order_id))


def _read(shop: Shop, visit: Visit, order_id: str) -> _Order:
    with shop.database.reading() as session:
        row = order_of(session, visit.who.customer_id, order_id)
        issued = invoices.of_order(session, row.id)
        return _Order(
            body=order_body(row),
            way=_way(session, row.pk),
            invoice=records.invoice_body(issued) if issued is not None else None,
            receipt=withdrawals.receipt_of(session, row),
            can_cancel=withdrawals.can_cancel(row),
            can_withdraw=withdrawals.can_withdraw(shop.settings, row),
            withdraw_until=withdrawals.last_day_of(row),
        )


def _way(session: Session, order_pk: int) -> tuple[tuple[str, datetime], ...]:
    events = session.scalars(select(OrderEvent).where(OrderEvent.order_pk == order_pk).order_by(OrderEvent.pk))
    return tuple((event.state, event.at) for event in events)


@post(f"{addresses.ORDERS}/{{order_id:str}}/anulowanie", sync_to_thread=True)
def cancel_order(
    order_id: FromPath[str],
    shop: NamedDependency[Shop],
    visit: NamedDependency[Visit],
    form: NamedDependency[Form],  # noqa: ARG001 - its token is what counts
) -> Page:
    """Cancel an order that is not yet accepted."""
    try:
        withdrawals.cancel(shop, visit.who.customer_id, order_id, CancellationRequest(channel=CHANNEL))
    except Refusal as refusal:
        return _closed(visit, order_id, refusal)
    return go(visit, addresses.order(order_id), Notice("order.cancelled"))


def _closed(visit: Visit, order_id: str, refusal: Refusal) -> Page:
    if refusal.code not in _CLOSED:
        raise refusal
    return go(visit, addresses.order(order_id), Notice(_CLOSED[refusal.code]))


@get(f"{addresses.ORDERS}/{{order_id:str}}/odstapienie", sync_to_thread=True)
def show_withdrawal(order_id: FromPath[str], shop: NamedDependency[Shop], visit: NamedDependency[Visit]) -> Page:
    """Return the form of a withdrawal, or the receipt of the one that was declared."""
    return _withdrawal(shop, visit, order_id, {})


def _withdrawal(shop: Shop, visit: Visit, order_id: str, typed: dict[str, str]) -> Page:
    order = _read(shop, visit, order_id)
    if order.receipt is not None:
        return show(visit, "withdrawn.html", seller=shop.settings.vendor, order=order, receipt=order.receipt)
    if not order.can_withdraw:
        return go(visit, addresses.order(order_id), Notice("order.too_late"))
    filled = {"name": "", "order_number": order.body.number, "email": visit.who.login, **typed}
    return show(visit, "withdrawal.html", seller=shop.settings.vendor, order=order, typed=filled)


def resume_withdrawal(shop: Shop, visit: Visit, order_id: str, kept: Kept) -> Page:
    """Return the form of a withdrawal with what was typed, as far as one can still be declared."""
    return _withdrawal(shop, visit, order_id, kept.typed)


@post(f"{addresses.ORDERS}/{{order_id:str}}/odstapienie", sync_to_thread=True)
def withdraw(
    order_id: FromPath[str],
    shop: NamedDependency[Shop],
    visit: NamedDependency[Visit],
    form: NamedDependency[Form],
) -> Page:
    """Take the declaration and lead to its receipt."""
    order = _read(shop, visit, order_id)
    typed = {name: form.text(name) for name in ("name", "order_number", "email")}
    try:
        wanted = struct_of({**typed, "channel": CHANNEL}, WithdrawalRequest)
        withdrawals.withdraw(shop, visit.who.customer_id, order_id, wanted)
    except Refusal as refusal:
        if refusal.code is not ProblemCode.VALIDATION:
            return _closed(visit, order_id, refusal)
        errors, status = errors_of(visit.language, refusal), STATUS[refusal.code].value
        vendor = shop.settings.vendor
        return show(visit, "withdrawal.html", status=status, seller=vendor, order=order, typed=typed, errors=errors)
    return go(visit, addresses.withdrawal(order_id))


ACCOUNT = (show_orders, show_order, cancel_order, show_withdrawal, withdraw)
