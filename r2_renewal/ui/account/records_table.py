"""A table of records to read: words in rows, one row selected, the keyboard enough."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QTableView, QWidget

from r2_renewal.ui.plain_text import tool_tip
from r2_renewal.ui.tables import BY_WORDS, HeadingSort, SortValues, set_up_records

Index = QModelIndex | QPersistentModelIndex
Row = Sequence[str]


class _Records(QAbstractTableModel):
    def __init__(self, headers: Row, amounts: Collection[int], parent: QWidget) -> None:
        super().__init__(parent)
        self._headers, self._amounts = headers, amounts
        self._rows: tuple[Row, ...] = ()

    def show(self, rows: Sequence[Row]) -> None:
        self.beginResetModel()
        self._rows = tuple(rows)
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:  # noqa: N802 - Qt's name
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index | None = None) -> int:  # noqa: N802 - Qt's name
        return 0 if parent is not None and parent.isValid() else len(self._headers)

    def headerData(  # noqa: N802 - Qt's name
        self, section: int, orientation: Qt.Orientation, role: int = int(Qt.ItemDataRole.DisplayRole)
    ) -> Any:
        if role == Qt.ItemDataRole.DisplayRole and orientation is Qt.Orientation.Horizontal:
            return self._headers[section]
        return None

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() in self._amounts:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if not index.isValid() or role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return None
        words = self._rows[index.row()][index.column()]
        return words if role == Qt.ItemDataRole.DisplayRole else tool_tip(words)


class RecordsTable(QTableView):
    """Records as rows of words.

    Signals:
        selected: another row, or none, is selected.
    """

    selected = Signal()

    def __init__(self, name: str, headers: Row, parent: QWidget | None = None, amounts: Collection[int] = ()) -> None:
        """Make an empty table.

        Args:
            name: its accessible name.
            headers: the columns' headings.
            parent: the window.
            amounts: columns of amounts, which stand at the right.
        """
        super().__init__(parent)
        self._records = _Records(headers, amounts, self)
        self.setModel(self._records)
        set_up_records(self, name)
        self._rows: tuple[Row, ...] = ()
        self._values = BY_WORDS
        self._numbers: list[int] = []
        self._sort = HeadingSort(self)
        self._sort.changed.connect(lambda: self._show(self.row))
        self.selectionModel().selectionChanged.connect(lambda *_: self.selected.emit())

    def show_rows(self, rows: Sequence[Row], values: SortValues = BY_WORDS) -> None:
        """Show these records; the selected record's number stays selected, at first the newest.

        Args:
            rows: their words, column by column.
            values: what columns are sorted by instead of their words.
        """
        number = max(self.row, 0)
        self._rows, self._values = tuple(rows), values
        self._show(min(number, len(rows) - 1))
        self._fit()

    def _show(self, number: int) -> None:
        self._numbers = self._sort.numbers(self._rows, self._values)
        self._records.show([self._rows[one] for one in self._numbers])
        if number >= 0:
            self.selectRow(self._numbers.index(number))
        else:
            self.selected.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Use the room that there is."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Let the last column take what is left; where nothing is left, scroll rather than cut it."""
        header = self.horizontalHeader()
        header.setStretchLastSection(False)
        header.setStretchLastSection(header.length() < self.viewport().width())

    @property
    def row(self) -> int:
        """Number of the selected record, wherever it stands; -1 for none."""
        rows = self.selectionModel().selectedRows()
        return self._numbers[rows[0].row()] if rows else -1
