"""One program on the page „Usługa": whether it is in the order, its new limit, its price and period."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel, QVBoxLayout, QWidget

from r2_renewal.domain.offer import Offer, Quote, ServiceKind
from r2_renewal.domain.order_service import OrderItem
from r2_renewal.ui.order_wizard.order_words import days_text, line_text, owned_text
from r2_renewal.ui.plain_text import PlainLabel, ProblemLabel, caption, under_box

NOT_OFFERED = "Tego programu nie można teraz tak zamówić. Odznacz go, aby zamówić pozostałe, albo wybierz inną usługę."


class ProgramRow(QWidget):
    """A program of the order form; where it is the only one, it has no box and no words of its own.

    Attributes:
        licence_id: the program's licence.

    Signals:
        left_out: licence, and whether the user took the program out of the order.
        chosen: licence, and the ``Offer`` that the user chose for it, None for none.
    """

    left_out = Signal(str, bool)
    chosen = Signal(str, object)

    def __init__(self, item: OrderItem, name: str, is_only: bool, parent: QWidget) -> None:
        super().__init__(parent)
        self.licence_id = item.licence_id
        self._program = item.entry.program
        self._is_only = is_only
        self._offers: tuple[Offer, ...] = ()
        self._box = QCheckBox(caption(name), self)
        self._box.setAccessibleName(name)
        self._owned = PlainLabel(owned_text(self._program), self)
        self._build_limits("Nowy limit" if is_only else f"Nowy limit: {name}")
        self._problem = ProblemLabel(self)
        self._price = PlainLabel(parent=self)
        self._arrange()
        self._box.clicked.connect(lambda checked: self.left_out.emit(self.licence_id, not checked))
        self._limits.activated.connect(self._on_limit)

    def _build_limits(self, name: str) -> None:
        self._limits_label = QLabel("Nowy limit", self)
        self._limits = QComboBox(self)
        self._limits.setAccessibleName(name)
        self._limits_label.setBuddy(self._limits)

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        for widget in (self._box, self._owned, self._limits_label, self._limits, self._problem, self._price):
            column.addWidget(widget)
        if not self._is_only:
            for label in (self._owned, self._price):
                under_box(label, self._box)
        self._box.setVisible(not self._is_only)
        self._owned.setVisible(not self._is_only)

    def show_item(self, item: OrderItem, kind: ServiceKind | None, offers: tuple[Offer, ...]) -> None:
        """Show a program as it stands in the form."""
        self._box.setChecked(not item.is_left_out and not self._is_only)
        is_choice = not item.is_left_out and (kind is ServiceKind.EXTENSION or len(offers) > 1) and bool(offers)
        for widget in (self._limits_label, self._limits):
            widget.setVisible(is_choice)
        if offers != self._offers or not self._limits.count():
            self._offers = offers
            self._limits.clear()
            self._limits.addItems(["Wybierz…", *(offer.name for offer in offers)])
        self._limits.setCurrentIndex(offers.index(item.offer) + 1 if item.offer in offers else 0)
        cannot = kind is not None and not offers and not item.is_left_out and not self._is_only
        if cannot or item.is_left_out or item.offer is not None:
            self._problem.show_problem(NOT_OFFERED if cannot else "")

    def show_price(self, quote: Quote | None) -> None:
        """Show the program's price and period; the only one's stand with the whole price."""
        self._price.setText("" if quote is None or self._is_only else self._price_text(quote))
        self._price.setVisible(bool(self._price.text()))

    def _price_text(self, quote: Quote) -> str:
        lines = (line for line in quote.lines if line.licence_id == self.licence_id)
        texts = (text for line in lines for text in (line_text(line), days_text(self._program, line, quote.told_on)))
        return "\n".join(text for text in texts if text)

    def show_problem(self, text: str) -> None:
        """Show what is wrong with the program's choice."""
        self._problem.show_problem(text)

    @property
    def field(self) -> QWidget:
        """Where the focus goes when something is wrong: the limit, or the box of a program that cannot be had so."""
        return self._limits if self._offers else self._box

    def _on_limit(self, index: int) -> None:
        self.chosen.emit(self.licence_id, self._offers[index - 1] if index > 0 else None)
