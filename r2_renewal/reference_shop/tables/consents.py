"""Consents to automatic renewal: append-only, held by triggers that the first migration makes."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from r2_renewal.reference_shop.tables.base import Base


class ConsentRow(Base):
    """Evidence of a consent to automatic renewal (RODO 7(1); burden of proof on the seller).

    Attributes:
        id: identifier of the record.
        full_text: the exact text consented to.
        unticked_default: the box was empty until the customer ticked it (CJEU C-673/17).
        accepted_at: the shop's time.
        order_id: the order that it came with; null where it was given in the account.
        person: who gave it: the ordering person, or in the account its login.
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
    order_id: Mapped[str | None] = mapped_column(ForeignKey("orders.id"))
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
