"""Page „Potwierdzenie": only after the shop's own receipt; then the order's state, live, until the licence is in."""

from __future__ import annotations

from datetime import date

from r2_renewal.domain.dates import short_date, warsaw
from r2_renewal.domain.money import show_money
from r2_renewal.domain.order import Order, OrderState
from r2_renewal.domain.order_flow import OrderFlow, Step
from r2_renewal.ui.order_wizard.page import OrderPage
from r2_renewal.ui.plain_text import Heading, PlainLabel


class ConfirmationPage(OrderPage):
    """The last page of the order form."""

    def __init__(self, flow: OrderFlow, *, of_this_program: bool) -> None:
        super().__init__(Step.CONFIRMATION, "Potwierdzenie", flow)
        self._of_this_program = of_this_program
        self.setFinalPage(True)
        self._thanks = Heading(parent=self)
        self._receipt = PlainLabel(parent=self)
        self._state = PlainLabel(parent=self)
        self._renewed = Heading(parent=self)
        for widget in (self._thanks, self._receipt, self._state, self._renewed):
            self.body.addWidget(widget)
        self.body.addStretch(1)

    def show_flow(self, flow: OrderFlow) -> None:
        """Show the receipt and the order's state."""
        super().show_flow(flow)
        if flow.receipt is not None:
            thanks, *receipt = receipt_lines(flow.receipt)
            self._thanks.setText(thanks)
            self._receipt.setText("\n".join(receipt))
            self._state.setText(f"Stan zamówienia: {state_text(flow.receipt.state)}.")
            if flow.receipt.state is OrderState.FULFILLED and not self._of_this_program:
                self._renewed.setText(f"Licencję pobierze program {flow.receipt.program} przy następnym uruchomieniu.")

    def show_renewed(self, valid_until: date, renewed: bool) -> None:
        """Show that the new licence is installed."""
        self._renewed.setText(installed_text(valid_until, renewed))


def receipt_lines(order: Order) -> list[str]:
    """Return the receipt in words, a line a thing; only ever made from the shop's answer."""
    placed = order.placed_at.astimezone(warsaw())
    lines = [
        f"Dziękujemy, zamówienie nr {order.number} zostało przyjęte {short_date(placed.date())}, godz. {placed:%H:%M}.",
        f"{_what(order)}, okres {short_date(order.period_from)}–{short_date(order.period_to)}.",
        f"Do zapłaty: {show_money(order.price.gross)} (w tym VAT {show_money(order.price.vat)}).",
        f"Potwierdzenie z treścią umowy i zgody wyślemy na {order.email}.",
    ]
    if order.renewal_date is not None and order.cancel_until is not None:
        lines.append(
            f"Kolejne odnowienie: {short_date(order.renewal_date)}. "
            f"Zrezygnujesz z niego do {short_date(order.cancel_until)} w Pomoc → eSklep."
        )
    return lines


def _what(order: Order) -> str:
    named = order.program in order.description
    return order.description if named else f"{order.description} dla {order.program}"


def installed_text(valid_until: date, renewed: bool) -> str:
    """Return „Odnowiono do 22.12.2027", or the words for a licence with a higher limit and the same end."""
    return f"{'Odnowiono' if renewed else 'Licencja zaktualizowana. Abonament'} do {short_date(valid_until)}"


def state_text(state: OrderState) -> str:
    """Return an order's state in words."""
    return {
        OrderState.PLACED: "złożone",
        OrderState.ACCEPTED: "przyjęte, w realizacji",
        OrderState.INVOICED: "wystawiono fakturę, w realizacji",
        OrderState.PAID: "opłacone, w realizacji",
        OrderState.FULFILLED: "zrealizowane",
        OrderState.CANCELLED: "anulowane",
        OrderState.WITHDRAWN: "odstąpiono od umowy",
        OrderState.PENDING: "w realizacji",
    }[state]
