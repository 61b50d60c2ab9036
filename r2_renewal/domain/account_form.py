"""„Dane dodatkowe firmy" as a pure typed state machine: what was typed against what is on record.

Rules: no box is ever ticked by the program; a consent holds for the very text that was shown, so whatever changes the text (the
address in it, the price, the period) takes the consent back; somebody else's change is taken as the new ground, the user's own
typing stays on it, and nothing is sent before the user has seen both.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from r2_renewal.domain.account import CustomerChange, CustomerRecord, Enrolment, LicenceConsent
from r2_renewal.domain.company import Company, show_nip
from r2_renewal.domain.consent import RUNNING_PERIOD, Document, give, renewal_text
from r2_renewal.domain.contact import ContactVerdict
from r2_renewal.domain.dates import short_date
from r2_renewal.domain.order_fields import Reason


class Subject(StrEnum):
    """What somebody else may have changed."""

    COMPANY = "company"
    INVOICE_EMAIL = "invoice_email"
    AUTO_RENEWAL = "auto_renewal"
    PERIOD = "period"


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that changed elsewhere while the form was open.

    Attributes:
        subject: what.
        program: the program concerned; empty for the company's own data.
        before: as the user saw it, for people.
        now: as it is on record now.
        mine: as the user wants it; empty where the user does not touch it.
    """

    subject: Subject
    program: str
    before: str
    now: str
    mine: str = ""


@dataclass(frozen=True, slots=True)
class AccountForm:
    """The form at one moment; every change gives a new one.

    Attributes:
        record: the data on record that the user sees.
        template: the consent to automatic renewal.
        email: „e-mail do faktury" as typed.
        verdict: the judged text and the verdict on it; None before the first.
        is_email_refused: the shop refused this address.
        given: consents given, each with the text that was shown, by licence.
        revoked: licences whose consents are to be withdrawn.
    """

    record: CustomerRecord
    template: Document
    email: str
    verdict: tuple[str, ContactVerdict] | None = None
    is_email_refused: bool = False
    given: Mapping[str, str] = field(default_factory=dict)
    revoked: frozenset[str] = frozenset()

    # What is shown

    @property
    def settled_email(self) -> str:
        """The address as it would be stored: the judged form where there is one, else as typed."""
        verdict = self._verdict()
        return (verdict.value if verdict else "") or self.email.strip()

    @property
    def is_email_changed(self) -> bool:
        """Whether the address is another than that on record."""
        return self.settled_email != self.record.invoice_email

    @property
    def is_unjudged(self) -> bool:
        """Whether a changed address still wants its verdict."""
        return self.is_email_changed and bool(self.email.strip()) and self._verdict() is None

    @property
    def is_changed(self) -> bool:
        """Whether there is anything to save."""
        return self.is_email_changed or bool(self.given) or bool(self.revoked)

    @property
    def email_problem(self) -> Reason | None:
        """Why „e-mail do faktury" keeps the form from being saved; None where it does not."""
        if not self.settled_email:
            return Reason.EMPTY if self.is_email_changed or self.given else None
        verdict = self._verdict()
        if verdict is not None and verdict.problem is not None:
            return Reason(verdict.problem.value)
        return Reason.INVALID if self.is_email_refused else None

    def can_consent(self, licence_id: str) -> bool:
        """Return whether a consent for a licence can be given now."""
        entry = self._entry(licence_id)
        return entry is not None and not entry.auto_renewal and entry.renewal is not None

    def consent_text(self, licence_id: str) -> str:
        """Return the consent for a licence with its numbers; empty where none can be given."""
        entry = self._entry(licence_id)
        if entry is None or entry.renewal is None or entry.auto_renewal:
            return ""
        record = self.record
        return renewal_text(
            self.template,
            program=entry.program,
            period=RUNNING_PERIOD,
            last_day=entry.last_day,
            price=entry.renewal.price,
            email=self.settled_email,
            panel=record.panel_url,
            contact=record.contact_email,
        )

    # What the user does

    def type_email(self, text: str) -> AccountForm:
        """Type „e-mail do faktury"; the consents name it, so another address takes them back."""
        return _kept(replace(self, email=text, is_email_refused=False))

    def judged(self, text: str, verdict: ContactVerdict) -> AccountForm:
        """Take the verdict on a text of the address."""
        return _kept(replace(self, verdict=(text, verdict)))

    def consent(self, licence_id: str, given: bool) -> AccountForm:
        """Tick or untick the consent for a licence."""
        others = {other: text for other, text in self.given.items() if other != licence_id}
        if given and self.can_consent(licence_id):
            others[licence_id] = self.consent_text(licence_id)
        return replace(self, given=others)

    def revoke(self, licence_id: str, revoked: bool) -> AccountForm:
        """Tick or untick the withdrawal of the consent for a licence."""
        return _kept(replace(self, revoked=self.revoked - {licence_id} | ({licence_id} if revoked else set())))

    # What the shop answers

    def refuse_email(self) -> AccountForm:
        """Mark the address as refused by the shop."""
        return replace(self, is_email_refused=True)

    def reworded(self, template: Document) -> AccountForm:
        """Take a changed consent text: every consent must be given anew."""
        return replace(self, template=template, given={})

    def met(self, present: CustomerRecord) -> AccountForm:
        """Take somebody else's change as the new ground; what the user typed stays, as far as it still makes sense."""
        email = self.email if self.is_email_changed else present.invoice_email
        return _kept(replace(self, record=present, email=email))

    def change(self) -> CustomerChange:
        """Return what is to be sent."""
        return CustomerChange(
            tag=self.record.tag,
            invoice_email=self.settled_email if self.is_email_changed else None,
            consents=tuple(
                LicenceConsent(licence_id, give(self.template, text)) for licence_id, text in self.given.items()
            ),
            revocations=tuple(sorted(self.revoked)),
        )

    def _verdict(self) -> ContactVerdict | None:
        judged, verdict = self.verdict or ("", None)
        return verdict if judged == self.email else None

    def _entry(self, licence_id: str) -> Enrolment | None:
        return next((entry for entry in self.record.enrolments if entry.licence_id == licence_id), None)


