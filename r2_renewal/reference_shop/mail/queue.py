"""The queue of outgoing mail: written in the transaction of what it tells of, taken up by one sender at a time.

Rules: an event is told of once, however often it is reported; a message taken up is left alone by every other sender until
its lease ends; a message that a mail server has taken is never taken up again. A sender that dies between the server's yes
and its own note cannot be told from one that dies before it: the message is then sent again under the same ``Message-ID``, as
RFC 5321 4.2.5 asks, so that a mailbox may drop the second.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from r2_renewal.contract.contact import sendable_email
from r2_renewal.reference_shop import attempts
from r2_renewal.reference_shop.mail.rendering import Letter, MailKind, render
from r2_renewal.reference_shop.settings import ShopSettings
from r2_renewal.reference_shop.tables import MailRow

# Longer than a sender may work on one message.
LEASE = timedelta(minutes=10)
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=4)
# RFC 5321 4.5.4.1 asks for four or five days of trying.
GIVE_UP_AFTER = timedelta(days=5)


# What the shop sends by itself, must send by law, or bounds elsewhere; no caller can bring about many of them.
_OWED = frozenset(MailKind) - {MailKind.ORDER_CONFIRMATION, MailKind.CORRECTION_TICKET}


class MailState(StrEnum):
    """Where a message stands."""

    QUEUED = "queued"
    SENT = "sent"
    EXPIRED = "expired"
    REFUSED = "refused"


def queue_mail(
    session: Session,
    settings: ShopSettings,
    kind: MailKind,
    *,
    customer_id: str,
    to: str,
    event: str,
    values: Mapping[str, Any],
    useless_after: datetime | None = None,
) -> MailRow:
    """Write a letter into the queue, in the caller's transaction; return it, or the one already written of this event.

    Args:
        session: the caller's writing session.
        settings: the shop's.
        kind: what it tells of.
        customer_id: whose it is.
        to: one address, checked when it was taken from the customer.
        event: names the event among those of its kind, e.g. the order's identifier.
        values: what the kind's template names.
        useless_after: when it is not to be sent any more.

    Raises:
        Refusal: TOO_MANY, where others have brought about too many letters to this address; what is owed is always written.
    """
    once = f"{kind.value}:{event}"
    known = session.scalar(select(MailRow).where(MailRow.once == once))
    if known is not None:
        return known
    if kind not in _OWED:
        attempts.count_in(session, settings.limits.letter_to_recipient, to.casefold(), settings.now())
    row = _written(settings, render(kind, values, settings.vendor, settings.seller))
    row.customer_id, row.kind, row.once, row.recipient = customer_id, kind.value, once, to
    row.useless_after = useless_after
    session.add(row)
    session.flush()
    return row


def _written(settings: ShopSettings, letter: Letter) -> MailRow:
    return MailRow(
        message_id=f"<{secrets.token_urlsafe(18)}@{sendable_email(settings.seller.mail_from).rpartition('@')[2]}>",
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        state=MailState.QUEUED.value,
        created_at=settings.now(),
        attempts=0,
    )


def take_up(session: Session, now: datetime) -> MailRow | None:
    """Take the message that has waited longest, for the length of a lease; None where none is due."""
    is_due = or_(MailRow.due_at.is_(None), MailRow.due_at <= now)
    query = select(MailRow).where(MailRow.state == MailState.QUEUED.value, is_due).order_by(MailRow.pk).limit(1)
    while (row := session.scalar(query.with_for_update(skip_locked=True))) is not None:
        if row.useless_after is None or now < row.useless_after:
            row.claim, row.due_at, row.attempts = secrets.token_urlsafe(12), now + LEASE, row.attempts + 1
            return row
        _end(row, MailState.EXPIRED)
        session.flush()
    return None


def note_sent(session: Session, taken: MailRow, now: datetime) -> None:
    """Note that a mail server has taken the message, whoever else has taken it up since."""
    row = session.get_one(MailRow, taken.pk, with_for_update=True)
    row.sent_at, row.failure = row.sent_at or now, None
    _end(row, MailState.SENT)


def note_failed(session: Session, taken: MailRow, failure: str, now: datetime, *, for_good: bool) -> None:
    """Note that an attempt failed: the next one waits longer, or there is none."""
    row = session.get_one(MailRow, taken.pk, with_for_update=True)
    if row.claim != taken.claim or row.state != MailState.QUEUED.value:
        return  # another sender has taken it up since: the message is theirs
    row.failure, row.claim = failure, None
    row.due_at = now + min(FIRST_WAIT * 2 ** (row.attempts - 1), LONGEST_WAIT)
    if for_good or row.due_at - row.created_at > GIVE_UP_AFTER:
        _end(row, MailState.REFUSED)


def _end(row: MailRow, state: MailState) -> None:
    row.state, row.claim, row.due_at = state.value, None, None
    if row.kind == MailKind.PASSWORD_RESET.value:
        row.text = row.html = ""  # it holds a key to the account, and is evidence of nothing
