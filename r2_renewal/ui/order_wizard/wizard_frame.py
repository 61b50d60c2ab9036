"""The frame of the order form: title, Polish buttons, and a size that fits the screen."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget, QWizard

from r2_renewal.ui.button import Button
from r2_renewal.ui.order_wizard.summary_page import ORDER_BUTTON
from r2_renewal.ui.placing import roomy

# High enough for the receipt with its bank code, and for the summary without a bar on most screens.
PREFERRED_SIZE = QSize(680, 700)
CLOSE_BUTTON = "Zamknij"


class WizardFrame(QWizard):
    """A QWizard with our names on its buttons; the host's translators stay as they are."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Zamówienie")
        self.setWizardStyle(QWizard.WizardStyle.ClassicStyle)  # the others paint a white header over a dark palette
        self.setOption(QWizard.WizardOption.NoBackButtonOnStartPage)
        self.setOption(QWizard.WizardOption.NoBackButtonOnLastPage)
        self.setOption(QWizard.WizardOption.NoCancelButtonOnLastPage)
        # A wizard's own button, once it had the focus, stays the default one, which any Enter would press, or is it no more.
        self.setButton(QWizard.WizardButton.CommitButton, Button(ORDER_BUTTON, self))
        self.setButton(QWizard.WizardButton.FinishButton, Button(CLOSE_BUTTON, self))
        for button, text in (
            (QWizard.WizardButton.NextButton, "Dalej"),
            (QWizard.WizardButton.BackButton, "Wstecz"),
            (QWizard.WizardButton.CancelButton, "Anuluj"),
            (QWizard.WizardButton.CommitButton, ORDER_BUTTON),
            (QWizard.WizardButton.FinishButton, CLOSE_BUTTON),
        ):
            self.name_button(button, text)
        self.resize(roomy(self, PREFERRED_SIZE))

    def name_button(self, button: QWizard.WizardButton, text: str) -> None:
        """Give a button its words, on the screen and for a screen reader."""
        self.setButtonText(button, text)
        self.button(button).setAccessibleName(text)
