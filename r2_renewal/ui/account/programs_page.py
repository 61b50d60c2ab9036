"""„Moje programy": the basket of owned programs, as in eSklep and with its own code, of the account's customer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from PySide6.QtWidgets import QHBoxLayout, QLabel

from r2_renewal.agent.protocol import LoadResult
from r2_renewal.domain.errors import ErrorCode
from r2_renewal.ui.account.account_calls import AccountCalls
from r2_renewal.ui.account.account_page import AccountPage
from r2_renewal.ui.agent_link import CallFailure
from r2_renewal.ui.basket_feed import BasketFeed
from r2_renewal.ui.basket_view import BasketView
from r2_renewal.ui.order_fates import fate_words


class ProgramsPage(AccountPage):
    """The owned programs, page by page."""

    def __init__(self, calls: AccountCalls, today: Callable[[], date]) -> None:
        super().__init__("Moje programy", calls)
        self._today = today
        self._basket = BasketView(self)
        self._feed = BasketFeed(calls.link, self, account=True)
        top, bottom = QHBoxLayout(), QHBoxLayout()
        label = QLabel("Szukaj", self)
        label.setBuddy(self._basket.search)
        top.addStretch(1)
        top.addWidget(label)
        top.addWidget(self._basket.search)
        bottom.addStretch(1)
        bottom.addWidget(self.button("Odśwież", self.load))
        self.column.addLayout(top)
        self.column.addWidget(self._basket, 1)
        self.column.addLayout(bottom)
        self._connect()

    def _connect(self) -> None:
        self._feed.begun.connect(self._on_begun)
        self._feed.came.connect(self._basket.add)
        self._feed.whole.connect(self._on_whole)
        self._feed.failed.connect(self._on_failed)

    def come(self) -> None:
        """Load once: however many programs there are, they are not fetched anew with every look."""
        if not self.is_loaded:
            super().come()

    def load(self) -> None:
        """Ask for the programs."""
        self.begin_loading()
        self._feed.refresh()

    def _on_begun(self, load: LoadResult, _stored: bool) -> None:
        self._basket.begin(self._today(), fate_words(load))

    def _on_whole(self, load: LoadResult, _stored: bool) -> None:
        self._basket.done()
        self.end_loading()
        if not load.storefront.basket:
            self.messages.inform("Na tym koncie nie ma programów. Jeśli to pomyłka, napisz przez eBOK Symfonia.")

    def _on_failed(self, failure: CallFailure) -> None:
        self.fail_loading(failure)
        if failure.code is ErrorCode.LOGIN_AGAIN:
            self.calls.ended.emit()
