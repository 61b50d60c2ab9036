"""A line to fill in: label with buddy, the line itself, and what is wrong with it in words right under it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QLabel, QLineEdit, QVBoxLayout, QWidget

from r2_renewal.ui.plain_text import PlainLabel, ProblemLabel


class Field(QWidget):
    """A labelled line edit with its message.

    Attributes:
        edit: the line edit; its accessible name is the label's text.
        label: the label, whose buddy the line is.

    Signals:
        typed: the text changed by the user.
        left: the user left the line.
    """

    typed = Signal(str)
    left = Signal()

    def __init__(self, name: str, parent: QWidget | None = None, hint: str = "") -> None:
        super().__init__(parent)
        self.label = QLabel(name, self)
        self.edit = QLineEdit(self)
        self.edit.setAccessibleName(name)
        self.label.setBuddy(self.edit)
        self._is_shown = False
        self._problem = ProblemLabel(self)
        self._hint = PlainLabel(hint, self)
        self._build()
        # Not textEdited: a text set through the accessibility interface (dictation, Braille) is the user's as well.
        self.edit.textChanged.connect(self._on_changed)
        self.edit.editingFinished.connect(self.left)

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(column.spacing() // 2)  # closer to its own label and words than to the next field
        column.addWidget(self.label)
        column.addWidget(self.edit)
        column.addWidget(self._problem)
        column.addWidget(self._hint)
        self.show_problem("")

    def _on_changed(self, text: str) -> None:
        if not self._is_shown:
            self.show_problem("")
            self.typed.emit(text)

    @property
    def problem(self) -> str:
        """What is wrong with the line, in words; empty where nothing is."""
        return self._problem.problem

    def show_problem(self, text: str) -> None:
        """Show what is wrong in place of the hint, or with an empty text that nothing is."""
        self._problem.show_problem(text)
        self._hint.setVisible(bool(self._hint.text()) and not text)
        self.edit.setAccessibleDescription(text or self._hint.text())

    def show_text(self, text: str) -> None:
        """Show a text without it being the user's edit; the cursor stays where it is when nothing changes."""
        if self.edit.text() != text:
            self._is_shown = True
            self.edit.setText(text)
            self._is_shown = False

    def set_read_only(self) -> None:
        """Make the line a value to read and copy; it looks like no line to type in."""
        self.edit.setReadOnly(True)
        self.edit.setFrame(False)
        palette = self.edit.palette()
        # Whatever the desktop's colours are.
        palette.setColor(QPalette.ColorRole.Base, QColor(Qt.GlobalColor.transparent))
        self.edit.setPalette(palette)
