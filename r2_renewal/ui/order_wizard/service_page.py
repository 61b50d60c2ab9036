"""Page „Usługa": Abonament or Rozszerzenie, with price and new end; nothing preselected but what the user clicked."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QFormLayout,
    QGroupBox,
    QLabel,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from r2_renewal.domain.dates import long_date
from r2_renewal.domain.money import show_money
from r2_renewal.domain.offer import Quote, ServiceKind
from r2_renewal.domain.order_flow import Field, FieldProblem, OrderFlow, Step
from r2_renewal.ui.error_texts import field_sentence
from r2_renewal.ui.limits_text import limits_text
from r2_renewal.ui.order_wizard.page import OrderPage
from r2_renewal.ui.plain_text import Heading, PlainLabel, ProblemLabel

EXTENSION_NOTE = "Wyższy limit programu od razu, do końca obecnego abonamentu."
NO_EXTENSION_NOTE = (
    "Teraz nie ma rozszerzenia dla tego programu. Pod koniec abonamentu najpierw go odnów, potem rozszerz."
)


class ServicePage(OrderPage):
    """The first page of the order form."""

    def __init__(self, flow: OrderFlow) -> None:
        super().__init__(Step.SERVICE, "Usługa", flow)
        self._build_program(flow)
        self._build_kinds()
        self._build_limits()
        self._build_price()
        self.body.addStretch(1)
        self._kinds.idClicked.connect(self._on_kind)
        self._limits.activated.connect(self._on_limit)

    def _build_program(self, flow: OrderFlow) -> None:
        program = flow.entry.program
        self.body.addWidget(Heading(f"{program.name} {program.edition}".strip(), self))
        until = f"Abonament do {long_date(program.valid_until)}"
        self.body.addWidget(PlainLabel(f"{until}, {limits_text(program.limits)}.", self))

    def _build_kinds(self) -> None:
        group = QGroupBox("Co chcesz zamówić?", self)
        column = QVBoxLayout(group)
        self._kinds = QButtonGroup(self)
        self._subscription = self._add_kind(column, ServiceKind.SUBSCRIPTION, "Abonament")
        column.addWidget(
            PlainLabel("Aktualizacje, pomoc techniczna i dane z Internetu przez kolejne 12 miesięcy.", group)
        )
        self._extension = self._add_kind(column, ServiceKind.EXTENSION, "Rozszerzenie")
        self._extension_note = PlainLabel(EXTENSION_NOTE, group)
        column.addWidget(self._extension_note)
        self._kind_problem = ProblemLabel(group)
        column.addWidget(self._kind_problem)
        self.body.addWidget(group)

    def _add_kind(self, column: QVBoxLayout, kind: ServiceKind, name: str) -> QRadioButton:
        radio = QRadioButton(name, self)
        radio.setAccessibleName(name)
        self._kinds.addButton(radio, list(ServiceKind).index(kind))
        column.addWidget(radio)
        return radio

    def _build_limits(self) -> None:
        self._limits_row = QWidget(self)
        row = QVBoxLayout(self._limits_row)
        row.setContentsMargins(0, 0, 0, 0)
        label = QLabel("Nowy limit", self._limits_row)
        self._limits = QComboBox(self._limits_row)
        self._limits.setAccessibleName("Nowy limit")
        label.setBuddy(self._limits)
        self._limit_problem = ProblemLabel(self._limits_row)
        for widget in (label, self._limits, self._limit_problem):
            row.addWidget(widget)
        self.body.addWidget(self._limits_row)

    def _build_price(self) -> None:
        self._price = QGroupBox("Cena", self)
        form = QFormLayout(self._price)
        self._values = {
            name: PlainLabel(parent=self._price) for name in ("Netto", "VAT", "Brutto", "Okres", "Nowy koniec")
        }
        for name, value in self._values.items():
            value.setAccessibleName(name)
            form.addRow(f"{name}:", value)
        self.body.addWidget(self._price)
        self._waiting = PlainLabel("Pobieram cenę z eSklepu…", self)
        self.body.addWidget(self._waiting)

    def show_flow(self, flow: OrderFlow) -> None:
        """Show the choice and its price."""
        super().show_flow(flow)
        radios = {ServiceKind.SUBSCRIPTION: self._subscription, ServiceKind.EXTENSION: self._extension}
        if flow.kind is not None:
            radios[flow.kind].setChecked(True)
        self._show_what_is_on_sale(flow)
        self._show_limits(flow)
        self._show_price(flow.quote)
        self._waiting.setVisible(flow.offer is not None and flow.quote is None and not self.messages.text)

    def _show_what_is_on_sale(self, flow: OrderFlow) -> None:
        offers, licence_id = flow.storefront.offers_for, flow.entry.program.licence_id
        self._subscription.setEnabled(bool(offers(licence_id, ServiceKind.SUBSCRIPTION)))
        extensible = bool(offers(licence_id, ServiceKind.EXTENSION))
        self._extension.setEnabled(extensible)
        self._extension_note.setText(EXTENSION_NOTE if extensible else NO_EXTENSION_NOTE)

    def _show_limits(self, flow: OrderFlow) -> None:
        self._limits_row.setVisible(flow.kind is ServiceKind.EXTENSION)
        names = ["Wybierz…", *(offer.name for offer in flow.offers)]
        if names != [self._limits.itemText(index) for index in range(self._limits.count())]:
            self._limits.clear()
            self._limits.addItems(names)
        self._limits.setCurrentIndex(flow.offers.index(flow.offer) + 1 if flow.offer in flow.offers else 0)

    def _show_price(self, quote: Quote | None) -> None:
        self._price.setVisible(quote is not None)
        if quote is None:
            return
        self._values["Netto"].setText(show_money(quote.price.net))
        self._values["VAT"].setText(show_money(quote.price.vat))
        self._values["Brutto"].setText(show_money(quote.price.gross))
        self._values["Okres"].setText(f"{long_date(quote.period_from)} – {long_date(quote.period_to)}")
        self._values["Nowy koniec"].setText(long_date(quote.period_to))

    def _on_kind(self, index: int) -> None:
        self.change(self.flow.choose_kind(list(ServiceKind)[index]))

    def _on_limit(self, index: int) -> None:
        self.change(self.flow.choose_offer(self.flow.offers[index - 1] if index > 0 else None))

    def sentence(self, problem: FieldProblem) -> str:
        """Return a problem in words, with the present limit."""
        return field_sentence(problem.field, problem.reason, limits_text(self.flow.entry.program.limits))

    def places(self) -> dict[Field, Callable[[str], None]]:
        """Return where each message is shown."""
        return {
            Field.KIND: self._kind_problem.show_problem,
            Field.OFFER: self._limit_problem.show_problem,
            Field.QUOTE: self._show_quote_problem,
        }

    def _show_quote_problem(self, text: str) -> None:
        if text and not self.messages.text:
            self.messages.inform(text)

    def focus_widget(self, field: Field) -> QWidget | None:
        """Return the widget of a field."""
        return self._subscription if field is Field.KIND else self._limits
