"""The reminder as a bar inside the host's window, for hosts that prefer no window of ours.

Rules: a tool bar of its own line, so that the host's layout is moved down and nothing is covered; the host's window is never made
larger for it, and a host without the room gets none; closing it with Esc, while the focus is in it, is „Przypomnij później".
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QMainWindow, QToolBar

from r2_renewal.domain.reminder import Answer, Question
from r2_renewal.ui.reminder_view import ReminderView

# For the frame of a tool bar in whatever style.
MARGIN = 8


class ReminderBanner(QToolBar):
    """Asks once and tells the answer.

    Attributes:
        view: words and buttons.

    Signals:
        answered: the ``Answer``.
    """

    answered = Signal(object)

    def __init__(self, question: Question, host: QMainWindow) -> None:
        super().__init__(f"Abonament {question.prompt.program.name}", host)
        self.setObjectName("r2-renewal-reminder")
        self.setAccessibleName(self.windowTitle())
        self.setMovable(False)
        self.toggleViewAction().setVisible(False)
        self.view = ReminderView(question, self)
        self.view.line_up()
        self.view.text.setMinimumWidth(0)
        self.addWidget(self.view)
        self.view.answered.connect(self._take)
        self._host = host

    @property
    def fits(self) -> bool:
        """Whether the host has the room: as wide and as high as it stands."""
        width, height = self._host.width() - 2 * MARGIN, self._host.height() - 2 * MARGIN
        free = height - self._host.minimumSizeHint().height()
        return self.minimumSizeHint().width() <= width and self.view.heightForWidth(width) <= free

    def show_in_host(self) -> None:
        """Take a line of its own under the host's tool bars."""
        # Before it is added: a height that is only a guess would make the host's window larger for good.
        self._fit(self._host.width() - 2 * MARGIN)
        self._host.addToolBarBreak(Qt.ToolBarArea.TopToolBarArea)
        self._host.addToolBar(Qt.ToolBarArea.TopToolBarArea, self)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Take Esc as „Przypomnij później"."""
        if event.key() == Qt.Key.Key_Escape:
            self._take(Answer.REMIND_LATER)
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Be as high as the words need at this width; a tool bar's layout knows no height for width."""
        super().resizeEvent(event)
        self._fit(self.view.width())

    def _fit(self, width: int) -> None:
        self.view.setFixedHeight(self.view.heightForWidth(width))

    def _take(self, answer: Answer) -> None:
        self.hide()
        self.deleteLater()
        self.answered.emit(answer)
