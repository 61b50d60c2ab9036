"""Outgoing mail: written with what it tells of, sent later by whoever gets to it first."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from r2_renewal.reference_shop.tables.base import Base


class MailRow(Base):
    """A message to a customer, kept as evidence of what was told and when.

    Attributes:
        kind: what it tells of.
        once: names the event, e.g. ``order_confirmation:ord_…``: an event is told of once.
        message_id: the header ``Message-ID``, the same at every attempt.
        recipient: one address.
        state: ``queued``, ``sent``, ``expired`` or ``refused``.
        due_at: earliest next attempt; null for at once. A process that takes a message up moves it ahead by its lease.
        claim: the process that took it up last.
        attempts: how often it was taken up.
        useless_after: when it is no use any more; null for never.
        failure: what the last attempt failed with; no text of a server, which may quote the address.
    """

    __tablename__ = "outgoing_mail"

    pk: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    customer_id: Mapped[str] = mapped_column(ForeignKey("customers.id"), index=True)
    kind: Mapped[str]
    once: Mapped[str] = mapped_column(unique=True)
    message_id: Mapped[str] = mapped_column(unique=True)
    recipient: Mapped[str]
    subject: Mapped[str]
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(index=True)
    created_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    claim: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(default=0)
    useless_after: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    failure: Mapped[str | None]
