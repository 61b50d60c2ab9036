"""Prices and periods: what may be ordered for a program, what it costs and for how long. Pure rules, no database.

Rules: a subscription lasts 12 months from the day after the current end, so that no paid day is lost, and from today once
that end has passed; an extension costs the difference of the two tiers, prorated by days to the current end, both days
counted; VAT is counted half-up on the net total of each rate; the renewal follows on the day after the period, at the tier's
full price, and may be cancelled until the day before it; every order enrols in that renewal and promises 30 days' notice of it
(k.c. 385³ pts 6, 18), so an extension is on sale only while that notice can still be given, and the customer renews first
after that.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from r2_renewal.domain.dates import plus_months
from r2_renewal.domain.money import GROSZ, Money, Price, price_with_vat
from r2_renewal.domain.offer import Offer, ServiceKind
from r2_renewal.domain.program import OwnedProgram

STANDARD_VAT = Decimal("0.23")
SUBSCRIPTION_MONTHS = 12
ONE_DAY = timedelta(days=1)
# The notice's 30 days, and a day on which to make and send it.
LEAST_DAYS_OF_EXTENSION = 31

# „do 1 pracownika", „do 50 pracowników": the genitive after „do".
_UP_TO = {
    "employees": ("pracownika", "pracowników"),
    "stations": ("stanowiska", "stanowisk"),
    "companies": ("firmy", "firm"),
}


@dataclass(frozen=True, slots=True)
class Tier:
    """A line of the price list: 12 months of a product up to a limit.

    Attributes:
        item_id: identifier of the line.
        product: product code.
        limit_name: e.g. ``employees``.
        limit: its value.
        net: net price of 12 months.
        vat_rate: e.g. 0.23.
    """

    item_id: str
    product: str
    limit_name: str
    limit: int
    net: Money
    vat_rate: Decimal


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a quote: an offer with its period and the renewal that follows.

    Attributes:
        offer: what is sold, with its net price.
        program: the program's name.
        seq: the licence's counter, by which it is known to have changed since.
        vat_rate: e.g. 0.23.
        period_from: first day of the paid period.
        period_to: last day of it; the subscription's new end.
        renewal_date: day of the automatic renewal.
        renewal_price: today's price of that renewal.
        cancel_until: last day on which the renewal can be cancelled free.
    """

    offer: Offer
    program: str
    seq: int
    vat_rate: Decimal
    period_from: date
    period_to: date
    renewal_date: date
    renewal_price: Price
    cancel_until: date


@dataclass(frozen=True, slots=True)
class VatTotal:
    """What the lines of one VAT rate come to."""

    rate: Decimal
    price: Price


def offers(program: OwnedProgram, tiers: Sequence[Tier], today: date) -> tuple[Offer, ...]:
    """Return what may be ordered for a program: its subscription, and every higher limit while one runs long enough."""
    own = own_tier(program, tiers)
    if own is None or program.is_perpetual:
        return ()  # what never ends has no next year, and no part of one
    extensions = _extensions(program, own, tiers, today) if may_be_extended(program, today) else ()
    return (_subscription(program, own), *extensions)


def may_be_extended(program: OwnedProgram, today: date) -> bool:
    """Whether the customer can still be told of the renewal, date and price, at least 30 days before it."""
    return (program.last_day - today).days >= LEAST_DAYS_OF_EXTENSION


def own_tier(program: OwnedProgram, tiers: Sequence[Tier]) -> Tier | None:
    """Return the smallest tier that covers the program's limits; None where the price list has none."""
    covering = (tier for tier in tiers if tier.product == program.product and _covers(tier, program))
    return min(covering, key=lambda tier: tier.limit, default=None)


def _covers(tier: Tier, program: OwnedProgram) -> bool:
    held = program.limits.get(tier.limit_name)
    return held is not None and held <= tier.limit


def _subscription(program: OwnedProgram, own: Tier) -> Offer:
    name = f"Abonament {program.name} {_up_to(own)}"
    return Offer(
        f"subscription.{own.item_id}", program.licence_id, ServiceKind.SUBSCRIPTION, name, own.net, dict(program.limits)
    )


def _extensions(program: OwnedProgram, own: Tier, tiers: Sequence[Tier], today: date) -> tuple[Offer, ...]:
    higher = (t for t in tiers if (t.product, t.limit_name) == (own.product, own.limit_name) and t.limit > own.limit)
    return tuple(_extension(program, own, tier, today) for tier in sorted(higher, key=lambda tier: tier.limit))


def _extension(program: OwnedProgram, own: Tier, tier: Tier, today: date) -> Offer:
    return Offer(
        f"extension.{tier.item_id}",
        program.licence_id,
        ServiceKind.EXTENSION,
        f"Rozszerzenie {program.name} {_up_to(tier)}",
        prorated(own.net, tier.net, today, program.last_day),
        {**program.limits, tier.limit_name: tier.limit},
    )


def _up_to(tier: Tier) -> str:
    one, many = _UP_TO.get(tier.limit_name, (tier.limit_name, tier.limit_name))
    return f"do {tier.limit} {one if tier.limit == 1 else many}"


def prorated(lower: Money, higher: Money, today: date, last_day: date) -> Money:
    """Return the part of a year's price difference that falls on today to the last day, half-up to a grosz.

    Args:
        lower: year's net price of the tier owned.
        higher: year's net price of the tier wanted.
        today: first day of the extension.
        last_day: last day of the running subscription.
    """
    year = (last_day - plus_months(last_day, -SUBSCRIPTION_MONTHS)).days
    days = (last_day - today).days + 1
    share = (higher.amount - lower.amount) * days / year
    return Money(share.quantize(GROSZ, ROUND_HALF_UP), higher.currency)


def period_of(kind: ServiceKind, valid_until: date, today: date) -> tuple[date, date]:
    """Return the first and the last day that an order of a kind pays for.

    Twelve months are counted from the end of the day before the first one (k.c. 111 § 2, 112): an end of 22.12.2026 gives
    23.12.2026–22.12.2027.
    """
    if kind is ServiceKind.EXTENSION:
        return today, valid_until
    eve = max(valid_until, today - ONE_DAY)
    return eve + ONE_DAY, plus_months(eve, SUBSCRIPTION_MONTHS)


def line_of(offer: Offer, program: OwnedProgram, tiers: Sequence[Tier], today: date) -> Line:
    """Return an offer with its period, and the renewal that follows it.

    Args:
        offer: one of the program's ``offers`` of today.
        program: the owned program.
        tiers: the price list.
        today: the calendar date in Warsaw.
    """
    tier = _tier_of(offer, tiers)
    first, last = period_of(offer.kind, program.last_day, today)
    renewal_price = price_with_vat([tier.net], tier.vat_rate)
    return Line(offer, program.name, program.seq, tier.vat_rate, first, last, last + ONE_DAY, renewal_price, last)


def _tier_of(offer: Offer, tiers: Sequence[Tier]) -> Tier:
    item_id = offer.offer_id.partition(".")[2]
    return next(tier for tier in tiers if tier.item_id == item_id)


def vat_totals(nets: Iterable[tuple[Decimal, Money]]) -> tuple[VatTotal, ...]:
    """Return what net prices, each with its VAT rate, come to rate by rate, the highest first."""
    of_rate: dict[Decimal, list[Money]] = {}
    for rate, net in nets:
        of_rate.setdefault(rate, []).append(net)
    return tuple(VatTotal(rate, price_with_vat(of_rate[rate], rate)) for rate in sorted(of_rate, reverse=True))
