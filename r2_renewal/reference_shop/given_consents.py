"""Consents to automatic renewal: the text that the shop renders itself, whether one was given to it, and the evidence of that.

Rule: what is kept is the very text, with its digest and the receipt given for it, wherever it was given: with an order, or in the
account.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import date
from typing import Any

from r2_renewal.contract.structs import ConsentBody
from r2_renewal.domain.consent import AUTO_RENEWAL, LOCALE, GivenConsent, renewal_text
from r2_renewal.domain.money import Price
from r2_renewal.reference_shop import texts
from r2_renewal.reference_shop.settings import ShopSettings
from r2_renewal.reference_shop.tables import ConsentRow


def rendered(
    settings: ShopSettings, *, program: str, period: str, last_day: date, price: Price, email: str
) -> GivenConsent:
    """Return the consent to renew a program, with the text that the shop itself renders; the rest as in ``renewal_text``."""
    template, vendor = texts.current(AUTO_RENEWAL, settings.vendor), settings.vendor
    text = renewal_text(
        template,
        program=program,
        period=period,
        last_day=last_day,
        price=price,
        email=email,
        panel=vendor.panel_url,
        contact=vendor.contact_email,
    )
    return GivenConsent(template.kind, template.version, text, hashlib.sha256(text.encode()).hexdigest(), LOCALE)


def is_to(given: ConsentBody, expected: GivenConsent) -> bool:
    """Whether a consent was given to the text that the shop rendered."""
    return (given.kind, given.text_version, given.sha256, given.locale) == (
        expected.kind,
        expected.version,
        expected.sha256,
        expected.locale,
    )


def evidence(consent: GivenConsent, **facts: Any) -> ConsentRow:
    """Return the evidence of a consent. ``facts``: who gave it, when, how, to the renewal of what; named as the columns are."""
    return ConsentRow(
        id=f"con_{secrets.token_urlsafe(12)}",
        kind=consent.kind,
        text_version=consent.version,
        full_text=consent.text,
        sha256=consent.sha256,
        locale=consent.locale,
        unticked_default=True,  # no channel of ours ticks the box for the customer
        receipt_id=f"rcp_{secrets.token_urlsafe(12)}",
        **facts,
    )
