"""Days of an order that a customer asks about: those that the running subscription still has, and those an extension pays for."""

from __future__ import annotations

from datetime import date, timedelta

from r2_renewal.domain.dates import days_left
from r2_renewal.domain.offer import QuoteLine, ServiceKind
from r2_renewal.domain.program import OwnedProgram


def saved_days(program: OwnedProgram, line: QuoteLine, today: date) -> int:
    """Return the days of the running subscription that are not lost, since the new period begins after it; 0 for none."""
    last = line.period_from - timedelta(days=1)
    follows = line.kind is ServiceKind.SUBSCRIPTION and last == program.valid_until
    return max(days_left(today, last), 0) if follows else 0


def paid_days(line: QuoteLine) -> int:
    """Return the days that are paid for, the first and the last counted."""
    return (line.period_to - line.period_from).days + 1
