"""The login to the customer's account, and the way to a new password.

Rules: a password is in its line and in one call, and leaves the line as soon as the view is left; a wrong e-mail and a wrong
password are answered alike, and so is every address that asks for a letter; nothing is ticked beforehand.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from r2_renewal.agent.protocol import AccountState, LoginParams, Method
from r2_renewal.domain.errors import ErrorCode
from r2_renewal.ui.agent_link import AgentLink, CallFailure
from r2_renewal.ui.button import Button
from r2_renewal.ui.error_texts import not_kept_hint
from r2_renewal.ui.field import Field
from r2_renewal.ui.message_bar import MessageBar, WayOn
from r2_renewal.ui.plain_text import Heading, PlainLabel

LONGEST_EMAIL, LONGEST_PASSWORD = 254, 1024
WIDTH_IN_LETTERS = 46


class LoginView(QWidget):
    """„E-mail", „Hasło", „Zaloguj".

    Attributes:
        messages: what happened.
        email: the line „E-mail".

    Signals:
        logged_in: the ``AccountState``.
        forgotten: the password is forgotten; what stands in „E-mail".
        panel_wanted: the user would rather use the web panel.
    """

    logged_in = Signal(object)
    forgotten = Signal(str)
    panel_wanted = Signal()

    def __init__(self, link: AgentLink, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._link = link
        self._is_busy = False
        self.messages = MessageBar(self)
        self._build_fields()
        self._arrange()
        self._connect()

    def _build_fields(self) -> None:
        self.email = Field("E-mail", self)
        self.email.edit.setMaxLength(LONGEST_EMAIL)
        self._password = Field("Hasło", self)
        self._password.edit.setMaxLength(LONGEST_PASSWORD)
        self._password.edit.setInputMethodHints(Qt.InputMethodHint.ImhSensitiveData | Qt.InputMethodHint.ImhHiddenText)
        self._show = Button("Pokaż hasło", self)
        self._show.setCheckable(True)
        self._stay = QCheckBox("Pozostań zalogowany", self)
        self._stay.setAccessibleName("Pozostań zalogowany")
        self._hint = PlainLabel(parent=self)
        self._show_password(shown=False)
        self.show_vault(None)

    def _arrange(self) -> None:
        row, buttons = QHBoxLayout(), QHBoxLayout()
        row.addWidget(self._show)
        row.addStretch(1)
        for button in self._buttons():
            buttons.addWidget(button)
        buttons.addStretch(1)
        column = centred(self, Heading("Zaloguj się do konta klienta", self), self.messages)
        column.addWidget(self.email)
        column.addWidget(self._password)
        column.addLayout(row)
        column.addWidget(self._stay)
        column.addWidget(self._hint)
        column.addLayout(buttons)
        column.addStretch(1)

    def _buttons(self) -> tuple[Button, ...]:
        log_in = _made("Zaloguj", self.log_in, self)
        forgotten = _made("Nie pamiętasz hasła?", lambda: self.forgotten.emit(self.email.edit.text()), self)
        return log_in, forgotten, _made("Panel w przeglądarce", self.panel_wanted.emit, self)

    def _connect(self) -> None:
        self._show.toggled.connect(lambda shown: self._show_password(shown=shown))
        self.email.edit.returnPressed.connect(self.log_in)
        self._password.edit.returnPressed.connect(self.log_in)

    def _show_password(self, *, shown: bool) -> None:
        self._password.edit.setEchoMode(QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password)
        name = "Ukryj hasło" if shown else "Pokaż hasło"
        self._show.setText(name)
        self._show.setAccessibleName(name)

    def show_vault(self, code: ErrorCode | None) -> None:
        """Say beforehand that a login cannot be kept here, where that is known; None where nothing is."""
        self._hint.setText("" if code is None else not_kept_hint(code))
        self._hint.setVisible(bool(self._hint.text()))
        self._stay.setAccessibleDescription(self._hint.text())

    def begin(self) -> None:
        """Put the focus where the login begins: the first empty line."""
        line = self._password if self.email.edit.text().strip() else self.email
        QTimer.singleShot(0, line.edit, line.edit.setFocus)

    def log_in(self) -> None:
        """Log in; a click too many changes nothing."""
        email, password = self.email.edit.text().strip(), self._password.edit.text()
        self.email.show_problem("" if email else "Podaj adres e-mail.")
        self._password.show_problem("" if password else "Podaj hasło.")
        if not email or not password:
            (self._password if email else self.email).edit.setFocus()
        elif not self._is_busy:
            self._is_busy = True
            self.messages.inform("Loguję…")
            params = LoginParams(email=email, password=password, stay=self._stay.isChecked())
            call = self._link.call(Method.ACCOUNT_LOGIN, params, self)
            call.finished.connect(self._on_logged_in)
            call.failed.connect(self._on_refused)

    def _on_logged_in(self, state: AccountState) -> None:
        self._is_busy = False
        self._forget_password()
        self.messages.clear()
        self.logged_in.emit(state)

    def _on_refused(self, failure: CallFailure) -> None:
        self._is_busy = False
        if failure.code is ErrorCode.ACCOUNT_REFUSED:
            self.messages.warn(failure.code)
            self._password.edit.setFocus()
            self._password.edit.selectAll()
        else:
            self.messages.warn(failure.code, WayOn("Ponów", self.log_in))

    def _forget_password(self) -> None:
        self._password.edit.clear()
        self._show.setChecked(False)
        self._stay.setChecked(False)

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        """Leave no password in a view that nobody looks at, but for a call under way."""
        super().hideEvent(event)
        if not event.spontaneous():
            self._forget_password()


def centred(view: QWidget, *widgets: QWidget) -> QVBoxLayout:
    """Return a column in the middle of a view, as wide as lines are comfortable, that begins with the widgets."""
    inner = QWidget(view)
    inner.setMaximumWidth(view.fontMetrics().averageCharWidth() * WIDTH_IN_LETTERS * 2)
    inner.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
    row = QHBoxLayout(view)
    row.addStretch(1)
    row.addWidget(inner, 8)
    row.addStretch(1)
    column = QVBoxLayout(inner)
    for widget in widgets:
        column.addWidget(widget)
    return column


def _made(name: str, act: Callable[[], object], parent: QWidget) -> Button:
    button = Button(name, parent)
    button.clicked.connect(act)
    return button
