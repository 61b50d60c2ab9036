"""Changes of customers' invoice e-mails, kept so that the account can show them and put one back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from r2_renewal.reference_shop.tables.base import Base
from r2_renewal.reference_shop.tables.orders import OrderRow


class InvoiceEmailChange(Base):
    """The address on record became another one.

    Attributes:
        old: the address before; empty where there was none.
        new: the address from then on.
        reason: ``order``, ``withdrawal``, ``account`` or ``put_back``.
        login: the account's e-mail of who did it; empty where no account did.
        order_id: the order that was accepted or withdrawn from; null otherwise.
        at: the shop's time.
    """

    __tablename__ = "invoice_email_changes"

    pk: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    customer_id: Mapped[str] = mapped_column(ForeignKey("customers.id"), index=True)
    old: Mapped[str]
    new: Mapped[str]
    reason: Mapped[str]
    login: Mapped[str]
    order_id: Mapped[str | None] = mapped_column(ForeignKey("orders.id"))
    at: Mapped[datetime]
    order: Mapped[OrderRow | None] = relationship()
