"""Automatic renewal licence by licence: where it stands, and what a consent given today would lead to.

Rule: it is offered while the customer can still be told 30 days ahead, and a period that is decided is not decided once more.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from r2_renewal.contract.accounts import EnrolmentBody, EnrolmentList
from r2_renewal.contract.structs import RenewalBody
from r2_renewal.reference_shop.pages import Wanted
from r2_renewal.reference_shop.pricing import ONE_DAY, Tier
from r2_renewal.reference_shop.programs import licence_page, licences_named, price_body, price_list, renewal_price
from r2_renewal.reference_shop.renewal_rules import earliest_end_in_time
from r2_renewal.reference_shop.settings import ShopSettings
from r2_renewal.reference_shop.tables import LicenceRow, RenewalRow


@dataclass(frozen=True, slots=True)
class Ground:
    """What enrolments are judged by. Attributes: tiers: the price list; today; decided: renewals that are decided already."""

    tiers: list[Tier]
    today: date
    decided: set[tuple[str, date]]

    def enrolment(self, row: LicenceRow) -> EnrolmentBody:
        """Return where a licence's automatic renewal stands."""
        return EnrolmentBody(
            licence_id=row.id,
            program=row.name,
            last_day=row.valid_until,
            auto_renewal=row.auto_renewal,
            renewal=self._renewal(row),
        )

    def _renewal(self, row: LicenceRow) -> RenewalBody | None:
        """Return the renewal that follows, or would; None where there can be none."""
        price = renewal_price(row, self.tiers)
        if price is None:
            return None  # not on the price list, or it never ends
        day = row.valid_until + ONE_DAY
        in_time = row.valid_until >= earliest_end_in_time(self.today)
        if not (row.auto_renewal or (in_time and (row.id, day) not in self.decided)):
            return None
        return RenewalBody(day=day, price=price_body(price), cancel_until=row.valid_until)


def ground(session: Session, settings: ShopSettings, licences: Collection[LicenceRow]) -> Ground:
    """Return what some licences are judged by today, a page of them at most."""
    today, licence_ids = settings.today(), [row.id for row in licences]
    rows = session.execute(
        select(RenewalRow.licence_id, RenewalRow.renewal_date).where(RenewalRow.licence_id.in_(licence_ids))
    )
    decided = {(row.licence_id, row.renewal_date) for row in rows}
    return Ground(price_list(session, {row.product for row in licences}, today), today, decided)


def enrolment_list(session: Session, settings: ShopSettings, customer_id: str, wanted: Wanted) -> EnrolmentList:
    """Return a page of a customer's automatic renewals, by the programs' names.

    Raises:
        Refusal: VALIDATION, where the limit or the cursor is none.
    """
    page = licence_page(session, customer_id, wanted)
    judged_by = ground(session, settings, page.rows)
    return EnrolmentList(enrolments=tuple(judged_by.enrolment(row) for row in page.rows), next=page.next)


def enrolments_named(
    session: Session, settings: ShopSettings, customer_id: str, licence_ids: Collection[str]
) -> dict[str, EnrolmentBody]:
    """Return where automatic renewal of some licences of a customer stands, by licence.

    Raises:
        Refusal: NOT_FOUND, where the customer has not every one of them.
    """
    licences = licences_named(session, customer_id, licence_ids)
    judged_by = ground(session, settings, licences.values())
    return {licence_id: judged_by.enrolment(row) for licence_id, row in licences.items()}
