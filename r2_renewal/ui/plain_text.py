"""Text on the screen: always plain, so that nothing from a server is ever read as markup."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QSizePolicy, QWidget

from r2_renewal.ui.announcing import announce

READABLE_LINES = 9
MARK = "⚠ "


class PlainLabel(QLabel):
    """A wrapping label of plain text that can be selected and copied with the mouse."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.setText(text)


class Heading(PlainLabel):
    """A bold line over a part of a page, in the host's own font."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        font = QFont(self.font())
        font.setBold(True)
        self.setFont(font)


class ProblemLabel(PlainLabel):
    """What is wrong with the field above, with a mark besides words; takes no room while nothing is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.hide()

    @property
    def problem(self) -> str:
        """The sentence shown; empty where nothing is wrong."""
        return self.text().removeprefix(MARK)

    def show_problem(self, text: str) -> None:
        """Show what is wrong, or with an empty text that nothing is."""
        if text != self.problem:
            announce(self, text)
        self.setText(MARK + text if text else "")
        self.setVisible(bool(text))


class PlainTextView(QPlainTextEdit):
    """A longer text to read: scrollable, selectable, and Tab leaves it."""

    def __init__(self, name: str, parent: QWidget | None = None, lines: int = READABLE_LINES) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setTabChangesFocus(True)
        self.setAccessibleName(name)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._lines = lines
        self._shown = ""
        self.setMinimumHeight(self.sizeHint().height())
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_text(self, text: str) -> None:
        """Show a text; the reader's place is kept while it stays the same."""
        if text != self._shown:  # toPlainText() gives spaces for no-break spaces, so it cannot be compared with
            self._shown = text
            self.setPlainText(text)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return room for the wished number of lines."""
        frame = 2 * (self.frameWidth() + round(self.document().documentMargin()))
        return QSize(super().sizeHint().width(), self._lines * self.fontMetrics().lineSpacing() + frame)
