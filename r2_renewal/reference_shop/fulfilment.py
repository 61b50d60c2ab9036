"""Fulfilment: an order is invoiced, paid, and becomes a longer or larger licence, signed anew; each step exactly once.

Rules: the writer's lock is taken before the order is read, so two processes at once do it once; a subscription is counted
from the licence's end at that moment, so no day is lost; ``seq`` rises by one; the licence is enrolled in automatic renewal
where the order carried the consent. What an order gives stands in the licence's ledger, once: an automatic renewal's order has
renewed its licence on the day it was made, and its payment changes the order alone.
"""

from __future__ import annotations

from sqlalchemy import false, or_, select
from sqlalchemy.orm import Session

from r2_renewal.domain.errors import ErrorCode, RenewalError
from r2_renewal.domain.order import OrderState
from r2_renewal.reference_shop import invoice_email, invoices, ledger
from r2_renewal.reference_shop.billing import fa3
from r2_renewal.reference_shop.mail.letters import tell_of_invoice
from r2_renewal.reference_shop.orders import OPEN_STATES, WAY
from r2_renewal.reference_shop.settings import ShopSettings
from r2_renewal.reference_shop.shop import Shop
from r2_renewal.reference_shop.tables import OrderEvent, OrderRow

_LONGEST_NUMBER = 12


def open_orders(shop: Shop, *states: OrderState) -> list[str]:
    """Return the identifiers of every order on its way, oldest first; of those in some states alone, where any is named."""
    wanted = [state.value for state in states] or OPEN_STATES
    with shop.database.reading() as session:
        query = select(OrderRow.id).where(OrderRow.state.in_(wanted)).order_by(OrderRow.pk)
        return list(session.scalars(query))


def invoice(shop: Shop, order_id: str) -> bool:
    """Accept a placed order and issue its invoice; return whether anything was done.

    Raises:
        RenewalError: NO_SUCH_ORDER, where there is no such order; INVOICE_DOCUMENT, where its data make no invoice.
    """
    fa3.make_ready()
    with shop.database.writing() as session:
        order = _found(session, order_id)
        if order.state not in (OrderState.PLACED.value, OrderState.ACCEPTED.value):
            return False
        pass_to(session, shop.settings, order, OrderState.INVOICED)
        return True


def fulfil(shop: Shop, order_id: str) -> bool:
    """Take an order from where it stands to fulfilled; return whether anything was done.

    An order that is fulfilled, cancelled or withdrawn stays as it is.

    Raises:
        RenewalError: NO_SUCH_ORDER, where there is no such order; INVOICE_DOCUMENT, where its data make no invoice.
    """
    fa3.make_ready()
    with shop.database.writing() as session:
        order = _found(session, order_id)
        if order.state not in OPEN_STATES:
            return False
        pass_to(session, shop.settings, order, OrderState.FULFILLED)
        for line in order.lines:
            ledger.grant(session, shop.settings, order, line)
        return True


def mark_paid(shop: Shop, order: str) -> bool:
    """Fulfil one order by hand; return whether anything was done.

    Args:
        shop: the shop.
        order: identifier or number for people, e.g. ``ZAM/2026/000001``.

    Raises:
        RenewalError: NO_SUCH_ORDER, where there is no such order.
    """
    running = order.rpartition("/")[2]
    # No shop has numbered a million million orders, and no database's integer holds any number of digits.
    is_number = running.isascii() and running.isdigit() and len(running) <= _LONGEST_NUMBER
    by_number = OrderRow.pk == int(running) if is_number else false()
    with shop.database.reading() as session:
        found = session.scalar(select(OrderRow).where(or_(OrderRow.id == order, by_number)))
    if found is None or order not in (found.id, found.number):
        raise RenewalError(ErrorCode.NO_SUCH_ORDER, "no such order")
    return fulfil(shop, found.id)


def _found(session: Session, order_id: str) -> OrderRow:
    order = session.scalar(select(OrderRow).where(OrderRow.id == order_id))
    if order is None:
        raise RenewalError(ErrorCode.NO_SUCH_ORDER, "no such order")
    return order


def pass_to(session: Session, settings: ShopSettings, order: OrderRow, state: OrderState) -> None:
    """Take an order through every state up to one, with what each brings: its invoice, and the invoice's payment."""
    now = settings.now()
    ahead = WAY[WAY.index(OrderState(order.state)) + 1 : WAY.index(state) + 1]
    session.add_all(OrderEvent(order_pk=order.pk, state=passed.value, at=now) for passed in ahead)
    order.state = state.value
    if OrderState.ACCEPTED in ahead:
        invoice_email.accept(session, settings, order)
    issued = invoices.issue(session, settings, order) if OrderState.INVOICED in ahead else None
    if OrderState.PAID in ahead:
        invoices.pay(session, order, now)
    if issued is not None:
        tell_of_invoice(session, settings, issued, order.invoice_email)
