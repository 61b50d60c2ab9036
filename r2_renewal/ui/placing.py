"""Where a window of ours appears: over the host, on the host's screen, never off it."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize
from PySide6.QtWidgets import QWidget

_USUAL_LETTERS = 16  # pixels from the top of one line to the next, of 9 points


def roomy(window: QWidget, thought: QSize) -> QSize:
    """Return a window's size for the letters that it has, within its screen with room left for the frame.

    Args:
        window: the window.
        thought: the size that was thought of for letters of the usual size; larger ones need more.
    """
    letters = window.fontMetrics().height()
    wished = thought * max(1.0, letters / _USUAL_LETTERS)
    return wished.boundedTo(window.screen().availableSize() - QSize(letters, 2 * letters))


def lines_on_screen(widget: QWidget) -> int:
    """Return how many lines of a widget's letters its screen has room for."""
    return widget.screen().availableSize().height() // widget.fontMetrics().lineSpacing()


def place_over(window: QWidget, host: QWidget) -> None:
    """Put a window over the middle of the host, wholly on the host's screen, with a frame like the host's."""
    room = host.screen().availableGeometry()
    frame = host.frameSize() - host.size()
    size = window.size().boundedTo(room.size() - frame)
    place = QRect(QPoint(0, 0), size + frame)
    place.moveCenter(host.frameGeometry().center())
    left = max(room.left(), min(place.left(), room.right() - place.width()))
    top = max(room.top(), min(place.top(), room.bottom() - place.height()))
    window.resize(size)
    window.move(left, top)
