"""The moment to speak: the host is not busy, shows no dialog or menu, is on the screen, and nobody is typing.

Rule: the application-wide event filter that notices typing lives only while a question waits, so it costs nothing otherwise.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication, QWidget

# Nobody who has not touched a key for this long is in the middle of a word.
QUIET_MS = 1_200
LOOK_MS = 300


class FreeMoment(QObject):
    """Waits for the moment, tells it once, and goes.

    Signals:
        came: now is the moment.
        failed: the host's own answer to "busy?" failed; the exception.
    """

    came = Signal()
    failed = Signal(object)

    def __init__(self, window: QWidget, is_busy: Callable[[], bool], parent: QObject) -> None:
        super().__init__(parent)
        self._window = window
        self._is_busy = is_busy
        self._quiet = QTimer(self)
        self._quiet.setSingleShot(True)
        self._quiet.start(QUIET_MS)
        self._look = QTimer(self)
        self._look.timeout.connect(self._consider)
        self._look.start(LOOK_MS)
        application = QCoreApplication.instance()
        if application is not None:
            application.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Let every event pass; a key pressed anywhere in the host begins the quiet anew."""
        if event.type() is QEvent.Type.KeyPress:
            self._quiet.start(QUIET_MS)
        return False

    def _consider(self) -> None:
        try:
            free = self._is_free()
        except (Exception, SystemExit) as error:
            self._end()
            self.failed.emit(error)
            return
        if free:
            self._end()
            self.came.emit()

    def _is_free(self) -> bool:
        if self._quiet.isActive() or not self._window.isVisible() or self._window.isMinimized():
            return False
        if QApplication.activeModalWidget() or QApplication.activePopupWidget():
            return False
        return not self._is_busy()

    def _end(self) -> None:
        self._look.stop()
        application = QCoreApplication.instance()
        if application is not None:
            application.removeEventFilter(self)
        self.deleteLater()
