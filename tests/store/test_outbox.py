"""The outbox: what is on disk, who may send, and what can never be undone."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from r2_renewal.clock import pc_clock
from r2_renewal.domain.errors import ErrorCode, RenewalError
from r2_renewal.store import database
from r2_renewal.store.drafts import Drafts
from r2_renewal.store.outbox import (
    KEEP_UNSENT_SECONDS,
    LEASE_SECONDS,
    UNANSWERED,
    OrderForm,
    Outbox,
    OutboxRow,
    OutboxState,
)
from r2_renewal.store.unsettled import has_unsettled

ANY = tuple(OutboxState)


@pytest.fixture
def outbox(tmp_path: Path) -> Outbox:
    return Outbox(tmp_path / "stan ąę")


def code_of(error: pytest.ExceptionInfo[RenewalError]) -> ErrorCode:
    return error.value.code


def sql(folder: Path, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(folder / database.FILE_NAME)) as connection, connection:
        connection.execute(statement, values)


def test_a_confirmed_order_is_on_disk_before_anything_else(outbox: Outbox) -> None:
    row = outbox.confirm("k", "lic-1", "digest", b"frozen")
    assert (row.state, row.body, row.order_id, row.settled) == (OutboxState.CONFIRMED, b"frozen", "", False)
    assert outbox.row("k") == row
    assert outbox.unsettled() == (row,)


def test_the_first_body_stays_whatever_comes_later(outbox: Outbox) -> None:
    outbox.confirm("k", "lic-1", "digest", b"frozen")
    assert outbox.confirm("k", "lic-1", "digest", b"another version of the program").body == b"frozen"


def test_a_key_stands_for_one_order_even_when_it_is_over(outbox: Outbox) -> None:
    outbox.confirm("k", "lic-1", "digest", b"frozen")
    outbox.accept("k", "ord-1", "placed", b"{}")
    outbox.settle("k")
    with pytest.raises(RenewalError) as error:
        outbox.confirm("k", "lic-1", "another digest", b"x")
    assert code_of(error) is ErrorCode.KEY_REUSED


@pytest.mark.parametrize("state", UNANSWERED)
def test_a_second_order_for_a_licence_waits_for_the_fate_of_the_first(outbox: Outbox, state: OutboxState) -> None:
    outbox.confirm("k", "lic-1", "digest", b"frozen")
    claimed = outbox.claim("k", ANY)
    assert claimed is not None
    outbox.release(claimed, state)
    with pytest.raises(RenewalError) as error:
        outbox.confirm("another", "lic-1", "digest", b"x")
    assert code_of(error) is ErrorCode.ORDER_IN_PROGRESS
    assert outbox.confirm("third", "lic-2", "digest", b"x").key == "third"


def test_one_sender_at_a_time(outbox: Outbox) -> None:
    outbox.confirm("k", "lic-1", "digest", b"frozen")
    claimed = outbox.claim("k", ANY)
    assert claimed is not None
    assert claimed.state is OutboxState.CONFIRMED
    assert outbox.claim("k", ANY) is None
    outbox.release(claimed, OutboxState.UNKNOWN)
    again = outbox.claim("k", ANY)
    assert again is not None
    assert again.state is OutboxState.UNKNOWN


def test_a_dead_senders_order_is_free_after_its_lease(outbox: Outbox, tmp_path: Path) -> None:
    outbox.confirm("k", "lic-1", "digest", b"frozen")
    outbox.claim("k", ANY)
    sql(tmp_path / "stan ąę", "UPDATE outbox SET lease_until = ?", pc_clock().timestamp() - 0.1)
    again = outbox.claim("k", UNANSWERED)
    assert again is not None
    assert again.state is OutboxState.SENDING


def test_a_clock_set_back_does_not_hold_an_order_for_ever(outbox: Outbox, tmp_path: Path) -> None:
    outbox.confirm("k", "lic-1", "digest", b"frozen")
    outbox.claim("k", ANY)
    sql(tmp_path / "stan ąę", "UPDATE outbox SET lease_until = ?", pc_clock().timestamp() + 400 * 86400)
    assert outbox.claim("k", ANY) is not None


def test_who_lost_the_lease_changes_nothing_any_more(outbox: Outbox, tmp_path: Path) -> None:
    outbox.confirm("k", "lic-1", "digest", b"frozen")
    slow = outbox.claim("k", ANY)
    sql(tmp_path / "stan ąę", "UPDATE outbox SET lease_until = 1")
    quick = outbox.claim("k", ANY)
    assert slow is not None
    assert quick is not None
    outbox.release(slow, OutboxState.NOT_SENT)
    outbox.renew(slow)
    row = outbox.row("k")
    assert row is not None
    assert (row.state, row.owner, row.lease_until) == (OutboxState.SENDING, quick.owner, quick.lease_until)


def test_a_lease_lives_while_it_is_renewed(outbox: Outbox) -> None:
    outbox.confirm("k", "lic-1", "digest", b"frozen")
    claimed = outbox.claim("k", ANY)
    assert claimed is not None
    outbox.renew(claimed)
    row = outbox.row("k")
    assert row is not None
    assert row.lease_until > claimed.lease_until
    assert row.is_held(pc_clock().timestamp())
    assert not row.is_held(pc_clock().timestamp() + LEASE_SECONDS + 1)


def test_an_accepted_order_is_never_rejected(outbox: Outbox) -> None:
    outbox.confirm("k", "lic-1", "digest", b"frozen")
    outbox.accept("k", "ord-1", "placed", b"{}")
    outbox.reject("k", b"refusal")
    row = outbox.row("k")
    assert row is not None
    assert (row.state, row.order_id, row.body) == (OutboxState.ACCEPTED, "ord-1", b"")
    assert outbox.claim("k", UNANSWERED) is None


def test_what_is_rejected_keeps_its_reason_and_loses_its_body(outbox: Outbox) -> None:
    outbox.confirm("k", "lic-1", "digest", b"frozen")
    outbox.reject("k", b"refusal")
    row = outbox.row("k")
    assert row is not None
    assert (row.state, row.answer, row.body) == (OutboxState.REJECTED, b"refusal", b"")
    assert outbox.unsettled() == ()


def test_bytes_of_a_settled_order_are_gone_from_the_file(outbox: Outbox, tmp_path: Path) -> None:
    outbox.confirm("k", "lic-1", "digest", b"Nowakowska" * 500)
    outbox.accept("k", "ord-1", "placed", b"anna@klosowska.example" * 500)
    outbox.settle("k")
    content = (tmp_path / "stan ąę" / database.FILE_NAME).read_bytes()
    assert b"Nowakowska" not in content
    assert b"anna@" not in content


def test_what_was_never_sent_is_forgotten_after_ninety_days(outbox: Outbox, tmp_path: Path) -> None:
    for number, age in enumerate((KEEP_UNSENT_SECONDS - 60, KEEP_UNSENT_SECONDS + 60)):
        outbox.confirm(f"k{number}", f"lic-{number}", "digest", b"frozen")
        claimed = outbox.claim(f"k{number}", ANY)
        assert claimed is not None
        outbox.release(claimed, OutboxState.NOT_SENT)
        sql(
            tmp_path / "stan ąę",
            "UPDATE outbox SET confirmed_at = ? WHERE key = ?",
            pc_clock().timestamp() - age,
            f"k{number}",
        )
    outbox.forget_unsent()
    assert outbox.row("k0") is not None
    assert outbox.row("k1") is None


def test_nothing_is_created_by_looking(tmp_path: Path) -> None:
    assert Outbox(tmp_path / "none").unsettled() == ()
    assert not has_unsettled(tmp_path / "none")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (OutboxState.CONFIRMED, True),
        (OutboxState.SENDING, True),
        (OutboxState.UNKNOWN, True),
        (OutboxState.ACCEPTED, True),
        (OutboxState.NOT_SENT, False),
        (OutboxState.REJECTED, False),
    ],
)
def test_the_agent_is_worth_starting_for_what_is_unsettled(
    outbox: Outbox, tmp_path: Path, state: OutboxState, expected: bool
) -> None:
    outbox.confirm("k", "lic-1", "digest", b"frozen")
    sql(tmp_path / "stan ąę", "UPDATE outbox SET state = ?", state.value)
    assert has_unsettled(tmp_path / "stan ąę") is expected
    outbox.settle("k")
    assert not has_unsettled(tmp_path / "stan ąę")


def test_two_processes_never_both_get_an_order(outbox: Outbox, tmp_path: Path) -> None:
    outbox.confirm("k", "lic-1", "digest", b"frozen")
    code = (
        "import sys; from pathlib import Path; from r2_renewal.store.outbox import Outbox, OutboxState\n"
        "sys.stdin.readline()\n"
        "print(int(Outbox(Path(sys.argv[1])).claim('k', tuple(OutboxState)) is not None))"
    )
    command = [sys.executable, "-I", "-c", code, str(tmp_path / "stan ąę")]
    racers = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    assert sum(int(racer.communicate("go\n", timeout=20)[0]) for racer in racers) == 1


def test_many_threads_never_both_get_an_order(outbox: Outbox) -> None:
    outbox.confirm("k", "lic-1", "digest", b"frozen")
    got: list[object] = []

    def claim() -> None:
        claimed = outbox.claim("k", ANY)
        if claimed is not None:
            got.append(claimed)

    threads = [threading.Thread(target=claim) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 1


@pytest.mark.posix("SIGKILL")
def test_killed_at_any_moment_a_committed_order_is_there(tmp_path: Path, long_mode: bool) -> None:
    code = (
        "import sys; from pathlib import Path; from r2_renewal.store.outbox import Outbox\n"
        "outbox = Outbox(Path(sys.argv[1]))\n"
        "for number in range(10**6):\n"
        "    outbox.confirm(f'k{number}', f'lic-{number}', 'd', b'frozen' * 200); print(number, flush=True)\n"
    )
    for round_number in range(200 if long_mode else 5):
        folder = tmp_path / str(round_number)
        command = [sys.executable, "-I", "-c", code, str(folder)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            told = [int(writer.stdout.readline()) for _ in range(3 + round_number % 7)]
            os.kill(writer.pid, signal.SIGKILL)
            told += [int(line) for line in writer.stdout if line.endswith("\n")]
        keys = {row.key for row in Outbox(folder).unsettled()}
        assert {f"k{number}" for number in told} <= keys
        assert len(keys) <= len(told) + 1


STEPS = st.lists(
    st.sampled_from(["claim", "unknown", "not_sent", "accept", "reject", "observe", "settle", "confirm"]), max_size=12
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_whatever_happens_an_accepted_order_stays_accepted(
    tmp_path_factory: pytest.TempPathFactory, steps: list[str]
) -> None:
    outbox = Outbox(tmp_path_factory.mktemp("any"))
    claimed = outbox.confirm("k", "lic-1", "digest", b"frozen")
    accepted = settled = False
    for step in steps:
        claimed = _do(outbox, step, claimed)
        accepted = accepted or (step == "accept" and not settled)
        settled = settled or step == "settle"
        row = outbox.row("k")
        assert row is not None
        assert row.settled == settled
        assert not accepted or row.state is OutboxState.ACCEPTED
        assert bool(row.body) == (not accepted and not settled and row.state is not OutboxState.REJECTED)


def _do(outbox: Outbox, step: str, claimed: OutboxRow) -> OutboxRow:
    match step:
        case "claim":
            return outbox.claim("k", (*UNANSWERED, OutboxState.NOT_SENT)) or claimed
        case "unknown" | "not_sent":
            outbox.release(claimed, OutboxState(step))
        case "accept":
            outbox.accept("k", "ord-1", "placed", b"{}")
        case "reject":
            outbox.reject("k", b"refusal")
        case "observe":
            outbox.observe("k", "paid", b"{}")
        case "settle":
            outbox.settle("k")
        case "confirm":
            outbox.confirm("k", "lic-1", "digest", b"frozen")
    return claimed


# The form of an order


FORM = OrderForm("cust-1", b"form")


def draft_in(folder: Path) -> bytes | None:
    stored = Drafts(folder).load("cust-1", "lic-1")
    return None if stored is None else stored.body


def test_the_form_of_a_confirmed_order_is_a_draft_until_the_shop_has_it(outbox: Outbox, tmp_path: Path) -> None:
    folder = tmp_path / "stan ąę"
    outbox.confirm("k", "lic-1", "digest", b"frozen", FORM)
    assert draft_in(folder) == b"form"
    outbox.accept("k", "ord-1", "placed", b"{}")
    assert draft_in(folder) is None


def test_what_was_typed_stays_as_it_was_typed(outbox: Outbox, tmp_path: Path) -> None:
    Drafts(tmp_path / "stan ąę").save("cust-1", "lic-1", b"typed")
    outbox.confirm("k", "lic-1", "digest", b"frozen", FORM)
    assert draft_in(tmp_path / "stan ąę") == b"typed"


@pytest.mark.parametrize("state", [OutboxState.NOT_SENT, OutboxState.REJECTED])
def test_an_order_that_came_to_nothing_is_told_while_its_form_waits(
    outbox: Outbox, tmp_path: Path, state: OutboxState
) -> None:
    outbox.confirm("k", "lic-1", "digest", b"frozen", FORM)
    assert outbox.given_back() == ()
    sql(tmp_path / "stan ąę", "UPDATE outbox SET state = ?", state.value)
    assert [(row.key, row.state) for row in outbox.given_back()] == [("k", state)]
    assert draft_in(tmp_path / "stan ąę") == b"form"
    Drafts(tmp_path / "stan ąę").discard("cust-1", "lic-1")
    assert outbox.given_back() == ()


def test_only_the_last_order_of_a_licence_is_told(outbox: Outbox) -> None:
    outbox.confirm("first", "lic-1", "digest", b"frozen", FORM)
    outbox.reject("first", b"refusal")
    outbox.confirm("other", "lic-2", "digest", b"frozen", FORM)
    outbox.reject("other", b"refusal")
    outbox.confirm("second", "lic-1", "digest", b"frozen", FORM)
    assert [row.key for row in outbox.given_back()] == ["other"]
    outbox.reject("second", b"refusal")
    assert [row.key for row in outbox.given_back()] == ["other", "second"]


def test_an_acceptance_takes_no_other_licences_draft(outbox: Outbox, tmp_path: Path) -> None:
    Drafts(tmp_path / "stan ąę").save("cust-1", "lic-1", b"typed")
    outbox.confirm("other", "lic-2", "digest", b"frozen", FORM)
    outbox.accept("other", "ord-1", "placed", b"{}")
    assert draft_in(tmp_path / "stan ąę") == b"typed"


# Whose


def test_it_is_known_whose_an_order_is_until_it_is_settled(outbox: Outbox) -> None:
    outbox.confirm("k", "lic-1", "digest", b"frozen", FORM)
    outbox.confirm("nobody's", "lic-2", "digest", b"frozen")
    assert (outbox.customer("k"), outbox.customer("nobody's")) == (FORM.customer, "")
    outbox.forget_unsent()
    assert outbox.customer("k") == FORM.customer
    outbox.settle("k")
    outbox.forget_unsent()
    assert outbox.customer("k") == ""


def test_of_an_earlier_versions_order_nobody_knows_whose_it_is(outbox: Outbox, tmp_path: Path) -> None:
    outbox.confirm("k", "lic-1", "digest", b"frozen", FORM)
    with closing(sqlite3.connect(tmp_path / "stan ąę" / database.FILE_NAME)) as connection, connection:
        connection.execute("DROP TABLE origin")
        connection.execute("PRAGMA user_version = 4")
    assert (outbox.customer("k"), [row.key for row in outbox.unsettled()]) == ("", ["k"])
    outbox.confirm("later", "lic-2", "digest", b"frozen", FORM)
    assert (outbox.customer("k"), outbox.customer("later")) == ("", FORM.customer)
