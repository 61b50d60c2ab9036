"""„Faktury": number, KSeF number, dates, amounts, state, and the invoice as PDF where the user wants it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial

from PySide6.QtWidgets import QHBoxLayout

from r2_renewal.agent.protocol import InvoicePdfParams, InvoicesResult, Method, Nothing, PageParams
from r2_renewal.domain.account import Invoice
from r2_renewal.ui.account.account_calls import AccountCalls
from r2_renewal.ui.account.account_page import AccountPage
from r2_renewal.ui.account.records_table import RecordsTable
from r2_renewal.ui.account.words import invoice_file_name, invoice_row, invoice_sort_values
from r2_renewal.ui.message_bar import WayOn
from r2_renewal.ui.plain_text import PlainLabel
from r2_renewal.ui.printout import ask_for_pdf

HEADERS = ("Numer", "Numer KSeF", "Wystawiona", "Netto", "VAT", "Brutto", "Stan")
AMOUNTS = range(3, 6)


class InvoicesPage(AccountPage):
    """The invoices, newest first."""

    def __init__(self, calls: AccountCalls, today: Callable[[], date]) -> None:
        super().__init__("Faktury", calls)
        self._today = today
        self._invoices: tuple[Invoice, ...] = ()
        self._next = ""
        self._none = PlainLabel("Nie ma jeszcze żadnej faktury.", self)
        self._table = RecordsTable("Faktury", HEADERS, self, AMOUNTS)
        self._save = self.button("Zapisz PDF…", self._choose_file)
        self._more = self.button("Pokaż starsze", self._load_more)
        row = QHBoxLayout()
        row.addWidget(self._save)
        row.addWidget(self._more)
        row.addStretch(1)
        row.addWidget(self.button("Odśwież", self.load))
        self.column.addWidget(self._none)
        self.column.addWidget(self._table, 1)
        self.column.addStretch()
        self.column.addLayout(row)
        self._show_invoices()
        self._none.hide()

    def load(self) -> None:
        """Ask for the newest invoices."""
        self.ask(Method.INVOICES_LOAD, PageParams(), self._on_loaded_first)

    def _load_more(self) -> None:
        self.ask(Method.INVOICES_LOAD, PageParams(cursor=self._next), self._on_more)

    def _on_loaded_first(self, result: InvoicesResult) -> None:
        self._invoices = ()
        self._on_more(result)

    def _on_more(self, result: InvoicesResult) -> None:
        self._invoices, self._next = self._invoices + result.invoices, result.next
        self._show_invoices()

    def _show_invoices(self) -> None:
        rows = [invoice_row(invoice, self._today()) for invoice in self._invoices]
        self._table.show_rows(rows, invoice_sort_values(self._invoices))
        self._none.setVisible(not self._invoices)
        self._table.setVisible(bool(self._invoices))
        self._save.setEnabled(bool(self._invoices))
        self._more.setVisible(bool(self._next))

    # The PDF

    def _choose_file(self) -> None:
        row = self._table.row
        if row < 0:
            return
        invoice = self._invoices[row]
        ask_for_pdf(self, "Zapisz fakturę", invoice_file_name(invoice), partial(self.save_pdf, invoice))

    def save_pdf(self, invoice: Invoice, path: str) -> None:
        """Have an invoice saved by the agent at a path of the user's choice."""
        self.messages.inform(f"Zapisuję fakturę {invoice.number}…")
        again = WayOn("Ponów", partial(self.save_pdf, invoice, path))
        self.calls.ask(
            Method.INVOICE_PDF,
            InvoicePdfParams(invoice_id=invoice.invoice_id, path=path),
            self,
            partial(self._on_pdf, invoice, path),
            lambda failure: self.refuse(failure, again),
        )

    def _on_pdf(self, invoice: Invoice, path: str, _result: Nothing) -> None:
        self.messages.inform(f"Faktura {invoice.number} jest zapisana w pliku {path}.")
