"""The ledger of licences: what each order gave and what was taken back, append-only, held by triggers.

Rule: the columns of ``licences`` that orders change are counted from here, in the transaction of every change; they are kept
there so that reading costs nothing.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from r2_renewal.reference_shop.tables.base import Base


class LedgerKind(StrEnum):
    """What an entry tells of."""

    START = "start"
    GRANT = "grant"
    REVOCATION = "revocation"
    ENROLMENT = "enrolment"
    STRIKE_OFF = "strike_off"
    ADJUSTMENT = "adjustment"


class LedgerEntry(Base):
    """One entry of a licence's ledger; never changed, never deleted.

    Attributes:
        kind: a ``LedgerKind``.
        at: the shop's time.
        seq: the licence's counter after it; a grant and a revocation each raise it by one.
        order_pk: the order whose line gave it; null for what came with none. ``position`` is the line's.
        revokes: the grant that is taken back; a grant is taken back once.
        valid_until: the end that a licence started with, or that it was given by hand where it is perpetual or was.
        months: length of the period granted; null for an extension.
        not_before: first day on which that period may begin.
        days: by which the end was moved by hand.
        limits: all limits at the start or by hand; those that a grant sets.
        edition: at the start or by hand.
        enrolled: whether it was enrolled at the start or by hand, or is by a grant.
        is_automatic: whether the grant is an automatic renewal.
    """

    __tablename__ = "licence_ledger"
    __table_args__ = (
        ForeignKeyConstraint(["order_pk", "position"], ["order_lines.order_pk", "order_lines.position"]),
        UniqueConstraint("order_pk", "position"),
    )

    pk: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    customer_id: Mapped[str] = mapped_column(ForeignKey("customers.id"))
    licence_id: Mapped[str] = mapped_column(ForeignKey("licences.id"), index=True)
    kind: Mapped[str]
    at: Mapped[datetime]
    seq: Mapped[int]
    order_pk: Mapped[int | None]
    position: Mapped[int | None]
    revokes: Mapped[int | None] = mapped_column(ForeignKey("licence_ledger.pk"), unique=True)
    valid_until: Mapped[date | None]
    months: Mapped[int | None]
    not_before: Mapped[date | None]
    days: Mapped[int | None]
    limits: Mapped[dict[str, int] | None] = mapped_column(JSON(none_as_null=True))
    edition: Mapped[str | None]
    enrolled: Mapped[bool | None]
    is_automatic: Mapped[bool] = mapped_column(default=False)
