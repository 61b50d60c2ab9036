"""When an automatic renewal is announced, made, put off or refused. Pure rules, the day an argument, no database.

Rules: the customer is told date and price at least 30 days before the end of what is paid (k.c. 385³ pts 6, 18), so the notice
is written from 45 days before it, which leaves half a month for a mail server that is down; told means that a mail server took
the letter in time, not that it was written; without that there is no renewal that year, and the customer is told so at once.
A renewal waits for an order of the customer's own; one that could not be made within 14 days of its day is not made at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from r2_renewal.domain.dates import warsaw

NOTICE_DAYS = 30
FIRST_NOTICE_DAYS = 45
LATEST_DAYS = 14
ONE_DAY = timedelta(days=1)


class Step(StrEnum):
    """What is to be done about a renewal today."""

    WAIT = "wait"
    NOTIFY = "notify"
    RENEW = "renew"
    POSTPONE = "postpone"
    REFUSE = "refuse"


class Reason(StrEnum):
    """Why there is no renewal; the letter has a sentence for each."""

    NO_CONSENT = "no_consent"
    NO_TIMELY_NOTICE = "no_timely_notice"
    INVOICE_DETAILS = "invoice_details"
    NOT_ON_SALE = "not_on_sale"
    ORDER_OPEN = "order_open"
    TOO_LATE = "too_late"


@dataclass(frozen=True, slots=True)
class Situation:
    """Where the renewal of one licence stands.

    Attributes:
        renewal_date: its day, the day after the paid period.
        consented: whether a consent that nobody has revoked is on record.
        on_sale: whether the price list has what would be renewed.
        nip_valid: whether an invoice would arrive.
        noticed: whether a notice of it is written.
        told_on: the day on which a mail server took that notice; None while none has.
        order_open: whether an order for the licence is on its way.
    """

    renewal_date: date
    consented: bool = True
    on_sale: bool = True
    nip_valid: bool = True
    noticed: bool = False
    told_on: date | None = None
    order_open: bool = False


def last_day(renewal_date: date) -> date:
    """Return the last day that is paid for, which is also the last on which the renewal may be cancelled."""
    return renewal_date - ONE_DAY


def first_notice_day(renewal_date: date) -> date:
    """Return the day from which the notice is sent."""
    return last_day(renewal_date) - timedelta(days=FIRST_NOTICE_DAYS)


def last_notice_day(renewal_date: date) -> date:
    """Return the last day on which the notice is in time."""
    return last_day(renewal_date) - timedelta(days=NOTICE_DAYS)


def earliest_end_in_time(today: date) -> date:
    """Return the earliest last day of what is paid that can still be announced in time."""
    return today + timedelta(days=NOTICE_DAYS)


def end_of(day: date) -> datetime:
    """Return the first moment after a day in Warsaw."""
    return datetime.combine(day + ONE_DAY, time(), warsaw())


def decide(situation: Situation, today: date) -> tuple[Step, Reason | None]:
    """Return what is to be done today, and why where it is refused."""
    if today < first_notice_day(situation.renewal_date):
        return Step.WAIT, None
    obstacle = _obstacle(situation)
    if obstacle is not None:
        return Step.REFUSE, obstacle
    in_time = last_notice_day(situation.renewal_date)
    if situation.told_on is not None and situation.told_on <= in_time:
        return _once_told(situation, today)
    if today > in_time:
        return Step.REFUSE, Reason.NO_TIMELY_NOTICE
    return Step.WAIT if situation.noticed else Step.NOTIFY, None


def _obstacle(situation: Situation) -> Reason | None:
    if not situation.consented:
        return Reason.NO_CONSENT
    if not situation.on_sale:
        return Reason.NOT_ON_SALE
    return None if situation.nip_valid else Reason.INVOICE_DETAILS


def _once_told(situation: Situation, today: date) -> tuple[Step, Reason | None]:
    if today < situation.renewal_date:
        return Step.WAIT, None
    if today > situation.renewal_date + timedelta(days=LATEST_DAYS):
        return Step.REFUSE, Reason.ORDER_OPEN if situation.order_open else Reason.TOO_LATE
    return Step.POSTPONE if situation.order_open else Step.RENEW, None
