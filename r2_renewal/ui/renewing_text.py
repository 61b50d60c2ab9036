"""The one quiet line on programs that renew by themselves: who is enrolled gets no reminder, but may look here."""

from __future__ import annotations

from datetime import date

from r2_renewal.domain.basket import BasketEntry
from r2_renewal.domain.dates import days_left, short_date
from r2_renewal.domain.licence import REMINDER_WINDOW_DAYS

_NOTHING_TO_DO = "Nie musisz nic zamawiać."


def renewing_text(entries: tuple[BasketEntry, ...], today: date) -> str:
    """Return the line on enrolled programs whose subscription ends within the reminder's window, or an empty text."""
    days = sorted((_day(entry), entry.program.name) for entry in entries if _is_near(entry, today))
    if not days:
        return ""
    day, name = days[0]
    if len(days) == 1:
        return f"Abonament {name} odnowi się automatycznie {short_date(day)}. {_NOTHING_TO_DO}"
    return f"Abonamenty, które odnowią się automatycznie: {len(days)}, najbliższe {short_date(day)}. {_NOTHING_TO_DO}"


def _is_near(entry: BasketEntry, today: date) -> bool:
    return entry.auto_renewal and 0 <= days_left(today, entry.program.last_day) <= REMINDER_WINDOW_DAYS


def _day(entry: BasketEntry) -> date:
    return entry.renewal_date or entry.program.last_day
