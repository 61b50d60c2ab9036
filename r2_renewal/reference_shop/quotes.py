"""Quotes: a price and period held for a day, made by the shop alone.

Rule: a quote never changes. It holds until it expires or until the period it was made for has moved (the licence was
extended meanwhile, or a day has turned for an extension); then the same offer is quoted anew.
"""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy.orm import Session

from r2_renewal.contract.problems import ProblemCode
from r2_renewal.contract.structs import PeriodBody, QuoteBody, QuoteLine, QuoteRequest, RenewalBody
from r2_renewal.domain.money import Money, Price
from r2_renewal.domain.offer import Offer, Quote, ServiceKind
from r2_renewal.reference_shop.pricing import VAT_RATE, offers, period_of, quote_of
from r2_renewal.reference_shop.problems import Refusal
from r2_renewal.reference_shop.programs import amount, licence_of, owned_program, price_body, price_list
from r2_renewal.reference_shop.settings import ShopSettings
from r2_renewal.reference_shop.tables import LicenceRow, QuoteRow


def make_quote(session: Session, settings: ShopSettings, customer_id: str, request: QuoteRequest) -> QuoteBody:
    """Price an offer for a licence of the customer and keep the quote.

    Raises:
        Refusal: NOT_FOUND for a licence that is not the customer's; OFFER_WITHDRAWN for an offer not on sale for it.
    """
    licence = licence_of(session, customer_id, request.licence_id)
    program, today = owned_program(licence), settings.today()
    tiers = price_list(session, {licence.product})
    found = [offer for offer in offers(program, tiers, today) if offer.offer_id == request.offer_id]
    if not found:
        raise Refusal(ProblemCode.OFFER_WITHDRAWN)
    quote = quote_of(found[0], program, tiers, today, _new_id(), settings.now() + settings.quote_hold)
    session.add(quote_row(customer_id, found[0], quote))
    return quote_body(quote)


def _new_id() -> str:
    return f"quo_{secrets.token_urlsafe(12)}"


def find_quote(session: Session, customer_id: str, quote_id: str) -> QuoteRow:
    """Return a quote of the customer.

    Raises:
        Refusal: NOT_FOUND, where the customer has none of that identifier.
    """
    row = session.get(QuoteRow, quote_id)
    if row is None or row.customer_id != customer_id:
        raise Refusal(ProblemCode.NOT_FOUND, "no such quote")
    return row


def holds(row: QuoteRow, licence: LicenceRow, settings: ShopSettings, now: datetime) -> bool:
    """Whether an order may still be placed on a quote."""
    period = period_of(ServiceKind(row.kind), licence.valid_until, settings.today())
    return now < row.expires_at and (row.period_from, row.period_to) == period


def domain_quote(row: QuoteRow) -> Quote:
    """Return a stored quote as the rules know it."""
    return Quote(
        quote_id=row.id,
        offer_id=row.offer_id,
        licence_id=row.licence_id,
        kind=ServiceKind(row.kind),
        description=row.description,
        period_from=row.period_from,
        period_to=row.period_to,
        price=Price(Money(row.net), Money(row.vat), Money(row.gross)),
        renewal_date=row.renewal_date,
        renewal_price=Price(Money(row.renewal_net), Money(row.renewal_vat), Money(row.renewal_gross)),
        cancel_until=row.cancel_until,
        expires_at=row.expires_at,
    )


def quote_body(quote: Quote) -> QuoteBody:
    """Return a quote as it goes over the wire."""
    line = QuoteLine(
        offer_id=quote.offer_id,
        description=quote.description,
        net=amount(quote.price.net),
        vat_rate=str(VAT_RATE),
    )
    return QuoteBody(
        quote_id=quote.quote_id,
        licence_id=quote.licence_id,
        kind=quote.kind.value,
        lines=(line,),
        price=price_body(quote.price),
        period=period_body(quote),
        renewal=renewal_body(quote),
        expires_at=quote.expires_at,
    )


def period_body(quote: Quote) -> PeriodBody:
    """Return the paid period as it goes over the wire."""
    return PeriodBody(first_day=quote.period_from, last_day=quote.period_to)


def renewal_body(quote: Quote) -> RenewalBody:
    """Return the renewal that follows as it goes over the wire."""
    return RenewalBody(day=quote.renewal_date, price=price_body(quote.renewal_price), cancel_until=quote.cancel_until)


def quote_row(customer_id: str, offer: Offer, quote: Quote) -> QuoteRow:
    """Return a customer's quote as it is stored."""
    return QuoteRow(
        id=quote.quote_id,
        customer_id=customer_id,
        licence_id=quote.licence_id,
        offer_id=quote.offer_id,
        kind=quote.kind.value,
        description=quote.description,
        limits=dict(offer.limits),
        net=quote.price.net.amount,
        vat=quote.price.vat.amount,
        gross=quote.price.gross.amount,
        period_from=quote.period_from,
        period_to=quote.period_to,
        renewal_date=quote.renewal_date,
        renewal_net=quote.renewal_price.net.amount,
        renewal_vat=quote.renewal_price.vat.amount,
        renewal_gross=quote.renewal_price.gross.amount,
        cancel_until=quote.cancel_until,
        expires_at=quote.expires_at,
    )
