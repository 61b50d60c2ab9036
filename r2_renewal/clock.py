"""The module's clock: the one file of the client that asks the computer for the time; the agent and the shop have one each.

Rules: what depends on the time is given a clock (``Config.clock``, a constructor's argument) or a moment, and never asks by
itself; a clock tells an aware moment in UTC; a calendar day is one in Europe/Warsaw. A lint rule holds it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

from r2_renewal.domain.dates import warsaw_date

Clock = Callable[[], datetime]


def pc_clock() -> datetime:
    """Return the moment that this computer's clock shows, aware, in UTC."""
    return datetime.now(UTC)


def today_in_warsaw(clock: Clock = pc_clock) -> date:
    """Return today's calendar date in Warsaw: for the edges of the module, never inside a rule."""
    return warsaw_date(clock())
