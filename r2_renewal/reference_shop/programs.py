"""A customer's owned programs and the price list, as the rules and the wire know them.

Rule: a licence is looked up with its customer; another customer's licence is not found.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import Select, func, or_, select, tuple_
from sqlalchemy.orm import Session, defer

from r2_renewal.contract.problems import FieldProblem, ProblemCode
from r2_renewal.contract.structs import Amount, OfferBody, PriceBody, ProgramBody
from r2_renewal.domain.money import Money, Price, money, price_with_vat
from r2_renewal.domain.offer import Offer
from r2_renewal.domain.program import OwnedProgram
from r2_renewal.reference_shop.pages import Page, Wanted
from r2_renewal.reference_shop.pricing import ONE_DAY, Tier, own_tier
from r2_renewal.reference_shop.problems import Refusal
from r2_renewal.reference_shop.tables import LicenceRow, PriceItem, PriceList

MOST_PROGRAMS = 200
FIRST_PROGRAMS = Wanted(limit=MOST_PROGRAMS)


def licence_of(session: Session, customer_id: str, licence_id: str) -> LicenceRow:
    """Return a licence of a customer.

    Raises:
        Refusal: NOT_FOUND, where the customer has none of that identifier.
    """
    row = session.get(LicenceRow, licence_id)
    if row is None or row.customer_id != customer_id:
        raise Refusal(ProblemCode.NOT_FOUND, "no such licence")
    return row


def owns(session: Session, customer_id: str, licence_id: str) -> bool:
    """Whether a licence is a customer's."""
    query = select(LicenceRow.id).where(LicenceRow.id == licence_id, LicenceRow.customer_id == customer_id)
    return session.scalar(query) is not None


def licences_of(session: Session, customer_id: str) -> list[LicenceRow]:
    """Return every licence of a customer, by name."""
    query = select(LicenceRow).where(LicenceRow.customer_id == customer_id).options(defer(LicenceRow.certificate))
    return list(session.scalars(query.order_by(LicenceRow.name, LicenceRow.id)))


def licence_page(session: Session, customer_id: str, wanted: Wanted) -> Page[LicenceRow]:
    """Return a page of a customer's licences, by name.

    Raises:
        Refusal: VALIDATION, where the limit or the cursor is none.
    """
    if not 1 <= wanted.limit <= MOST_PROGRAMS:
        raise Refusal(ProblemCode.VALIDATION, fields=(FieldProblem(field="limit", code="invalid"),))
    query = select(LicenceRow).where(LicenceRow.customer_id == customer_id).options(defer(LicenceRow.certificate))
    if wanted.cursor:
        before = session.get(LicenceRow, wanted.cursor)
        if before is None or before.customer_id != customer_id:
            raise Refusal(ProblemCode.VALIDATION, fields=(FieldProblem(field="cursor", code="invalid"),))
        query = query.where(tuple_(LicenceRow.name, LicenceRow.id) > (before.name, before.id))
    rows = session.scalars(query.order_by(LicenceRow.name, LicenceRow.id).limit(wanted.limit + 1)).all()
    shown = tuple(rows[: wanted.limit])
    return Page(shown, shown[-1].id if len(rows) > len(shown) else None)


def licences_named(session: Session, customer_id: str, licence_ids: Collection[str]) -> dict[str, LicenceRow]:
    """Return some licences of a customer by identifier.

    Raises:
        Refusal: NOT_FOUND, where the customer has not every one of them.
    """
    query = select(LicenceRow).where(LicenceRow.customer_id == customer_id, LicenceRow.id.in_(licence_ids))
    found = {row.id: row for row in session.scalars(query)}
    if len(found) < len(set(licence_ids)):
        raise Refusal(ProblemCode.NOT_FOUND, "no such licence")
    return found


def price_list(session: Session, products: set[str], day: date) -> list[Tier]:
    """Return the lines for some products of the price list in force on a day."""
    items = session.scalars(
        select(PriceItem).where(PriceItem.product.in_(products), PriceItem.list_id.in_(_list_of(day)))
    )
    return [
        Tier(item.id, item.product, item.limit_name, item.limit_value, money(str(item.net)), item.vat_rate)
        for item in items
    ]


def _list_of(day: date) -> Select[str]:
    begun = select(PriceList.id).where(PriceList.valid_from <= day).order_by(PriceList.valid_from.desc()).limit(1)
    return select(PriceList.id).where(
        PriceList.id.in_(begun), or_(PriceList.valid_to.is_(None), PriceList.valid_to >= day)
    )


def last_day_of_prices(session: Session, day: date) -> date | None:
    """Return the last day of the price list in force on a day, as far as it is known yet."""
    ends = session.scalar(select(PriceList.valid_to).where(PriceList.id.in_(_list_of(day))))
    following = session.scalar(select(func.min(PriceList.valid_from)).where(PriceList.valid_from > day))
    known = [end for end in (ends, following - ONE_DAY if following else None) if end is not None]
    return min(known, default=None)


def owned_program(row: LicenceRow) -> OwnedProgram:
    """Return the program of a licence."""
    return OwnedProgram(
        licence_id=row.id,
        program_id=row.program_id,
        product=row.product,
        name=row.name,
        edition=row.edition,
        valid_until=None if row.valid_until == date.max else row.valid_until,
        seq=row.seq,
        limits=dict(row.limits),
        services=tuple(row.services),
    )


def renewal_price(row: LicenceRow, tiers: Sequence[Tier]) -> Price | None:
    """Return what a year more of a program costs as it is now; None where the price list has no such thing, or it never ends."""
    program = owned_program(row)
    own = None if program.is_perpetual else own_tier(program, tiers)
    return price_with_vat([own.net], own.vat_rate) if own is not None else None


def program_body(row: LicenceRow, tiers: Sequence[Tier]) -> ProgramBody:
    """Return a licence as it goes over the wire, with the price of its renewal where that is on."""
    price = renewal_price(row, tiers) if row.auto_renewal else None
    return ProgramBody(
        licence_id=row.id,
        program_id=row.program_id,
        product=row.product,
        name=row.name,
        edition=row.edition,
        valid_until=row.valid_until,
        seq=row.seq,
        limits=dict(row.limits),
        services=tuple(row.services),
        auto_renewal=row.auto_renewal,
        renewal_date=row.renewal_date,
        renewal_price=price_body(price) if price is not None else None,
    )


def offer_body(offer: Offer) -> OfferBody:
    """Return an offer as it goes over the wire."""
    return OfferBody(
        offer_id=offer.offer_id,
        licence_id=offer.licence_id,
        kind=offer.kind.value,
        name=offer.name,
        net=amount(offer.net),
        limits=dict(offer.limits),
    )


def amount(value: Money) -> Amount:
    """Return money as it goes over the wire."""
    return Amount(amount=str(value.amount), currency=value.currency)


def price_body(price: Price) -> PriceBody:
    """Return a price as it goes over the wire."""
    return PriceBody(net=amount(price.net), vat=amount(price.vat), gross=amount(price.gross))
