"""„R2płatnik (demo)": a small payroll program that embeds the module as a real host would. All data is made up."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QMainWindow,
    QMenu,
    QMessageBox,
    QTableWidget,
    QTableWidgetItem,
)

import r2_renewal
from r2_renewal.domain.collation import sort_key
from r2_renewal.domain.money import Money, show_money

if TYPE_CHECKING:
    from r2_renewal.embedding.module import RenewalModule

TITLE = "R2płatnik (demo)"
SIZE = (960, 600)
ABOUT = "O programie"
ABOUT_TEXT = f"{TITLE}\n\nMały program płacowy, który pokazuje moduł odnowień. Wszystkie dane są wymyślone."
HEADERS = ("Nazwisko i imię", "Stanowisko", "Etat", "Wynagrodzenie zasadnicze", "Lista płac")
EMPLOYEES = (
    ("Adamczyk Ewa", "księgowa", "1/1", "7450.00", "naliczona"),
    ("Błaszczyk Tomasz", "magazynier", "1/1", "5230.00", "naliczona"),
    ("Ćwik Łucja", "specjalistka ds. kadr", "3/4", "5640.50", "naliczona"),
    ("Dąbrowski Paweł", "kierowca", "1/1", "5980.00", "do naliczenia"),
    ("Jabłońska Zofia", "kierowniczka sprzedaży", "1/1", "9875.00", "naliczona"),
    ("Śliwa Żaneta", "sprzedawczyni", "1/2", "2403.00", "do naliczenia"),
    ("Wójcik Grzegorz", "serwisant", "1/1", "6120.00", "naliczona"),
)


class PayrollHost(QMainWindow):
    """The demo host.

    Attributes:
        module: the embedded renewal module.
    """

    def __init__(self, config: r2_renewal.Config) -> None:
        super().__init__()
        self.setWindowTitle(TITLE)
        self.resize(*SIZE)
        self._build_menus()
        self.setCentralWidget(self._employees())
        self.statusBar().showMessage("Lista płac za listopad 2026 – dane przykładowe")
        self.module: RenewalModule = r2_renewal.attach(self, config)

    def _build_menus(self) -> None:
        file_menu = self._add_menu("&Plik", ("Kopia zapasowa…", "Drukuj listę płac…"))
        self._add_menu("&Kartoteki", ("Pracownicy", "Umowy", "Nieobecności"))
        self._add_menu("&Płace", ("Nalicz listę płac", "Przelewy", "Deklaracje ZUS", "PIT"))
        self._add_menu("Pomo&c", ("Podręcznik", ABOUT))
        close = QAction("Zakończ", self)
        close.triggered.connect(self.close)
        file_menu.addAction(close)

    def _add_menu(self, title: str, entries: tuple[str, ...]) -> QMenu:
        menu = self.menuBar().addMenu(title)
        for entry in entries:
            action = QAction(entry, menu)
            action.triggered.connect(partial(self._tell_of, entry))
            menu.addAction(action)
        return menu

    def _tell_of(self, entry: str, _checked: bool = False) -> None:
        if entry == ABOUT:
            box = QMessageBox(QMessageBox.Icon.Information, entry, ABOUT_TEXT, QMessageBox.StandardButton.Close, self)
            box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            box.button(QMessageBox.StandardButton.Close).setText("Zamknij")
            box.open()
        else:
            self.statusBar().showMessage(f"Tego program pokazowy nie robi: {entry.removesuffix('…')}")

    def _employees(self) -> QTableWidget:
        table = QTableWidget(len(EMPLOYEES), len(HEADERS), self)
        table.setAccessibleName("Pracownicy")
        table.setHorizontalHeaderLabels(HEADERS)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.verticalHeader().hide()
        table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        for row, employee in enumerate(EMPLOYEES):
            for column, text in enumerate(employee):
                table.setItem(row, column, _cell(column, text))
        table.setSortingEnabled(True)
        table.sortByColumn(0, Qt.SortOrder.AscendingOrder)
        return table


class _Cell(QTableWidgetItem):
    """A cell that is sorted as people sort: names by the Polish alphabet, amounts by what they amount to."""

    def __init__(self, text: str, amount: Decimal | None = None) -> None:
        super().__init__(text)
        self._amount = amount

    def __lt__(self, other: QTableWidgetItem) -> bool:
        if isinstance(other, _Cell) and self._amount is not None and other._amount is not None:
            return self._amount < other._amount
        return sort_key(self.text()) < sort_key(other.text())


def _cell(column: int, text: str) -> QTableWidgetItem:
    if HEADERS[column] != "Wynagrodzenie zasadnicze":
        return _Cell(text)
    amount = Decimal(text)
    item = _Cell(show_money(Money(amount)), amount)
    item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    return item
