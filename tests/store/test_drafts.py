"""Drafts on disk: whose they are, how long they live, and what becomes of broken ones."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from r2_renewal.clock import pc_clock
from r2_renewal.domain.errors import ErrorCode, RenewalError
from r2_renewal.store import database
from r2_renewal.store.drafts import KEEP_SECONDS, MAX_BYTES, Drafts
from r2_renewal.store.outbox import Outbox
from r2_renewal.store.reminder_memory import recall

DAY = 24 * 3600.0


@pytest.fixture
def drafts(tmp_path: Path) -> Drafts:
    return Drafts(tmp_path)


def body_of(drafts: Drafts, customer: str = "cust-1", licence_id: str = "lic-1") -> bytes | None:
    stored = drafts.load(customer, licence_id)
    return None if stored is None else stored.body


def sql(folder: Path, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(folder / database.FILE_NAME)) as connection, connection:
        connection.execute(statement, values)


def test_nothing_is_created_by_looking_or_discarding(tmp_path: Path) -> None:
    drafts = Drafts(tmp_path / "none")
    assert drafts.load("cust-1", "lic-1") is None
    drafts.discard("cust-1", "lic-1")
    drafts.forget_old()
    assert list(tmp_path.iterdir()) == []


def test_the_last_one_saved_is_the_one_found(drafts: Drafts) -> None:
    before = pc_clock().timestamp()
    for body in (b"A", b"An", b"Ann"):
        drafts.save("cust-1", "lic-1", body)
    stored = drafts.load("cust-1", "lic-1")
    assert stored is not None
    assert stored.body == b"Ann"
    assert before <= stored.saved_at <= pc_clock().timestamp()


def test_a_draft_is_for_its_customer_and_licence_alone(drafts: Drafts) -> None:
    drafts.save("cust-1", "lic-1", b"mine")
    drafts.save("cust-2", "lic-1", b"another's")
    drafts.save("cust-1", "lic-2", b"another program's")
    drafts.discard("cust-1", "lic-1")
    assert body_of(drafts) is None
    assert body_of(drafts, "cust-2") == b"another's"
    assert body_of(drafts, "cust-1", "lic-2") == b"another program's"
    assert body_of(drafts, "cust-3") is None


def test_it_is_dropped_after_ninety_days_and_not_before(drafts: Drafts, tmp_path: Path) -> None:
    for licence_id, age in (("fresh", KEEP_SECONDS - DAY), ("old", KEEP_SECONDS + DAY)):
        drafts.save("cust-1", licence_id, b"typed")
        sql(tmp_path, "UPDATE draft SET saved_at = ? WHERE licence_id = ?", pc_clock().timestamp() - age, licence_id)
    assert body_of(drafts, licence_id="old") is None
    assert body_of(drafts, licence_id="fresh") == b"typed"


def test_what_is_dropped_or_discarded_is_gone_from_the_file(drafts: Drafts, tmp_path: Path) -> None:
    drafts.save("cust-1", "lic-1", b"Nowakowska" * 500)
    drafts.save("cust-1", "lic-2", b"Kowalska" * 500)
    sql(tmp_path, "UPDATE draft SET saved_at = 1 WHERE licence_id = 'lic-2'")
    drafts.discard("cust-1", "lic-1")
    drafts.forget_old()
    content = (tmp_path / database.FILE_NAME).read_bytes()
    assert b"Nowakowska" not in content
    assert b"Kowalska" not in content


def test_the_clock_set_back_loses_no_draft(drafts: Drafts, tmp_path: Path) -> None:
    drafts.save("cust-1", "lic-1", b"typed")
    sql(tmp_path, "UPDATE draft SET saved_at = ?", pc_clock().timestamp() + 400 * DAY)
    assert body_of(drafts) == b"typed"


def test_one_that_is_too_large_is_refused_and_the_one_before_stays(drafts: Drafts) -> None:
    drafts.save("cust-1", "lic-1", b"x" * MAX_BYTES)
    with pytest.raises(RenewalError) as error:
        drafts.save("cust-1", "lic-1", b"y" * (MAX_BYTES + 1))
    assert error.value.code is ErrorCode.STORE
    assert body_of(drafts) == b"x" * MAX_BYTES


@pytest.mark.parametrize("content", [b"garbage" * 1000, b"SQLite format 3\0" + b"\xff" * 9000])
def test_a_broken_database_is_no_draft_and_is_set_aside_for_new_ones(
    drafts: Drafts, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / database.FILE_NAME).write_bytes(content)
    assert body_of(drafts) is None
    drafts.save("cust-1", "lic-1", b"typed")
    assert body_of(drafts) == b"typed"
    (aside,) = tmp_path.glob(f"{database.FILE_NAME}.corrupt-*")
    assert aside.read_bytes() == content


def test_a_database_of_the_first_version_keeps_its_orders_and_learns_to_keep_drafts(
    drafts: Drafts, tmp_path: Path
) -> None:
    Outbox(tmp_path).confirm("k", "lic-1", "digest", b"frozen")
    sql(tmp_path, "DROP TABLE draft")
    sql(tmp_path, "DROP TABLE storefront")
    sql(tmp_path, "DROP TABLE orderer")
    sql(tmp_path, "DROP TABLE origin")
    sql(tmp_path, "PRAGMA user_version = 1")
    assert recall(tmp_path, "lic-1").order_open
    assert body_of(drafts) is None
    drafts.save("cust-1", "lic-1", b"typed")
    assert body_of(drafts) == b"typed"
    assert [row.key for row in Outbox(tmp_path).unsettled()] == ["k"]


def test_a_database_of_a_newer_version_is_left_alone(drafts: Drafts, tmp_path: Path) -> None:
    drafts.save("cust-1", "lic-1", b"typed")
    sql(tmp_path, f"PRAGMA user_version = {database.SCHEMA_VERSION + 1}")
    before = (tmp_path / database.FILE_NAME).read_bytes()
    for act in (
        lambda: drafts.load("cust-1", "lic-1"),
        lambda: drafts.save("cust-1", "lic-1", b"x"),
        lambda: drafts.discard("cust-1", "lic-1"),
    ):
        with pytest.raises(RenewalError) as error:
            act()
        assert error.value.code is ErrorCode.STORE
    assert (tmp_path / database.FILE_NAME).read_bytes() == before


@pytest.mark.posix("SIGKILL")
def test_killed_at_any_moment_what_was_saved_is_there_whole(tmp_path: Path, long_mode: bool) -> None:
    code = (
        "import sys; from pathlib import Path; from r2_renewal.store.drafts import Drafts\n"
        "drafts = Drafts(Path(sys.argv[1]))\n"
        "for number in range(10**6):\n"
        "    drafts.save('cust-1', 'lic-1', b'%06d' % number * 2000); print(number, flush=True)\n"
    )
    for round_number in range(200 if long_mode else 5):
        folder = tmp_path / str(round_number)
        command = [sys.executable, "-I", "-c", code, str(folder)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            told = [int(writer.stdout.readline()) for _ in range(2 + round_number % 7)]
            os.kill(writer.pid, signal.SIGKILL)
            told += [int(line) for line in writer.stdout if line.endswith("\n")]
        body = body_of(Drafts(folder))
        assert body in (b"%06d" % told[-1] * 2000, b"%06d" % (told[-1] + 1) * 2000)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["save", "discard"]), st.sampled_from("ab"), st.sampled_from("xy"), st.binary(max_size=9)
    ),
    max_size=12,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_it_is_a_dictionary_by_customer_and_licence(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, str, str, bytes]]
) -> None:
    drafts = Drafts(tmp_path_factory.mktemp("any"))
    expected: dict[tuple[str, str], bytes] = {}
    for step, customer, licence_id, body in steps:
        if step == "save":
            drafts.save(customer, licence_id, body)
            expected[customer, licence_id] = body
        else:
            drafts.discard(customer, licence_id)
            expected.pop((customer, licence_id), None)
    found = {(c, li): body_of(drafts, c, li) for c in "ab" for li in "xy"}
    assert {key: body for key, body in found.items() if body is not None} == expected
