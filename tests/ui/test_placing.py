"""Where a window of ours appears: over the middle of the host's, and with its frame wholly on the screen."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QRect, QSize
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from r2_renewal.ui.placing import place_over

# A thick one, of a window manager that offscreen has not.
FRAME = QSize(20, 60)


class Framed(QWidget):
    """A host's window with a frame."""

    def frameSize(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the size with the frame."""
        return self.size() + FRAME

    def frameGeometry(self) -> QRect:  # noqa: N802 - Qt's name
        """Return where the window with its frame is."""
        return QRect(self.pos(), self.frameSize())


@pytest.fixture
def host(qtbot: QtBot) -> Framed:
    host = Framed()
    qtbot.addWidget(host)
    host.setGeometry(QRect(200, 150, 300, 200))
    return host


def placed(qtbot: QtBot, size: QSize, host: QWidget) -> QRect:
    """Place a window of a size; return where it is together with a frame like the host's."""
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(size)
    place_over(window, host)
    return QRect(window.pos(), window.size() + FRAME)


def test_a_window_appears_over_the_middle_of_the_host(qtbot: QtBot, host: Framed) -> None:
    away = placed(qtbot, QSize(100, 80), host).center() - host.frameGeometry().center()
    assert abs(away.x()) <= 1
    assert abs(away.y()) <= 1


@pytest.mark.parametrize("corner", [QPoint(0, 0), QPoint(10_000, 0), QPoint(0, 10_000), QPoint(10_000, 10_000)])
@pytest.mark.parametrize("size", [QSize(300, 200), QSize(100_000, 100_000), QSize(100_000, 200)])
def test_its_frame_is_wholly_on_the_screen_wherever_the_host_is(
    qtbot: QtBot, host: Framed, corner: QPoint, size: QSize
) -> None:
    room = host.screen().availableGeometry()
    host.move(min(corner.x(), room.right() - 40), min(corner.y(), room.bottom() - 40))
    assert room.contains(placed(qtbot, size, host))
