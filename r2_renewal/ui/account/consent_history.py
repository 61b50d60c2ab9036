"""The history of consents: each with its exact text, version, digest, time and channel, and a confirmation to keep."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from PySide6.QtWidgets import QGroupBox, QHBoxLayout, QVBoxLayout, QWidget

from r2_renewal.agent.protocol import ConsentsResult, FileSaveParams, Method, PageParams
from r2_renewal.domain.account import ConsentEvidence, CustomerRecord
from r2_renewal.ui.account.account_calls import AccountCalls
from r2_renewal.ui.account.records_table import RecordsTable
from r2_renewal.ui.account.words import consent_row, evidence_text
from r2_renewal.ui.agent_link import CallFailure
from r2_renewal.ui.button import Button
from r2_renewal.ui.message_bar import MessageBar, WayOn
from r2_renewal.ui.plain_text import PlainLabel, PlainTextView
from r2_renewal.ui.printout import ask_for_pdf, pdf_of

NAME = "Historia zgód"
HEADERS = ("Wyrażona", "Program", "Skąd", "Wersja treści", "Stan")
TITLE = "Potwierdzenie zgody na automatyczne odnowienie"
FILE_NAME = "zgoda-na-odnowienie.pdf"
TABLE_LINES, TEXT_LINES = 4, 14


class ConsentHistory(QGroupBox):
    """Consents on record, newest first."""

    def __init__(self, calls: AccountCalls, parent: QWidget | None = None) -> None:
        super().__init__(NAME, parent)
        self.setAccessibleName(NAME)
        self._calls = calls
        self._record: CustomerRecord | None = None
        self._consents: tuple[ConsentEvidence, ...] = ()
        self._next = ""
        self._messages = MessageBar(self)
        self._table = RecordsTable("Zgody", HEADERS, self)
        self._none = PlainLabel("Nie ma jeszcze żadnej zgody.", self)
        self._text = PlainTextView("Treść zgody i potwierdzenie", self, TEXT_LINES)
        self._save = Button("Zapisz potwierdzenie (PDF)…", self)
        self._more = Button("Pokaż starsze", self)
        self._arrange()
        self._table.selected.connect(self._show_selected)
        self._save.clicked.connect(self._on_save)
        self._more.clicked.connect(self._load_more)

    def _arrange(self) -> None:
        column, row = QVBoxLayout(self), QHBoxLayout()
        line = self._table.fontMetrics().lineSpacing()
        self._table.setMinimumHeight(TABLE_LINES * 2 * line)
        for widget in (self._messages, self._none, self._table, self._text):
            column.addWidget(widget)
        row.addWidget(self._save)
        row.addWidget(self._more)
        row.addStretch(1)
        column.addLayout(row)
        self._show_consents()

    def load(self, record: CustomerRecord) -> None:
        """Ask for the newest consents of a customer."""
        self._record = record
        self._calls.ask(Method.CONSENTS_LOAD, PageParams(), self, self._on_loaded, self._on_failed)

    def _load_more(self) -> None:
        self._calls.ask(Method.CONSENTS_LOAD, PageParams(cursor=self._next), self, self._on_more, self._on_failed)

    def _on_loaded(self, result: ConsentsResult) -> None:
        self._consents = ()
        self._on_more(result)

    def _on_more(self, result: ConsentsResult) -> None:
        self._messages.clear()
        self._consents, self._next = self._consents + result.consents, result.next
        self._show_consents()

    def _on_failed(self, failure: CallFailure) -> None:
        record = self._record
        if record is not None:
            self._messages.warn(failure.code, WayOn("Ponów", lambda: self.load(record)))

    def _show_consents(self) -> None:
        names = self._names()
        rows = [consent_row(consent, names.get(consent.licence_id, consent.licence_id)) for consent in self._consents]
        self._table.show_rows(rows, {0: [consent.accepted_at for consent in self._consents]})
        for widget in (self._table, self._text, self._save):
            widget.setVisible(bool(rows))
        self._none.setVisible(not rows)
        self._more.setVisible(bool(self._next))

    def _names(self) -> Mapping[str, str]:
        enrolments = self._record.enrolments if self._record is not None else ()
        return {entry.licence_id: entry.program for entry in enrolments}

    def _selected(self) -> str:
        record, row = self._record, self._table.row
        if record is None or not 0 <= row < len(self._consents):
            return ""
        consent = self._consents[row]
        return evidence_text(consent, self._names().get(consent.licence_id, consent.licence_id), record.company)

    def _show_selected(self) -> None:
        self._text.show_text(self._selected())

    def _on_save(self) -> None:
        text = self._selected()
        if text:
            ask_for_pdf(self, "Zapisz potwierdzenie", FILE_NAME, partial(self.save_pdf, text))

    def save_pdf(self, text: str, path: str) -> None:
        """Have the confirmation saved by the agent at a path of the user's choice."""
        params = FileSaveParams(path=path, content=pdf_of(TITLE, text))
        again = WayOn("Ponów", partial(self.save_pdf, text, path))
        self._calls.ask(
            Method.FILE_SAVE,
            params,
            self,
            lambda _: self._messages.inform(f"Potwierdzenie jest zapisane w pliku {path}."),
            lambda failure: self._messages.warn(failure.code, again),
        )
