"""An order: what the customer confirmed, and what the shop answered.

Rule: a confirmed order has a key of its own from the moment of confirmation; the same key is the same order for ever.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from r2_renewal.domain.consent import GivenConsent
from r2_renewal.domain.money import Money, Price
from r2_renewal.domain.offer import Quote, ServiceKind


class OrderState(StrEnum):
    """The shop's state of an order; a value unknown to this version is read as PENDING."""

    PLACED = "placed"
    ACCEPTED = "accepted"
    INVOICED = "invoiced"
    PAID = "paid"
    FULFILLED = "fulfilled"
    CANCELLED = "cancelled"
    WITHDRAWN = "withdrawn"
    PENDING = "pending"

    @property
    def is_final(self) -> bool:
        """Whether nothing more is to be waited for."""
        return self in (OrderState.FULFILLED, OrderState.CANCELLED, OrderState.WITHDRAWN)

    @property
    def is_called_off(self) -> bool:
        """Whether it will not be carried out: nothing of it is to be paid, and nothing renews by it."""
        return self in (OrderState.CANCELLED, OrderState.WITHDRAWN)


class BuyerKind(StrEnum):
    """Who orders, as far as they said; UNDECLARED is protected as a consumer is (k.c. 385⁵, u.p.k. 7aa)."""

    COMPANY = "company"
    SOLE_PROFESSIONAL = "sole_professional"
    SOLE_NONPROFESSIONAL = "sole_nonprofessional"
    UNDECLARED = "undeclared"


@dataclass(frozen=True, slots=True)
class Orderer:
    """The ordering person.

    Attributes:
        first_name: given name.
        last_name: family name.
        phone: as typed in the form; E.164 in an order, an extension as ``;ext=12``.
        email: as typed in the form; normalized in an order.
    """

    first_name: str = ""
    last_name: str = ""
    phone: str = ""
    email: str = ""

    @property
    def as_typed(self) -> Orderer:
        """The same person as a form shows them: the extension of a stored telephone as people write it."""
        return replace(self, phone=self.phone.replace(";ext=", " wew. "))


@dataclass(frozen=True, slots=True)
class ConfirmedOrder:
    """What the customer confirmed with „Zamówienie z obowiązkiem zapłaty".

    Attributes:
        key: idempotency key of this confirmation.
        quote: the price and period shown.
        nip: the confirmed NIP, 10 digits.
        invoice_email: where invoices and renewal notices go.
        orderer: the ordering person.
        consents: consents to automatic renewal by licence; one may be missing only where the shop does not require it.
        early_start: the customer asks to begin before the withdrawal's 14 days are over.
        is_professional: the customer declares that the contract is of professional character.
        recipient_id: whom the invoice names beside the customer; empty for nobody.
    """

    key: str
    quote: Quote
    nip: str
    invoice_email: str
    orderer: Orderer
    consents: Mapping[str, GivenConsent]
    early_start: bool = False
    is_professional: bool = False
    recipient_id: str = ""


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One program of an order.

    Attributes:
        licence_id: the program's licence.
        program: the program's name.
        kind: subscription or extension.
        description: what was sold.
        net: its net price.
        period_from: first day of the paid period.
        period_to: last day of it.
        renewal_date: next automatic renewal; None where not enrolled.
        cancel_until: last day on which it can be cancelled free.
    """

    licence_id: str
    program: str
    kind: ServiceKind
    description: str
    net: Money
    period_from: date
    period_to: date
    renewal_date: date | None = None
    cancel_until: date | None = None


@dataclass(frozen=True, slots=True)
class Transfer:
    """How an order is paid.

    Attributes:
        recipient: name of the account's holder.
        account: Polish account number, 26 digits.
        title: what the transfer is for.
        amount: what to pay.
        qr: rows of the code that a bank's application reads, of ``1`` (dark) and ``0``; empty where there is none.
    """

    recipient: str
    account: str
    title: str
    amount: Money
    qr: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Order:
    """An order as the shop has it; what the receipt is made from.

    Attributes:
        order_id: the shop's identifier.
        number: number for people.
        state: where it stands.
        placed_at: the shop's time of receipt, aware.
        lines: what was sold, program by program; at least one.
        price: net, VAT, gross of all lines together.
        email: where the confirmation goes.
        transfer: how to pay; None where nothing is to be paid any more, or the shop did not tell.
        recipient: name of whom the invoice names beside the customer; empty for nobody.
    """

    order_id: str
    number: str
    state: OrderState
    placed_at: datetime
    lines: tuple[OrderLine, ...]
    price: Price
    email: str
    transfer: Transfer | None = None
    recipient: str = ""

    @property
    def licence_ids(self) -> tuple[str, ...]:
        """The programs that it is for, in the order of the lines."""
        return tuple(line.licence_id for line in self.lines)

    def line_of(self, licence_id: str) -> OrderLine | None:
        """Return the line of one program; None where the order is not for it."""
        return next((line for line in self.lines if line.licence_id == licence_id), None)
