"""Quotes, orders, the states they reach and the keys that made them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from r2_renewal.reference_shop.tables.base import Base
from r2_renewal.reference_shop.tables.catalogue import LicenceRow


class QuoteRow(Base):
    """A quoted price and period; never changed once made."""

    __tablename__ = "quotes"

    id: Mapped[str] = mapped_column(primary_key=True)
    customer_id: Mapped[str] = mapped_column(ForeignKey("customers.id"), index=True)
    licence_id: Mapped[str] = mapped_column(ForeignKey("licences.id"))
    offer_id: Mapped[str]
    kind: Mapped[str]
    description: Mapped[str]
    limits: Mapped[dict[str, int]]
    net: Mapped[Decimal]
    vat: Mapped[Decimal]
    gross: Mapped[Decimal]
    period_from: Mapped[date]
    period_to: Mapped[date]
    renewal_date: Mapped[date]
    renewal_net: Mapped[Decimal]
    renewal_vat: Mapped[Decimal]
    renewal_gross: Mapped[Decimal]
    cancel_until: Mapped[date]
    expires_at: Mapped[datetime]


class OrderRow(Base):
    """An order with obligation to pay.

    Attributes:
        pk: running number, the source of the number for people.
        id: identifier in the API.
        terms_version: version of the terms of sale in force when it was placed.
        enrolled: whether its fulfilment enrols the licence in automatic renewal.
    """

    __tablename__ = "orders"
    # The last guard of "at most one open order a licence", whatever the code above it does.
    __table_args__ = (
        Index(
            "one_open_order_a_licence",
            "licence_id",
            unique=True,
            sqlite_where=text("state IN ('placed', 'accepted', 'invoiced', 'paid')"),
            postgresql_where=text("state IN ('placed', 'accepted', 'invoiced', 'paid')"),
        ),
        {"sqlite_autoincrement": True},
    )

    pk: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(unique=True)
    customer_id: Mapped[str] = mapped_column(ForeignKey("customers.id"), index=True)
    licence_id: Mapped[str] = mapped_column(ForeignKey("licences.id"), index=True)
    quote_id: Mapped[str] = mapped_column(ForeignKey("quotes.id"))
    state: Mapped[str]
    placed_at: Mapped[datetime]
    nip: Mapped[str]
    invoice_email: Mapped[str]
    first_name: Mapped[str]
    last_name: Mapped[str]
    phone: Mapped[str]
    email: Mapped[str]
    channel: Mapped[str]
    app_version: Mapped[str]
    terms_version: Mapped[str]
    enrolled: Mapped[bool]
    quote: Mapped[QuoteRow] = relationship(lazy="joined", innerjoin=True)
    licence: Mapped[LicenceRow] = relationship(lazy="joined", innerjoin=True)

    @property
    def number(self) -> str:
        """The number for people, e.g. ``ZAM/2026/000001``."""
        return f"ZAM/{self.placed_at:%Y}/{self.pk:06}"


class OrderEvent(Base):
    """When an order reached a state."""

    __tablename__ = "order_events"
    __table_args__ = (UniqueConstraint("order_pk", "state"),)

    pk: Mapped[int] = mapped_column(primary_key=True)
    order_pk: Mapped[int] = mapped_column(ForeignKey("orders.pk"))
    state: Mapped[str]
    at: Mapped[datetime]


class IdempotencyKey(Base):
    """A key, the order it made and the answer it got, kept for ever.

    Attributes:
        fingerprint: digest of the request.
        response: the answer's body, byte for byte.
    """

    __tablename__ = "idempotency_keys"

    customer_id: Mapped[str] = mapped_column(ForeignKey("customers.id"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[str]
    order_id: Mapped[str] = mapped_column(ForeignKey("orders.id"), unique=True)
    response: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
