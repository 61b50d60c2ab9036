"""„Moje programy": the basket of owned programs, as in eSklep and with its own code, of the account's customer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from PySide6.QtWidgets import QHBoxLayout, QLabel

from r2_renewal.agent.protocol import LoadResult, Method, Nothing
from r2_renewal.ui.account.account_calls import AccountCalls
from r2_renewal.ui.account.account_page import AccountPage
from r2_renewal.ui.basket_view import BasketView
from r2_renewal.ui.order_fates import fate_words


class ProgramsPage(AccountPage):
    """The owned programs."""

    def __init__(self, calls: AccountCalls, today: Callable[[], date]) -> None:
        super().__init__("Moje programy", calls)
        self._today = today
        self._basket = BasketView(self)
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

    def load(self) -> None:
        """Ask for the programs."""
        self.ask(Method.PROGRAMS_LOAD, Nothing(), self._show_programs)

    def _show_programs(self, result: LoadResult) -> None:
        self._basket.show_basket(result.storefront.basket, self._today(), fate_words(result))
        if not result.storefront.basket:
            self.messages.inform("Na tym koncie nie ma programów. Jeśli to pomyłka, napisz przez eBOK Symfonia.")
