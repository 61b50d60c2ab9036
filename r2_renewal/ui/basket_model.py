"""The basket of owned programs as a table of rows: searched, narrowed to a month and sorted in Polish order, all in one pass.

Rule: nothing is done cell by cell for rows that nobody looks at; ten thousand programs are a list to be sorted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Any, NamedTuple

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from r2_renewal.domain.basket import BasketEntry
from r2_renewal.domain.collation import search_key
from r2_renewal.domain.dates import days_left
from r2_renewal.domain.year_ahead import Span, slot_of
from r2_renewal.ui.basket_rows import HEADERS, SORT_KEYS, BasketRow, Column, cell_words, mark_of

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
        self._usage = Usage()
        self._of_product = Counter[str]()
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
        self.replace(
            [BasketRow(entry, fates.get(entry.program.licence_id, ""), today) for entry in entries], today, fates
        )

    def replace(self, rows: list[BasketRow], today: date, fates: Mapping[str, str]) -> None:
        """Show rows made before in place of all; arguments as with ``show``."""
        self._rows, self._today, self._fates = rows, today, fates
        self._of_product = Counter(row.entry.program.product for row in rows)
        self._sort()

    def add(self, rows: Sequence[BasketRow]) -> None:
        """Show rows beside those that are there."""
        self._rows.extend(rows)  # in order but for the new ones, which costs next to nothing to sort
        self._of_product.update(row.entry.program.product for row in rows)
        self._sort()

    def tell_usage(self, usage: Usage) -> None:
        """Show how much of its limits the host's program uses."""
        self._usage = usage

    @property
    def ends(self) -> list[date]:
        """Last days of all programs, whether shown or not."""
        return [row.entry.program.valid_until for row in self._rows]

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
        column, order = self._sorting
        key: Callable[[BasketRow], Any] = SORT_KEYS[column]
        self._rows.sort(key=key, reverse=order is Qt.SortOrder.DescendingOrder)
        self._arrange()

    def _arrange(self) -> None:
        self.beginResetModel()
        self._shown = [row for row in self._rows if self._is_shown(row)]
        self.endResetModel()

    def _is_shown(self, row: BasketRow) -> bool:
        if self._slot is not None and slot_of(row.entry.program.valid_until, self._today) != self._slot:
            return False
        return row.matches(self._parts)

    def entry_at(self, row: int) -> BasketEntry:
        """Return the program in a row."""
        return self._shown[row].entry

    def rows_of(self, licence_ids: set[str]) -> list[int]:
        """Return the rows of some licences that are shown, in order."""
        return [number for number, row in enumerate(self._shown) if row.entry.program.licence_id in licence_ids]

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
        entry, column = self._shown[index.row()].entry, Column(index.column())
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return self._words(entry, column)
        if role == MARK_ROLE and column is Column.DAYS_LEFT:
            return mark_of(days_left(self._today, entry.program.valid_until))
        return entry if role == ENTRY_ROLE else None

    def _words(self, entry: BasketEntry, column: Column) -> str:
        self.cells_judged += 1
        program = entry.program
        # Which of several the host's own one is nobody can tell.
        is_hosts = program.product == self._usage.product and self._of_product[program.product] == 1
        used = self._usage.used if is_hosts else {}
        return cell_words(entry, column, self._today, self._fates.get(program.licence_id, ""), used)
