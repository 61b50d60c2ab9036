"""„Moje dane": the customer's data, and automatic renewal switched on and off in the account.

Rules: a change is made to what the caller has seen or not at all (``If-Match``); a consent is given to the very text that the
shop renders and is kept as evidence; with a licence's session alone a consent can be withdrawn, which is as easy as giving it
with an order, but nothing else changed.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from msgspec import UNSET
from sqlalchemy.orm import Session

from r2_renewal.contract.accounts import CustomerBody, CustomerChange
from r2_renewal.contract.contact import check_email
from r2_renewal.contract.problems import FieldProblem, ProblemCode
from r2_renewal.contract.structs import ConsentBody
from r2_renewal.domain.company import normalize_nip
from r2_renewal.domain.consent import AUTO_RENEWAL, RUNNING_PERIOD, GivenConsent
from r2_renewal.domain.money import Price
from r2_renewal.reference_shop import invoice_email, ledger, texts
from r2_renewal.reference_shop.callers import Caller
from r2_renewal.reference_shop.conditional import is_current
from r2_renewal.reference_shop.customer_tag import customer_tag
from r2_renewal.reference_shop.enrolments import enrolment_list, ground
from r2_renewal.reference_shop.given_consents import evidence, is_to, rendered
from r2_renewal.reference_shop.invoice_email import change_body, latest
from r2_renewal.reference_shop.order_checks import CHANNELS
from r2_renewal.reference_shop.pages import Wanted
from r2_renewal.reference_shop.pricing import ONE_DAY
from r2_renewal.reference_shop.problems import Refusal
from r2_renewal.reference_shop.programs import FIRST_PROGRAMS, licence_of, licences_named, renewal_price
from r2_renewal.reference_shop.revocations import revoke_one
from r2_renewal.reference_shop.sessions import SCOPE_ACCOUNT
from r2_renewal.reference_shop.settings import ShopSettings
from r2_renewal.reference_shop.shop import Shop
from r2_renewal.reference_shop.storefront import company_body
from r2_renewal.reference_shop.tables import ConsentRow, Customer, LicenceRow


@dataclass(frozen=True, slots=True)
class Known:
    """A customer's data as they stand. Attributes: body: with a page of the enrolments; tag: stands for all of them."""

    body: CustomerBody
    tag: str


def known(session: Session, settings: ShopSettings, caller: Caller, wanted: Wanted = FIRST_PROGRAMS) -> Known:
    """Return a customer's data with a page of the enrolments, the first one if not told otherwise.

    Who changed the address, and from what, is told in the account alone.

    Raises:
        Refusal: VALIDATION, where the limit or the cursor is none.
    """
    customer_id, in_account = caller.customer_id, caller.scope == SCOPE_ACCOUNT
    customer = session.get_one(Customer, customer_id)
    page = enrolment_list(session, settings, customer_id, wanted)
    body = CustomerBody(
        company=company_body(customer),
        invoice_email=customer.invoice_email,
        enrolments=page.enrolments,
        panel_url=settings.vendor.panel_url,
        contact_email=settings.vendor.contact_email,
        next=page.next,
        invoice_email_change=change_body(latest(session, customer_id)) if in_account else None,
    )
    return Known(body, customer_tag(session, settings, customer_id))


def offered_consents(
    session: Session, settings: ShopSettings, customer_id: str, licence_ids: Collection[str], email: str = ""
) -> dict[str, GivenConsent]:
    """Return, licence by licence, the consent that can be given today, in the very text that ``change`` expects.

    Args:
        session: a session.
        settings: the shop's.
        customer_id: whose licences.
        licence_ids: which of them.
        email: the address that the text names; empty for the one on record.

    Returns:
        nothing for a licence that is enrolled already or whose renewal is not on offer, and none at all without an address.
    """
    address = email or session.get_one(Customer, customer_id).invoice_email
    licences = licences_named(session, customer_id, licence_ids).values()
    judged_by = ground(session, settings, licences)
    priced = ((row, renewal_price(row, judged_by.tiers)) for row in licences if address and not row.auto_renewal)
    return {
        row.id: _expected(settings, row, price, address)
        for row, price in priced
        if price is not None and judged_by.enrolment(row).renewal is not None
    }


