"""Automatic renewals: the notices given of them, and what became of each."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from r2_renewal.reference_shop.tables.base import Base
from r2_renewal.reference_shop.tables.mail import MailRow


class RenewalNotice(Base):
    """A customer was told the date and the price of a renewal.

    Attributes:
        renewal_date: the day of the renewal; with the licence it names the period.
        offer_id: what is renewed: a licence enlarged meanwhile needs a notice of its new price.
        mail: the message, with the time at which a mail server took it.
    """

    __tablename__ = "renewal_notices"
    __table_args__ = (UniqueConstraint("licence_id", "renewal_date", "offer_id"),)

    pk: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    customer_id: Mapped[str] = mapped_column(ForeignKey("customers.id"))
    licence_id: Mapped[str] = mapped_column(ForeignKey("licences.id"))
    renewal_date: Mapped[date]
    offer_id: Mapped[str]
    net: Mapped[Decimal]
    made_at: Mapped[datetime]
    mail_pk: Mapped[int] = mapped_column(ForeignKey("outgoing_mail.pk"))
    mail: Mapped[MailRow] = relationship(lazy="joined", innerjoin=True)


class RenewalRow(Base):
    """What became of the renewal of a licence on a day; there is one such row for a licence and a period, for ever.

    Attributes:
        order_id: the order made; null where it was refused.
        refused: why no order was made; null where one was.
    """

    __tablename__ = "renewals"
    __table_args__ = (UniqueConstraint("licence_id", "renewal_date"),)

    pk: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    customer_id: Mapped[str] = mapped_column(ForeignKey("customers.id"))
    licence_id: Mapped[str] = mapped_column(ForeignKey("licences.id"))
    renewal_date: Mapped[date]
    decided_at: Mapped[datetime]
    order_id: Mapped[str | None] = mapped_column(ForeignKey("orders.id"), unique=True)
    refused: Mapped[str | None]
