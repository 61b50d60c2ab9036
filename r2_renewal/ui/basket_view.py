"""The basket on the screen: the table „Koszyk posiadanych programów", its search, and a year's picture of what ends when.

Rules: the keyboard is enough (Enter chooses, the arrows and Shift or Ctrl select several, Esc empties the search); what was
selected stays selected while it is there; programs may come a page at a time, and a basket that is shown is exchanged only for
a whole one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from r2_renewal.domain.basket import BasketEntry
from r2_renewal.domain.licence import REMINDER_WINDOW_DAYS
from r2_renewal.domain.year_ahead import year_ahead
from r2_renewal.ui.basket_model import NO_FATES, BasketModel, Usage
from r2_renewal.ui.basket_rows import BasketRow, row_of
from r2_renewal.ui.basket_selection import BasketSelection
from r2_renewal.ui.basket_table import BasketTable
from r2_renewal.ui.plain_text import PlainLabel
from r2_renewal.ui.renewing_text import renewing_text
from r2_renewal.ui.search_line import SearchLine
from r2_renewal.ui.timeline import NAME, Timeline

# A handful needs no picture.
MOST_WITHOUT_PICTURE = 5
# Beyond this, showing the rows is work enough for one turn of the event loop.
MOST_AT_ONCE = 500
FILLING_MS = 100


class BasketView(QWidget):
    """The table of owned programs.

    Attributes:
        table: the table itself.
        search: the line „Szukaj", for the window to place.
        timeline: the year's picture; hidden for a handful of programs.

    Signals:
        selected: other rows, or none, are selected.
        chosen: a row was double-clicked, or Enter pressed on it.
    """

    selected = Signal()
    chosen = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = BasketModel(self)
        self._today, self._fates = date.min, NO_FATES
        self._coming: list[BasketRow] | None = None
        self._waiting: list[BasketRow] = []
        self._is_filling = False
        self.timeline = Timeline(self)
        # A turn of the event loop of its own: each is to stay shorter than a frame.
        self._filling = QTimer(self, singleShot=True, interval=FILLING_MS)
        self._coming_later = QTimer(self, singleShot=True, interval=0)
        self._renewing = PlainLabel(parent=self)
        self.table = BasketTable(self._model, self)
        self._selection = BasketSelection(self.table, self._model)
        self.search = SearchLine(self.table, self)
        self._arrange()
        self._connect()

    def _arrange(self) -> None:
        title, months = QLabel("Koszyk posiadanych programów", self), QLabel(NAME, self)
        title.setBuddy(self.table)
        months.setBuddy(self.timeline)
        self._picture = (months, self.timeline)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        for widget in (months, self.timeline, title):
            column.addWidget(widget)
        column.addWidget(self.table, 1)
        column.addWidget(self._renewing)
        for widget in (*self._picture, self._renewing):
            widget.hide()

    def _connect(self) -> None:
        self.search.textChanged.connect(self._model.search)
        self.timeline.chosen.connect(self._model.narrow)
        self.table.activated.connect(lambda _: self.chosen.emit())
        self._selection.changed.connect(self.selected)
        self._filling.timeout.connect(self._fill)
        self._coming_later.timeout.connect(self._show_what_follows)

    # What is in it

    def show_basket(self, entries: Iterable[BasketEntry], today: date, fates: Mapping[str, str] = NO_FATES) -> None:
        """Show these programs as of a calendar day in Warsaw, with the fates of orders; the selected ones stay selected."""
        self.begin(today, fates)
        self.add(entries)
        self.done()

    def begin(self, today: date, fates: Mapping[str, str] = NO_FATES) -> None:
        """Expect a basket page by page; one that is shown stays until ``done``, an empty one fills as they come."""
        self._coming, self._waiting = [], []
        self._is_filling = self._model.total == 0
        if self._is_filling:
            self._model.replace([], today, fates)
        self._today, self._fates = today, fates

    def add(self, entries: Iterable[BasketEntry]) -> None:
        """Take a page of the basket that is expected."""
        fates, today = self._fates, self._today
        rows = [row_of(entry, fates.get(entry.program.licence_id, ""), today) for entry in entries]
        if self._coming is not None:
            self._coming.extend(rows)
            if self._is_filling:
                self._waiting.extend(rows)
                if self._model.total == 0:
                    self._fill()
                elif not self._filling.isActive():
                    self._filling.start()

    def _fill(self) -> None:
        """Show what has come since the last time: sorting and drawing anew for each page would be work for nobody's eye."""
        self._filling.stop()
        rows, self._waiting = self._waiting, []
        if rows:
            is_first = self._model.total == 0
            self._model.add(rows)
            if is_first:
                self.table.fit()

    def done(self) -> None:
        """Show the expected basket, now that it is whole."""
        coming, self._coming = self._coming or [], None
        if self._is_filling:
            self._fill()
        else:
            self._model.replace(coming, self._today, self._fates)
        self.table.fit()
        if self._model.total > MOST_AT_ONCE:
            self._coming_later.start()
        else:
            self._show_what_follows()

    def _show_what_follows(self) -> None:
        self._show_year()
        self._show_renewing()
        QTimer.singleShot(0, self._model, self._model.clear_away)

    def _show_renewing(self) -> None:
        near = range(self._today.toordinal(), self._today.toordinal() + REMINDER_WINDOW_DAYS + 1)
        entries = tuple(row.entry for row in self._model.rows if row.end in near)
        self._renewing.setText(renewing_text(entries, self._today))
        self._renewing.setVisible(bool(self._renewing.text()))

    def tell_usage(self, usage: Usage) -> None:
        """Show how much of its limits the host's program uses."""
        self._model.tell_usage(usage)

    def _show_year(self) -> None:
        is_wanted = self._model.total > MOST_WITHOUT_PICTURE
        for widget in self._picture:
            widget.setVisible(is_wanted)
        if is_wanted:
            self.timeline.show_year(year_ahead((row.end for row in self._model.rows), self._today))
        elif self.timeline.slot is not None:
            self.timeline.let_go()

    @property
    def count(self) -> tuple[int, int]:
        """How many programs are shown, and of how many."""
        return self._model.rowCount(), self._model.total

    # What of it is selected

    def entry(self) -> BasketEntry | None:
        """Return the selected program, the upper one of several."""
        return next(self.each_selected(), None)

    def entries(self) -> tuple[BasketEntry, ...]:
        """Return the selected programs from above."""
        return tuple(self.each_selected())

    def each_selected(self) -> Iterator[BasketEntry]:
        """Yield the selected programs from above."""
        return self._selection.each()

    def entries_of(self, licence_ids: set[str]) -> tuple[BasketEntry, ...]:
        """Return the programs of some licences, wherever they are."""
        return self._model.entries_of(licence_ids)

    @property
    def selected_count(self) -> int:
        """How many programs are selected."""
        return self._selection.count

    def select(self, licence_id: str) -> bool:
        """Select a program, or where it is not there the first one; return whether it is there."""
        return self._selection.select(licence_id)
