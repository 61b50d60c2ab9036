"""What was sent to KSeF: written with the invoice, sent later by whoever gets to it first."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from r2_renewal.reference_shop.tables.base import Base


class KsefSubmission(Base):
    """The way of one invoice to KSeF; there is one for every invoice issued since KSeF was connected.

    Attributes:
        state: ``queued``, ``sent``, ``accepted`` or ``refused``.
        due_at: earliest next attempt; null for at once. A process that takes it up moves it ahead by its lease.
        claim: the process that took it up last.
        attempts: how often it was taken up.
        session_reference: KSeF's reference of the session in which it was sent; ``invoice_reference`` of the invoice in it.
        settled_at: when it was accepted or refused.
        failure: what the last attempt failed with: a code, no text of the server.
        upo: KSeF's receipt (UPO), byte for byte.
    """

    __tablename__ = "ksef_submissions"

    invoice_id: Mapped[str] = mapped_column(ForeignKey("invoices.id"), primary_key=True)
    state: Mapped[str] = mapped_column(index=True)
    created_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    claim: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(default=0)
    session_reference: Mapped[str | None]
    invoice_reference: Mapped[str | None]
    settled_at: Mapped[datetime | None]
    failure: Mapped[str | None]
    upo: Mapped[bytes | None] = mapped_column(LargeBinary)
