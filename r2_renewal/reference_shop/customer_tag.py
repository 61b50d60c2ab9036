"""The entity tag of a customer's data: one for the company, the address and every automatic renewal, whatever page tells of it.

Rules: it is made of what is stored, in one narrow query, so that no write can forget it and ten thousand programs cost little;
what a page tells of a renewal is decided here as ``Ground`` decides it; the lines of the price list stand for the prices.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Text, cast, func, select
from sqlalchemy.orm import Session

from r2_renewal.reference_shop.conditional import tag_of
from r2_renewal.reference_shop.pricing import ONE_DAY
from r2_renewal.reference_shop.programs import price_list
from r2_renewal.reference_shop.renewal_rules import earliest_end_in_time
from r2_renewal.reference_shop.settings import ShopSettings
from r2_renewal.reference_shop.storefront import company_body
from r2_renewal.reference_shop.tables import Customer, InvoiceEmailChange, LicenceRow, RenewalRow


def customer_tag(session: Session, settings: ShopSettings, customer_id: str) -> str:
    """Return the tag of a customer's data as they stand."""
    customer, today, vendor = session.get_one(Customer, customer_id), settings.today(), settings.vendor
    licences = _licences(session, customer_id)
    products = {product for _, _, product, _, _, _ in licences}
    told = (
        company_body(customer),
        customer.invoice_email,
        session.scalar(select(func.max(InvoiceEmailChange.pk)).where(InvoiceEmailChange.customer_id == customer_id)),
        vendor.panel_url,
        vendor.contact_email,
        sorted(str(tier) for tier in price_list(session, products, today)),
        list(_renewals(licences, _decided(session, customer_id, today), today)),
    )
    return tag_of(told)


def _licences(session: Session, customer_id: str) -> Sequence[Any]:
    # As texts: to read ten thousand dates and objects only to write them again would cost more than all the rest.
    columns = (cast(LicenceRow.valid_until, Text), LicenceRow.auto_renewal, cast(LicenceRow.limits, Text))
    query = select(LicenceRow.id, LicenceRow.name, LicenceRow.product, *columns)
    of_theirs = query.where(LicenceRow.customer_id == customer_id).order_by(LicenceRow.name, LicenceRow.id)
    return session.execute(of_theirs).all()


def _decided(session: Session, customer_id: str, today: date) -> set[tuple[str, str]]:
    """Return licences and last days whose renewal is decided already; what is over concerns nobody any more."""
    query = select(RenewalRow.licence_id, RenewalRow.renewal_date)
    rows = session.execute(query.where(RenewalRow.customer_id == customer_id, RenewalRow.renewal_date > today))
    return {(licence_id, (day - ONE_DAY).isoformat()) for licence_id, day in rows}


def _renewals(licences: Sequence[Any], decided: set[tuple[str, str]], today: date) -> Iterator[tuple[Any, ...]]:
    in_time = earliest_end_in_time(today).isoformat()
    for licence_id, name, product, end, auto_renewal, limits in licences:
        is_offered = auto_renewal or (end >= in_time and (licence_id, end) not in decided)
        yield licence_id, name, product, end, auto_renewal, limits, is_offered
