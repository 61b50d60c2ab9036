"""Silence once renewed: what the shop says of automatic renewal is remembered for the reminder, from wherever it was heard.

Rule: remembering is a convenience here; a store that cannot be written costs a question too many, never the call.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from r2_renewal.agent.protocol import EnrolmentTold, Event, Message
from r2_renewal.domain.errors import RenewalError
from r2_renewal.domain.program import OwnedProgram
from r2_renewal.store.reminder_memory import note_enrolment, recall


class EnrolmentNews:
    """Whether this computer's licence renews by itself."""

    def __init__(
        self, state_dir: Path, program: Callable[[], OwnedProgram], notify: Callable[[Event, Message], None]
    ) -> None:
        """Compose it.

        Args:
            state_dir: folder of local state.
            program: returns this computer's program; RenewalError where nobody can tell.
            notify: tells the host.
        """
        self._state_dir = state_dir
        self._program = program
        self._notify = notify

    def tell(self, enrolled: Mapping[str, bool]) -> None:
        """Take what the shop said just now, by licence; where it is news for this computer's, remember and tell it."""
        with suppress(RenewalError):
            licence_id = self._program().licence_id
            told = enrolled.get(licence_id)
            if told is None or told == recall(self._state_dir, licence_id).enrolled:
                return
            note_enrolment(self._state_dir, licence_id, told)
            self._notify(Event.ENROLMENT_TOLD, EnrolmentTold(licence_id=licence_id, enrolled=told))
