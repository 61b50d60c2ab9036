"""The database: an engine, reading sessions and writing sessions.

Rules: foreign keys are on and the journal is a write-ahead log, so readers never wait for a writer; a writer takes its lock
at once (``BEGIN IMMEDIATE``), so that what it read cannot change under it; tables are made and changed by one process at a
time; an error's text holds no parameter values.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, create_engine, event, func, select
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from r2_renewal.domain.errors import ErrorCode, RenewalError
from r2_renewal.reference_shop import schema

BUSY_SECONDS = 15
# Litestar runs at most 40 blocking handlers at once; each holds one connection.
POOL_SIZE, POOL_OVERFLOW = 10, 35
_IMMEDIATE = "begin_immediate"
_MIGRATING = "migrating"
# Any number that nothing else in the same PostgreSQL database locks.
_MIGRATION_LOCK = 0x52325F524E57


class Database:
    """The shop's database.

    Attributes:
        engine: the SQLAlchemy engine.
    """

    def __init__(self, url: str) -> None:
        self.engine = _engine(url)
        self._writer = self.engine.execution_options(**{_IMMEDIATE: True})

    def is_made(self) -> bool:
        """Whether the shop's tables are there, of whatever release."""
        with self.engine.connect() as connection:
            return schema.revision_of(connection) is not None

    def is_ready(self) -> bool:
        """Whether the database answers and its tables are what this release needs."""
        with self.engine.connect() as connection:
            return schema.is_current(connection)

    def upgrade(self) -> None:
        """Make the tables, or bring them to what this release needs; any number of processes may do so at once.

        Raises:
            RenewalError: SHOP_DATABASE, where the database is a newer release's.
        """
        if not self.is_ready():
            with self.migrating() as connection:
                schema.upgrade(connection)

    @contextmanager
    def migrating(self) -> Iterator[Connection]:
        """Open a transaction that may change tables: alone, and all or nothing."""
        with self.engine.connect().execution_options(**{_IMMEDIATE: True, _MIGRATING: True}) as connection:
            connection.detach()  # on SQLite its foreign keys are off: it is not to be used for anything else
            with connection.begin():
                _wait_until_alone(connection)
                yield connection
                _check_references(connection)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a session that changes nothing."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Open a session that writes: alone, and all or nothing."""
        with Session(self._writer, expire_on_commit=False) as session, session.begin():
            session.connection()  # takes the writer's lock now, before the first read
            yield session

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def _engine(url: str) -> Engine:
    engine = create_engine(url, hide_parameters=True, pool_size=POOL_SIZE, max_overflow=POOL_OVERFLOW)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _tune)
        event.listen(engine, "begin", _begin)
    return engine


def _wait_until_alone(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_MIGRATION_LOCK)))


def _check_references(connection: Connection) -> None:
    if connection.dialect.name == "sqlite" and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
        raise RenewalError(ErrorCode.SHOP_DATABASE, "database: a migration broke a reference")


def _tune(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # the driver's own BEGIN is deferred: ours is sent by _begin
    connection.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA foreign_keys = ON")


def _begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get(_MIGRATING, False):
        # SQLite changes a table by making it anew: the references to it are checked when all is done.
        connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get(_IMMEDIATE, False) else "BEGIN")
