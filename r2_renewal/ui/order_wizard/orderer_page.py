"""Page „Osoba zamawiająca": who orders, with the RODO clause beside the personal fields."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QWidget

from r2_renewal.domain.order import Orderer
from r2_renewal.domain.order_flow import Field, OrderFlow, Step
from r2_renewal.ui.button import Button
from r2_renewal.ui.field import Field as FieldWidget
from r2_renewal.ui.links import Links
from r2_renewal.ui.order_wizard.page import OrderPage
from r2_renewal.ui.plain_text import Heading, PlainLabel, PlainTextView

CLAUSE_LINES = 5


class OrdererPage(OrderPage):
    """The third page of the order form.

    Signals:
        left: the user left the telephone or the e-mail.
        forget_wanted: the user wants to be remembered here no longer.
    """

    left = Signal()
    forget_wanted = Signal()

    def __init__(self, flow: OrderFlow, links: Links) -> None:
        super().__init__(Step.ORDERER, "Osoba zamawiająca", flow)
        self._fields = {
            Field.FIRST_NAME: FieldWidget("Imię", self),
            Field.LAST_NAME: FieldWidget("Nazwisko", self),
            Field.PHONE: FieldWidget("Telefon", self, "Na przykład 601 234 567."),
            Field.EMAIL: FieldWidget("E-mail", self, "Na ten adres wyślemy potwierdzenie zamówienia."),
        }
        for name, field in self._fields.items():
            self.body.addWidget(field)
            field.typed.connect(lambda text, name=name: self._on_typed(name, text))
        self._fields[Field.PHONE].left.connect(self.left)
        self._fields[Field.EMAIL].left.connect(self.left)
        self._build_memory()
        self._build_privacy(links)

    def _build_memory(self) -> None:
        self._remember = QCheckBox("Zapamiętaj mnie na tym komputerze", self)
        self._remember.setAccessibleName("Zapamiętaj mnie na tym komputerze")
        self._remember.clicked.connect(lambda checked: self.change(self.flow.remember(checked)))
        self._remembered = PlainLabel(parent=self)
        self._forget = Button("Zapomnij mnie", self)
        self._forget.clicked.connect(self.forget_wanted)
        for widget in (self._remember, self._remembered):
            self.body.addWidget(widget)
        self.body.addWidget(self._forget, 0, Qt.AlignmentFlag.AlignLeft)

    def _show_memory(self, flow: OrderFlow) -> None:
        known = flow.remembered
        self._remember.setChecked(flow.remember_me)
        self._remember.setVisible(known is None or known != flow.contacts.settled_orderer)
        self._remembered.setText(f"Na tym komputerze zapamiętano: {_person_text(known)}." if known else "")
        for widget in (self._remembered, self._forget):
            widget.setVisible(known is not None)

    def _build_privacy(self, links: Links) -> None:
        self.body.addWidget(Heading("Twoje dane osobowe", self))
        self._privacy = PlainTextView("Twoje dane osobowe", self, lines=CLAUSE_LINES)
        self.body.addWidget(self._privacy, 1)
        more = Button("Pełna informacja o danych osobowych", self)
        more.clicked.connect(lambda: links.open(links.privacy))
        self.body.addWidget(more, 0, Qt.AlignmentFlag.AlignLeft)

    def _on_typed(self, name: Field, text: str) -> None:
        attribute = name.value.removeprefix("orderer.")
        self.change(self.flow.type_orderer(replace(self.flow.orderer, **{attribute: text})))

    def show_flow(self, flow: OrderFlow) -> None:
        """Show what was typed."""
        super().show_flow(flow)
        for name, field in self._fields.items():
            field.show_text(getattr(flow.orderer, name.value.removeprefix("orderer.")))
        self._show_memory(flow)
        self._privacy.show_text(flow.storefront.privacy.text)

    def places(self) -> dict[Field, Callable[[str], None]]:
        """Return where each message is shown."""
        return {name: field.show_problem for name, field in self._fields.items()}

    def focus_widget(self, field: Field) -> QWidget | None:
        """Return the widget of a field."""
        return self._fields[field].edit if field in self._fields else None


def _person_text(orderer: Orderer) -> str:
    return f"{orderer.first_name} {orderer.last_name}".strip() or orderer.email or orderer.phone
