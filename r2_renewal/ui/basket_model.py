"""The basket of owned programs as a table of rows: searched, narrowed to a month and sorted in Polish order, all in one pass.

Rule: nothing is done cell by cell for rows that nobody looks at; ten thousand programs are a list to be sorted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Any, NamedTuple

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from r2_renewal.domain.basket import BasketEntry
from r2_renewal.domain.collation import search_key
from r2_renewal.domain.year_ahead import Span, ends_in
from r2_renewal.ui.basket_rows import HEADERS, SORT_KEYS, BasketRow, Column, cell_words, mark_of, row_of
from r2_renewal.ui.plain_text import tool_tip

Index = QModelIndex | QPersistentModelIndex
ENTRY_ROLE = int(Qt.ItemDataRole.UserRole)
MARK_ROLE = ENTRY_ROLE + 1
NO_FATES: Mapping[str, str] = MappingProxyType({})


class Usage(NamedTuple):
    """How much of its limits the host's own program uses.

    Attributes:
        product: the host's product code.
        used: by limit, e.g. ``{"employees": 37}``.
    """

    product: str = ""
    used: Mapping[str, int] = MappingProxyType({})


NO_USAGE = Usage()


class BasketModel(QAbstractTableModel):
    """Rows of the basket, judged for one calendar day.

    Attributes:
        cells_judged: how many cells anybody has asked the words of.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.cells_judged = 0
        self._rows: list[BasketRow] = []
        self._shown: list[BasketRow] = []
        self._today = date.min
        self._fates: Mapping[str, str] = NO_FATES
        self._usage = NO_USAGE
        self._ordered: list[BasketRow] = []
        self._gone: tuple[list[BasketRow], list[BasketRow]] = ([], [])
        self._hosts = 0
        self._parts: tuple[str, ...] = ()
        self._slot: tuple[Span, date] | None = None
        self._sorting = (Column.VALID_UNTIL, Qt.SortOrder.AscendingOrder)

    # What is in it

    def show(self, entries: Iterable[BasketEntry], today: date, fates: Mapping[str, str] = NO_FATES) -> None:
        """Show these programs in place of those before.

        Args:
            entries: the owned programs.
            today: the calendar day in Warsaw to judge by.
            fates: what is known here of orders without a receipt, in words by licence.
        """
        self.replace([row_of(entry, fates.get(entry.program.licence_id, ""), today) for entry in entries], today, fates)

    def replace(self, rows: list[BasketRow], today: date, fates: Mapping[str, str]) -> None:
        """Show rows made before in place of all; arguments as with ``show``."""
        self._gone = (self._rows, self._ordered)
        self._rows, self._today, self._fates = rows, today, fates
        self._sort()

    def clear_away(self) -> None:
        """Let the rows that were replaced go: of thousands that takes its time, which nobody need wait for."""
        self._gone = ([], [])

    def add(self, rows: Sequence[BasketRow]) -> None:
        """Show rows beside those that are there."""
        self._rows.extend(rows)  # in order but for the new ones, which costs next to nothing to sort
        self._sort()

    def tell_usage(self, usage: Usage) -> None:
        """Show how much of its limits the host's program uses."""
        self._usage = usage
        self._arrange()

    @property
    def rows(self) -> Sequence[BasketRow]:
        """All programs, whether shown or not."""
        return self._rows

    @property
    def total(self) -> int:
        """How many programs there are, whether shown or not."""
        return len(self._rows)

    # What of it is shown, and in which order

    def search(self, text: str) -> None:
        """Show only what every word of a text is found in, with or without Polish letters."""
        self._parts = tuple(search_key(text).split())
        self._arrange()

    def narrow(self, slot: tuple[Span, date] | None) -> None:
        """Show only what ends in a slot of the year's picture; None for all."""
        self._slot = slot
        self._arrange()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column: names as a Polish reader does, dates as dates, limits as numbers."""
        self._sorting = (Column(column), order)
        self._sort()

    def _sort(self) -> None:
        self._rows.sort(key=SORT_KEYS[Column.PROGRAM])
        column, order = self._sorting
        descending = order is Qt.SortOrder.DescendingOrder
        if column is Column.PROGRAM:
            self._ordered = self._rows[:: -1 if descending else 1]
        else:
            self._ordered = sorted(self._rows, key=SORT_KEYS[column], reverse=descending)
        self._arrange()

    def _arrange(self) -> None:
        shown = self._ordered
        if self._slot is not None:
            ends = ends_in(self._slot, self._today)
            shown = [row for row in shown if row.end in ends]
        for part in self._parts:
            shown = [row for row in shown if part in row.found_by]
        self.beginResetModel()
        self._shown = shown
        self._hosts = sum(row.product == self._usage.product for row in self._rows) if self._usage.used else 0
        self.endResetModel()

    def entry_at(self, row: int) -> BasketEntry:
        """Return the program in a row."""
        return self._shown[row].entry

    def entries_of(self, licence_ids: set[str]) -> tuple[BasketEntry, ...]:
        """Return the programs of some licences, whether shown or not."""
        return tuple(row.entry for row in self._rows if row.licence_id in licence_ids)

    def licences_in(self, first: int, last: int) -> list[str]:
        """Return the licences of the rows from one to another."""
        return [row.licence_id for row in self._shown[first : last + 1]]

    def rows_of(self, licence_ids: set[str]) -> list[int]:
        """Return the rows of some licences that are shown, in order."""
        return [number for number, row in enumerate(self._shown) if row.licence_id in licence_ids]

    # The table

    def rowCount(self, parent: Index | None = None) -> int:  # noqa: N802 - Qt's name
        """Return the number of programs shown."""
        return 0 if parent is not None and parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index | None = None) -> int:  # noqa: N802 - Qt's name
        """Return the number of columns."""
        return 0 if parent is not None and parent.isValid() else len(Column)

    def headerData(  # noqa: N802 - Qt's name
        self, section: int, orientation: Qt.Orientation, role: int = int(Qt.ItemDataRole.DisplayRole)
    ) -> Any:
        """Return a column's heading."""
        if role == Qt.ItemDataRole.DisplayRole and orientation is Qt.Orientation.Horizontal:
            return HEADERS[section]
        return None

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        """Return a cell: its words, its mark, or its row's entry."""
        if not index.isValid():
            return None
        row, column = self._shown[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self._words(row, Column(column))
        if role == Qt.ItemDataRole.ToolTipRole:
            return tool_tip(self._words(row, Column(column)))
        if role == MARK_ROLE and column == Column.DAYS_LEFT:
            return mark_of(row.end - self._today.toordinal())
        return row.entry if role == ENTRY_ROLE else None

    def _words(self, row: BasketRow, column: Column) -> str:
        self.cells_judged += 1
        # Which of several the host's own one is nobody can tell.
        used = self._usage.used if self._hosts == 1 and row.product == self._usage.product else {}
        return cell_words(row.entry, column, self._today, self._fates.get(row.licence_id, ""), used)
