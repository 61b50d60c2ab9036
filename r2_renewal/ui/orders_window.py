"""The window „Zamówienia" of eSklep: the orders of the licence's customer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget

from r2_renewal.ui.agent_link import AgentLink
from r2_renewal.ui.orders_view import OrdersView
from r2_renewal.ui.own_window import OwnWindow

SIZE = QSize(760, 520)


class OrdersWindow(OwnWindow):
    """A window around the orders, asked for anew each time it is opened.

    Attributes:
        view: the orders.

    Signals:
        changed: an order was cancelled or withdrawn from.
    """

    changed = Signal()

    def __init__(self, link: AgentLink, today: Callable[[], date], contact: str, parent: QWidget) -> None:
        super().__init__("Zamówienia", SIZE, parent)
        self.view = OrdersView(link, today, contact, self)
        self.view.changed.connect(self.changed)
        self.column.addWidget(self.view)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Ask for the orders as they are now."""
        super().showEvent(event)
        if not event.spontaneous():
            self.view.load()
