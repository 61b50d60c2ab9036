"""The order form as it stands: what was chosen, typed and ticked, what the pages show of it, and the order that it comes to.

Rule: nothing changes here; what may happen to a form is ``order_flow``'s.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from r2_renewal.domain.basket import BasketEntry, Storefront
from r2_renewal.domain.company import Holder, normalize_nip
from r2_renewal.domain.consent import Document, auto_renewal_text, give
from r2_renewal.domain.offer import Offer, Quote, ServiceKind
from r2_renewal.domain.order import ConfirmedOrder, Order, Orderer
from r2_renewal.domain.order_contacts import Contacts
from r2_renewal.domain.order_fields import Field, FieldProblem, Step
from r2_renewal.domain.order_problems import problems_on
from r2_renewal.domain.order_service import OrderItem, Service
from r2_renewal.domain.recipient import Recipient


@dataclass(frozen=True, slots=True)
class Superseded:
    """What the customer saw before the shop changed it. Attributes: quote; consent: the old text's template."""

    quote: Quote | None = None
    consent: Document | None = None


@dataclass(frozen=True, slots=True)
class OrderForm:
    """The whole order form at one moment.

    Attributes:
        storefront: what the shop offers, and the customer's data on record.
        service: programs, kind, offers and price.
        step: the page shown.
        is_editing: the page was come to from the summary and leads back to it.
        contacts: invoice address and ordering person.
        recipient_id: whom the invoice names beside the customer; empty for nobody.
        company_confirmed: „Dane do faktury są poprawne" is ticked.
        consent_given: the consent box is ticked.
        early_start: the request to begin before the withdrawal's 14 days are over is ticked.
        is_professional: the declaration that this contract is of professional character is ticked.
        key: key of the confirmation; empty until confirmed, dropped by any edit.
        receipt: the order as the shop has it; None until it answered.
        before: what the shop changed meanwhile, as it was; until the order is confirmed anew.
        holder: the company that the licence here is for; None where that is not known.
        remembered: the ordering person remembered on this computer; None for nobody.
        remember_me: „Zapamiętaj mnie na tym komputerze" is ticked.
    """

    storefront: Storefront
    service: Service
    step: Step = Step.SERVICE
    is_editing: bool = False
    contacts: Contacts = field(default_factory=Contacts)
    company_confirmed: bool = False
    consent_given: bool = False
    early_start: bool = False
    is_professional: bool = False
    key: str = ""
    receipt: Order | None = None
    before: Superseded = field(default_factory=Superseded)
    holder: Holder | None = None
    remembered: Orderer | None = None
    remember_me: bool = False
    recipient_id: str = ""

    @property
    def kind(self) -> ServiceKind | None:
        """Subscription or extension; None until chosen."""
        return self.service.kind

    @property
    def items(self) -> tuple[OrderItem, ...]:
        """The programs that the form was opened for."""
        return self.service.items

    @property
    def entries(self) -> tuple[BasketEntry, ...]:
        """Those programs as the basket has them."""
        return tuple(item.entry for item in self.items)

    @property
    def licence_ids(self) -> tuple[str, ...]:
        """The licences of those programs."""
        return tuple(item.licence_id for item in self.items)

    @property
    def quote(self) -> Quote | None:
        """Price and periods; None until the shop told them."""
        return self.service.quote

    @property
    def recipient(self) -> Recipient | None:
        """Whom the invoice names beside the customer; None for nobody."""
        return next((one for one in self.storefront.recipients if one.recipient_id == self.recipient_id), None)

    @property
    def orderer(self) -> Orderer:
        """The ordering person as typed."""
        return self.contacts.orderer

    def offers_for(self, licence_id: str) -> tuple[Offer, ...]:
        """Return the offers of the chosen kind for a program."""
        return () if self.kind is None else self.storefront.offers_for(licence_id, self.kind)

    @property
    def consent_texts(self) -> Mapping[str, str]:
        """The consent with its numbers, by licence; empty before there is a price."""
        shop, email = self.storefront, self.contacts.settled(Field.INVOICE_EMAIL)
        return {
            line.licence_id: auto_renewal_text(shop.consent, line, email, shop.panel_url, shop.contact_email)
            for line in (self.quote.lines if self.quote else ())
        }

    @property
    def consent_text(self) -> str:
        """All that the consent box stands for: the text of every program, one after the other."""
        return "\n\n".join(self.consent_texts.values())

    @property
    def asks_early_start(self) -> bool:
        """Whether something would begin before the withdrawal's 14 days are over."""
        return self.quote is not None and self.quote.is_early

    def unjudged(self, step: Step) -> tuple[Field, ...]:
        """Return the contact fields of a page whose present text has no verdict yet."""
        return self.contacts.unjudged(step)

    def problems(self, step: Step) -> tuple[FieldProblem, ...]:
        """Return what keeps the user on a page, in the order of its fields."""
        return problems_on(step, self)

    def confirmed_order(self) -> ConfirmedOrder:
        """Return what „Zamówienie z obowiązkiem zapłaty" sends.

        Raises:
            ValueError: a page still has a problem, or the confirmation has no key.
        """
        if self.quote is None or not self.key or self.problems(Step.SUMMARY) or not self.contacts.is_judged:
            raise ValueError("an order that is not complete and confirmed cannot be sent")
        texts = self.consent_texts if self.consent_given else {}
        return ConfirmedOrder(
            key=self.key,
            quote=self.quote,
            nip=normalize_nip(self.storefront.company.nip),
            invoice_email=self.contacts.settled(Field.INVOICE_EMAIL),
            orderer=self.contacts.settled_orderer,
            consents={licence_id: give(self.storefront.consent, text) for licence_id, text in texts.items()},
            early_start=self.early_start and self.asks_early_start,
            is_professional=self.is_professional,
            recipient_id=self.recipient.recipient_id if self.recipient is not None else "",
        )
