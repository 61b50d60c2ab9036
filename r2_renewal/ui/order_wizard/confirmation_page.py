"""Page „Potwierdzenie": only after the shop's own receipt; then the order's state, live, until the licence is in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from r2_renewal.domain.dates import short_date, warsaw
from r2_renewal.domain.money import show_money
from r2_renewal.domain.order import Order, OrderLine, OrderState
from r2_renewal.domain.order_flow import OrderFlow, Step
from r2_renewal.ui.order_wizard.page import OrderPage
from r2_renewal.ui.plain_text import Heading, PlainLabel


class ConfirmationPage(OrderPage):
    """The last page of the order form."""

    def __init__(self, flow: OrderFlow, product: str) -> None:
        super().__init__(Step.CONFIRMATION, "Potwierdzenie", flow)
        self._product = product
        self._is_renewed = False
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
            if flow.receipt.state is OrderState.FULFILLED and not self._is_renewed:
                self._renewed.setText(elsewhere_text(self._others(flow, flow.receipt)))

    def _others(self, flow: OrderFlow, order: Order) -> list[str]:
        """Return the ordered programs whose licences are not for this computer's program."""
        mine = {entry.program.licence_id for entry in flow.entries if entry.program.product == self._product}
        return [line.program for line in order.lines if line.licence_id not in mine]

    def show_renewed(self, valid_until: date, renewed: bool) -> None:
        """Show that the new licence is installed."""
        self._is_renewed = True
        self._renewed.setText(installed_text(valid_until, renewed))


def receipt_lines(order: Order) -> list[str]:
    """Return the receipt in words, a line a thing; only ever made from the shop's answer."""
    placed = order.placed_at.astimezone(warsaw())
    lines = [
        f"Dziękujemy, zamówienie nr {order.number} zostało przyjęte {short_date(placed.date())}, godz. {placed:%H:%M}.",
        *(_line_text(line) for line in order.lines),
        f"Do zapłaty: {show_money(order.price.gross)} (w tym VAT {show_money(order.price.vat)}).",
        f"Potwierdzenie z treścią umowy i zgody wyślemy na {order.email}.",
    ]
    return [*lines, *_renewal_lines(order)]


def _line_text(line: OrderLine) -> str:
    named = line.program in line.description
    what = line.description if named else f"{line.description} dla {line.program}"
    return f"{what}, okres {short_date(line.period_from)}–{short_date(line.period_to)}."


def _renewal_lines(order: Order) -> list[str]:
    """Return when it renews by itself: once where every program does on the same day, else program by program."""
    told = {
        line.licence_id: f"{short_date(line.renewal_date)}. "
        f"Zrezygnujesz z niego do {short_date(line.cancel_until)} w Pomoc → eSklep."
        for line in order.lines
        if line.renewal_date is not None and line.cancel_until is not None
    }
    if len(told) == len(order.lines) and len(set(told.values())) == 1:
        return [f"Kolejne odnowienie: {next(iter(told.values()))}"]
    return [
        f"Kolejne odnowienie {line.program}: {told[line.licence_id]}" for line in order.lines if line.licence_id in told
    ]


def elsewhere_text(programs: Sequence[str]) -> str:
    """Return who fetches the licences of programs other than this one; an empty text for none."""
    if len(programs) <= 1:
        return "".join(f"Licencję pobierze program {name} przy następnym uruchomieniu." for name in programs)
    return f"Licencje pobiorą programy {', '.join(programs)}, każdy przy następnym uruchomieniu."


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
