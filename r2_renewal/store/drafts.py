"""Drafts: order forms begun and not yet ordered, on disk while they are typed.

Rules: a draft belongs to one customer and the licences of one form, and is never found for another; a licence is in at most one
draft; it is gone when the shop accepts an order for one of them, 90 days after it was last typed in, or when the customer begins
anew; what is in it is for who wrote it, here it is bytes and at most 512 KiB of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from r2_renewal.clock import Clock, pc_clock
from r2_renewal.domain.errors import ErrorCode, RenewalError
from r2_renewal.store import database
from r2_renewal.store.licences import overlap

if TYPE_CHECKING:
    from sqlite3 import Connection

KEEP_SECONDS = 90 * 24 * 3600.0
# A form of a thousand programs has a quarter of it.
MAX_BYTES = 512 * 1024


@dataclass(frozen=True, slots=True)
class StoredDraft:
    """A draft as it was saved last.

    Attributes:
        body: its content.
        saved_at: POSIX time of the saving.
        licences: what it is for.
    """

    body: bytes
    saved_at: float
    licences: str


class Drafts:
    """The drafts of one state folder. Every method raises RenewalError(STORE) where the database cannot be used."""

    def __init__(self, state_dir: Path, clock: Clock = pc_clock) -> None:
        self._clock = clock
        self._state_dir = state_dir

    def save(self, customer: str, licences: str, body: bytes) -> None:
        """Commit a draft in place of every one with a licence of it.

        Args:
            customer: whose it is.
            licences: what is being ordered for, one a line.
            body: its content.

        Raises:
            RenewalError: STORE, also for more than ``MAX_BYTES``; the draft before stays.
        """
        if len(body) > MAX_BYTES:
            raise RenewalError(ErrorCode.STORE, "a draft that is too large")
        with database.writing(self._state_dir) as connection:
            _drop(connection, customer, licences)
            _insert(connection, customer, licences, body, self._clock)

    def load(self, customer: str, licences: str) -> StoredDraft | None:
        """Return the customer's newest draft with any of the licences, None where there is none; drafts that are too old go."""
        if not database.exists(self._state_dir):
            return None
        # A transaction that may write: a database that is corrupt is set aside here, and drafts can be saved again.
        with database.writing(self._state_dir) as connection:
            _forget_old(connection, self._clock)
            rows = connection.execute(
                "SELECT body, saved_at, licence_id FROM draft WHERE customer = ? ORDER BY saved_at DESC", (customer,)
            )
            return next((StoredDraft(*row) for row in rows if overlap(row[2], licences)), None)

    def discard(self, customer: str, licences: str) -> None:
        """Drop the customer's drafts with any of the licences."""
        if not database.exists(self._state_dir):
            return
        with database.writing(self._state_dir) as connection:
            _drop(connection, customer, licences)

    def forget_old(self) -> None:
        """Drop drafts that nobody came back to in 90 days."""
        if database.exists(self._state_dir):
            with database.writing(self._state_dir) as connection:
                _forget_old(connection, self._clock)


def give_back(connection: Connection, customer: str, licences: str, body: bytes, clock: Clock) -> None:
    """Keep the form of an order that is being confirmed, within the transaction that confirms it; a draft that is there stays.

    What is there is what was typed; the order has it as it was judged.
    """
    mine = connection.execute("SELECT licence_id FROM draft WHERE customer = ?", (customer,)).fetchall()
    if not any(overlap(kept, licences) for (kept,) in mine):
        _insert(connection, customer, licences, body, clock)


def ordered(connection: Connection, licences: str) -> None:
    """Drop every draft with a licence of an order that the shop has accepted."""
    for customer, kept in connection.execute("SELECT customer, licence_id FROM draft").fetchall():
        if overlap(kept, licences):
            connection.execute("DELETE FROM draft WHERE customer = ? AND licence_id = ?", (customer, kept))


def _insert(connection: Connection, customer: str, licences: str, body: bytes, clock: Clock) -> None:
    connection.execute(
        "INSERT INTO draft (customer, licence_id, body, saved_at) VALUES (?, ?, ?, ?)",
        (customer, licences, body, clock().timestamp()),
    )


def _drop(connection: Connection, customer: str, licences: str) -> None:
    for (kept,) in connection.execute("SELECT licence_id FROM draft WHERE customer = ?", (customer,)).fetchall():
        if overlap(kept, licences):
            connection.execute("DELETE FROM draft WHERE customer = ? AND licence_id = ?", (customer, kept))


def _forget_old(connection: Connection, clock: Clock) -> None:
    connection.execute("DELETE FROM draft WHERE saved_at < ?", (clock().timestamp() - KEEP_SECONDS,))
