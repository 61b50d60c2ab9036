"""The ground of our windows: a window to assistive technology, and never larger than the screen."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from r2_renewal.ui.own_window import OwnWindow
from r2_renewal.ui.placing import roomy


def test_assistive_technology_is_told_of_a_window_with_its_title(qtbot: QtBot) -> None:
    window = OwnWindow("Zamówienia", QSize(400, 300))
    qtbot.addWidget(window)
    window.show()
    interface = QAccessible.queryAccessibleInterface(window)
    assert interface.role() == QAccessible.Role.Window
    assert interface.text(QAccessible.Text.Name) == "Zamówienia"


def test_a_window_has_the_wished_size_where_the_screen_has_room(qtbot: QtBot) -> None:
    window = OwnWindow("eSklep", QSize(400, 300))
    qtbot.addWidget(window)
    assert window.size() == QSize(400, 300)


def test_a_window_leaves_room_for_its_frame_on_a_small_screen(qtbot: QtBot) -> None:
    window = OwnWindow("eSklep", QSize(100_000, 100_000))
    qtbot.addWidget(window)
    room = window.screen().availableSize()
    assert 0 < window.width() < room.width()
    assert 0 < window.height() < room.height()


def test_larger_letters_get_a_larger_window(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    font, thought = window.font(), QSize(300, 200)
    font.setPixelSize(12)
    window.setFont(font)
    usual = roomy(window, thought)
    font.setPixelSize(24)
    window.setFont(font)
    assert roomy(window, thought).width() > 1.5 * usual.width()
    assert roomy(window, QSize(100_000, 100)).width() < window.screen().availableSize().width()
