"""Somebody else's change beside one's own: as it was, as it is, as the user wants it; nothing is overwritten unseen."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QGroupBox, QHBoxLayout, QVBoxLayout, QWidget

from r2_renewal.domain.account_form import Difference
from r2_renewal.ui.account.words import difference_rows
from r2_renewal.ui.button import Button
from r2_renewal.ui.plain_text import Heading, PlainLabel

NAME = "Zmieniono w innym miejscu"
HEADERS = ("Co", "Było", "Jest teraz", "Twoja zmiana")


class ConflictBox(QGroupBox):
    """What changed while the form was open.

    Signals:
        dropped: the user takes the present data and drops the own change.
    """

    dropped = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(NAME, parent)
        self.setAccessibleName(NAME)
        self._drop = Button("Przyjmij aktualne dane", self)
        self._drop.clicked.connect(self.dropped.emit)
        self._hint = PlainLabel("Aby zapisać swoją zmianę mimo to, wybierz „Zmień dane firmy”.", self)
        self._table = QWidget(self)
        column = QVBoxLayout(self)
        column.addWidget(self._table)
        row = QHBoxLayout()
        row.addWidget(self._hint, 1)
        row.addWidget(self._drop)
        column.addLayout(row)
        self.hide()

    def show_differences(self, differences: Sequence[Difference], *, is_still_changed: bool) -> None:
        """Show them; with none there is nothing to see.

        Args:
            differences: what changed elsewhere.
            is_still_changed: whether anything of the user's own change is left to save.
        """
        column = self.layout()
        table = QWidget(self)
        grid = QGridLayout(table)
        grid.setContentsMargins(0, 0, 0, 0)
        for row, cells in enumerate([HEADERS, *difference_rows(differences)]):
            for number, cell in enumerate(cells):
                label = Heading(cell, table) if row == 0 else PlainLabel(cell, table)
                grid.addWidget(label, row, number, Qt.AlignmentFlag.AlignTop)
                grid.setColumnStretch(number, 1)
        if column is not None:
            column.replaceWidget(self._table, table)
        self._table.deleteLater()
        self._table = table
        self._hint.setVisible(is_still_changed)
        self._drop.setVisible(is_still_changed)
        self.setVisible(bool(differences))
