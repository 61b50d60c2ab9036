"""The database of local state: one SQLite file, opened where it is used and closed again.

Rules: a committed transaction survives a kill and a power cut; nobody waits longer than a second for another process;
only ``RenewalError`` leaves this module, with STATE_FOLDER where the folder or a file is somebody else's and STORE otherwise;
a corrupt file is set aside at the next write and never deleted, one of a newer version is never touched; the file is readable by
its owner alone, for it holds orders.

Journal ``DELETE`` and not WAL: state folders of terminal servers lie on network shares, where WAL's shared memory is
undefined, and a reader in the host must not create files beside the database. ``synchronous=EXTRA`` is FULL plus a sync of the
folder after the journal is unlinked; without it a power cut could bring the journal back and undo a committed order.
``secure_delete`` because personal data of a settled order must leave the file, not merely its index.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from r2_renewal.clock import pc_clock
from r2_renewal.domain.errors import ErrorCode, RenewalError
from r2_renewal.private_files import create_private, is_own, mend_rights, private_folder, require_own_folder

if TYPE_CHECKING:
    from sqlite3 import Connection

FILE_NAME = "r2-renewal.db"
SCHEMA_VERSION = 5
BUSY_SECONDS = 1.0
# The host paints while it waits: its event loop may not stall for 50 ms.
HOST_BUSY_SECONDS = 0.04

# SQLite opens all of them by name and follows links.
_FILES = (FILE_NAME, f"{FILE_NAME}-journal", f"{FILE_NAME}-wal", f"{FILE_NAME}-shm")
_PRAGMAS = ("PRAGMA journal_mode=DELETE", "PRAGMA synchronous=EXTRA", "PRAGMA secure_delete=ON")
_FIRST = (
    """
    CREATE TABLE outbox (
        key TEXT PRIMARY KEY,
        licence_id TEXT NOT NULL,
        digest TEXT NOT NULL,
        body BLOB NOT NULL,
        state TEXT NOT NULL
            CHECK (state IN ('confirmed', 'sending', 'unknown', 'not_sent', 'accepted', 'rejected')),
        order_id TEXT NOT NULL DEFAULT '',
        order_state TEXT NOT NULL DEFAULT '',
        answer BLOB NOT NULL DEFAULT x'',
        settled INTEGER NOT NULL DEFAULT 0,
        owner TEXT NOT NULL DEFAULT '',
        lease_until REAL NOT NULL DEFAULT 0,
        confirmed_at REAL NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE reminder (
        licence_id TEXT PRIMARY KEY,
        asked_on TEXT NOT NULL DEFAULT '',
        remind_on TEXT NOT NULL DEFAULT '',
        enrolled INTEGER NOT NULL DEFAULT 0,
        refreshed_on TEXT NOT NULL DEFAULT ''
    ) STRICT
    """,
    """
    CREATE TABLE shop_cache (
        licence_id TEXT NOT NULL,
        shop TEXT NOT NULL,
        tag TEXT NOT NULL,
        seq INTEGER NOT NULL,
        valid_until TEXT NOT NULL,
        enrolled INTEGER NOT NULL,
        PRIMARY KEY (licence_id, shop)
    ) STRICT
    """,
)
_DRAFTS = (
    """
    CREATE TABLE draft (
        customer TEXT NOT NULL,
        licence_id TEXT NOT NULL,
        body BLOB NOT NULL,
        saved_at REAL NOT NULL,
        PRIMARY KEY (customer, licence_id)
    ) STRICT
    """,
)
_STOREFRONTS = (
    """
    CREATE TABLE storefront (
        shop TEXT NOT NULL,
        customer TEXT NOT NULL,
        page INTEGER NOT NULL,
        body BLOB NOT NULL,
        saved_at REAL NOT NULL,
        PRIMARY KEY (shop, customer, page)
    ) STRICT
    """,
)
_ORDERERS = (
    """
    CREATE TABLE orderer (
        customer TEXT PRIMARY KEY,
        body BLOB NOT NULL
    ) STRICT
    """,
)
_ORIGINS = (
    """
    CREATE TABLE origin (
        key TEXT PRIMARY KEY,
        customer TEXT NOT NULL
    ) STRICT
    """,
)
# One entry a version; each only adds, so that a file of an older version can be read as it is.
_VERSIONS = (_FIRST, _DRAFTS, _STOREFRONTS, _ORDERERS, _ORIGINS)


def exists(state_dir: Path) -> bool:
    """Return whether there is local state at all, without importing SQLite."""
    try:
        # An empty file is a database whose first transaction was killed.
        return (state_dir / FILE_NAME).stat().st_size > 0
    except OSError:
        return False


@contextmanager
def reading(state_dir: Path, busy_seconds: float = BUSY_SECONDS) -> Iterator[Connection]:
    """Open the existing database for queries; nothing is created, an older version's file stays as it is.

    Args:
        state_dir: folder of local state.
        busy_seconds: how long to wait for another process.

    Raises:
        RenewalError: STORE, where it is missing, broken, locked or of a newer version.
    """
    with _as_store_errors():
        if not exists(state_dir):
            raise RenewalError(ErrorCode.STORE, "no database")
        require_own_folder(state_dir)
        _require_own_files(state_dir)
        with closing(_connect(state_dir / FILE_NAME, busy_seconds)) as connection:
            if not 0 < _version(connection) <= SCHEMA_VERSION:
                raise RenewalError(ErrorCode.STORE, "a database of another version")
            yield connection


@contextmanager
def writing(state_dir: Path, busy_seconds: float = BUSY_SECONDS, *, synced: bool = True) -> Iterator[Connection]:
    """Open the database, made where missing, in one transaction that is committed at the end of the block.

    The write lock is taken at once, so what the block reads stays true until it commits; an exception rolls back.

    Args:
        state_dir: folder of local state; made where missing.
        busy_seconds: how long to wait for another process.
        synced: whether the disk must confirm it; otherwise a power cut may undo it.

    Raises:
        RenewalError: STORE, where nothing can be written.
    """
    with _as_store_errors():
        path = _made(state_dir)
        with _aside_if_corrupt(path), closing(_begun(path, busy_seconds, synced)) as connection:
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                _roll_back(connection)
                raise


def _begun(path: Path, busy_seconds: float, synced: bool) -> Connection:
    """Return a connection in a write transaction; a corrupt file is set aside and a new one made."""
    import sqlite3

    try:
        with _aside_if_corrupt(path):
            return _begin(path, busy_seconds, synced)
    except sqlite3.DatabaseError:
        if path.exists():
            raise
    return _begin(_made(path.parent), busy_seconds, synced)


def _begin(path: Path, busy_seconds: float, synced: bool) -> Connection:
    connection = _connect(path, busy_seconds)
    try:
        # Asked before the pragmas: one of them would change the journal of a newer version's file.
        if _version(connection) > SCHEMA_VERSION:
            raise RenewalError(ErrorCode.STORE, "a database of a newer version")
        for pragma in _PRAGMAS if synced else (*_PRAGMAS, "PRAGMA synchronous=OFF"):
            connection.execute(pragma)
        connection.execute("BEGIN IMMEDIATE")
        _migrate(connection)
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def _aside_if_corrupt(path: Path) -> Iterator[None]:
    """Set the file aside where SQLite says that it is no database or a broken one, and let the error pass on."""
    import sqlite3

    try:
        yield
    except sqlite3.DatabaseError as error:
        # Looked at once more: another process may have set it aside and made a good one meanwhile.
        if _says_corrupt(error) and _is_corrupt(path):
            _set_aside(path)
        raise


def _says_corrupt(error: Exception) -> bool:
    import sqlite3

    return getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def _is_corrupt(path: Path) -> bool:
    import sqlite3

    try:
        with closing(_connect(path, HOST_BUSY_SECONDS)) as connection:
            answer = connection.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.DatabaseError as error:
        return _says_corrupt(error)
    return answer is not None and answer[0] != "ok"


def _made(state_dir: Path) -> Path:
    path = private_folder(state_dir) / FILE_NAME
    _require_own_files(state_dir)
    # Made before SQLite does, so that it never exists with wider rights; the journal inherits them.
    if not path.exists():
        with suppress(FileExistsError):
            create_private(path, b"")
    # By name, never through a descriptor: closing one would drop the locks that SQLite holds for another thread (fcntl, POSIX).
    mend_rights(path)
    return path


def _require_own_files(state_dir: Path) -> None:
    """Refuse a planted link or another user's file in place of any file that SQLite would open."""
    for name in _FILES:
        try:
            status = (state_dir / name).lstat()
        except FileNotFoundError:
            continue
        if stat.S_ISLNK(status.st_mode) or not is_own(status):
            raise RenewalError(ErrorCode.STATE_FOLDER, "a link or another user's file in the database's place")


def _set_aside(path: Path) -> None:
    """Rename a corrupt database, with its journal, for whoever may rescue what is in it; never delete it."""
    name = f"{path.name}.corrupt-{pc_clock():%Y%m%dT%H%M%S}-{os.urandom(2).hex()}"
    journal = path.with_name(f"{path.name}-journal")
    # The journal first: left behind, it would be played back into the new database.
    with suppress(FileNotFoundError):
        journal.rename(path.with_name(f"{name}-journal"))
    with suppress(FileNotFoundError):
        path.rename(path.with_name(name))


def _connect(path: Path, busy_seconds: float) -> Connection:
    import sqlite3

    return sqlite3.connect(path, timeout=busy_seconds, isolation_level=None)


def _version(connection: Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _migrate(connection: Connection) -> None:
    version = _version(connection)
    if version == SCHEMA_VERSION:
        return
    for statements in _VERSIONS[version:]:
        for statement in statements:
            connection.execute(statement)
    connection.execute(f"PRAGMA user_version={SCHEMA_VERSION}")


def _roll_back(connection: Connection) -> None:
    import sqlite3

    with suppress(sqlite3.Error):
        if connection.in_transaction:
            connection.execute("ROLLBACK")


@contextmanager
def _as_store_errors() -> Iterator[None]:
    import sqlite3

    try:
        yield
    except (sqlite3.Error, OSError) as error:
        # The message is left out: SQLite quotes values in some of them.
        raise RenewalError(ErrorCode.STORE, f"{type(error).__name__} {_sqlite_name(error)}".strip()) from error


def _sqlite_name(error: Exception) -> str:
    return str(getattr(error, "sqlite_errorname", ""))
