"""Cancelling automatic renewal: free, without a reason, until the day before, from wherever the customer does it.

Rules: a consent withdrawn is withdrawn at once and for all years to come; on the day of the renewal itself it is too late for
that one, which is then made before the withdrawal takes effect, and the receipt says so; a renewal that the shop itself
missed is not made against the customer's will; what is paid for stays until its end.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from r2_renewal.reference_shop import ledger
from r2_renewal.reference_shop.mail import renewal_letters
from r2_renewal.reference_shop.programs import licences_of
from r2_renewal.reference_shop.renewal import Renewal, consents_of, outcome_of
from r2_renewal.reference_shop.renewal_rules import Step, decide
from r2_renewal.reference_shop.settings import ShopSettings
from r2_renewal.reference_shop.tables import LicenceRow, OrderLineRow


@dataclass(frozen=True, slots=True)
class Revocation:
    """What became of a cancellation.

    Attributes:
        licence_id: the licence.
        too_late_for: the renewal of that very day, which is made all the same; None where there is none.
    """

    licence_id: str
    too_late_for: date | None


def revoke(session: Session, settings: ShopSettings, customer_id: str, channel: str) -> list[Revocation]:
    """Withdraw every consent of a customer to automatic renewal; nothing is done where there is none.

    Args:
        session: a writing session that holds the customer.
        settings: the shop's.
        customer_id: whose consents.
        channel: ``module``, ``panel`` or ``web``.
    """
    licences = licences_of(session, customer_id)
    done = (revoke_one(session, settings, licence, channel) for licence in licences)
    return [revocation for revocation in done if revocation is not None]


def revoke_one(session: Session, settings: ShopSettings, licence: LicenceRow, channel: str) -> Revocation | None:
    """Withdraw the consent to one licence's renewal; None where there is none to withdraw."""
    consents = consents_of(session, licence.id)
    if not consents:
        return None
    too_late_for = _renewal_of_today(session, settings, licence)
    now = settings.now()
    for consent in consents:
        consent.revoked_at, consent.revoked_channel = now, channel
    for line in _open_lines(session, licence.id):
        line.enrolled = False  # its fulfilment enrols nobody
    ledger.strike_off(session, settings, licence)
    renewal_letters.acknowledge_revocation(session, settings, licence, consents[0], too_late_for)
    return Revocation(licence.id, too_late_for)


def _renewal_of_today(session: Session, settings: ShopSettings, licence: LicenceRow) -> date | None:
    """Make the renewal that falls on today, if it is still to be made; return today where it is made."""
    today = settings.today()
    made = outcome_of(session, licence.id, today)
    if made is not None:
        return today if made.order_id is not None else None
    if not licence.auto_renewal or licence.renewal_date != today:
        return None
    renewal = Renewal.of(session, licence, today)
    step, _reason = decide(renewal.situation(session), today)
    if step is not Step.RENEW:
        return None
    renewal.make(session, settings)
    return today


def _open_lines(session: Session, licence_id: str) -> list[OrderLineRow]:
    query = select(OrderLineRow).where(OrderLineRow.licence_id == licence_id, OrderLineRow.is_open)
    return list(session.scalars(query))
