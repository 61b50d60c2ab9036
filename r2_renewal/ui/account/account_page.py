"""The ground of every page of the account: messages above, loading when first looked at, and again where that failed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from r2_renewal.agent.protocol import Message, Method
from r2_renewal.domain.errors import ErrorCode
from r2_renewal.ui.account.account_calls import AccountCalls
from r2_renewal.ui.agent_link import CallFailure
from r2_renewal.ui.button import Button
from r2_renewal.ui.message_bar import MessageBar, WayOn


class AccountPage(QWidget):
    """A page of the account.

    Attributes:
        name: what the menu calls it.
        messages: what happened, above the content.
        column: the column of the page.
        calls: the agent.
        is_loaded: whether the content has come once.
    """

    def __init__(self, name: str, calls: AccountCalls) -> None:
        super().__init__()
        self.name = name
        self.calls = calls
        self.setAccessibleName(name)
        self.messages = MessageBar(self)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.addWidget(self.messages)
        self.is_loaded = self._is_loading = False

    @property
    def is_changed(self) -> bool:
        """Whether something was typed here that is not saved."""
        return False

    def come(self) -> None:
        """Be looked at: show what the shop has now, unless something typed here waits to be saved."""
        if not (self._is_loading or self.is_changed):
            self.load()

    def load(self) -> None:
        """Ask the shop for what the page shows."""
        raise NotImplementedError

    def ask(self, method: Method, params: Message, take: Callable[[Any], None]) -> None:
        """Ask for the page's content; until it comes the page says so, and where it fails, why."""
        self.begin_loading()
        self.calls.ask(method, params, self, partial(self.finish_loading, take), self.fail_loading)

    def begin_loading(self) -> None:
        """Say that the page's content is on its way."""
        self._is_loading = True
        self.messages.inform("Pobieram dane z eSklepu…")

    def finish_loading(self, take: Callable[[Any], None], result: Any) -> None:
        """Hand the content on to whoever shows it."""
        self.end_loading()
        take(result)

    def end_loading(self) -> None:
        """Take note that the content has come."""
        self.is_loaded, self._is_loading = True, False
        self.messages.clear()

    def fail_loading(self, failure: CallFailure) -> None:
        """Say why the content has not come."""
        self._is_loading = False
        self.refuse(failure, WayOn("Ponów", self.load))

    def refuse(self, failure: CallFailure, *ways: WayOn, text: str = "") -> None:
        """Say a failure; an ended session is said by the login that covers the page."""
        if failure.code is ErrorCode.LOGIN_AGAIN:
            self.messages.clear()
        else:
            self.messages.warn(failure.code, *ways, text=text)

    def button(self, name: str, act: Callable[[], object]) -> Button:
        """Return a button of the page."""
        button = Button(name, self)
        button.clicked.connect(act)
        return button
