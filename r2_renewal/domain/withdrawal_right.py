"""The right of withdrawal as days: until when it lasts, and what begins before it has ended.

Rules: 14 days, counted by the calendar in Warsaw from the day after the order (k.c. 111 § 2); what begins within them begins at
the customer's own request only (art. 15 and 21 u.p.k.), so that an order made a day later may need a request that it did not need
the day before.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

_LASTS = timedelta(days=14)
_ONE_DAY = timedelta(days=1)


def last_day(ordered_on: date) -> date:
    """Return the last day on which the customer may withdraw from what was ordered on a day."""
    return ordered_on + _LASTS


def begins_early(first_days: Iterable[date], ordered_on: date) -> bool:
    """Whether any of the periods begins while the customer may still withdraw."""
    return any(day <= last_day(ordered_on) for day in first_days)


def last_calm_day(first_days: Iterable[date]) -> date:
    """Return the last day on which an order of these periods begins none of them early."""
    return min(first_days) - _LASTS - _ONE_DAY
