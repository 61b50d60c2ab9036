"""What keeps the user on a page of the order form, field by field, in the order of the page.

Rules: an invalid NIP on record stops the order (KSeF delivers by NIP); the consent is obligatory unless the shop says otherwise;
the summary repeats whatever an earlier page would still refuse.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from r2_renewal.domain.company import nip_problem
from r2_renewal.domain.contact import visible
from r2_renewal.domain.order_fields import Field, FieldProblem, Reason, Step
from r2_renewal.domain.order_service import MOST_PROGRAMS
from r2_renewal.domain.person_name import is_person_name

LONGEST_NAME = 80

if TYPE_CHECKING:
    from collections.abc import Iterator

    from r2_renewal.domain.order_form import OrderForm


def problems_on(step: Step, flow: OrderForm) -> tuple[FieldProblem, ...]:
    """Return what keeps the user on a page."""
    checks = {
        Step.SERVICE: _service,
        Step.INVOICE: _invoice,
        Step.ORDERER: _orderer,
        Step.CONSENT: _consent,
        Step.SUMMARY: _summary,
        Step.CONFIRMATION: _confirmation,
    }
    return tuple(checks[step](flow))


def _service(flow: OrderForm) -> Iterator[FieldProblem]:
    if flow.kind is None:
        yield FieldProblem(Field.KIND, Reason.EMPTY)
    elif not flow.service.ordered:
        yield FieldProblem(Field.PROGRAMS, Reason.EMPTY)
    elif len(flow.service.ordered) > MOST_PROGRAMS:
        yield FieldProblem(Field.PROGRAMS, Reason.TOO_MANY)
    elif flow.quote is None:
        yield from _offers(flow) or (FieldProblem(Field.QUOTE, Reason.EMPTY),)


def _offers(flow: OrderForm) -> list[FieldProblem]:
    return [
        FieldProblem(
            Field.OFFER, Reason.EMPTY if flow.offers_for(item.licence_id) else Reason.NOT_OFFERED, item.licence_id
        )
        for item in flow.service.ordered
        if item.offer is None
    ]


def _invoice(flow: OrderForm) -> Iterator[FieldProblem]:
    nip = nip_problem(flow.storefront.company.nip)
    if nip is not None:
        yield FieldProblem(Field.NIP, Reason(nip.value))
    if Field.RECIPIENT in flow.contacts.refused:
        yield FieldProblem(Field.RECIPIENT, Reason.REFUSED)
    if not flow.company_confirmed:
        yield FieldProblem(Field.COMPANY_CONFIRMED, Reason.EMPTY)
    yield from _contact(flow, Field.INVOICE_EMAIL)


def _orderer(flow: OrderForm) -> Iterator[FieldProblem]:
    yield from _name(flow, Field.FIRST_NAME, flow.orderer.first_name)
    yield from _name(flow, Field.LAST_NAME, flow.orderer.last_name)
    yield from _contact(flow, Field.PHONE)
    yield from _contact(flow, Field.EMAIL)


def _consent(flow: OrderForm) -> Iterator[FieldProblem]:
    if flow.storefront.consent_required and not flow.consent_given:
        yield FieldProblem(Field.CONSENT, Reason.EMPTY)


def _summary(flow: OrderForm) -> Iterator[FieldProblem]:
    for earlier in (Step.SERVICE, Step.INVOICE, Step.ORDERER, Step.CONSENT):
        yield from problems_on(earlier, flow)


def _confirmation(flow: OrderForm) -> Iterator[FieldProblem]:
    if flow.receipt is None:
        yield FieldProblem(Field.RECEIPT, Reason.EMPTY)


def _name(flow: OrderForm, name: Field, text: str) -> Iterator[FieldProblem]:
    seen = visible(text)
    if not seen:
        yield FieldProblem(name, Reason.EMPTY)
    elif len(seen) > LONGEST_NAME:
        yield FieldProblem(name, Reason.TOO_LONG)
    elif not is_person_name(seen):
        yield FieldProblem(name, Reason.CHARACTERS)
    elif name in flow.contacts.refused:
        yield FieldProblem(name, Reason.REFUSED)


def _contact(flow: OrderForm, contact: Field) -> Iterator[FieldProblem]:
    contacts = flow.contacts
    verdict = contacts.verdict_on(contact)
    if not visible(contacts.text_of(contact)):
        yield FieldProblem(contact, Reason.EMPTY)
    elif verdict is not None and verdict.problem is not None:
        yield FieldProblem(contact, Reason(verdict.problem.value))
    elif contact in flow.contacts.refused:
        yield FieldProblem(contact, Reason.INVALID)
