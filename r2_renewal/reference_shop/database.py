"""The database: an engine, reading sessions and writing sessions.

Rules: foreign keys are on and the journal is a write-ahead log, so readers never wait for a writer; a writer takes its lock
at once (``BEGIN IMMEDIATE``), so that what it read cannot change under it; an error's text holds no parameter values.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, create_engine, event, inspect, text
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from r2_renewal.reference_shop.tables import Base

BUSY_SECONDS = 15
# Litestar runs at most 40 blocking handlers at once; each holds one connection.
POOL_SIZE, POOL_OVERFLOW = 10, 35
_IMMEDIATE = "begin_immediate"


class Database:
    """The shop's database.

    Attributes:
        engine: the SQLAlchemy engine.
    """

    def __init__(self, url: str) -> None:
        self.engine = _engine(url)
        self._writer = self.engine.execution_options(**{_IMMEDIATE: True})

    def create(self) -> None:
        """Make every table that is missing."""
        Base.metadata.create_all(self.engine)

    def is_ready(self) -> bool:
        """Whether the tables are there and the database answers."""
        with self.engine.connect() as connection:
            connection.execute(text("SELECT 1"))
            return bool(inspect(connection).has_table("orders"))

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


def _tune(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # the driver's own BEGIN is deferred: ours is sent by _begin
    connection.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA foreign_keys = ON")


def _begin(connection: Connection) -> None:
    immediate = connection.get_execution_options().get(_IMMEDIATE, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")
