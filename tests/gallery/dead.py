"""A window of dead and living controls, by which the walk is tried itself: whoever finds nothing here finds nothing anywhere."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QLabel,
    QLineEdit,
    QListWidget,
    QMenu,
    QMenuBar,
    QRadioButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from r2_renewal.agent.protocol import Method, OrdersParams
from r2_renewal.ui.button import Button
from r2_renewal.ui.links import Links
from tests.gallery.room import LINKS, Room


class Deaf(QDialog):
    """A dialog that no key and no frame closes."""

    def reject(self) -> None:
        """Stay."""


def show(room: Room) -> None:
    """Show a window with one of each kind, dead and alive."""
    window = Deaf()
    window.setWindowTitle("Martwe i żywe")
    column = QVBoxLayout(window)
    for part in (_bar(window), *_buttons(window, room), *_fields(window), *_tables(window), *_links(window, LINKS)):
        column.addWidget(part)
    window.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
    for name in ("martwa pozycja", "żywa pozycja"):
        action = QAction(name, window)
        window.addAction(action)
    action.triggered.connect(lambda: window.setWindowTitle("wybrano"))
    room.look("martwe-i-zywe", room.show(window))


def _bar(window: QWidget) -> QWidget:
    bar = QMenuBar(window)
    menu: QMenu = bar.addMenu("Menu")
    menu.addAction("martwe")
    menu.addAction("żywe").triggered.connect(lambda: window.setWindowTitle("z menu"))
    return bar


def _buttons(window: QWidget, room: Room) -> list[QWidget]:
    made = {name: Button(name, window) for name in ("martwy", "pyta", "kopiuje", "pada", "otwiera", "wyłączony")}
    link = room.agent()
    made["pyta"].clicked.connect(lambda: link.call(Method.ORDERS_LOAD, OrdersParams(), window))
    made["kopiuje"].clicked.connect(lambda: QGuiApplication.clipboard().setText("skopiowane"))
    made["pada"].clicked.connect(lambda: 1 / 0)
    made["otwiera"].clicked.connect(lambda: LINKS.open(LINKS.ebok))
    made["wyłączony"].setEnabled(False)
    return [*made.values()]


def _fields(window: QWidget) -> list[QWidget]:
    radio, line, box, entries = (
        QRadioButton("wybrany", window),
        QLineEdit("tekst", window),
        QComboBox(window),
        QListWidget(window),
    )
    radio.setChecked(True)
    box.addItems(["jeden", "dwa"])
    entries.addItems(["pierwsza", "druga"])
    entries.setCurrentRow(0)
    return [radio, line, box, entries]


def _tables(window: QWidget) -> list[QWidget]:
    tables = []
    for name, is_sorted in (("głucha", False), ("sortowana", True)):
        table = QTableWidget(2, 1, window)
        table.setHorizontalHeaderLabels([name])
        for row, word in enumerate("ab"):
            table.setItem(row, 0, QTableWidgetItem(word))
        table.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        table.setSelectionMode(QTableWidget.SelectionMode.SingleSelection)
        table.setSortingEnabled(is_sorted)
        tables.append(table)
    return list[QWidget](tables)


def _links(window: QWidget, links: Links) -> list[QWidget]:
    dead = QLabel('<a href="https://ebok.example/">martwy odnośnik</a>', window)
    alive = QLabel('<a href="https://ebok.example/">żywy odnośnik</a>', window)
    alive.linkActivated.connect(links.open)
    return [dead, alive]
