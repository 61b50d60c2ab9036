"""Bodies of the account's calls turned into values of the domain, and the user's change turned into a body.

Rule: what does not fit the contract is NOT_THE_SHOP, as everywhere; texts and digests of evidence are kept letter by letter.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import UNSET

from r2_renewal.agent import translate
from r2_renewal.contract import accounts, structs
from r2_renewal.domain.account import ConsentEvidence, CustomerChange, CustomerRecord, Enrolment, Invoice, NextRenewal


def customer(body: accounts.CustomerBody, tag: str) -> CustomerRecord:
    """Return the customer's data with the tag that a change of them needs."""
    return CustomerRecord(
        tag=tag,
        company=translate.company(body.company),
        invoice_email=body.invoice_email,
        enrolments=enrolments(body.enrolments),
        panel_url=body.panel_url,
        contact_email=body.contact_email,
        next=body.next or "",
    )


def enrolments(bodies: Iterable[accounts.EnrolmentBody]) -> tuple[Enrolment, ...]:
    """Return where automatic renewal of some licences stands."""
    return tuple(_enrolment(body) for body in bodies)


def _enrolment(body: accounts.EnrolmentBody) -> Enrolment:
    return Enrolment(
        licence_id=body.licence_id,
        program=body.program,
        last_day=body.last_day,
        auto_renewal=body.auto_renewal,
        renewal=None if body.renewal is None else _renewal(body.renewal),
    )


def _renewal(body: structs.RenewalBody) -> NextRenewal:
    return NextRenewal(body.day, translate.price(body.price), body.cancel_until)


def change_request(change: CustomerChange, app_version: str) -> accounts.CustomerChange:
    """Return the body of what the user wants changed."""
    return accounts.CustomerChange(
        channel=translate.CHANNEL,
        invoice_email=UNSET if change.invoice_email is None else change.invoice_email,
        consents=tuple(translate.consent(given.consent, given.licence_id) for given in change.consents),
        revocations=change.revocations,
        app_version=app_version,
    )


def evidence(body: accounts.ConsentRecord) -> ConsentEvidence:
    """Return a consent on record."""
    return ConsentEvidence(
        consent_id=body.consent_id,
        licence_id=body.licence_id,
        version=body.text_version,
        text=body.full_text,
        sha256=body.sha256,
        accepted_at=body.accepted_at,
        channel=body.channel,
        person=body.person,
        email=body.email,
        nip=body.nip,
        renewal_date=body.renewal_date,
        cancel_until=body.cancel_until,
        receipt_id=body.receipt_id,
        revoked_at=body.revoked_at,
        revoked_channel=body.revoked_channel or "",
    )


def invoice(body: accounts.InvoiceBody) -> Invoice:
    """Return an invoice."""
    return Invoice(
        invoice_id=body.invoice_id,
        number=body.number,
        ksef_number=body.ksef_number,
        order_number=body.order_number,
        issued_at=body.issued_at,
        due_on=body.due_on,
        price=translate.price(body.price),
        paid_at=body.paid_at,
        corrects=body.corrects or "",
        corrected_by=body.corrected_by or "",
    )
