"""The basket on the screen: the table „Koszyk posiadanych programów" with its search."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QLabel, QLineEdit, QTableView, QVBoxLayout, QWidget

from r2_renewal.domain.basket import BasketEntry
from r2_renewal.ui.basket_model import ENTRY_ROLE, NO_FATES, BasketModel, BasketOrder, Column
from r2_renewal.ui.plain_text import PlainLabel
from r2_renewal.ui.renewing_text import renewing_text


class BasketView(QWidget):
    """The table of owned programs.

    Attributes:
        search: the line „Szukaj", for the window to place.

    Signals:
        selected: another row, or none, is selected.
        chosen: a row was double-clicked, or Enter pressed on it.
    """

    selected = Signal()
    chosen = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = BasketModel(self)
        self._rows = BasketOrder(self)
        self._rows.setSourceModel(self._model)
        self.search = QLineEdit(self)
        self.search.setAccessibleName("Szukaj")
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._rows.setFilterFixedString)
        self._renewing = PlainLabel(parent=self)
        self._renewing.hide()
        self._build_table()

    def _build_table(self) -> None:
        self._table = table = QTableView(self)
        table.setModel(self._rows)
        table.setAccessibleName("Koszyk posiadanych programów")
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setTabKeyNavigation(False)
        table.setSortingEnabled(True)
        table.sortByColumn(Column.VALID_UNTIL, Qt.SortOrder.AscendingOrder)
        table.verticalHeader().hide()
        table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        table.horizontalHeader().setStretchLastSection(True)
        title = QLabel("Koszyk posiadanych programów", self)
        title.setBuddy(table)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(title)
        column.addWidget(table, 1)
        column.addWidget(self._renewing)
        table.activated.connect(lambda _: self.chosen.emit())
        table.selectionModel().selectionChanged.connect(lambda *_: self.selected.emit())

    def show_basket(self, entries: tuple[BasketEntry, ...], today: date, fates: Mapping[str, str] = NO_FATES) -> None:
        """Show these programs as of a calendar day in Warsaw, with the fates of orders; the selected one stays selected."""
        kept = self.entry()
        self._model.show(entries, today, fates)
        self._renewing.setText(renewing_text(entries, today))
        self._renewing.setVisible(bool(self._renewing.text()))
        if kept is not None:
            self.select(kept.program.licence_id)

    def entry(self) -> BasketEntry | None:
        """Return the selected program."""
        rows = self._table.selectionModel().selectedRows()
        return self._entry_at(rows[0].row()) if rows else None

    def select(self, licence_id: str) -> bool:
        """Select a program, or where it is not there the first one; return whether it is there."""
        rows = range(self._rows.rowCount())
        row = next((row for row in rows if self._entry_at(row).program.licence_id == licence_id), -1)
        self._table.selectRow(max(row, 0))
        return row >= 0

    def _entry_at(self, row: int) -> BasketEntry:
        entry: BasketEntry = self._rows.index(row, 0).data(ENTRY_ROLE)
        return entry
