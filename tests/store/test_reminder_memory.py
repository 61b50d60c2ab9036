"""What the host remembers: quickly, quietly, and never at the cost of its start."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest

from r2_renewal.domain.reminder import ReminderMemory
from r2_renewal.store import database
from r2_renewal.store.outbox import Outbox, OutboxState
from r2_renewal.store.reminder_memory import claim, claim_refresh, note_enrolment, recall, snooze
from r2_renewal.store.unsettled import has_unsettled

EMPTY = ReminderMemory()
ASKED, REMIND = date(2026, 11, 22), date(2026, 12, 8)


def test_without_a_database_nothing_is_remembered_and_nothing_created(tmp_path: Path) -> None:
    assert recall(tmp_path / "none", "lic-1") == EMPTY
    assert list(tmp_path.iterdir()) == []


def test_a_snooze_is_remembered_for_its_licence_alone(tmp_path: Path) -> None:
    snooze(tmp_path, "lic-1", ASKED, REMIND)
    assert recall(tmp_path, "lic-1") == ReminderMemory(ASKED, REMIND)
    assert recall(tmp_path, "lic-2") == EMPTY
    claim(tmp_path, "lic-1", REMIND)
    snooze(tmp_path, "lic-1", REMIND, date(2026, 12, 15))
    assert recall(tmp_path, "lic-1") == ReminderMemory(REMIND, date(2026, 12, 15))


def test_a_user_of_several_licences_is_asked_about_one_of_them_a_day(tmp_path: Path) -> None:
    assert claim(tmp_path, "lic-1", ASKED)
    assert not claim(tmp_path, "lic-2", ASKED)
    snooze(tmp_path, "lic-1", ASKED, REMIND)
    assert not claim(tmp_path, "lic-2", ASKED)
    assert recall(tmp_path, "lic-2").asked_on is None
    assert claim(tmp_path, "lic-2", ASKED + timedelta(days=1))
    assert not claim(tmp_path, "lic-1", ASKED + timedelta(days=1))


def test_the_late_answer_to_an_old_question_does_not_undo_a_newer_one(tmp_path: Path) -> None:
    claim(tmp_path, "l", ASKED)
    claim(tmp_path, "l", REMIND)
    snooze(tmp_path, "l", ASKED, ASKED + timedelta(days=2))
    assert recall(tmp_path, "l") == ReminderMemory(asked_on=REMIND)
    assert not claim(tmp_path, "l", REMIND)


@pytest.mark.parametrize("state", OutboxState)
def test_an_order_counts_while_it_may_still_renew(tmp_path: Path, state: OutboxState) -> None:
    Outbox(tmp_path).confirm("k", "lic-1", "digest", b"frozen")
    with database.writing(tmp_path) as connection:
        connection.execute("UPDATE outbox SET state = ?", (state,))
    expected = state not in (OutboxState.NOT_SENT, OutboxState.REJECTED)
    assert recall(tmp_path, "lic-1").order_open is expected
    assert not recall(tmp_path, "lic-2").order_open
    Outbox(tmp_path).settle("k")
    assert not recall(tmp_path, "lic-1").order_open


def test_a_bogus_date_is_no_date(tmp_path: Path) -> None:
    snooze(tmp_path, "lic-1", ASKED, REMIND)
    with database.writing(tmp_path) as connection:
        connection.execute("UPDATE reminder SET asked_on = 'yesterday', remind_on = '2026-99-01'")
    assert recall(tmp_path, "lic-1") == EMPTY


@pytest.mark.parametrize("content", [b"garbage" * 1000, b"SQLite format 3\0" + b"\0" * 9000])
def test_a_broken_database_is_an_empty_memory_until_the_next_write(tmp_path: Path, content: bytes) -> None:
    (tmp_path / database.FILE_NAME).write_bytes(content)
    assert recall(tmp_path, "lic-1") == EMPTY
    assert not has_unsettled(tmp_path)
    snooze(tmp_path, "lic-1", ASKED, REMIND)
    assert recall(tmp_path, "lic-1") == ReminderMemory(ASKED, REMIND)


def test_a_locked_database_does_not_hold_the_host(tmp_path: Path) -> None:
    snooze(tmp_path, "lic-1", ASKED, REMIND)
    with closing(sqlite3.connect(tmp_path / database.FILE_NAME, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        began = time.monotonic()
        assert recall(tmp_path, "lic-1") == EMPTY
        assert not has_unsettled(tmp_path)
        assert time.monotonic() - began < 0.8  # a writer waits for a second


def test_what_a_killed_writer_left_half_done_is_undone_by_the_reader(tmp_path: Path) -> None:
    snooze(tmp_path, "lic-1", ASKED, REMIND)
    code = (
        "import os, sqlite3, sys\n"
        "c = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "c.execute('PRAGMA cache_size=1'); c.execute('PRAGMA cache_spill=1'); c.execute('BEGIN IMMEDIATE')\n"
        "c.execute(\"UPDATE reminder SET asked_on = '', remind_on = ''\")\n"
        "sql = 'INSERT INTO reminder (licence_id, asked_on) VALUES (?, ?)'\n"
        "for n in range(500): c.execute(sql, (str(n) * 50, 'x' * 500))\n"
        "os._exit(9)\n"
    )
    subprocess.run([sys.executable, "-I", "-c", code, str(tmp_path / database.FILE_NAME)], check=False)
    assert len(list(tmp_path.iterdir())) == 2, "no hot journal was left to test with"
    assert recall(tmp_path, "lic-1") == ReminderMemory(ASKED, REMIND)


def test_remembering_nothing_does_not_import_sqlite(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path\n"
        "from r2_renewal.store.unsettled import has_unsettled\n"
        "from r2_renewal.store.reminder_memory import recall\n"
        "recall(Path(sys.argv[1]), 'lic-1'); has_unsettled(Path(sys.argv[1]))\n"
        "print('sqlite3' in sys.modules, 'msgspec' in sys.modules)"
    )
    command = [sys.executable, "-I", "-c", code, str(tmp_path)]
    assert subprocess.run(command, capture_output=True, check=True, text=True).stdout.split() == ["False", "False"]


def test_the_days_question_is_claimed_once(tmp_path: Path) -> None:
    assert claim(tmp_path, "l", ASKED)
    assert not claim(tmp_path, "l", ASKED)
    assert claim(tmp_path, "l", ASKED + timedelta(days=1))


def test_a_claim_forgets_an_answer_that_is_over(tmp_path: Path) -> None:
    snooze(tmp_path, "l", ASKED, ASKED + timedelta(days=5))
    assert claim(tmp_path, "l", ASKED + timedelta(days=5))
    assert recall(tmp_path, "l") == ReminderMemory(asked_on=ASKED + timedelta(days=5))


def test_of_many_programs_that_start_together_one_asks(tmp_path: Path) -> None:
    code = (
        "import sys; from datetime import date; from pathlib import Path; from r2_renewal.domain.errors import RenewalError\n"
        "from r2_renewal.store.reminder_memory import claim\n"
        "try: print(claim(Path(sys.argv[1]), 'l', date(2026, 12, 8)))\n"
        "except RenewalError: print('busy')\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    racers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(8)]
    assert [racer.communicate()[0].strip() for racer in racers].count("True") == 1


def test_the_days_request_is_claimed_once_whatever_comes_of_it(tmp_path: Path) -> None:
    assert claim_refresh(tmp_path, "l", ASKED)
    assert not claim_refresh(tmp_path, "l", ASKED)
    assert claim_refresh(tmp_path, "other", ASKED)
    assert claim_refresh(tmp_path, "l", ASKED + timedelta(days=1))


def test_what_the_shop_said_is_remembered_beside_the_question(tmp_path: Path) -> None:
    claim(tmp_path, "l", ASKED)
    claim_refresh(tmp_path, "l", ASKED)
    note_enrolment(tmp_path, "l", enrolled=True)
    assert recall(tmp_path, "l") == ReminderMemory(asked_on=ASKED, enrolled=True, refreshed_on=ASKED)
    claim_refresh(tmp_path, "l", ASKED + timedelta(days=1))
    note_enrolment(tmp_path, "l", enrolled=False)
    assert recall(tmp_path, "l") == ReminderMemory(asked_on=ASKED, refreshed_on=ASKED + timedelta(days=1))
