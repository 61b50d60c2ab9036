"""„Zamówienia": the orders of the account's customer, as in eSklep and with its own code."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from PySide6.QtCore import Signal

from r2_renewal.ui.account.account_calls import AccountCalls
from r2_renewal.ui.account.account_page import AccountPage
from r2_renewal.ui.orders_view import OrdersView


class OrdersPage(AccountPage):
    """The orders, and what may be undone of them.

    Signals:
        changed: an order was cancelled or withdrawn from.
    """

    changed = Signal()

    def __init__(self, calls: AccountCalls, today: Callable[[], date], contact: str) -> None:
        super().__init__("Zamówienia", calls)
        self._view = OrdersView(calls.link, today, contact, self, account=True)
        self._view.changed.connect(self.changed)
        self._view.ended.connect(calls.ended)
        self.column.addWidget(self._view, 1)

    def load(self) -> None:
        """Ask for the latest orders."""
        self._view.load()
