"""What the list of orders says of an order. No Qt here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from r2_renewal.domain.dates import long_date, sentence_moment, short_date, warsaw_date
from r2_renewal.domain.money import show_money
from r2_renewal.domain.order import Order, OrderLine
from r2_renewal.domain.order_list import WithdrawalReceipt, withdrawal_until
from r2_renewal.domain.plurals import PROGRAM, counted
from r2_renewal.ui.order_wizard.receipt_text import state_text

HEADERS = ("Numer", "Złożone", "Stan", "Programy", "Razem brutto")


def order_cells(order: Order) -> tuple[str, ...]:
    """Return an order's row: number, date, state, programs, gross."""
    first = order.lines[0].program if order.lines else ""
    others = len(order.lines) - 1
    programs = f"{first} i {counted(others, PROGRAM)}" if others > 0 else first
    placed = short_date(warsaw_date(order.placed_at))
    return (order.number, placed, state_text(order.state), programs, show_money(order.price.gross))


def order_sort_values(orders: Sequence[Order]) -> dict[int, list[Any]]:
    """Return what dates and amounts of orders' rows are sorted by, by the column."""
    return {1: [order.placed_at for order in orders], 4: [order.price.gross.amount for order in orders]}


def order_details(order: Order) -> str:
    """Return all of an order: when, what line by line, its price, where the confirmation went."""
    is_over = order.state.is_called_off
    return "\n".join(
        (
            f"Zamówienie nr {order.number} z {sentence_moment(order.placed_at)}. Stan: {state_text(order.state)}.",
            *(_line_text(line, is_over) for line in order.lines),
            f"Netto {show_money(order.price.net)}, VAT {show_money(order.price.vat)}, "
            f"brutto {show_money(order.price.gross)}.",
            f"Potwierdzenie wysłano na {order.email}.",
        )
    )


def _line_text(line: OrderLine, is_over: bool) -> str:
    period = f"okres {short_date(line.period_from)}–{short_date(line.period_to)}"
    renewal = f", odnowienie {short_date(line.renewal_date)}" if line.renewal_date and not is_over else ""
    return f"• {line.description}: {show_money(line.net)} netto, {period}{renewal}"


def withdrawal_text(order: Order, contact: str) -> str:
    """Return what a consumer may do about an order, until when and how (consumer rights act 27; Directive 2023/2673)."""
    by_mail = f" albo wyślij oświadczenie na {contact} przed upływem terminu" if contact else ""
    return (
        "Prowadzisz jednoosobową działalność, a ta umowa nie ma dla Ciebie charakteru zawodowego? Możesz od niej odstąpić bez "
        f"podania przyczyny w ciągu 14 dni od jej zawarcia, do {long_date(withdrawal_until(order))} Wybierz „Odstąp od umowy "
        f"tutaj”{by_mail}. Płatność zwrócimy w ciągu 14 dni od otrzymania oświadczenia."
    )


def cancel_question(order: Order) -> str:
    """Return what cancelling means."""
    return f"Zamówienie nr {order.number} zostanie anulowane: nie zrealizujemy go i nic nie zapłacisz."


def receipt_text(receipt: WithdrawalReceipt) -> str:
    """Return the receipt of a withdrawal: content, date and time, as the law wants it."""
    return "\n".join(
        (
            f"Otrzymaliśmy oświadczenie o odstąpieniu od umowy {sentence_moment(receipt.received_at, seconds=True)}.",
            f"Treść oświadczenia: {receipt.content}",
            f"Składający: {receipt.name}",
            f"Zamówienie nr {receipt.order_number}",
            f"Numer potwierdzenia: {receipt.receipt_id}",
            f"To potwierdzenie wyślemy też na {receipt.email}.",
        )
    )
