"""Where a window of ours appears: over the host, on the host's screen, never off it."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QWidget


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
