"""The module's windows over a window of another program, which is not Python and maybe not Qt.

Rules: the other program's window is only looked at: it becomes the owner of ours, nothing of it is changed, and a handle that
is no window's means windows without an owner; the process ends when its last window is closed, or when its owner is gone.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, QTimer, qInstallMessageHandler
from PySide6.QtGui import QGuiApplication, QWindow
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget

import r2_renewal
from r2_renewal.cli.interrupt import quit_on_interrupt
from r2_renewal.cli.screen import ALWAYS_THERE
from r2_renewal.domain.errors import ErrorCode, RenewalError
from r2_renewal.domain.offer import Wish
from r2_renewal.embedding.agent_keeper import AgentKeeper
from r2_renewal.embedding.state import Status
from r2_renewal.embedding.windows import Windows

if TYPE_CHECKING:
    from r2_renewal.config import Config
    from r2_renewal.domain.reminder import Answer, Question
    from r2_renewal.embedding.driver import UserDriver
    from r2_renewal.settings import Settings

LOOK_MS = 200
_OWNER = -8  # GWLP_HWNDPARENT
_ONLY_TO_THE_TOP = 0x0001 | 0x0002 | 0x0010  # SWP_NOSIZE, SWP_NOMOVE, SWP_NOACTIVATE
_PLATFORM = "QT_QPA_PLATFORM"
_SCREENLESS = "offscreen"


@dataclass
class Told:
    """What came of a question.

    Attributes:
        prompted: whether it was shown.
        answer: what the user chose; None where nothing was asked, or the question settled itself.
    """

    prompted: bool = False
    answer: Answer | None = None


def ask(config: Config, settings: Settings, handle: int) -> Told:
    """Ask what is due, go on into eSklep where the user wants to order, and return when the last window is closed.

    Args:
        config: what the module gets.
        settings: the same, settled.
        handle: native handle of the host's window; 0 for none.

    Raises:
        RenewalError: NO_DISPLAY.
    """
    told = Told()
    with _stage(handle) as anchor:
        driver = NotingDriver(Windows(anchor, settings, AgentKeeper(anchor, settings)), told)
        module = r2_renewal.attach(anchor, config._replace(driver=driver))
        anchor.show()
        module.check_now()
        _run(anchor, lambda: module.state.status is Status.ABOUT_TO_ASK)
        module.detach()
    return told


def open_eshop(settings: Settings, handle: int) -> None:
    """Open eSklep and return when the last window is closed.

    Raises:
        RenewalError: NO_DISPLAY.
    """
    with _stage(handle) as anchor:
        Windows(anchor, settings, AgentKeeper(anchor, settings)).open_eshop(Wish())
        _run(anchor, lambda: False)


class NotingDriver:
    """A ``UserDriver`` that notes question and answer on their way to another."""

    def __init__(self, inner: UserDriver, told: Told) -> None:
        self._inner = inner
        self._told = told

    def ask(self, question: Question, answer: Callable[[Answer], None]) -> None:
        """Show the question and note its answer."""

        def noted(given: Answer) -> None:
            self._told.answer = given
            answer(given)

        self._told.prompted = True
        self._inner.ask(question, noted)

    def withdraw(self) -> None:
        """Take the question from the screen."""
        self._inner.withdraw()

    def open_eshop(self, wish: Wish) -> None:
        """Open eSklep."""
        self._inner.open_eshop(wish)


class Anchor(QMainWindow):
    """Stands where the host's window stands, is never on the screen, and gives the host's window to ours as their owner."""

    def __init__(self, handle: int) -> None:
        super().__init__()
        self._handle = handle
        self._foreign = foreign_window(handle)
        # Shown for Qt alone, so that the module finds a window to stand over.
        self.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
        self.setGeometry(_place_of(self._foreign))
        QApplication.instance().installEventFilter(self)  # type: ignore[union-attr]

    @property
    def is_bereft(self) -> bool:
        """Whether the host's window was there and is gone, so that ours have nothing to stand over."""
        return self._foreign is not None and foreign_window(self._handle) is None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Let every event pass; a window of ours gets its owner just before it appears, when that still counts."""
        if event.type() is QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            window = watched.windowHandle()
            if watched.parentWidget() is self and window is not None:
                window.setTransientParent(self._foreign)  # type: ignore[arg-type]
                if self._foreign is not None:
                    # Qt for Windows sets the owner anew while it shows the window: afterwards is when ours counts.
                    QTimer.singleShot(0, window, lambda: give_owner(int(window.winId()), self._handle))
        return False


def _place_of(foreign: QWindow | None) -> QRect:
    screen = QGuiApplication.primaryScreen().availableGeometry()
    if foreign is None or foreign.geometry().isEmpty():
        return screen
    return QRect(_corner_of(foreign), foreign.geometry().size())


def _corner_of(foreign: QWindow) -> QPoint:
    """Return the window's place on the screen; under X11 Qt knows only its place in the window manager's frame."""
    if QGuiApplication.platformName() != "xcb":
        return foreign.geometry().topLeft()
    probe = QWindow(foreign)
    probe.create()
    corner = probe.mapToGlobal(QPoint(0, 0))
    probe.destroy()
    return corner


def foreign_window(handle: int) -> QWindow | None:
    """Return the window of a native handle; None where there is no such window, or the screen knows of no others' windows."""
    if not handle:
        return None
    with _quiet_qt():
        found: QWindow | None = QWindow.fromWinId(handle)
    # X11 gives an object for any number; a handle that is no window's has no extent.
    return found if found is not None and not found.geometry().isEmpty() else None


