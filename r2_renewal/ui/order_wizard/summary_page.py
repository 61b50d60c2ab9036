"""Page „Podsumowanie": everything the law wants, directly above the one button that binds.

Rule: item, period, net, VAT, gross and the automatic renewal with its price, date and way out stand right above the button
(art. 12 and 17 of the consumer rights act; CJEU C-249/21, C-400/22); they never scroll away. Each part can be edited, and the
edit leads back here.
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QFormLayout, QHBoxLayout, QWidget

from r2_renewal.domain.company import show_nip
from r2_renewal.domain.money import show_money
from r2_renewal.domain.offer import Quote, QuoteLine
from r2_renewal.domain.order_flow import Field, OrderFlow, Step
from r2_renewal.ui.button import Button
from r2_renewal.ui.order_wizard.changes_box import ChangesBox
from r2_renewal.ui.order_wizard.order_words import line_text, period_text, renewal_text
from r2_renewal.ui.order_wizard.page import Footer, OrderPage
from r2_renewal.ui.order_wizard.recipient_box import SAME, recipient_text
from r2_renewal.ui.placing import lines_on_screen
from r2_renewal.ui.plain_text import Heading, PlainLabel, PlainTextView, under_box

ORDER_BUTTON = "Zamówienie z obowiązkiem zapłaty"
EARLY_START = (
    "Żądam rozpoczęcia świadczenia przed upływem 14 dni. Wiem, że jeśli odstąpię od umowy, zapłacę za część wykonaną do "
    "tego czasu."
)
DECLARATION = (
    "Oświadczam, że ta umowa ma dla mnie charakter zawodowy. (Nieobowiązkowe – zamówisz także bez tego oświadczenia)."
)
TERMS_NOTE = "Do zamówienia stosuje się Regulamin. Przeczytasz i zapiszesz go przed zamówieniem."
# Two programs, as a rule; on a low screen fewer, for the button under them must stay on it.
LINES, FEW_LINES = 11, 6
LOW_SCREEN_LINES = 45
_OF_ONE = ("Usługa", "Okres", "Automatyczne odnowienie")


class _Group(Footer):
    """A part of the page with values by name, to be edited on its own page. Attributes: form: its rows; edit: „Zmień"."""

    def __init__(self, title: str, parent: QWidget) -> None:
        super().__init__(title, parent)
        row = QHBoxLayout(self)
        self.form = QFormLayout()
        self.form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.DontWrapRows)
        self.edit = Button("Zmień", self)
        self.edit.setAccessibleName(f"Zmień: {title}")
        row.addLayout(self.form, 1)
        row.addWidget(self.edit, 0, Qt.AlignmentFlag.AlignTop)


