"""„Dane dodatkowe firmy": „e-mail do faktury", under it each program's consent, and „Zmień dane firmy".

Rule: it shows a form and tells the user's changes of it; it decides nothing.
"""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGroupBox, QVBoxLayout, QWidget

from r2_renewal.domain.account_form import AccountForm
from r2_renewal.domain.order_fields import Field as FieldName
from r2_renewal.domain.order_fields import Reason
from r2_renewal.ui.account.consent_list import ConsentList
from r2_renewal.ui.button import Button
from r2_renewal.ui.error_texts import field_sentence
from r2_renewal.ui.field import Field
from r2_renewal.ui.order_wizard.invoice_page import INVOICE_EMAIL_HINT

NAME = "Dane dodatkowe firmy"


class ExtraDataGroup(QGroupBox):
    """The part of „Moje dane" that the user changes.

    Attributes:
        save_button: „Zmień dane firmy".

    Signals:
        changed: the form after the user's change.
        left: the user left „e-mail do faktury".
        save_wanted: „Zmień dane firmy" was pressed.
    """

    changed = Signal(object)
    left = Signal()
    save_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(NAME, parent)
        self.setAccessibleName(NAME)
        self._form: AccountForm | None = None
        self._email = Field("e-mail do faktury", self, INVOICE_EMAIL_HINT)
        self._consents = ConsentList(self)
        self.save_button = Button("Zmień dane firmy", self)
        column = QVBoxLayout(self)
        column.addWidget(self._email)
        column.addWidget(self._consents)
        column.addWidget(self.save_button, 0, Qt.AlignmentFlag.AlignLeft)
        self._email.typed.connect(self._on_typed)
        self._email.left.connect(self.left)
        self._consents.given.connect(self._on_given)
        self._consents.revoked.connect(self._on_revoked)
        self.save_button.clicked.connect(self.save_wanted)

    def show_form(self, form: AccountForm, today: date) -> None:
        """Show the form as of a calendar day in Warsaw."""
        self._form = form
        self._email.show_text(form.email)
        self._consents.show_form(form, today)
        self.setTabOrder(self._email.edit, self._consents.search)
        self.setTabOrder(self._consents.last, self.save_button)

    def show_problem(self, reason: Reason | None) -> None:
        """Show why „e-mail do faktury" is refused, or that it is not."""
        self._email.show_problem("" if reason is None else field_sentence(FieldName.INVOICE_EMAIL, reason))

    def focus_email(self) -> None:
        """Put the focus on „e-mail do faktury"."""
        self._email.edit.setFocus()

    def _on_typed(self, text: str) -> None:
        if self._form is not None:
            self.changed.emit(self._form.type_email(text))

    def _on_given(self, licence_id: str, ticked: bool) -> None:
        if self._form is not None:
            self.changed.emit(self._form.consent(licence_id, ticked))

    def _on_revoked(self, licence_id: str, ticked: bool) -> None:
        if self._form is not None:
            self.changed.emit(self._form.revoke(licence_id, ticked))
