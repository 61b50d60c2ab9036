"""Log lines that strangers can bring about: written once a minute, with how many were left out.

Rule: what anybody can send must not fill the disk by being told of.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

SECONDS = 60.0


class RareLines(logging.Filter):
    """Lets each kind of line through once in a while.

    Args:
        seconds: between two lines of a kind; a kind is the line without its values.
        clock: seconds that never go back.
    """

    def __init__(self, seconds: float = SECONDS, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._seconds, self._clock = seconds, clock
        self._lock = threading.Lock()
        self._written: dict[str, float] = {}
        self._left_out: dict[str, int] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether a line is written; it then says how many like it were not."""
        kind, now = f"{record.levelname} {record.msg}", self._clock()
        with self._lock:
            last = self._written.get(kind)
            if last is not None and now - last < self._seconds:
                self._left_out[kind] = self._left_out.get(kind, 0) + 1
                return False
            self._written[kind] = now
            left_out = self._left_out.pop(kind, 0)
        if left_out:
            record.msg = f"{record.getMessage()} (and {left_out} more like it)"
            record.args = None
        return True
