"""Orders as a customer looks back on them: what of them may still be undone.

Rules: an order is cancelled while the shop has not accepted it; a customer may withdraw within 14 days (``withdrawal_right``),
the last one to its end. The shop has the last word on both.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from r2_renewal.domain.dates import warsaw_date
from r2_renewal.domain.order import Order, OrderState
from r2_renewal.domain.withdrawal_right import last_day


def may_be_cancelled(order: Order) -> bool:
    """Return whether the shop has not accepted an order yet."""
    return order.state is OrderState.PLACED


def withdrawal_until(order: Order) -> date:
    """Return the last day on which the customer may withdraw from the contract."""
    return last_day(warsaw_date(order.placed_at))


def may_be_withdrawn_from(order: Order, today: date) -> bool:
    """Return whether a withdrawal is in time on a calendar day in Warsaw."""
    return not order.state.is_called_off and today <= withdrawal_until(order)


@dataclass(frozen=True, slots=True)
class WithdrawalReceipt:
    """The shop's receipt of a withdrawal (Directive 2023/2673, art. 11a).

    Attributes:
        receipt_id: its identifier.
        order_number: the order's number for people.
        name: who declared it.
        email: where it goes by mail.
        content: the declaration, word for word.
        received_at: the shop's date and time, aware.
    """

    receipt_id: str
    order_number: str
    name: str
    email: str
    content: str
    received_at: datetime
