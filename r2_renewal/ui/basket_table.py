"""The table „Koszyk posiadanych programów": how it looks and is used, and how wide its columns are.

Rules: columns are as wide as their words, anew for each basket, until the user sets a width, which then stays; the last column
takes the room that is left, and where none is left the table scrolls rather than cut it.
"""

from __future__ import annotations

from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from r2_renewal.ui.basket_model import BasketModel
from r2_renewal.ui.basket_rows import Column
from r2_renewal.ui.days_mark import DaysMark
from r2_renewal.ui.plain_text import widest_column

# Widths are measured by the rows in sight only, however many there are.
_ROWS_IN_SIGHT = 0


class BasketTable(QTableView):
    """The owned programs as rows."""

    def __init__(self, model: BasketModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_fitting = self._is_set_by_user = False
        self.setModel(model)
        self.setAccessibleName("Koszyk posiadanych programów")
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setSortingEnabled(True)
        self.sortByColumn(Column.VALID_UNTIL, Qt.SortOrder.AscendingOrder)
        self.setItemDelegateForColumn(Column.DAYS_LEFT, DaysMark(self))
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self._build_headers(model)
        self.fit()  # to the headings, until there are rows

    def _build_headers(self, model: BasketModel) -> None:
        rows, columns = self.verticalHeader(), self.horizontalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        columns.setResizeContentsPrecision(_ROWS_IN_SIGHT)
        # To draw a heading as selected, Qt looks at every row of its column; here nobody needs that, nor would it be quick.
        columns.setSelectionModel(QItemSelectionModel(model, columns))
        columns.sectionResized.connect(self._on_resized)

    def fit(self) -> None:
        """Give each column the width of its words, unless the user has set one."""
        if self._is_set_by_user:
            return
        self._is_fitting = True
        self.horizontalHeader().setStretchLastSection(False)
        self.resizeColumnsToContents()
        for column in Column:
            self.setColumnWidth(column, min(self.columnWidth(column), widest_column(self)))
        self._stretch()
        self._is_fitting = False

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Use the room that there is."""
        super().resizeEvent(event)
        before, self._is_fitting = self._is_fitting, True
        self._stretch()
        self._is_fitting = before

    def _stretch(self) -> None:
        header = self.horizontalHeader()
        header.setStretchLastSection(False)
        header.setStretchLastSection(header.length() < self.viewport().width())

    def _on_resized(self, column: int) -> None:
        # A stretched last column changes with every column and with the window.
        if not self._is_fitting and column != Column.ORDER:
            self._is_set_by_user = True
