"""The remembered ordering person: one a customer, gone when they ask for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from r2_renewal.domain.errors import ErrorCode, RenewalError
from r2_renewal.store import database
from r2_renewal.store.orderers import MAX_BYTES, Orderers
from tests.store.test_drafts import sql


@pytest.fixture
def orderers(tmp_path: Path) -> Orderers:
    return Orderers(tmp_path)


def test_nobody_is_remembered_before_anybody_asks(orderers: Orderers, tmp_path: Path) -> None:
    assert orderers.recall("cust-1") is None
    orderers.forget("cust-1")
    assert not database.exists(tmp_path)


def test_the_last_one_of_each_customer_is_remembered(orderers: Orderers) -> None:
    orderers.remember("cust-1", b"Anna")
    orderers.remember("cust-2", b"Piotr")
    orderers.remember("cust-1", b"Ewa")
    assert (orderers.recall("cust-1"), orderers.recall("cust-2")) == (b"Ewa", b"Piotr")


def test_who_is_forgotten_leaves_no_trace_in_the_file(orderers: Orderers, tmp_path: Path) -> None:
    orderers.remember("cust-1", b"Brzeczyszczykiewicz")
    orderers.forget("cust-1")
    assert orderers.recall("cust-1") is None
    assert b"Brzeczyszczykiewicz" not in (tmp_path / database.FILE_NAME).read_bytes()


def test_what_is_too_large_is_refused(orderers: Orderers) -> None:
    with pytest.raises(RenewalError) as error:
        orderers.remember("cust-1", b"x" * (MAX_BYTES + 1))
    assert error.value.code is ErrorCode.STORE


def test_a_file_of_an_earlier_version_learns_to_remember(orderers: Orderers, tmp_path: Path) -> None:
    orderers.remember("cust-1", b"Anna")
    sql(tmp_path, "DROP TABLE orderer")
    sql(tmp_path, "DROP TABLE origin")
    sql(tmp_path, "PRAGMA user_version = 3")
    assert orderers.recall("cust-1") is None
    orderers.remember("cust-1", b"Ewa")
    assert orderers.recall("cust-1") == b"Ewa"
