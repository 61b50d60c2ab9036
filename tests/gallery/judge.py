"""What is wrong with how a window looks, as far as a program can tell: words cut, bars without need, a window off the screen."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QAbstractButton, QAbstractScrollArea, QLabel, QLineEdit, QScrollArea, QTableView, QWidget

SIDEWAYS = "scrolls sideways"


def faults(window: QWidget) -> Iterator[str]:
    """Yield what is wrong with a shown window, a line a thing."""
    room = window.screen().availableGeometry()
    if window.width() > room.width() or window.height() > room.height():
        yield f"{window.width()}x{window.height()} on a screen of {room.width()}x{room.height()}"
    for widget in window.findChildren(QWidget):
        if widget.isVisible() and widget.window() is window:
            yield from _of_widget(widget)
            hidden = _hidden_part(widget, window)
            if hidden:
                yield f"{hidden} cuts {words_of(widget)[:60]!r}"


def words_of(widget: QWidget) -> str:
    """Return what a label or button says; empty for others."""
    return widget.text() if isinstance(widget, (QLabel, QAbstractButton)) else ""


def _of_widget(widget: QWidget) -> Iterator[str]:
    if isinstance(widget, (QLabel, QAbstractButton)):
        if words_of(widget):
            yield from _of_words(widget)
    elif isinstance(widget, QLineEdit) and widget.isReadOnly():
        need = widget.fontMetrics().horizontalAdvance(widget.text())
        if need > widget.width():
            yield f"line of {widget.width()} needs {need}: {widget.text()[:60]!r}"
    elif isinstance(widget, QAbstractScrollArea):
        if widget.horizontalScrollBar().maximum():
            yield f"{SIDEWAYS} by {widget.horizontalScrollBar().maximum()}: {widget.accessibleName()!r}"
        if isinstance(widget, QTableView):
            yield from _of_headings(widget)


def _of_words(widget: QLabel | QAbstractButton) -> Iterator[str]:
    if isinstance(widget, QLabel) and widget.wordWrap():
        # Words wrapped at a fraction of a pixel may be a pixel higher than their room, which cuts nothing.
        width, height = widget.minimumSizeHint().width(), widget.heightForWidth(widget.width()) - 1
    else:
        width, height = widget.sizeHint().width(), widget.sizeHint().height()
    if width > widget.width() or height > widget.height():
        yield f"{widget.width()}x{widget.height()} needs {width}x{height}: {words_of(widget)[:60]!r}"


def _of_headings(table: QTableView) -> Iterator[str]:
    header = table.horizontalHeader()
    advance = header.fontMetrics().horizontalAdvance
    for column in range(header.count()):
        words = str(table.model().headerData(column, Qt.Orientation.Horizontal))
        in_lines = max(map(advance, words.split())) if header.defaultAlignment() & Qt.TextFlag.TextWordWrap.value else 0
        need = header.sectionSizeHint(column) - (advance(words) - in_lines if in_lines else 0)
        if need > header.sectionSize(column):
            yield f"heading of {header.sectionSize(column)} needs {need}: column {column}"


def _hidden_part(widget: QWidget, window: QWidget) -> str:
    """Return whose bounds cut a label or button, but for what scrolls; empty for nobody's."""
    rect, at = QRect(QPoint(0, 0), widget.size()), widget
    while words_of(widget) and at is not window:
        parent = at.parentWidget()
        if parent is None or isinstance(parent.parentWidget(), QScrollArea):
            return ""
        rect.translate(at.pos())
        if not parent.rect().contains(rect):
            return type(parent).__name__
        at = parent
    return ""
