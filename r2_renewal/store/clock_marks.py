"""The high-water marks of the clock, kept in a small file of the state folder.

Rules: a mark is a convenience, so a broken, foreign or unwritable file is the same as none and never an error; the file is
replaced whole, so a reader never sees half of it; marks that hardly moved are not written again, a silent start stays
silent for the disk too.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from r2_renewal.domain.clock import ClockMarks
from r2_renewal.domain.errors import RenewalError
from r2_renewal.private_files import read_private, replace_private, require_own_folder

FILE_NAME = "clock-marks.json"
MAX_BYTES = 4096
WORTH_WRITING = timedelta(hours=1)

_NAMES = ("issued", "shop", "last_run")


class ClockMarkFile:
    """The marks of one user on one computer.

    Attributes:
        path: the file; it need not exist.
    """

    def __init__(self, state_dir: Path) -> None:
        self.path = state_dir / FILE_NAME

    def read(self) -> ClockMarks:
        """Return the marks; empty ones where there is no file or it makes no sense."""
        try:
            require_own_folder(self.path.parent)
            document = json.loads(read_private(self.path, MAX_BYTES))
            return ClockMarks(**{name: _moment(document.get(name)) for name in _NAMES})
        except (OSError, RenewalError, ValueError, TypeError, AttributeError, RecursionError):
            return ClockMarks()

    def note(self, change: Callable[[ClockMarks], ClockMarks]) -> None:
        """Replace the marks by what a change makes of them, where they can be written."""
        known = self.read()
        self.write(change(known), known)

    def write(self, marks: ClockMarks, known: ClockMarks | None = None) -> bool:
        """Replace the marks; return whether they are on disk. Marks that moved less than an hour are not written.

        Args:
            marks: the new ones.
            known: those just read, which spares a start the second look; None reads them.
        """
        if not _moved(self.read() if known is None else known, marks):
            return True
        document = {name: moment.isoformat() for name in _NAMES if (moment := getattr(marks, name)) is not None}
        try:
            replace_private(self.path, json.dumps(document).encode("ascii"))
        except (OSError, RenewalError):
            return False
        return True


def _moment(value: object) -> datetime | None:
    if value is None:
        return None
    moment = datetime.fromisoformat(str(value))
    if moment.tzinfo is None:
        raise ValueError("a mark without a zone")
    return moment


def _moved(old: ClockMarks, new: ClockMarks) -> bool:
    return any(_differ(getattr(old, name), getattr(new, name)) for name in _NAMES)


def _differ(old: datetime | None, new: datetime | None) -> bool:
    if old is None or new is None:
        return old is not new
    return abs(new - old) >= WORTH_WRITING