class SummaryPage(OrderPage):
    """The fifth page of the order form; leaving it forward is the order.

    Signals:
        edit_wanted: the ``Step`` of a page to change something on.
        terms_wanted: the user wants to read the terms of sale.
    """

    edit_wanted = Signal(object)
    terms_wanted = Signal()

    def __init__(self, flow: OrderFlow) -> None:
        super().__init__(Step.SUMMARY, "Podsumowanie", flow)
        self._values: dict[str, PlainLabel] = {}
        self._changes = ChangesBox(self)
        self.body.addWidget(self._changes)
        invoice = ("Firma", "NIP", "Adres", "Odbiorca", "e-mail do faktury")
        self._invoice = self._group(Step.INVOICE, "Dane do faktury", invoice)
        self.body.addWidget(self._invoice)
        orderer = ("Imię i nazwisko", "Telefon", "E-mail")
        self.body.addWidget(self._group(Step.ORDERER, "Osoba zamawiająca", orderer))
        self.body.addWidget(self._group(Step.CONSENT, "Zgoda", ("Zgoda na odnowienie",)))
        self._build_boxes()
        self.body.addStretch(1)
        names = ("Usługa", "Okres", "Netto", "VAT", "Do zapłaty", "Automatyczne odnowienie")
        self._price = self._group(Step.SERVICE, "Zamawiasz", names)
        self._lines = PlainTextView("Zamawiane programy", self._price, lines=self._lines_in_sight())
        self._price.form.insertRow(0, self._lines)
        self.add_footer(self._price)

    def _lines_in_sight(self) -> int:
        return LINES if lines_on_screen(self) > LOW_SCREEN_LINES else FEW_LINES

    def _group(self, step: Step, title: str, names: tuple[str, ...]) -> _Group:
        group = _Group(title, self)
        group.edit.clicked.connect(partial(self.edit_wanted.emit, step))
        for name in names:
            value = Heading(parent=group) if name == "Do zapłaty" else PlainLabel(parent=group)
            group.form.addRow(f"{name}:", value)
            self._values[name] = value
        return group

    def _build_boxes(self) -> None:
        self._early_start, self._early_text = self._box("Żądam rozpoczęcia przed upływem 14 dni", EARLY_START)
        self._early_start.clicked.connect(lambda checked: self.change(self.flow.request_early_start(checked)))
        self._declared, _ = self._box("Umowa ma dla mnie charakter zawodowy", DECLARATION)
        self._declared.clicked.connect(lambda checked: self.change(self.flow.declare_professional(checked)))
        self.body.addWidget(PlainLabel(TERMS_NOTE, self))
        terms = Button("Regulamin…", self)
        terms.clicked.connect(self.terms_wanted)
        self.body.addWidget(terms, 0, Qt.AlignmentFlag.AlignLeft)

    def let_edit(self, *, allowed: bool) -> None:
        """Let the parts and boxes be changed, or not while the order is on its way."""
        for widget in (*(group.edit for group in self.findChildren(_Group)), self._early_start, self._declared):
            widget.setEnabled(allowed)

    def _box(self, name: str, text: str) -> tuple[QCheckBox, PlainLabel]:
        """Add a box of a short name with its full text under it, which a box alone would not wrap."""
        box, words = QCheckBox(name, self), PlainLabel(text, self)
        box.setAccessibleName(name)
        box.setAccessibleDescription(text)
        self.body.addWidget(box)
        self.body.addWidget(under_box(words, box))
        return box, words

    def show_flow(self, flow: OrderFlow) -> None:
        """Show what is about to be ordered."""
        super().show_flow(flow)
        company, contacts = flow.storefront.company, flow.contacts
        self._changes.show_flow(flow)
        self._tell("Firma", company.name)
        self._tell("NIP", show_nip(company.nip))
        self._tell("Adres", f"{company.street}, {company.postcode} {company.city}")
        self._invoice.form.setRowVisible(self._values["Odbiorca"], bool(flow.storefront.recipients))
        self._tell("Odbiorca", recipient_text(flow.recipient) if flow.recipient else SAME)
        self._tell("e-mail do faktury", contacts.shown(Field.INVOICE_EMAIL))
        orderer = contacts.settled_orderer
        self._tell("Imię i nazwisko", f"{orderer.first_name} {orderer.last_name}")
        self._tell("Telefon", contacts.shown(Field.PHONE))
        self._tell("E-mail", contacts.shown(Field.EMAIL))
        self._tell("Zgoda na odnowienie", "wyrażona" if flow.consent_given else "nie")
        self._show_boxes(flow)
        if flow.quote is not None:
            self._show_price(flow.quote, enrolled=flow.consent_given)
        self._price.fit()

    def _show_boxes(self, flow: OrderFlow) -> None:
        for widget in (self._early_start, self._early_text):
            widget.setVisible(flow.asks_early_start)
        self._early_start.setChecked(flow.early_start)
        self._declared.setChecked(flow.is_professional)

    def _show_price(self, quote: Quote, enrolled: bool) -> None:
        first, is_only = quote.lines[0], len(quote.lines) == 1
        for name in _OF_ONE:
            self._price.form.setRowVisible(self._values[name], is_only)
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
