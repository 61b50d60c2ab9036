"""The database: an engine, reading sessions and writing sessions.

Rules: foreign keys are on; readers never wait for a writer (on SQLite the journal is a write-ahead log) and see one moment;
a writer takes its lock at once (``BEGIN IMMEDIATE``, an advisory lock on PostgreSQL), so that what it read cannot change under
it; tables are made and changed by one process at a time; an error's text holds no parameter values.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, create_engine, event, func, make_url, select
from sqlalchemy.engine import Engine, ExceptionContext
from sqlalchemy.exc import DataError
from sqlalchemy.orm import Session

from r2_renewal.contract.problems import ProblemCode
from r2_renewal.domain.errors import ErrorCode, RenewalError
from r2_renewal.reference_shop import schema
from r2_renewal.reference_shop.problems import Refusal

BUSY_SECONDS = 15
CONNECT_SECONDS = 10
# Litestar runs at most 40 blocking handlers at once; each holds one connection.
POOL_SIZE, POOL_OVERFLOW = 10, 35
_IMMEDIATE = "begin_immediate"
_MIGRATING = "migrating"
# Any numbers that nothing else in the same PostgreSQL database locks.
_MIGRATION_LOCK, _SHOP_LOCK = 0x5232_0001, 0x5232_0002
_POSTGRESQL_OPTIONS = {
    "connect_timeout": CONNECT_SECONDS,
    "options": f"-c lock_timeout={BUSY_SECONDS}s -c timezone=UTC",
}
# What a reader sees is one moment of the database, as on SQLite it always is.
_READING = {"postgresql": {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}}


class Database:
    """The shop's database.

    Attributes:
        engine: the SQLAlchemy engine.
    """

    def __init__(self, url: str) -> None:
        self.engine = _engine(url)
        self._reader = self.engine.execution_options(**_READING.get(self.engine.dialect.name, {}))
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
        """Open a session that changes nothing.

        Raises:
            Refusal: MALFORMED, for a value that the database cannot hold.
        """
        with _holding(), Session(self._reader, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self, customer_id: str = "") -> Iterator[Session]:
        """Open a session that writes: alone, and all or nothing.

        Args:
            customer_id: the customer whose rows alone are read and written, so that others' need not wait; empty for any.

        Raises:
            Refusal: MALFORMED, for a value that the database cannot hold.
        """
        with _holding(), Session(self._writer, expire_on_commit=False) as session, session.begin():
            _take_writers_lock(session.connection(), customer_id)  # now, before the first read
            yield session

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


@contextmanager
def _holding() -> Iterator[None]:
    # PostgreSQL keeps no NUL in a text and nothing longer than its column: what a caller sent so is no name of anything.
    try:
        yield
    except DataError as error:
        raise Refusal(ProblemCode.MALFORMED, "a value that the database cannot hold") from error


def _engine(url: str) -> Engine:
    postgresql = make_url(url).get_backend_name() == "postgresql"
    engine = create_engine(
        url,
        hide_parameters=True,
        pool_size=POOL_SIZE,
        max_overflow=POOL_OVERFLOW,
        pool_pre_ping=postgresql,  # its server may have been started anew
        connect_args=_POSTGRESQL_OPTIONS if postgresql else {},
    )
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _tune)
        event.listen(engine, "begin", _begin)
    event.listen(engine, "handle_error", _tell_no_values)
    return engine


def _tell_no_values(context: ExceptionContext) -> None:
    # PostgreSQL adds the refused row or key to its message.
    message = getattr(getattr(context.original_exception, "diag", None), "message_primary", None)
    if message and context.sqlalchemy_exception is not None:
        context.sqlalchemy_exception.args = (message,)


def _wait_until_alone(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_MIGRATION_LOCK)))


def _take_writers_lock(connection: Connection, customer_id: str) -> None:
    # SQLite has taken it with BEGIN IMMEDIATE, the whole file for one writer. PostgreSQL has no such lock: a writer of one
    # customer's rows shares the shop and holds the customer, any other holds the shop.
    if connection.dialect.name != "postgresql":
        return
    if customer_id:
        connection.execute(select(func.pg_advisory_xact_lock_shared(_SHOP_LOCK)))
        connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(customer_id, _SHOP_LOCK))))
    else:
        connection.execute(select(func.pg_advisory_xact_lock(_SHOP_LOCK)))


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
