"""Which programs of the basket are selected: from above, and kept while the table is filled anew."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QObject, Signal
from PySide6.QtWidgets import QTableView

from r2_renewal.domain.basket import BasketEntry
from r2_renewal.ui.basket_model import BasketModel


class BasketSelection(QObject):
    """The selection of the basket's table.

    Signals:
        changed: other rows, or none, are selected.
    """

    changed = Signal()

    def __init__(self, table: QTableView, model: BasketModel) -> None:
        super().__init__(table)
        self._table, self._model = table, model
        self._kept: set[str] = set()
        self._scrolled = 0
        table.selectionModel().selectionChanged.connect(lambda *_: self.changed.emit())
        model.modelAboutToBeReset.connect(self._remember)
        model.modelReset.connect(self._restore)

    def each(self) -> Iterator[BasketEntry]:
        """Yield the selected programs from above: of ten thousand nobody need look at all."""
        for first, last in self._ranges():
            for row in range(first, last + 1):
                yield self._model.entry_at(row)

    @property
    def count(self) -> int:
        """How many programs are selected."""
        return sum(last - first + 1 for first, last in self._ranges())

    def select(self, licence_id: str) -> bool:
        """Select a program, or where it is not there the first one; return whether it is there."""
        rows = self._model.rows_of({licence_id})
        self._table.selectRow(rows[0] if rows else 0)
        return bool(rows)

    def _ranges(self) -> list[tuple[int, int]]:
        selection = self._table.selectionModel().selection()
        parts = (selection.at(number) for number in range(selection.size()))
        return sorted((part.top(), part.bottom()) for part in parts)

    def _remember(self) -> None:
        self._kept = {one for first, last in self._ranges() for one in self._model.licences_in(first, last)}
        self._scrolled = self._table.verticalScrollBar().value()

    def _restore(self) -> None:
        rows = self._model.rows_of(self._kept) if self._kept else []
        if rows:
            flags = QItemSelectionModel.SelectionFlag
            selection = self._table.selectionModel()
            selection.setCurrentIndex(self._model.index(rows[0], 0), flags.NoUpdate)
            selection.select(_together(self._model, rows), flags.ClearAndSelect | flags.Rows)
        self._table.verticalScrollBar().setValue(self._scrolled)
        self.changed.emit()


def _together(model: BasketModel, rows: list[int]) -> QItemSelection:
    """Return rows as a selection, neighbours together."""
    selection, last = QItemSelection(), model.columnCount() - 1
    begin = before = rows[0]
    for row in (*rows[1:], -1):
        if row != before + 1:
            selection.select(model.index(begin, 0), model.index(before, last))
            begin = row
        before = row
    return selection
