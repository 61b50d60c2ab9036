"""Text on the screen: always plain, so that nothing from a server is ever read as markup, and never wider than a window."""

from __future__ import annotations

import re

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFont, QResizeEvent
from PySide6.QtGui import Qt as QtText
from PySide6.QtWidgets import QAbstractButton, QLabel, QPlainTextEdit, QRadioButton, QSizePolicy, QStyle, QWidget

from r2_renewal.domain.dates import NBSP
from r2_renewal.ui.announcing import announce

READABLE_LINES = 9
MOST_WHOLE_LINES = 16
QWIDGETSIZE_MAX = (1 << 24) - 1  # Qt's own, which PySide6 does not give
MARK = "⚠ "
# A link is short enough to stay whole; what is longer may be broken anywhere, or it would push the window off the screen.
_LONG_RUN, _PART = re.compile(r"\S{121,}"), re.compile(r"\S{1,40}")
_BREAK = "\u200b"
# „w domu", „12 miesięcy", „nr 7": words that no line may end with; what is no word of letters is left as it is.
_SHORT_WORD = re.compile(r"(?<![^\s(„])([aiouwzAIOUWZ]|nr) (?=[\w„]{2}|\d)")
_NUMBER = re.compile(r"(?<![^\s(–])(\d[\d,.–]*) (?=[a-ząćęłńóśźż]{2,}\b)")
_LONGEST_NAME = 80
_WIDEST_COLUMN = 60


def tool_tip(text: str) -> str:
    """Return a text for a tool tip, which Qt would take for HTML where it looks like it."""
    return QtText.convertFromPlainText(text) if QtText.mightBeRichText(text) else text


def widest_column(table: QWidget) -> int:
    """Return how wide a column may make itself, in pixels: whatever is in it, the others stay in the window."""
    return _WIDEST_COLUMN * table.fontMetrics().averageCharWidth()


def bound(text: str) -> str:
    """Return a text whose short words and numbers stay with the word that they belong to, as Polish typography wants.

    A line then ends with no „w" or „12" of its own; at most three words hold together, so that no text grows wider than its room.
    """
    held = _NUMBER.sub(rf"\1{NBSP}", _SHORT_WORD.sub(rf"\1{NBSP}", text))
    return held.replace("Pomoc → eSklep", f"Pomoc{NBSP}→{NBSP}eSklep")


def caption(text: str) -> str:
    """Return a text for a box, which takes ``&`` for a mark of a key and breaks no line."""
    short = text if len(text) <= _LONGEST_NAME else f"{text[: _LONGEST_NAME - 1]}…"
    return short.replace("&", "&&")


class PlainLabel(QLabel):
    """A wrapping label of plain text that can be selected and copied with the mouse."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._given = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.setText(text)

    def setText(self, text: str) -> None:  # noqa: N802 - Qt's name
        """Show a text; a run of letters without end may be broken."""
        self._given = text
        super().setText(_LONG_RUN.sub(lambda run: _BREAK.join(_PART.findall(run[0])), bound(text)))

    def text(self) -> str:
        """Return the text as it was given."""
        return self._given

    def clear(self) -> None:
        """Show no text."""
        self.setText("")


def under_box(label: QLabel, box: QAbstractButton) -> QLabel:
    """Set a label in, so that its words stand under those of a box or radio button."""
    style, is_radio = box.style(), isinstance(box, QRadioButton)
    metrics = QStyle.PixelMetric
    width = metrics.PM_ExclusiveIndicatorWidth if is_radio else metrics.PM_IndicatorWidth
    gap = metrics.PM_RadioButtonLabelSpacing if is_radio else metrics.PM_CheckBoxLabelSpacing
    label.setContentsMargins(style.pixelMetric(width) + style.pixelMetric(gap), 0, 0, 0)
    return label


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
            self.setPlainText(bound(text))

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return room for the wished number of lines."""
        return QSize(super().sizeHint().width(), self.room_for(self._lines))

    def room_for(self, lines: int) -> int:
        """Return the height of a number of lines with what is around them."""
        frame = 2 * (self.frameWidth() + round(self.document().documentMargin()))
        return (
            lines * self.fontMetrics().lineSpacing() + frame + 1
        )  # Qt counts a line as seen where a pixel is left under it


class WholeTextView(PlainTextView):
    """A text to read with one look: as high as its words need; a very long one takes the room that there is, and scrolls."""

    def show_text(self, text: str) -> None:
        """Show a text, and take its height."""
        super().show_text(text)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Grow with the words that a narrower window wraps."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        lines = round(self.document().size().height())  # which a plain text's document counts in lines
        is_long = lines > MOST_WHOLE_LINES
        # A bar that comes and goes while the height is being found would take words' room, and so its own reason.
        bars = Qt.ScrollBarPolicy.ScrollBarAsNeeded if is_long else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        self.setVerticalScrollBarPolicy(bars)
        self.setHorizontalScrollBarPolicy(bars)
        if is_long:
            self.setMinimumHeight(self.sizeHint().height())
            self.setMaximumHeight(QWIDGETSIZE_MAX)
        else:
            self.setFixedHeight(self.room_for(max(lines, 1)))
