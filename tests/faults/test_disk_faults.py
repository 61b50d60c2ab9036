"""Rows D3 and D8–D10: a disk without room at any write, a system without descriptors, memory or locks, and leftovers.

Invariant of every row: what was on disk is there still, what could not be done is said by its code, and the host lives. D1,
D2, D4 and D5 are in ``test_host_faults.py``, D6 and D7 for the licence file in ``test_licence_faults.py``.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import QCoreApplication, QObject, Qt
from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot

from r2_renewal.clock import pc_clock
from r2_renewal.domain.clock import ClockMarks
from r2_renewal.domain.errors import ErrorCode
from r2_renewal.domain.reminder import ReminderMemory
from r2_renewal.store import database
from r2_renewal.store.clock_marks import ClockMarkFile
from r2_renewal.store.drafts import Drafts
from r2_renewal.store.outbox import Outbox
from r2_renewal.store.reminder_memory import recall, snooze
from r2_renewal.ui.agent_link import AgentLink, AgentProcess
from r2_renewal.ui.eshop_window import EshopWindow
from tests.agent.conversation import COMMAND
from tests.driver import find, wait_until
from tests.embedding.licences import LICENCE_ID
from tests.faults.injection import Tracer, tracer
from tests.faults.test_host_faults import Computer, computer, told
from tests.ui.conftest import HELLO, LINKS

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


def draft_in(folder: Path) -> bytes | None:
    """Return the body of the draft that lies in a state folder."""
    stored = Drafts(folder).load("cust-1", "lic-1")
    return stored.body if stored is not None else None


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
    "draft": Saving(
        "def save(folder):\n"
        "    from r2_renewal.store.drafts import Drafts\n"
        "    Drafts(folder).save('cust-1', 'lic-1', b'later ' * 2000)\n"
        "    return True\n",
        lambda folder: Drafts(folder).save("cust-1", "lic-1", b"before " * 2000),
        draft_in,
        b"later " * 2000,
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


def faulted(
    tracer: Tracer, saving: Saving, folder: Path, fault: str, file: Path | None = None
) -> tuple[int, list[str]]:
    """Save under a fault, of one file where wanted; return how that ended, and the calls that failed."""
    log = tracer.folder / "faulted.log"
    strace = ["strace", "-f", "-qq", "-o", str(log), f"--trace={','.join(WRITES)},fcntl", f"--inject={fault}"]
    strace += [] if file is None else ["-P", str(file)]
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


# D8: descriptors and memory, taken away in the host while it asks whether it is busy, and from the agent altogether

NO_DESCRIPTORS = """
import builtins, os, resource
if not hasattr(builtins, "held"):
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, 256))
    builtins.held = []
    try:
        while True:
            builtins.held.append(os.open("/dev/null", os.O_RDONLY))
    except OSError:
        pass
