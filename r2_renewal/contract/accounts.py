"""Bodies of the calls about the customer's account: data, consents, invoices, withdrawals, a new password.

Rules: as in ``structs``; what a change leaves out stays as it is.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from r2_renewal.contract.structs import (
    Body,
    CompanyBody,
    ConsentBody,
    Cursor,
    Email,
    Identifier,
    LongText,
    Name,
    PriceBody,
    RenewalBody,
    Sha256,
    Text,
    Url,
    Word,
)

LEAST_PASSWORD, LONGEST_PASSWORD = 12, 1024


class PasswordResetRequest(Body, frozen=True, kw_only=True):
    """Asks for a letter with a way to a new password."""

    email: Email


class AcceptedBody(Body, frozen=True, kw_only=True):
    """The request was taken; the same for every e-mail. Attributes: status: ``accepted``."""

    status: Word = "accepted"


class NewPasswordRequest(Body, frozen=True, kw_only=True):
    """Sets a new password. Attributes: password: at least 12 characters."""

    password: Annotated[str, Meta(min_length=LEAST_PASSWORD, max_length=LONGEST_PASSWORD)]


class EnrolmentBody(Body, frozen=True, kw_only=True):
    """Where automatic renewal of one licence stands.

    Attributes:
        licence_id: the licence.
        program: the program's name.
        last_day: last day of the paid period.
        auto_renewal: whether automatic renewal is on.
        renewal: the next one, or the one that a consent given today would lead to; null where there can be none.
    """

    licence_id: Identifier
    program: Text
    last_day: date
    auto_renewal: bool
    renewal: RenewalBody | None


class InvoiceEmailChangeBody(Body, frozen=True, kw_only=True):
    """The latest change of „e-mail do faktury".

    Attributes:
        changed_at: when it was changed.
        previous: the address before; empty where there was none. Saved anew, it is put back.
        reason: ``order`` that was accepted, ``withdrawal`` from it, ``account`` or ``put_back``.
        login: the account's e-mail of who did it; empty where no account did.
        order_number: the order's number for people; null where it came with none.
    """

    changed_at: datetime
    previous: Text
    reason: Word
    login: Text
    order_number: Text | None


class CustomerBody(Body, frozen=True, kw_only=True):
    """The customer's data on record, and their automatic renewals.

    Attributes:
        company: invoice details on record.
        invoice_email: „e-mail do faktury"; empty where none is.
        enrolments: each owned program's automatic renewal, by the program's name: a first page of them.
        panel_url: address of the web panel, as written in the consent.
        contact_email: the seller's e-mail for statements.
        next: cursor of the next page of enrolments; null where these are all.
        invoice_email_change: the latest change of that address, told to an account's session alone; null where there was none.
    """

    company: CompanyBody
    invoice_email: Text
    enrolments: tuple[EnrolmentBody, ...]
    panel_url: Url
    contact_email: Text
    next: Cursor | None = None
    invoice_email_change: InvoiceEmailChangeBody | None = None


class EnrolmentList(Body, frozen=True, kw_only=True):
    """Automatic renewals of the customer's programs, by name. Attributes: next: cursor of the next page; null on the last one."""

    enrolments: tuple[EnrolmentBody, ...]
    next: Cursor | None = None


class CustomerChange(Body, frozen=True, kw_only=True):
    """Changes the customer's data.

    The shop renders the text of a consent from the enrolment's last day and price, with „bieżący okres" for its ``{okres}``; the
    address in it is the ``invoice_email`` of this very change exactly as sent, or else the one on record.

    Attributes:
        invoice_email: „e-mail do faktury"; left out, it stays.
        consents: consents to automatic renewal given, one a licence.
        revocations: licences whose consents are withdrawn.
        channel: ``module``, ``panel`` or ``web``.
        app_version: version of the program, where one is used.
    """

    channel: Word
    invoice_email: Email | UnsetType = UNSET
    consents: Annotated[tuple[ConsentBody, ...], Meta(max_length=100)] = ()
    revocations: Annotated[tuple[Identifier, ...], Meta(max_length=100)] = ()
    app_version: Word = ""


