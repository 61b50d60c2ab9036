"""The outbox: confirmed orders, on disk before their first byte is sent, until each has found its end.

Rules: ``confirmed → sending → unknown → accepted | rejected``, and ``not_sent`` as the honest way back where no connection
was ever opened; an accepted order never becomes anything else; one sender at a time, by a lease that ends by itself with
the sender; the frozen body goes when the shop has answered, its digest stays so that the key keeps its meaning; the form of an
order is a draft until the shop has accepted it, in the same transactions, so that one not sent or refused is given back.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from r2_renewal.clock import Clock, pc_clock
from r2_renewal.domain.errors import ErrorCode, RenewalError
from r2_renewal.store import database, drafts
from r2_renewal.store.licences import apart, overlap
from r2_renewal.store.unsettled import UNSETTLED

if TYPE_CHECKING:
    from sqlite3 import Connection

# Renewed three times as often; so long an order of a killed process waits for the next one.
LEASE_SECONDS = 4.0
# Bodies that were never sent hold personal data for nothing; drafts live as long.
KEEP_UNSENT_SECONDS = 90 * 24 * 3600.0


class OutboxState(StrEnum):
    """What is known of an order that the customer confirmed."""

    CONFIRMED = "confirmed"
    SENDING = "sending"
    UNKNOWN = "unknown"
    NOT_SENT = "not_sent"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


UNANSWERED = (OutboxState.CONFIRMED, OutboxState.SENDING, OutboxState.UNKNOWN)
MAY_HAVE_ARRIVED = (OutboxState.SENDING, OutboxState.UNKNOWN)


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """A confirmed order.

    Attributes:
        key: its idempotency key.
        licence_id: the licences it is for, one a line.
        digest: hexadecimal SHA-256 of what was confirmed.
        body: the frozen bytes to send; empty once the shop has answered.
        state: what is known of it.
        order_id: the shop's identifier; empty before acceptance.
        order_state: the shop's last known state; empty before acceptance.
        answer: the shop's last answer, or the refusal; empty before either and after settlement.
        settled: whether nothing more is to be done.
        owner: who is sending it now; empty for nobody.
        lease_until: POSIX time at which the owner counts as dead.
        confirmed_at: POSIX time of the confirmation.
    """

    key: str
    licence_id: str
    digest: str
    body: bytes
    state: OutboxState
    order_id: str
    order_state: str
    answer: bytes
    settled: bool
    owner: str
    lease_until: float
    confirmed_at: float

    @property
    def licence_ids(self) -> tuple[str, ...]:
        """The licences it is for."""
        return apart(self.licence_id)

    def is_held(self, now: float) -> bool:
        """Whether somebody is sending it at POSIX time ``now``; a lease far ahead is of a clock that was set back since."""
        return bool(self.owner) and now < self.lease_until <= now + 2 * LEASE_SECONDS


@dataclass(frozen=True, slots=True)
class OrderForm:
    """The form that an order was made from. Attributes: customer: whose; body: its draft."""

    customer: str
    body: bytes


_COLUMNS = ", ".join(field.name for field in fields(OutboxRow))


_CAME_TO_NOTHING = (OutboxState.NOT_SENT, OutboxState.REJECTED)


class Outbox:
    """The outbox of one state folder. Every method raises RenewalError(STORE) where the database cannot be used."""

    def __init__(self, state_dir: Path, clock: Clock = pc_clock) -> None:
        self._clock = clock
        self._state_dir = state_dir

    def confirm(self, key: str, licences: str, digest: str, body: bytes, form: OrderForm | None = None) -> OutboxRow:
        """Commit a confirmed order, or return the one that stands under this key.

        Args:
            key: idempotency key of the confirmation.
            licences: what is ordered for, one licence a line.
            digest: digest of what was confirmed.
            body: the bytes that will be sent, every time the same.
            form: what becomes a draft where there is none.

        Raises:
            RenewalError: KEY_REUSED, where the key stands for another order; ORDER_IN_PROGRESS, where the fate of another
                order for one of the licences is still unknown.
        """
        with self._undone_if_unsaved(key), database.writing(self._state_dir) as connection:
            row = _row(connection, key)
            if row is not None:
                return _same(row, digest)
            _refuse_second(connection, licences)
            connection.execute(
                "INSERT INTO outbox (key, licence_id, digest, body, state, confirmed_at) VALUES (?, ?, ?, ?, ?, ?)",
                (key, licences, digest, body, OutboxState.CONFIRMED, self._clock().timestamp()),
            )
            if form is not None:
                drafts.give_back(connection, form.customer, licences, form.body, self._clock)
                connection.execute("INSERT OR REPLACE INTO origin (key, customer) VALUES (?, ?)", (key, form.customer))
            return _must(_row(connection, key))

    @contextmanager
    def _undone_if_unsaved(self, key: str) -> Iterator[None]:
        """Take a confirmation back that stands though its commit failed in the last sync: told as unsent, never sent later."""
        try:
            yield
        except RenewalError as error:
            if error.code is ErrorCode.STORE:
                with suppress(RenewalError), database.writing(self._state_dir, 0, synced=False) as connection:
                    connection.execute("DELETE FROM outbox WHERE key = ? AND state = ?", (key, OutboxState.CONFIRMED))
            raise

    def row(self, key: str) -> OutboxRow | None:
        """Return the order under a key, or None."""
        with database.reading(self._state_dir) as connection:
            return _row(connection, key)

    def customer(self, key: str) -> str:
        """Return whose an order is; empty where an earlier version wrote it down."""
        with database.reading(self._state_dir) as connection:
            if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'origin'").fetchone() is None:
                return ""
            found = connection.execute("SELECT customer FROM origin WHERE key = ?", (key,)).fetchone()
            return "" if found is None else str(found[0])

    def unsettled(self) -> tuple[OutboxRow, ...]:
        """Return the orders that are still to be brought to their end, oldest first."""
        if not database.exists(self._state_dir):
            return ()
        with database.reading(self._state_dir) as connection:
            query = f"SELECT {_COLUMNS} FROM outbox WHERE {UNSETTLED} ORDER BY confirmed_at"  # noqa: S608
            return tuple(_row_of(values) for values in connection.execute(query))

    def given_back(self) -> tuple[OutboxRow, ...]:
        """Return the orders not sent or refused that no later order is for, as long as their form waits as a draft."""
        if not database.exists(self._state_dir):
            return ()
        with database.reading(self._state_dir) as connection:
            newest_first = f"SELECT {_COLUMNS} FROM outbox ORDER BY rowid DESC"  # noqa: S608
            rows = [_row_of(values) for values in connection.execute(newest_first)]
            waiting = [licences for (licences,) in connection.execute("SELECT licence_id FROM draft")]
        seen: set[str] = set()
        found = []
        for row in rows:
            if row.state in _CAME_TO_NOTHING and seen.isdisjoint(row.licence_ids):
                found += [row] if any(overlap(row.licence_id, licences) for licences in waiting) else []
            seen.update(row.licence_ids)
        return tuple(reversed(found))

    def claim(self, key: str, states: Collection[OutboxState]) -> OutboxRow | None:
        """Become the sender of an order that is in one of ``states``.

        Returns:
            The order with its new owner and the state it had *before*; None where somebody else is sending it, or it is
            in no such state.
        """
        with database.writing(self._state_dir) as connection:
            # Asked under the lock: a time from before the wait for it would make another's fresh lease look wrong.
            now = self._clock().timestamp()
            row = _row(connection, key)
            if row is None or row.state not in states or row.is_held(now):
                return None
            claimed = replace(row, owner=uuid4().hex, lease_until=now + LEASE_SECONDS)
            connection.execute(
                "UPDATE outbox SET state = ?, owner = ?, lease_until = ? WHERE key = ?",
                (OutboxState.SENDING, claimed.owner, claimed.lease_until, key),
            )
            return claimed

    def renew(self, claimed: OutboxRow) -> None:
        """Tell other processes that the sender is alive."""
        with database.writing(self._state_dir) as connection:
            connection.execute(
                "UPDATE outbox SET lease_until = ? WHERE key = ? AND owner = ?",
                (self._clock().timestamp() + LEASE_SECONDS, claimed.key, claimed.owner),
            )

    def release(self, claimed: OutboxRow, state: OutboxState) -> None:
        """Stop sending without an answer, leaving the order in ``state``; nothing happens where the lease was lost."""
        with database.writing(self._state_dir) as connection:
            connection.execute(
                "UPDATE outbox SET state = ?, owner = '', lease_until = 0 WHERE key = ? AND owner = ? AND state = ?",
                (state, claimed.key, claimed.owner, OutboxState.SENDING),
            )

    def accept(self, key: str, order_id: str, order_state: str, answer: bytes) -> None:
        """Write down that the shop has the order: the truth whoever held the lease."""
        with database.writing(self._state_dir) as connection:
            connection.execute(
                "UPDATE outbox SET state = ?, order_id = ?, order_state = ?, answer = ?, body = x'', owner = ''"
                " WHERE key = ? AND settled = 0",
                (OutboxState.ACCEPTED, order_id, order_state, answer, key),
            )
            row = _row(connection, key)
            if row is not None:
                drafts.ordered(connection, row.licence_id)

    def reject(self, key: str, refusal: bytes) -> None:
        """Write down that the shop refused the order for good."""
        with database.writing(self._state_dir) as connection:
            connection.execute(
                "UPDATE outbox SET state = ?, answer = ?, body = x'', owner = '' WHERE key = ? AND state != ?",
                (OutboxState.REJECTED, refusal, key, OutboxState.ACCEPTED),
            )

    def observe(self, key: str, order_state: str, answer: bytes) -> None:
        """Write down the shop's newer state of an accepted order."""
        with database.writing(self._state_dir) as connection:
            connection.execute(
                "UPDATE outbox SET order_state = ?, answer = ? WHERE key = ? AND settled = 0",
                (order_state, answer, key),
            )

    def settle(self, key: str) -> None:
        """Write down that nothing more is to be done, and drop what was kept for it."""
        with database.writing(self._state_dir) as connection:
            connection.execute("UPDATE outbox SET settled = 1, answer = x'', body = x'' WHERE key = ?", (key,))

    def forget_unsent(self) -> None:
        """Drop orders that were never sent and that nobody came back for in 90 days."""
        with database.writing(self._state_dir) as connection:
            connection.execute(
                "DELETE FROM outbox WHERE state = ? AND confirmed_at < ?",
                (OutboxState.NOT_SENT, self._clock().timestamp() - KEEP_UNSENT_SECONDS),
            )
            connection.execute("DELETE FROM origin WHERE key NOT IN (SELECT key FROM outbox WHERE settled = 0)")


