"""The order forms that eSklep has open, and what those closed were left with.

Rule: a program is in at most one open form; ordering more programs together with one that is being ordered adds them to its form.
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from r2_renewal.agent import protocol
from r2_renewal.domain.basket import BasketEntry
from r2_renewal.domain.draft import Draft
from r2_renewal.domain.offer import ServiceKind
from r2_renewal.domain.order_flow import start
from r2_renewal.ui.agent_link import AgentLink
from r2_renewal.ui.links import Links
from r2_renewal.ui.order_wizard.wizard import OrderWizard, Stock


class OrderForms(QObject):
    """The order forms of one eSklep window.

    Signals:
        changed: a form is gone from the screen, or the fate of its order is known: the basket has changed.
    """

    changed = Signal()

    def __init__(self, link: AgentLink, links: Links, window: QWidget, stock: Stock) -> None:
        """Open none yet; ``stock`` is where the programs of a form come from."""
        super().__init__(window)
        self._link, self._links, self._window, self._stock = link, links, window, stock
        self._open: list[OrderWizard] = []
        self._left: list[Draft] = []
        link.happened.connect(self._on_event)

    def open(self, entries: tuple[BasketEntry, ...], kind: ServiceKind | None) -> None:
        """Open the form for programs, or bring the one that has any of them to the front, with all of them in it.

        Args:
            entries: the programs, at least one.
            kind: the service that the user already asked for.
        """
        wanted = {entry.program.licence_id for entry in entries}
        wizard = next((form for form in self._open if not wanted.isdisjoint(form.flow.licence_ids)), None)
        if wizard is None:
            wizard = self._made(entries, kind)
        else:
            wizard.add(entries)
        # One closed while its order is being sent stays so: eSklep is about to tell what became of it.
        if wizard is None or (wizard.is_placing and not wizard.isVisible()):
            return
        wizard.show()
        wizard.raise_()
        wizard.activateWindow()

    def hide(self) -> None:
        """Take the forms from the screen; each keeps what was typed in it."""
        for wizard in self._open:
            wizard.hide()

    def _made(self, entries: tuple[BasketEntry, ...], kind: ServiceKind | None) -> OrderWizard | None:
        storefront = self._stock({entry.program.licence_id for entry in entries})
        if storefront is None:
            return None
        flow = start(storefront, entries, kind)
        left = next((draft for draft in self._left if not set(draft.licence_ids).isdisjoint(flow.licence_ids)), None)
        self._forget(flow.licence_ids)
        wizard = OrderWizard(flow, self._link, self._links, self._window, left, self._stock)
        wizard.closed.connect(partial(self._on_closed, wizard))
        wizard.told.connect(partial(self._on_told, wizard))
        self._open.append(wizard)
        return wizard

    def _on_closed(self, wizard: OrderWizard, left: Draft | None) -> None:
        if left is not None:
            self._left.append(left)
        self._drop_unless_needed(wizard)
        self.changed.emit()

    def _on_told(self, wizard: OrderWizard) -> None:
        self._drop_unless_needed(wizard)
        self.changed.emit()

    def _drop_unless_needed(self, wizard: OrderWizard) -> None:
        """Drop a form that is closed; one whose order is being sent hears what becomes of it first."""
        if not wizard.isVisible() and not wizard.is_placing and wizard in self._open:
            self._open.remove(wizard)
            wizard.deleteLater()

    def _on_event(self, _event: protocol.Event, content: object) -> None:
        if isinstance(content, protocol.OrderResult):
            # Ordered: the form must not be offered once more.
            self._forget(content.order.licence_ids)

    def _forget(self, licence_ids: tuple[str, ...]) -> None:
        self._left = [draft for draft in self._left if set(draft.licence_ids).isdisjoint(licence_ids)]
