"""What may be ordered for an owned program, and what it costs.

Rule: the shop computes every price and period; the module only shows them (and orders exactly what it showed).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from r2_renewal.domain.money import Money, Price
from r2_renewal.domain.withdrawal_right import begins_early


class ServiceKind(StrEnum):
    """What is ordered: the next 12 months, or a higher limit of a program already owned."""

    SUBSCRIPTION = "subscription"
    EXTENSION = "extension"


@dataclass(frozen=True, slots=True)
class Wish:
    """What the user already clicked before eSklep opened.

    Attributes:
        licence_id: the program to select; empty for none.
        kind: the service to start the form with; None for no choice.
    """

    licence_id: str = ""
    kind: ServiceKind | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """An item of the price list that fits one owned program.

    Attributes:
        offer_id: the shop's identifier.
        licence_id: the owned program it is for.
        kind: subscription or extension.
        name: e.g. ``Abonament R2płatnik do 50 pracowników``.
        net: net price; for an extension, prorated to the current end.
        limits: the limits after the order.
    """

    offer_id: str
    licence_id: str
    kind: ServiceKind
    name: str
    net: Money
    limits: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class QuoteLine:
    """One program of a quote.

    Attributes:
        offer_id: the quoted offer.
        licence_id: the owned program.
        program: its name, as the consent names it.
        kind: subscription or extension.
        description: what is sold, for the summary and the invoice.
        net: net price; an extension's is prorated to the current end.
        period_from: first day of the paid period.
        period_to: last day of it; the subscription's new end.
        renewal_date: day of the automatic renewal.
        renewal_price: today's price of that renewal.
        cancel_until: last day on which the renewal can be cancelled free.
    """

    offer_id: str
    licence_id: str
    program: str
    kind: ServiceKind
    description: str
    net: Money
    period_from: date
    period_to: date
    renewal_date: date
    renewal_price: Price
    cancel_until: date


@dataclass(frozen=True, slots=True)
class Quote:
    """A price with everything the law wants shown before the order.

    Attributes:
        quote_id: the shop's identifier; the order refers to it.
        lines: what is sold, program by program; at least one.
        price: net, VAT, gross of all lines together.
        expires_at: until when the price is held, aware.
        told_on: the shop's calendar day on which it told the price.
    """

    quote_id: str
    lines: tuple[QuoteLine, ...]
    price: Price
    expires_at: datetime
    told_on: date

    @property
    def kind(self) -> ServiceKind:
        """Subscription or extension: the same for every line of an order form."""
        return self.lines[0].kind

    @property
    def is_early(self) -> bool:
        """Whether something would begin before the withdrawal's 14 days are over, by the shop's calendar."""
        return begins_early((line.period_from for line in self.lines), self.told_on)

    @property
    def licence_ids(self) -> tuple[str, ...]:
        """The owned programs, in the order of the lines."""
        return tuple(line.licence_id for line in self.lines)

    def renewed_since(self, earlier: Quote) -> tuple[QuoteLine, ...]:
        """Return the lines that pay for what follows an earlier price's period: that one was bought by another route since."""
        ends = {line.licence_id: line.period_to for line in earlier.lines}
        return tuple(line for line in self.lines if line.period_from > ends.get(line.licence_id, date.max))
