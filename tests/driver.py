"""Finds widgets as a screen reader does, by kind and accessible name, and uses them as a person does.

Only Qt's own test library is used, so that a host process without pytest can be driven as well.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QWidget, QWizard

W = TypeVar("W", bound=QWidget)
STEP_MS = 10


def wait_until(holds: Callable[[], object], seconds: float = 60.0, what: str = "condition") -> None:
    """Let the event loop turn until something holds.

    Raises:
        AssertionError: it does not hold in time.
    """
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"{what} did not come within {seconds} s"
        QTest.qWait(STEP_MS)


def find(root: QWidget, kind: type[W], name: str) -> W:
    """Return the one visible widget of a kind and name in a window; where it has none, in the windows that it opened."""
    named = [widget for widget in root.findChildren(kind) if widget.accessibleName() == name and widget.isVisible()]
    found = [widget for widget in named if widget.window() is root.window()] or named
    assert len(found) == 1, f"{len(found)} widgets named {name!r}"
    return found[0]


def window(kind: type[W], title: str) -> W:
    """Return the one visible window of a kind and title, waiting for it."""

    def titled() -> list[W]:
        tops = QApplication.topLevelWidgets()
        return [top for top in tops if isinstance(top, kind) and top.isVisible() and top.windowTitle() == title]

    wait_until(titled, what=f"window {title!r}")
    (found,) = titled()
    return found


def click(root: QWidget, name: str) -> None:
    """Click the button, radio button or box of a name."""
    button = find(root, QAbstractButton, name)
    assert button.isEnabled(), f"{name!r} is disabled"
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def tick(root: QWidget, name: str) -> None:
    """Toggle a check box or choose a radio button by the keyboard, as a screen-reader user does."""
    button = find(root, QAbstractButton, name)
    button.setFocus()
    QTest.keyClick(button, Qt.Key.Key_Space)


def fill(root: QWidget, name: str, text: str) -> None:
    """Type a text into the line of a name, over whatever is there."""
    line = find(root, QLineEdit, name)
    line.setFocus()
    line.selectAll()
    QTest.keyClick(line, Qt.Key.Key_Delete)
    for letter in text:
        _type(line, letter)


def _type(line: QLineEdit, letter: str) -> None:
    # Qt's own key simulation knows no „ł"; the event is the one that a Polish keyboard makes.
    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        QApplication.sendEvent(line, QKeyEvent(kind, 0, Qt.KeyboardModifier.NoModifier, letter))


def go_on(wizard: QWizard, to: str) -> None:
    """Click „Dalej" and wait for the page of a title."""
    click(wizard, "Dalej")
    wait_until(lambda: wizard.currentPage().title() == to, what=f"page {to!r}")
