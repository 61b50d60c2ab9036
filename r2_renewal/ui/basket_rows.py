"""A row of the basket: its words, cell by cell, and what it is sorted and found by.

Rule: words are made when a cell is looked at; what sorting and searching need is made once, when the program arrives, a page of
programs at a time, so that ten thousand of them never stop the host.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from enum import IntEnum, StrEnum
from functools import lru_cache

from r2_renewal.domain.basket import BasketEntry
from r2_renewal.domain.collation import search_key, sort_key
from r2_renewal.domain.dates import days_left, short_date
from r2_renewal.domain.licence import REMINDER_WINDOW_DAYS
from r2_renewal.domain.money import show_money
from r2_renewal.domain.plurals import DAY, counted
from r2_renewal.ui.limits_text import limits_text, used_text
from r2_renewal.ui.order_wizard.confirmation_page import state_text


class Column(IntEnum):
    """Columns of the basket."""

    PROGRAM = 0
    EDITION = 1
    LIMITS = 2
    VALID_UNTIL = 3
    DAYS_LEFT = 4
    AUTO_RENEWAL = 5
    ORDER = 6


HEADERS = ("Program", "Edycja", "Limity", "Abonament do", "Pozostało", "Automatyczne odnowienie", "Zamówienie")


class Mark(StrEnum):
    """What the mark beside the days left says, in a shape: its words stand beside it."""

    NONE = ""
    SOON = "soon"
    ENDED = "ended"


class BasketRow:
    """A program in the table.

    Attributes:
        entry: the program.
        end_key: what its last day is sorted by, then its name.
        name_key: what its name is sorted by.
        found_by: everything that it is found by.
    """

    __slots__ = ("end_key", "entry", "found_by", "name_key")

    def __init__(self, entry: BasketEntry, fate: str, today: date) -> None:
        program = entry.program
        self.entry = entry
        self.name_key = sort_key(program.name)
        self.end_key = f"{program.valid_until.toordinal():07}{self.name_key}"
        words = (
            _of_program(program.name, program.edition, tuple(program.limits.items())),
            short_date(program.valid_until),
        )
        left = days_left_text(days_left(today, program.valid_until))
        self.found_by = search_key(" ".join((*words, left, auto_renewal_text(entry), order_text(entry, fate))))

    def matches(self, parts: tuple[str, ...]) -> bool:
        """Return whether every part of a search, as ``search_key`` gives it, is found."""
        found_by = self.found_by
        return all(part in found_by for part in parts)


@lru_cache(maxsize=256)
def _limits_words(limits: tuple[tuple[str, int], ...]) -> str:
    return limits_text(dict(limits))


def _of_program(name: str, edition: str, limits: tuple[tuple[str, int], ...]) -> str:
    return f"{name} {edition} {_limits_words(limits)}"


@lru_cache(maxsize=256)
def _edition_key(edition: str) -> str:
    return sort_key(edition)


def _renewal_ordinal(entry: BasketEntry) -> int:
    if not entry.auto_renewal:
        return 0
    return entry.renewal_date.toordinal() if entry.renewal_date else 1


SORT_KEYS: Mapping[Column, Callable[[BasketRow], object]] = {
    Column.PROGRAM: lambda row: row.name_key,
    Column.EDITION: lambda row: (_edition_key(row.entry.program.edition), row.name_key),
    Column.LIMITS: lambda row: (tuple(row.entry.program.limits.items()), row.name_key),
    Column.VALID_UNTIL: lambda row: row.end_key,
    Column.DAYS_LEFT: lambda row: row.end_key,
    Column.AUTO_RENEWAL: lambda row: (_renewal_ordinal(row.entry), row.name_key),
    Column.ORDER: lambda row: (order_text(row.entry), row.name_key),
}


def cell_words(entry: BasketEntry, column: Column, today: date, fate: str, used: Mapping[str, int]) -> str:
    """Return the words of a cell.

    Args:
        entry: the row's program.
        column: which cell.
        today: the calendar day in Warsaw to judge by.
        fate: what is known here of an order without a receipt.
        used: how much of each limit is used, as far as anybody knows.
    """
    program = entry.program
    match column:
        case Column.PROGRAM:
            return program.name
        case Column.EDITION:
            return program.edition
        case Column.LIMITS:
            return used_text(program.limits, used)
        case Column.VALID_UNTIL:
            return short_date(program.valid_until)
        case Column.DAYS_LEFT:
            return days_left_text(days_left(today, program.valid_until))
        case Column.AUTO_RENEWAL:
            return auto_renewal_text(entry)
        case Column.ORDER:
            return order_text(entry, fate)


def auto_renewal_text(entry: BasketEntry) -> str:
    """Return „tak" with the day and the price where they are known, or „nie"."""
    if not entry.auto_renewal:
        return "nie"
    day = f"tak, {short_date(entry.renewal_date)}" if entry.renewal_date else "tak"
    return f"{day} za {show_money(entry.renewal_price.gross)} brutto" if entry.renewal_price else day


def order_text(entry: BasketEntry, fate: str = "") -> str:
    """Return the state of the order on its way, the fate of one without a receipt, or that there can be none any more."""
    if entry.open_order is not None:
        return state_text(entry.open_order.state)
    if fate:
        return fate
    return "–" if entry.on_sale else "wycofany ze sprzedaży"


def days_left_text(left: int) -> str:
    """Return days left in words."""
    match left:
        case 0:
            return "kończy się dzisiaj"
        case 1:
            return "kończy się jutro"
        case -1:
            return "wygasł wczoraj"
        case _ if left < 0:
            return f"wygasł {counted(-left, DAY)} temu"
        case _:
            return counted(left, DAY)


def mark_of(left: int) -> Mark:
    """Return the mark for days left."""
    if left < 0:
        return Mark.ENDED
    return Mark.SOON if left <= REMINDER_WINDOW_DAYS else Mark.NONE
