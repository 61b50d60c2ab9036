"""Page „Zgoda na automatyczne odnowienie": the full text with its numbers, to be read, kept and ticked by the user alone."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QWidget

from r2_renewal.domain.order_flow import Field, OrderFlow, Step
from r2_renewal.ui.agent_link import AgentLink
from r2_renewal.ui.button import Button
from r2_renewal.ui.document_buttons import DocumentButtons
from r2_renewal.ui.order_wizard.changes_box import ChangesBox
from r2_renewal.ui.order_wizard.page import OrderPage
from r2_renewal.ui.plain_text import PlainLabel, ProblemLabel, WholeTextView
from r2_renewal.ui.printout import Printout

TITLE = "Zgoda na automatyczne odnowienie"
REQUIRED_NOTE = "Zgoda jest wymagana do złożenia zamówienia."
OPTIONAL_NOTE = (
    "Zgoda jest dobrowolna. Zamówisz także bez niej, a abonament skończy się wtedy z końcem opłaconego okresu."
)
# A long text gets the page's room, whatever is under it.
_TEXT_FIRST = 1000


class ConsentPage(OrderPage):
    """The fourth page of the order form.

    Signals:
        terms_wanted: the user wants to read the terms of sale.
    """

    terms_wanted = Signal()

    def __init__(self, flow: OrderFlow, link: AgentLink) -> None:
        super().__init__(Step.CONSENT, TITLE, flow)
        self._changes = ChangesBox(self)
        self._text = WholeTextView("Treść zgody na automatyczne odnowienie", self)
        self._box = QCheckBox("Wyrażam zgodę na automatyczne odnowienie", self)
        self._box.setAccessibleName("Wyrażam zgodę na automatyczne odnowienie")
        self._problem = ProblemLabel(self)
        self._note = PlainLabel(parent=self)
        self._keep = DocumentButtons(link, f"{TITLE}.pdf", lambda: Printout(TITLE, self.flow.consent_text), self)
        terms = Button("Regulamin…", self)
        self.body.addWidget(self._changes)
        self.body.addWidget(self._text, _TEXT_FIRST)
        for widget in (self._box, self._problem, self._note, self._keep):
            self.body.addWidget(widget)
        self.body.addWidget(terms, 0, Qt.AlignmentFlag.AlignLeft)
        self.body.addStretch(1)  # a short text ends where the box stands
        self._box.clicked.connect(lambda checked: self.change(self.flow.consent(checked)))
        terms.clicked.connect(self.terms_wanted)

    def show_flow(self, flow: OrderFlow) -> None:
        """Show the consent's text and whether it is given."""
        super().show_flow(flow)
        self._changes.show_flow(flow)
        self._text.show_text(flow.consent_text)
        self._box.setChecked(flow.consent_given)
        self._note.setText(note_text(flow))

    def places(self) -> dict[Field, Callable[[str], None]]:
        """Return where the message is shown."""
        return {Field.CONSENT: self._problem.show_problem}

    def focus_widget(self, field: Field) -> QWidget | None:
        """Return the widget of a field."""
        return self._box if field is Field.CONSENT else None


def note_text(flow: OrderFlow) -> str:
    """Return whether the consent is needed, and how to leave it again."""
    shop = flow.storefront
    if not shop.consent_required:
        return OPTIONAL_NOTE
    return (
        f"{REQUIRED_NOTE} Z odnowienia zrezygnujesz bezpłatnie, także od razu po zamówieniu: w Pomoc → eSklep, "
        f"w panelu {shop.panel_url} albo e-mailem na {shop.contact_email}. Opłacony okres zostaje."
    )
