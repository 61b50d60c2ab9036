"""A QR code on the screen and on paper: rows of modules drawn dark on white, whatever the palette, with its quiet zone."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

QUIET = 4  # modules on each side (ISO/IEC 18004)
_MODULE_PIXELS = 4
_PRINT_SCALE = 12


class QrCode(QWidget):
    """A code of whole pixels a module, so that a camera reads it."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self._rows: tuple[str, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_rows(self, rows: Sequence[str]) -> None:
        """Show a code, of ``1`` (dark) and ``0``; none hides it."""
        self._rows = tuple(rows)
        self.setVisible(bool(rows))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return room for every module and the quiet zone."""
        side = (len(self._rows) + 2 * QUIET) * _MODULE_PIXELS
        return QSize(side, side)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the code."""
        painter = QPainter(self)
        _draw(painter, self._rows, _MODULE_PIXELS)
        painter.end()


def qr_image(rows: Sequence[str]) -> QImage | None:
    """Return a code as a picture for paper; None for no code."""
    if not rows:
        return None
    side = (len(rows) + 2 * QUIET) * _PRINT_SCALE
    image = QImage(side, side, QImage.Format.Format_Grayscale8)
    painter = QPainter(image)
    _draw(painter, rows, _PRINT_SCALE)
    painter.end()
    return image


def _draw(painter: QPainter, rows: Sequence[str], module: int) -> None:
    side = (len(rows) + 2 * QUIET) * module
    painter.fillRect(QRectF(0, 0, side, side), Qt.GlobalColor.white)
    for y, row in enumerate(rows, QUIET):
        for x, dark in enumerate(row, QUIET):
            if dark == "1":
                painter.fillRect(QRectF(x * module, y * module, module, module), Qt.GlobalColor.black)
