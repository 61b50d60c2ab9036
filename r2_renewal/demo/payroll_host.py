"""„R2płatnik (demo)": a small payroll program that embeds the module as a real host would. All data is made up."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMainWindow, QMenu, QTableWidget, QTableWidgetItem

import r2_renewal
from r2_renewal.domain.money import Money, show_money

if TYPE_CHECKING:
    from r2_renewal.embedding.module import RenewalModule

TITLE = "R2płatnik (demo)"
SIZE = (960, 600)
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
        self._add_menu("Pomo&c", ("Podręcznik", "O programie"))
        close = QAction("Zakończ", self)
        close.triggered.connect(self.close)
        file_menu.addAction(close)

    def _add_menu(self, title: str, entries: tuple[str, ...]) -> QMenu:
        menu = self.menuBar().addMenu(title)
        for entry in entries:
            menu.addAction(QAction(entry, menu))
        return menu

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
        return table


def _cell(column: int, text: str) -> QTableWidgetItem:
    if HEADERS[column] != "Wynagrodzenie zasadnicze":
        return QTableWidgetItem(text)
    item = QTableWidgetItem(show_money(Money(Decimal(text))))
    item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    return item
