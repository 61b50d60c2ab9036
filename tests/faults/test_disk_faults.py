"""Rows D3 and D8–D10: a disk without room at any write, a system without descriptors, memory or locks, and leftovers.

Invariant of every row: what was on disk is there still, what could not be done is said by its code, and the host lives. D1, D2, D4
and D5 are in ``test_host_faults.py``, D6 and D7 for the licence file in ``test_licence_faults.py``.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from r2_renewal.domain.clock import ClockMarks
from r2_renewal.domain.errors import ErrorCode
from r2_renewal.domain.reminder import ReminderMemory
from r2_renewal.store import database
from r2_renewal.store.clock_marks import ClockMarkFile
from r2_renewal.store.outbox import Outbox
from r2_renewal.store.reminder_memory import recall, snooze
from r2_renewal.ui.error_texts import sentence
from tests.faults.injection import Tracer, tracer
from tests.faults.test_host_faults import Computer, computer, told

__all__ = ["computer", "tracer"]

DAY, NEXT_DAY, END = date(2026, 11, 22), date(2026, 11, 23), date(2026, 12, 22)
THEN = datetime(2026, 11, 1, 12, tzinfo=UTC)
WRITES = ("write", "pwrite64", "fsync", "fdatasync", "ftruncate")

_INJECTED = re.compile(r"^(?:\d+ +)?(\w+)\(.*\(INJECTED\)", re.MULTILINE)
_FRAME = """
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from r2_renewal.domain.errors import RenewalError
folder = Path(sys.argv[1])
SAVED, NOT_SAVED, SAID = 40, 41, 42
try:
    sys.exit(SAVED if save(folder) else NOT_SAVED)
except RenewalError as error:
    sys.exit(SAID if error.code.value == "R2-S04" else 1)
"""
# How a saving process ends: its exit code, since even a printed word is a write that could fail.
SAVED, NOT_SAVED, SAID = 40, 41, 42


@dataclass(frozen=True)
class Saving:
    """A way in which local state is saved.

    Attributes:
        code: what saves it anew.
        first: saves what was before.
        read: reads it.
        harmless: what may stand as well where only the last sync failed; None for nothing but what was before.
    """

    code: str
    first: Callable[[Path], object]
    read: Callable[[Path], object]
    harmless: object = None

    def command(self, folder: Path) -> list[str]:
        return [sys.executable, "-B", "-c", self.code + _FRAME, str(folder)]


SAVINGS = {
    "reminder memory": Saving(
        "def save(folder):\n"
        "    from r2_renewal.store.reminder_memory import claim\n"
        "    return claim(folder, 'lic-1', date(2026, 11, 23))\n",
        lambda folder: snooze(folder, "lic-1", DAY, END),
        lambda folder: recall(folder, "lic-1"),
        ReminderMemory(asked_on=NEXT_DAY),
    ),
    "outbox": Saving(
        "def save(folder):\n"
        "    from r2_renewal.store.outbox import Outbox\n"
        "    return Outbox(folder).confirm('key-2', 'lic-2', 'digest', b'frozen ' * 2000)\n",
        lambda folder: Outbox(folder).confirm("key-1", "lic-1", "digest", b"frozen " * 2000),
        lambda folder: Outbox(folder).unsettled(),
    ),
    "clock marks": Saving(
        "def save(folder):\n"
        "    from r2_renewal.domain.clock import ClockMarks\n"
        "    from r2_renewal.store.clock_marks import ClockMarkFile\n"
        "    return ClockMarkFile(folder).write(ClockMarks(shop=datetime(2026, 11, 22, tzinfo=UTC)))\n",
        lambda folder: ClockMarkFile(folder).write(ClockMarks(shop=THEN)),
        lambda folder: ClockMarkFile(folder).read(),
    ),
}


def faulted(tracer: Tracer, saving: Saving, folder: Path, fault: str) -> tuple[int, list[str]]:
    """Save under a fault; return how that ended, and the calls that failed."""
    log = tracer.folder / "faulted.log"
    strace = ["strace", "-f", "-qq", "-o", str(log), f"--trace={','.join(WRITES)},fcntl", f"--inject={fault}"]
    done = subprocess.run([*strace, *saving.command(folder)], timeout=60, check=False, capture_output=True)
    return done.returncode, _INJECTED.findall(log.read_text(errors="replace"))


@pytest.mark.parametrize("what", SAVINGS)
def test_d03_a_disk_without_room_from_any_write_on_keeps_the_old_state(
    tracer: Tracer, tmp_path: Path, what: str
) -> None:
    saving, failed = SAVINGS[what], set()
    for call in WRITES:
        for first in range(1, 40):
            folder = tmp_path / f"{call}-{first}"
            folder.mkdir()
            saving.first(folder)
            before = saving.read(folder)
            end, injected = faulted(tracer, saving, folder, f"{call}:error=ENOSPC:when={first}+")
            if not injected:
                break
            failed.add(call)
            assert end == (NOT_SAVED if what == "clock marks" else SAID), folder
            assert saving.read(folder) in (before, saving.harmless), folder
            assert [path.name for path in folder.iterdir() if path.suffix == ".tmp" or ".corrupt-" in path.name] == []
        # Past the last write nothing failed, and everything is saved.
        assert (end, saving.read(folder) != before) == (SAVED, True)
    assert failed == ({"write"} if what == "clock marks" else {"pwrite64", "fdatasync"})
