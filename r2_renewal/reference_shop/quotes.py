"""Quotes: a price and its periods held for a day, made by the shop alone.

Rules: a quote never changes. It holds until it expires, which is never after the price list that it was made from, or until a
licence that it was made for is another one (renewed or enlarged meanwhile), or its period has moved (a day has turned for an
extension); then the same offers are quoted anew.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import UTC, date, datetime, time

from sqlalchemy.orm import Session

from r2_renewal.contract.problems import FieldProblem, ProblemCode
from r2_renewal.contract.structs import (
    LineBody,
    PeriodBody,
    QuoteBody,
    QuoteItem,
    RenewalBody,
    VatBody,
)
from r2_renewal.domain.dates import warsaw
from r2_renewal.domain.money import Money, Price, sum_of
from r2_renewal.domain.offer import Offer, ServiceKind
from r2_renewal.domain.withdrawal_right import begins_early, last_calm_day
from r2_renewal.reference_shop import attempts
from r2_renewal.reference_shop.callers import Caller
from r2_renewal.reference_shop.pricing import ONE_DAY, Line, Tier, line_of, offers, period_of, vat_totals
from r2_renewal.reference_shop.problems import Refusal
from r2_renewal.reference_shop.programs import (
    amount,
    last_day_of_prices,
    licences_named,
    owned_program,
    price_body,
    price_list,
)
from r2_renewal.reference_shop.settings import ShopSettings
from r2_renewal.reference_shop.tables import LicenceRow, QuoteLineRow, QuoteRow


def make_quote(session: Session, settings: ShopSettings, customer_id: str, items: Sequence[QuoteItem]) -> QuoteRow:
    """Price offers for licences of the customer and keep the quote.

    Raises:
        Refusal: VALIDATION for a licence named twice; NOT_FOUND for one that is not the customer's; OFFER_WITHDRAWN for an
            offer not on sale for it.
    """
    named = [item.licence_id for item in items]
    if len(set(named)) < len(named):
        raise Refusal(ProblemCode.VALIDATION, fields=(FieldProblem(field="items", code="repeated"),))
    licences = licences_named(session, customer_id, named)
    tiers = price_list(session, {row.product for row in licences.values()}, settings.today())
    lines = [_priced(licences[item.licence_id], item.offer_id, tiers, settings) for item in items]
    return keep_quote(session, customer_id, lines, _expiry(session, settings, lines))


def count(session: Session, settings: ShopSettings, caller: Caller, items: Sequence[QuoteItem], address: str) -> None:
    """Count a quote that is about to be made.

    Raises:
        Refusal: TOO_MANY, of one of the licences, of the customer, or from the address.
    """
    named = [item.licence_id for item in items]
    attempts.count_each(session, settings.limits.quote, caller, named, settings.now(), address)


def _priced(licence: LicenceRow, offer_id: str, tiers: Sequence[Tier], settings: ShopSettings) -> Line:
    program, today = owned_program(licence), settings.today()
    for offer in offers(program, tiers, today):
        if offer.offer_id == offer_id:
            return line_of(offer, program, tiers, today)
    raise Refusal(ProblemCode.OFFER_WITHDRAWN)


def _expiry(session: Session, settings: ShopSettings, lines: Sequence[Line]) -> datetime:
    today, first_days = settings.today(), [line.period_from for line in lines]
    last_days = (
        last_day_of_prices(session, today),
        # After it the order needs a box that the customer has not seen: the request to begin early.
        None if begins_early(first_days, today) else last_calm_day(first_days),
    )
    ends = (datetime.combine(day + ONE_DAY, time.min, warsaw()).astimezone(UTC) for day in last_days if day is not None)
    return min((settings.now() + settings.quote_hold, *ends))


def keep_quote(session: Session, customer_id: str, lines: Sequence[Line], expires_at: datetime) -> QuoteRow:
    """Keep lines, each of another licence of the customer, as a quote."""
    price = sum_of(total.price for total in vat_totals((line.vat_rate, line.offer.net) for line in lines))
    row = QuoteRow(
        id=f"quo_{secrets.token_urlsafe(12)}",
        customer_id=customer_id,
        net=price.net.amount,
        vat=price.vat.amount,
        gross=price.gross.amount,
        expires_at=expires_at,
        lines=[_row(position, line) for position, line in enumerate(lines, 1)],
    )
    session.add(row)
    return row


def find_quote(session: Session, customer_id: str, quote_id: str) -> QuoteRow:
    """Return a quote of the customer.

    Raises:
        Refusal: NOT_FOUND, where the customer has none of that identifier.
    """
    row = session.get(QuoteRow, quote_id)
    if row is None or row.customer_id != customer_id:
        raise Refusal(ProblemCode.NOT_FOUND, "no such quote")
    return row


def items_of(row: QuoteRow) -> tuple[QuoteItem, ...]:
    """Return what a quote was asked for."""
    return tuple(QuoteItem(licence_id=line.licence_id, offer_id=line.offer_id) for line in row.lines)


def holds(row: QuoteRow, licences: dict[str, LicenceRow], settings: ShopSettings) -> bool:
    """Whether an order may still be placed on a quote of these licences."""
    today = settings.today()
    return settings.now() < row.expires_at and all(
        _is_for(line, licences[line.licence_id], today) for line in row.lines
    )


def _is_for(line: QuoteLineRow, licence: LicenceRow, today: date) -> bool:
    period = period_of(ServiceKind(line.kind), licence.valid_until, today)
    return (line.licence_seq, line.period_from, line.period_to) == (licence.seq, *period)


def stored_line(row: QuoteLineRow) -> Line:
    """Return a stored line as the rules know it."""
    offer = Offer(
        row.offer_id, row.licence_id, ServiceKind(row.kind), row.description, Money(row.net), dict(row.limits)
    )
    return Line(
        offer=offer,
        program=row.program,
        seq=row.licence_seq,
        vat_rate=row.vat_rate,
        period_from=row.period_from,
        period_to=row.period_to,
        renewal_date=row.renewal_date,
        renewal_price=Price(Money(row.renewal_net), Money(row.renewal_vat), Money(row.renewal_gross)),
        cancel_until=row.cancel_until,
    )


def price_of(row: QuoteRow) -> Price:
    """Return what is to pay for all lines."""
    return Price(Money(row.net), Money(row.vat), Money(row.gross))


def quote_body(row: QuoteRow, today: date) -> QuoteBody:
    """Return a quote as it goes over the wire on a calendar day."""
    return QuoteBody(
        quote_id=row.id,
        lines=tuple(line_body(line) for line in row.lines),
        vat=vat_bodies(row),
        price=price_body(price_of(row)),
        expires_at=row.expires_at,
        told_on=today,
    )


def vat_bodies(row: QuoteRow) -> tuple[VatBody, ...]:
    """Return what the lines come to rate by rate, as it goes over the wire."""
    totals = vat_totals((line.vat_rate, Money(line.net)) for line in row.lines)
    return tuple(VatBody(rate=str(total.rate), price=price_body(total.price)) for total in totals)


def line_body(row: QuoteLineRow, *, enrolled: bool = True) -> LineBody:
    """Return a line as it goes over the wire; its renewal only where one follows."""
    line = stored_line(row)
    renewal = RenewalBody(day=line.renewal_date, price=price_body(line.renewal_price), cancel_until=line.cancel_until)
    return LineBody(
        licence_id=line.offer.licence_id,
        program=line.program,
        offer_id=line.offer.offer_id,
        kind=line.offer.kind.value,
        description=line.offer.name,
        limits=dict(line.offer.limits),
        net=amount(line.offer.net),
        vat_rate=str(line.vat_rate),
        period=PeriodBody(first_day=line.period_from, last_day=line.period_to),
        renewal=renewal if enrolled else None,
    )


def _row(position: int, line: Line) -> QuoteLineRow:
    return QuoteLineRow(
        position=position,
        licence_id=line.offer.licence_id,
        program=line.program,
        licence_seq=line.seq,
        offer_id=line.offer.offer_id,
        kind=line.offer.kind.value,
        description=line.offer.name,
        limits=dict(line.offer.limits),
        net=line.offer.net.amount,
        vat_rate=line.vat_rate,
        period_from=line.period_from,
        period_to=line.period_to,
        renewal_date=line.renewal_date,
        renewal_net=line.renewal_price.net.amount,
        renewal_vat=line.renewal_price.vat.amount,
        renewal_gross=line.renewal_price.gross.amount,
        cancel_until=line.cancel_until,
    )
