"""What the order form says of programs, periods and prices, program by program."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date

from r2_renewal.domain.basket import BasketEntry
from r2_renewal.domain.dates import long_date, short_date
from r2_renewal.domain.draft import Draft
from r2_renewal.domain.money import show_money
from r2_renewal.domain.offer import QuoteLine, ServiceKind
from r2_renewal.domain.order_days import paid_days, saved_days
from r2_renewal.domain.order_flow import OrderFlow
from r2_renewal.domain.plurals import DAY, DAY_GENITIVE, counted
from r2_renewal.domain.program import OwnedProgram
from r2_renewal.ui.limits_text import limits_text


def program_names(entries: Iterable[BasketEntry]) -> dict[str, str]:
    """Return the name of each program by its licence; names that would be the same are told apart by the licence."""
    names = {entry.program.licence_id: f"{entry.program.name} {entry.program.edition}".strip() for entry in entries}
    seen = Counter(names.values())
    return {one: name if seen[name] == 1 else f"{name}, licencja {one}" for one, name in names.items()}


def other_programs(draft: Draft, flow: OrderFlow) -> str:
    """Return the programs of a draft in brackets, where they are others than the form was opened for; else an empty text."""
    if set(draft.licence_ids) == set(flow.licence_ids):
        return ""
    known = {entry.program.licence_id: entry for entry in flow.storefront.basket}
    mine = [known[licence_id] for licence_id in draft.licence_ids if licence_id in known]
    return f" ({', '.join(program_names(mine).values())})"


def owned_text(program: OwnedProgram) -> str:
    """Return „Abonament do 22 grudnia 2026 r., do 50 pracowników.", or „Abonament bezterminowy, …"."""
    until = "bezterminowy" if program.is_perpetual else f"do {long_date(program.last_day)}"
    return f"Abonament {until}, {limits_text(program.limits)}."


def period_text(line: QuoteLine) -> str:
    """Return „23 grudnia 2026 r. – 22 grudnia 2027 r."."""
    return f"{long_date(line.period_from)} – {long_date(line.period_to)}"


def days_text(program: OwnedProgram, line: QuoteLine, today: date) -> str:
    """Return what the customer asks about the period: that no day is lost, or how many are paid for; else an empty text."""
    if line.kind is ServiceKind.EXTENSION:
        return f"Cena za {counted(paid_days(line), DAY)}, do końca obecnego abonamentu."
    saved = saved_days(program, line, today)
    return f"Nie tracisz {counted(saved, DAY_GENITIVE)}: nowy okres zaczyna się po obecnym." if saved else ""


def line_text(line: QuoteLine) -> str:
    """Return an item with its price and period in one line."""
    dates = f"{short_date(line.period_from)}–{short_date(line.period_to)}"
    return f"{line.description}: {show_money(line.net)} netto, okres {dates}"


def renewal_text(line: QuoteLine) -> str:
    """Return when and at what price a program renews by itself, and how to stop that."""
    price = show_money(line.renewal_price.gross)
    return (
        f"{short_date(line.renewal_date)} na kolejne 12 miesięcy po cenie z cennika z tego dnia (dziś {price} brutto). "
        f"Zrezygnujesz bezpłatnie do {short_date(line.cancel_until)} w Pomoc → eSklep, w panelu lub e-mailem."
    )
