"""The reminder's words and buttons, for the dialog and the bar alike.

Rules: no default button, so that an Enter or Space meant for the payroll presses nothing; whatever closes it unanswered is
„Przypomnij później".
"""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QStyle, QVBoxLayout, QWidget

from r2_renewal.domain.reminder import Answer, Question, snooze_text
from r2_renewal.ui.button import Button
from r2_renewal.ui.error_texts import clock_sentence
from r2_renewal.ui.placing import roomy
from r2_renewal.ui.plain_text import MARK, Heading, PlainLabel

HINT = "Do zamówienia wrócisz w każdej chwili: Pomoc → eSklep."
TEXT_WIDTH = 420


class ReminderView(QWidget):
    """The question in words, with „Zamów abonament" and „Przypomnij później".

    Attributes:
        text: the vendor's words.
        order_button: „Zamów abonament".
        later_button: „Przypomnij później".

    Signals:
        answered: the ``Answer`` that was clicked.
    """

    answered = Signal(object)

    def __init__(self, question: Question, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._texts = QVBoxLayout()
        self._build_texts(question)
        self.order_button = self._button("Zamów abonament", Answer.ORDER)
        self.later_button = self._button("Przypomnij później", Answer.REMIND_LATER)

    def _build_texts(self, question: Question) -> None:
        prompt = question.prompt
        program = f"{prompt.program.name} {prompt.program.edition}".strip()
        # Made in the order in which they are read: a screen reader goes by that, not by the layout.
        self._texts.addWidget(Heading(f"{program} – {question.company}" if question.company else program, self))
        self.text = PlainLabel(prompt.text, self)
        self.text.setAccessibleName(prompt.text)
        self.text.setMinimumWidth(roomy(self, QSize(TEXT_WIDTH, 0)).width())
        self._texts.addWidget(self.text)
        self._texts.addWidget(PlainLabel(f"{HINT}\n{_later(snooze_text(prompt.remind_on, question.day))}", self))
        doubt = clock_sentence(question.clock)
        if doubt:
            self._texts.addWidget(PlainLabel(MARK + doubt, self))

    def _button(self, name: str, answer: Answer) -> Button:
        button = Button(name, self)
        button.clicked.connect(lambda: self.answered.emit(answer))
        return button

    def stack(self) -> None:
        """Lay it out for a dialog: buttons under the words."""
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.order_button)
        row.addWidget(self.later_button)
        column = QVBoxLayout(self)
        column.addLayout(self._with_icon(QStyle.PixelMetric.PM_LargeIconSize))
        column.addLayout(row)

    def line_up(self) -> None:
        """Lay it out for a bar: buttons beside the words."""
        row = QHBoxLayout(self)
        row.addLayout(self._with_icon(QStyle.PixelMetric.PM_SmallIconSize), 1)
        for button in (self.order_button, self.later_button):
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)

    def _with_icon(self, metric: QStyle.PixelMetric) -> QHBoxLayout:
        icon, size = QLabel(self), self.style().pixelMetric(metric)
        icon.setPixmap(self.style().standardIcon(QStyle.StandardPixmap.SP_MessageBoxInformation).pixmap(size, size))
        row = QHBoxLayout()
        row.addWidget(icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(self._texts, 1)
        return row


def _later(sentence: str) -> str:
    return f"„Przypomnij później” – {sentence[0].lower()}{sentence[1:]}"
