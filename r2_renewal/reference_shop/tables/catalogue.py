"""Owned programs and the price list."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from r2_renewal.reference_shop.tables.base import Base
from r2_renewal.reference_shop.tables.customers import Customer


class LicenceRow(Base):
    """An owned program with its limits.

    Attributes:
        valid_until: last day of the subscription.
        seq: counter of issued licences, never falling.
        certificate: the signed file of that ``seq``.
    """

    __tablename__ = "licences"
    __table_args__ = (Index("ix_licences_customer_id_name_id", "customer_id", "name", "id"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    customer_id: Mapped[str] = mapped_column(ForeignKey("customers.id"))
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


class PriceList(Base):
    """A price list: in force from its first day to the last one, or until the next list begins."""

    __tablename__ = "price_lists"

    id: Mapped[str] = mapped_column(primary_key=True)
    valid_from: Mapped[date] = mapped_column(unique=True)
    valid_to: Mapped[date | None]


class PriceItem(Base):
    """A line of a price list: 12 months of a product up to a limit.

    Attributes:
        id: the same on every list, since offers are named by it.
        net: net price in PLN.
        vat_rate: e.g. 0.23.
    """

    __tablename__ = "price_items"
    __table_args__ = (UniqueConstraint("list_id", "product", "limit_name", "limit_value"),)

    list_id: Mapped[str] = mapped_column(ForeignKey("price_lists.id"), primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    product: Mapped[str]
    limit_name: Mapped[str]
    limit_value: Mapped[int]
    net: Mapped[Decimal]
    vat_rate: Mapped[Decimal]
