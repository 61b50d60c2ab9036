"""Fulfilment: a paid order becomes a longer or larger licence, signed anew; exactly once.

Rules: the writer's lock is taken before the order is read, so two processes at once do it once; a subscription is counted
from the licence's end at that moment, so no day is lost; ``seq`` rises by one; the licence is enrolled in automatic renewal
where the order carried the consent.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import false, or_, select
from sqlalchemy.orm import Session

from r2_renewal.domain.errors import ErrorCode, RenewalError
from r2_renewal.domain.offer import ServiceKind
from r2_renewal.domain.order import OrderState
from r2_renewal.reference_shop.licence_files import sign
from r2_renewal.reference_shop.orders import OPEN_STATES, WAY
from r2_renewal.reference_shop.pricing import ONE_DAY, period_of
from r2_renewal.reference_shop.shop import Shop
from r2_renewal.reference_shop.tables import LicenceRow, OrderEvent, OrderRow


def open_orders(shop: Shop) -> list[str]:
    """Return the identifiers of every order on its way, oldest first."""
    with shop.database.reading() as session:
        query = select(OrderRow.id).where(OrderRow.state.in_(OPEN_STATES)).order_by(OrderRow.pk)
        return list(session.scalars(query))


def fulfil(shop: Shop, order_id: str) -> bool:
    """Take an order from where it stands to fulfilled; return whether anything was done.

    An order that is fulfilled, cancelled or withdrawn stays as it is.

    Raises:
        RenewalError: NO_SUCH_ORDER, where there is no such order.
    """
    with shop.database.writing() as session:
        order = session.scalar(select(OrderRow).where(OrderRow.id == order_id))
        if order is None:
            raise RenewalError(ErrorCode.NO_SUCH_ORDER, "no such order")
        if order.state not in OPEN_STATES:
            return False
        _pass_states(shop, session, order)
        _renew(shop, order, order.licence)
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
    by_number = OrderRow.pk == int(running) if running.isascii() and running.isdigit() else false()
    with shop.database.reading() as session:
        found = session.scalar(select(OrderRow).where(or_(OrderRow.id == order, by_number)))
    if found is None or order not in (found.id, found.number):
        raise RenewalError(ErrorCode.NO_SUCH_ORDER, "no such order")
    return fulfil(shop, found.id)


def _pass_states(shop: Shop, session: Session, order: OrderRow) -> None:
    reached = WAY.index(OrderState(order.state))
    now = shop.settings.now()
    session.add_all(OrderEvent(order_pk=order.pk, state=state.value, at=now) for state in WAY[reached + 1 :])
    order.state = OrderState.FULFILLED.value


def _renew(shop: Shop, order: OrderRow, licence: LicenceRow) -> None:
    licence.valid_until = _new_end(order, licence)
    if order.quote.kind == ServiceKind.EXTENSION.value:
        licence.limits = {**licence.limits, **order.quote.limits}
    licence.seq += 1
    if order.enrolled:
        licence.auto_renewal = True
    if licence.auto_renewal:
        licence.renewal_date = licence.valid_until + ONE_DAY
    sign(shop.settings, licence)


def _new_end(order: OrderRow, licence: LicenceRow) -> date:
    if order.quote.kind == ServiceKind.EXTENSION.value:
        return licence.valid_until
    if licence.valid_until < order.quote.period_from:
        return order.quote.period_to
    return period_of(ServiceKind.SUBSCRIPTION, licence.valid_until, order.quote.period_from)[1]
