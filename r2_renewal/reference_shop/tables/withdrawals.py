"""Withdrawals from contracts: what was declared and when, kept as evidence."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from r2_renewal.reference_shop.tables.base import Base


class WithdrawalRow(Base):
    """A customer's withdrawal from the contract of one order; there is one such row for an order, for ever.

    Attributes:
        receipt_id: identifier of the receipt given for it.
        person: who declared it; ``email`` where the receipt goes.
        content: the declaration, word for word.
        channel: ``module``, ``panel`` or ``web``.
        received_at: the shop's time.
    """

    __tablename__ = "withdrawals"

    order_id: Mapped[str] = mapped_column(ForeignKey("orders.id"), primary_key=True)
    customer_id: Mapped[str] = mapped_column(ForeignKey("customers.id"), index=True)
    receipt_id: Mapped[str] = mapped_column(unique=True)
    person: Mapped[str]
    email: Mapped[str]
    content: Mapped[str] = mapped_column(Text)
    channel: Mapped[str]
    received_at: Mapped[datetime]
