"""„Dane firmy": the company as the vendor has it, NIP first, to read and to report where it is wrong."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QGroupBox, QHBoxLayout, QVBoxLayout, QWidget

from r2_renewal.domain.company import Company, show_nip
from r2_renewal.ui.button import Button
from r2_renewal.ui.field import Field
from r2_renewal.ui.links import Links
from r2_renewal.ui.plain_text import PlainLabel

NAME = "Dane firmy"
WRONG_DATA = (
    "Dane się nie zgadzają? Zgłoś to przez eBOK Symfonia lub formularz kontaktowy. Z błędnym NIP-em faktura nie dotrze do Twojej "
    "firmy w KSeF."
)


class CompanyGroup(QGroupBox):
    """The company's data, read-only."""

    def __init__(self, report: Callable[[], None], links: Links, parent: QWidget | None = None) -> None:
        super().__init__(NAME, parent)
        self.setAccessibleName(NAME)
        self._column = QVBoxLayout(self)
        self._nip, self._name, self._address = (Field(name, self) for name in ("NIP", "Nazwa firmy", "Adres"))
        for field in (self._nip, self._name, self._address):
            field.set_read_only()
            self._column.addWidget(field)
        self._column.addWidget(PlainLabel(WRONG_DATA, self))
        row = QHBoxLayout()
        self._add(row, "Zgłoś niepoprawne dane…", report)
        self._add(row, "eBOK Symfonia", lambda: links.open(links.ebok))
        self._add(row, "Formularz kontaktowy", lambda: links.open(links.contact_form))
        row.addStretch(1)
        self._column.addLayout(row)

    def _add(self, row: QHBoxLayout, name: str, act: Callable[[], object]) -> None:
        button = Button(name, self)
        button.clicked.connect(act)
        row.addWidget(button)

    def show_company(self, company: Company) -> None:
        """Show the data on record."""
        self._nip.show_text(show_nip(company.nip))
        self._name.show_text(company.name)
        self._address.show_text(f"{company.street}, {company.postcode} {company.city}")
        for field in (self._nip, self._name, self._address):
            field.edit.setCursorPosition(0)
