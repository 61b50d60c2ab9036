"""The address for invoices on record: what changes it, who is told, and how it is put back.

Rules: an order changes it when the shop accepts that order, never before, and not at all where it is cancelled or refused; an
address that was saved in the account since the order was placed is the later wish and stays; a withdrawal puts the old address
back where the order's still stands. Every change is kept with who made it and when, and both addresses get a letter: a licence
file alone places orders, so that the customer must be able to see what one has changed.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from r2_renewal.contract.accounts import InvoiceEmailChangeBody
from r2_renewal.reference_shop import attempts
from r2_renewal.reference_shop.callers import Caller
from r2_renewal.reference_shop.mail.letters import tell_of_new_invoice_email, tell_of_old_invoice_email
from r2_renewal.reference_shop.orders import AUTOMATIC
from r2_renewal.reference_shop.settings import ShopSettings
from r2_renewal.reference_shop.shop import Shop
from r2_renewal.reference_shop.tables import Customer, InvoiceEmailChange, OrderRow

ORDER, WITHDRAWAL, ACCOUNT, PUT_BACK = "order", "withdrawal", "account", "put_back"


def accept(session: Session, settings: ShopSettings, order: OrderRow) -> None:
    """Take over the address of an order that the shop has just accepted."""
    if order.channel == AUTOMATIC or order.invoice_email == order.customer.invoice_email:
        return
    last = latest(session, order.customer_id)
    if last is not None and last.login and last.at > order.placed_at:
        return
    _change(session, settings, order.customer, order.invoice_email, ORDER, order=order)


def withdraw(session: Session, settings: ShopSettings, order: OrderRow) -> None:
    """Put back the address that an order had changed, unless it was changed again since."""
    last = latest(session, order.customer_id)
    if last is not None and (last.reason, last.order_id) == (ORDER, order.id) and last.old:
        _change(session, settings, order.customer, last.old, WITHDRAWAL, order=order)


def save(session: Session, settings: ShopSettings, caller: Caller, email: str) -> None:
    """Keep an address that was saved in the account.

    Raises:
        Refusal: TOO_MANY, where it is changed too often.
    """
    customer = session.get_one(Customer, caller.customer_id)
    if email != customer.invoice_email:
        _count(session, settings, caller)
        _change(session, settings, customer, email, ACCOUNT, login=caller.login)


def put_back(shop: Shop, caller: Caller, change: str) -> str | None:
    """Put back the address before a change, the latest one, as it was shown in the account.

    Args:
        shop: the shop.
        caller: who does it, logged in.
        change: the number of the change that was shown.

    Returns:
        the address now on record; None where another change came between, or there is nothing to put back.

    Raises:
        Refusal: TOO_MANY, as ``save``.
    """
    with shop.database.writing(caller.customer_id) as session:
        last = latest(session, caller.customer_id)
        if last is None or str(last.pk) != change or not can_be_put_back(last):
            return None
        _count(session, shop.settings, caller)
        customer = session.get_one(Customer, caller.customer_id)
        _change(session, shop.settings, customer, last.old, PUT_BACK, login=caller.login)
        return last.old


def _count(session: Session, settings: ShopSettings, caller: Caller) -> None:
    # Each change is two letters.
    attempts.count_in(session, settings.limits.address_change_of_customer, caller.customer_id, settings.now())


@dataclass(frozen=True, slots=True)
class ShownChange:
    """A change as the account shows it. Attributes: number: its own; email: what can be put back, empty where nothing can."""

    number: str
    body: InvoiceEmailChangeBody
    email: str


def shown(session: Session, customer_id: str) -> ShownChange | None:
    """Return the latest change of a customer's address as the account shows it; None where it never changed."""
    last = latest(session, customer_id)
    body = change_body(last)
    if last is None or body is None:
        return None
    return ShownChange(str(last.pk), body, last.old if can_be_put_back(last) else "")


def can_be_put_back(change: InvoiceEmailChange) -> bool:
    """Whether the address before a change can be put back."""
    return bool(change.old) and change.reason in (ORDER, ACCOUNT)


def latest(session: Session, customer_id: str) -> InvoiceEmailChange | None:
    """Return the latest change of a customer's address; None where it never changed."""
    query = select(InvoiceEmailChange).where(InvoiceEmailChange.customer_id == customer_id)
    return session.scalar(query.order_by(InvoiceEmailChange.pk.desc()).limit(1))


def change_body(change: InvoiceEmailChange | None) -> InvoiceEmailChangeBody | None:
    """Return a change as it goes over the wire."""
    if change is None:
        return None
    return InvoiceEmailChangeBody(
        changed_at=change.at,
        previous=change.old,
        reason=change.reason,
        login=change.login,
        order_number=change.order.number if change.order is not None else None,
    )


def _change(
    session: Session,
    settings: ShopSettings,
    customer: Customer,
    email: str,
    reason: str,
    *,
    login: str = "",
    order: OrderRow | None = None,
) -> None:
    made = InvoiceEmailChange(
        customer_id=customer.id, old=customer.invoice_email, new=email, reason=reason, login=login, at=settings.now()
    )
    made.order = order
    customer.invoice_email = email
    session.add(made)
    session.flush()
    if made.old:
        tell_of_old_invoice_email(session, settings, customer, made)
        tell_of_new_invoice_email(session, settings, customer, made)
