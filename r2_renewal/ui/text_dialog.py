"""A text to read in a window of its own: terms of sale and the like; selectable, scrollable, closed by Esc."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from r2_renewal.ui.plain_text import PlainTextView


class TextDialog(QDialog):
    """One titled plain text with „Zamknij"."""

    def __init__(self, title: str, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        view = PlainTextView(title, self)
        view.setPlainText(text)
        buttons = QDialogButtonBox(self)
        close = buttons.addButton("Zamknij", QDialogButtonBox.ButtonRole.RejectRole)
        close.setAccessibleName("Zamknij")
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(view)
        column.addWidget(buttons)
        self.resize(560, 480)
