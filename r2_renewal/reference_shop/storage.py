"""Whether the database can be written: asked before an order meets the answer.

Rule: ``/readyz`` writes as much as an order would, so that it is red before a customer sees a full disk; it is public, so the
database is asked once a second at most.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert
from sqlalchemy.exc import SQLAlchemyError

from r2_renewal.reference_shop.problems import Refusal
from r2_renewal.reference_shop.tables import Attempts

if TYPE_CHECKING:
    from r2_renewal.reference_shop.shop import Shop

# About as much as an order with its letter takes.
_PROBE_ROWS, _PROBE_LETTERS = 160, 300
_PROBE = "probe"
_FRESH_SECONDS = 1.0


class Probe:
    """Whether the shop's database can be written; asked of it once a second at most, however often the shop is asked.

    Args:
        clock: seconds that never go back.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._asked_at = float("-inf")
        self._answer = False

    def is_writable(self, shop: Shop) -> bool:
        """Return whether what an order takes can be written."""
        with self._lock:
            if self._clock() - self._asked_at >= _FRESH_SECONDS:
                self._answer = _can_write(shop)
                self._asked_at = self._clock()
            return self._answer


def _can_write(shop: Shop) -> bool:
    now, mine = shop.settings.now(), delete(Attempts).where(Attempts.kind == _PROBE)
    subjects = (str(number).rjust(_PROBE_LETTERS, "0") for number in range(_PROBE_ROWS))
    rows = [{"kind": _PROBE, "subject": subject, "since": now, "count": 0} for subject in subjects]
    try:
        with shop.database.writing(_PROBE) as session:
            session.execute(mine)
            session.execute(insert(Attempts), rows)
        with shop.database.writing(_PROBE) as session:
            session.execute(mine)
    except (SQLAlchemyError, Refusal):
        return False
    return True
