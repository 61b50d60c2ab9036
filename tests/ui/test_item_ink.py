"""What is drawn over a selected item stands out, however the style shows the selection."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QPainter, QPalette
from PySide6.QtWidgets import QProxyStyle, QStyle, QStyleOption, QStyleOptionViewItem, QTableWidget, QWidget
from pytestqt.qtbot import QtBot

from r2_renewal.ui.item_ink import contrast, item_ink

PALE, DARK = QColor("#cce8ff"), QColor("#0a3d7a")
READABLE = 4.5


class Selecting(QProxyStyle):
    """Selects with a fill of its own, whatever the palette says, as Windows' styles do."""

    def __init__(self, fill: QColor) -> None:
        super().__init__("Fusion")
        self._fill = fill

    def drawPrimitive(  # noqa: N802 - Qt's name
        self,
        element: QStyle.PrimitiveElement,
        option: QStyleOption,
        painter: QPainter,
        widget: QWidget | None = None,
    ) -> None:
        if element is QStyle.PrimitiveElement.PE_PanelItemViewItem and option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, self._fill)
            return
        super().drawPrimitive(element, option, painter, widget)


def option_of(table: QTableWidget, *states: QStyle.StateFlag) -> QStyleOptionViewItem:
    option = QStyleOptionViewItem()
    option.initFrom(table)
    option.rect = QRect(0, 0, 80, 20)
    option.state = QStyle.StateFlag.State_Enabled | QStyle.StateFlag.State_Active
    for state in states:
        option.state |= state
    return option


@pytest.mark.parametrize("fill", [PALE, DARK], ids=["tint", "dark"])
@pytest.mark.parametrize("dark_desktop", [False, True])
def test_a_mark_in_a_selected_row_can_be_seen(qtbot: QtBot, fill: QColor, dark_desktop: bool) -> None:
    table = QTableWidget(1, 1)
    qtbot.addWidget(table)
    style = Selecting(fill)
    style.setParent(table)
    table.setStyle(style)
    palette = table.palette()
    words, base = (QColor("white"), QColor("#202020")) if dark_desktop else (QColor("black"), QColor("white"))
    palette.setColor(QPalette.ColorRole.Text, words)
    palette.setColor(QPalette.ColorRole.Base, base)
    palette.setColor(QPalette.ColorRole.HighlightedText, QColor("black") if dark_desktop else QColor("white"))
    table.setPalette(palette)
    assert contrast(item_ink(table, option_of(table, QStyle.StateFlag.State_Selected)), fill) >= READABLE
    assert item_ink(table, option_of(table)) == words


def test_contrast_is_that_of_wcag() -> None:
    assert contrast(QColor("black"), QColor("white")) == pytest.approx(21.0)
    assert contrast(QColor("#777777"), QColor("white")) == pytest.approx(4.48, abs=0.01)
