"""The migrations: from nothing and from the first release they make the very tables that the code maps, and keep what was kept.

``first_release/`` holds what the first release left on each database: its tables, two customers, an order of each kind with
its consent (one revoked), a quote, a report and a session.
"""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import make_url, select, update
from sqlalchemy.exc import IntegrityError

from r2_renewal.domain.errors import ErrorCode, RenewalError
from r2_renewal.reference_shop import ledger, schema
from r2_renewal.reference_shop.database import Database
from r2_renewal.reference_shop.orders import order_body
from r2_renewal.reference_shop.tables import (
    Base,
    ConsentRow,
    Customer,
    IdempotencyKey,
    LedgerEntry,
    LicenceRow,
    OrderLineRow,
    OrderRow,
)
from tests.reference_shop.conftest import SQLITE

BOTH_DATABASES = True
FIRST_RELEASE = Path(__file__).resolve().parent / "first_release"
PROCESSES = 4
ORPHAN = (
    "INSERT INTO sessions (token_hash, customer_id, scope, expires_at) VALUES ('hash', 'nobody', 'order', '2026-11-22')"
)

UPGRADE = """
import sys
from r2_renewal.reference_shop.database import Database
print("ready", flush=True)
sys.stdin.readline()
database = Database(sys.argv[1])
database.upgrade()
assert database.is_ready()
database.close()
"""


