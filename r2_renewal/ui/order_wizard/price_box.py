"""The live price on the page „Usługa": net, VAT, gross, and for one program its period and new end."""

from __future__ import annotations

from PySide6.QtWidgets import QFormLayout, QGroupBox, QWidget

from r2_renewal.domain.dates import long_date
from r2_renewal.domain.money import show_money
from r2_renewal.domain.offer import Quote
from r2_renewal.domain.program import OwnedProgram
from r2_renewal.ui.order_wizard.order_words import days_text, period_text
from r2_renewal.ui.plain_text import PlainLabel

_OF_ONE = ("Okres", "Nowy koniec")


class PriceBox(QGroupBox):
    """What the order comes to; hidden while there is no price."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__("Cena", parent)
        self._form = QFormLayout(self)
        self._values = {name: PlainLabel(parent=self) for name in ("Netto", "VAT", "Brutto", *_OF_ONE)}
        for name, value in self._values.items():
            self._form.addRow(f"{name}:", value)
        self._days = PlainLabel(parent=self)
        self._form.addRow(self._days)

    def show_price(self, quote: Quote | None, only: OwnedProgram | None) -> None:
        """Show a price; ``only`` is the one program of the form, None where there are several."""
        self.setVisible(quote is not None)
        if quote is None:
            return
        price, line = quote.price, quote.lines[0]
        self.setTitle("Cena" if only else "Cena razem")
        for name, amount in (("Netto", price.net), ("VAT", price.vat), ("Brutto", price.gross)):
            self._tell(name, show_money(amount))
        self._tell("Okres", period_text(line))
        self._tell("Nowy koniec", long_date(line.period_to))
        for name in _OF_ONE:
            self._form.setRowVisible(self._values[name], only is not None)
        self._days.setText(days_text(only, line, quote.told_on) if only else "")
        self._form.setRowVisible(self._days, bool(self._days.text()))

    def _tell(self, name: str, text: str) -> None:
        self._values[name].setText(text)
        # The name alone would hide the value: a screen reader reads the accessible name of a label, not its text.
        self._values[name].setAccessibleName(f"{name}: {text}")
