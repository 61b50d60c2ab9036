"""The agent's clock: the one file of the agent that asks the computer for the time.

Rule: the service is given a clock and hands it to whatever depends on the time; durations are measured by the monotonic clock.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def pc_clock() -> datetime:
    """Return the moment that this computer's clock shows, aware, in UTC."""
    return datetime.now(UTC)
