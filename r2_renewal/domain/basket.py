"""The basket of owned programs and everything eSklep opens with."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from r2_renewal.domain.company import Company
from r2_renewal.domain.consent import Document
from r2_renewal.domain.money import Price
from r2_renewal.domain.offer import Offer, ServiceKind
from r2_renewal.domain.order import Order
from r2_renewal.domain.program import OwnedProgram
from r2_renewal.domain.recipient import Recipient


@dataclass(frozen=True, slots=True)
class BasketEntry:
    """A row of the basket.

    Attributes:
        program: the owned program.
        auto_renewal: whether the customer is enrolled in its automatic renewal.
        renewal_date: day of that renewal; None where not enrolled.
        renewal_price: what it costs by today's price list; None where not enrolled or not known.
        open_order: the order being processed for it; None where there is none.
        on_sale: whether anything may be ordered for it; not so where its product was withdrawn.
    """

    program: OwnedProgram
    auto_renewal: bool
    renewal_date: date | None = None
    open_order: Order | None = None
    on_sale: bool = True
    renewal_price: Price | None = None

    @property
    def is_orderable(self) -> bool:
        """Whether anything can be ordered for it now, as far as the shop knows."""
        return self.on_sale and self.open_order is None


@dataclass(frozen=True, slots=True)
class Storefront:
    """What eSklep opens with, fetched in one round trip.

    Attributes:
        company: the customer's invoice details on record.
        invoice_email: „e-mail do faktury" on record; may be empty.
        basket: the owned programs.
        offers: what may be ordered for them.
        consent: template of the consent to automatic renewal.
        terms: terms of sale.
        privacy: the short RODO clause.
        consent_required: whether an order needs the consent.
        panel_url: address of the web panel, as written in the consent.
        contact_email: the seller's e-mail for statements.
        fetched_at: when the shop answered, aware.
        recipients: whom an invoice can name beside the customer.
    """

    company: Company
    invoice_email: str
    basket: tuple[BasketEntry, ...]
    offers: tuple[Offer, ...]
    consent: Document
    terms: Document
    privacy: Document
    consent_required: bool
    panel_url: str
    contact_email: str
    fetched_at: datetime
    recipients: tuple[Recipient, ...] = ()

    def offers_for(self, licence_id: str, kind: ServiceKind) -> tuple[Offer, ...]:
        """Return the offers of a kind for one owned program, cheapest first."""
        fitting = (offer for offer in self.offers if offer.licence_id == licence_id and offer.kind is kind)
        return tuple(sorted(fitting, key=lambda offer: offer.net.amount))

    def with_programs_of(self, other: Storefront) -> Storefront:
        """Return this storefront with the programs of another and their offers; those that are here stay as they are."""
        known = {entry.program.licence_id for entry in self.basket}
        more = tuple(entry for entry in other.basket if entry.program.licence_id not in known)
        offers = tuple(offer for offer in other.offers if offer.licence_id not in known)
        return replace(self, basket=(*self.basket, *more), offers=(*self.offers, *offers)) if more else self
