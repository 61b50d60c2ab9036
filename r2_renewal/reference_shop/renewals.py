"""``renew-due``: every automatic renewal that is due, each step once, on however many machines it runs.

Rules: each step of a licence is one transaction that holds the customer, with everything that belongs to it (notice and letter;
order, invoice, licence and letters), so that a run killed anywhere has done a step wholly or not at all, and two runs at once
do it once; a licence and a period have one renewal for ever, held by a unique constraint; one licence that cannot be worked on
does not keep the others.
"""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from r2_renewal.reference_shop import ledger
from r2_renewal.reference_shop.billing import fa3
from r2_renewal.reference_shop.renewal import Renewal, outcome_of
from r2_renewal.reference_shop.renewal_rules import FIRST_NOTICE_DAYS, Step, decide
from r2_renewal.reference_shop.settings import ShopSettings
from r2_renewal.reference_shop.shop import Shop
from r2_renewal.reference_shop.tables import LicenceRow

LOGGER = logging.getLogger("r2_renewal.shop")


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run did.

    Attributes:
        notices: letters written that tell date and price.
        renewals: orders made.
        refused: renewals that will not be made.
        postponed: renewals that wait for an order of the customer's own.
        failed: licences that could not be worked on; the log tells the kind of failure.
    """

    notices: int = 0
    renewals: int = 0
    refused: int = 0
    postponed: int = 0
    failed: int = 0


def renew_due(shop: Shop) -> Summary:
    """Do everything about automatic renewals that is due on the shop's day; what is done is not done again."""
    fa3.make_ready()
    done: Counter[Step] = Counter()
    failed = 0
    for licence_id, customer_id in _near_their_end(shop):
        try:
            with shop.database.writing(customer_id) as session:
                done[_take_step(session, shop.settings, session.get_one(LicenceRow, licence_id))] += 1
        except Exception as error:
            failed += 1
            LOGGER.error("renewal of a licence failed: %s", type(error).__name__)
    return Summary(done[Step.NOTIFY], done[Step.RENEW], done[Step.REFUSE], done[Step.POSTPONE], failed)


def _near_their_end(shop: Shop) -> list[tuple[str, str]]:
    latest = shop.settings.today() + timedelta(days=FIRST_NOTICE_DAYS + 1)
    query = (
        select(LicenceRow.id, LicenceRow.customer_id)
        .where(LicenceRow.auto_renewal, LicenceRow.renewal_date <= latest)
        .order_by(LicenceRow.renewal_date, LicenceRow.id)
    )
    with shop.database.reading() as session:
        return [(row.id, row.customer_id) for row in session.execute(query)]


def _take_step(session: Session, settings: ShopSettings, licence: LicenceRow) -> Step:
    if not licence.auto_renewal or licence.renewal_date is None:
        return Step.WAIT  # another run, a revocation or an order came first
    if outcome_of(session, licence.id, licence.renewal_date) is not None:
        ledger.strike_off(session, settings, licence)  # enrolled again for a period whose renewal was refused
        return Step.WAIT
    renewal = Renewal.of(session, licence, licence.renewal_date)
    step, reason = decide(renewal.situation(session), settings.today())
    match step:
        case Step.NOTIFY:
            renewal.notify(session, settings)
        case Step.RENEW:
            renewal.make(session, settings)
        case Step.REFUSE if reason is not None:
            renewal.refuse(session, settings, reason)
    return step
