"""Invoices: issued once for an order, corrected once, numbered without gaps, looked up with their customer.

Rules: an invoice keeps the seller, the buyer and the amounts as they stood when it was issued, and the FA(3) document that it
is, byte for byte; its number is taken in its own transaction, so that one that fails leaves no gap (VAT act 106e(1)(2)), and
is unique a kind; VAT is counted on the net total of a rate; what is taken back is corrected to nothing (VAT act 106j).
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
from r2_renewal.reference_shop.billing import fa3
from r2_renewal.reference_shop.billing.verification import VerificationCode, code_of, digest_of
from r2_renewal.reference_shop.ksef import made_up_number
from r2_renewal.reference_shop.pricing import VatTotal, vat_totals
from r2_renewal.reference_shop.problems import Refusal
from r2_renewal.reference_shop.settings import ShopSettings
from r2_renewal.reference_shop.tables import (
    RECIPIENT_FIELDS,
    InvoiceDocument,
    InvoiceKind,
    InvoiceLineRow,
    InvoiceRow,
    InvoiceSeries,
    KsefSubmission,
    OrderRow,
)

# What a correction takes over from the invoice that it corrects.
_TAKEN_OVER = (
    *("customer_id", "order_id", "order_number", "sold_from", "sold_to", "account", "transfer_name"),
    *(f"recipient_{name}" for name in RECIPIENT_FIELDS),
    *(f"{side}_{name}" for side in ("seller", "buyer") for name in ("name", "nip", "street", "postcode", "city")),
)


def issue(session: Session, settings: ShopSettings, order: OrderRow) -> InvoiceRow:
    """Issue the invoice of an order that has none.

    Raises:
        RenewalError: INVOICE_DOCUMENT, where its data make no document that KSeF takes.
    """
    return _issued(
        session,
        settings,
        InvoiceKind.INVOICE,
        customer_id=order.customer_id,
        order_id=order.id,
        order_number=order.number,
        sold_from=min(line.period_from for line in order.quote.lines),
        sold_to=max(line.period_to for line in order.quote.lines),
        **_parties(settings, order),
        **_recipient(order),
        **_amounts(order),
    )


def correct(session: Session, settings: ShopSettings, order: OrderRow) -> InvoiceRow | None:
    """Correct the invoice of an order that is taken back to nothing.

    Return None where there is none, it is corrected already, or KSeF has not numbered it yet: a correction names that number, and
    is made once it is there.

    Args:
        session: the caller's writing session.
        settings: the shop's.
        order: the order that is taken back.

    Raises:
        RenewalError: INVOICE_DOCUMENT, as ``issue``.
    """
    corrected = of_order(session, order.id)
    if corrected is None or corrected.corrected_by is not None:
        return None
    if settings.ksef is not None and corrected.ksef_number is None:
        return None
    return _issued(
        session,
        settings,
        InvoiceKind.CORRECTION,
        corrects=corrected,
        reason=f"Odstąpienie od umowy, zamówienie nr {order.number}",
        lines=[_copy(line) for line in corrected.lines],
        **{name: getattr(corrected, name) for name in _TAKEN_OVER},
        **{name: -getattr(corrected, name) for name in ("net", "vat", "gross")},
    )


def _copy(line: InvoiceLineRow) -> InvoiceLineRow:
    return InvoiceLineRow(position=line.position, description=line.description, net=line.net, vat_rate=line.vat_rate)


def _issued(session: Session, settings: ShopSettings, kind: InvoiceKind, **values: Any) -> InvoiceRow:
    """Number, document and keep an invoice."""
    now = settings.now()
    day, identifier = warsaw_date(now), f"inv_{secrets.token_urlsafe(12)}"
    running = _next_number(session, kind, day.year)
    row = InvoiceRow(
        id=identifier,
        kind=kind.value,
        year=day.year,
        running=running,
        ksef_number=None if settings.ksef else made_up_number(settings.seller.company.nip, day, identifier),
        is_sample=settings.ksef is None,
        issued_at=now,
        due_on=day + timedelta(days=settings.seller.payment_days),
        **values,
    )
    content = fa3.document_of(row, now)
    session.add(row)
    session.flush()
    session.add(InvoiceDocument(invoice_id=row.id, content=content, sha256=digest_of(content)))
    if settings.ksef is not None:
        session.add(KsefSubmission(invoice_id=row.id, state="queued", created_at=now, attempts=0))
    session.flush()
    return row


def _next_number(session: Session, kind: InvoiceKind, year: int) -> int:
    # One statement, so that two invoices at once wait for each other here and nowhere else.
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    first = insert(InvoiceSeries).values(kind=kind.value, year=year, last=1)
    taken = first.on_conflict_do_update(index_elements=["kind", "year"], set_={"last": InvoiceSeries.last + 1})
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


def _recipient(order: OrderRow) -> dict[str, str]:
    if order.recipient is None:
        return {}
    return {f"recipient_{name}": getattr(order.recipient, name) for name in RECIPIENT_FIELDS}


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
    """Return the invoice of an order, not its correction, or None where there is none yet."""
    return session.scalar(
        select(InvoiceRow).where(InvoiceRow.order_id == order_id, InvoiceRow.kind == InvoiceKind.INVOICE.value)
    )


def invoice_of(session: Session, customer_id: str, invoice_id: str) -> InvoiceRow:
    """Return an invoice of the customer, or a correction.

    Raises:
        Refusal: NOT_FOUND, where the customer has none of that identifier.
    """
    row = session.get(InvoiceRow, invoice_id)
    if row is None or row.customer_id != customer_id:
        raise Refusal(ProblemCode.NOT_FOUND, "no such invoice")
    return row


def verification_of(session: Session, settings: ShopSettings, row: InvoiceRow) -> VerificationCode | None:
    """Return the code by which an invoice is found in KSeF; None for one of an older release."""
    environment = settings.ksef.qr_url if settings.ksef and not row.is_sample else settings.seller.ksef_qr_url
    return code_of(row, session.get(InvoiceDocument, row.id), environment)


def totals(lines: Sequence[InvoiceLineRow]) -> tuple[VatTotal, ...]:
    """Return what the lines come to, rate by rate, the highest first."""
    return vat_totals((line.vat_rate, Money(line.net)) for line in lines)
