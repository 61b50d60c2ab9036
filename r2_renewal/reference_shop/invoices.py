"""Invoices: issued once for an order, numbered without gaps, looked up with their customer.

Rules: an invoice keeps the seller, the buyer and the amounts as they stood when it was issued; its number is taken in its own
transaction, so that one that fails leaves no gap (VAT act 106e(1)(2)); VAT is counted on the net total of a rate.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from r2_renewal.contract.problems import ProblemCode
from r2_renewal.domain.company import Company, normalize_nip
from r2_renewal.domain.dates import warsaw_date
from r2_renewal.domain.money import Money
from r2_renewal.reference_shop.ksef import made_up_number
from r2_renewal.reference_shop.pricing import VatTotal, vat_totals
from r2_renewal.reference_shop.problems import Refusal
from r2_renewal.reference_shop.settings import ShopSettings
from r2_renewal.reference_shop.tables import InvoiceLineRow, InvoiceRow, InvoiceSeries, OrderRow


def issue(session: Session, settings: ShopSettings, order: OrderRow) -> InvoiceRow:
    """Issue the invoice of an order that has none."""
    now = settings.now()
    day = warsaw_date(now)
    identifier = f"inv_{secrets.token_urlsafe(12)}"
    row = InvoiceRow(
        id=identifier,
        customer_id=order.customer_id,
        order_id=order.id,
        year=day.year,
        running=_next_number(session, day.year),
        ksef_number=made_up_number(settings.seller.company.nip, day, identifier),
        issued_at=now,
        due_on=day + timedelta(days=settings.seller.payment_days),
        order_number=order.number,
        sold_from=min(line.period_from for line in order.quote.lines),
        sold_to=max(line.period_to for line in order.quote.lines),
        **_parties(settings, order),
        **_amounts(order),
    )
    session.add(row)
    session.flush()
    return row


def _next_number(session: Session, year: int) -> int:
    # One statement, so that two invoices at once wait for each other here and nowhere else.
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    first = insert(InvoiceSeries).values(year=year, last=1)
    taken = first.on_conflict_do_update(index_elements=["year"], set_={"last": InvoiceSeries.last + 1})
    return int(session.execute(taken.returning(InvoiceSeries.last)).scalar_one())


def _parties(settings: ShopSettings, order: OrderRow) -> dict[str, str]:
    customer = order.customer
    buyer = Company(customer.name, order.nip, customer.street, customer.postcode, customer.city)
    return {
        **_named("seller", settings.seller.company),
        **_named("buyer", buyer),
        "account": settings.seller.account,
        "transfer_name": settings.seller.transfer_name,
    }


def _named(side: str, company: Company) -> dict[str, str]:
    return {
        f"{side}_name": company.name,
        f"{side}_nip": normalize_nip(company.nip),
        f"{side}_street": company.street,
        f"{side}_postcode": company.postcode,
        f"{side}_city": company.city,
    }


def _amounts(order: OrderRow) -> dict[str, Any]:
    quote = order.quote
    lines = [
        InvoiceLineRow(position=line.position, description=line.description, net=line.net, vat_rate=line.vat_rate)
        for line in quote.lines
    ]
    return {"lines": lines, "net": quote.net, "vat": quote.vat, "gross": quote.gross}


def pay(session: Session, order: OrderRow, now: datetime) -> None:
    """Note that an order's invoice is paid."""
    invoice = of_order(session, order.id)
    if invoice is not None and invoice.paid_at is None:
        invoice.paid_at = now


def of_order(session: Session, order_id: str) -> InvoiceRow | None:
    """Return the invoice of an order, or None where there is none yet."""
    return session.scalar(select(InvoiceRow).where(InvoiceRow.order_id == order_id))


def invoice_of(session: Session, customer_id: str, invoice_id: str) -> InvoiceRow:
    """Return an invoice of the customer.

    Raises:
        Refusal: NOT_FOUND, where the customer has none of that identifier.
    """
    row = session.get(InvoiceRow, invoice_id)
    if row is None or row.customer_id != customer_id:
        raise Refusal(ProblemCode.NOT_FOUND, "no such invoice")
    return row


def totals(lines: Sequence[InvoiceLineRow]) -> tuple[VatTotal, ...]:
    """Return what the lines come to, rate by rate, the highest first."""
    return vat_totals((line.vat_rate, Money(line.net)) for line in lines)
