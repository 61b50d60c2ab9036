"""A person without a mouse: Tab to what has a name, Space and arrows to choose, letters to type, Enter to go on."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from tests.driver import _type

MOST_TABS = 60


def focused() -> QWidget:
    """Return the widget with the focus."""
    widget = QApplication.focusWidget()
    assert widget is not None, "nothing has the focus"
    return widget


def press(key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """Press a key where the focus is."""
    QTest.keyClick(focused(), key, modifier)


def tab_to(name: str) -> QWidget:
    """Press Tab until the widget of a name has the focus.

    Raises:
        AssertionError: Tab does not come there.
    """
    seen = []
    for _ in range(MOST_TABS):
        if focused().accessibleName() == name:
            return focused()
        seen.append(focused().accessibleName())
        press(Qt.Key.Key_Tab)
    raise AssertionError(f"Tab does not come to {name!r}, only to {seen}")


def type_at(name: str, text: str) -> None:
    """Tab to a line and type over what is there."""
    line = tab_to(name)
    assert isinstance(line, QLineEdit)
    press(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    for letter in text:
        _type(line, letter)


def choose(name: str) -> None:
    """Tab to a box or button and press Space."""
    tab_to(name)
    press(Qt.Key.Key_Space)
