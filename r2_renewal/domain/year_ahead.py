"""A year's picture of what ends when: how many subscriptions end in each month, before it and after it.

Rule: months are calendar months, the present one first and twelve of them in all, so that a whole renewal's cycle is seen; what
never ends has a slot of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from r2_renewal.domain.dates import plus_months

MONTHS = 12
NEVER = date.max.toordinal()  # the last day of what never ends


class Span(StrEnum):
    """What part of time a slot of the picture stands for."""

    ENDED = "ended"
    MONTH = "month"
    LATER = "later"
    PERPETUAL = "perpetual"


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


def bounds_of(slot: tuple[Span, date], today: date) -> tuple[date, date]:
    """Return the first day of a slot and the first day after it; days gone by begin and days to come end nowhere."""
    span, first = slot
    match span:
        case Span.ENDED:
            return date.min, today
        case Span.LATER | Span.PERPETUAL:
            return first, date.max
        case Span.MONTH:
            return max(first, today), plus_months(first, 1)


def ends_in(slot: tuple[Span, date], today: date) -> range:
    """Return the last days, as ordinals, of the subscriptions that stand in a slot."""
    if slot[0] is Span.PERPETUAL:
        return range(NEVER, NEVER + 1)
    first, after = bounds_of(slot, today)
    return range(first.toordinal(), after.toordinal())


def year_ahead(ends: Iterable[int], today: date) -> tuple[Slot, ...]:
    """Return the picture: what has ended where anything has, twelve months, what ends later or never where anything does.

    Args:
        ends: last days of subscriptions, as ordinals.
        today: the calendar day in Warsaw.
    """
    first = today.replace(day=1)
    after = plus_months(first, MONTHS)
    counted: Counter[tuple[Span, date]] = Counter()
    for end, programs in Counter(ends).items():
        counted[_slot_of(date.fromordinal(end), today, after)] += programs
    months = [(Span.MONTH, plus_months(first, number)) for number in range(MONTHS)]
    slots = [(Span.ENDED, first), *months, (Span.LATER, after), (Span.PERPETUAL, date.max)]
    return tuple(Slot(*slot, counted[slot]) for slot in slots if slot[0] is Span.MONTH or counted[slot])


def _slot_of(end: date, today: date, after: date) -> tuple[Span, date]:
    if end == date.max:
        return Span.PERPETUAL, end
    if end < today:
        return Span.ENDED, today.replace(day=1)
    return (Span.LATER, after) if end >= after else (Span.MONTH, end.replace(day=1))
