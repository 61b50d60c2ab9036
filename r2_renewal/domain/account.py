"""The customer's account: the data on record, automatic renewals, the evidence of consents, invoices.

Rule: a change names the data that the user has seen (``tag``), so that somebody else's change is never overwritten unseen.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from r2_renewal.domain.company import Company
from r2_renewal.domain.consent import GivenConsent
from r2_renewal.domain.money import Price


@dataclass(frozen=True, slots=True)
class NextRenewal:
    """An automatic renewal.

    Attributes:
        day: the day on which it happens.
        price: today's price of it.
        cancel_until: last day of free cancellation.
    """

    day: date
    price: Price
    cancel_until: date


@dataclass(frozen=True, slots=True)
class Enrolment:
    """Where automatic renewal of one licence stands.

    Attributes:
        licence_id: the licence.
        program: the program's name.
        last_day: last day of the paid period.
        auto_renewal: whether automatic renewal is on.
        renewal: the next one, or the one that a consent given today would lead to; None where there can be none.
    """

    licence_id: str
    program: str
    last_day: date
    auto_renewal: bool
    renewal: NextRenewal | None = None


@dataclass(frozen=True, slots=True)
class CustomerRecord:
    """The customer's data as the shop has them.

    Attributes:
        tag: names this very state of them in a change.
        company: invoice details.
        invoice_email: „e-mail do faktury"; empty where none is.
        enrolments: automatic renewal, program by program.
        panel_url: address of the web panel, as written in the consent.
        contact_email: the seller's e-mail for statements.
        next: what to ask for the further enrolments with; empty where these are all.
    """

    tag: str
    company: Company
    invoice_email: str
    enrolments: tuple[Enrolment, ...]
    panel_url: str
    contact_email: str
    next: str = ""


@dataclass(frozen=True, slots=True)
class LicenceConsent:
    """A consent to the renewal of one licence. Attributes: licence_id: which; consent: as it was given."""

    licence_id: str
    consent: GivenConsent


@dataclass(frozen=True, slots=True)
class CustomerChange:
    """What the user wants changed.

    Attributes:
        tag: the data that the user has seen.
        invoice_email: the new „e-mail do faktury"; None leaves it.
        consents: consents given.
        revocations: licences whose consents are withdrawn.
    """

    tag: str
    invoice_email: str | None = None
    consents: tuple[LicenceConsent, ...] = ()
    revocations: tuple[str, ...] = ()

    def is_done_in(self, record: CustomerRecord) -> bool:
        """Return whether the data already are as this change wants them: a repetition of a change that had arrived."""
        on = {entry.licence_id: entry.auto_renewal for entry in record.enrolments}
        return (
            self.invoice_email in (None, record.invoice_email)
            and all(on.get(given.licence_id) for given in self.consents)
            and not any(on.get(licence_id, True) for licence_id in self.revocations)
        )


@dataclass(frozen=True, slots=True)
class ConsentEvidence:
    """A consent on record, word for word.

    Attributes:
        consent_id: the shop's identifier.
        licence_id: the licence.
        version: version of the text.
        text: the exact text consented to.
        sha256: digest of that text, in UTF-8.
        accepted_at: the shop's time, aware.
        channel: ``module``, ``panel`` or ``web``.
        person: who gave it.
        email: their address then.
        nip: the customer's NIP then.
        renewal_date: the day of the renewal then.
        cancel_until: last day of free cancellation then.
        receipt_id: the receipt given for it.
        revoked_at: when it was withdrawn, aware; None while it holds.
        revoked_channel: from where; empty while it holds.
    """

    consent_id: str
    licence_id: str
    version: str
    text: str
    sha256: str
    accepted_at: datetime
    channel: str
    person: str
    email: str
    nip: str
    renewal_date: date
    cancel_until: date
    receipt_id: str
    revoked_at: datetime | None = None
    revoked_channel: str = ""


@dataclass(frozen=True, slots=True)
class Invoice:
    """An invoice, or a correction of one.

    Attributes:
        invoice_id: the shop's identifier.
        number: number for people.
        ksef_number: number in KSeF; empty while there is none.
        order_number: the order that it is for.
        issued_at: when it was issued, aware.
        due_on: last day to pay it.
        price: what is to pay; below zero where it is taken off a corrected invoice.
        paid_at: when it was paid, aware; None while it is not.
        corrects: number of the invoice that a correction corrects; empty otherwise.
        corrected_by: number of the correction of this invoice; empty while there is none.
    """

    invoice_id: str
    number: str
    ksef_number: str
    order_number: str
    issued_at: datetime
    due_on: date
    price: Price
    paid_at: datetime | None = None
    corrects: str = ""
    corrected_by: str = ""
