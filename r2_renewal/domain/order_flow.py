"""The order form as a pure typed state machine; the wizard on the screen only mirrors it.

Rules: nothing is preselected but what the user chose; a change of what was consented to takes the consent back (never ticks it);
a change of anything confirmed drops the key of that confirmation; an invalid NIP on record stops the order (KSeF delivers by
NIP); a page edited from the summary leads back to it, by way of whatever the edit left to be done; the binding step is
SUMMARY → CONFIRMATION, and only the shop's receipt makes it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from r2_renewal.domain.basket import BasketEntry, Storefront
from r2_renewal.domain.company import Holder
from r2_renewal.domain.consent import Document
from r2_renewal.domain.contact import ContactVerdict
from r2_renewal.domain.offer import Offer, Quote, ServiceKind
from r2_renewal.domain.order import Order, Orderer
from r2_renewal.domain.order_contacts import Contacts
from r2_renewal.domain.order_fields import Field, FieldProblem, Reason, Step
from r2_renewal.domain.order_form import OrderForm, Superseded
from r2_renewal.domain.order_service import OrderItem, Service

__all__ = ["Field", "FieldProblem", "OrderFlow", "Reason", "Step", "start"]


@dataclass(frozen=True, slots=True)
class OrderFlow(OrderForm):
    """The order form and everything that may happen to it; every change gives a new one."""

    # What the user does

    def choose_kind(self, kind: ServiceKind) -> OrderFlow:
        """Choose subscription or extension; the only subscription on offer is chosen with it, an extension's limit never is."""
        return self if kind is self.kind else self._served(self.service.of_kind(kind, self.storefront))

    def choose_offer(self, licence_id: str, offer: Offer | None) -> OrderFlow:
        """Choose an item of the price list for a program; the price must be asked for."""
        return self._served(self.service.with_offer(licence_id, offer))

    def leave_out(self, licence_id: str, is_left_out: bool) -> OrderFlow:
        """Take a program out of this order, or back into it."""
        return self._served(self.service.left_out(licence_id, is_left_out))

    def add(self, entries: tuple[BasketEntry, ...]) -> OrderFlow:
        """Take further programs into the form, each with the offer that the chosen kind gives it, and begin at its first page."""
        joined = self._served(self.service.joined(entries, self.storefront))
        return self if joined is self else replace(joined, step=Step.SERVICE, is_editing=False)

    def priced(self, quote: Quote) -> OrderFlow:
        """Take the shop's price for what is wanted; a price for anything else comes too late and is ignored."""
        return self._served(self.service.priced(quote))

    def _served(self, service: Service) -> OrderFlow:
        if service == self.service:
            return self
        return replace(self._edited(), service=service, consent_given=False, early_start=False)

    def confirm_company(self, confirmed: bool) -> OrderFlow:
        """Tick or untick „Dane do faktury są poprawne"."""
        return replace(self._edited(), company_confirmed=confirmed)

    def type_invoice_email(self, text: str) -> OrderFlow:
        """Type „e-mail do faktury"; the consent names it, so another address takes the consent back."""
        if text == self.contacts.invoice_email:
            return self
        return replace(self._edited(), contacts=self.contacts.with_invoice_email(text), consent_given=False)

    def choose_recipient(self, recipient_id: str) -> OrderFlow:
        """Choose whom the invoice names beside the customer, empty for nobody; what was said to be right is to be said anew."""
        if recipient_id == self.recipient_id:
            return self
        contacts = self.contacts.with_recipient_chosen()
        return replace(self._edited(), recipient_id=recipient_id, company_confirmed=False, contacts=contacts)

    def type_orderer(self, orderer: Orderer) -> OrderFlow:
        """Type the ordering person."""
        if orderer == self.orderer:
            return self
        return replace(self._edited(), contacts=self.contacts.with_orderer(orderer))

    def judged(self, contact: Field, text: str, verdict: ContactVerdict) -> OrderFlow:
        """Take the verdict on a contact field's text."""
        return replace(self, contacts=self.contacts.judged(contact, text, verdict))

    def consent(self, given: bool) -> OrderFlow:
        """Tick or untick the consent to automatic renewal."""
        return replace(self._edited(), consent_given=given)

    def request_early_start(self, requested: bool) -> OrderFlow:
        """Tick or untick the request to begin before the 14 days are over."""
        return replace(self._edited(), early_start=requested)

    def declare_professional(self, declared: bool) -> OrderFlow:
        """Tick or untick the declaration of professional character; it never gates the order."""
        return replace(self._edited(), is_professional=declared)

    def confirm(self, key: str) -> OrderFlow:
        """Bind the confirmation to a key; a repeated confirmation of the same content keeps its first key."""
        return self if self.key else replace(self, key=key, before=Superseded())

    def remember(self, asked: bool) -> OrderFlow:
        """Tick or untick „Zapamiętaj mnie na tym komputerze": nothing of the order, so that its key stays."""
        return replace(self, remember_me=asked)

    # What this computer and the shop answer

    def opened_for(self, holder: Holder | None, remembered: Orderer | None) -> OrderFlow:
        """Take what this computer knows; the remembered person is filled in where nobody was typed yet."""
        known = replace(self, holder=holder, remembered=remembered)
        return known if remembered is None or self.orderer != Orderer() else known.type_orderer(remembered.as_typed)

    def stocked(self, more: Storefront) -> OrderFlow:
        """Take what the shop has of further programs, which may be added then; nothing that was chosen or confirmed changes."""
        return replace(self, storefront=self.storefront.with_programs_of(more))

    def kept(self, remembered: Orderer | None) -> OrderFlow:
        """Take who is remembered on this computer from now on."""
        return replace(self, remembered=remembered, remember_me=False)

    def reworded(self, document: Document) -> OrderFlow:
        """Take a changed consent text: it must be read and given anew, unless the shop has the order."""
        if self.receipt is not None:
            return self
        shop = replace(self.storefront, consent=document)
        before = replace(self.before, consent=self.before.consent or self.storefront.consent)
        return replace(self._edited(), storefront=shop, consent_given=False, step=Step.CONSENT, before=before)

    def repriced(self, quote: Quote) -> OrderFlow:
        """Take a changed price: consent and confirmation must be given anew, unless the shop has the order."""
        if self.receipt is not None:
            return self
        before = replace(self.before, quote=self.before.quote or self.quote)
        repriced = self._served(replace(self.service, quote=quote))
        return replace(repriced, consent_given=False, key="", step=Step.CONSENT, before=before)

    def refuse(self, *fields: Field) -> OrderFlow:
        """Mark fields that the shop refused and go back to the first page that has one, unless the shop has the order."""
        if self.receipt is not None:
            return self
        marked = replace(self._edited(), contacts=replace(self.contacts, refused=frozenset(fields)))
        pages = (step for step in Step if any(problem.field in fields for problem in marked.problems(step)))
        step = next(pages, self.step)
        return replace(marked, step=step, is_editing=step < Step.SUMMARY)

    def received(self, order: Order) -> OrderFlow:
        """Take the shop's receipt, or a later state of the order."""
        return replace(self, receipt=order, step=Step.CONFIRMATION, is_editing=False)

    # Moving

    def next(self) -> OrderFlow:
        """Go to the next page where nothing keeps the user here; SUMMARY is left only by the shop's receipt."""
        if self._is_held(self.step) or self.step >= Step.SUMMARY:
            return self
        if not self.is_editing:
            return replace(self, step=Step(self.step + 1))
        step = next((step for step in Step if step < Step.SUMMARY and self._is_held(step)), Step.SUMMARY)
        return replace(self, step=step, is_editing=step < Step.SUMMARY)

    def _is_held(self, step: Step) -> bool:
        return bool(self.problems(step) or self.unjudged(step))

    def back(self) -> OrderFlow:
        """Go to the page before; after the receipt there is no way back."""
        if self.step in (Step.SERVICE, Step.CONFIRMATION):
            return self
        return replace(self, step=Step(self.step - 1))

    def edit(self, step: Step) -> OrderFlow:
        """Go from the summary to a page before it, to come back by ``next``."""
        if self.step is not Step.SUMMARY or step >= Step.SUMMARY:
            return self
        return replace(self, step=step, is_editing=True)

    def _edited(self) -> OrderFlow:
        return replace(self, key="")


def start(storefront: Storefront, entries: tuple[BasketEntry, ...], kind: ServiceKind | None = None) -> OrderFlow:
    """Return a fresh order form for programs, with the kind the user already asked for and the e-mail on record."""
    service = Service(tuple(OrderItem(entry) for entry in entries))
    flow = OrderFlow(storefront, service, contacts=Contacts(invoice_email=storefront.invoice_email))
    return flow if kind is None else flow.choose_kind(kind)
