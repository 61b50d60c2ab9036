"""The letters of the shop: what each kind says, to whom, and of which event."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from r2_renewal.domain.consent import TERMS
from r2_renewal.domain.money import Money
from r2_renewal.reference_shop import texts
from r2_renewal.reference_shop.mail.queue import queue_mail
from r2_renewal.reference_shop.mail.rendering import MailKind
from r2_renewal.reference_shop.panel.addresses import DATA
from r2_renewal.reference_shop.quotes import price_of, stored_line
from r2_renewal.reference_shop.recipients import recipient_of
from r2_renewal.reference_shop.settings import ShopSettings
from r2_renewal.reference_shop.tables import (
    ConsentRow,
    CorrectionRow,
    Customer,
    InvoiceEmailChange,
    InvoiceRow,
    MailRow,
    OrderRow,
    recipient_on,
)


def confirm_order(session: Session, settings: ShopSettings, order: OrderRow, consents: Sequence[ConsentRow]) -> MailRow:
    """Confirm an order with the contract and its consents, on a durable medium (u.p.k. 21)."""
    values = {
        "order": order,
        "lines": [(line, stored_line(line.sold)) for line in order.lines],
        "price": price_of(order.quote),
        "customer": order.customer,
        "recipient": recipient_of(order.recipient) if order.recipient is not None else None,
        "consents": consents,
        "terms": texts.document(TERMS, order.terms_version, settings.vendor),
    }
    return queue_mail(
        session,
        settings,
        MailKind.ORDER_CONFIRMATION,
        customer_id=order.customer_id,
        to=order.email,
        event=order.id,
        values=values,
    )


def tell_of_invoice(session: Session, settings: ShopSettings, invoice: InvoiceRow, to: str) -> MailRow:
    """Tell that an invoice is issued, where it is and how to pay it."""
    values = {"invoice": invoice, "gross": Money(invoice.gross), "recipient": recipient_on(invoice)}
    return queue_mail(
        session,
        settings,
        MailKind.INVOICE,
        customer_id=invoice.customer_id,
        to=to,
        event=invoice.id,
        values=values,
    )


def tell_of_correction(session: Session, settings: ShopSettings, correction: InvoiceRow, to: str) -> MailRow:
    """Tell that an invoice is corrected to nothing, and whether money comes back."""
    values = {"correction": correction, "corrected": correction.corrects, "back": Money(-correction.gross)}
    return queue_mail(
        session,
        settings,
        MailKind.CORRECTION_INVOICE,
        customer_id=correction.customer_id,
        to=to,
        event=correction.id,
        values=values,
    )


def acknowledge_correction(session: Session, settings: ShopSettings, report: CorrectionRow, to: str) -> MailRow:
    """Acknowledge a report of wrong company data with its ticket."""
    return queue_mail(
        session,
        settings,
        MailKind.CORRECTION_TICKET,
        customer_id=report.customer_id,
        to=to,
        event=str(report.pk),
        values={"report": report},
    )


def acknowledge_withdrawal(
    session: Session, settings: ShopSettings, order: OrderRow, *, person: str, to: str, received_at: datetime
) -> MailRow:
    """Acknowledge a withdrawal from the contract: what was declared, by whom, on which day and at what time (u.p.k. 30).

    Who ordered gets the same letter, where the declaration names another address: whoever holds a licence file can declare it.
    """
    values = {"order": order, "person": person, "email": to, "received_at": received_at}

    def queue(recipient: str, event: str) -> MailRow:
        kind, customer_id = MailKind.WITHDRAWAL_RECEIPT, order.customer_id
        return queue_mail(session, settings, kind, customer_id=customer_id, to=recipient, event=event, values=values)

    if order.email.casefold() != to.casefold():
        queue(order.email, f"{order.id}:orderer")
    return queue(to, order.id)


def tell_of_old_invoice_email(
    session: Session, settings: ShopSettings, customer: Customer, change: InvoiceEmailChange
) -> MailRow:
    """Tell the address that invoices went to so far who has changed it, to what, and how it is put back."""
    values = {"customer": customer, "change": change, "page": settings.link_to(DATA)}
    return queue_mail(
        session,
        settings,
        MailKind.INVOICE_EMAIL_CHANGED,
        customer_id=customer.id,
        to=change.old,
        event=str(change.pk),
        values=values,
    )


def tell_of_new_invoice_email(
    session: Session, settings: ShopSettings, customer: Customer, change: InvoiceEmailChange
) -> MailRow:
    """Tell the new address what it is for, and nothing of the old one: it may be a stranger's."""
    values = {"customer": customer, "change": change}
    return queue_mail(
        session,
        settings,
        MailKind.INVOICE_EMAIL_NEW,
        customer_id=customer.id,
        to=change.new,
        event=str(change.pk),
        values=values,
    )


def send_password_reset(
    session: Session, settings: ShopSettings, *, customer_id: str, to: str, link: str, event: str, ends_at: datetime
) -> MailRow:
    """Send the way to a new password; it is never sent after it has ended, and wiped once it is sent.

    Args:
        session: the caller's writing session.
        settings: the shop's.
        customer_id: whose account it is.
        to: the login's address.
        link: what the customer opens.
        event: names this reset, e.g. the digest of its token.
        ends_at: when the link stops working.
    """
    values = {"link": link, "ends_at": ends_at}
    return queue_mail(
        session,
        settings,
        MailKind.PASSWORD_RESET,
        customer_id=customer_id,
        to=to,
        event=event,
        values=values,
        useless_after=ends_at,
    )