def give_owner(window: int, owner: int) -> None:
    """Make a window of another process the owner of ours on Windows, so that ours stays above it and goes with it.

    Qt's Windows plug-in takes no foreign window as a transient parent. The owner of a top-level window is what
    ``GWLP_HWNDPARENT`` sets (SetWindowLongPtr, Windows SDK), also across processes. Elsewhere the transient parent says it all.
    """
    if sys.platform == "win32":
        import ctypes
        from ctypes import wintypes

        user32 = ctypes.WinDLL("user32")
        user32.SetWindowLongPtrW.argtypes = (wintypes.HWND, ctypes.c_int, ctypes.c_ssize_t)
        user32.SetWindowLongPtrW.restype = ctypes.c_ssize_t
        user32.SetWindowPos.argtypes = (wintypes.HWND, wintypes.HWND, *[ctypes.c_int] * 4, wintypes.UINT)
        user32.SetWindowLongPtrW(window, _OWNER, owner)
        user32.SetWindowPos(window, None, 0, 0, 0, 0, _ONLY_TO_THE_TOP)


@contextmanager
def _stage(handle: int) -> Iterator[Anchor]:
    """Give the application and the anchor for the length of the block; every window of ours goes with it."""
    application = _application()
    application.setQuitOnLastWindowClosed(False)
    with quit_on_interrupt(application):
        anchor = Anchor(handle)
        try:
            yield anchor
        finally:
            application.removeEventFilter(anchor)
            anchor.deleteLater()
            application.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def _application() -> QApplication:
    """Return the application; a screen that is named and cannot be reached would end the process inside Qt.

    Raises:
        RenewalError: NO_DISPLAY.
    """
    running = QApplication.instance()
    if isinstance(running, QApplication):
        return running
    if ALWAYS_THERE:
        return QApplication(["r2-renewal"])
    wanted = os.environ.get(_PLATFORM) or ("xcb" if os.environ.get("DISPLAY") else "wayland")
    with _quiet_qt(), _platform(f"{wanted};{_SCREENLESS}"):
        application = QApplication(["r2-renewal"])
    if application.platformName() == _SCREENLESS and not wanted.startswith(_SCREENLESS):
        raise RenewalError(ErrorCode.NO_DISPLAY)
    return application


@contextmanager
def _platform(name: str) -> Iterator[None]:
    """Name Qt's platform for the length of the block, for this process and not for those that it starts later."""
    before = os.environ.get(_PLATFORM)
    os.environ[_PLATFORM] = name
    try:
        yield
    finally:
        del os.environ[_PLATFORM]
        if before is not None:
            os.environ[_PLATFORM] = before


@contextmanager
def _quiet_qt() -> Iterator[None]:
    """Keep Qt's remarks on screens and foreign windows off stderr, which is for one line of ours."""
    before = qInstallMessageHandler(lambda *_: None)
    try:
        yield
    finally:
        qInstallMessageHandler(before)


def _run(anchor: Anchor, may_come: Callable[[], bool]) -> None:
    """Let the event loop run until no window of ours is open and none may come, or the host is gone."""

    def consider() -> None:
        tops = (top for top in QApplication.topLevelWidgets() if top is not anchor)
        is_over = not any(top.isVisible() for top in tops) and not may_come()
        if is_over or anchor.is_bereft:
            QApplication.exit(0)  # not quit(), which would close the question, and closing is an answer

    look = QTimer(anchor)
    look.timeout.connect(consider)
    look.start(LOOK_MS)
    QApplication.exec()
