"""Rows H3–H5, H8, H9, C1–C3 and D1–D5 of the fault matrix, for the host's check: real processes, faults injected from outside.

Invariant of every row: the host starts, its window stands, its event loop goes on, and nothing of ours reaches its stderr as a
traceback. H9 (what the host set stays set) is ``tests/embedding/test_politeness.py``.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from r2_renewal.clock import pc_clock
from r2_renewal.domain.clock import ClockMarks
from r2_renewal.domain.dates import warsaw_date
from r2_renewal.store import database
from r2_renewal.store.clock_marks import ClockMarkFile
from r2_renewal.store.outbox import Outbox
from r2_renewal.store.reminder_memory import claim, recall, snooze
from tests.embedding.licences import KEYS, LICENCE_ID, write_licence
from tests.faults.injection import as_nobody, fake_clock

__all__ = ["fake_clock"]

HOST = Path(__file__).resolve().parent.parent / "embedding" / "plain_host.py"
TODAY = date(2026, 11, 22)
END = date(2026, 12, 22)
STALL_SECONDS = 3.0  # of a whole process on a busy machine; 50 ms is asserted where nothing else is measured


@dataclass(frozen=True)
class Computer:
    """A folder with a licence that ends in 30 days, and the module's state."""

    folder: Path

    @property
    def state(self) -> Path:
        return self.folder / "stan użytkownika Łucji ąę"

    @property
    def licence(self) -> Path:
        return self.folder / "R2.lic"

    def command(self, **more: Any) -> list[str]:
        specification = {
            "licence": str(self.licence),
            "key": KEYS[0].ed25519.hex(),
            "state": str(self.state),
            "today": TODAY.isoformat(),
            **more,
        }
        return [sys.executable, str(HOST), json.dumps(specification)]

    def start(self, **more: Any) -> subprocess.Popen[bytes]:
        return subprocess.Popen(self.command(**more), stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def lived(self, **more: Any) -> dict[str, Any]:
        """Start the host, let it end, and return what it told."""
        return told(self.start(**more))


def told(process: subprocess.Popen[bytes]) -> dict[str, Any]:
    out, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors.decode(errors="replace")
    assert b"Traceback" not in errors, errors.decode(errors="replace")
    seen: dict[str, Any] = json.loads(out.splitlines()[-1])
    assert seen["visible"]
    return seen


@pytest.fixture
def computer(tmp_path: Path) -> Computer:
    made = Computer(tmp_path)
    write_licence(made.licence, END)
    return made


# H: the host and the module


def test_h3_of_two_hosts_that_start_together_one_asks(computer: Computer) -> None:
    both = [computer.start(hold=2) for _ in range(2)]
    assert sorted(told(host)["status"] for host in both) == ["prompting", "silent"]
    assert recall(computer.state, LICENCE_ID).asked_on == TODAY
    # The one that asked was closed with the question open, which is „Przypomnij później".
    assert computer.lived(wait="check")["reason"] == "snoozed"


BREAKAGES = {
    "embedding missing": "import sys; sys.modules['r2_renewal.embedding'] = None",
    "config missing": "import sys; sys.modules['r2_renewal.config'] = None",
    "module raises": "import sys; sys.modules['r2_renewal.domain.reminder'] = None",
    "exits at import": (
        "import importlib.abc, sys\n"
        "class Exits(importlib.abc.MetaPathFinder):\n"
        "    def find_spec(self, name, path, target=None):\n"
        "        if name == 'r2_renewal.embedding.module': raise SystemExit(3)\n"
        "sys.meta_path.insert(0, Exits())\n"
    ),
    "breaks at the check": "import sys; sys.modules['r2_renewal.embedding.startup_check'] = None",
    "breaks at attach": "import sys; sys.modules['r2_renewal.embedding.menu'] = None",
}


@pytest.mark.parametrize("breakage", BREAKAGES)
def test_h4_a_module_that_breaks_at_import_or_start_leaves_the_host(computer: Computer, breakage: str) -> None:
    seen = computer.lived(before=BREAKAGES[breakage])
    assert (seen["status"], seen["code"]) == ("disabled", "R2-S99")
    assert any("R2-S99" in line for line in seen["log"])


@pytest.mark.parametrize("error", ["SystemExit(3)", "MemoryError()", "RuntimeError('x')"])
def test_h5_what_a_slot_raises_is_contained(computer: Computer, error: str) -> None:
    seen = computer.lived(busy=f"raise {error}")
    assert (seen["status"], seen["code"]) == ("disabled", "R2-S99")


def test_h8_no_stderr_no_working_folder_and_a_name_in_polish(computer: Computer) -> None:
    gone = computer.folder / "zniknie"
    gone.mkdir()
    before = f"import os, sys; os.chdir({str(gone)!r}); os.rmdir({str(gone)!r}); sys.stderr = sys.__stderr__ = None"
    assert computer.lived(before=before)["status"] == "prompting"
    assert recall(computer.state, LICENCE_ID).asked_on == TODAY


# C: the clock


@pytest.mark.parametrize(("offset", "clock"), [("-400d", "behind"), ("+400d", "far_ahead")])
def test_c1_a_clock_far_off_is_doubted_and_locks_nobody_out(
    computer: Computer, fake_clock: Path, offset: str, clock: str
) -> None:
    now = pc_clock()
    write_licence(computer.licence, warsaw_date(now) + timedelta(days=500), issued=now - timedelta(days=3))
    ClockMarkFile(computer.state).write(ClockMarks(shop=now))
    environment = {**os.environ, "LD_PRELOAD": str(fake_clock), "FAKETIME": offset, "DONT_FAKE_MONOTONIC": "1"}
    command = computer.command(today=None, wait="check")
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    seen = told(process)
    assert (seen["status"], seen["clock"], seen["reason"]) == ("silent", clock, "not_due")


def test_c2_a_clock_that_jumps_while_the_question_waits_delays_nothing(computer: Computer, fake_clock: Path) -> None:
    rate = computer.folder / "faketime"
    rate.write_text("+0")
    environment = {
        **os.environ,
        "LD_PRELOAD": str(fake_clock),
        "FAKETIME_TIMESTAMP_FILE": str(rate),
        "FAKETIME_NO_CACHE": "1",
        "DONT_FAKE_MONOTONIC": "1",
    }
    began = time.monotonic()
    process = subprocess.Popen(computer.command(), env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    time.sleep(1.0)
    rate.write_text("-2d")
    assert told(process)["status"] == "prompting"
    assert time.monotonic() - began < 60


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago", "Europe/Warsaw"])
def test_c3_the_day_is_warsaws_wherever_the_computer_thinks_it_is(computer: Computer, zone: str) -> None:
    write_licence(computer.licence, warsaw_date(pc_clock()) + timedelta(days=30))
    environment = {**os.environ, "TZ": zone}
    command = computer.command(today=None, wait="check")
    seen = told(subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE))
    assert seen["decision"] == "Prompt"


# D: the state database


def corrupt(computer: Computer, content: bytes) -> None:
    snooze(computer.state, LICENCE_ID, TODAY, END)
    (computer.state / database.FILE_NAME).write_bytes(content)


@pytest.mark.parametrize("content", [b"garbage" * 1000, b"SQLite format 3\0" + b"\xff" * 9000, b"\0" * 4096])
def test_d1_a_corrupt_database_is_set_aside_and_rebuilt(computer: Computer, content: bytes) -> None:
    corrupt(computer, content)
    assert computer.lived()["status"] == "prompting"
    (aside,) = computer.state.glob(f"{database.FILE_NAME}.corrupt-*")
    assert aside.read_bytes() == content
    assert recall(computer.state, LICENCE_ID).asked_on == TODAY


def test_d1_an_order_in_a_torn_database_is_never_thrown_away(computer: Computer) -> None:
    Outbox(computer.state).confirm("key-1", LICENCE_ID, "digest", b"frozen " * 2000)
    path = computer.state / database.FILE_NAME
    torn = path.read_bytes()[:-4096]
    path.write_bytes(torn)
    computer.lived(wait="check")
    kept = [path, *computer.state.glob(f"{database.FILE_NAME}.corrupt-*")]
    assert any(b"frozen" in one.read_bytes() for one in kept)


def test_d2_a_database_of_a_newer_version_is_never_touched(computer: Computer) -> None:
    snooze(computer.state, LICENCE_ID, TODAY, END)
    path = computer.state / database.FILE_NAME
    with closing(sqlite3.connect(path)) as newer:
        newer.execute("PRAGMA user_version = 99")
    before = path.read_bytes()
    seen = computer.lived()
    assert seen["status"] == "prompting"
    assert any("R2-S04" in line for line in seen["log"])
    assert path.read_bytes() == before
    assert list(computer.state.glob("*.corrupt-*")) == []


@pytest.fixture
def tiny(tmp_path: Path) -> Iterator[Path]:
    """A full disk of 128 KiB; skip where none can be mounted."""
    place = tmp_path / "tiny"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", str(place)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("a small file system cannot be mounted here")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_d3_a_full_disk_leaves_the_old_state_and_the_host(tiny: Path, tmp_path: Path) -> None:
    computer = Computer(tiny)
    write_licence(computer.licence, END)
    snooze(computer.state, LICENCE_ID, date(2026, 11, 1), TODAY)
    with suppress(OSError), (tiny / "filler").open("wb", buffering=0) as filler:
        while True:
            filler.write(b"x" * 512)
    seen = computer.lived()
    assert seen["status"] == "prompting"
    assert any("R2-S04" in line for line in seen["log"])
    assert recall(computer.state, LICENCE_ID).asked_on == date(2026, 11, 1)


def test_d4_a_home_that_cannot_be_written_is_worked_in_memory(computer: Computer) -> None:
    home = Path("/var/tmp") / f"r2-read-only-{os.getpid()}"
    home.mkdir()
    try:
        here = Computer(home)
        write_licence(here.licence, END)
        home.chmod(0o555)
        process = subprocess.Popen(as_nobody(here.command()), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        seen = told(process)
        assert seen["status"] == "prompting"
        assert any("R2-S04" in line for line in seen["log"])
        assert not here.state.exists()
    finally:
        shutil.rmtree(home)


def test_d5_a_database_locked_by_another_program_delays_the_question_a_second(computer: Computer) -> None:
    claim(computer.state, LICENCE_ID, date(2026, 11, 1))
    with closing(sqlite3.connect(computer.state / database.FILE_NAME, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        seen = computer.lived()
    assert seen["status"] == "prompting"
    assert any("R2-S04" in line for line in seen["log"])
    assert seen["longest"] < STALL_SECONDS
