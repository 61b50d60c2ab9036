"""The reminder as a dialog: beside the work, not in its way.

Rules: shown, never ``exec()``; not modal, so the host's window stays usable; it does not take the keyboard from what the user
is doing; Esc and the frame's X are „Przypomnij później".
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from r2_renewal.domain.reminder import Answer, Question
from r2_renewal.ui.placing import place_over
from r2_renewal.ui.reminder_view import ReminderView


class ReminderDialog(QDialog):
    """Asks once and tells the answer.

    Attributes:
        view: words and buttons.

    Signals:
        answered: the ``Answer``.
    """

    answered = Signal(object)

    def __init__(self, question: Question, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setWindowTitle(f"Abonament {question.prompt.program.name}")
        self._answer = Answer.REMIND_LATER
        self.view = ReminderView(question, self)
        self.view.stack()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.view)
        self.view.answered.connect(self._take)
        self.finished.connect(lambda _: self.answered.emit(self._answer))

    def show_over(self, host: QWidget) -> None:
        """Show it over the middle of the host, with the keyboard left where it is."""
        self.adjustSize()
        place_over(self, host)
        self.view.setFocus()
        self.show()

    def _take(self, answer: Answer) -> None:
        self._answer = answer
        self.accept()
