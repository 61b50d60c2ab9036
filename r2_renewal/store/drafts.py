"""Drafts: order forms begun and not yet ordered, on disk while they are typed.

Rules: a draft belongs to one customer and one licence and is never found for another; it is gone when the shop accepts the
order, 90 days after it was last typed in, or when the customer begins anew; what is in it is for who wrote it, here it is
bytes and at most 64 KiB of them.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from r2_renewal.domain.errors import ErrorCode, RenewalError
from r2_renewal.store import database

if TYPE_CHECKING:
    from sqlite3 import Connection

KEEP_SECONDS = 90 * 24 * 3600.0
MAX_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class StoredDraft:
    """A draft as it was saved last.

    Attributes:
        body: its content.
        saved_at: POSIX time of the saving.
    """

    body: bytes
    saved_at: float


class Drafts:
    """The drafts of one state folder. Every method raises RenewalError(STORE) where the database cannot be used."""

    def __init__(self, state_dir: Path) -> None:
        self._state_dir = state_dir

    def save(self, customer: str, licence_id: str, body: bytes) -> None:
        """Commit a draft in place of the one before.

        Args:
            customer: whose it is.
            licence_id: the licence that is being ordered for.
            body: its content.

        Raises:
            RenewalError: STORE, also for more than ``MAX_BYTES``; the draft before stays.
        """
        if len(body) > MAX_BYTES:
            raise RenewalError(ErrorCode.STORE, "a draft that is too large")
        with database.writing(self._state_dir) as connection:
            connection.execute(
                "INSERT INTO draft (customer, licence_id, body, saved_at) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (customer, licence_id) DO UPDATE SET body = excluded.body, saved_at = excluded.saved_at",
                (customer, licence_id, body, time.time()),
            )

    def load(self, customer: str, licence_id: str) -> StoredDraft | None:
        """Return the customer's draft for a licence, None where there is none; drafts that are too old go."""
        if not database.exists(self._state_dir):
            return None
        # A transaction that may write: a database that is corrupt is set aside here, and drafts can be saved again.
        with database.writing(self._state_dir) as connection:
            _forget_old(connection)
            row = connection.execute(
                "SELECT body, saved_at FROM draft WHERE customer = ? AND licence_id = ?", (customer, licence_id)
            ).fetchone()
            return None if row is None else StoredDraft(*row)

    def discard(self, customer: str, licence_id: str) -> None:
        """Drop the customer's draft for a licence."""
        if not database.exists(self._state_dir):
            return
        with database.writing(self._state_dir) as connection:
            connection.execute("DELETE FROM draft WHERE customer = ? AND licence_id = ?", (customer, licence_id))

    def forget_old(self) -> None:
        """Drop drafts that nobody came back to in 90 days."""
        if database.exists(self._state_dir):
            with database.writing(self._state_dir) as connection:
                _forget_old(connection)


def give_back(connection: Connection, customer: str, licence_id: str, body: bytes) -> None:
    """Keep the form of an order that is being confirmed, within the transaction that confirms it; a draft that is there stays.

    What is there is what was typed; the order has it as it was judged.
    """
    connection.execute(
        "INSERT INTO draft (customer, licence_id, body, saved_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (customer, licence_id, body, time.time()),
    )


def _forget_old(connection: Connection) -> None:
    connection.execute("DELETE FROM draft WHERE saved_at < ?", (time.time() - KEEP_SECONDS,))