def change(shop: Shop, caller: Caller, condition: str | None, wanted: CustomerChange) -> Known:
    """Change the customer's data and return them.

    Raises:
        Refusal: IF_MATCH_MISSING; CUSTOMER_CHANGED, where the caller has seen other data; SCOPE, where a licence's session wants
            more than to withdraw; VALIDATION, NOT_FOUND, OFFER_WITHDRAWN, CONSENT_TEXT_CHANGED or TOO_MANY.
    """
    if not condition:
        raise Refusal(ProblemCode.IF_MATCH_MISSING)
    email = _check(caller, wanted)
    with shop.database.writing(caller.customer_id) as session:
        if not is_current(condition, customer_tag(session, shop.settings, caller.customer_id)):
            raise Refusal(ProblemCode.CUSTOMER_CHANGED)
        if email is not None:
            invoice_email.save(session, shop.settings, caller, email)
        for licence_id in wanted.revocations:
            licence = licence_of(session, caller.customer_id, licence_id)
            revoke_one(session, shop.settings, licence, wanted.channel)
        for consent in wanted.consents:
            _enrol(session, shop.settings, caller, wanted, consent)
        session.flush()
        return known(session, shop.settings, caller)


def _check(caller: Caller, wanted: CustomerChange) -> str | None:
    """Return the new address in its stored form; None where it is to stay."""
    if (wanted.invoice_email is not UNSET or wanted.consents) and caller.scope != SCOPE_ACCOUNT:
        raise Refusal(ProblemCode.SCOPE)
    refused = []
    if wanted.channel not in CHANNELS:
        refused.append(FieldProblem(field="channel", code="unknown"))
    if not wanted.app_version.isprintable():
        refused.append(FieldProblem(field="app_version", code="invalid"))
    verdict = check_email(wanted.invoice_email) if isinstance(wanted.invoice_email, str) else None
    if verdict is not None and verdict.problem is not None:
        refused.append(FieldProblem(field="invoice_email", code=verdict.problem.value))
    if refused:
        raise Refusal(ProblemCode.VALIDATION, fields=tuple(refused))
    return verdict.value if verdict is not None else None


def _enrol(
    session: Session, settings: ShopSettings, caller: Caller, wanted: CustomerChange, given: ConsentBody
) -> None:
    licence = licence_of(session, caller.customer_id, given.licence_id)
    if licence.auto_renewal:
        return
    judged_by = ground(session, settings, [licence])
    offered, price = judged_by.enrolment(licence), renewal_price(licence, judged_by.tiers)
    if offered.renewal is None or price is None:
        raise Refusal(ProblemCode.OFFER_WITHDRAWN)
    # The text names the address as the caller has sent it, as an order's does.
    email = wanted.invoice_email if isinstance(wanted.invoice_email, str) else licence.customer.invoice_email
    if not email:
        raise Refusal(ProblemCode.VALIDATION, fields=(FieldProblem(field="invoice_email", code="empty"),))
    consent = _expected(settings, licence, price, email)
    if not is_to(given, consent):
        raise Refusal(
            ProblemCode.CONSENT_TEXT_CHANGED, document=texts.body_of(texts.current(AUTO_RENEWAL, settings.vendor))
        )
    session.add(_evidence(settings, caller, wanted, licence, consent, price))
    ledger.enrol(session, settings, licence)


def _expected(settings: ShopSettings, licence: LicenceRow, price: Price, email: str) -> GivenConsent:
    return rendered(
        settings,
        program=licence.name,
        period=RUNNING_PERIOD,
        last_day=licence.valid_until,
        price=price,
        email=email,
    )


def _evidence(
    settings: ShopSettings,
    caller: Caller,
    wanted: CustomerChange,
    licence: LicenceRow,
    consent: GivenConsent,
    price: Price,
) -> ConsentRow:
    return evidence(
        consent,
        accepted_at=settings.now(),
        channel=wanted.channel,
        customer_id=caller.customer_id,
        order_id=None,
        licence_id=licence.id,
        nip=normalize_nip(licence.customer.nip),
        person=caller.login,
        email=caller.login,
        price_net=price.net.amount,
        price_gross=price.gross.amount,
        renewal_date=licence.valid_until + ONE_DAY,
        cancel_until=licence.valid_until,
        app_version=wanted.app_version,
    )
