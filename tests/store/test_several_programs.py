"""Local state of an order for several programs: it stands in the way of each of them, and is found by each of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r2_renewal.domain.errors import ErrorCode, RenewalError
from r2_renewal.store.drafts import Drafts
from r2_renewal.store.licences import apart, overlap, together
from r2_renewal.store.outbox import OrderForm, Outbox, OutboxState
from r2_renewal.store.reminder_memory import recall

ANY = tuple(OutboxState)
BOTH = together(("lic-1", "lic-2"))
OTHERS = together(("lic-2", "lic-3"))
IDS = st.lists(st.text(st.characters(exclude_characters="\n"), min_size=1, max_size=8), min_size=1, max_size=5)


@pytest.fixture
def outbox(tmp_path: Path) -> Outbox:
    return Outbox(tmp_path)


@pytest.fixture
def drafts(tmp_path: Path) -> Drafts:
    return Drafts(tmp_path)


def come_to_nothing(outbox: Outbox, key: str, licences: str, state: OutboxState = OutboxState.NOT_SENT) -> None:
    outbox.confirm(key, licences, "digest", b"frozen", OrderForm("cust-1", b"form"))
    if state is OutboxState.REJECTED:
        outbox.reject(key, b"{}")
        return
    claimed = outbox.claim(key, ANY)
    assert claimed is not None
    outbox.release(claimed, state)


@given(one=IDS, other=IDS)
def test_licences_come_apart_as_they_were_put_together(one: list[str], other: list[str]) -> None:
    assert list(apart(together(one))) == one
    assert overlap(together(one), together(other)) is bool(set(one) & set(other))


def test_an_order_on_its_way_stands_before_every_order_with_one_of_its_programs(outbox: Outbox) -> None:
    assert outbox.confirm("k", BOTH, "digest", b"frozen").licence_ids == ("lic-1", "lic-2")
    for licences in ("lic-1", "lic-2", OTHERS):
        with pytest.raises(RenewalError) as error:
            outbox.confirm("another", licences, "digest", b"x")
        assert error.value.code is ErrorCode.ORDER_IN_PROGRESS
    assert outbox.confirm("third", "lic-3", "digest", b"x").key == "third"


def test_an_order_that_was_not_sent_gives_way_to_any_with_one_of_its_programs(outbox: Outbox) -> None:
    come_to_nothing(outbox, "k", BOTH)
    outbox.confirm("another", OTHERS, "digest", b"x")
    assert outbox.row("k") is None


@pytest.mark.parametrize("state", [OutboxState.NOT_SENT, OutboxState.REJECTED])
def test_an_order_that_came_to_nothing_is_given_back_until_a_later_one_has_its_program(
    outbox: Outbox, state: OutboxState
) -> None:
    come_to_nothing(outbox, "k", BOTH, state)
    assert [row.key for row in outbox.given_back()] == ["k"]
    outbox.confirm("later", "lic-2", "digest", b"x")
    assert outbox.given_back() == ()


def test_nothing_is_given_back_whose_form_is_gone(outbox: Outbox, drafts: Drafts) -> None:
    come_to_nothing(outbox, "k", BOTH)
    drafts.discard("cust-1", "lic-2")
    assert outbox.given_back() == ()


def test_the_host_hears_of_an_order_on_its_way_for_each_program(outbox: Outbox, tmp_path: Path) -> None:
    outbox.confirm("k", BOTH, "digest", b"frozen")
    assert [recall(tmp_path, one).order_open for one in ("lic-1", "lic-2", "lic-3")] == [True, True, False]


def test_an_accepted_order_takes_along_every_draft_with_one_of_its_programs(outbox: Outbox, drafts: Drafts) -> None:
    drafts.save("cust-1", OTHERS, b"of two")
    drafts.save("cust-2", "lic-9", b"of nobody's")
    outbox.confirm("k", BOTH, "digest", b"frozen")
    outbox.accept("k", "ord-1", "placed", b"{}")
    assert drafts.load("cust-1", "lic-3") is None
    assert drafts.load("cust-2", "lic-9") is not None


def test_a_program_is_in_one_draft_at_most(drafts: Drafts) -> None:
    drafts.save("cust-1", "lic-1", b"of one")
    drafts.save("cust-1", "lic-2", b"of the other")
    drafts.save("cust-1", BOTH, b"of both")
    found = [drafts.load("cust-1", licences) for licences in ("lic-1", "lic-2", OTHERS)]
    assert [draft and (draft.body, draft.licences) for draft in found] == [(b"of both", BOTH)] * 3
    drafts.discard("cust-1", "lic-1")
    assert drafts.load("cust-1", "lic-2") is None


def test_the_newest_of_two_drafts_is_found_by_who_orders_both(drafts: Drafts) -> None:
    drafts.save("cust-1", "lic-1", b"older")
    drafts.save("cust-1", "lic-2", b"newer")
    found = drafts.load("cust-1", BOTH)
    assert found is not None
    assert found.body == b"newer"


def test_a_form_that_is_there_is_not_replaced_by_the_orders(outbox: Outbox, drafts: Drafts) -> None:
    drafts.save("cust-1", OTHERS, b"typed")
    outbox.confirm("k", BOTH, "digest", b"frozen", OrderForm("cust-1", b"as it was judged"))
    found = drafts.load("cust-1", "lic-2")
    assert found is not None
    assert found.body == b"typed"
