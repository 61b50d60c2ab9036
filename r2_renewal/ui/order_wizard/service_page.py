"""Page „Usługa": Abonament or Rozszerzenie for the chosen programs, with the live price.

Rule: nothing is preselected but what the user clicked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtWidgets import QButtonGroup, QGroupBox, QRadioButton, QVBoxLayout, QWidget

from r2_renewal.domain.offer import ServiceKind
from r2_renewal.domain.order_flow import Field, FieldProblem, OrderFlow, Step
from r2_renewal.domain.plurals import PROGRAM_GENITIVE, counted
from r2_renewal.ui.error_texts import field_sentence
from r2_renewal.ui.limits_text import limits_text
from r2_renewal.ui.order_wizard.order_words import owned_text, program_names
from r2_renewal.ui.order_wizard.page import OrderPage
from r2_renewal.ui.order_wizard.price_box import PriceBox
from r2_renewal.ui.order_wizard.program_row import ProgramRow
from r2_renewal.ui.plain_text import Heading, PlainLabel, ProblemLabel, under_box

EXTENSION_NOTE = "Wyższy limit programu od razu, do końca obecnego abonamentu."
NO_EXTENSION_NOTE = (
    "Teraz nie ma rozszerzenia dla tego programu. Pod koniec abonamentu najpierw go odnów, potem rozszerz."
)
NO_EXTENSIONS_NOTE = (
    "Teraz nie ma rozszerzenia dla żadnego z tych programów. Pod koniec abonamentu najpierw go odnów, potem rozszerz."
)


class ServicePage(OrderPage):
    """The first page of the order form."""

    def __init__(self, flow: OrderFlow) -> None:
        super().__init__(Step.SERVICE, "Usługa", flow)
        self._rows: dict[str, ProgramRow] = {}
        self._title = Heading(parent=self)
        self._owned = PlainLabel(parent=self)
        self.body.addWidget(self._title)
        self.body.addWidget(self._owned)
        self._build_kinds()
        self._programs = QVBoxLayout()
        self.body.addLayout(self._programs)
        self._programs_problem = ProblemLabel(self)
        self.body.addWidget(self._programs_problem)
        self._price = PriceBox(self)
        self.body.addWidget(self._price)
        self._waiting = PlainLabel("Pobieram cenę z eSklepu…", self)
        self.body.addWidget(self._waiting)
        self.body.addStretch(1)
        self._kinds.idClicked.connect(self._on_kind)

    def _build_kinds(self) -> None:
        group = QGroupBox("Co chcesz zamówić?", self)
        column = QVBoxLayout(group)
        self._kinds = QButtonGroup(self)
        self._subscription = self._add_kind(column, ServiceKind.SUBSCRIPTION, "Abonament")
        words = PlainLabel("Aktualizacje, pomoc techniczna i dane z Internetu przez kolejne 12 miesięcy.", group)
        column.addWidget(under_box(words, self._subscription))
        self._extension = self._add_kind(column, ServiceKind.EXTENSION, "Rozszerzenie")
        self._extension_note = PlainLabel(EXTENSION_NOTE, group)
        column.addWidget(under_box(self._extension_note, self._extension))
        self._kind_problem = ProblemLabel(group)
        column.addWidget(self._kind_problem)
        self.body.addWidget(group)

    def _add_kind(self, column: QVBoxLayout, kind: ServiceKind, name: str) -> QRadioButton:
        radio = QRadioButton(name, self)
        radio.setAccessibleName(name)
        self._kinds.addButton(radio, list(ServiceKind).index(kind))
        column.addWidget(radio)
        return radio

    # The mirror

    def show_flow(self, flow: OrderFlow) -> None:
        """Show the choice and its price."""
        super().show_flow(flow)
        radios = {ServiceKind.SUBSCRIPTION: self._subscription, ServiceKind.EXTENSION: self._extension}
        if flow.kind is not None:
            radios[flow.kind].setChecked(True)
        self._show_title(flow)
        self._show_what_is_on_sale(flow)
        self._show_programs(flow)
        self._show_price(flow)
        self._waiting.setVisible(bool(flow.service.wanted) and flow.quote is None and not self.messages.text)

    def _show_title(self, flow: OrderFlow) -> None:
        names = program_names(flow.entries)
        is_only = len(names) == 1
        (first, *_) = names.values()
        self._title.setText(first if is_only else f"Zamówienie dla {counted(len(names), PROGRAM_GENITIVE)}")
        self._owned.setText(owned_text(flow.entries[0].program))
        self._owned.setVisible(is_only)

    def _show_what_is_on_sale(self, flow: OrderFlow) -> None:
        on_sale = {
            kind: any(flow.storefront.offers_for(licence_id, kind) for licence_id in flow.licence_ids)
            for kind in ServiceKind
        }
        self._subscription.setEnabled(on_sale[ServiceKind.SUBSCRIPTION])
        self._extension.setEnabled(on_sale[ServiceKind.EXTENSION])
        none_note = NO_EXTENSION_NOTE if len(flow.items) == 1 else NO_EXTENSIONS_NOTE
        self._extension_note.setText(EXTENSION_NOTE if on_sale[ServiceKind.EXTENSION] else none_note)

    def _show_programs(self, flow: OrderFlow) -> None:
        if tuple(self._rows) != flow.licence_ids:
            self._make_rows(flow)
        for item in flow.items:
            self._rows[item.licence_id].show_item(item, flow.kind, flow.offers_for(item.licence_id))

    def _make_rows(self, flow: OrderFlow) -> None:
        for row in self._rows.values():
            row.hide()
            self._programs.removeWidget(row)
            row.deleteLater()
        names, is_only = program_names(flow.entries), len(flow.items) == 1
        self._rows = {item.licence_id: ProgramRow(item, names[item.licence_id], is_only, self) for item in flow.items}
        for row in self._rows.values():
            row.left_out.connect(lambda one, is_out: self.change(self.flow.leave_out(one, is_out)))
            row.chosen.connect(lambda one, offer: self.change(self.flow.choose_offer(one, offer)))
            self._programs.addWidget(row)

    def _show_price(self, flow: OrderFlow) -> None:
        for row in self._rows.values():
            row.show_price(flow.quote)
        only = flow.entries[0].program if len(flow.items) == 1 else None
        self._price.show_price(flow.quote, only)

    def _on_kind(self, index: int) -> None:
        self.change(self.flow.choose_kind(list(ServiceKind)[index]))

    # What is wrong

    def show_problems(self, problems: Iterable[FieldProblem]) -> None:
        """Show what keeps the user here, each program's at its row."""
        told = tuple(problems)
        super().show_problems(told)
        for problem in told:
            if problem.licence_id:
                self._rows[problem.licence_id].show_problem(self.sentence(problem))

    def sentence(self, problem: FieldProblem) -> str:
        """Return a problem in words, with the present limit of its program."""
        licence_id = problem.licence_id or self.flow.licence_ids[0]
        limits = self.flow.service.item(licence_id).entry.program.limits
        return field_sentence(problem.field, problem.reason, limits_text(limits))

    def places(self) -> dict[Field, Callable[[str], None]]:
        """Return where each message is shown; those of single programs are shown by their rows."""
        return {
            Field.KIND: self._kind_problem.show_problem,
            Field.PROGRAMS: self._programs_problem.show_problem,
            Field.OFFER: lambda _: None,
            Field.QUOTE: self._show_quote_problem,
        }

    def _show_quote_problem(self, text: str) -> None:
        if text and not self.messages.text:
            self.messages.inform(text)

    def focus_widget(self, field: Field) -> QWidget | None:
        """Return the widget of a field; of the first program that the field is wrong for."""
        if field is Field.KIND:
            return self._subscription if self._subscription.isEnabled() else self._extension
        wrong = (problem.licence_id for problem in self.flow.problems(self.step) if problem.licence_id)
        return self._rows[next(wrong, self.flow.licence_ids[0])].field
