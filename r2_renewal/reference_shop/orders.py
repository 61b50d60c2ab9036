"""Orders as the customer sees them, and the states they pass through.

Rules: ``placed → accepted → invoiced → paid → fulfilled``; a licence has at most one order that is neither fulfilled nor
ended otherwise; an order is looked up with its customer, another customer's is not found.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from r2_renewal.contract.problems import ProblemCode
from r2_renewal.contract.structs import OrderBody
from r2_renewal.domain.order import OrderState
from r2_renewal.reference_shop.problems import Refusal
from r2_renewal.reference_shop.programs import price_body
from r2_renewal.reference_shop.quotes import domain_quote, period_body, renewal_body
from r2_renewal.reference_shop.tables import OrderRow

WAY = (OrderState.PLACED, OrderState.ACCEPTED, OrderState.INVOICED, OrderState.PAID, OrderState.FULFILLED)
OPEN_STATES = tuple(state.value for state in WAY if not state.is_final)
LISTED = 100


def order_of(session: Session, customer_id: str, order_id: str) -> OrderRow:
    """Return an order of the customer.

    Raises:
        Refusal: NOT_FOUND, where the customer has none of that identifier.
    """
    query = select(OrderRow).where(OrderRow.id == order_id, OrderRow.customer_id == customer_id)
    row = session.scalar(query)
    if row is None:
        raise Refusal(ProblemCode.NOT_FOUND, "no such order")
    return row


def orders_of(session: Session, customer_id: str) -> list[OrderRow]:
    """Return the customer's latest orders, newest first, at most ``LISTED``."""
    query = select(OrderRow).where(OrderRow.customer_id == customer_id).order_by(OrderRow.pk.desc()).limit(LISTED)
    return list(session.scalars(query))


def has_open_order(session: Session, licence_id: str) -> bool:
    """Whether an order for the licence is on its way."""
    query = select(OrderRow.pk).where(OrderRow.licence_id == licence_id, OrderRow.state.in_(OPEN_STATES))
    return session.scalar(query.limit(1)) is not None


def order_body(row: OrderRow) -> OrderBody:
    """Return an order as it goes over the wire."""
    quote = domain_quote(row.quote)
    return OrderBody(
        order_id=row.id,
        number=row.number,
        licence_id=row.licence_id,
        program=row.licence.name,
        kind=quote.kind.value,
        state=row.state,
        placed_at=row.placed_at,
        description=quote.description,
        period=period_body(quote),
        price=price_body(quote.price),
        email=row.email,
        renewal=renewal_body(quote) if row.enrolled else None,
    )
