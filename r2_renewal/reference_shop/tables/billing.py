"""Invoices and their corrections: what was sold to whom as it stood that day, numbered without gaps, kept as issued."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from r2_renewal.domain.recipient import Recipient
from r2_renewal.reference_shop.tables.base import Base

RECIPIENT_FIELDS = ("name", "nip", "internal_id", "street", "postcode", "city", "role")


class InvoiceKind(StrEnum):
    """What a document is; each kind has numbers of its own."""

    INVOICE = "invoice"
    CORRECTION = "correction"


_PREFIXES = {InvoiceKind.INVOICE.value: "FV", InvoiceKind.CORRECTION.value: "KOR"}


class InvoiceSeries(Base):
    """The numbers of a kind given so far in a year. Attributes: last: the last one; raised in the invoice's transaction."""

    __tablename__ = "invoice_series"

    kind: Mapped[str] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]


class InvoiceLineRow(Base):
    """A line of an invoice. Attributes: position: from 1; vat_rate: e.g. 0.23.

    A correction has the lines of the invoice that it corrects, as they stood before it.
    """

    __tablename__ = "invoice_lines"

    invoice_id: Mapped[str] = mapped_column(ForeignKey("invoices.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    description: Mapped[str]
    net: Mapped[Decimal]
    vat_rate: Mapped[Decimal]


class InvoiceRow(Base):
    """An invoice. Nothing of it changes once it is issued, but for its payment and the number that KSeF gives it.

    Attributes:
        id: identifier in the API.
        kind: an ``InvoiceKind``.
        number: number for people, e.g. ``FV/2026/000001`` or ``KOR/2026/000001``.
        ksef_number: the number in KSeF; null while there is none.
        is_sample: whether that number is made up, since no KSeF is connected.
        corrects: the invoice that this one corrects to nothing; null where it corrects none.
        corrected_by: the correction of this one; null where there is none.
        reason: why it corrects.
        seller: name, NIP, address and account as they stood that day; ``buyer`` likewise, and ``recipient``, whose name is empty
            where there is none.
        sold_from: first day of what was sold; ``sold_to`` the last.
        net: what is to pay, and what is given back, below zero, where it is a correction; ``vat`` and ``gross`` likewise.
        paid_at: when it was paid; null while it is not.
    """

    __tablename__ = "invoices"
    __table_args__ = (UniqueConstraint("kind", "year", "running"), UniqueConstraint("order_id", "kind"))

    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(default=InvoiceKind.INVOICE.value)
    customer_id: Mapped[str] = mapped_column(ForeignKey("customers.id"), index=True)
    order_id: Mapped[str] = mapped_column(ForeignKey("orders.id"))
    year: Mapped[int]
    running: Mapped[int]
    ksef_number: Mapped[str | None] = mapped_column(unique=True)
    is_sample: Mapped[bool] = mapped_column(default=False)
    corrects_id: Mapped[str | None] = mapped_column(ForeignKey("invoices.id"), unique=True)
    reason: Mapped[str] = mapped_column(default="")
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
    recipient_name: Mapped[str] = mapped_column(default="")
    recipient_nip: Mapped[str] = mapped_column(default="")
    recipient_internal_id: Mapped[str] = mapped_column(default="")
    recipient_street: Mapped[str] = mapped_column(default="")
    recipient_postcode: Mapped[str] = mapped_column(default="")
    recipient_city: Mapped[str] = mapped_column(default="")
    recipient_role: Mapped[str] = mapped_column(default="")
    net: Mapped[Decimal]
    vat: Mapped[Decimal]
    gross: Mapped[Decimal]
    paid_at: Mapped[datetime | None]
    lines: Mapped[list[InvoiceLineRow]] = relationship(lazy="selectin", order_by=InvoiceLineRow.position)
    corrects: Mapped[InvoiceRow | None] = relationship(
        remote_side="InvoiceRow.id", back_populates="corrected_by", lazy="joined", join_depth=1
    )
    corrected_by: Mapped[InvoiceRow | None] = relationship(back_populates="corrects", lazy="joined", join_depth=1)

    @property
    def number(self) -> str:
        """The number for people, e.g. ``FV/2026/000001``."""
        return f"{_PREFIXES[self.kind or InvoiceKind.INVOICE.value]}/{self.year}/{self.running:06}"


def recipient_on(row: InvoiceRow) -> Recipient | None:
    """Return the recipient that an invoice names; None where it names none."""
    if not row.recipient_name:
        return None
    own = {name: getattr(row, f"recipient_{name}") or "" for name in RECIPIENT_FIELDS}
    return Recipient(recipient_id="", **own)


class InvoiceDocument(Base):
    """The structured document of an invoice: what KSeF gets. Never changed.

    Attributes:
        content: FA(3) XML, byte for byte as issued.
        sha256: its digest, 64 hexadecimal digits.
    """

    __tablename__ = "invoice_documents"

    invoice_id: Mapped[str] = mapped_column(ForeignKey("invoices.id"), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    sha256: Mapped[str]
