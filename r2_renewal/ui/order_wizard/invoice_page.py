"""Page „Dane do faktury": the company as the vendor has it, NIP above all, and „e-mail do faktury".

Rule: the data is read-only here; wrong data is reported, and a wrong NIP stops the order because KSeF delivers by NIP.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QGroupBox, QHBoxLayout, QVBoxLayout, QWidget

from r2_renewal.domain.company import differences, nip_problem, show_nip
from r2_renewal.domain.errors import ErrorCode
from r2_renewal.domain.order_flow import Field, FieldProblem, OrderFlow, Step
from r2_renewal.ui.button import Button
from r2_renewal.ui.field import Field as FieldWidget
from r2_renewal.ui.links import Links
from r2_renewal.ui.order_wizard.differences_box import DifferencesBox
from r2_renewal.ui.order_wizard.page import OrderPage
from r2_renewal.ui.order_wizard.recipient_box import RecipientBox
from r2_renewal.ui.plain_text import PlainLabel, ProblemLabel

WRONG_DATA = (
    "Dane się nie zgadzają? Zgłoś to przez eBOK Symfonia lub formularz kontaktowy. Nie składaj zamówienia z błędnym "
    "NIP-em – faktura nie dotrze do Twojej firmy w KSeF."
)
INVOICE_EMAIL_HINT = (
    "Fakturę z NIP-em otrzymasz w KSeF. Na ten adres wyślemy powiadomienie, także o przyszłych odnowieniach."
)


class InvoicePage(OrderPage):
    """The second page of the order form.

    Signals:
        correction_wanted: the user wants to report wrong data.
        left: the user left „e-mail do faktury".
    """

    correction_wanted = Signal()
    left = Signal()

    def __init__(self, flow: OrderFlow, links: Links) -> None:
        super().__init__(Step.INVOICE, "Dane do faktury", flow)
        self._links = links
        self._build_company()
        self._recipient = RecipientBox(self)
        self._recipient.chosen.connect(lambda chosen: self.change(self.flow.choose_recipient(chosen)))
        self.body.addWidget(self._recipient)
        self._differences = DifferencesBox(self)
        self.body.addWidget(self._differences)
        self._build_wrong_data()
        self._build_confirmation()
        self._email = FieldWidget("e-mail do faktury", self, INVOICE_EMAIL_HINT)
        self.body.addWidget(self._email)
        self.body.addStretch(1)
        self._email.typed.connect(lambda text: self.change(self.flow.type_invoice_email(text)))
        self._email.left.connect(self.left)

    def _build_company(self) -> None:
        group = QGroupBox("Firma", self)
        column = QVBoxLayout(group)
        self._nip = FieldWidget("NIP", group)
        self._name = FieldWidget("Nazwa firmy", group)
        self._address = FieldWidget("Adres", group)
        for field in (self._nip, self._name, self._address):
            field.set_read_only()
            column.addWidget(field)
        self.body.addWidget(group)

    def _build_wrong_data(self) -> None:
        self.body.addWidget(PlainLabel(WRONG_DATA, self))
        row = QHBoxLayout()
        self._add_button(row, "Zgłoś niepoprawne dane…", self.correction_wanted.emit)
        self._add_button(row, "eBOK Symfonia", lambda: self._links.open(self._links.ebok))
        self._add_button(row, "Formularz kontaktowy", lambda: self._links.open(self._links.contact_form))
        row.addStretch(1)
        self.body.addLayout(row)

    def _add_button(self, row: QHBoxLayout, name: str, act: Callable[[], object]) -> None:
        button = Button(name, self)
        button.clicked.connect(act)
        row.addWidget(button)

    def _build_confirmation(self) -> None:
        self._confirmed = QCheckBox("Dane do faktury są poprawne", self)
        self._confirmed.setAccessibleName("Dane do faktury są poprawne")
        self._confirmed_problem = ProblemLabel(self)
        self.body.addWidget(self._confirmed)
        self.body.addWidget(self._confirmed_problem)
        self._confirmed.clicked.connect(lambda checked: self.change(self.flow.confirm_company(checked)))

    def show_flow(self, flow: OrderFlow) -> None:
        """Show the company and what was typed."""
        super().show_flow(flow)
        company = flow.storefront.company
        self._nip.show_text(show_nip(company.nip))
        self._name.show_text(company.name)
        self._address.show_text(f"{company.street}, {company.postcode} {company.city}")
        self._recipient.show_flow(flow)
        self._differences.show_differences(differences(company, flow.holder))
        self._confirmed.setChecked(flow.company_confirmed)
        self._email.show_text(flow.contacts.invoice_email)

    def begin(self, flow: OrderFlow) -> None:
        """Come to the page; a NIP that stops the order is said at once, since nothing here can mend it."""
        super().begin(flow)
        if nip_problem(flow.storefront.company.nip) is not None:
            self.messages.warn(ErrorCode.INVOICE_NIP_INVALID)

    def show_problems(self, problems: Iterable[FieldProblem]) -> None:
        """Show what keeps the user here; nobody is asked to confirm data with a NIP that stops the order."""
        told = tuple(problems)
        if any(problem.field is Field.NIP for problem in told):
            told = tuple(problem for problem in told if problem.field is not Field.COMPANY_CONFIRMED)
        super().show_problems(told)

    def places(self) -> dict[Field, Callable[[str], None]]:
        """Return where each message is shown."""
        return {
            Field.NIP: self._nip.show_problem,
            Field.RECIPIENT: self._recipient.show_problem,
            Field.COMPANY_CONFIRMED: self._confirmed_problem.show_problem,
            Field.INVOICE_EMAIL: self._email.show_problem,
        }

    def focus_widget(self, field: Field) -> QWidget | None:
        """Return the widget of a field."""
        widgets = {
            Field.NIP: self._nip.edit,
            Field.RECIPIENT: self._recipient.choice,
            Field.COMPANY_CONFIRMED: self._confirmed,
            Field.INVOICE_EMAIL: self._email.edit,
        }
        return widgets.get(field)
