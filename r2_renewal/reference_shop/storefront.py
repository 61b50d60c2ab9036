"""The storefront: what eSklep opens with, in one round trip; an office's thousands of programs follow page by page.

Rule: every answer has a bound, however much a customer owns and orders.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, exists, select
from sqlalchemy.orm import Session

from r2_renewal.contract.structs import CompanyBody, OfferBody, OrderBody, ProgramBody, ProgramList, StorefrontBody
from r2_renewal.reference_shop import texts
from r2_renewal.reference_shop.orders import open_orders_of, order_body, orders_of
from r2_renewal.reference_shop.pages import Wanted
from r2_renewal.reference_shop.pricing import offers
from r2_renewal.reference_shop.programs import (
    FIRST_PROGRAMS,
    licence_of,
    licence_page,
    offer_body,
    owned_program,
    price_list,
    program_body,
)
from r2_renewal.reference_shop.recipients import recipient_body
from r2_renewal.reference_shop.settings import ShopSettings
from r2_renewal.reference_shop.tables import Customer, OrderRow, RecipientRow

_WITH_RECIPIENTS = select(Customer, exists().where(RecipientRow.customer_id == Customer.id)).where(
    Customer.id == bindparam("customer_id")
)


def storefront(session: Session, settings: ShopSettings, customer_id: str) -> StorefrontBody:
    """Return what eSklep opens with for a customer."""
    customer, has_recipients = _customer(session, customer_id)
    shown = _shown(session, settings, customer_id, FIRST_PROGRAMS)
    latest = orders_of(session, customer_id)
    older = [row for row in shown.under_way if row not in latest]
    return StorefrontBody(
        company=company_body(customer),
        invoice_email=customer.invoice_email,
        programs=shown.programs,
        offers=shown.offers,
        documents=texts.current_versions(),
        orders=(*(order_body(row) for row in latest), *shown.bodies(older)),
        consent_required=settings.consent_required,
        panel_url=settings.vendor.panel_url,
        contact_email=settings.vendor.contact_email,
        next=shown.next,
        recipients=tuple(recipient_body(row) for row in customer.recipients) if has_recipients else (),
    )


def _customer(session: Session, customer_id: str) -> tuple[Customer, bool]:
    """Return a customer, and whether it has recipients: most have none, and no second query is made for them."""
    found = session.execute(_WITH_RECIPIENTS, {"customer_id": customer_id}).one()
    return found[0], found[1]


def program_list(session: Session, settings: ShopSettings, customer_id: str, wanted: Wanted) -> ProgramList:
    """Return a page of a customer's programs.

    Raises:
        Refusal: VALIDATION, where the limit or the cursor is none.
    """
    shown = _shown(session, settings, customer_id, wanted)
    orders = tuple(shown.bodies(shown.under_way))
    return ProgramList(programs=shown.programs, offers=shown.offers, orders=orders, next=shown.next)


def program(session: Session, settings: ShopSettings, customer_id: str, licence_id: str) -> ProgramBody:
    """Return one program of a customer.

    Raises:
        Refusal: NOT_FOUND, where the customer has none of that licence.
    """
    row = licence_of(session, customer_id, licence_id)
    return program_body(row, price_list(session, {row.product}, settings.today()))


@dataclass(frozen=True, slots=True)
class _Shown:
    programs: tuple[ProgramBody, ...]
    offers: tuple[OfferBody, ...]
    under_way: Sequence[OrderRow]
    next: str | None

    def bodies(self, rows: Sequence[OrderRow]) -> list[OrderBody]:
        licence_ids = {program.licence_id for program in self.programs}
        return [order_body(row, licence_ids) for row in rows]


def _shown(session: Session, settings: ShopSettings, customer_id: str, wanted: Wanted) -> _Shown:
    page, today = licence_page(session, customer_id, wanted), settings.today()
    tiers = price_list(session, {row.product for row in page.rows}, today)
    return _Shown(
        programs=tuple(program_body(row, tiers) for row in page.rows),
        offers=tuple(offer_body(offer) for row in page.rows for offer in offers(owned_program(row), tiers, today)),
        under_way=open_orders_of(session, [row.id for row in page.rows]),
        next=page.next,
    )


def company_body(customer: Customer) -> CompanyBody:
    """Return the invoice details on record as they go over the wire."""
    return CompanyBody(
        name=customer.name,
        nip=customer.nip,
        street=customer.street,
        postcode=customer.postcode,
        city=customer.city,
    )