@pytest.fixture
def empty(backend: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """URL of a database without tables."""
    if backend == SQLITE:
        yield f"sqlite:///{tmp_path / 'shop.db'}"
        return
    cluster = request.getfixturevalue("cluster")
    url = cluster.create()
    yield url
    cluster.drop(url)


@pytest.fixture
def first_release(empty: str, backend: str) -> str:
    """URL of a database as the first release left it."""
    if backend == SQLITE:
        _load(Path(empty.removeprefix("sqlite:///")))
    else:
        with psycopg.connect(make_url(empty).set(drivername="postgresql").render_as_string()) as connection:
            connection.execute((FIRST_RELEASE / "postgresql.sql").read_bytes())
    return empty


@contextmanager
def opened(url: str) -> Iterator[Database]:
    with closing(Database(url)) as database:
        yield database


def differences(database: Database) -> list[object]:
    """Return what the code maps otherwise than the database has it."""
    with database.engine.connect() as connection:
        return list(compare_metadata(MigrationContext.configure(connection), Base.metadata))


def test_from_nothing_to_the_tables_that_the_code_maps(empty: str) -> None:
    with opened(empty) as database:
        assert (database.is_made(), database.is_ready()) == (False, False)
        assert differences(database) != []
        database.upgrade()
        assert (database.is_made(), database.is_ready()) == (True, True)
        assert differences(database) == []


def test_from_the_first_release_to_the_same_tables_with_every_row_kept(first_release: str) -> None:
    with opened(first_release) as database:
        database.upgrade()
        assert differences(database) == []
        with database.reading() as session:
            orders = session.scalars(select(OrderRow).order_by(OrderRow.pk)).all()
            assert [(row.number, row.state) for row in orders] == [
                ("ZAM/2026/000001", "fulfilled"),
                ("ZAM/2026/000002", "placed"),
            ]
            assert [_shown(line) for row in orders for line in row.lines] == [
                ("L-R2F-100482", "R2faktury", "subscription", "298.00", True, False),
                ("L-R2K-100482", "R2księga", "extension", "263.61", True, True),
            ]
            assert [order_body(row).price.gross.amount for row in orders] == ["366.54", "324.24"]
            assert set(session.scalars(select(Customer.id))) == {"K-100482", "K-2"}
            kept = session.get_one(IdempotencyKey, ("K-100482", "first-release-key"))
            assert kept.response.startswith(b'{"order_id":"' + orders[1].id.encode())


def _shown(line: OrderLineRow) -> tuple[object, ...]:
    return line.licence_id, line.sold.program, line.sold.kind, str(line.sold.net), line.enrolled, line.is_open


def test_the_ledger_begins_with_the_licences_and_orders_there_are(first_release: str) -> None:
    with opened(first_release) as database:
        database.upgrade()
        with database.reading() as session:
            for licence in session.scalars(select(LicenceRow)):
                assert ledger.replayed(session, licence.id) == ledger.state_of(licence)
            entries = session.scalars(select(LedgerEntry).where(LedgerEntry.licence_id == "L-R2F-100482")).all()
            (bought,) = session.scalars(select(OrderLineRow).where(OrderLineRow.licence_id == "L-R2F-100482"))
    assert [entry.kind for entry in entries] == ["start", "grant"]
    start, given = entries
    assert start.valid_until == bought.sold.period_from - timedelta(days=1)
    assert (given.order_pk, given.months, given.enrolled, given.is_automatic) == (bought.order_pk, 12, True, False)
    assert (start.enrolled, start.seq, given.seq) == (False, 1, 2)


def test_the_first_migration_still_makes_what_the_first_release_had(tmp_path: Path) -> None:
    made, had = tmp_path / "made.db", tmp_path / "had.db"
    with opened(f"sqlite:///{made}") as database, database.migrating() as connection:
        schema.upgrade(connection, "0001")
    _load(had)
    assert _definitions(made) == _definitions(had)


def _load(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript((FIRST_RELEASE / "sqlite.sql").read_text(encoding="utf-8"))


def _definitions(path: Path) -> dict[str, str]:
    with closing(sqlite3.connect(path)) as connection:
        return dict(connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"))


def test_consents_of_the_first_release_can_be_neither_changed_nor_revoked_twice(first_release: str) -> None:
    with opened(first_release) as database:
        database.upgrade()
        change = update(ConsentRow).values(person="Kto Inny")
        revoke = update(ConsentRow).values(revoked_at=ConsentRow.accepted_at, revoked_channel="module")
        for forbidden in (change, revoke, ConsentRow.__table__.delete()):  # type: ignore[attr-defined]
            with pytest.raises(IntegrityError, match="append-only"), database.writing() as session:
                session.execute(forbidden)


def test_processes_that_start_at_once_make_the_tables_once(empty: str) -> None:
    _upgrade_at_once(empty)
    with opened(empty) as database:
        assert differences(database) == []


def _upgrade_at_once(url: str) -> None:
    with ExitStack() as stack:
        processes = [stack.enter_context(_upgrading(url)) for _ in range(PROCESSES)]
        for process in processes:
            assert process.stdout
            assert process.stdout.readline() == "ready\n"
        for process in processes:
            assert process.stdin
            process.stdin.write("\n")
            process.stdin.flush()
        assert [process.wait(timeout=60) for process in processes] == [0] * PROCESSES


def _upgrading(url: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", UPGRADE, url]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def test_a_migration_that_fails_changes_nothing(empty: str) -> None:
    with opened(empty) as database:
        with pytest.raises(IntegrityError):
            _migrate_and_fail(database)
        assert not database.is_made()


def _migrate_and_fail(database: Database) -> None:
    with database.migrating() as connection:
        schema.upgrade(connection, "0001")
        connection.exec_driver_sql("INSERT INTO customers (id) VALUES ('K')")  # it has no name


def test_a_migration_that_breaks_a_reference_is_undone(tmp_path: Path) -> None:
    with opened(f"sqlite:///{tmp_path / 'shop.db'}") as database:
        database.upgrade()
        with pytest.raises(RenewalError, match=ErrorCode.SHOP_DATABASE.value), database.migrating() as connection:
            connection.exec_driver_sql(ORPHAN)
        with database.reading() as session, pytest.raises(IntegrityError):
            session.connection().exec_driver_sql(ORPHAN)


def test_a_database_of_a_newer_release_is_refused(empty: str) -> None:
    with opened(empty) as database:
        database.upgrade()
        with database.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
        with pytest.raises(RenewalError, match=ErrorCode.SHOP_DATABASE.value):
            database.upgrade()
