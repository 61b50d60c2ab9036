"""The line „Szukaj": Esc empties it, the arrow down goes to what was found."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

LETTERS = 26


class SearchLine(QLineEdit):
    """A line to search by."""

    def __init__(self, found: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._found = found
        self.setAccessibleName("Szukaj")
        self.setPlaceholderText("program, edycja, data…")
        self.setClearButtonEnabled(True)
        self.setMinimumWidth(self.fontMetrics().horizontalAdvance("n" * LETTERS))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Take Esc while there is something to empty, and the arrow down."""
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        elif event.key() == Qt.Key.Key_Down:
            self._found.setFocus()
        else:
            super().keyPressEvent(event)
