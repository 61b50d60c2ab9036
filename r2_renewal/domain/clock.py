"""The PC's clock, doubted: was it set back, or far ahead, and which moment should a licence be judged at.

Rules: no clock locks anybody out. The moment to judge at is never earlier than what a signature or the shop has proved,
so setting the clock back gains nothing; a mark left by the PC's own clock only helps to explain, because it may have been
wrong itself. The shop's clock may err by a day without ending anybody's subscription early. The next contact with the shop
heals every mark.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple

from r2_renewal.domain.dates import warsaw, warsaw_date

TOLERANCE = timedelta(minutes=5)
SHOP_TOLERANCE = timedelta(days=1)
# Payroll runs every month; twice that without a run, and a wrong year is likelier than a holiday.
FAR_AHEAD = timedelta(days=62)


class ClockState(StrEnum):
    """What is thought of the PC's clock."""

    PLAUSIBLE = "plausible"
    BEHIND = "behind"
    FAR_AHEAD = "far_ahead"


class ClockMarks(NamedTuple):
    """The latest moments known to have passed; each None until first seen, each aware.

    Attributes:
        issued: the newest signature among installed licences (``meta.issued``).
        shop: the ``Date`` of the last answer of the shop.
        last_run: the PC's clock at the last run: evidence, not proof.
    """

    issued: datetime | None = None
    shop: datetime | None = None
    last_run: datetime | None = None

    def after_run(self, now: datetime) -> ClockMarks:
        """Return the marks after a run at ``now``; a clock set back does not lower them."""
        return self._replace(last_run=_later(self.last_run, now))

    def after_licence(self, issued: datetime) -> ClockMarks:
        """Return the marks after a licence signed at ``issued`` was installed or found usable."""
        return self._replace(issued=_later(self.issued, issued))

    def after_contact(self, shop: datetime) -> ClockMarks:
        """Return the marks after the shop told the time: its word, less its error, replaces what the PC's clock left."""
        return self._replace(shop=shop, last_run=shop - SHOP_TOLERANCE)


class ClockReading(NamedTuple):
    """What to judge by, and what to say about the clock.

    Attributes:
        moment: the moment to judge a licence at, aware.
        state: what is thought of the PC's clock.
        by: how far the clock is from the mark that contradicts it; zero where it is plausible.
    """

    moment: datetime
    state: ClockState = ClockState.PLAUSIBLE
    by: timedelta = timedelta(0)


def read_clock(now: datetime, marks: ClockMarks) -> ClockReading:
    """Return the moment to judge at and the state of the PC's clock.

    Args:
        now: the PC's clock, aware.
        marks: the latest moments known to have passed.
    """
    shop_at_least = marks.shop - SHOP_TOLERANCE if marks.shop is not None else None
    moment = max(mark for mark in (now, marks.issued, shop_at_least) if mark is not None)
    known = [mark for mark in (marks.issued, shop_at_least, marks.last_run) if mark is not None]
    latest = max(known, default=now)
    if latest - now > TOLERANCE:
        return ClockReading(moment, ClockState.BEHIND, latest - now)
    if now - latest > FAR_AHEAD:
        return ClockReading(moment, ClockState.FAR_AHEAD, now - latest)
    return ClockReading(moment)


def moment_on(today: date | None, now: datetime) -> datetime:
    """Return the moment to judge at for a calendar date in Warsaw given instead of the clock.

    Today is now; an earlier day is judged at its last second and a later one at its first, so that what happens within
    the day counts as it would have.

    Args:
        today: the calendar date, None for the clock's own.
        now: the PC's clock, aware.
    """
    actual = warsaw_date(now)
    if today is None or today == actual:
        return now
    return datetime.combine(today, time(23, 59, 59) if today < actual else time(0), warsaw())


def _later(mark: datetime | None, moment: datetime) -> datetime:
    return moment if mark is None or moment > mark else mark
