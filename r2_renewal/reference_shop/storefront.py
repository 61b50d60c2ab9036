"""The storefront: everything that eSklep opens with, in one round trip."""

from __future__ import annotations

from sqlalchemy.orm import Session

from r2_renewal.contract.structs import CompanyBody, OfferBody, StorefrontBody
from r2_renewal.reference_shop import texts
from r2_renewal.reference_shop.orders import order_body, orders_of
from r2_renewal.reference_shop.pricing import offers
from r2_renewal.reference_shop.programs import licences_of, offer_body, owned_program, price_list, program_body
from r2_renewal.reference_shop.settings import ShopSettings
from r2_renewal.reference_shop.tables import Customer, LicenceRow


def storefront(session: Session, settings: ShopSettings, customer_id: str) -> StorefrontBody:
    """Return what eSklep opens with for a customer."""
    customer = session.get_one(Customer, customer_id)
    licences = licences_of(session, customer_id)
    return StorefrontBody(
        company=company_body(customer),
        invoice_email=customer.invoice_email,
        programs=tuple(program_body(row) for row in licences),
        offers=_offers(session, settings, licences),
        documents=texts.current_versions(),
        orders=tuple(order_body(row) for row in orders_of(session, customer_id)),
        consent_required=settings.consent_required,
        panel_url=settings.vendor.panel_url,
        contact_email=settings.vendor.contact_email,
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


def _offers(session: Session, settings: ShopSettings, licences: list[LicenceRow]) -> tuple[OfferBody, ...]:
    today = settings.today()
    tiers = price_list(session, {row.product for row in licences}, today)
    return tuple(offer_body(offer) for row in licences for offer in offers(owned_program(row), tiers, today))
