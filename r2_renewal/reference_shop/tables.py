"""The shop's tables.

Rules: every row of a customer carries the customer's identifier, and every query is bound to it; an order's numbers are its
quote's, which never change; an idempotency key is unique for ever; consents are append-only, held by triggers.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import DDL, JSON, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, event, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from r2_renewal.reference_shop.columns import Decimals, Moment


class Base(DeclarativeBase):
    """Base of every table."""

    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it from the class
        str: String(300),
        datetime: Moment(),
        Decimal: Decimals(),
        dict[str, int]: JSON(),
        list[str]: JSON(),
    }


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


class User(Base):
    """A login of a customer's account. Attributes: password_hash: argon2id, with its salt and cost."""

    __tablename__ = "users"

    email: Mapped[str] = mapped_column(primary_key=True)
    customer_id: Mapped[str] = mapped_column(ForeignKey("customers.id"))
    password_hash: Mapped[str]


class LicenceRow(Base):
    """An owned program with its limits.

    Attributes:
        valid_until: last day of the subscription.
        seq: counter of issued licences, never falling.
        certificate: the signed file of that ``seq``.
    """

    __tablename__ = "licences"

    id: Mapped[str] = mapped_column(primary_key=True)
    customer_id: Mapped[str] = mapped_column(ForeignKey("customers.id"), index=True)
    program_id: Mapped[str]
    product: Mapped[str]
    name: Mapped[str]
    edition: Mapped[str]
    valid_until: Mapped[date]
    seq: Mapped[int]
    limits: Mapped[dict[str, int]]
    services: Mapped[list[str]]
    auto_renewal: Mapped[bool] = mapped_column(default=False)
    renewal_date: Mapped[date | None]
    certificate: Mapped[str] = mapped_column(Text, default="")
    customer: Mapped[Customer] = relationship()


class PriceItem(Base):
    """A line of the price list: 12 months of a product up to a limit. Attributes: net: net price in PLN."""

    __tablename__ = "price_items"
    __table_args__ = (UniqueConstraint("product", "limit_name", "limit_value"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    product: Mapped[str]
    limit_name: Mapped[str]
    limit_value: Mapped[int]
    net: Mapped[Decimal]


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


class ConsentRow(Base):
    """Evidence of a consent to automatic renewal (RODO 7(1); burden of proof on the seller).

    Attributes:
        id: identifier of the record.
        full_text: the exact text consented to.
        unticked_default: the box was empty until the customer ticked it (CJEU C-673/17).
        accepted_at: the shop's time.
        price_net: net price of the renewal as shown in the text; ``price_gross`` likewise.
        receipt_id: identifier of the receipt given for it.
        revoked_at: when it was withdrawn; with ``revoked_channel`` the only columns that may change, once.
    """

    __tablename__ = "consents"

    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    text_version: Mapped[str]
    full_text: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str]
    locale: Mapped[str]
    unticked_default: Mapped[bool]
    accepted_at: Mapped[datetime]
    channel: Mapped[str]
    customer_id: Mapped[str] = mapped_column(ForeignKey("customers.id"), index=True)
    order_id: Mapped[str] = mapped_column(ForeignKey("orders.id"))
    licence_id: Mapped[str] = mapped_column(ForeignKey("licences.id"))
    nip: Mapped[str]
    person: Mapped[str]
    email: Mapped[str]
    price_net: Mapped[Decimal]
    price_gross: Mapped[Decimal]
    renewal_date: Mapped[date]
    cancel_until: Mapped[date]
    app_version: Mapped[str]
    receipt_id: Mapped[str] = mapped_column(unique=True)
    revoked_at: Mapped[datetime | None]
    revoked_channel: Mapped[str | None]


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


class SessionRow(Base):
    """An open session. Attributes: token_hash: SHA-256 of the bearer token; the token itself is stored nowhere."""

    __tablename__ = "sessions"

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    customer_id: Mapped[str] = mapped_column(ForeignKey("customers.id"))
    scope: Mapped[str]
    expires_at: Mapped[datetime]


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


def _guards() -> tuple[str, ...]:
    kept = (c.name for c in ConsentRow.__mapper__.columns if c.name not in ("revoked_at", "revoked_channel"))
    refuse = "BEGIN SELECT RAISE(ABORT, 'consents are append-only'); END"
    return (
        f"CREATE TRIGGER consents_no_delete BEFORE DELETE ON consents {refuse}",
        f"CREATE TRIGGER consents_no_update BEFORE UPDATE OF {', '.join(kept)} ON consents {refuse}",
        "CREATE TRIGGER consents_revoked_once BEFORE UPDATE OF revoked_at, revoked_channel ON consents "
        f"WHEN OLD.revoked_at IS NOT NULL {refuse}",
    )


for _guard in _guards():
    _trigger = DDL(_guard).execute_if(dialect="sqlite")  # type: ignore[no-untyped-call]
    event.listen(ConsentRow.__table__, "after_create", _trigger)
