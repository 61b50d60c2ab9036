"""Invoices: what was sold to whom as it stood that day, numbered without gaps."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from r2_renewal.reference_shop.tables.base import Base


class InvoiceSeries(Base):
    """The numbers given so far in a year. Attributes: last: the last one; raised in the invoice's own transaction."""

    __tablename__ = "invoice_series"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]


class InvoiceLineRow(Base):
    """A line of an invoice. Attributes: position: from 1; vat_rate: e.g. 0.23."""

    __tablename__ = "invoice_lines"

    invoice_id: Mapped[str] = mapped_column(ForeignKey("invoices.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    description: Mapped[str]
    net: Mapped[Decimal]
    vat_rate: Mapped[Decimal]


class InvoiceRow(Base):
    """An invoice. Nothing of it changes once it is issued, but for its payment.

    Attributes:
        id: identifier in the API.
        number: number for people, e.g. ``FV/2026/000001``.
        ksef_number: the number that KSeF gave; made up by this shop, which sends nothing there.
        seller: name, NIP, address and account as they stood that day; ``buyer`` likewise.
        sold_from: first day of what was sold; ``sold_to`` the last.
        paid_at: when it was paid; null while it is not.
    """

    __tablename__ = "invoices"
    __table_args__ = (UniqueConstraint("year", "running"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    customer_id: Mapped[str] = mapped_column(ForeignKey("customers.id"), index=True)
    order_id: Mapped[str] = mapped_column(ForeignKey("orders.id"), unique=True)
    year: Mapped[int]
    running: Mapped[int]
    ksef_number: Mapped[str] = mapped_column(unique=True)
    issued_at: Mapped[datetime]
    due_on: Mapped[date]
    sold_from: Mapped[date]
    sold_to: Mapped[date]
    order_number: Mapped[str]
    seller_name: Mapped[str]
    seller_nip: Mapped[str]
    seller_street: Mapped[str]
    seller_postcode: Mapped[str]
    seller_city: Mapped[str]
    account: Mapped[str]
    transfer_name: Mapped[str]
    buyer_name: Mapped[str]
    buyer_nip: Mapped[str]
    buyer_street: Mapped[str]
    buyer_postcode: Mapped[str]
    buyer_city: Mapped[str]
    net: Mapped[Decimal]
    vat: Mapped[Decimal]
    gross: Mapped[Decimal]
    paid_at: Mapped[datetime | None]
    lines: Mapped[list[InvoiceLineRow]] = relationship(lazy="selectin", order_by=InvoiceLineRow.position)

    @property
    def number(self) -> str:
        """The number for people, e.g. ``FV/2026/000001``."""
        return f"FV/{self.year}/{self.running:06}"
