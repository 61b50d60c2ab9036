"""Logins of customers' accounts and open sessions."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from r2_renewal.reference_shop.tables.base import Base


class User(Base):
    """A login of a customer's account. Attributes: password_hash: argon2id, with its salt and cost."""

    __tablename__ = "users"

    email: Mapped[str] = mapped_column(primary_key=True)
    customer_id: Mapped[str] = mapped_column(ForeignKey("customers.id"))
    password_hash: Mapped[str]


class SessionRow(Base):
    """An open session. Attributes: token_hash: SHA-256 of the bearer token; the token itself is stored nowhere."""

    __tablename__ = "sessions"

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    customer_id: Mapped[str] = mapped_column(ForeignKey("customers.id"))
    scope: Mapped[str]
    expires_at: Mapped[datetime]
