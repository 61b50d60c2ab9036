"""Orders as the customer sees them, and the states they pass through.

Rules: ``placed → accepted → invoiced → paid → fulfilled``; a licence has at most one order that is neither fulfilled nor
ended otherwise; an order is looked up with its customer, another customer's is not found.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from r2_renewal.contract.problems import ProblemCode
from r2_renewal.contract.structs import OrderBody, TransferBody
from r2_renewal.domain.order import OrderState
from r2_renewal.reference_shop import transfer_qr
from r2_renewal.reference_shop.problems import Refusal
from r2_renewal.reference_shop.programs import amount, price_body
from r2_renewal.reference_shop.quotes import line_body, price_of, vat_bodies
from r2_renewal.reference_shop.recipients import recipient_body
from r2_renewal.reference_shop.seller import seller
from r2_renewal.reference_shop.tables import OrderLineRow, OrderRow, QuoteRow

WAY = (OrderState.PLACED, OrderState.ACCEPTED, OrderState.INVOICED, OrderState.PAID, OrderState.FULFILLED)
OPEN_STATES = tuple(state.value for state in WAY if not state.is_final)
UNPAID = (OrderState.PLACED, OrderState.ACCEPTED, OrderState.INVOICED)
LATEST = 10
# The channel of the orders that the shop makes itself.
AUTOMATIC = "renewal"


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
    """Return the customer's latest orders, newest first, at most ``LATEST``."""
    query = select(OrderRow).where(OrderRow.customer_id == customer_id).order_by(OrderRow.pk.desc()).limit(LATEST)
    return list(session.scalars(query))


def open_orders_of(session: Session, licence_ids: Collection[str]) -> list[OrderRow]:
    """Return the orders on their way for some licences, newest first."""
    ordered = select(OrderLineRow.order_pk).where(OrderLineRow.licence_id.in_(licence_ids), OrderLineRow.is_open)
    return list(session.scalars(select(OrderRow).where(OrderRow.pk.in_(ordered)).order_by(OrderRow.pk.desc())))


def has_open_order(session: Session, licence_ids: Collection[str]) -> bool:
    """Whether an order for any of the licences is on its way."""
    query = select(OrderLineRow.order_pk).where(OrderLineRow.licence_id.in_(licence_ids), OrderLineRow.is_open)
    return session.scalar(query.limit(1)) is not None


def order_lines(quote: QuoteRow, enrolled: Collection[str]) -> list[OrderLineRow]:
    """Return the lines of a new order of a quote, those of some licences enrolled in automatic renewal."""
    return [
        OrderLineRow(
            position=line.position,
            licence_id=line.licence_id,
            sold=line,
            enrolled=line.licence_id in enrolled,
            is_open=True,
        )
        for line in quote.lines
    ]


def order_body(row: OrderRow, licence_ids: Collection[str] | None = None) -> OrderBody:
    """Return an order as it goes over the wire; with its lines of some licences only, where these are given."""
    lines = (line for line in row.lines if licence_ids is None or line.licence_id in licence_ids)
    return OrderBody(
        order_id=row.id,
        number=row.number,
        state=row.state,
        placed_at=row.placed_at,
        lines=tuple(line_body(line.sold, enrolled=line.enrolled) for line in lines),
        vat=vat_bodies(row.quote),
        price=price_body(price_of(row.quote)),
        email=row.email,
        transfer=_transfer(row) if OrderState(row.state) in UNPAID else None,
        recipient=recipient_body(row.recipient) if row.recipient is not None else None,
    )


def _transfer(row: OrderRow) -> TransferBody:
    payee, gross = seller(), price_of(row.quote).gross
    return TransferBody(
        recipient=payee.transfer_name,
        account=payee.account,
        title=row.number,
        amount=amount(gross),
        qr=transfer_qr.payload(payee.company.nip, payee.account, gross, payee.transfer_name, row.number),
    )
