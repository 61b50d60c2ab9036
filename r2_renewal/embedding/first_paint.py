"""When the host has painted for the first time: the moment from which the module may work at all."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtWidgets import QWidget

from r2_renewal.embedding.later import later

UNPAINTED_MS = 3_000
COVERED_MS = 500


class FirstPaint(QObject):
    """Watches the host's main window until its first paint, then goes.

    Signals:
        painted: the window was painted, and the event loop has turned once since.
    """

    painted = Signal()

    def __init__(self, window: QWidget, parent: QObject) -> None:
        super().__init__(parent)
        self._window = window
        self._seen = self._is_asked = False
        window.installEventFilter(self)
        if window.isVisible():
            later(self, UNPAINTED_MS, self._see)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Let every event pass; the first paint is the signal."""
        if watched is self._window and event.type() is QEvent.Type.Paint:
            self._see()
        elif watched is self._window and event.type() is QEvent.Type.UpdateRequest and not self._is_asked:
            # It asks for the paint and comes before it; a window wholly covered by its children gets this event alone.
            self._is_asked = True
            later(self, COVERED_MS, self._see)
        elif watched is self._window and event.type() is QEvent.Type.Show:
            later(self, UNPAINTED_MS, self._see)
        return False

    def _see(self) -> None:
        if self._seen:
            return
        self._seen = True
        self._window.removeEventFilter(self)
        later(self, 0, self.painted.emit)
