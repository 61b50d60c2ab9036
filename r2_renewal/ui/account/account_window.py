"""The window „Moje konto": the login, and behind it the account of whoever is logged in.

Rules: a session that ends is opened anew in place, over the pages, and what was typed on them stays; another customer's login
finds none of it; closing hides the window; eSklep's end is its end, but with a change unsaved it stays and says so.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QCloseEvent, QShowEvent
from PySide6.QtWidgets import QStackedWidget, QWidget

from r2_renewal.agent.protocol import AccountState, AccountStateParams, LogoutResult, Method, Nothing
from r2_renewal.domain.errors import ErrorCode
from r2_renewal.ui.account.account_calls import AccountCalls
from r2_renewal.ui.account.account_page import AccountPage
from r2_renewal.ui.account.account_view import AccountView
from r2_renewal.ui.account.forgotten_view import ForgottenView
from r2_renewal.ui.account.invoices_page import InvoicesPage
from r2_renewal.ui.account.login_view import LoginView
from r2_renewal.ui.account.my_data_page import MyDataPage
from r2_renewal.ui.account.orders_page import OrdersPage
from r2_renewal.ui.account.programs_page import ProgramsPage
from r2_renewal.ui.account.words import UNSAVED, UNSAVED_BEHIND_LOGIN
from r2_renewal.ui.agent_link import AgentLink, CallFailure
from r2_renewal.ui.error_texts import logout_sentence, session_only_sentence
from r2_renewal.ui.links import Links
from r2_renewal.ui.message_bar import WayOn
from r2_renewal.ui.own_window import OwnWindow

TITLE = "Moje konto"
# As wide as eSklep, and its list of pages: the same table is in it.
SIZE = QSize(1160, 680)


class AccountWindow(OwnWindow):
    """The customer's account.

    Signals:
        changed: the customer's data were changed here: eSklep shows older ones.
        closed: the user has closed the window.
    """

    changed = Signal()
    closed = Signal()

    def __init__(self, link: AgentLink, links: Links, today: Callable[[], date], parent: QWidget | None = None) -> None:
        super().__init__(TITLE, SIZE, parent)
        self._link, self._links, self._today = link, links, today
        self._state = AccountState()
        self._view: AccountView | None = None
        self._data: MyDataPage | None = None
        self._login, self._forgotten = LoginView(link, self), ForgottenView(link, self)
        self._stack = QStackedWidget(self)
        for view in (self._login, self._forgotten):
            self._stack.addWidget(view)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.addWidget(self._stack)
        self._connect()
        self._ask_state()

    def _connect(self) -> None:
        self._login.logged_in.connect(self._on_logged_in)
        self._login.forgotten.connect(self._on_forgotten)
        self._login.panel_wanted.connect(lambda: self._links.open(self._links.panel))
        self._forgotten.back.connect(self._show_login)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Show what the shop has now to whoever opens the window once more."""
        super().showEvent(event)
        if self._view is not None and self._stack.currentWidget() is self._view and not event.spontaneous():
            self._view.come_back()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """Tell that the window was closed; what was typed stays as long as eSklep is open."""
        super().closeEvent(event)
        self.closed.emit()

    @property
    def is_changed(self) -> bool:
        """Whether something was typed that is not saved."""
        return self._view is not None and self._view.is_changed

    def tell_unsaved(self) -> None:
        """Say that eSklep was closed and that closing this window drops what was typed."""
        if self._view is not None and self._stack.currentWidget() is self._view:
            self._view.messages.inform(UNSAVED)
        else:
            self._login.messages.inform(UNSAVED_BEHIND_LOGIN)

    # Who is logged in

    def _ask_state(self) -> None:
        self._login.messages.inform("Sprawdzam stan logowania…")
        call = self._link.call(Method.ACCOUNT_STATE, AccountStateParams(), self)
        call.finished.connect(self._on_state)
        call.failed.connect(self._on_no_state)

    def _on_state(self, state: AccountState) -> None:
        self._login.messages.clear()
        if state.email:
            self._open(state)
            return
        code = ErrorCode.named(state.reason) if state.reason else None
        if code is ErrorCode.LOGIN_AGAIN:
            self._login.messages.warn(code)
        else:
            self._login.show_vault(code)
        self._show_login()

    def _on_no_state(self, failure: CallFailure) -> None:
        self._login.messages.warn(failure.code, WayOn("Ponów", self._ask_state))
        self._show_login()

    def _show_login(self) -> None:
        self._stack.setCurrentWidget(self._login)
        self._login.begin()

    def _on_forgotten(self, email: str) -> None:
        self._stack.setCurrentWidget(self._forgotten)
        self._forgotten.begin(email)

    def _on_logged_in(self, state: AccountState) -> None:
        view = self._view
        if view is not None and _is_same_customer(self._state, state):
            self._stack.setCurrentWidget(view)
            self._show_state(view, state)
            view.come_back()
        else:
            self._open(state)

    # The account

    def _open(self, state: AccountState) -> None:
        self._drop_view()
        view = self._view = AccountView(self._pages(), self)
        view.logout_wanted.connect(self._on_logout_wanted)
        self._stack.addWidget(view)
        self._stack.setCurrentWidget(view)
        self._show_state(view, state)
        view.begin()

    def _pages(self) -> tuple[AccountPage, ...]:
        calls = AccountCalls(self._link, self)
        calls.ended.connect(self._on_ended)
        self._data = MyDataPage(calls, self._links, self._today)
        self._data.saved.connect(self.changed)
        orders = OrdersPage(calls, self._today, self._links.contact_email)
        orders.changed.connect(self.changed)
        return self._data, ProgramsPage(calls, self._today), orders, InvoicesPage(calls, self._today)

    def _show_state(self, view: AccountView, state: AccountState) -> None:
        self._state = state
        view.show_state(state)
        if state.reason:
            view.messages.inform(session_only_sentence(ErrorCode.named(state.reason)))
        else:
            view.messages.clear()

    def _drop_view(self) -> None:
        view, self._view, self._data = self._view, None, None
        if view is not None:
            self._stack.removeWidget(view)
            view.hide()
            view.deleteLater()

    def _on_ended(self) -> None:
        """Ask for the login over the pages; whoever ended it, once is enough."""
        if self._stack.currentWidget() is not self._view:
            return
        if self._data is not None:
            self._data.log_in_again()
        self._login.email.show_text(self._state.email)
        self._login.messages.warn(ErrorCode.LOGIN_AGAIN)
        self._show_login()

    # „Wyloguj"

    def _on_logout_wanted(self) -> None:
        view = self._view
        if view is None:
            return
        if view.is_changed:
            stay = WayOn("Wróć do danych", view.messages.clear)
            view.messages.inform(
                "Masz niezapisane zmiany. Wylogować mimo to?", stay, WayOn("Wyloguj bez zapisu", self._log_out)
            )
            view.messages.focus_way()
        else:
            self._log_out()

    def _log_out(self) -> None:
        if self._view is not None:
            self._view.messages.inform("Wylogowuję…")
        call = self._link.call(Method.ACCOUNT_LOGOUT, Nothing(), self)
        call.finished.connect(self._on_logged_out)
        call.failed.connect(self._on_not_logged_out)

    def _on_logged_out(self, result: LogoutResult) -> None:
        sentence = logout_sentence(is_revoked=result.is_revoked, is_removed=result.is_removed)
        if not (result.is_revoked or result.is_removed):
            if self._view is not None:
                self._view.messages.caution(sentence)
            return
        self._drop_view()
        self._state = AccountState()
        self._login.email.show_text("")
        self._login.messages.inform(sentence)
        self._show_login()

    def _on_not_logged_out(self, failure: CallFailure) -> None:
        if self._view is not None:
            self._view.messages.warn(failure.code, WayOn("Ponów", self._log_out))


def _is_same_customer(before: AccountState, now: AccountState) -> bool:
    """Return whether a login is of the same customer as the one before; a shop that does not tell is believed by the e-mail."""
    if before.customer_id or now.customer_id:
        return before.customer_id == now.customer_id
    return before.email.casefold() == now.email.casefold()