"""
# A last half MiB is left, for the host's own Qt: its C++ ends a program that has not a few bytes.
NO_MEMORY = """
import resource
size = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize() + 2**19
resource.setrlimit(resource.RLIMIT_AS, (size, size))
"""


@pytest.mark.parametrize("taken", [NO_DESCRIPTORS, NO_MEMORY], ids=["descriptors", "memory"])
def test_d08_a_host_without_descriptors_or_memory_lives_and_is_not_asked(computer: Computer, taken: str) -> None:
    if not Path("/proc/self/statm").exists():
        pytest.skip("the size of a process is told by Linux only")
    seen = computer.lived(busy=taken, patience=3_000)
    if taken is NO_MEMORY:
        assert (seen["status"], seen["code"]) == ("disabled", "R2-S99")
    assert seen["status"] in ("disabled", "silent")
    assert seen["code"] in ("R2-S99", None)
    assert recall(computer.state, LICENCE_ID).asked_on is None


LIMITS = {"descriptors": "--nofile=4", "memory": f"--as={20 * 2**20}"}


@pytest.mark.parametrize("limit", LIMITS)
def test_d08_an_agent_without_descriptors_or_memory_is_said_and_the_host_lives(
    qtbot: QtBot, tmp_path: Path, limit: str
) -> None:
    if shutil.which("prlimit") is None:
        pytest.skip("prlimit is not installed")
    owner = QObject()
    hello = msgspec.structs.replace(HELLO, state_dir=str(tmp_path))
    link = AgentLink(("prlimit", LIMITS[limit], *COMMAND), hello, owner)
    eshop = EshopWindow(link, LINKS, lambda: DAY)
    eshop.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
    qtbot.addWidget(eshop)
    eshop.show()
    wait_until(lambda: eshop.messages.text, what="message")
    assert ErrorCode.AGENT_DIED.value in eshop.messages.text
    assert find(eshop, QAbstractButton, "Ponów").isEnabled()
    link.close()
    wait_until(lambda: not QCoreApplication.instance().findChildren(AgentProcess), what="end of the agent")


# D9: a home without locks


@pytest.mark.parametrize("what", ["reminder memory", "outbox"])
def test_d09_a_home_that_cannot_lock_is_not_written_to(tracer: Tracer, tmp_path: Path, what: str) -> None:
    saving = SAVINGS[what]
    saving.first(tmp_path)
    before = saving.read(tmp_path)
    end, injected = faulted(tracer, saving, tmp_path, "fcntl:error=ENOLCK", tmp_path / database.FILE_NAME)
    assert (end, set(injected)) == (SAID, {"fcntl"})
    assert saving.read(tmp_path) == before


def test_d09_a_host_whose_home_cannot_lock_asks_and_says_so(tracer: Tracer, computer: Computer) -> None:
    snooze(computer.state, LICENCE_ID, date(2026, 11, 1), DAY)
    path = computer.state / database.FILE_NAME
    strace = ["strace", "-f", "-qq", "-o", "/dev/null", "-P", str(path), "--trace=fcntl", "--inject=fcntl:error=ENOLCK"]
    process = subprocess.Popen([*strace, *computer.command()], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    seen = told(process)
    assert seen["status"] == "prompting"
    assert any(ErrorCode.STORE.value in line for line in seen["log"])
    assert recall(computer.state, LICENCE_ID).asked_on == date(2026, 11, 1)


# D6: killed at every call


@pytest.mark.parametrize("what", SAVINGS)
def test_d06_killed_at_every_call_of_a_saving_the_old_or_the_new_state_is_there_whole(
    tracer: Tracer, tmp_path: Path, what: str
) -> None:
    saving, kills, seen = SAVINGS[what], 0, []
    for call in (*WRITES, "unlink", "rename"):
        for ordinal in range(1, 40):
            folder = tmp_path / f"{call}-{ordinal}"
            folder.mkdir()
            saving.first(folder)
            before = saving.read(folder)
            strace = ["strace", "-f", "-qq", "-o", "/dev/null", f"--trace={call}"]
            strace.append(f"--inject={call}:signal=SIGKILL:when={ordinal}")
            done = subprocess.run([*strace, *saving.command(folder)], timeout=60, check=False)
            if done.returncode == SAVED:
                break
            kills += 1
            seen.append(saving.read(folder) == before)
            assert subprocess.run(saving.command(folder), timeout=60, check=False).returncode in (SAVED, NOT_SAVED)
        after = saving.read(folder)
        assert after != before
    assert kills >= (2 if what == "clock marks" else 6)
    assert True in seen


# D10: what killed processes left


def killed(saving: Saving, folder: Path, at: str) -> None:
    """Save, killed at a system call."""
    strace = ["strace", "-f", "-qq", "-o", "/dev/null", f"--trace={at}", f"--inject={at}:signal=SIGKILL:when=1"]
    assert subprocess.run([*strace, *saving.command(folder)], timeout=60, check=False).returncode != SAVED


def test_d10_an_orphan_of_the_clock_marks_is_swept_by_the_next_writer(tracer: Tracer, tmp_path: Path) -> None:
    saving = SAVINGS["clock marks"]
    saving.first(tmp_path)
    before = saving.read(tmp_path)
    killed(saving, tmp_path, "rename")
    (orphan,) = tmp_path.glob(".*.tmp")
    assert saving.read(tmp_path) == before
    ClockMarkFile(tmp_path).write(ClockMarks(shop=THEN + timedelta(hours=2)))
    assert orphan.exists(), "of a writer who may still be at work"
    os.utime(orphan, (pc_clock().timestamp() - 3600,) * 2)
    ClockMarkFile(tmp_path).write(ClockMarks(shop=THEN + timedelta(hours=4)))
    assert [path.name for path in tmp_path.iterdir()] == [ClockMarkFile(tmp_path).path.name]


@pytest.mark.parametrize("what", ["reminder memory", "outbox"])
def test_d10_a_journal_left_behind_is_played_back_and_swept(tracer: Tracer, tmp_path: Path, what: str) -> None:
    saving = SAVINGS[what]
    saving.first(tmp_path)
    before = saving.read(tmp_path)
    killed(saving, tmp_path, "unlink")
    journal = tmp_path / f"{database.FILE_NAME}-journal"
    assert journal.stat().st_size > 0
    assert saving.read(tmp_path) == before
    assert [path.name for path in tmp_path.iterdir()] == [database.FILE_NAME]
