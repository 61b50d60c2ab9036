"""The scrolling body: steady for a screen reader, and as usable as Qt's own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible, QWheelEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from r2_renewal.ui.scroll_pane import ScrollPane
from tests.driver import wait_until


@pytest.fixture
def pane(qtbot: QtBot) -> Callable[..., ScrollPane]:
    """Return a maker of shown panes over as many lines."""

    def make(lines: int, width: int = 0) -> ScrollPane:
        body = QWidget()
        column = QVBoxLayout(body)
        for number in range(lines):
            line = QLineEdit(str(number))
            line.setMinimumWidth(width)
            column.addWidget(line)
        made = ScrollPane(body, "Treść")
        qtbot.addWidget(made)
        made.resize(300, 200)
        made.show()
        qtbot.waitExposed(made)
        return made

    return make


@pytest.mark.parametrize(("lines", "width"), [(1, 0), (40, 0), (40, 900)])
def test_for_a_screen_reader_there_is_one_child_whatever_is_shown(
    pane: Callable[..., ScrollPane], lines: int, width: int
) -> None:
    made = pane(lines, width)
    interface = QAccessible.queryAccessibleInterface(made.area)
    assert interface.childCount() == 1
    made.hide()
    assert interface.childCount() == 1


def test_the_bars_are_seen_where_there_is_something_to_scroll(pane: Callable[..., ScrollPane]) -> None:
    assert [bar.isVisible() for bar in pane(1).bars] == [False, False]
    assert [bar.isVisible() for bar in pane(40).bars] == [True, False]
    assert [bar.isVisible() for bar in pane(40, 900).bars] == [True, True]


def test_a_bar_scrolls_the_body_and_the_body_moves_the_bar(pane: Callable[..., ScrollPane]) -> None:
    made = pane(40)
    vertical, inner = made.bars[0], made.area.verticalScrollBar()
    vertical.setValue(vertical.maximum())
    assert inner.value() == inner.maximum() > 0
    made.show_widget(made.area.widget().findChildren(QLineEdit)[0])
    assert vertical.value() == inner.value() < inner.maximum()
    assert vertical.pageStep() == made.area.viewport().height()


def test_the_wheel_scrolls(pane: Callable[..., ScrollPane]) -> None:
    made = pane(40)
    view = made.area.viewport()
    middle = QPointF(view.rect().center())
    down = QWheelEvent(
        middle, view.mapToGlobal(middle), QPoint(), QPoint(0, -360), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(view, down)
    assert made.bars[0].value() > 0


def test_the_width_of_the_body_does_not_depend_on_the_bar(pane: Callable[..., ScrollPane]) -> None:
    assert pane(1).area.viewport().width() == pane(40).area.viewport().width()


def test_a_body_that_grows_brings_the_bar(pane: Callable[..., ScrollPane]) -> None:
    made = pane(1)
    made.area.widget().layout().itemAt(0).widget().setMinimumHeight(2_000)
    wait_until(made.bars[0].isVisible, what="bar")


def test_no_other_scroll_area_is_used(repository: Path) -> None:
    users = [path.name for path in (repository / "r2_renewal").rglob("*.py") if "QScrollArea(" in path.read_text()]
    assert users == ["scroll_pane.py"]