def fresh(record: CustomerRecord, template: Document) -> AccountForm:
    """Return the form as it opens: the data on record, and no box ticked."""
    return AccountForm(record, template, record.invoice_email)


def _kept(form: AccountForm) -> AccountForm:
    """Return the form without the consents whose text is another now, and without withdrawals of what is withdrawn."""
    on = {entry.licence_id for entry in form.record.enrolments if entry.auto_renewal}
    given = {licence_id: text for licence_id, text in form.given.items() if text == form.consent_text(licence_id)}
    return replace(form, given=given, revoked=form.revoked & on)


def differences(form: AccountForm, present: CustomerRecord) -> tuple[Difference, ...]:
    """Return what changed on record since the user saw it, beside what the user wants."""
    return tuple(_differences(form, present))


def _differences(form: AccountForm, present: CustomerRecord) -> Iterator[Difference]:
    seen = form.record
    if seen.company != present.company:
        yield Difference(Subject.COMPANY, "", company_line(seen.company), company_line(present.company))
    if seen.invoice_email != present.invoice_email:
        mine = form.settled_email if form.is_email_changed else ""
        yield Difference(Subject.INVOICE_EMAIL, "", seen.invoice_email, present.invoice_email, mine)
    now = {entry.licence_id: entry for entry in present.enrolments}
    for before in seen.enrolments:
        after = now.get(before.licence_id)
        if after is None:
            continue
        if before.auto_renewal != after.auto_renewal:
            wish = _switch(on=True) if before.licence_id in form.given else ""
            mine = _switch(on=False) if before.licence_id in form.revoked else wish
            was, is_now = _switch(on=before.auto_renewal), _switch(on=after.auto_renewal)
            yield Difference(Subject.AUTO_RENEWAL, before.program, was, is_now, mine)
        if before.last_day != after.last_day:
            yield Difference(Subject.PERIOD, before.program, short_date(before.last_day), short_date(after.last_day))


def company_line(company: Company) -> str:
    """Return the invoice details in one line."""
    return f"{company.name}, NIP {show_nip(company.nip)}, {company.street}, {company.postcode} {company.city}"


def _switch(*, on: bool) -> str:
    return "włączone" if on else "wyłączone"
