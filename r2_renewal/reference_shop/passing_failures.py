"""Which failures of a database pass: a full disk, a lock, a server that is away. They are no fault of the request or the shop."""

from __future__ import annotations

import sqlite3

from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

_SQLITE = (
    "SQLITE_FULL", "SQLITE_IOERR", "SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_NOMEM",
)  # fmt: skip
# Classes of SQLSTATE (PostgreSQL, appendix A): connection, insufficient resources, operator intervention, system error; then a
# lock that was not to be had, a deadlock, a transaction to be tried again and a server that takes no writes.
_SQLSTATES = ("08", "53", "57", "58", "55P03", "40P01", "40001", "25006")


def passing_failure(error: BaseException) -> str | None:
    """Return the name of a failure that passes by itself or by its keeper's hand; None for any other."""
    if isinstance(error, PoolTimeoutError):
        return "every connection is in use"
    if not isinstance(error, DBAPIError):
        return None
    if isinstance(error.orig, sqlite3.Error):
        name = getattr(error.orig, "sqlite_errorname", "")
        return name if name.startswith(_SQLITE) else None
    state = getattr(error.orig, "sqlstate", None)
    if isinstance(state, str):
        return state if state.startswith(_SQLSTATES) else None
    return "no server" if isinstance(error, OperationalError) else None
