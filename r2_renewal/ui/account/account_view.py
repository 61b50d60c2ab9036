"""The account of whoever is logged in: the menu on the left, its pages, and „Wyloguj"."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from r2_renewal.agent.protocol import AccountState
from r2_renewal.ui.account.account_page import AccountPage
from r2_renewal.ui.account.words import OTHER_CUSTOMER
from r2_renewal.ui.button import Button
from r2_renewal.ui.message_bar import MessageBar
from r2_renewal.ui.plain_text import PlainLabel

MENU = "Menu konta"


class AccountView(QWidget):
    """Menu and pages.

    Attributes:
        messages: what concerns the whole account.

    Signals:
        logout_wanted: „Wyloguj" was pressed.
    """

    logout_wanted = Signal()

    def __init__(self, pages: Sequence[AccountPage], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pages = tuple(pages)
        self.messages, self._warning = MessageBar(self), MessageBar(self)
        self._who = PlainLabel(parent=self)
        self._who.setAccessibleName("Zalogowano jako")
        self._logout = Button("Wyloguj", self)
        self._build_menu()
        self._arrange()
        self._menu.currentRowChanged.connect(self._on_chosen)
        self._logout.clicked.connect(self.logout_wanted)

    def _build_menu(self) -> None:
        self._menu = QListWidget(self)
        self._menu.setAccessibleName(MENU)
        self._menu.addItems([page.name for page in self._pages])
        self._menu.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        width = self._menu.sizeHintForColumn(0) + 4 * self.fontMetrics().averageCharWidth()
        self._menu.setFixedWidth(max(width, 18 * self.fontMetrics().averageCharWidth()))
        self._menu.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)

    def _arrange(self) -> None:
        self._stack = QStackedWidget(self)
        for page in self._pages:
            self._stack.addWidget(page)
        left, right, row = QVBoxLayout(), QVBoxLayout(), QHBoxLayout(self)
        left.addWidget(self._menu, 1)
        left.addWidget(self._logout)
        for widget in (self._who, self._warning, self.messages):
            right.addWidget(widget)
        right.addWidget(self._stack, 1)
        row.addLayout(left)
        row.addLayout(right, 1)

    def show_state(self, state: AccountState) -> None:
        """Show who is logged in, and warn where it is another customer than the licence's."""
        self._who.setText(f"Zalogowano jako {state.email}")
        if state.is_other_customer:
            self._warning.caution(OTHER_CUSTOMER)
        else:
            self._warning.clear()

    def begin(self) -> None:
        """Open the first page, with the focus on the menu."""
        self._menu.setCurrentRow(0)
        self._menu.setFocus()

    def come_back(self) -> None:
        """Go on where the login interrupted."""
        self._pages[self._menu.currentRow()].come()

    def _on_chosen(self, row: int) -> None:
        if row >= 0:
            self._stack.setCurrentWidget(self._pages[row])
            self._pages[row].come()

    @property
    def is_changed(self) -> bool:
        """Whether something was typed that is not saved."""
        return any(page.is_changed for page in self._pages)
