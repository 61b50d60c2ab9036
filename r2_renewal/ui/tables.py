"""What the module's tables have in common: whole rows, by mouse and keyboard, with nothing to type in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from r2_renewal.domain.collation import sort_key
from r2_renewal.ui.plain_text import widest_column

# What the cells of a column are sorted by, a value a record, where their words would be sorted wrongly: dates and amounts.
SortValues = Mapping[int, Sequence[Any]]
BY_WORDS: SortValues = MappingProxyType({})
_NO_COLUMN = -1


def set_up_rows(table: QTableView, name: str, mode: QAbstractItemView.SelectionMode) -> None:
    """Let a table be used row by row; Tab leaves it.

    Args:
        table: the table, with its model.
        name: its accessible name.
        mode: how many rows may be selected.
    """
    table.setAccessibleName(name)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setSelectionMode(mode)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setTabKeyNavigation(False)
    table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    table.verticalHeader().hide()


def set_up_records(table: QTableView, name: str) -> None:
    """Let a table be read record by record: a line each, the columns as wide as their words."""
    set_up_rows(table, name, QAbstractItemView.SelectionMode.SingleSelection)
    table.setWordWrap(False)
    header = table.horizontalHeader()
    header.setHighlightSections(False)
    header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    header.setMaximumSectionSize(widest_column(table))


class HeadingSort(QObject):
    """Sorting by a column's heading: once upwards, once downwards, and then as the records came.

    Signals:
        changed: the records are to stand otherwise.
    """

    changed = Signal()

    def __init__(self, table: QTableView) -> None:
        super().__init__(table)
        self._header = header = table.horizontalHeader()
        header.setSectionsClickable(True)
        header.setSortIndicator(_NO_COLUMN, Qt.SortOrder.AscendingOrder)
        header.setSortIndicatorClearable(True)
        header.sortIndicatorChanged.connect(self._on_changed)

    def _on_changed(self, column: int, _order: Qt.SortOrder) -> None:
        # Shown from the first use on: its room in every heading would widen a table that nobody sorts.
        self._header.setSortIndicatorShown(column != _NO_COLUMN)
        self.changed.emit()

    def numbers(self, rows: Sequence[Sequence[str]], values: SortValues = BY_WORDS) -> list[int]:
        """Return the numbers of records as they are to stand; those alike stay as they came.

        Args:
            rows: the records' words, column by column.
            values: what columns are sorted by instead of their words.
        """
        column, numbers = self._header.sortIndicatorSection(), list(range(len(rows)))
        if not 0 <= column < self._header.count():
            return numbers
        by = values.get(column) or [sort_key(row[column]) for row in rows]
        is_falling = self._header.sortIndicatorOrder() is Qt.SortOrder.DescendingOrder
        return sorted(numbers, key=by.__getitem__, reverse=is_falling)
