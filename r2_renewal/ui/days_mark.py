"""The mark beside the days left: a shape drawn in the text's own colour, for the words say it all.

Rule: no colour of our own; whoever sees no colours, or has a dark desktop, sees the same.
"""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTableView

from r2_renewal.ui.basket_model import MARK_ROLE, Index
from r2_renewal.ui.basket_rows import Mark
from r2_renewal.ui.item_ink import item_ink

_GAP = 4
_THIN = 1.4


class DaysMark(QStyledItemDelegate):
    """Draws a triangle where an end is near and a cross where it is past, before the words."""

    def __init__(self, table: QTableView) -> None:
        super().__init__(table)
        self._table = table

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw the cell with its mark."""
        side = self._side
        words = QStyleOptionViewItem(option)
        self._fill(painter, option, index)
        words.rect = option.rect.adjusted(side + 2 * _GAP, 0, 0, 0)
        super().paint(painter, words, index)
        mark = index.data(MARK_ROLE)
        if mark:
            self._draw(painter, item_ink(self._table, option), Mark(mark), self._place(option.rect, side))

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802 - Qt's name
        """Return the words' size with room for the mark."""
        return super().sizeHint(option, index) + QSize(self._side + 2 * _GAP, 0)

    @property
    def _side(self) -> int:
        return self._table.fontMetrics().ascent()

    def _fill(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        whole = QStyleOptionViewItem(option)
        self.initStyleOption(whole, index)
        whole.text = ""
        self._table.style().drawControl(QStyle.ControlElement.CE_ItemViewItem, whole, painter, self._table)

    @staticmethod
    def _place(rect: QRect, side: int) -> QRectF:
        return QRectF(rect.left() + _GAP, rect.center().y() - side / 2, side, side)

    @staticmethod
    def _draw(painter: QPainter, ink: QColor, mark: Mark, place: QRectF) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(ink, _THIN, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawPath(_triangle(place) if mark is Mark.SOON else _cross(place))
        painter.restore()


def _triangle(place: QRectF) -> QPainterPath:
    """Return a triangle with an exclamation mark in it."""
    path = QPainterPath(QPointF(place.center().x(), place.top() + 1))
    path.lineTo(place.bottomRight() - QPointF(0.5, 1))
    path.lineTo(place.bottomLeft() + QPointF(0.5, -1))
    path.closeSubpath()
    middle, height = place.center().x(), place.height()
    path.moveTo(middle, place.top() + 0.42 * height)
    path.lineTo(middle, place.top() + 0.64 * height)
    path.moveTo(middle, place.top() + 0.78 * height)
    path.lineTo(middle, place.top() + 0.8 * height)
    return path


def _cross(place: QRectF) -> QPainterPath:
    inset = place.width() * 0.18
    inner = place.adjusted(inset, inset, -inset, -inset)
    path = QPainterPath(inner.topLeft())
    path.lineTo(inner.bottomRight())
    path.moveTo(inner.topRight())
    path.lineTo(inner.bottomLeft())
    return path
