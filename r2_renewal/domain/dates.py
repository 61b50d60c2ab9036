"""Calendar of the Polish subscription: Warsaw dates, Polish notation, month arithmetic.

Rules: a day is a calendar day in Europe/Warsaw, never UTC and never the PC's zone; a subscription is valid through
the end of its last day; adding months clips to the month's last day (29.02.2028 + 12 months = 28.02.2029).
"""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from r2_renewal.domain.warsaw import Warsaw

NBSP = "\u00a0"
PERPETUAL = "bezterminowo"
MONTHS_IN_YEAR = 12

_MONTHS = (
    "styczeń", "luty", "marzec", "kwiecień", "maj", "czerwiec",
    "lipiec", "sierpień", "wrzesień", "październik", "listopad", "grudzień",
)  # fmt: skip
_GENITIVE_MONTHS = (
    "stycznia", "lutego", "marca", "kwietnia", "maja", "czerwca",
    "lipca", "sierpnia", "września", "października", "listopada", "grudnia",
)  # fmt: skip


@cache
def warsaw() -> Warsaw:
    """Return the zone in which every day of a subscription is counted."""
    from r2_renewal.domain.warsaw import Warsaw

    return Warsaw()


def warsaw_date(moment: datetime) -> date:
    """Return the calendar date in Warsaw at an aware ``moment``.

    Raises:
        ValueError: ``moment`` has no zone.
    """
    if moment.tzinfo is None:
        raise ValueError("a moment without a zone has no calendar date")
    return moment.astimezone(warsaw()).date()


def days_left(today: date, valid_until: date) -> int:
    """Return calendar days from ``today`` to the last valid day; 0 on that day, negative after it."""
    return (valid_until - today).days


def plus_months(day: date, months: int) -> date:
    """Return ``day`` moved by ``months``, clipped to the last day of the month reached."""
    from calendar import monthrange

    index = day.year * MONTHS_IN_YEAR + day.month - 1 + months
    year, month = divmod(index, MONTHS_IN_YEAR)
    last = monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def short_date(day: date) -> str:
    """Return ``02.12.2026``."""
    return f"{day.day:02}.{day.month:02}.{day.year:04}"


def end_text(last_day: date | None) -> str:
    """Return the last day of a subscription, e.g. ``02.12.2026``, or „bezterminowo" for a perpetual one."""
    return PERPETUAL if last_day in (None, date.max) else short_date(last_day or date.max)


def clock_time(moment: datetime, *, seconds: bool = False) -> str:
    """Return ``9:00`` by the Polish clock for an aware ``moment``; with its seconds ``9:00:07``."""
    local = moment.astimezone(warsaw())
    return f"{local.hour}:{local:%M:%S}" if seconds else f"{local.hour}:{local:%M}"


def moment_text(moment: datetime) -> str:
    """Return ``22.11.2026, 9:00`` by the Polish clock for an aware ``moment``."""
    return f"{short_date(warsaw_date(moment))}, {clock_time(moment)}"


def sentence_moment(moment: datetime, *, seconds: bool = False) -> str:
    """Return ``22.11.2026, godz. 9:00`` (no-break space); with its seconds where the law wants them."""
    return f"{short_date(warsaw_date(moment))}, godz.{NBSP}{clock_time(moment, seconds=seconds)}"


def day_and_month(day: date) -> str:
    """Return ``8 grudnia`` (no-break space, month in the genitive)."""
    return f"{day.day}{NBSP}{_GENITIVE_MONTHS[day.month - 1]}"


def month_and_year(day: date) -> str:
    """Return ``grudzień 2026`` (no-break space)."""
    return f"{_MONTHS[day.month - 1]}{NBSP}{day.year}"


def long_date(day: date) -> str:
    """Return ``2 grudnia 2026 r.`` (no-break spaces, month in the genitive)."""
    return f"{day_and_month(day)}{NBSP}{day.year}{NBSP}r."
