"""Page „Potwierdzenie": only after the shop's own receipt; then how to pay and the order's state, live, until the end."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGroupBox, QHBoxLayout, QWidget

from r2_renewal.agent.protocol import Method, OrderResult, StatusParams
from r2_renewal.domain.order import Order, OrderState, Transfer
from r2_renewal.domain.order_flow import OrderFlow, Step
from r2_renewal.ui.agent_link import AgentLink
from r2_renewal.ui.button import Button
from r2_renewal.ui.document_buttons import DocumentButtons
from r2_renewal.ui.order_wizard.page import OrderPage
from r2_renewal.ui.order_wizard.receipt_text import (
    document_text,
    elsewhere_text,
    installed_text,
    next_text,
    receipt_lines,
    state_text,
    transfer_lines,
    way_text,
    withdrawal_text,
)
from r2_renewal.ui.plain_text import Heading, PlainLabel
from r2_renewal.ui.printout import Printout
from r2_renewal.ui.qr_code import QrCode, qr_image
from r2_renewal.ui.withdrawal_dialog import WithdrawalDialog

SCAN = "Zeskanuj kod w aplikacji swojego banku, a dane przelewu wypełnią się same."


class TransferBox(QGroupBox):
    """How to pay, with the bank's code; hidden while there is nothing to pay."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__("Przelew", parent)
        self._details = PlainLabel(parent=self)
        self._code = QrCode("Kod QR przelewu", self)
        row = QHBoxLayout(self)
        row.addWidget(self._details, 1)
        row.addWidget(self._code)
        self.hide()

    def show_transfer(self, transfer: Transfer | None) -> None:
        """Show how to pay."""
        self.setVisible(transfer is not None)
        if transfer is not None:
            lines = transfer_lines(transfer)
            self._details.setText("\n".join([*lines, "", SCAN] if transfer.qr else lines))
            self._code.show_rows(transfer.qr)


class ConfirmationPage(OrderPage):
    """The last page of the order form."""

    def __init__(self, flow: OrderFlow, product: str, link: AgentLink) -> None:
        super().__init__(Step.CONFIRMATION, "Potwierdzenie", flow)
        self._product, self._link = product, link
        self._is_renewed = False
        self.setFinalPage(True)
        self._thanks = Heading(parent=self)
        self._renewed = Heading(parent=self)
        self._receipt, self._way, self._state, self._next, self._withdrawal = (
            PlainLabel(parent=self) for _ in range(5)
        )
        self._transfer = TransferBox(self)
        keep = DocumentButtons(link, "Potwierdzenie zamówienia.pdf", self._printout, self)
        for widget in (self._thanks, self._renewed, self._receipt, self._way, self._state, self._next):
            self.body.addWidget(widget)
        for box in (self._transfer, keep, self._withdrawal):
            self.body.addWidget(box)
        self._withdraw = Button("Odstąp od umowy tutaj", self)
        self._withdraw.clicked.connect(self._open_withdrawal)
        self.body.addWidget(self._withdraw, 0, Qt.AlignmentFlag.AlignLeft)
        self.body.addStretch(1)
        self._renewed.hide()

    def _printout(self) -> Printout:
        order = self.flow.receipt
        if order is None:
            return Printout(self.title(), "")
        consent = self.flow.consent_text if self.flow.consent_given else ""
        picture = qr_image(order.transfer.qr) if order.transfer else None
        return Printout(f"Zamówienie nr {order.number}", document_text(order, self.flow.storefront, consent), picture)

    def show_flow(self, flow: OrderFlow) -> None:
        """Show the receipt and the order's state."""
        super().show_flow(flow)
        order = flow.receipt
        if order is None:
            return
        thanks, *receipt = receipt_lines(order)
        self._thanks.setText(thanks)
        self._receipt.setText("\n".join(receipt))
        self._way.setText(way_text(order.state))
        self._way.setVisible(bool(self._way.text()))
        self._state.setText(f"Stan zamówienia: {state_text(order.state)}.")
        self._next.setText(next_text(order.state))
        self._transfer.show_transfer(order.transfer)
        self._withdrawal.setText(withdrawal_text(order, flow.storefront.contact_email))
        for widget in (self._withdrawal, self._withdraw):
            widget.setVisible(not order.state.is_called_off)
        self._withdraw.setEnabled(True)
        if order.state is OrderState.FULFILLED and not self._is_renewed:
            self._tell_renewed(elsewhere_text(self._others(flow, order)))

    def _others(self, flow: OrderFlow, order: Order) -> list[str]:
        """Return the ordered programs whose licences are not for this computer's program."""
        mine = {entry.program.licence_id for entry in flow.entries if entry.program.product == self._product}
        return [line.program for line in order.lines if line.licence_id not in mine]

    def show_renewed(self, valid_until: date, renewed: bool) -> None:
        """Show that the new licence is installed."""
        self._is_renewed = True
        self._tell_renewed(installed_text(valid_until, renewed))

    def _tell_renewed(self, text: str) -> None:
        self._renewed.setText(text)
        self._renewed.setVisible(bool(text))

    def _open_withdrawal(self) -> None:
        order = self.flow.receipt
        if order is not None:
            dialog = WithdrawalDialog(order, self._link, self)
            dialog.withdrawn.connect(self._ask_state)
            dialog.open()

    def _ask_state(self) -> None:
        """Ask the shop for the order's state once it was withdrawn from; nothing more is to be declared meanwhile."""
        self._withdraw.setEnabled(False)
        order = self.flow.receipt
        if order is not None:
            call = self._link.call(Method.ORDER_STATUS, StatusParams(order_id=order.order_id), self)
            call.finished.connect(self._take_state)

    def _take_state(self, result: OrderResult) -> None:
        self.change(self.flow.received(result.order))

    def focus_first(self) -> None:
        """Leave the focus on „Zamknij": there is nothing to fill in here."""
