"""The basket of eSklep with all that is done to it: searched, ordered from, resigned from, kept up to date.

Rule: what is only the last state known can be looked at, but nothing is ordered from it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from itertools import islice

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from r2_renewal.agent import protocol
from r2_renewal.domain.basket import BasketEntry, Storefront
from r2_renewal.domain.plurals import PROGRAM, counted
from r2_renewal.ui.agent_link import AgentLink
from r2_renewal.ui.basket_feed import BasketFeed
from r2_renewal.ui.basket_model import Usage
from r2_renewal.ui.basket_view import BasketView
from r2_renewal.ui.button import Button
from r2_renewal.ui.eshop_words import (
    MOST_TOGETHER,
    checked_text,
    selection_text,
    shown_text,
    stored_text,
)
from r2_renewal.ui.order_fates import fate_words
from r2_renewal.ui.plain_text import PlainLabel


class BasketPane(QWidget):
    """The basket with its search and its buttons.

    Attributes:
        view: the table and the year's picture.
        feed: where the basket comes from.
        checked: how old it is, for the window to place.
        refresh_action: „Odśwież".

    Signals:
        order_wished: „Zamów…" for the selected programs that can be ordered.
        resign_wished: „Zrezygnuj z automatycznego odnowienia…" for the selected programs that renew.
    """

    order_wished = Signal(object)
    resign_wished = Signal(object)

    def __init__(self, link: AgentLink, today: Callable[[], date], usage: Usage, parent: QWidget) -> None:
        super().__init__(parent)
        self._today = today
        self._unanswered: frozenset[str] = frozenset()
        self._coming = 0
        self.view = BasketView(self)
        self.view.tell_usage(usage)
        self.feed = BasketFeed(link, self)
        self.checked = PlainLabel(parent=self)
        self._status = PlainLabel(parent=self)
        self.order_button = Button("Zamów…", self)
        self.resign_button = Button("Zrezygnuj z automatycznego odnowienia…", self)
        self._build_actions()
        self._arrange()
        self._connect()
        self._show_what_can_be_done()

    def _build_actions(self) -> None:
        table = self.view.table
        self.refresh_action = _action("Odśwież", QKeySequence(Qt.Key.Key_F5), self)
        self.find_action = _action("Szukaj", QKeySequence(QKeySequence.StandardKey.Find), self)
        self.order_action = _action("Zamów…", QKeySequence(), table)
        self.resign_action = _action("Zrezygnuj z automatycznego odnowienia…", QKeySequence(), table)
        self.addActions([self.refresh_action, self.find_action])
        table.addActions([self.order_action, self.resign_action, self.refresh_action])

    def _arrange(self) -> None:
        row = QHBoxLayout()
        row.addWidget(self.order_button)
        row.addWidget(self.resign_button)
        row.addWidget(self._status, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.view, 1)
        column.addLayout(row)

    def _connect(self) -> None:
        self.feed.begun.connect(self._begin)
        self.feed.came.connect(self._take)
        self.feed.whole.connect(self._end)
        self.view.selected.connect(self._show_what_can_be_done)
        self.view.chosen.connect(self.order)
        self.find_action.triggered.connect(self._find)
        for button, action, act in (
            (self.order_button, self.order_action, self.order),
            (self.resign_button, self.resign_action, self.resign),
        ):
            button.clicked.connect(act)
            action.triggered.connect(act)

    def search_line(self) -> QHBoxLayout:
        """Return „Szukaj" with its label, for the window to place."""
        label, row = QLabel("Szukaj", self), QHBoxLayout()
        label.setBuddy(self.view.search)
        row.addWidget(label)
        row.addWidget(self.view.search)
        return row

    # What is selected

    def orderable(self) -> tuple[BasketEntry, ...]:
        """Return the selected programs that can be ordered now; of more than one order holds, one more than that."""
        if not self.feed.is_fresh:
            return ()
        return tuple(islice(filter(self.is_orderable, self.view.each_selected()), MOST_TOGETHER + 1))

    def renewing(self) -> tuple[BasketEntry, ...]:
        """Return the selected programs that renew by themselves; of too many, one more than are taken at once."""
        if not self.feed.is_fresh:
            return ()
        renewing = (entry for entry in self.view.each_selected() if entry.auto_renewal)
        return tuple(islice(renewing, MOST_TOGETHER + 1))

    def is_orderable(self, entry: BasketEntry) -> bool:
        """Return whether a program can be ordered, as far as shop and computer know."""
        return entry.is_orderable and entry.program.licence_id not in self._unanswered

    def stock(self, licence_ids: set[str]) -> Storefront | None:
        """Return what the shop has of those of some programs that can be ordered; None before it has answered."""
        return self.feed.storefront(tuple(filter(self.is_orderable, self.view.entries_of(licence_ids))))

    def order(self) -> None:
        """Wish to order the selected programs."""
        entries = self.orderable()
        if 0 < len(entries) <= MOST_TOGETHER:
            self.order_wished.emit(entries)

    def resign(self) -> None:
        """Wish to resign from the selected programs' automatic renewal."""
        entries = self.renewing()
        if 0 < len(entries) <= MOST_TOGETHER:
            self.resign_wished.emit(entries)

    def _show_what_can_be_done(self) -> None:
        orderable, renewing = len(self.orderable()), len(self.renewing())
        for part in (self.order_button, self.order_action):
            part.setEnabled(0 < orderable <= MOST_TOGETHER)
        for part in (self.resign_button, self.resign_action):
            part.setEnabled(0 < renewing <= MOST_TOGETHER)
        words = (self._shown_words(), selection_text(self.view.selected_count, orderable))
        self._status.setText(". ".join(word for word in words if word))

    def _shown_words(self) -> str:
        if self._coming:
            return f"Wczytano {counted(self._coming, PROGRAM)}, wczytuję dalej…"
        return shown_text(*self.view.count)

    def _find(self) -> None:
        self.view.search.setFocus()
        self.view.search.selectAll()

    # What comes

    def _begin(self, load: protocol.LoadResult, stored: bool) -> None:
        self._unanswered, self._coming = frozenset(load.unanswered), 0
        shop = load.storefront
        self.checked.setText(stored_text(shop.fetched_at, self._today()) if stored else checked_text(shop.fetched_at))
        self.view.begin(self._today(), fate_words(load))

    def _take(self, entries: tuple[BasketEntry, ...]) -> None:
        self._coming += len(entries)
        self.view.add(entries)
        self._show_what_can_be_done()

    def _end(self, _load: protocol.LoadResult, _stored: bool) -> None:
        self._coming = 0
        self.view.done()
        self._show_what_can_be_done()


def _action(text: str, keys: QKeySequence, parent: QObject) -> QAction:
    action = QAction(text, parent)
    if not keys.isEmpty():
        action.setShortcut(keys)
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
    return action
