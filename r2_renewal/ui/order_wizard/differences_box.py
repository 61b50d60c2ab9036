"""Where the vendor's record and the licence on this computer name different companies: both, side by side."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QGridLayout, QGroupBox, QWidget

from r2_renewal.domain.company import Difference
from r2_renewal.ui.plain_text import Heading, PlainLabel

NOTE = "Faktura będzie na dane sprzedawcy. Jeśli są nieaktualne, zgłoś to przed zamówieniem."
_HEADS = ("", "U sprzedawcy", "W tym programie")


class DifferencesBox(QGroupBox):
    """The differences; hidden while there are none."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__("W licencji tego programu jest inaczej", parent)
        self._grid = QGridLayout(self)
        self._grid.setColumnStretch(1, 1)
        self._grid.setColumnStretch(2, 1)
        self._shown: tuple[Difference, ...] = ()
        self.hide()

    def show_differences(self, found: Sequence[Difference]) -> None:
        """Show what differs."""
        if tuple(found) != self._shown:
            self._shown = tuple(found)
            self._fill()
        self.setVisible(bool(found))

    def _fill(self) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for column, text in enumerate(_HEADS):
            self._grid.addWidget(Heading(text, self), 0, column)
        for row, difference in enumerate(self._shown, 1):
            self._add_row(row, difference)
        self._grid.addWidget(PlainLabel(NOTE, self), len(self._shown) + 1, 0, 1, len(_HEADS))

    def _add_row(self, row: int, difference: Difference) -> None:
        self._grid.addWidget(PlainLabel(difference.what, self), row, 0)
        for column, text in enumerate((difference.on_record, difference.here), 1):
            label = PlainLabel(text, self)
            # Read alone, a value must say what it is and whose.
            label.setAccessibleName(f"{difference.what}, {_HEADS[column].lower()}: {text}")
            self._grid.addWidget(label, row, column)
