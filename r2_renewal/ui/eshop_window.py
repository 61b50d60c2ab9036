"""The window „eSklep": the basket of owned programs, and from it the order form, the orders and the account.

Rules: a failure leaves the window usable with its way on (again, another licence file, contact); the last basket known is shown
until the shop answers, and stays when it does not; the order form is a window beside this one, so that basket and host stay
usable; what was typed in a form that was closed is offered when it opens again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QCloseEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from r2_renewal.agent import protocol
from r2_renewal.domain.basket import BasketEntry
from r2_renewal.domain.company import show_nip
from r2_renewal.domain.errors import ErrorCode
from r2_renewal.domain.offer import Wish
from r2_renewal.ui.agent_link import AgentLink, CallFailure
from r2_renewal.ui.basket_model import NO_USAGE, Usage
from r2_renewal.ui.basket_pane import BasketPane
from r2_renewal.ui.button import Button
from r2_renewal.ui.error_texts import sentence
from r2_renewal.ui.eshop_doors import EshopDoors
from r2_renewal.ui.eshop_words import empty_basket_text, without_shop_text
from r2_renewal.ui.focus import give_focus
from r2_renewal.ui.help_menu import HelpButton
from r2_renewal.ui.licence_line import LicenceLine
from r2_renewal.ui.links import Links
from r2_renewal.ui.managed_text import standing_text
from r2_renewal.ui.message_bar import MessageBar, WayOn
from r2_renewal.ui.order_fates import given_back
from r2_renewal.ui.order_file import SAVE_ORDER, UNREACHABLE
from r2_renewal.ui.order_forms import OrderForms
from r2_renewal.ui.order_wizard.receipt_text import installed_text, receipt_lines
from r2_renewal.ui.own_window import OwnWindow
from r2_renewal.ui.plain_text import PlainLabel
from r2_renewal.ui.retrying_text import retrying_text

# Wide enough for every column of a renewed program whose order is on its way.
SIZE = QSize(1120, 560)
# What a licence file from elsewhere is the way out of, besides a licence that is broken here.
_BY_FILE = (ErrorCode.LICENCE_REFUSED_BY_SHOP, ErrorCode.OFFLINE_BY_POLICY)


class EshopWindow(OwnWindow):
    """The eSklep window.

    Attributes:
        basket: „Koszyk posiadanych programów" with its search.
        messages: what happened, with the way on.
    """

    def __init__(
        self,
        link: AgentLink,
        links: Links,
        today: Callable[[], date],
        parent: QWidget | None = None,
        managed: Sequence[str] = (),
        usage: Usage = NO_USAGE,
        without: ErrorCode | None = None,
    ) -> None:
        super().__init__("eSklep", SIZE, parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._link, self._links, self._today = link, links, today
        self._wish, self._told = Wish(), ""
        self._unanswered: tuple[str, ...] = ()
        self._selected_by_us = ""
        self._is_waiting = False
        self._doors = EshopDoors(link, links, today, self)
        self.messages = MessageBar(self)
        self._pane = BasketPane(link, today, usage, self)
        self.basket = self._pane.view
        self._forms = OrderForms(link, links, self, self._pane.stock)
        self._company = PlainLabel("Łączę z eSklepem…", self)
        self._licence_line = LicenceLine(link, self)
        self._standing = PlainLabel(standing_text(managed, without), self)
        self._build_buttons()
        self._arrange()
        self._connect()
        self.refresh()

    # The window

    def _build_buttons(self) -> None:
        self.order_button = self._pane.order_button
        self.licence_button = self._button("Wczytaj plik licencji…", self._doors.choose_licence_file)
        self.orders_button = self._button("Zamówienia…", self._doors.open_orders)
        self.account_button = self._button("Moje konto…", self._doors.open_account)
        self.help_button = HelpButton(self._links, self)
        self.refresh_button = self._button("Odśwież", self.refresh)

    def _button(self, name: str, act: Callable[[], object]) -> Button:
        button = Button(name, self)
        button.clicked.connect(act)
        return button

    def _arrange(self) -> None:
        top, bottom = QHBoxLayout(), QHBoxLayout()
        top.addWidget(self._company, 1)
        top.addLayout(self._pane.search_line())
        bottom.addWidget(self._pane.checked, 1)
        bottom.addWidget(self.licence_button)
        for button in (self.orders_button, self.account_button, self.help_button, self.refresh_button):
            bottom.addWidget(button)
        self.column.addLayout(top)
        self.column.addWidget(self.messages)
        self.column.addWidget(self._pane, 1)
        self.column.addLayout(bottom)
        self.column.addWidget(self._licence_line)
        self.column.addWidget(self._standing)
        self._standing.setVisible(bool(self._standing.text()))
        self.basket.table.setFocus()

    def _connect(self) -> None:
        feed = self._pane.feed
        feed.noted.connect(self._licence_line.take)
        feed.begun.connect(self._on_begun)
        feed.whole.connect(self._on_whole)
        feed.retried.connect(self._on_retried)
        feed.failed.connect(self._on_not_loaded)
        self._pane.order_wished.connect(self._order)
        self._pane.resign_wished.connect(self._doors.resign)
        self._pane.refresh_action.triggered.connect(self.refresh)
        self._forms.changed.connect(self.refresh)
        self._doors.changed.connect(self.refresh)
        self._doors.not_saved.connect(self.messages.warn)
        self._doors.not_installed.connect(self._on_not_loaded)
        self._link.happened.connect(self._on_event)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """Take the other windows along: an order form keeps what was typed in it, an account with changes unsaved stays."""
        self._forms.hide()
        self._is_waiting = self._doors.close()
        # Never refused: whoever closes every window, as a host that ends does, must not be stopped by ours.
        if self._is_waiting:
            self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
        super().closeEvent(event)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Show what the shop has now to whoever opens the window again that waited for the account."""
        super().showEvent(event)
        if self._is_waiting:
            self._is_waiting = False
            self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            self.refresh()

    # The basket

    def refresh(self) -> None:
        """Ask the shop for the basket anew."""
        self.refresh_button.setEnabled(False)
        self._pane.feed.refresh()
        self._licence_line.fetch_aged()

    def wish(self, wish: Wish) -> None:
        """Select the program and remember the service that the user already asked for."""
        self._wish, self._selected_by_us = wish, ""
        if self.basket.count[1]:
            self._grant_wish()

    def _on_begun(self, load: protocol.LoadResult, _stored: bool) -> None:
        company = load.storefront.company
        self._company.setText(f"{company.name}, NIP {show_nip(company.nip)}")
        self._unanswered = load.unanswered

    def _on_whole(self, load: protocol.LoadResult, stored: bool) -> None:
        entry = self.basket.entry()
        if entry is None or entry.program.licence_id == self._selected_by_us:
            self._grant_wish()
        if not stored:
            self.refresh_button.setEnabled(True)
            self._show_news(load)

    def _on_retried(self, progress: protocol.CallProgress) -> None:
        self.messages.inform(retrying_text(progress))

    def _show_news(self, result: protocol.LoadResult) -> None:
        back = given_back(result, self.basket.entries_of)
        if not self.basket.count[1]:
            nip = show_nip(result.storefront.company.nip)
            self.messages.inform(empty_basket_text(nip), WayOn("eBOK Symfonia", self._doors.open_ebok))
        elif self._unanswered:
            self.messages.warn(ErrorCode.ORDER_UNKNOWN)
        elif back is not None:
            way = WayOn("Wróć do zamówienia", partial(self._return_to_form, back.licence_id))
            self.messages.warn(back.code, *([way] if back.is_on_sale else []), text=back.text)
        elif self._told:
            self.messages.inform(self._told)
        else:
            self.messages.clear()

    def _grant_wish(self) -> None:
        is_granted = self.basket.select(self._wish.licence_id)
        entry = self.basket.entry()
        self._selected_by_us = entry.program.licence_id if entry is not None else ""
        if is_granted:
            give_focus(self.order_button)

    def _on_not_loaded(self, failure: CallFailure) -> None:
        self.refresh_button.setEnabled(True)
        ways = [WayOn("Ponów", self.refresh)]
        if failure.code in UNREACHABLE:
            ways.append(WayOn(SAVE_ORDER, lambda: self._doors.save_order(self.basket.entries(), self._wish)))
        if failure.code.value.startswith("R2-L") or failure.code in _BY_FILE:
            ways.append(WayOn("eBOK Symfonia", self._doors.open_ebok))
        if self.basket.count[1]:
            self.messages.warn(failure.code, *ways, text=without_shop_text(sentence(failure.code)))
        else:
            self._company.setText("Brak danych z eSklepu")
            self.messages.warn(failure.code, *ways)

    def import_licence(self, path: str) -> None:
        """Install a licence from a file of the user's choice."""
        self._doors.import_licence(path)

    # The order and what becomes of it

    def _order(self, entries: tuple[BasketEntry, ...]) -> None:
        wished = {entry.program.licence_id for entry in entries} == {self._wish.licence_id}
        self._forms.open(entries, self._wish.kind if wished else None)

    def _return_to_form(self, licence_id: str) -> None:
        if self.basket.select(licence_id):
            self._pane.order()

    def _tell(self, text: str) -> None:
        """Say good news, and once more when the basket has come anew."""
        self._told = text
        self.messages.inform(text)
        self.refresh()

    def _on_event(self, _event: protocol.Event, content: object) -> None:
        match content:
            case protocol.OrderResult(order=order) if (
                set(order.licence_ids) & set(self._unanswered) and not order.state.is_final
            ):
                self._tell(receipt_lines(order)[0])
            case protocol.OrderResult() | protocol.OrderRefused():
                self.refresh()
            case protocol.LicenceInstalled(valid_until=until, renewed=renewed):
                self._tell(installed_text(until, renewed))
            case protocol.LicenceNotInstalled(code=code):
                self.messages.warn(ErrorCode(code))
            case _:
                pass
