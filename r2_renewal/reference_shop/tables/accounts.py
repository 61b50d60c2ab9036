"""Logins of customers' accounts, open sessions, ways to a new password, and counted attempts."""

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
    """An open session.

    Attributes:
        token_hash: SHA-256 of the bearer token; the token itself is stored nowhere.
        login: the login's e-mail; null where a licence file opened the session.
        opened_at: when it was opened; null where the first release opened it.
        opened_with: browser and system, or our program; empty where nobody can tell, null for a licence file's.
        opened_from: the neighbourhood of the address; likewise.
    """

    __tablename__ = "sessions"

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    customer_id: Mapped[str] = mapped_column(ForeignKey("customers.id"))
    scope: Mapped[str]
    expires_at: Mapped[datetime]
    login: Mapped[str | None]
    opened_at: Mapped[datetime | None]
    opened_with: Mapped[str | None]
    opened_from: Mapped[str | None]


class PasswordReset(Base):
    """A way to a new password, gone once it is used. Attributes: token_hash: SHA-256 of the token in the letter."""

    __tablename__ = "password_resets"

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    customer_id: Mapped[str] = mapped_column(ForeignKey("customers.id"))
    login: Mapped[str] = mapped_column(ForeignKey("users.email"), index=True)
    expires_at: Mapped[datetime]


class Attempts(Base):
    """How often something was tried, for one account or from one address, since the count began.

    Attributes:
        kind: what was tried, and whether it is counted by account or by address.
        subject: SHA-256 of the account's login or of the address.
    """

    __tablename__ = "attempts"

    kind: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    since: Mapped[datetime] = mapped_column(index=True)
    count: Mapped[int]
