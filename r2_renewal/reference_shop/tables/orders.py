"""Quotes, orders, the states they reach and the keys that made them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from r2_renewal.domain.order import OrderState
from r2_renewal.reference_shop.tables.base import Base
from r2_renewal.reference_shop.tables.catalogue import LicenceRow
from r2_renewal.reference_shop.tables.customers import Customer, RecipientRow


class QuoteLineRow(Base):
    """A line of a quote: one program, priced; never changed once made.

    Attributes:
        position: from 1.
        licence_seq: the licence's counter when it was priced.
    """

    __tablename__ = "quote_lines"

    quote_id: Mapped[str] = mapped_column(ForeignKey("quotes.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    licence_id: Mapped[str] = mapped_column(ForeignKey("licences.id"))
    program: Mapped[str]
    licence_seq: Mapped[int]
    offer_id: Mapped[str]
    kind: Mapped[str]
    description: Mapped[str]
    limits: Mapped[dict[str, int]]
    net: Mapped[Decimal]
    vat_rate: Mapped[Decimal]
    period_from: Mapped[date]
    period_to: Mapped[date]
    renewal_date: Mapped[date]
    renewal_net: Mapped[Decimal]
    renewal_vat: Mapped[Decimal]
    renewal_gross: Mapped[Decimal]
    cancel_until: Mapped[date]


class QuoteRow(Base):
    """A quoted price and its lines; never changed once made."""

    __tablename__ = "quotes"

    id: Mapped[str] = mapped_column(primary_key=True)
    customer_id: Mapped[str] = mapped_column(ForeignKey("customers.id"), index=True)
    net: Mapped[Decimal]
    vat: Mapped[Decimal]
    gross: Mapped[Decimal]
    expires_at: Mapped[datetime]
    lines: Mapped[list[QuoteLineRow]] = relationship(lazy="selectin", order_by=QuoteLineRow.position)


class OrderLineRow(Base):
    """A program of an order.

    Attributes:
        position: of the quote's line that it orders.
        enrolled: whether its fulfilment enrols the licence in automatic renewal.
        is_open: whether the order is on its way; follows the order's state.
        sold: the quote's line.
    """

    __tablename__ = "order_lines"
    __table_args__ = (
        ForeignKeyConstraint(["quote_id", "position"], ["quote_lines.quote_id", "quote_lines.position"]),
        # The last guard of "at most one open order a licence", whatever the code above it does.
        Index(
            "one_open_order_a_licence",
            "licence_id",
            unique=True,
            sqlite_where=text("is_open"),
            postgresql_where=text("is_open"),
        ),
    )

    order_pk: Mapped[int] = mapped_column(ForeignKey("orders.pk"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    quote_id: Mapped[str]
    licence_id: Mapped[str] = mapped_column(ForeignKey("licences.id"), index=True)
    enrolled: Mapped[bool]
    is_open: Mapped[bool]
    sold: Mapped[QuoteLineRow] = relationship(lazy="joined", innerjoin=True)
    licence: Mapped[LicenceRow] = relationship()


class OrderRow(Base):
    """An order with obligation to pay.

    Attributes:
        pk: running number, the source of the number for people.
        id: identifier in the API.
        early_start: the customer asked to begin before the withdrawal's 14 days were over.
        buyer_kind: a ``BuyerKind``, as the customer declared.
        terms_version: version of the terms of sale in force when it was placed.
        recipient_id: who gets what is ordered, beside the customer; null for nobody else.
        lines: the programs ordered.
    """

    __tablename__ = "orders"
    __table_args__ = (Index("ix_orders_customer_id_pk", "customer_id", "pk"), {"sqlite_autoincrement": True})

    pk: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(unique=True)
    customer_id: Mapped[str] = mapped_column(ForeignKey("customers.id"))
    quote_id: Mapped[str] = mapped_column(ForeignKey("quotes.id"))
    state: Mapped[str] = mapped_column(index=True)
    placed_at: Mapped[datetime]
    nip: Mapped[str]
    invoice_email: Mapped[str]
    first_name: Mapped[str]
    last_name: Mapped[str]
    phone: Mapped[str]
    email: Mapped[str]
    channel: Mapped[str]
    app_version: Mapped[str]
    early_start: Mapped[bool]
    buyer_kind: Mapped[str]
    terms_version: Mapped[str]
    recipient_id: Mapped[str | None] = mapped_column(ForeignKey("recipients.id"))
    customer: Mapped[Customer] = relationship()
    recipient: Mapped[RecipientRow | None] = relationship(lazy="selectin")  # no query where no order has one
    quote: Mapped[QuoteRow] = relationship(lazy="joined", innerjoin=True)
    lines: Mapped[list[OrderLineRow]] = relationship(lazy="selectin", order_by=OrderLineRow.position)

    @property
    def number(self) -> str:
        """The number for people, e.g. ``ZAM/2026/000001``."""
        return f"ZAM/{self.placed_at:%Y}/{self.pk:06}"

    @validates("state")
    def _tell_lines(self, _name: str, state: str) -> str:
        for line in self.lines:
            line.is_open = not OrderState(state).is_final
        return state


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
