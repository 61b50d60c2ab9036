"""The letters of automatic renewal: announced, done, refused, cancelled."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from r2_renewal.domain.dates import warsaw_date
from r2_renewal.domain.money import price_with_vat
from r2_renewal.reference_shop import invoices
from r2_renewal.reference_shop.mail.queue import queue_mail
from r2_renewal.reference_shop.mail.rendering import MailKind
from r2_renewal.reference_shop.pricing import Line
from r2_renewal.reference_shop.renewal_rules import Reason, end_of, last_day, last_notice_day
from r2_renewal.reference_shop.settings import ShopSettings
from r2_renewal.reference_shop.tables import ConsentRow, LicenceRow, MailRow, OrderRow


def announce(session: Session, settings: ShopSettings, licence: LicenceRow, line: Line, to: str) -> MailRow:
    """Tell date and price of a renewal and how to cancel it; after the last day for that it is not sent any more."""
    day = line.period_from
    return _queue(
        session,
        settings,
        MailKind.RENEWAL_NOTICE,
        licence,
        to=to,
        event=f"{licence.id}:{day}:{line.offer.offer_id}",
        values={"renewal_date": day, "cancel_until": last_day(day), **_of_line(line)},
        useless_after=end_of(last_notice_day(day)),
    )


def tell_of_renewal(
    session: Session, settings: ShopSettings, order: OrderRow, line: Line, noticed_at: datetime | None
) -> MailRow:
    """Tell that a subscription is renewed, what it costs and when it renews next."""
    values = {
        "noticed_on": warsaw_date(noticed_at) if noticed_at is not None else None,
        "order_number": order.number,
        "invoice": invoices.of_order(session, order.id),
        "next_renewal": line.renewal_date,
        "next_cancel_until": line.cancel_until,
        **_of_line(line),
    }
    return _queue(
        session,
        settings,
        MailKind.RENEWAL_DONE,
        order.lines[0].licence,
        to=order.invoice_email,
        event=order.id,
        values=values,
    )


def tell_of_refusal(
    session: Session, settings: ShopSettings, licence: LicenceRow, day: date, reason: Reason, to: str
) -> MailRow | None:
    """Tell that a renewal will not be made, why, and how to order; nobody is told where no address is known."""
    values = {"renewal_date": day, "last_day": last_day(day), "reason": reason.value}
    event = f"{licence.id}:{day}"
    return (
        _queue(session, settings, MailKind.RENEWAL_REFUSED, licence, to=to, event=event, values=values) if to else None
    )


def acknowledge_revocation(
    session: Session, settings: ShopSettings, licence: LicenceRow, consent: ConsentRow, too_late_for: date | None
) -> MailRow:
    """Acknowledge that automatic renewal is cancelled."""
    values = {"revoked_at": consent.revoked_at, "too_late_for": too_late_for, "last_day": licence.valid_until}
    to = licence.customer.invoice_email or consent.email
    return _queue(session, settings, MailKind.RENEWAL_CANCELLED, licence, to=to, event=consent.id, values=values)


def _of_line(line: Line) -> dict[str, Any]:
    return {
        "description": line.offer.name,
        "period_from": line.period_from,
        "period_to": line.period_to,
        "price": price_with_vat([line.offer.net], line.vat_rate),
    }


def _queue(
    session: Session,
    settings: ShopSettings,
    kind: MailKind,
    licence: LicenceRow,
    *,
    to: str,
    event: str,
    values: Mapping[str, Any],
    useless_after: datetime | None = None,
) -> MailRow:
    return queue_mail(
        session,
        settings,
        kind,
        customer_id=licence.customer_id,
        to=to,
        event=event,
        values={"program": licence.name, "company": licence.customer.name, **values},
        useless_after=useless_after,
    )
