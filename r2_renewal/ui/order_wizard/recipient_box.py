"""Group „Nabywca / Odbiorca": whom the invoice names beside the buyer; shown where the vendor has anybody on record."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QGroupBox, QLabel, QVBoxLayout, QWidget

from r2_renewal.domain.order_flow import OrderFlow
from r2_renewal.domain.recipient import Recipient
from r2_renewal.domain.recipient_role import ROLE_WORDS
from r2_renewal.ui.plain_text import PlainLabel, ProblemLabel

SAME = "taki sam jak nabywca"
HINT = "Wybierz odbiorcę, jeśli na fakturze ma być szkoła, oddział albo członek grupy VAT. Dopisuje ich sprzedawca."
# A name may be long; the list that opens shows all of it.
_LEAST_LETTERS = 24


class RecipientBox(QGroupBox):
    """The choice of a recipient; hidden where there is nothing to choose.

    Attributes:
        choice: the list of recipients; its first entry is nobody but the buyer.

    Signals:
        chosen: identifier of the recipient, empty for nobody.
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__("Nabywca / Odbiorca", parent)
        self._recipients: tuple[Recipient, ...] = ()
        self._buyer = PlainLabel(parent=self)
        label = QLabel("Odbiorca", self)
        self.choice = QComboBox(self)
        self.choice.setAccessibleName("Odbiorca")
        self.choice.setAccessibleDescription(HINT)
        self.choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.choice.setMinimumContentsLength(_LEAST_LETTERS)
        label.setBuddy(self.choice)
        self._details = PlainLabel(parent=self)
        self._problem = ProblemLabel(self)
        column = QVBoxLayout(self)
        for widget in (self._buyer, label, self.choice, self._problem, self._details, PlainLabel(HINT, self)):
            column.addWidget(widget)
        self.choice.activated.connect(self._on_choice)

    def show_flow(self, flow: OrderFlow) -> None:
        """Show who can be chosen and who is."""
        recipients = flow.storefront.recipients
        self.setVisible(bool(recipients))
        self._buyer.setText(f"Nabywca: {flow.storefront.company.name}")
        if recipients != self._recipients or not self.choice.count():
            self._recipients = recipients
            self.choice.clear()
            self.choice.addItems([SAME, *(one.line for one in recipients)])
        own = flow.recipient
        self.choice.setCurrentIndex(recipients.index(own) + 1 if own is not None else 0)
        self._details.setText(recipient_text(own) if own is not None else "")
        self._details.setVisible(own is not None)

    def show_problem(self, words: str) -> None:
        """Say what is wrong with the choice; nothing where the text is empty."""
        self._problem.show_problem(words)

    def _on_choice(self, index: int) -> None:
        self.show_problem("")
        self.chosen.emit(self._recipients[index - 1].recipient_id if index > 0 else "")


def recipient_text(recipient: Recipient) -> str:
    """Return a recipient in one line, with what it is to the buyer."""
    role = ROLE_WORDS.get(recipient.role, "odbiorca")
    return f"{recipient.line} ({role})"
