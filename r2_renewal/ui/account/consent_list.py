"""The consents of a customer's programs, a page of them at a time, so that an office with hundreds of programs waits for nothing.

Rules: the next to end come first; what was ticked on another page stays ticked and is told, so that nothing is sent unseen.
"""

from __future__ import annotations

from datetime import date
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from r2_renewal.domain.account import Enrolment
from r2_renewal.domain.account_form import AccountForm
from r2_renewal.ui.account.consent_box import ConsentBox
from r2_renewal.ui.account.words import chosen_text, shown_programs_text
from r2_renewal.ui.button import Button
from r2_renewal.ui.plain_text import PlainLabel

PAGE = 6


class ConsentList(QWidget):
    """A page of consents, with a search and a pager where there are more.

    Attributes:
        last: the last widget in the order of the Tab key.

    Signals:
        given: a licence, and whether its consent was ticked or unticked.
        revoked: a licence, and whether its withdrawal was ticked or unticked.
    """

    given = Signal(str, bool)
    revoked = Signal(str, bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._form: AccountForm | None = None
        self._today = date.min
        self._first = 0
        # An office's thousands are sorted once, not with every key.
        self._entries: tuple[Enrolment, ...] = ()
        self._sorted: list[Enrolment] = []
        self._boxes: dict[str, ConsentBox] = {}
        self.search = QLineEdit(self)
        self.search.setAccessibleName("Szukaj programu")
        self.search.setClearButtonEnabled(True)
        self._before = Button("Poprzednie programy", self)
        self._after = self.last = Button("Następne programy", self)
        self._place = PlainLabel(parent=self)
        self._chosen = PlainLabel(parent=self)
        self._arrange()
        self.search.textChanged.connect(lambda _: self._go_to(0))
        self._before.clicked.connect(lambda: self._go_to(self._first - PAGE))
        self._after.clicked.connect(lambda: self._go_to(self._first + PAGE))

    def _arrange(self) -> None:
        self._top, self._bottom = QWidget(self), QWidget(self)
        top, bottom = QHBoxLayout(self._top), QHBoxLayout(self._bottom)
        label = QLabel("Szukaj programu", self._top)
        label.setBuddy(self.search)
        top.addWidget(label)
        top.addWidget(self.search, 1)
        bottom.addWidget(self._before)
        bottom.addWidget(self._after)
        bottom.addWidget(self._place, 1)
        for row in (top, bottom):
            row.setContentsMargins(0, 0, 0, 0)
        self._column = QVBoxLayout()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._top)
        column.addLayout(self._column)
        column.addWidget(self._bottom)
        column.addWidget(self._chosen)

    def show_form(self, form: AccountForm, today: date) -> None:
        """Show the form's consents as of a calendar day in Warsaw."""
        self._form, self._today = form, today
        self._show_page()

    def _go_to(self, first: int) -> None:
        self._first = first
        self._show_page()

    def _found(self) -> list[Enrolment]:
        entries = self._form.record.enrolments if self._form is not None else ()
        wanted = self.search.text().strip().casefold()
        if entries is not self._entries:
            self._entries, self._sorted = entries, sorted(entries, key=lambda entry: (entry.last_day, entry.program))
        return [entry for entry in self._sorted if wanted in entry.program.casefold()]

    def _show_page(self) -> None:
        if self._form is None:
            return
        found = self._found()
        self._first = max(0, min(self._first, len(found) - 1)) // PAGE * PAGE
        page = found[self._first : self._first + PAGE]
        self._place_boxes(page)
        for entry in page:
            self._boxes[entry.licence_id].show_form(self._form, entry)
        self._show_place(len(found), len(self._form.record.enrolments))

    def _show_place(self, found: int, total: int) -> None:
        is_paged = total > PAGE
        self._top.setVisible(is_paged)
        self._bottom.setVisible(is_paged)
        self._before.setEnabled(self._first > 0)
        self._after.setEnabled(self._first + PAGE < found)
        self._place.setText(shown_programs_text(self._first, min(self._first + PAGE, found), found))
        self._chosen.setText(chosen_text(self._form) if self._form is not None and is_paged else "")
        self._chosen.setVisible(bool(self._chosen.text()))

    def _place_boxes(self, page: list[Enrolment]) -> None:
        wanted = {entry.licence_id for entry in page}
        for licence_id in [licence_id for licence_id in self._boxes if licence_id not in wanted]:
            box = self._boxes.pop(licence_id)
            box.hide()
            box.deleteLater()
        before: QWidget = self.search
        for number, entry in enumerate(page):
            box = self._boxes.get(entry.licence_id) or self._made(entry)
            self._column.insertWidget(number, box)
            before = box.follow(before)
        self.setTabOrder(before, self._before)
        self.setTabOrder(self._before, self._after)

    def _made(self, entry: Enrolment) -> ConsentBox:
        box = self._boxes[entry.licence_id] = ConsentBox(entry, self._today, self)
        box.given.connect(partial(self.given.emit, entry.licence_id))
        box.revoked.connect(partial(self.revoked.emit, entry.licence_id))
        return box
