"""Customers and what they report."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from r2_renewal.reference_shop.tables.base import Base


class Customer(Base):
    """A customer and the invoice details on record."""

    __tablename__ = "customers"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    nip: Mapped[str]
    street: Mapped[str]
    postcode: Mapped[str]
    city: Mapped[str]
    invoice_email: Mapped[str] = mapped_column(default="")
    recipients: Mapped[list[RecipientRow]] = relationship(order_by="RecipientRow.name, RecipientRow.id")


class RecipientRow(Base):
    """A recipient („Odbiorca") of a customer's invoices.

    Attributes:
        nip: 10 digits; empty where it has none.
        internal_id: the buyer's internal identifier of it (IDWew); empty where it has none.
        role: a ``RecipientRole``.
    """

    __tablename__ = "recipients"

    id: Mapped[str] = mapped_column(primary_key=True)
    customer_id: Mapped[str] = mapped_column(ForeignKey("customers.id"), index=True)
    name: Mapped[str]
    nip: Mapped[str]
    internal_id: Mapped[str]
    street: Mapped[str]
    postcode: Mapped[str]
    city: Mapped[str]
    role: Mapped[str]


class CorrectionRow(Base):
    """A customer's report of wrong company data."""

    __tablename__ = "data_corrections"
    __table_args__ = ({"sqlite_autoincrement": True},)

    pk: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    customer_id: Mapped[str] = mapped_column(ForeignKey("customers.id"))
    message: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]

    @property
    def ticket(self) -> str:
        """The number for people, e.g. ``ZGL/2026/000001``."""
        return f"ZGL/{self.created_at:%Y}/{self.pk:06}"