def _same(row: OutboxRow, digest: str) -> OutboxRow:
    if row.digest != digest:
        raise RenewalError(ErrorCode.KEY_REUSED, "the key stands for another order")
    return row


def _refuse_second(connection: Connection, licences: str) -> None:
    """Refuse a second order while the first may have arrived; an order that was never sent gives way to the new one."""
    states = (*UNANSWERED, OutboxState.NOT_SENT)
    query = "SELECT key, licence_id, state FROM outbox WHERE state IN (?, ?, ?, ?)"
    others = [row for row in connection.execute(query, states).fetchall() if overlap(row[1], licences)]
    if any(state != OutboxState.NOT_SENT for _, _, state in others):
        raise RenewalError(ErrorCode.ORDER_IN_PROGRESS, "an order for one of the licences is still on its way")
    connection.executemany("DELETE FROM outbox WHERE key = ?", [(key,) for key, _, _ in others])


def _row(connection: Connection, key: str) -> OutboxRow | None:
    values = connection.execute(f"SELECT {_COLUMNS} FROM outbox WHERE key = ?", (key,)).fetchone()  # noqa: S608
    return None if values is None else _row_of(values)


def _row_of(values: tuple[Any, ...]) -> OutboxRow:
    row = OutboxRow(*values)
    return replace(row, state=OutboxState(row.state), settled=bool(row.settled))


def _must(row: OutboxRow | None) -> OutboxRow:
    if row is None:
        raise RenewalError(ErrorCode.STORE, "a row just written is not there")
    return row
