"""Page „Podsumowanie": everything the law wants, directly above the one button that binds.

Rule: item, period, net, VAT, gross and the automatic renewal with its price, date and way out stand right above the button
(art. 12 and 17 of the consumer rights act; CJEU C-249/21, C-400/22); they never scroll away.
"""

from __future__ import annotations

from PySide6.QtWidgets import QFormLayout, QWidget

from r2_renewal.domain.company import show_nip
from r2_renewal.domain.money import show_money
from r2_renewal.domain.offer import Quote, QuoteLine
from r2_renewal.domain.order_flow import Field, OrderFlow, Step
from r2_renewal.ui.order_wizard.order_words import line_text, period_text, renewal_text
from r2_renewal.ui.order_wizard.page import Footer, OrderPage
from r2_renewal.ui.plain_text import Heading, PlainLabel, PlainTextView

ORDER_BUTTON = "Zamówienie z obowiązkiem zapłaty"
LINES = 6
_OF_ONE = ("Usługa", "Okres", "Automatyczne odnowienie")


class _Group(Footer):
    """A part of the page with values by name. Attributes: form: its rows."""

    def __init__(self, title: str, parent: QWidget) -> None:
        super().__init__(title, parent)
        self.form = QFormLayout(self)
        self.form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.DontWrapRows)


class SummaryPage(OrderPage):
    """The fifth page of the order form; leaving it forward is the order."""

    def __init__(self, flow: OrderFlow) -> None:
        super().__init__(Step.SUMMARY, "Podsumowanie", flow)
        self._values: dict[str, PlainLabel] = {}
        self.body.addWidget(self._group("Dane do faktury", ("Firma", "NIP", "Adres", "e-mail do faktury")))
        self.body.addWidget(self._group("Osoba zamawiająca", ("Imię i nazwisko", "Telefon", "E-mail")))
        self.body.addStretch(1)
        self._price = self._group(
            "Zamawiasz", ("Usługa", "Okres", "Netto", "VAT", "Do zapłaty", "Automatyczne odnowienie")
        )
        self._lines = PlainTextView("Zamawiane programy", self._price, lines=LINES)
        self._price.form.insertRow(0, self._lines)
        self.add_footer(self._price)

    def _group(self, title: str, names: tuple[str, ...]) -> _Group:
        group = _Group(title, self)
        for name in names:
            value = Heading(parent=group) if name == "Do zapłaty" else PlainLabel(parent=group)
            group.form.addRow(f"{name}:", value)
            self._values[name] = value
        return group

    def show_flow(self, flow: OrderFlow) -> None:
        """Show what is about to be ordered."""
        super().show_flow(flow)
        company, orderer = flow.storefront.company, flow.orderer
        self._tell("Firma", company.name)
        self._tell("NIP", show_nip(company.nip))
        self._tell("Adres", f"{company.street}, {company.postcode} {company.city}")
        self._tell("e-mail do faktury", flow.contacts.shown(Field.INVOICE_EMAIL))
        self._tell("Imię i nazwisko", f"{orderer.first_name.strip()} {orderer.last_name.strip()}")
        self._tell("Telefon", flow.contacts.shown(Field.PHONE))
        self._tell("E-mail", flow.contacts.shown(Field.EMAIL))
        if flow.quote is not None:
            self._show_price(flow.quote, enrolled=flow.consent_given)
        self._price.fit()

    def _show_price(self, quote: Quote, enrolled: bool) -> None:
        first, is_only = quote.lines[0], len(quote.lines) == 1
        for widget in (self._values[name] for name in _OF_ONE):
            self._price.form.setRowVisible(widget, is_only)
        self._price.form.setRowVisible(self._lines, not is_only)
        self._lines.show_text("\n\n".join(_line_text(line, enrolled) for line in quote.lines))
        self._tell("Usługa", first.description)
        self._tell("Okres", period_text(first))
        self._tell("Netto", show_money(quote.price.net))
        self._tell("VAT", show_money(quote.price.vat))
        self._tell("Do zapłaty", show_money(quote.price.gross))
        self._tell("Automatyczne odnowienie", renewal_text(first) if enrolled else "nie")

    def _tell(self, name: str, text: str) -> None:
        self._values[name].setText(text)
        self._values[name].setAccessibleName(f"{name}: {text}")


def _line_text(line: QuoteLine, enrolled: bool) -> str:
    return f"{line_text(line)}.\nAutomatyczne odnowienie: {renewal_text(line) if enrolled else 'nie'}"
