"""A row of the basket: its words, cell by cell, and what it is sorted and found by.

Rule: words are made when a cell is looked at; what sorting and searching need is made once, when the program arrives, a page of
programs at a time, so that ten thousand of them never stop the host.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from enum import IntEnum, StrEnum
from functools import lru_cache
from operator import attrgetter
from typing import Any

import msgspec

from r2_renewal.domain.basket import BasketEntry
from r2_renewal.domain.collation import search_key, sort_key
from r2_renewal.domain.dates import PERPETUAL, days_left, end_text, short_date
from r2_renewal.domain.licence import REMINDER_WINDOW_DAYS
from r2_renewal.domain.money import show_money
from r2_renewal.domain.plurals import DAY, counted
from r2_renewal.domain.program import OwnedProgram
from r2_renewal.ui.limits_text import LIMIT_NAMES, limits_text, used_text
from r2_renewal.ui.order_wizard.receipt_text import state_text


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


_MOST = 1 << 24


class Mark(StrEnum):
    """What the mark beside the days left says, in a shape: its words stand beside it."""

    NONE = ""
    SOON = "soon"
    ENDED = "ended"


class BasketRow(msgspec.Struct, frozen=True, gc=False):
    """A program in the table: what it is sorted and found by, and the program itself put small.

    Nothing of it is an object that Python's garbage collector walks: ten thousand of those would make the host's own collections
    longer than a frame.

    Attributes:
        licence_id: its licence.
        product: its product code.
        name: what its name is sorted by.
        edition: what its edition is sorted by.
        limits: what its limits are sorted by.
        end: its last day, as an ordinal; the calendar's last one for one that never ends.
        renewal: the day of its automatic renewal, as an ordinal; 0 for none.
        order: what its order is sorted by.
        found_by: everything that it is found by.
        content: the program, encoded.
    """

    licence_id: str
    product: str
    name: str
    edition: str
    limits: int
    end: int
    renewal: int
    order: str
    found_by: str
    content: bytes

    @property
    def entry(self) -> BasketEntry:
        """The program."""
        return msgspec.json.decode(self.content, type=BasketEntry)


def row_of(entry: BasketEntry, fate: str, today: date) -> BasketRow:
    """Return the row of a program.

    Args:
        entry: the program.
        fate: what is known here of an order without a receipt.
        today: the calendar day in Warsaw to judge by.
    """
    program, order = entry.program, order_text(entry, fate)
    of_program = f"{program.name} {program.edition} {_limits_words(tuple(program.limits.items()))}"
    words = (of_program, end_text(program.valid_until), left_text(program, today), auto_renewal_text(entry), order)
    return BasketRow(
        licence_id=program.licence_id,
        product=program.product,
        name=sort_key(program.name),
        edition=_edition_key(program.edition),
        limits=_limits_rank(entry),
        end=program.last_day.toordinal(),
        renewal=_renewal_ordinal(entry),
        order=order,
        found_by=search_key(" ".join(words)),
        content=msgspec.json.encode(entry),
    )


@lru_cache(maxsize=256)
def _limits_words(limits: tuple[tuple[str, int], ...]) -> str:
    return limits_text(dict(limits))


@lru_cache(maxsize=256)
def _edition_key(edition: str) -> str:
    return sort_key(edition)


def _limits_rank(entry: BasketEntry) -> int:
    """Return a number to sort limits by: what is limited, then how far; the unlimited last."""
    for rank, name in enumerate(LIMIT_NAMES):
        limit = entry.program.limits.get(name)
        if limit is not None:
            return rank * _MOST + min(limit, _MOST - 1)
    return len(LIMIT_NAMES) * _MOST


def _renewal_ordinal(entry: BasketEntry) -> int:
    if not entry.auto_renewal:
        return 0
    return entry.renewal_date.toordinal() if entry.renewal_date else 1


# Numbers and short words, of which thousands are sorted in a few milliseconds; those alike stay in the order of their names.
SORT_KEYS: Mapping[Column, Callable[[BasketRow], Any]] = {
    Column.PROGRAM: attrgetter("name"),
    Column.EDITION: attrgetter("edition"),
    Column.LIMITS: attrgetter("limits"),
    Column.VALID_UNTIL: attrgetter("end"),
    Column.DAYS_LEFT: attrgetter("end"),
    Column.AUTO_RENEWAL: attrgetter("renewal"),
    Column.ORDER: attrgetter("order"),
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
            return end_text(program.valid_until)
        case Column.DAYS_LEFT:
            return left_text(program, today)
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
    # What never ends has nothing to be ordered, and was withdrawn by nobody.
    return "–" if entry.on_sale or entry.program.is_perpetual else "wycofany ze sprzedaży"


def left_text(program: OwnedProgram, today: date) -> str:
    """Return the days left of a program in words, or „bezterminowo"."""
    return PERPETUAL if program.is_perpetual else days_left_text(days_left(today, program.last_day))


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
