"""„Nie pamiętasz hasła?": asks for the e-mail, and answers the same for any."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from r2_renewal.agent.protocol import Method, Nothing, ResetParams
from r2_renewal.ui.account.login_view import LONGEST_EMAIL, centred
from r2_renewal.ui.agent_link import AgentLink, CallFailure
from r2_renewal.ui.button import Button
from r2_renewal.ui.field import Field
from r2_renewal.ui.message_bar import MessageBar, WayOn
from r2_renewal.ui.plain_text import Heading, PlainLabel

ANSWER = (
    "Jeśli jest konto z tym adresem, wysłaliśmy na ten adres wiadomość z odnośnikiem do ustawienia nowego hasła. Odnośnik działa "
    "raz, najwyżej przez 10 minut. Potem wróć tutaj i zaloguj się nowym hasłem."
)


class ForgottenView(QWidget):
    """The way to a new password.

    Signals:
        back: the user goes back to the login.
    """

    back = Signal()

    def __init__(self, link: AgentLink, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._link = link
        self._is_busy = False
        self.messages = MessageBar(self)
        self._email = Field("E-mail", self)
        self._email.edit.setMaxLength(LONGEST_EMAIL)
        self._send_button = Button("Wyślij odnośnik", self)
        back = Button("Wróć do logowania", self)
        column = centred(self, Heading("Nie pamiętasz hasła?", self), self.messages)
        column.addWidget(
            PlainLabel("Podaj e-mail, którym logujesz się do konta. Wyślemy odnośnik do ustawienia nowego hasła.", self)
        )
        column.addWidget(self._email)
        row = QHBoxLayout()
        row.addWidget(self._send_button)
        row.addWidget(back)
        row.addStretch(1)
        column.addLayout(row)
        column.addStretch(1)
        self._send_button.clicked.connect(self._send)
        self._email.edit.returnPressed.connect(self._send)
        back.clicked.connect(self.back.emit)

    def begin(self, email: str) -> None:
        """Open with the address that was typed for the login."""
        self.messages.clear()
        self._email.show_text(email)
        self._email.show_problem("")
        QTimer.singleShot(0, self._email.edit, self._email.edit.setFocus)

    def _send(self) -> None:
        email = self._email.edit.text().strip()
        self._email.show_problem("" if email else "Podaj adres e-mail.")
        if not email:
            self._email.edit.setFocus()
        elif not self._is_busy:
            self._is_busy = True
            self.messages.inform("Wysyłam…")
            call = self._link.call(Method.PASSWORD_RESET, ResetParams(email=email), self)
            call.finished.connect(self._on_sent)
            call.failed.connect(self._on_failed)

    def _on_sent(self, _result: Nothing) -> None:
        self._is_busy = False
        self.messages.inform(ANSWER)

    def _on_failed(self, failure: CallFailure) -> None:
        self._is_busy = False
        self.messages.warn(failure.code, WayOn("Ponów", self._send))
