"""What eSklep leads to beside the order form: the orders, the account, resigning from a renewal, files, the vendor's eBOK.

Rule: each is a window beside eSklep, opened once and brought to the front after that, so that basket and host stay usable.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from r2_renewal.agent import protocol
from r2_renewal.agent.protocol import Method
from r2_renewal.domain.basket import BasketEntry
from r2_renewal.domain.offer import Wish
from r2_renewal.ui.account.account_window import AccountWindow
from r2_renewal.ui.agent_link import AgentLink
from r2_renewal.ui.eshop_words import MOST_TOGETHER
from r2_renewal.ui.links import Links
from r2_renewal.ui.order_file import OrderFile
from r2_renewal.ui.orders_window import OrdersWindow
from r2_renewal.ui.placing import place_over
from r2_renewal.ui.resignation_dialog import ResignationDialog


class EshopDoors(QObject):
    """The other windows of one eSklep.

    Signals:
        changed: something was changed behind one of them that the basket shows.
        not_installed: a licence file was refused: the ``CallFailure``.
        not_saved: an order's file could not be written: the ``ErrorCode``.
    """

    changed = Signal()
    not_installed = Signal(object)
    not_saved = Signal(object)

    def __init__(self, link: AgentLink, links: Links, today: Callable[[], date], window: QWidget) -> None:
        super().__init__(window)
        self._link, self._links, self._today, self._window = link, links, today, window
        self._account: AccountWindow | None = None
        self._orders: OrdersWindow | None = None
        self._order_file = OrderFile(link, window)
        self._order_file.failed.connect(self.not_saved)

    def close(self) -> bool:
        """Take the other windows from the screen, and return whether the account stays: something in it is not saved."""
        if self._orders is not None:
            self._orders.hide()
        if self._account is None or not self._account.is_changed:
            if self._account is not None:
                self._account.hide()
            return False
        self._account.tell_unsaved()
        _bring_to_front(self._account)
        return True

    def open_account(self) -> None:
        """Open the account beside eSklep, or bring it to the front."""
        if self._account is None:
            self._account = AccountWindow(self._link, self._links, self._today, self._window)
            self._account.changed.connect(self.changed)
            self._account.closed.connect(self._on_account_closed)
            place_over(self._account, self._window)
        _bring_to_front(self._account)

    def open_orders(self) -> None:
        """Open the orders beside eSklep, or bring them to the front."""
        if self._orders is None:
            self._orders = OrdersWindow(self._link, self._today, self._links.contact_email, self._window)
            self._orders.changed.connect(self.changed)
            place_over(self._orders, self._window)
        _bring_to_front(self._orders)

    def _on_account_closed(self) -> None:
        if not self._window.isVisible():
            self._window.deleteLater()  # closed before, it waited for this window alone

    def resign(self, entries: tuple[BasketEntry, ...]) -> None:
        """Ask whether the automatic renewal of some programs is to end."""
        dialog = ResignationDialog(entries, self._today(), self._link, self._window)
        dialog.resigned.connect(self.changed)
        dialog.open()

    def open_ebok(self) -> None:
        """Open the vendor's eBOK in the browser."""
        self._links.open(self._links.ebok)

    def save_order(self, entries: tuple[BasketEntry, ...], wish: Wish) -> None:
        """Save an order of some programs to a file, for a PC that can reach the shop."""
        kind = wish.kind if len(entries) == 1 else None
        wanted = tuple(
            protocol.WantedItem(entry.program.licence_id, kind, runs_until=entry.program.valid_until)
            for entry in entries[:MOST_TOGETHER]
        )
        self._order_file.choose(protocol.ExportParams(path="", items=wanted))

    def choose_licence_file(self) -> None:
        """Ask for a licence file and install it."""
        dialog = QFileDialog(self._window, "Wczytaj plik licencji", "", "Pliki licencji (*.lic);;Wszystkie pliki (*)")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self.import_licence)
        dialog.open()

    def import_licence(self, path: str) -> None:
        """Install a licence from a file of the user's choice."""
        call = self._link.call(Method.LICENCE_IMPORT, protocol.ImportParams(path=path), self)
        call.finished.connect(lambda _: self.changed.emit())
        call.failed.connect(self.not_installed)


def _bring_to_front(window: QWidget) -> None:
    window.show()
    window.raise_()
    window.activateWindow()
