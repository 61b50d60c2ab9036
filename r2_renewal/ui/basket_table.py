"""The table „Koszyk posiadanych programów": how it looks and is used, and how wide its columns are.

Rules: columns are as wide as their words, anew for each basket, until the user sets a width, which then stays; the last column
takes the room that is left; where none is left, words are put on two lines, and only where that is not enough the table scrolls.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from r2_renewal.ui.basket_model import BasketModel
from r2_renewal.ui.basket_rows import HEADERS, Column
from r2_renewal.ui.days_mark import DaysMark
from r2_renewal.ui.plain_text import widest_column
from r2_renewal.ui.tables import set_up_rows

# Widths are measured by the rows in sight only, however many there are.
_ROWS_IN_SIGHT = 0
# Of its words' width, what a column needs for them on two lines, whichever of them is the longer; and what is around the lines.
_OF_TWO_LINES, _AROUND = 0.7, 6


class BasketTable(QTableView):
    """The owned programs as rows."""

    def __init__(self, model: BasketModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_fitting = self._is_set_by_user = False
        self._widths = [0] * len(Column)
        self.setModel(model)
        set_up_rows(self, "Koszyk posiadanych programów", QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setSortingEnabled(True)
        self.sortByColumn(Column.VALID_UNTIL, Qt.SortOrder.AscendingOrder)
        self.setItemDelegateForColumn(Column.DAYS_LEFT, DaysMark(self))
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self._build_headers(model)
        self.fit()  # to the headings, until there are rows

    def _build_headers(self, model: BasketModel) -> None:
        rows, columns = self.verticalHeader(), self.horizontalHeader()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self._row = rows.defaultSectionSize()
        columns.setDefaultAlignment(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap)
        columns.setResizeContentsPrecision(_ROWS_IN_SIGHT)
        # To draw a heading as selected, Qt looks at every row of its column; here nobody needs that, nor would it be quick.
        columns.setSelectionModel(QItemSelectionModel(model, columns))
        columns.sectionResized.connect(self._on_resized)

    def fit(self) -> None:
        """Give each column the width of its words, unless the user has set one."""
        if self._is_set_by_user:
            return
        header, most = self.horizontalHeader(), widest_column(self)
        self._widths = [
            min(max(self.sizeHintForColumn(column), header.sectionSizeHint(column)), most) for column in Column
        ]
        self._use_room()

    def _use_room(self) -> None:
        header = self.horizontalHeader()
        self._is_fitting = True
        header.setStretchLastSection(False)
        if not self._is_set_by_user:
            least = [
                max(round(width * _OF_TWO_LINES), self._least_heading(at)) for at, width in enumerate(self._widths)
            ]
            widths = narrowed(self._widths, least, self.viewport().width())
            for column, width in enumerate(widths):
                self.setColumnWidth(column, width)
            two_lines = 0 if widths == self._widths else 2 * self.fontMetrics().lineSpacing() + _AROUND
            rows, height = self.verticalHeader(), max(self._row, two_lines)
            if rows.defaultSectionSize() != height:  # Qt would give all the rows the height that they have
                rows.setDefaultSectionSize(height)
            header.setMinimumHeight(two_lines)
        header.setStretchLastSection(header.length() < self.viewport().width())
        self._is_fitting = False

    def _least_heading(self, column: int) -> int:
        """Return what a heading needs that has each of its words on a line."""
        header, words = self.horizontalHeader(), HEADERS[column]
        advance = header.fontMetrics().horizontalAdvance
        around = header.sectionSizeHint(column) - advance(words)
        return around + max(map(advance, words.split()))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Use the room that there is."""
        super().resizeEvent(event)
        self._use_room()

    def _on_resized(self, column: int) -> None:
        # A stretched last column changes with every column and with the window.
        if not self._is_fitting and column != Column.ORDER:
            self._is_set_by_user = True


def narrowed(widths: Sequence[int], least: Sequence[int], room: int) -> list[int]:
    """Return columns' widths, each given up in proportion to what it can spare where they have not the room.

    Args:
        widths: what each column would have.
        least: what each column needs.
        room: what there is for all of them.
    """
    spare = [max(width - need, 0) for width, need in zip(widths, least, strict=True)]
    missing, most = sum(widths) - room, sum(spare)
    if missing <= 0 or most == 0:
        return list(widths)
    part = min(missing / most, 1.0)
    return [width - ceil(one * part) for width, one in zip(widths, spare, strict=True)]
