"""The order form as a pure typed state machine; the wizard on the screen only mirrors it.

Rules: nothing is preselected but what the user chose; a change of what was consented to takes the consent back (never ticks it);
a change of anything confirmed drops the key of that confirmation; an invalid NIP on record stops the order (KSeF delivers by
NIP); the binding step is SUMMARY → CONFIRMATION, and only the shop's receipt makes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from r2_renewal.domain.basket import BasketEntry, Storefront
from r2_renewal.domain.company import normalize_nip
from r2_renewal.domain.consent import Document, auto_renewal_text, give
from r2_renewal.domain.contact import ContactVerdict
from r2_renewal.domain.offer import Offer, Quote, ServiceKind
from r2_renewal.domain.order import ConfirmedOrder, Order, Orderer
from r2_renewal.domain.order_fields import Field, FieldProblem, Reason, Step
from r2_renewal.domain.order_problems import problems_on

__all__ = ["Field", "FieldProblem", "OrderFlow", "Reason", "Step", "start"]


_CONTACTS = {Step.INVOICE: (Field.INVOICE_EMAIL,), Step.ORDERER: (Field.PHONE, Field.EMAIL)}


@dataclass(frozen=True, slots=True)
class OrderFlow:
    """The whole order form at one moment; every change gives a new one.

    Attributes:
        storefront: what the shop offers, and the customer's data on record.
        entry: the program being ordered for.
        step: the page shown.
        kind: subscription or extension; None until chosen.
        offer: the chosen item of the price list.
        quote: its price and period; None until the shop told it.
        company_confirmed: „Dane do faktury są poprawne" is ticked.
        invoice_email: „e-mail do faktury" as typed.
        orderer: the ordering person as typed.
        verdicts: contact fields already judged: the judged text and the verdict on it.
        refused: fields that the shop refused, until they are edited.
        consent_given: the consent box is ticked.
        key: key of the confirmation; empty until confirmed, dropped by any edit.
        receipt: the order as the shop has it; None until it answered.
    """

    storefront: Storefront
    entry: BasketEntry
    step: Step = Step.SERVICE
    kind: ServiceKind | None = None
    offer: Offer | None = None
    quote: Quote | None = None
    company_confirmed: bool = False
    invoice_email: str = ""
    orderer: Orderer = field(default_factory=Orderer)
    verdicts: Mapping[Field, tuple[str, ContactVerdict]] = field(default_factory=dict)
    refused: frozenset[Field] = frozenset()
    consent_given: bool = False
    key: str = ""
    receipt: Order | None = None

    # What the pages show

    @property
    def offers(self) -> tuple[Offer, ...]:
        """The offers of the chosen kind for this program."""
        if self.kind is None:
            return ()
        return self.storefront.offers_for(self.entry.program.licence_id, self.kind)

    @property
    def consent_text(self) -> str:
        """The consent with its numbers, or an empty text before there is a price."""
        if self.quote is None:
            return ""
        shop = self.storefront
        program = self.entry.program.name
        email = self._settled(Field.INVOICE_EMAIL)
        return auto_renewal_text(shop.consent, self.quote, program, email, shop.panel_url, shop.contact_email)

    def text_of(self, contact: Field) -> str:
        """Return a contact field as typed."""
        texts = {
            Field.INVOICE_EMAIL: self.invoice_email,
            Field.PHONE: self.orderer.phone,
            Field.EMAIL: self.orderer.email,
        }
        return texts[contact]

    def verdict_on(self, contact: Field) -> ContactVerdict | None:
        """Return the verdict on a contact field's present text; None where that was not judged yet."""
        judged, verdict = self.verdicts.get(contact, ("", None))
        return verdict if judged == self.text_of(contact) else None

    def shown(self, contact: Field) -> str:
        """Return a contact field as people write it: the judged form where there is one, else as typed."""
        verdict = self.verdict_on(contact)
        return (verdict.shown if verdict else "") or self.text_of(contact).strip()

    def _settled(self, contact: Field) -> str:
        verdict = self.verdict_on(contact)
        return (verdict.value if verdict else "") or self.text_of(contact).strip()

    # What the user does

    def choose_kind(self, kind: ServiceKind) -> OrderFlow:
        """Choose subscription or extension; the only subscription on offer is chosen with it, an extension's limit never is."""
        if kind is self.kind:
            return self
        chosen = replace(self._edited(), kind=kind, offer=None, quote=None, consent_given=False)
        only = chosen.offers[0] if kind is ServiceKind.SUBSCRIPTION and len(chosen.offers) == 1 else None
        return replace(chosen, offer=only)

    def choose_offer(self, offer: Offer | None) -> OrderFlow:
        """Choose an item of the price list; its price must be asked for."""
        if offer == self.offer:
            return self
        return replace(self._edited(), offer=offer, quote=None, consent_given=False)

    def priced(self, quote: Quote) -> OrderFlow:
        """Take the shop's price for the chosen offer; a price for another offer comes too late and is ignored."""
        if self.offer is None or quote.offer_id != self.offer.offer_id:
            return self
        return replace(self._edited(), quote=quote, consent_given=self.consent_given and quote == self.quote)

    def confirm_company(self, confirmed: bool) -> OrderFlow:
        """Tick or untick „Dane do faktury są poprawne"."""
        return replace(self._edited(), company_confirmed=confirmed)

    def type_invoice_email(self, text: str) -> OrderFlow:
        """Type „e-mail do faktury"; the consent names it, so another address takes the consent back."""
        if text == self.invoice_email:
            return self
        return replace(self._edited(Field.INVOICE_EMAIL), invoice_email=text, consent_given=False)

    def type_orderer(self, orderer: Orderer) -> OrderFlow:
        """Type the ordering person."""
        if orderer == self.orderer:
            return self
        return replace(self._edited(*_changed_fields(self.orderer, orderer)), orderer=orderer)

    def judged(self, contact: Field, text: str, verdict: ContactVerdict) -> OrderFlow:
        """Take the verdict on a contact field's text."""
        return replace(self, verdicts={**self.verdicts, contact: (text, verdict)})

    def consent(self, given: bool) -> OrderFlow:
        """Tick or untick the consent to automatic renewal."""
        return replace(self._edited(), consent_given=given)

    def confirm(self, key: str) -> OrderFlow:
        """Bind the confirmation to a key; a repeated confirmation of the same content keeps its first key."""
        return self if self.key else replace(self, key=key)

    # What the shop answers

    def reworded(self, document: Document) -> OrderFlow:
        """Take a changed consent text: it must be read and given anew."""
        shop = replace(self.storefront, consent=document)
        return replace(self._edited(), storefront=shop, consent_given=False, step=Step.CONSENT)

    def repriced(self, quote: Quote) -> OrderFlow:
        """Take a changed price: consent and confirmation must be given anew."""
        return replace(self._edited(), quote=quote, consent_given=False, step=Step.CONSENT)

    def refuse(self, *fields: Field) -> OrderFlow:
        """Mark fields that the shop refused and go back to the first page that has one."""
        marked = replace(self._edited(), refused=frozenset(fields))
        pages = (step for step in Step if any(problem.field in fields for problem in marked.problems(step)))
        return replace(marked, step=next(pages, self.step))

    def received(self, order: Order) -> OrderFlow:
        """Take the shop's receipt, or a later state of the order."""
        return replace(self, receipt=order, step=Step.CONFIRMATION)

    # Moving

    def next(self) -> OrderFlow:
        """Go to the next page where nothing keeps the user here; SUMMARY is left only by the shop's receipt."""
        blocked = self.problems(self.step) or self.unjudged(self.step)
        return self if blocked or self.step >= Step.SUMMARY else replace(self, step=Step(self.step + 1))

    def back(self) -> OrderFlow:
        """Go to the page before; after the receipt there is no way back."""
        if self.step in (Step.SERVICE, Step.CONFIRMATION):
            return self
        return replace(self, step=Step(self.step - 1))

    def unjudged(self, step: Step) -> tuple[Field, ...]:
        """Return the contact fields of a page whose present text has no verdict yet."""
        return tuple(contact for contact in _CONTACTS.get(step, ()) if self._unjudged(contact))

    def _unjudged(self, contact: Field) -> bool:
        return bool(self.text_of(contact).strip()) and self.verdict_on(contact) is None

    def problems(self, step: Step) -> tuple[FieldProblem, ...]:
        """Return what keeps the user on a page, in the order of its fields."""
        return problems_on(step, self)

    def confirmed_order(self) -> ConfirmedOrder:
        """Return what „Zamówienie z obowiązkiem zapłaty" sends.

        Raises:
            ValueError: a page still has a problem, or the confirmation has no key.
        """
        if self.quote is None or not self.key or self.problems(Step.SUMMARY) or self._any_unjudged():
            raise ValueError("an order that is not complete and confirmed cannot be sent")
        orderer = self.orderer
        return ConfirmedOrder(
            key=self.key,
            quote=self.quote,
            nip=normalize_nip(self.storefront.company.nip),
            invoice_email=self._settled(Field.INVOICE_EMAIL),
            orderer=Orderer(
                orderer.first_name.strip(),
                orderer.last_name.strip(),
                self._settled(Field.PHONE),
                self._settled(Field.EMAIL),
            ),
            consent=give(self.storefront.consent, self.consent_text) if self.consent_given else None,
        )

    def _any_unjudged(self) -> bool:
        return any(self.unjudged(step) for step in _CONTACTS)

    def _edited(self, *fields: Field) -> OrderFlow:
        return replace(self, key="", refused=self.refused - frozenset(fields))


def _changed_fields(old: Orderer, new: Orderer) -> tuple[Field, ...]:
    pairs = {
        Field.FIRST_NAME: old.first_name != new.first_name,
        Field.LAST_NAME: old.last_name != new.last_name,
        Field.PHONE: old.phone != new.phone,
        Field.EMAIL: old.email != new.email,
    }
    return tuple(name for name, changed in pairs.items() if changed)


def start(storefront: Storefront, entry: BasketEntry, kind: ServiceKind | None = None) -> OrderFlow:
    """Return a fresh order form for a program, with the kind the user already asked for and the e-mail on record."""
    flow = OrderFlow(storefront, entry, invoice_email=storefront.invoice_email)
    return flow if kind is None else flow.choose_kind(kind)
