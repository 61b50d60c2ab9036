"""Deadlines: a total limit on a whole piece of work, on the monotonic clock, so that a changed wall clock moves nothing."""

from __future__ import annotations

import time
from random import SystemRandom

from r2_renewal.agent.under_way import current_call

_RANDOM = SystemRandom()


class Deadline:
    """The moment by which a piece of work, all its tries included, must have ended.

    Attributes:
        seconds: how long it was given.
        call: the call of the host that it was set for; once that is cancelled, no time is left.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.call = current_call()
        self._end = time.monotonic() + seconds

    @property
    def left(self) -> float:
        """Seconds left; 0 once it is over."""
        return 0.0 if self.call.is_cancelled else max(0.0, self._end - time.monotonic())


def full_jitter(ceiling: float) -> float:
    """Return a random wait up to ``ceiling`` seconds, so that clients that failed together do not return together."""
    return _RANDOM.uniform(0, ceiling)


def around(seconds: float) -> float:
    """Return ``seconds`` give or take a fifth: for polls, which must not come at once but must come."""
    return seconds * _RANDOM.uniform(0.8, 1.2)
