"""Orders already placed: a list, all of the selected one, and what may still be undone of it.

Rules: an order is cancelled after one plain question in the same window; „Odstąp od umowy tutaj" stands where the order is, as
long as it is in time; older orders come a page at a time.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QTableWidget, QTableWidgetItem, QVBoxLayout, QWidget

from r2_renewal.agent import protocol
from r2_renewal.agent.protocol import Method
from r2_renewal.domain.errors import ErrorCode
from r2_renewal.domain.order import Order
from r2_renewal.domain.order_list import may_be_cancelled, may_be_withdrawn_from
from r2_renewal.ui.agent_link import AgentLink, CallFailure
from r2_renewal.ui.button import Button
from r2_renewal.ui.message_bar import MessageBar, WayOn
from r2_renewal.ui.order_list_words import (
    HEADERS,
    cancel_question,
    order_cells,
    order_details,
    order_sort_values,
    withdrawal_text,
)
from r2_renewal.ui.plain_text import PlainLabel, PlainTextView, tool_tip
from r2_renewal.ui.tables import HeadingSort, set_up_records
from r2_renewal.ui.withdrawal_dialog import WithdrawalDialog

DETAIL_LINES = 6


class OrdersView(QWidget):
    """The orders of the licence's customer, or of the account's.

    Attributes:
        messages: what happened, with the way on.

    Signals:
        changed: an order was cancelled or withdrawn from.
        ended: the account's session has ended.
    """

    changed = Signal()
    ended = Signal()

    def __init__(
        self, link: AgentLink, today: Callable[[], date], contact: str, parent: QWidget, *, account: bool = False
    ) -> None:
        super().__init__(parent)
        self._link, self._today, self._contact, self._account = link, today, contact, account
        self._orders: list[Order] = []
        self._shown: list[Order] = []
        self._next, self._asked = "", 0
        self._cancelling = ""
        self.messages = MessageBar(self)
        self._build_table()
        self._details = PlainTextView("Szczegóły zamówienia", self, DETAIL_LINES)
        self._law = PlainLabel(parent=self)
        self._cancel = self._button("Anuluj zamówienie", self._ask_to_cancel)
        self._withdraw = self._button("Odstąp od umowy tutaj", self._open_withdrawal)
        self._older = self._button("Pokaż starsze", self._load_older)
        self._refresh = self._button("Odśwież", self.load)
        self._arrange()
        self._show_selected()
        link.happened.connect(self._on_event)

    def _build_table(self) -> None:
        self._table = table = QTableWidget(0, len(HEADERS), self)
        table.setHorizontalHeaderLabels(list(HEADERS))
        set_up_records(table, "Zamówienia")
        table.horizontalHeader().setStretchLastSection(True)
        table.itemSelectionChanged.connect(self._show_selected)
        self._sort = HeadingSort(table)
        self._sort.changed.connect(self._on_sorted)

    def _button(self, name: str, act: Callable[[], object]) -> Button:
        button = Button(name, self)
        button.clicked.connect(act)
        return button

    def _arrange(self) -> None:
        row = QHBoxLayout()
        for button in (self._cancel, self._withdraw):
            row.addWidget(button)
        row.addStretch(1)
        for button in (self._older, self._refresh):
            row.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.messages)
        column.addWidget(self._table, 2)
        column.addWidget(self._details, 1)
        column.addWidget(self._law)
        column.addLayout(row)

    # The list

    def load(self) -> None:
        """Ask for the latest orders."""
        self._ask("", self._show_latest)

    def _load_older(self) -> None:
        self._ask(self._next, self._show_older)

    def _ask(self, cursor: str, take: Callable[[protocol.OrdersResult], None]) -> None:
        self._asked += 1
        question = self._asked

        def if_last(answer: protocol.OrdersResult) -> None:
            if question == self._asked:
                take(answer)

        params = protocol.OrdersParams(cursor=cursor, account=self._account)
        call = self._link.call(Method.ORDERS_LOAD, params, self)
        call.finished.connect(if_last)
        call.failed.connect(self._on_failed)

    def _show_latest(self, result: protocol.OrdersResult) -> None:
        self.messages.clear()
        self._orders, self._next = list(result.orders), result.next
        self._fill()
        if not self._orders:
            self.messages.inform("Nie masz jeszcze zamówień.")

    def _show_older(self, result: protocol.OrdersResult) -> None:
        self._orders, self._next = [*self._orders, *result.orders], result.next
        self._fill()

    def _on_failed(self, failure: CallFailure) -> None:
        self.messages.warn(failure.code, WayOn("Ponów", self.load))
        if failure.code is ErrorCode.LOGIN_AGAIN:
            self.ended.emit()

    def _on_sorted(self) -> None:
        chosen = self.order
        self._fill()
        if chosen is not None:
            self._table.selectRow(self._shown.index(chosen))

    def _fill(self) -> None:
        row = max(self._table.currentRow(), 0)
        rows = [order_cells(order) for order in self._orders]
        numbers = self._sort.numbers(rows, order_sort_values(self._orders))
        self._shown = [self._orders[number] for number in numbers]
        self._table.setRowCount(len(self._shown))
        for number, cells in enumerate(rows[one] for one in numbers):
            for column, words in enumerate(cells):
                item = QTableWidgetItem(words)
                item.setToolTip(tool_tip(words))
                if column == len(HEADERS) - 1:
                    item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                self._table.setItem(number, column, item)
        if self._orders:
            self._table.selectRow(min(row, len(self._orders) - 1))
        self._older.setVisible(bool(self._next))
        self._show_selected()

    @property
    def order(self) -> Order | None:
        """The selected order."""
        rows = self._table.selectionModel().selectedRows()
        return self._shown[rows[0].row()] if rows and rows[0].row() < len(self._shown) else None

    def _show_selected(self) -> None:
        order = self.order
        may_withdraw = order is not None and may_be_withdrawn_from(order, self._today())
        self._cancel.setEnabled(order is not None and may_be_cancelled(order))
        self._withdraw.setEnabled(may_withdraw)
        self._details.show_text(order_details(order) if order is not None else "")
        self._details.setVisible(order is not None)
        self._law.setText(withdrawal_text(order, self._contact) if order is not None and may_withdraw else "")
        self._law.setVisible(may_withdraw)
        self._older.setVisible(bool(self._next))

    # What may be undone

    def _ask_to_cancel(self) -> None:
        order = self.order
        if order is not None:
            self._cancelling = order.order_id
            sure = WayOn("Tak, anuluj zamówienie", lambda: self._cancel_order(order))
            self.messages.inform(cancel_question(order), sure, WayOn("Zostaw zamówienie", self._leave_order))
            self.messages.focus_way()

    def _leave_order(self) -> None:
        self._cancelling = ""
        self.messages.clear()

    def _cancel_order(self, order: Order) -> None:
        self._cancelling = ""
        self.messages.inform("Anuluję zamówienie…")
        params = protocol.OrderCancelParams(order_id=order.order_id, account=self._account)
        call = self._link.call(Method.ORDER_CANCEL, params, self)
        call.finished.connect(self._on_cancelled)
        call.failed.connect(self._on_failed)

    def _on_event(self, _event: protocol.Event, content: object) -> None:
        """Show what has become of an order meanwhile; a question whose answer is no longer open goes."""
        if not isinstance(content, protocol.OrderResult):
            return
        self._show_changed(content.order)
        if self._cancelling == content.order.order_id and not may_be_cancelled(content.order):
            self._leave_order()

    def _show_changed(self, changed: Order) -> None:
        if any(order.order_id == changed.order_id for order in self._orders):
            self._orders = [changed if order.order_id == changed.order_id else order for order in self._orders]
            self._fill()

    def _on_cancelled(self, result: protocol.OrderCancelResult) -> None:
        changed = result.order
        self._show_changed(changed)
        self.messages.inform(f"Zamówienie nr {changed.number} zostało anulowane.")
        self.changed.emit()

    def _open_withdrawal(self) -> None:
        order = self.order
        if order is not None:
            dialog = WithdrawalDialog(order, self._link, self, account=self._account)
            dialog.withdrawn.connect(self._on_withdrawn)
            dialog.ended.connect(self.ended)
            if self._account:
                dialog.show()  # not over the window: a session that ends is opened anew there
            else:
                dialog.open()

    def _on_withdrawn(self) -> None:
        self.load()
        self.changed.emit()
