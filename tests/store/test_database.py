"""The database file: its rights, its versions, and what becomes of a broken one."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing, suppress
from pathlib import Path

import pytest

from r2_renewal.domain.errors import ErrorCode, RenewalError
from r2_renewal.store import database


def store_error(folder: Path) -> str:
    with pytest.raises(RenewalError) as error, database.writing(folder):
        raise AssertionError("the block must not begin")
    assert error.value.code is ErrorCode.STORE
    return error.value.detail


@pytest.mark.posix("rights of owner, group and others")
def test_the_file_and_its_folder_are_for_their_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    with database.writing(folder) as connection:
        connection.execute("INSERT INTO reminder (licence_id, asked_on, remind_on) VALUES ('l', '', '')")
        rights = {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()}
        assert set(rights.values()) == {0o600}, rights
    assert folder.stat().st_mode & 0o777 == 0o700
    assert [path.name for path in folder.iterdir()] == [database.FILE_NAME]


def test_an_exception_rolls_back(tmp_path: Path) -> None:
    with suppress(KeyError), database.writing(tmp_path) as connection:
        connection.execute("INSERT INTO reminder (licence_id, asked_on, remind_on) VALUES ('l', '', '')")
        raise KeyError
    with database.writing(tmp_path) as connection:
        assert connection.execute("SELECT count(*) FROM reminder").fetchone() == (0,)


def test_commits_are_as_durable_as_promised(tmp_path: Path) -> None:
    extra = 3
    with database.writing(tmp_path) as connection:
        assert connection.execute("PRAGMA synchronous").fetchone() == (extra,)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
        assert connection.execute("PRAGMA secure_delete").fetchone() == (1,)


def test_a_file_left_empty_by_a_kill_is_no_database_yet(tmp_path: Path) -> None:
    (tmp_path / database.FILE_NAME).touch()
    assert not database.exists(tmp_path)
    with database.writing(tmp_path):
        pass
    assert database.exists(tmp_path)


@pytest.mark.parametrize("content", [b"not a database at all" * 100, b"SQLite format 3\0" + b"\xff" * 4096])
def test_a_broken_file_is_an_error_to_readers_and_set_aside_by_the_next_writer(tmp_path: Path, content: bytes) -> None:
    (tmp_path / database.FILE_NAME).write_bytes(content)
    with pytest.raises(RenewalError) as error, database.reading(tmp_path):
        raise AssertionError
    assert error.value.code is ErrorCode.STORE
    with database.writing(tmp_path) as connection:
        connection.execute("INSERT INTO reminder (licence_id) VALUES ('l')")
    with database.reading(tmp_path) as connection:
        assert connection.execute("SELECT count(*) FROM reminder").fetchone() == (1,)
    (aside,) = tmp_path.glob(f"{database.FILE_NAME}.corrupt-*")
    assert aside.read_bytes() == content


def test_a_good_file_made_by_another_meanwhile_is_not_set_aside(tmp_path: Path) -> None:
    error = sqlite3.DatabaseError("as of a file that is no longer there")
    error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    with pytest.raises(RenewalError), database.writing(tmp_path):
        raise error
    assert [path.name for path in tmp_path.iterdir()] == [database.FILE_NAME]


def test_a_newer_versions_file_is_left_alone(tmp_path: Path) -> None:
    with database.writing(tmp_path) as connection:
        connection.execute(f"PRAGMA user_version={database.SCHEMA_VERSION + 1}")
    before = (tmp_path / database.FILE_NAME).read_bytes()
    assert "newer" in store_error(tmp_path)
    assert (tmp_path / database.FILE_NAME).read_bytes() == before


def test_a_locked_file_is_waited_for_a_second_at_most(tmp_path: Path) -> None:
    with database.writing(tmp_path):
        pass
    with closing(sqlite3.connect(tmp_path / database.FILE_NAME, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        began = time.monotonic()
        store_error(tmp_path)
        assert 0.8 < time.monotonic() - began < 10


@pytest.mark.parametrize("obstacle", ["file", "folder"])
def test_a_place_that_cannot_be_written_is_a_store_error(tmp_path: Path, obstacle: str) -> None:
    if obstacle == "file":
        (tmp_path / "state").write_bytes(b"")
    else:
        (tmp_path / "state" / database.FILE_NAME).mkdir(parents=True)
    store_error(tmp_path / "state")


def test_details_for_the_log_hold_no_values(tmp_path: Path) -> None:
    with pytest.raises(RenewalError) as error, database.writing(tmp_path) as connection:
        connection.execute("INSERT INTO outbox VALUES ('anna@klosowska.example')")
    assert "anna" not in str(error.value)
