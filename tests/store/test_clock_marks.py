"""The clock's marks on disk: kept, healed, and never an error."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from r2_renewal.domain.clock import SHOP_TOLERANCE, ClockMarks
from r2_renewal.store.clock_marks import FILE_NAME, ClockMarkFile

NOW = datetime(2026, 11, 22, 9, 0, 0, 123456, tzinfo=UTC)
MARKS = ClockMarks(issued=NOW - timedelta(days=300), shop=NOW - timedelta(days=1), last_run=NOW)


@pytest.fixture
def file(tmp_path: Path) -> ClockMarkFile:
    return ClockMarkFile(tmp_path / "state")


def test_without_a_file_there_are_no_marks(file: ClockMarkFile) -> None:
    assert file.read() == ClockMarks()


@pytest.mark.parametrize("marks", [MARKS, ClockMarks(last_run=NOW), ClockMarks(issued=NOW)])
def test_marks_are_kept(file: ClockMarkFile, marks: ClockMarks) -> None:
    assert file.write(marks)
    assert ClockMarkFile(file.path.parent).read() == marks
    assert [path.name for path in file.path.parent.iterdir()] == [FILE_NAME]


def test_marks_that_hardly_moved_are_not_written(file: ClockMarkFile) -> None:
    file.write(MARKS)
    before = file.path.stat().st_mtime_ns, file.path.stat().st_ino
    assert file.write(MARKS.after_run(NOW + timedelta(minutes=59)))
    assert (file.path.stat().st_mtime_ns, file.path.stat().st_ino) == before
    assert file.write(MARKS.after_run(NOW + timedelta(hours=1)))
    assert file.read().last_run == NOW + timedelta(hours=1)


def test_a_mark_that_heals_backwards_is_written(file: ClockMarkFile) -> None:
    file.write(MARKS.after_run(NOW + timedelta(days=400)))
    file.write(file.read().after_contact(NOW))
    assert file.read().last_run == NOW - SHOP_TOLERANCE


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00" * 100,
        b"[]",
        b"null",
        b"{",
        b'{"issued": "yesterday"}',
        b'{"issued": "2026-01-01T00:00:00"}',
        b'{"issued": 7}',
        b"[" * 4000,
        b" " * 5000 + b"{}",
    ],
)
def test_a_broken_file_is_the_same_as_none_and_is_replaced(file: ClockMarkFile, content: bytes) -> None:
    file.path.parent.mkdir()
    file.path.write_bytes(content)
    assert file.read() == ClockMarks()
    assert file.write(MARKS)
    assert file.read() == MARKS


def test_unknown_names_of_a_newer_version_are_ignored(file: ClockMarkFile) -> None:
    file.path.parent.mkdir()
    file.path.write_text(json.dumps({"last_run": NOW.isoformat(), "moon": 1}), encoding="utf-8")
    assert file.read() == ClockMarks(last_run=NOW)


def test_what_is_no_file_is_no_mark(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / FILE_NAME)
    assert ClockMarkFile(tmp_path).read() == ClockMarks()


def test_a_place_that_cannot_be_written_is_said_and_not_raised(tmp_path: Path) -> None:
    (tmp_path / "state").write_bytes(b"a file, not a folder")
    file = ClockMarkFile(tmp_path / "state")
    assert not file.write(MARKS)
    assert file.read() == ClockMarks()
