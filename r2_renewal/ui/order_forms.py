"""The order forms that eSklep has open, one for each program, and what those closed were left with."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from r2_renewal.agent import protocol
from r2_renewal.domain.basket import BasketEntry, Storefront
from r2_renewal.domain.draft import Draft
from r2_renewal.domain.offer import ServiceKind
from r2_renewal.domain.order_flow import start
from r2_renewal.ui.agent_link import AgentLink
from r2_renewal.ui.links import Links
from r2_renewal.ui.order_wizard.wizard import OrderWizard


class OrderForms(QObject):
    """The order forms of one eSklep window.

    Signals:
        changed: a form is gone from the screen, or the fate of its order is known: the basket has changed.
    """

    changed = Signal()

    def __init__(self, link: AgentLink, links: Links, window: QWidget) -> None:
        super().__init__(window)
        self._link, self._links, self._window = link, links, window
        self._open: dict[str, OrderWizard] = {}
        self._left: dict[str, Draft] = {}
        link.happened.connect(self._on_event)

    def open(self, storefront: Storefront, entry: BasketEntry, kind: ServiceKind | None) -> None:
        """Open the form for a program, or bring the open one to the front.

        Args:
            storefront: what the shop offers.
            entry: the program.
            kind: the service that the user already asked for.
        """
        licence_id = entry.program.licence_id
        if licence_id not in self._open:
            self._open[licence_id] = self._made(storefront, entry, kind)
        wizard = self._open[licence_id]
        if wizard.is_placing and not wizard.isVisible():
            return  # closed while its order is being sent: eSklep is about to tell what became of it
        wizard.show()
        wizard.raise_()
        wizard.activateWindow()

    def hide(self) -> None:
        """Take the forms from the screen; each keeps what was typed in it."""
        for wizard in self._open.values():
            wizard.hide()

    def _made(self, storefront: Storefront, entry: BasketEntry, kind: ServiceKind | None) -> OrderWizard:
        licence_id = entry.program.licence_id
        left = self._left.pop(licence_id, None)
        wizard = OrderWizard(start(storefront, entry, kind), self._link, self._links, self._window, left)
        wizard.closed.connect(partial(self._on_closed, licence_id))
        wizard.told.connect(partial(self._on_told, licence_id))
        return wizard

    def _on_closed(self, licence_id: str, left: Draft | None) -> None:
        if left is not None:
            self._left[licence_id] = left
        self._drop_unless_needed(licence_id)
        self.changed.emit()

    def _on_told(self, licence_id: str) -> None:
        self._drop_unless_needed(licence_id)
        self.changed.emit()

    def _drop_unless_needed(self, licence_id: str) -> None:
        """Drop a form that is closed; one whose order is being sent hears what becomes of it first."""
        wizard = self._open[licence_id]
        if not wizard.isVisible() and not wizard.is_placing:
            del self._open[licence_id]
            wizard.deleteLater()

    def _on_event(self, _event: protocol.Event, content: object) -> None:
        if isinstance(content, protocol.OrderResult):
            # Ordered: the form must not be offered once more.
            self._left.pop(content.order.licence_id, None)
