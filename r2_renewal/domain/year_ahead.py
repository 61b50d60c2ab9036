"""A year's picture of what ends when: how many subscriptions end in each month, before it and after it.

Rule: months are calendar months, the present one first and twelve of them in all, so that a whole renewal's cycle is seen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from r2_renewal.domain.dates import plus_months

MONTHS = 12


class Span(StrEnum):
    """What part of time a slot of the picture stands for."""

    ENDED = "ended"
    MONTH = "month"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class Slot:
    """A slot of the picture.

    Attributes:
        span: which part of time.
        first_day: first day of it; for what has ended, the first of the present month, though only days gone by count.
        programs: how many subscriptions end in it.
    """

    span: Span
    first_day: date
    programs: int


def slot_of(end: date, today: date) -> tuple[Span, date]:
    """Return the slot that a subscription's last day falls into, by its part of time and first day."""
    first, after = _bounds(today)
    if end < today:
        return Span.ENDED, first
    return (Span.LATER, after) if end >= after else (Span.MONTH, end.replace(day=1))


def year_ahead(ends: Iterable[date], today: date) -> tuple[Slot, ...]:
    """Return the picture: what has ended where anything has, twelve months, what ends later where anything does.

    Args:
        ends: last days of subscriptions.
        today: the calendar day in Warsaw.
    """
    counted: Counter[tuple[Span, date]] = Counter()
    for end, programs in Counter(ends).items():
        counted[slot_of(end, today)] += programs
    first, after = _bounds(today)
    months = [(Span.MONTH, plus_months(first, number)) for number in range(MONTHS)]
    slots = [(Span.ENDED, first), *months, (Span.LATER, after)]
    return tuple(Slot(*slot, counted[slot]) for slot in slots if slot[0] is Span.MONTH or counted[slot])


def _bounds(today: date) -> tuple[date, date]:
    first = today.replace(day=1)
    return first, plus_months(first, MONTHS)
