"""The day's one question and one request to the shop, claimed for this process among all programs of one user."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from r2_renewal.domain.errors import RenewalError
from r2_renewal.store import reminder_memory

if TYPE_CHECKING:
    from pathlib import Path

    from r2_renewal.domain.reminder import Question
    from r2_renewal.embedding.startup_check import StartupCheck

LOG = logging.getLogger("r2_renewal")
CLAIM_TRIES = 5


class DayClaim:
    """Claims, and remembers how often the memory could not be reached."""

    def __init__(self, state_dir: Path) -> None:
        self._state_dir = state_dir
        self._tries = 0

    def take_question(self, question: Question) -> bool | None:
        """Return whether the day's question is ours; None where that cannot be told yet, another process being at it."""
        try:
            return reminder_memory.claim(self._state_dir, question.prompt.program.licence_id, question.day)
        except RenewalError as error:
            self._tries += 1
            LOG.warning("renewal module: %s in claim", error.code.value)
        # A question that cannot be remembered is still better than none.
        return True if self._tries >= CLAIM_TRIES else None

    def take_refresh(self, outcome: StartupCheck) -> bool:
        """Return whether the day's request to the shop is due, and ours."""
        program = outcome.verdict.program
        if not outcome.refresh_due or program is None:
            return False
        try:
            return reminder_memory.claim_refresh(self._state_dir, program.licence_id, outcome.day)
        except RenewalError as error:
            LOG.warning("renewal module: %s in the claim of a request", error.code.value)
            return True  # what cannot be remembered is asked once a start
