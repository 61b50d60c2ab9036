"""„Zgłoś niepoprawne dane": a report to the shop with the data on record already written in it, answered by a ticket number."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QHBoxLayout, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from r2_renewal.agent import protocol
from r2_renewal.agent.protocol import Method
from r2_renewal.domain.company import Company, Holder, differences, show_nip
from r2_renewal.domain.contact import visible
from r2_renewal.domain.errors import ErrorCode
from r2_renewal.ui.agent_link import AgentLink, CallFailure
from r2_renewal.ui.button import Button
from r2_renewal.ui.links import Links
from r2_renewal.ui.message_bar import MessageBar, WayOn
from r2_renewal.ui.placing import roomy
from r2_renewal.ui.plain_text import PlainLabel

SIZE = QSize(520, 360)


class CorrectionDialog(QDialog):
    """Reports wrong company data to the shop; what was typed stays until the shop has it.

    Signals:
        ended: the account's session has ended: log in, and send it then.
    """

    ended = Signal()

    def __init__(
        self,
        company: Company,
        link: AgentLink,
        parent: QWidget | None = None,
        *,
        links: Links | None = None,
        holder: Holder | None = None,
        in_account: bool = False,
    ) -> None:
        """Open the report.

        Args:
            company: the data on record.
            link: the agent.
            parent: the window that asks.
            links: the vendor's addresses, for who would rather write there; None shows none.
            holder: the company that the licence here is for; where it differs, the report says so.
            in_account: whether they are the account's data, not those of the licence's holder.
        """
        super().__init__(parent)
        self._in_account = in_account
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Zgłoś niepoprawne dane")
        self._link = link
        self._messages = MessageBar(self)
        self._build_form(prefilled(company, holder))
        self._build_links(links)
        self._build_buttons()
        self._text.moveCursor(QTextCursor.MoveOperation.End)
        self._text.setFocus()
        self.resize(roomy(self, SIZE))

    def _build_form(self, text: str) -> None:
        column = QVBoxLayout(self)
        column.addWidget(self._messages)
        column.addWidget(
            PlainLabel("Napisz, co się nie zgadza i jak powinno być. Poprawimy dane i damy Ci znać.", self)
        )
        label = QLabel("Zgłoszenie", self)
        self._text = QPlainTextEdit(text, self)
        self._text.setAccessibleName("Zgłoszenie")
        self._text.setTabChangesFocus(True)
        label.setBuddy(self._text)
        column.addWidget(label)
        column.addWidget(self._text)

    def _build_links(self, links: Links | None) -> None:
        column = self.layout()
        if links is None or not isinstance(column, QVBoxLayout):
            return
        row = QHBoxLayout()
        row.addWidget(QLabel("Wolisz napisać inaczej?", self))
        for name, address in (("eBOK Symfonia", links.ebok), ("Formularz kontaktowy", links.contact_form)):
            button = Button(name, self)
            button.clicked.connect(partial(links.open, address))
            row.addWidget(button)
        row.addStretch(1)
        column.addLayout(row)

    def _build_buttons(self) -> None:
        buttons = QDialogButtonBox(self)
        # Buttons that never become the default one: an Enter elsewhere sends nothing.
        self._send_button, self._close_button = Button("Wyślij zgłoszenie", self), Button("Anuluj", self)
        buttons.addButton(self._send_button, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.addButton(self._close_button, QDialogButtonBox.ButtonRole.RejectRole)
        self._send_button.clicked.connect(self._send)
        buttons.rejected.connect(self.reject)
        column = self.layout()
        if column is not None:
            column.addWidget(buttons)

    def _send(self) -> None:
        text = "\n".join(map(visible, self._text.toPlainText().splitlines())).strip()
        if not text:
            self._messages.inform("Napisz, co się nie zgadza.")
            self._text.setFocus()
            return
        self._send_button.setEnabled(False)
        self._messages.inform("Wysyłam zgłoszenie…")
        call = self._link.call(
            Method.DATA_CORRECT, protocol.CorrectParams(message=text, in_account=self._in_account), self
        )
        call.finished.connect(self._on_sent)
        call.failed.connect(self._on_failed)

    def _on_sent(self, result: protocol.CorrectResult) -> None:
        self._text.setReadOnly(True)
        self._send_button.hide()
        self._close_button.rename("Zamknij")
        self._close_button.setFocus()
        self._messages.inform(f"Dziękujemy. Przyjęliśmy zgłoszenie nr {result.ticket}.")

    def _on_failed(self, failure: CallFailure) -> None:
        self._send_button.setEnabled(True)
        self._messages.warn(failure.code, WayOn("Ponów", self._send))
        if failure.code is ErrorCode.LOGIN_AGAIN:
            self.ended.emit()


def prefilled(company: Company, holder: Holder | None = None) -> str:
    """Return the start of a report: the data on record, what the licence says otherwise, and a place for what is wrong."""
    lines = [
        f"Dane w systemie: {company.name}, NIP {show_nip(company.nip)}, {company.street}, {company.postcode} {company.city}",
        *(f"W licencji programu: {found.what} {found.here}" for found in differences(company, holder)),
    ]
    return "\n".join([*lines, "", "Powinno być: "])
