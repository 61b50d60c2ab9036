"""The basket of owned programs as a table: words for every state, Polish collation, nothing told by colour alone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import IntEnum
from types import MappingProxyType
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QCollator,
    QLocale,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSortFilterProxyModel,
    Qt,
)

from r2_renewal.domain.basket import BasketEntry
from r2_renewal.domain.dates import days_left, short_date
from r2_renewal.ui.limits_text import limits_text
from r2_renewal.ui.order_wizard.confirmation_page import state_text

Index = QModelIndex | QPersistentModelIndex
SORT_ROLE = int(Qt.ItemDataRole.UserRole)
ENTRY_ROLE = SORT_ROLE + 1
NO_FATES: Mapping[str, str] = MappingProxyType({})


class Column(IntEnum):
    """Columns of the basket."""

    PROGRAM = 0
    EDITION = 1
    LIMITS = 2
    VALID_UNTIL = 3
    DAYS_LEFT = 4
    AUTO_RENEWAL = 5
    ORDER = 6


HEADERS = ("Program", "Edycja", "Limity", "Abonament do", "Pozostało", "Automatyczne odnowienie", "Zamówienie")


class BasketModel(QAbstractTableModel):
    """Rows of the basket, judged for one calendar day."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._entries: tuple[BasketEntry, ...] = ()
        self._today = date.min
        self._fates: Mapping[str, str] = {}

    def show(self, entries: tuple[BasketEntry, ...], today: date, fates: Mapping[str, str] = NO_FATES) -> None:
        """Show these programs.

        Args:
            entries: the owned programs.
            today: the calendar day in Warsaw to judge by.
            fates: what is known here of orders without a receipt, in words by licence.
        """
        self.beginResetModel()
        self._entries, self._today, self._fates = entries, today, fates
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:  # noqa: N802 - Qt's name
        """Return the number of programs."""
        return 0 if parent is not None and parent.isValid() else len(self._entries)

    def columnCount(self, parent: Index | None = None) -> int:  # noqa: N802 - Qt's name
        """Return the number of columns."""
        return 0 if parent is not None and parent.isValid() else len(Column)

    def headerData(  # noqa: N802 - Qt's name
        self, section: int, orientation: Qt.Orientation, role: int = int(Qt.ItemDataRole.DisplayRole)
    ) -> Any:
        """Return a column's heading."""
        if role == Qt.ItemDataRole.DisplayRole and orientation is Qt.Orientation.Horizontal:
            return HEADERS[section]
        return None

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        """Return a cell: its words, its sorting value, or its row's entry."""
        if not index.isValid():
            return None
        entry = self._entries[index.row()]
        column = Column(index.column())
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return self._words(entry, column)
        if role == SORT_ROLE:
            by_date = column in (Column.VALID_UNTIL, Column.DAYS_LEFT)
            return entry.program.valid_until.toordinal() if by_date else self._words(entry, column)
        return entry if role == ENTRY_ROLE else None

    def _words(self, entry: BasketEntry, column: Column) -> str:
        program = entry.program
        match column:
            case Column.PROGRAM:
                return program.name
            case Column.EDITION:
                return program.edition
            case Column.LIMITS:
                return limits_text(program.limits)
            case Column.VALID_UNTIL:
                return short_date(program.valid_until)
            case Column.DAYS_LEFT:
                return days_left_text(days_left(self._today, program.valid_until))
            case Column.AUTO_RENEWAL:
                return auto_renewal_text(entry)
            case Column.ORDER:
                return order_text(entry, self._fates.get(program.licence_id, ""))


def auto_renewal_text(entry: BasketEntry) -> str:
    """Return „tak" with the day where it is known, or „nie"."""
    if not entry.auto_renewal:
        return "nie"
    return f"tak, {short_date(entry.renewal_date)}" if entry.renewal_date else "tak"


def order_text(entry: BasketEntry, fate: str = "") -> str:
    """Return the state of the order on its way, the fate of one without a receipt, or that there can be none any more."""
    if entry.open_order is not None:
        return state_text(entry.open_order.state)
    if fate:
        return fate
    return "–" if entry.on_sale else "wycofany ze sprzedaży"


def days_left_text(left: int) -> str:
    """Return days left in words, with a mark where it is urgent or over."""
    match left:
        case 0:
            return "⚠ kończy się dzisiaj"
        case 1:
            return "⚠ kończy się jutro"
        case -1:
            return "✕ wygasł wczoraj"
        case _ if left < 0:
            return f"✕ wygasł {-left} dni temu"
        case _:
            return f"{left} dni"


class BasketOrder(QSortFilterProxyModel):
    """Search over every column, and sorting in Polish collation."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._collator = QCollator(QLocale(QLocale.Language.Polish, QLocale.Country.Poland))
        self._collator.setNumericMode(True)
        self.setFilterKeyColumn(-1)
        self.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.setSortRole(SORT_ROLE)

    def lessThan(self, left: Index, right: Index) -> bool:  # noqa: N802 - Qt's name
        """Compare dates as dates and words as a Polish reader sorts them."""
        one, other = left.data(SORT_ROLE), right.data(SORT_ROLE)
        if isinstance(one, int) and isinstance(other, int):
            return one < other
        return self._collator.compare(str(one), str(other)) < 0
