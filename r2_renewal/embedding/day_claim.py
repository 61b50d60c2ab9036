"""The day's one question, claimed for this process among all programs of one user."""

from __future__ import annotations

import logging
from pathlib import Path

from r2_renewal.domain.errors import RenewalError
from r2_renewal.domain.reminder import Question

LOG = logging.getLogger("r2_renewal")
CLAIM_TRIES = 5


class DayClaim:
    """Claims, and remembers how often the memory could not be reached."""

    def __init__(self) -> None:
        self._tries = 0

    def take(self, state_dir: Path, question: Question) -> bool | None:
        """Return whether the day's question is ours; None where that cannot be told yet, another process being at it."""
        from r2_renewal.store.reminder_memory import claim

        try:
            return claim(state_dir, question.prompt.program.licence_id, question.day)
        except RenewalError as error:
            self._tries += 1
            LOG.warning("renewal module: %s in claim", error.code.value)
        # A question that cannot be remembered is still better than none.
        return True if self._tries >= CLAIM_TRIES else None
