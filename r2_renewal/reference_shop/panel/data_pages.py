"""„Moje dane": „Dane firmy" to read and to report, „Dane dodatkowe firmy" to change.

Rules: a change is made to what was shown or not at all, and somebody else's change meanwhile is shown; each box is empty when it
is shown and its tick names the very text beside it, so that another text asks for another tick; withdrawing a consent takes the
same form and the same button as giving it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from litestar import get, post
from litestar.di import NamedDependency

from r2_renewal.contract.accounts import CustomerBody, CustomerChange, DataCorrectionRequest, EnrolmentBody
from r2_renewal.contract.contact import check_email
from r2_renewal.contract.problems import ProblemCode
from r2_renewal.domain.consent import AUTO_RENEWAL, LOCALE, RODO, GivenConsent
from r2_renewal.domain.recipient import Recipient
from r2_renewal.reference_shop import corrections, customers, invoice_email, texts
from r2_renewal.reference_shop.bodies import struct_of
from r2_renewal.reference_shop.enrolments import enrolments_named
from r2_renewal.reference_shop.invoice_email import ShownChange
from r2_renewal.reference_shop.pages import Wanted
from r2_renewal.reference_shop.panel import addresses
from r2_renewal.reference_shop.panel.forms import Form, errors_of
from r2_renewal.reference_shop.panel.kept import Kept
from r2_renewal.reference_shop.panel.links import safe_link
from r2_renewal.reference_shop.panel.lists import Cursor
from r2_renewal.reference_shop.panel.page import Page, go, show
from r2_renewal.reference_shop.panel.visit import Notice, Visit
from r2_renewal.reference_shop.problems import STATUS, Refusal
from r2_renewal.reference_shop.programs import owns
from r2_renewal.reference_shop.recipients import recipients_of
from r2_renewal.reference_shop.shop import Shop

CHANNEL = "panel"
_REFUSED = {
    ProblemCode.CONSENT_TEXT_CHANGED: ("consents", "data.text_changed"),
    ProblemCode.OFFER_WITHDRAWN: ("consents", "data.not_offered"),
    ProblemCode.CUSTOMER_CHANGED: ("invoice_email", "data.changed_meanwhile"),
}


@dataclass(frozen=True, slots=True)
class _Data:
    """What a page shows.

    Attributes:
        body: the customer's data, with the page's programs.
        tag: stands for all of them.
        cursor: the licence after which the page's programs begin; empty for the first.
        consents: the one that each licence's renewal can be given, by licence.
        recipients: whom an invoice can name beside the customer.
        changed: the latest change of the address; None where there was none.
    """

    body: CustomerBody
    tag: str
    cursor: str
    consents: dict[str, GivenConsent]
    recipients: list[Recipient]
    changed: ShownChange | None


def _read(shop: Shop, visit: Visit, cursor: str, email: str = "") -> _Data:
    with shop.database.reading() as session:
        settings, customer_id = shop.settings, visit.who.customer_id
        cursor = cursor if owns(session, customer_id, cursor) else ""
        known = customers.known(session, settings, visit.who, Wanted(cursor))
        licences = [enrolment.licence_id for enrolment in known.body.enrolments]
        offered = customers.offered_consents(session, settings, customer_id, licences, email)
        named = recipients_of(session, customer_id)
        changed = invoice_email.shown(session, customer_id)
    return _Data(known.body, known.tag, cursor, offered, named, changed)


@get(addresses.DATA, sync_to_thread=True)
def show_data(shop: NamedDependency[Shop], visit: NamedDependency[Visit], cursor: Cursor = "") -> Page:
    """Return the customer's data, their programs page by page."""
    data = _read(shop, visit, cursor)
    return _page(shop, visit, data, data.body.invoice_email)


def resume_data(shop: Shop, visit: Visit, kept: Kept) -> Page:
    """Return the data with the address that was typed; saved, it meets the state that it was typed to."""
    email = kept.text("invoice_email")
    data = _read(shop, visit, kept.text("cursor"), email if check_email(email).problem is None else "")
    return _page(shop, visit, data, email, tag=kept.text("tag"))


@post(addresses.PUT_BACK_EMAIL, sync_to_thread=True)
def put_back_email(shop: NamedDependency[Shop], visit: NamedDependency[Visit], form: NamedDependency[Form]) -> Page:
    """Put the address before the change that was shown back on record."""
    email = invoice_email.put_back(shop, visit.who, form.text("change"))
    told = Notice("data.changed_meanwhile") if email is None else Notice("data.put_back", {"email": email})
    return go(visit, addresses.DATA, told)


def _page(shop: Shop, visit: Visit, data: _Data, email: str, tag: str = "", **values: Any) -> Page:
    vendor = shop.settings.vendor
    return show(
        visit,
        "data.html",
        seller=vendor,
        data=data.body,
        changed=data.changed,
        cursor=data.cursor,
        consents=data.consents,
        recipients=data.recipients,
        email=email,
        tag=tag or data.tag,
        today=shop.settings.today(),
        ebok=safe_link(vendor, vendor.ebok_url),
        contact_form=safe_link(vendor, vendor.contact_form_url),
        clause=texts.current(RODO, vendor),
        **values,
    )


