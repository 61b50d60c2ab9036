"""Pictures every state into a folder, in one palette and font, and tells what is wrong with it, a line a fault.

Run as ``python -m tests.gallery.picture FOLDER [--dark] [--points N] [--only CHAPTER]``; screen and scale are the environment's.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from tests.gallery import account, eshop, order_form, orders, reminders
from tests.gallery.judge import faults
from tests.gallery.room import SETTLE_MS, Room

# What still looks wrong after so many looks is.
LOOKS = 15
CHAPTERS = {"reminders": reminders, "eshop": eshop, "order_form": order_form, "orders": orders, "account": account}


def dark() -> QPalette:
    """Return a dark desktop's palette."""
    roles = QPalette.ColorRole
    palette = QPalette(QColor(45, 45, 48))
    for role, shade in ((roles.Base, 30), (roles.AlternateBase, 38), (roles.ToolTipBase, 45)):
        palette.setColor(role, QColor(shade, shade, shade))
    for role in (roles.WindowText, roles.Text, roles.ButtonText, roles.ToolTipText):
        palette.setColor(role, QColor(235, 235, 235))
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(130, 130, 130))
    palette.setColor(roles.Highlight, QColor(38, 110, 190))
    palette.setColor(roles.HighlightedText, QColor(255, 255, 255))
    palette.setColor(roles.PlaceholderText, QColor(160, 160, 160))
    return palette


def main(arguments: list[str]) -> None:
    """Show every chapter, picture each state, and tell what is wrong."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--dark", action="store_true")
    parser.add_argument("--points", type=int, default=0)
    parser.add_argument("--only", choices=tuple(CHAPTERS), action="append")
    wanted = parser.parse_args(arguments)
    wanted.folder.mkdir(parents=True, exist_ok=True)
    application = QApplication(["gallery"])
    application.setStyle("Fusion")
    if wanted.dark:
        application.setPalette(dark())
    if wanted.points:
        application.setFont(QFont(application.font().family(), wanted.points))

    def look(name: str, window: QWidget) -> None:
        found = list(faults(window))
        for _ in range(LOOKS):  # on a busy machine a window may not have laid itself out yet
            if not found:
                break
            QTest.qWait(SETTLE_MS)
            found = list(faults(window))
        window.grab().save(str(wanted.folder / f"{name}.png"))
        for fault in found:
            sys.stdout.write(f"{name}: {fault}\n")

    for name in wanted.only or CHAPTERS:
        with tempfile.TemporaryDirectory() as folder:
            room = Room(look, Path(folder))
            CHAPTERS[name].show(room)
            room.clear()


if __name__ == "__main__":
    main(sys.argv[1:])
