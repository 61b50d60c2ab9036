"""A host program as a process of its own, that tells and does what a test asks of it over its standard input.

Run as ``python screen_host.py SPECIFICATION`` (JSON: licence, keys, state, today, presentation, agent). Each line of input is
``[command, arguments…]``; the answer is one JSON line. The keyboard and the mouse are the test's, through the screen.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from PySide6.QtCore import QRect, QSocketNotifier
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QLabel,
    QLineEdit,
    QMainWindow,
    QMenu,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

import r2_renewal
from r2_renewal.config import Presentation

TITLE = "Host pod testem"


def box(rect: QRect) -> list[int]:
    return [rect.x(), rect.y(), rect.width(), rect.height()]


class Host(QMainWindow):
    """A line to type into, a button, a menu, and the module."""

    def __init__(self, specification: dict[str, Any]) -> None:
        super().__init__()
        self.setWindowTitle(TITLE)
        self.line, self.button = QLineEdit(), QPushButton("Nalicz")
        column = QVBoxLayout()
        for part in (self.line, self.button, QLabel("Lista płac"), QLabel("x\n" * 8)):
            column.addWidget(part)
        centre = QWidget()
        centre.setLayout(column)
        self.setCentralWidget(centre)
        self.plik: QMenu = self.menuBar().addMenu("Plik")
        self.plik.addAction("Drukuj")
        self.statusBar().showMessage("gotowe")
        self.resize(*specification.get("size", (500, 380)))
        self.line.setFocus()
        self.modal = QDialog(self)
        self.modal.setWindowTitle("Okno hosta")
        self.module = r2_renewal.attach(self, config_of(specification))

    # What a test may ask

    def report(self) -> dict[str, Any]:
        """Tell what is to be seen."""
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        active, focus = application.activeWindow(), application.focusWidget()
        return {
            "status": self.module.state.status,
            "decision": repr(self.module.state.decision),
            "text": self.line.text(),
            "active": active.windowTitle() if active else None,
            "focus": "line" if focus is self.line else repr(focus),
            "host": box(self.frameGeometry()),
            "client": box(self.geometry()),
            "centre": box(self.centralWidget().geometry()),
            "status bar": self.statusBar().isVisible() and self.rect().contains(self.statusBar().geometry()),
            "line": [*self.line.mapToGlobal(self.line.rect().center()).toTuple()],  # type: ignore[attr-defined]
            "screen": box(self.screen().availableGeometry()),
            "ours": [
                {"title": top.windowTitle(), "frame": box(top.frameGeometry())}
                for top in application.topLevelWidgets()
                if top.isVisible() and top not in (self, self.modal) and not isinstance(top, QMenu)
            ],
            "bars": [box(bar.geometry()) for bar in self.findChildren(QWidget, "r2-renewal-reminder")],
        }

    def do(self, command: str, *arguments: Any) -> dict[str, Any]:
        """Do one thing, then tell what is to be seen."""
        acts: dict[str, Callable[..., Any]] = {
            "report": lambda: None,
            "move": self.move,
            "open modal": self.modal.open,
            "close modal": self.modal.close,
            "open menu": lambda: self.plik.popup(self.mapToGlobal(self.menuBar().geometry().bottomLeft())),
            "close menu": self.plik.close,
            "minimize": self.showMinimized,
            "restore": self.showNormal,
            "quit": QApplication.quit,
        }
        acts[command](*arguments)
        return self.report()


def config_of(specification: dict[str, Any]) -> r2_renewal.Config:
    return r2_renewal.Config(
        licence_path=specification["licence"],
        trusted_keys=specification["keys"],
        state_dir=specification["state"],
        shop_url="http://127.0.0.1:1",
        agent_command=tuple(specification.get("agent", ("/nonexistent/agent",))),
        today=lambda: date.fromisoformat(specification["today"]),
        presentation=Presentation(specification.get("presentation", "dialog")),
    )


def main() -> None:
    """Show the host and do as told until the input ends."""
    application = QApplication([TITLE])
    host = Host(json.loads(sys.argv[1]))
    place = json.loads(sys.argv[1]).get("place")
    if place:
        host.move(*place)
    host.show()
    notifier = QSocketNotifier(sys.stdin.fileno(), QSocketNotifier.Type.Read)
    buffer = b""

    def read() -> None:
        nonlocal buffer
        more = os.read(sys.stdin.fileno(), 65536)
        if not more:
            notifier.setEnabled(False)
            application.quit()
        *lines, buffer = (buffer + more).split(b"\n")
        for line in lines:
            sys.stdout.write(json.dumps(host.do(*json.loads(line))) + "\n")
            sys.stdout.flush()

    notifier.activated.connect(read)
    application.exec()
    host.module.detach()


if __name__ == "__main__":
    main()
