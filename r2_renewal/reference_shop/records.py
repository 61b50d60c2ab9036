"""What is on record of a customer, list by list: orders, consents, invoices."""

from __future__ import annotations

from sqlalchemy.orm import Session

from r2_renewal.contract.accounts import ConsentList, ConsentRecord, InvoiceBody, InvoiceList
from r2_renewal.contract.problems import ProblemCode
from r2_renewal.contract.structs import OrderList
from r2_renewal.domain.money import Money, Price
from r2_renewal.reference_shop.orders import order_body
from r2_renewal.reference_shop.pages import Wanted, page_of
from r2_renewal.reference_shop.problems import Refusal
from r2_renewal.reference_shop.programs import price_body
from r2_renewal.reference_shop.tables import ConsentRow, InvoiceRow, OrderRow


def order_list(session: Session, customer_id: str, wanted: Wanted) -> OrderList:
    """Return a page of the customer's orders."""
    page = page_of(session, OrderRow, customer_id, [OrderRow.pk], wanted)
    return OrderList(orders=tuple(order_body(row) for row in page.rows), next=page.next)


def consent_list(session: Session, customer_id: str, wanted: Wanted) -> ConsentList:
    """Return a page of the customer's consents."""
    page = page_of(session, ConsentRow, customer_id, [ConsentRow.accepted_at, ConsentRow.id], wanted)
    return ConsentList(consents=tuple(_consent(row) for row in page.rows), next=page.next)


def invoice_list(session: Session, customer_id: str, wanted: Wanted) -> InvoiceList:
    """Return a page of the customer's invoices."""
    page = page_of(
        session,
        InvoiceRow,
        customer_id,
        [InvoiceRow.issued_at, InvoiceRow.year, InvoiceRow.running, InvoiceRow.id],
        wanted,
    )
    return InvoiceList(invoices=tuple(invoice_body(row) for row in page.rows), next=page.next)


def consent_of(session: Session, customer_id: str, consent_id: str) -> ConsentRow:
    """Return a consent of the customer.

    Raises:
        Refusal: NOT_FOUND, where the customer has none of that identifier.
    """
    row = session.get(ConsentRow, consent_id)
    if row is None or row.customer_id != customer_id:
        raise Refusal(ProblemCode.NOT_FOUND, "no such consent")
    return row


def _consent(row: ConsentRow) -> ConsentRecord:
    net, gross = Money(row.price_net), Money(row.price_gross)
    return ConsentRecord(
        consent_id=row.id,
        kind=row.kind,
        text_version=row.text_version,
        full_text=row.full_text,
        sha256=row.sha256,
        locale=row.locale,
        accepted_at=row.accepted_at,
        channel=row.channel,
        licence_id=row.licence_id,
        order_id=row.order_id,
        nip=row.nip,
        person=row.person,
        email=row.email,
        price=price_body(Price(net, Money(gross.amount - net.amount), gross)),
        renewal_date=row.renewal_date,
        cancel_until=row.cancel_until,
        app_version=row.app_version,
        receipt_id=row.receipt_id,
        revoked_at=row.revoked_at,
        revoked_channel=row.revoked_channel,
    )


def invoice_body(row: InvoiceRow) -> InvoiceBody:
    """Return an invoice as it goes over the wire."""
    return InvoiceBody(
        invoice_id=row.id,
        number=row.number,
        ksef_number=row.ksef_number or "",
        order_id=row.order_id,
        order_number=row.order_number,
        issued_at=row.issued_at,
        due_on=row.due_on,
        price=price_body(Price(Money(row.net), Money(row.vat), Money(row.gross))),
        paid_at=row.paid_at,
        kind=row.kind,
        corrects=row.corrects.number if row.corrects is not None else None,
        corrected_by=row.corrected_by.number if row.corrected_by is not None else None,
    )