@post(addresses.DATA, sync_to_thread=True)
def change_data(shop: NamedDependency[Shop], visit: NamedDependency[Visit], form: NamedDependency[Form]) -> Page:
    """Change the data that were shown, or show what is in the way."""
    before = _read(shop, visit, form.text("cursor"))
    email = form.text("invoice_email").strip()
    try:
        wanted = _wanted(form, email, before.body.invoice_email)
        earlier = _touched(shop, visit, wanted)
        after = customers.change(shop, visit.who, form.text("tag"), wanted).body
    except Refusal as refusal:
        return _again(shop, visit, form, refusal)
    page = f"{addresses.DATA}?po={quote(before.cursor)}" if before.cursor else addresses.DATA
    told = [Notice("data.email_saved")] if before.body.invoice_email != after.invoice_email else []
    told += _renewals_told(visit, shop, earlier, _touched(shop, visit, wanted))
    return go(visit, page, *(told or [Notice("data.nothing_changed")]))


def _touched(shop: Shop, visit: Visit, wanted: CustomerChange) -> dict[str, EnrolmentBody]:
    """Return where those renewals stand that a change is about."""
    licence_ids = [*(consent.licence_id for consent in wanted.consents), *wanted.revocations]
    with shop.database.reading() as session:
        return enrolments_named(session, shop.settings, visit.who.customer_id, licence_ids)


def _wanted(form: Form, email: str, on_record: str) -> CustomerChange:
    change: dict[str, Any] = {
        "channel": CHANNEL,
        "consents": [_consent(tick) for tick in form.texts("consent")],
        "revocations": form.texts("revocation"),
    }
    if email != on_record:
        change["invoice_email"] = email
    return struct_of(change, CustomerChange)


def _consent(tick: str) -> dict[str, str]:
    licence_id, _, named = tick.rpartition(" ")[0].rpartition(" ")
    sha256 = tick.rpartition(" ")[2]
    return {
        "licence_id": licence_id,
        "kind": AUTO_RENEWAL,
        "text_version": named,
        "sha256": sha256,
        "locale": LOCALE,
    }


def _again(shop: Shop, visit: Visit, form: Form, refusal: Refusal) -> Page:
    """Return the page with what was typed; the boxes are empty again, since a tick is to the text beside it, and it says so."""
    if refusal.code in _REFUSED:
        field, phrase = _REFUSED[refusal.code]
        errors = {field: visit.language.say(phrase)}
    elif refusal.code is ProblemCode.VALIDATION:
        told = errors_of(visit.language, refusal)
        # What is wrong with a tick is said by the group of boxes.
        errors = {name if name == "invoice_email" else "consents": words for name, words in told.items()}
    else:
        raise refusal
    if form.texts("consent") or form.texts("revocation"):
        errors.setdefault("consents", visit.language.say("data.tick_again"))
    email = form.text("invoice_email").strip()
    data = _read(shop, visit, form.text("cursor"), email if check_email(email).problem is None else "")
    is_changed = refusal.code is ProblemCode.CUSTOMER_CHANGED
    return _page(shop, visit, data, email, errors=errors, status=STATUS[refusal.code].value, is_changed=is_changed)


def _renewals_told(
    visit: Visit, shop: Shop, before: dict[str, EnrolmentBody], after: dict[str, EnrolmentBody]
) -> list[Notice]:
    by_name = sorted(after.values(), key=lambda enrolment: (enrolment.program, enrolment.licence_id))
    return [notice for one in by_name for notice in _renewal_told(visit, shop, before[one.licence_id], one)]


def _renewal_told(visit: Visit, shop: Shop, before: EnrolmentBody, after: EnrolmentBody) -> list[Notice]:
    show_day = visit.language.long_day
    if after.auto_renewal and not before.auto_renewal and after.renewal is not None:
        values = {"program": after.program, "day": show_day(after.renewal.day)}
        return [Notice("data.consented", values)]
    if before.auto_renewal and not after.auto_renewal:
        now = visit.language.moment(shop.settings.now())
        # The renewal of that very day is made all the same.
        phrase = "data.revoked" if before.last_day == after.last_day else "data.revoked_too_late"
        return [Notice(phrase, {"program": after.program, "moment": now, "last_day": show_day(after.last_day)})]
    return []


@get(addresses.REPORT, sync_to_thread=True)
def show_report(shop: NamedDependency[Shop], visit: NamedDependency[Visit]) -> Page:
    """Return the form that reports wrong company data."""
    return _report(shop, visit, "", {}, 200)


def resume_report(shop: Shop, visit: Visit, kept: Kept) -> Page:
    """Return the form with the report that was typed."""
    return _report(shop, visit, kept.text("message"), {}, 200)


def _report(shop: Shop, visit: Visit, message: str, errors: dict[str, str], status: int) -> Page:
    company, vendor = _read(shop, visit, "").body.company, shop.settings.vendor
    return show(
        visit,
        "report.html",
        status=status,
        seller=vendor,
        company=company,
        message=message,
        errors=errors,
        ebok=safe_link(vendor, vendor.ebok_url),
        contact_form=safe_link(vendor, vendor.contact_form_url),
    )


@post(addresses.REPORT, sync_to_thread=True)
def report(shop: NamedDependency[Shop], visit: NamedDependency[Visit], form: NamedDependency[Form]) -> Page:
    """Keep a report of wrong company data and tell its ticket."""
    message = form.text("message")
    try:
        wanted = struct_of({"message": message or " "}, DataCorrectionRequest)
        ticket = corrections.report(shop, visit.who.customer_id, wanted.message).ticket
    except Refusal as refusal:
        if refusal.code is not ProblemCode.VALIDATION:
            raise
        return _report(shop, visit, message, errors_of(visit.language, refusal), STATUS[refusal.code].value)
    return go(visit, addresses.DATA, Notice("report.taken", {"ticket": ticket}))


ACCOUNT = (show_data, change_data, put_back_email, show_report, report)
