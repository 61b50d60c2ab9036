"""The shop's clock: the one file of the shop that asks the computer for the time.

Rules: moment and calendar date come from the same clock, so that no rule can see the hour of one day on the date of another;
a clock that was set to another day goes on from there, past midnight like any other.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

from r2_renewal.domain.dates import warsaw

Clock = Callable[[], datetime]


def pc_clock() -> datetime:
    """Return the moment that this computer's clock shows, aware, in UTC."""
    return datetime.now(UTC)


def set_to(day: date, clock: Clock = pc_clock) -> Clock:
    """Return a clock that is set to ``day``, at the time of day that it is in Warsaw now, and goes on from there.

    An hour that the day lacks because summer time begins in it counts as the hour after.

    Args:
        day: the calendar date in Warsaw.
        clock: what the time of day and its passing are taken from.
    """
    began = clock()
    begins = datetime.combine(day, began.astimezone(warsaw()).time(), warsaw()).astimezone(UTC)
    return lambda: begins + (clock() - began)
