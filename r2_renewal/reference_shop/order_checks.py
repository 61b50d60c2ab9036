"""What an order must satisfy before it binds anyone.

Rules: contact fields are judged by the contract's own rules; an invalid NIP stops the order, since KSeF delivers by NIP; the
consent to renew a licence must be to the very text that the shop renders from its own quote's line.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from r2_renewal.contract.contact import check_email, check_phone
from r2_renewal.contract.problems import FieldProblem, ProblemCode
from r2_renewal.contract.structs import ConsentBody, OrderRequest
from r2_renewal.domain.company import nip_problem, normalize_nip
from r2_renewal.domain.consent import AUTO_RENEWAL, ORDERED_PERIOD, GivenConsent
from r2_renewal.domain.contact import ContactProblem, ContactVerdict
from r2_renewal.domain.order import BuyerKind
from r2_renewal.domain.person_name import is_person_name
from r2_renewal.reference_shop import texts
from r2_renewal.reference_shop.given_consents import is_to, rendered
from r2_renewal.reference_shop.pricing import Line
from r2_renewal.reference_shop.problems import Refusal
from r2_renewal.reference_shop.settings import ShopSettings

CHANNELS = ("module", "panel", "web")


@dataclass(frozen=True, slots=True)
class Contact:
    """Contact fields in their stored form.

    Attributes:
        invoice_email: normalized address for invoices.
        first_name: trimmed.
        last_name: trimmed.
        phone: E.164, with ``;ext=`` and an extension where there is one.
        email: normalized address of the ordering person.
    """

    invoice_email: str
    first_name: str
    last_name: str
    phone: str
    email: str


def check_fields(request: OrderRequest) -> Contact:
    """Return the contact fields in their stored form.

    Raises:
        Refusal: VALIDATION, naming every field that is not acceptable.
    """
    orderer = request.orderer
    verdicts = {
        "invoice_email": check_email(request.invoice_email),
        "orderer.first_name": check_name(orderer.first_name),
        "orderer.last_name": check_name(orderer.last_name),
        "orderer.phone": check_phone(orderer.phone),
        "orderer.email": check_email(orderer.email),
    }
    refused = tuple(_refused(verdicts, request))
    if refused:
        raise Refusal(ProblemCode.VALIDATION, fields=refused)
    return Contact(*(verdict.value for verdict in verdicts.values()))


def check_name(text: str) -> ContactVerdict:
    """Judge a name as typed."""
    name = " ".join(text.split())
    if not name:
        return ContactVerdict(ContactProblem.EMPTY)
    # No address, control character or direction override gets onto an invoice or into a message to somebody else.
    return ContactVerdict(None, name, name) if is_person_name(name) else ContactVerdict(ContactProblem.INVALID)


def _refused(verdicts: dict[str, ContactVerdict], request: OrderRequest) -> Iterator[FieldProblem]:
    for field, verdict in verdicts.items():
        if verdict.problem is not None:
            yield FieldProblem(field=field, code=verdict.problem.value)
    if not request.company_confirmed:
        yield FieldProblem(field="company_confirmed", code="required")
    if request.channel not in CHANNELS:
        yield FieldProblem(field="channel", code="unknown")
    if request.buyer_kind not in set(BuyerKind):
        yield FieldProblem(field="buyer_kind", code="unknown")
    if not request.app_version.isprintable():
        yield FieldProblem(field="app_version", code="invalid")


def check_nip(on_record: str, confirmed: str) -> str:
    """Return the NIP on record where it is valid and is the one that the customer confirmed.

    Raises:
        Refusal: NIP_INVALID otherwise.
    """
    problem = nip_problem(on_record)
    if problem is not None:
        raise Refusal(ProblemCode.NIP_INVALID, f"on record: {problem.value}")
    if normalize_nip(confirmed) != normalize_nip(on_record):
        raise Refusal(ProblemCode.NIP_INVALID, "confirmed another one than is on record")
    return normalize_nip(on_record)


def check_consents(settings: ShopSettings, request: OrderRequest, lines: Sequence[Line]) -> dict[str, GivenConsent]:
    """Return the consents given, by licence, each with the text that the shop itself rendered.

    Raises:
        Refusal: VALIDATION for a consent to renew what is not ordered, or a second one; CONSENT_REQUIRED where one is
            missing; CONSENT_TEXT_CHANGED, with the text in force, where one was given to another text.
    """
    given = {consent.licence_id: consent for consent in request.consents}
    ordered = {line.offer.licence_id: line for line in lines}
    if len(given) < len(request.consents) or not given.keys() <= ordered.keys():
        raise Refusal(ProblemCode.VALIDATION, fields=(FieldProblem(field="consents", code="invalid"),))
    if settings.consent_required and given.keys() != ordered.keys():
        raise Refusal(ProblemCode.CONSENT_REQUIRED)
    return {
        licence_id: _checked(settings, request, consent, ordered[licence_id]) for licence_id, consent in given.items()
    }


def _checked(settings: ShopSettings, request: OrderRequest, given: ConsentBody, line: Line) -> GivenConsent:
    expected = expected_consent(settings, line, request.invoice_email)
    if not is_to(given, expected):
        template = texts.current(AUTO_RENEWAL, settings.vendor)
        raise Refusal(ProblemCode.CONSENT_TEXT_CHANGED, document=texts.body_of(template))
    return expected


def expected_consent(settings: ShopSettings, line: Line, invoice_email: str) -> GivenConsent:
    """Return the consent to renew what a line orders, with the text that the shop itself renders."""
    return rendered(
        settings,
        program=line.program,
        period=ORDERED_PERIOD,
        last_day=line.period_to,
        price=line.renewal_price,
        email=invoice_email,
    )
