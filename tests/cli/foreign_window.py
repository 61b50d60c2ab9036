"""A window of a process that has nothing of ours: prints its native handle and stands until it is killed."""

from __future__ import annotations

import sys

from PySide6.QtGui import QGuiApplication, QRasterWindow

PLACE = (420, 160, 700, 500)

if __name__ == "__main__":
    application = QGuiApplication(["kadry"])
    window = QRasterWindow()
    window.setTitle("Kadry i płace 98")
    window.setGeometry(*PLACE)
    window.show()
    sys.stdout.write(f"{int(window.winId())}\n")
    sys.stdout.flush()
    application.exec()
