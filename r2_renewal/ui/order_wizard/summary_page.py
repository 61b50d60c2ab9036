"""Page „Podsumowanie": everything the law wants, directly above the one button that binds.

Rule: item, period, net, VAT, gross and the automatic renewal with its price, date and way out stand right above the button
(art. 12 and 17 of the consumer rights act; CJEU C-249/21, C-400/22); they never scroll away.
"""

from __future__ import annotations

from PySide6.QtWidgets import QFormLayout

from r2_renewal.domain.company import show_nip
from r2_renewal.domain.dates import long_date, short_date
from r2_renewal.domain.money import show_money
from r2_renewal.domain.offer import Quote
from r2_renewal.domain.order_flow import Field, OrderFlow, Step
from r2_renewal.ui.order_wizard.page import Footer, OrderPage
from r2_renewal.ui.plain_text import Heading, PlainLabel

ORDER_BUTTON = "Zamówienie z obowiązkiem zapłaty"


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
        self.add_footer(self._price)

    def _group(self, title: str, names: tuple[str, ...]) -> Footer:
        group = Footer(title, self)
        form = QFormLayout(group)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.DontWrapRows)
        for name in names:
            value = Heading(parent=group) if name == "Do zapłaty" else PlainLabel(parent=group)
            form.addRow(f"{name}:", value)
            self._values[name] = value
        return group

    def show_flow(self, flow: OrderFlow) -> None:
        """Show what is about to be ordered."""
        super().show_flow(flow)
        company, orderer = flow.storefront.company, flow.orderer
        self._tell("Firma", company.name)
        self._tell("NIP", show_nip(company.nip))
        self._tell("Adres", f"{company.street}, {company.postcode} {company.city}")
        self._tell("e-mail do faktury", flow.shown(Field.INVOICE_EMAIL))
        self._tell("Imię i nazwisko", f"{orderer.first_name.strip()} {orderer.last_name.strip()}")
        self._tell("Telefon", flow.shown(Field.PHONE))
        self._tell("E-mail", flow.shown(Field.EMAIL))
        if flow.quote is not None:
            self._show_price(flow.quote, enrolled=flow.consent_given)
        self._price.fit()

    def _show_price(self, quote: Quote, enrolled: bool) -> None:
        self._tell("Usługa", quote.description)
        self._tell("Okres", f"{long_date(quote.period_from)} – {long_date(quote.period_to)}")
        self._tell("Netto", show_money(quote.price.net))
        self._tell("VAT", show_money(quote.price.vat))
        self._tell("Do zapłaty", show_money(quote.price.gross))
        self._tell("Automatyczne odnowienie", _renewal_text(quote) if enrolled else "nie")

    def _tell(self, name: str, text: str) -> None:
        self._values[name].setText(text)
        self._values[name].setAccessibleName(f"{name}: {text}")


def _renewal_text(quote: Quote) -> str:
    price = show_money(quote.renewal_price.gross)
    return (
        f"{short_date(quote.renewal_date)} na kolejne 12 miesięcy po cenie z cennika z tego dnia (dziś {price} brutto). "
        f"Zrezygnujesz bezpłatnie do {short_date(quote.cancel_until)} w Pomoc → eSklep, w panelu lub e-mailem."
    )