class ConsentRecord(Body, frozen=True, kw_only=True):
    """Evidence of a consent, as it was given.

    Attributes:
        consent_id: identifier of the record.
        kind: the document's kind.
        text_version: the document's version.
        full_text: the exact text consented to.
        sha256: digest of that text, in UTF-8.
        locale: language of the text.
        accepted_at: the shop's time.
        channel: ``module``, ``panel`` or ``web``.
        licence_id: the licence.
        order_id: the order that it came with; null where it was given in the account.
        nip: the customer's NIP then.
        person: who gave it.
        email: the address then.
        price: price of the renewal as shown in the text.
        renewal_date: day of the renewal.
        cancel_until: last day of free cancellation.
        app_version: version of the program, where one was used.
        receipt_id: identifier of the receipt given for it.
        revoked_at: when it was withdrawn; null while it holds.
        revoked_channel: from where it was withdrawn.
    """

    consent_id: Identifier
    kind: Word
    text_version: Word
    full_text: LongText
    sha256: Sha256
    locale: Word
    accepted_at: datetime
    channel: Word
    licence_id: Identifier
    order_id: Identifier | None
    nip: Text
    person: Text
    email: Text
    price: PriceBody
    renewal_date: date
    cancel_until: date
    app_version: Word
    receipt_id: Identifier
    revoked_at: datetime | None
    revoked_channel: Word | None


class ConsentList(Body, frozen=True, kw_only=True):
    """Consents of the customer, newest first. Attributes: next: cursor of the next page; null on the last one."""

    consents: tuple[ConsentRecord, ...]
    next: Cursor | None = None


class InvoiceBody(Body, frozen=True, kw_only=True):
    """An invoice, or a correction of one.

    Attributes:
        invoice_id: identifier.
        number: number for people.
        ksef_number: number in KSeF; empty while there is none.
        order_id: the order that it is for.
        order_number: that order's number for people.
        issued_at: when it was issued.
        due_on: last day to pay it.
        price: what is to pay; amounts below zero are taken off the invoice that is corrected.
        paid_at: when it was paid; null while it is not.
        kind: ``invoice`` or ``correction``.
        corrects: number of the invoice that a correction corrects; null otherwise.
        corrected_by: number of the correction of this invoice, for which nothing is to pay any more; null while there is none.
    """

    invoice_id: Identifier
    number: Text
    ksef_number: Text
    order_id: Identifier
    order_number: Word
    issued_at: datetime
    due_on: date
    price: PriceBody
    paid_at: datetime | None
    kind: Word = "invoice"
    corrects: Text | None = None
    corrected_by: Text | None = None


class InvoiceList(Body, frozen=True, kw_only=True):
    """Invoices of the customer, newest first. Attributes: next: cursor of the next page; null on the last one."""

    invoices: tuple[InvoiceBody, ...]
    next: Cursor | None = None


class WithdrawalRequest(Body, frozen=True, kw_only=True):
    """Declares a withdrawal from an order's contract.

    Attributes:
        name: who declares it.
        order_number: the order's number for people.
        email: where the receipt goes.
        channel: ``module``, ``panel`` or ``web``.
    """

    name: Name
    order_number: Word
    email: Email
    channel: Word


class WithdrawalBody(Body, frozen=True, kw_only=True):
    """The receipt of a withdrawal (Directive 2023/2673, art. 11a).

    Attributes:
        receipt_id: identifier of the receipt.
        order_id: the order.
        order_number: its number for people.
        name: who declared it.
        email: where the receipt goes by mail.
        content: the declaration, word for word.
        received_at: the shop's date and time.
    """

    receipt_id: Identifier
    order_id: Identifier
    order_number: Word
    name: Text
    email: Text
    content: LongText
    received_at: datetime


class CancellationRequest(Body, frozen=True, kw_only=True):
    """Cancels an order that is not yet accepted. Attributes: channel: ``module``, ``panel`` or ``web``."""

    channel: Word


class DataCorrectionRequest(Body, frozen=True, kw_only=True):
    """Reports wrong company data. Attributes: message: what is wrong, in the customer's words."""

    message: Annotated[str, Meta(min_length=1, max_length=4000)]


class DataCorrectionBody(Body, frozen=True, kw_only=True):
    """The report's receipt. Attributes: ticket: number for people."""

    ticket: Text
