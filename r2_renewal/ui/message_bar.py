"""A message inside a window: what happened, its code, and the way on. No window of its own, nothing to dismiss first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QStyle, QVBoxLayout, QWidget

from r2_renewal.domain.errors import ErrorCode
from r2_renewal.ui.announcing import announce
from r2_renewal.ui.button import Button
from r2_renewal.ui.error_texts import sentence
from r2_renewal.ui.focus import give_focus
from r2_renewal.ui.plain_text import PlainLabel


@dataclass(frozen=True, slots=True)
class WayOn:
    """A button of a message.

    Attributes:
        text: its words.
        act: what it does.
    """

    text: str
    act: Callable[[], None]


class MessageBar(QFrame):
    """A line with an icon, a sentence and buttons; hidden while there is nothing to say.

    Attributes:
        text: the sentence shown.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self._icon = QLabel(self)
        self._label = PlainLabel(parent=self)
        self._label.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._row, self._below = QHBoxLayout(), QHBoxLayout()
        self._row.addWidget(self._icon)
        self._row.addWidget(self._label, 1)
        self._below.addStretch(1)
        column = QVBoxLayout(self)
        column.addLayout(self._row)
        column.addLayout(self._below)
        self._buttons: list[Button] = []
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.hide()

    @property
    def text(self) -> str:
        """The sentence shown; empty while hidden."""
        return self._label.text()

    def inform(self, text: str, *ways: WayOn) -> None:
        """Say something that is not a failure."""
        self._say(text, QStyle.StandardPixmap.SP_MessageBoxInformation, ways)

    def caution(self, text: str, *ways: WayOn) -> None:
        """Warn of something that is no failure, and so has no code."""
        self._say(text, QStyle.StandardPixmap.SP_MessageBoxWarning, ways)

    def warn(self, code: ErrorCode, *ways: WayOn, text: str = "") -> None:
        """Say a failure with its code and the ways on; in the code's own words, or in others that say more."""
        self._say(f"{text or sentence(code)} (kod: {code.value})", QStyle.StandardPixmap.SP_MessageBoxWarning, ways)

    def focus_way(self) -> None:
        """Put the focus on the first way on."""
        if self._buttons:
            give_focus(self._buttons[0])

    def clear(self) -> None:
        """Say nothing more."""
        self._label.clear()
        self.setAccessibleName("")
        self._drop_buttons()
        self.hide()

    def _say(self, text: str, icon: QStyle.StandardPixmap, ways: tuple[WayOn, ...]) -> None:
        size = self.style().pixelMetric(QStyle.PixelMetric.PM_SmallIconSize)
        self._icon.setPixmap(self.style().standardIcon(icon).pixmap(size, size))
        is_news = text != self._label.text()
        self._label.setText(text)
        self._label.setAccessibleName(text)
        self.setAccessibleName(text)
        if is_news:
            announce(self, text, urgent=icon is QStyle.StandardPixmap.SP_MessageBoxWarning)
        self._drop_buttons()
        # One stands beside the words; several would leave a narrow window no room for them.
        row = self._row if len(ways) <= 1 else self._below
        for way in ways:
            self._add_button(way, row)
        self.show()

    def _add_button(self, way: WayOn, row: QHBoxLayout) -> None:
        button = Button(way.text, self)
        button.clicked.connect(way.act)
        row.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        button.show()  # Qt itself would show it a turn of the event loop later
        self._buttons.append(button)

    def _drop_buttons(self) -> None:
        for button in self._buttons:
            for row in (self._row, self._below):
                row.removeWidget(button)
            button.hide()
            button.deleteLater()
        self._buttons.clear()
