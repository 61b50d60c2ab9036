"""Automatic renewal of one program: the full consent with its box, or the consent given with the box to withdraw it.

Rule: whatever is on record, every box opens unticked; giving and withdrawing are two steps alike: a tick and „Zmień dane firmy".
"""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QGroupBox, QVBoxLayout, QWidget

from r2_renewal.domain.account import Enrolment
from r2_renewal.domain.account_form import AccountForm
from r2_renewal.ui.account.words import TEXT_CHANGED, enrolled_text, not_possible_text, revoking_text
from r2_renewal.ui.plain_text import PlainLabel, ProblemLabel, caption

GIVE = "Wyrażam zgodę na automatyczne odnowienie"
REVOKE = "Rezygnuję z automatycznego odnowienia"  # as in eSklep and in the panel


class ConsentBox(QGroupBox):
    """One program's consent.

    Signals:
        given: the box of the consent was ticked or unticked by the user.
        revoked: the box of the withdrawal was ticked or unticked by the user.
    """

    given = Signal(bool)
    revoked = Signal(bool)

    def __init__(self, entry: Enrolment, today: date, parent: QWidget | None = None) -> None:
        super().__init__(caption(entry.program), parent)
        self.setAccessibleName(entry.program)
        self._entry, self._today = entry, today
        self._text, self._meaning = PlainLabel(parent=self), PlainLabel(parent=self)
        self._problem = ProblemLabel(self)
        self._give, self._revoke = self._box(GIVE), self._box(REVOKE)
        column = QVBoxLayout(self)
        for widget in (self._text, self._give, self._revoke, self._problem, self._meaning):
            column.addWidget(widget)
        self._give.clicked.connect(self._on_given)
        self._revoke.clicked.connect(self.revoked)

    def _box(self, name: str) -> QCheckBox:
        box = QCheckBox(name, self)
        box.setAccessibleName(name)
        return box

    def follow(self, before: QWidget) -> QWidget:
        """Take one's place in the tab order after a widget; return one's own last."""
        self.setTabOrder(before, self._give)
        self.setTabOrder(self._give, self._revoke)
        return self._revoke

    def _on_given(self, ticked: bool) -> None:
        self._problem.show_problem("")
        self.given.emit(ticked)

    def show_form(self, form: AccountForm, entry: Enrolment) -> None:
        """Show where the consent stands; one that was taken back by another text says so."""
        self._entry = entry
        licence_id = entry.licence_id
        text = form.consent_text(licence_id)
        is_given = licence_id in form.given
        if self._give.isChecked() and not is_given and text:
            self._problem.show_problem(TEXT_CHANGED)
        elif is_given or not text:
            self._problem.show_problem("")
        self._show_words(text)
        self._give.setVisible(bool(text))
        self._give.setChecked(is_given)
        self._revoke.setVisible(entry.auto_renewal)
        self._revoke.setChecked(licence_id in form.revoked)

    def _show_words(self, consent: str) -> None:
        entry = self._entry
        state = enrolled_text(entry) if entry.auto_renewal else not_possible_text(entry, self._today)
        self._text.setText(consent or state)
        meaning = revoking_text(entry) if entry.auto_renewal else ""
        self._meaning.setText(meaning)
        self._meaning.setVisible(bool(meaning))
        self._give.setAccessibleDescription(consent)
        self._revoke.setAccessibleDescription(meaning)
