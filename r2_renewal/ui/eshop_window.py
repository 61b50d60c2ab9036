"""The window „eSklep": the basket of owned programs, and from it the order form.

Rules: a failure leaves the window usable with its way on (again, another licence file, contact); the order form is a window
beside this one, so that basket and host stay usable; what was typed in a form that was closed is offered when it opens again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from r2_renewal.agent import protocol
from r2_renewal.agent.protocol import Method
from r2_renewal.domain.basket import BasketEntry, Storefront
from r2_renewal.domain.company import show_nip
from r2_renewal.domain.dates import short_date, warsaw
from r2_renewal.domain.errors import ErrorCode
from r2_renewal.domain.offer import Wish
from r2_renewal.ui.account.account_window import AccountWindow
from r2_renewal.ui.agent_link import AgentLink, CallFailure
from r2_renewal.ui.basket_view import BasketView
from r2_renewal.ui.button import Button
from r2_renewal.ui.links import Links
from r2_renewal.ui.managed_text import managed_text
from r2_renewal.ui.message_bar import MessageBar, WayOn
from r2_renewal.ui.order_fates import fate_words, given_back
from r2_renewal.ui.order_file import SAVE_ORDER, UNREACHABLE, OrderFile
from r2_renewal.ui.order_forms import OrderForms
from r2_renewal.ui.order_wizard.confirmation_page import installed_text, receipt_lines
from r2_renewal.ui.placing import place_over
from r2_renewal.ui.plain_text import PlainLabel
from r2_renewal.ui.retrying_text import retrying_text

SIZE = (860, 460)
# What a licence file from elsewhere is the way out of, besides a licence that is broken here.
_BY_FILE = (ErrorCode.LICENCE_REFUSED_BY_SHOP, ErrorCode.OFFLINE_BY_POLICY)


class EshopWindow(QWidget):
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
    ) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("eSklep")
        self._link, self._links, self._today = link, links, today
        self._storefront: Storefront | None = None
        self._wish = Wish()
        self._told, self._question = "", 0
        self._unanswered: tuple[str, ...] = ()
        self._forms = OrderForms(link, links, self)
        self._order_file = OrderFile(link, self)
        self._account: AccountWindow | None = None
        self.messages = MessageBar(self)
        self.basket = BasketView(self)
        self._company = PlainLabel("Łączę z eSklepem…", self)
        self._checked = PlainLabel(parent=self)
        self._managed = PlainLabel(managed_text(managed), self)
        self._build_buttons()
        self._arrange()
        self._connect()
        self.resize(*SIZE)
        self.refresh()

    # The window

    def _build_buttons(self) -> None:
        self.order_button = self._button("Zamów…", self._order)
        self.licence_button = self._button("Wczytaj plik licencji…", self._choose_licence_file)
        self.account_button = self._button("Moje konto…", self._open_account)
        self.refresh_button = self._button("Odśwież", self.refresh)
        self.order_button.setEnabled(False)

    def _button(self, name: str, act: Callable[[], object]) -> Button:
        button = Button(name, self)
        button.clicked.connect(act)
        return button

    def _arrange(self) -> None:
        top, bottom = QHBoxLayout(), QHBoxLayout()
        top.addWidget(self._company, 1)
        search_label = QLabel("Szukaj", self)
        search_label.setBuddy(self.basket.search)
        top.addWidget(search_label)
        top.addWidget(self.basket.search)
        bottom.addWidget(self.order_button)
        bottom.addWidget(self._checked, 1)
        bottom.addWidget(self.licence_button)
        bottom.addWidget(self.account_button)
        bottom.addWidget(self.refresh_button)
        column = QVBoxLayout(self)
        column.addLayout(top)
        column.addWidget(self.messages)
        column.addWidget(self.basket, 1)
        column.addLayout(bottom)
        column.addWidget(self._managed)
        self._managed.setVisible(bool(self._managed.text()))

    def _connect(self) -> None:
        self.basket.chosen.connect(self._order)
        self.basket.selected.connect(self._show_whether_orderable)
        self._forms.changed.connect(self.refresh)
        self._order_file.failed.connect(self.messages.warn)
        self._link.happened.connect(self._on_event)

    # The basket

    def refresh(self) -> None:
        """Ask the shop for the basket anew."""
        self.refresh_button.setEnabled(False)
        # The answers may change places on their way: only that to the last question counts.
        self._question += 1
        question = self._question
        call = self._link.call(Method.ESHOP_LOAD, protocol.Nothing(), self)
        call.progressed.connect(partial(self._on_answer, question, self._on_retried))
        call.finished.connect(partial(self._on_answer, question, self._on_loaded))
        call.failed.connect(partial(self._on_answer, question, self._on_not_loaded))

    def wish(self, wish: Wish) -> None:
        """Select the program and remember the service that the user already asked for."""
        self._wish = wish
        if self._storefront is not None:
            self._grant_wish()

    def _on_answer(self, question: int, take: Callable[[Any], None], answer: object) -> None:
        if question == self._question:
            take(answer)

    def _on_loaded(self, result: protocol.LoadResult) -> None:
        self.refresh_button.setEnabled(True)
        self._storefront, self._unanswered = result.storefront, result.unanswered
        company = result.storefront.company
        self._company.setText(f"{company.name}, NIP {show_nip(company.nip)}")
        self._checked.setText(checked_text(result.storefront.fetched_at))
        first = self.basket.entry() is None
        self.basket.show_basket(result.storefront.basket, self._today(), fate_words(result))
        self._show_news(result)
        if first:
            self._grant_wish()
        self._show_whether_orderable()

    def _on_retried(self, progress: protocol.CallProgress) -> None:
        self.messages.inform(retrying_text(progress))

    def _show_news(self, result: protocol.LoadResult) -> None:
        back = given_back(result)
        if not result.storefront.basket:
            nip = show_nip(result.storefront.company.nip)
            self.messages.inform(empty_basket_text(nip), WayOn("eBOK Symfonia", self._open_ebok))
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
        if self.basket.select(self._wish.licence_id):
            self.order_button.setFocus()

    def _show_whether_orderable(self) -> None:
        self.order_button.setEnabled(self._orderable(self.basket.entry()))

    def _orderable(self, entry: BasketEntry | None) -> bool:
        if entry is None or not entry.is_orderable:
            return False
        return entry.program.licence_id not in self._unanswered

    def _on_not_loaded(self, failure: CallFailure) -> None:
        self.refresh_button.setEnabled(True)
        if self._storefront is None:
            self._company.setText("Brak danych z eSklepu")
        ways = [WayOn("Ponów", self.refresh)]
        if failure.code in UNREACHABLE:
            ways.append(WayOn(SAVE_ORDER, self._save_order))
        if failure.code.value.startswith("R2-L") or failure.code in _BY_FILE:
            ways.append(WayOn("eBOK Symfonia", self._open_ebok))
        self.messages.warn(failure.code, *ways)

    def _open_ebok(self) -> None:
        self._links.open(self._links.ebok)

    def _open_account(self) -> None:
        """Open the account beside this window, or bring it to the front."""
        if self._account is None:
            self._account = AccountWindow(self._link, self._links, self._today, self)
            self._account.changed.connect(self.refresh)
            place_over(self._account, self)
        self._account.show()
        self._account.raise_()
        self._account.activateWindow()

    # A PC without Internet: an order to a file, a licence from a file

    def _save_order(self) -> None:
        entry = self.basket.entry()
        wanted = () if entry is None else (protocol.WantedItem(entry.program.licence_id, self._wish.kind),)
        self._order_file.choose(protocol.ExportParams(path="", items=wanted))

    def _choose_licence_file(self) -> None:
        dialog = QFileDialog(self, "Wczytaj plik licencji", "", "Pliki licencji (*.lic);;Wszystkie pliki (*)")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self.import_licence)
        dialog.open()

    def import_licence(self, path: str) -> None:
        """Install a licence from a file of the user's choice."""
        call = self._link.call(Method.LICENCE_IMPORT, protocol.ImportParams(path=path), self)
        call.finished.connect(lambda _: self.refresh())
        call.failed.connect(self._on_not_loaded)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """Take the order forms and the account along: a form keeps what was typed in it."""
        self._forms.hide()
        if self._account is not None:
            self._account.hide()
        super().closeEvent(event)

    # The order

    def _order(self) -> None:
        entry, storefront = self.basket.entry(), self._storefront
        if entry is None or storefront is None or not self._orderable(entry):
            return
        kind = self._wish.kind if entry.program.licence_id == self._wish.licence_id else None
        self._forms.open(storefront, (entry,), kind)

    def _return_to_form(self, licence_id: str) -> None:
        if self.basket.select(licence_id):
            self._order()

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


def checked_text(fetched_at: datetime) -> str:
    """Return „Ostatnio sprawdzono: 22.11.2026, 8:01", so that an old basket shows its age."""
    moment = fetched_at.astimezone(warsaw())
    return f"Ostatnio sprawdzono: {short_date(moment.date())}, {moment.hour}:{moment:%M}"


def empty_basket_text(nip: str) -> str:
    """Return the words for a customer without programs."""
    return f"Nie znaleźliśmy programów przypisanych do Twojej firmy (NIP {nip}). Sprawdź NIP lub zgłoś to przez eBOK Symfonia."
