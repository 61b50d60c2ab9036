"""The storefront kept on this computer: whose it is, how long it lives, whole or not at all."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from r2_renewal.store import database
from r2_renewal.store.reminder_memory import recall
from r2_renewal.store.storefronts import KEEP_SECONDS, MOST_PAGES, Storefronts

SHOP = "https://sklep.example"


@pytest.fixture
def kept(tmp_path: Path) -> Storefronts:
    return Storefronts(tmp_path, SHOP)


def sql(folder: Path, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(folder / database.FILE_NAME)) as connection, connection:
        connection.execute(statement, values)


def pages(kept: Storefronts, customer: str = "cust-1") -> list[bytes | None]:
    return [kept.page(customer, number) for number in range(3)]


def test_nothing_is_created_by_looking(tmp_path: Path) -> None:
    assert Storefronts(tmp_path / "none", SHOP).page("cust-1", 0) is None
    assert list(tmp_path.iterdir()) == []


def test_its_pages_are_replaced_together(kept: Storefronts) -> None:
    kept.keep("cust-1", [b"a", b"b", b"c"])
    assert pages(kept) == [b"a", b"b", b"c"]
    kept.keep("cust-1", [b"d"])
    assert pages(kept) == [b"d", None, None]


def test_it_is_for_its_customer_and_shop_alone(kept: Storefronts, tmp_path: Path) -> None:
    kept.keep("cust-1", [b"mine"])
    kept.keep("cust-2", [b"another's"])
    Storefronts(tmp_path, "https://inny.example").keep("cust-1", [b"another shop's"])
    assert kept.page("cust-1", 0) == b"mine"
    assert kept.page("cust-2", 0) == b"another's"
    assert kept.page("cust-3", 0) is None


def test_it_is_gone_after_ninety_days(kept: Storefronts, tmp_path: Path) -> None:
    kept.keep("cust-1", [b"old"])
    sql(tmp_path, "UPDATE storefront SET saved_at = saved_at - ?", KEEP_SECONDS + 1)
    assert kept.page("cust-1", 0) is None
    kept.keep("cust-2", [b"new"])
    with closing(sqlite3.connect(tmp_path / database.FILE_NAME)) as connection:
        assert connection.execute("SELECT customer FROM storefront").fetchall() == [("cust-2",)]


def test_more_than_anybody_owns_is_not_kept(kept: Storefronts) -> None:
    kept.keep("cust-1", [b""] * (MOST_PAGES + 1))
    assert kept.page("cust-1", 0) is None


def test_what_cannot_be_written_is_no_failure(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    unwritable = Storefronts(tmp_path / "file", SHOP)
    unwritable.keep("cust-1", [b"a"])
    assert unwritable.page("cust-1", 0) is None


def test_an_older_versions_file_has_none_and_takes_one(kept: Storefronts, tmp_path: Path) -> None:
    with database.writing(tmp_path):
        pass
    sql(tmp_path, "DROP TABLE storefront")
    sql(tmp_path, "DROP TABLE orderer")
    sql(tmp_path, "DROP TABLE origin")
    sql(tmp_path, "PRAGMA user_version = 2")
    assert kept.page("cust-1", 0) is None
    kept.keep("cust-1", [b"a"])
    assert kept.page("cust-1", 0) == b"a"
    assert recall(tmp_path, "lic-1") is not None
