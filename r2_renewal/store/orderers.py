"""The ordering person whom a customer asked to be remembered on this computer: one a customer, until they ask to be forgotten.

Rule: what is in it is for who wrote it, here it is bytes and at most 64 KiB of them.
"""

from __future__ import annotations

from pathlib import Path

from r2_renewal.domain.errors import ErrorCode, RenewalError
from r2_renewal.store import database

MAX_BYTES = 64 * 1024


class Orderers:
    """The remembered persons of one state folder. Every method raises RenewalError(STORE) where the database cannot be used."""

    def __init__(self, state_dir: Path) -> None:
        self._state_dir = state_dir

    def remember(self, customer: str, body: bytes) -> None:
        """Remember a customer's ordering person in place of the one before.

        Raises:
            RenewalError: STORE, also for more than ``MAX_BYTES``.
        """
        if len(body) > MAX_BYTES:
            raise RenewalError(ErrorCode.STORE, "a person that is too large")
        with database.writing(self._state_dir) as connection:
            connection.execute(
                "INSERT INTO orderer (customer, body) VALUES (?, ?)"
                " ON CONFLICT (customer) DO UPDATE SET body = excluded.body",
                (customer, body),
            )

    def recall(self, customer: str) -> bytes | None:
        """Return a customer's ordering person; None where nobody is remembered."""
        if not database.exists(self._state_dir):
            return None
        # A transaction that may write, since a file of an earlier version has no such table yet.
        with database.writing(self._state_dir) as connection:
            row = connection.execute("SELECT body FROM orderer WHERE customer = ?", (customer,)).fetchone()
            return None if row is None else bytes(row[0])

    def forget(self, customer: str) -> None:
        """Forget a customer's ordering person; the bytes leave the file."""
        if not database.exists(self._state_dir):
            return
        with database.writing(self._state_dir) as connection:
            connection.execute("DELETE FROM orderer WHERE customer = ?", (customer,))
