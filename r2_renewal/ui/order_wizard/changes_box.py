"""What the shop changed while the form was open: old and new side by side, for the customer to confirm anew."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from PySide6.QtWidgets import QGroupBox, QVBoxLayout, QWidget

from r2_renewal.domain.money import show_money
from r2_renewal.domain.offer import Quote
from r2_renewal.domain.order_flow import OrderFlow
from r2_renewal.domain.text_changes import changes
from r2_renewal.ui.order_wizard.order_words import line_text
from r2_renewal.ui.plain_text import WholeTextView

EARLY_NOW = (
    "Okres zaczyna się teraz przed upływem 14 dni na odstąpienie od umowy. Jeśli chcesz, zażądaj w podsumowaniu "
    "wcześniejszego rozpoczęcia świadczenia."
)


class ChangesBox(QGroupBox):
    """The differences; hidden while there are none."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__("Co się zmieniło", parent)
        self._text = WholeTextView("Co się zmieniło", self)
        QVBoxLayout(self).addWidget(self._text)
        self.hide()

    def show_flow(self, flow: OrderFlow) -> None:
        """Show what differs from what the customer saw before."""
        text = changes_text(flow)
        self._text.show_text(text)
        self.setVisible(bool(text))


def changes_text(flow: OrderFlow) -> str:
    """Return what the shop changed, as it was and as it is; empty where nothing did."""
    parts: list[str] = []
    if flow.before.quote is not None and flow.quote is not None:
        parts += _of_price(flow.before.quote, flow.quote)
    parts += _of_consent(flow)
    return "\n\n".join(parts)


def _of_consent(flow: OrderFlow) -> Iterator[str]:
    if flow.before.consent is not None and flow.consent_texts:
        # With today's numbers in both, so that only the words differ; one program stands for all.
        earlier = replace(flow, storefront=replace(flow.storefront, consent=flow.before.consent))
        first = flow.quote.lines[0].licence_id if flow.quote else ""
        for change in changes(earlier.consent_texts[first], flow.consent_texts[first]):
            yield f"Było: {change.old or '(nic)'}\nJest: {change.new or '(nic)'}"


def _of_price(old: Quote, new: Quote) -> Iterator[str]:
    prices = show_money(old.price.gross), show_money(new.price.gross)
    if prices[0] != prices[1]:
        yield f"Do zapłaty było: {prices[0]}\nDo zapłaty jest: {prices[1]}"
    if new.is_early and not old.is_early:
        yield EARLY_NOW
    was = {line.licence_id: line_text(line) for line in old.lines}
    for line in new.lines:
        before = was.get(line.licence_id, "(nic)")
        if before != line_text(line):
            yield f"Było: {before}\nJest: {line_text(line)}"
