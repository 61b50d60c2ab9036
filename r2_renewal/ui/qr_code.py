"""A QR code on the screen and on paper: rows of modules dark on white, whatever the palette, with their quiet zone."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

QUIET = 4  # modules on each side (ISO/IEC 18004)
_MODULE_PIXELS = 4
_PRINT_SCALE = 12


class QrCode(QWidget):
    """A code of whole pixels a module, so that a camera reads it; never cut, for a code that is cut is none."""

    def __init__(self, name: str, parent: QWidget | None = None, module: int = _MODULE_PIXELS) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self._rows: tuple[str, ...] = ()
        self._module = module
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_rows(self, rows: Sequence[str]) -> None:
        """Show a code, of ``1`` (dark) and ``0``; none hides it."""
        self._rows = tuple(rows)
        self.setVisible(bool(rows))
        self.setFixedSize(self.sizeHint())
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return room for every module and the quiet zone."""
        side = (len(self._rows) + 2 * QUIET) * self._module
        return QSize(side, side)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the code in the screen's own pixels: scaled by a part of a pixel its modules would differ."""
        ratio = self.devicePixelRatioF()
        image = qr_image(self._rows, max(1, round(self._module * ratio)))
        if image is not None:
            image.setDevicePixelRatio(image.width() / self.width())
            painter = QPainter(self)
            painter.drawImage(0, 0, image)
            painter.end()


def qr_image(rows: Sequence[str], scale: int = _PRINT_SCALE) -> QImage | None:
    """Return a code as a picture of ``scale`` pixels a module; None for no code."""
    if not rows:
        return None
    side = len(rows) + 2 * QUIET
    image = QImage(side, side, QImage.Format.Format_RGB32)
    image.fill(QColor(Qt.GlobalColor.white))
    for y, row in enumerate(rows, QUIET):
        for x, dark in enumerate(row, QUIET):
            if dark == "1":
                image.setPixelColor(x, y, QColor(Qt.GlobalColor.black))
    return image.scaledToWidth(side * scale)
