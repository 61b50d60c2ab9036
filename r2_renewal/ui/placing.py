"""Where a window of ours appears: over the host, on the host's screen, never off it."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QWidget


def place_over(window: QWidget, host: QWidget) -> None:
    """Put a window over the middle of the host, wholly on the host's screen."""
    room = host.screen().availableGeometry()
    size = window.size().boundedTo(room.size())
    place = QRect(QPoint(0, 0), size)
    place.moveCenter(host.frameGeometry().center())
    left = max(room.left(), min(place.left(), room.right() - size.width()))
    top = max(room.top(), min(place.top(), room.bottom() - size.height()))
    window.resize(size)
    window.move(left, top)
