"""Resigning from automatic renewal: one plain question, as easy as joining was, and what it means from when.

Rules: nothing is asked in return, nobody is talked out of it; the way back is named; the shop's own answer ends it (k.c. 385³,
consumer rights act 12, 17).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from r2_renewal.agent.protocol import Method, ResignParams
from r2_renewal.domain.basket import BasketEntry
from r2_renewal.domain.dates import long_date, short_date
from r2_renewal.ui.agent_link import AgentLink, CallFailure
from r2_renewal.ui.button import Button
from r2_renewal.ui.message_bar import MessageBar, WayOn
from r2_renewal.ui.order_wizard.order_words import program_names
from r2_renewal.ui.placing import roomy
from r2_renewal.ui.plain_text import PlainTextView

TITLE = "Rezygnacja z automatycznego odnowienia"
LINES = 10
SIZE = QSize(520, 320)


class ResignationDialog(QDialog):
    """Asks once and resigns.

    Signals:
        resigned: the shop has taken it.
    """

    resigned = Signal()

    def __init__(self, entries: Sequence[BasketEntry], today: date, link: AgentLink, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(TITLE)
        self._link = link
        self._licence_ids = tuple(entry.program.licence_id for entry in entries)
        self._text = PlainTextView(TITLE, self, LINES)
        self._text.show_text(question_text(entries, today))
        self._messages = MessageBar(self)
        self._resign = Button("Zrezygnuj z odnowienia", self)
        self._close = Button("Zostaw odnowienie", self)
        self._arrange()
        self._resign.clicked.connect(self._ask_shop)
        self._close.clicked.connect(self.reject)
        self.resize(roomy(self, SIZE))

    def _arrange(self) -> None:
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self._resign)
        row.addWidget(self._close)
        column = QVBoxLayout(self)
        column.addWidget(self._text, 1)
        column.addWidget(self._messages)
        column.addLayout(row)

    def _ask_shop(self) -> None:
        self._resign.setEnabled(False)
        self._messages.inform("Wysyłam rezygnację…")
        call = self._link.call(Method.RENEWAL_RESIGN, ResignParams(licence_ids=self._licence_ids), self)
        call.finished.connect(self._on_taken)
        call.failed.connect(self._on_failed)

    def _on_taken(self, _result: object) -> None:
        self._messages.inform("Zrezygnowano z automatycznego odnowienia. Potwierdzenie wyślemy e-mailem.")
        self._resign.hide()
        self._close.rename("Zamknij")
        self._close.setFocus()
        self.resigned.emit()

    def _on_failed(self, failure: CallFailure) -> None:
        self._resign.setEnabled(True)
        self._messages.warn(failure.code, WayOn("Ponów", self._ask_shop))


def question_text(entries: Sequence[BasketEntry], today: date) -> str:
    """Return what resigning means for each program, and the way back."""
    names = program_names(entries)
    lines = [_program_text(names[entry.program.licence_id], entry, today) for entry in entries]
    back = "Automatyczne odnowienie włączysz ponownie przy zamówieniu albo na swoim koncie."
    return "\n\n".join([*lines, "Opłaconego okresu to nie skraca. Rezygnacja jest bezpłatna i działa od razu.", back])


def _program_text(name: str, entry: BasketEntry, today: date) -> str:
    until = "bezterminowo" if entry.program.is_perpetual else f"do {long_date(entry.program.last_day)}"
    day = entry.renewal_date
    if day is not None and today >= day:
        return f"{name}: odnowienie z {short_date(day)} zostanie jeszcze wykonane, kolejnych już nie będzie."
    when = f" i nie odnowi się {short_date(day)}" if day is not None else " i nie odnowi się automatycznie"
    return f"{name}: abonament działa {until}{when}."
