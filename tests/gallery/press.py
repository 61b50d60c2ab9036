"""Presses every control of every state, and tells what nothing follows from: ``python -m tests.gallery.press FOLDER CHAPTER…``.

What is told is a JSON list a line: state, control, what is wrong; an empty state counts what was pressed.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from PySide6.QtWidgets import QApplication, QWidget

from tests.gallery import account, dead, eshop, host, order_form, orders, reminders
from tests.gallery.presses import Observer, controls, let_answer, pressed
from tests.gallery.room import Room

DEAD = "dead"
CHAPTERS = {
    "reminders": reminders.show,
    "orders": orders.show,
    "host": host.show,
    **{
        f"{name}-{part.__name__.strip('_')}": part
        for name, chapter in (("eshop", eshop), ("order_form", order_form), ("account", account))
        for part in chapter.parts()
    },
    DEAD: dead.show,
}
# Handled by a button alike in whatever state it is: once for each button of a kind of window.
ONCE = ("Space on button", "Enter on button")
SECONDS = 900


class Told(NamedTuple):
    """What is wrong with a control. Attributes: state, control: where; problem: what."""

    state: str
    control: str
    problem: str


def walked(chapter: str, folder: Path) -> tuple[list[Told], int]:
    """Press everything in a chapter, in a process of its own; return what is wrong, and how much was pressed.

    Raises:
        CalledProcessError: a state could not be shown.
    """
    done = subprocess.run(
        [sys.executable, "-m", "tests.gallery.press", str(folder), chapter],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "QT_NO_GUI_THREADPOOL": "1"},
        cwd=Path(__file__).resolve().parent.parent.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        timeout=SECONDS,
        check=True,
    )
    *told, (_, _, number) = (Told(*json.loads(line)) for line in done.stdout.splitlines())
    return told, int(number)


class Walk:
    """Whoever looks at a state by pressing all of it. Attributes: number: how many presses there were."""

    def __init__(self, folder: Path) -> None:
        self.number = 0
        self._folder, self._once = folder, set[tuple[str, str]]()
        self.room = Room(self.look, folder)

    def look(self, name: str, window: QWidget) -> None:
        """Press everything in a window, and tell what is wrong."""
        observer = Observer(window, self._folder, tuple(self.room.links()))
        let_answer(observer)
        observer.rest()
        for control in controls(window):
            key = (type(window).__name__, str(control))
            if control.kind in ONCE and key in self._once:
                continue
            self._once.add(key)
            self.number += 1
            # On a busy machine a press may come before a window has laid itself out; what is dead is so twice.
            problem = pressed(control, observer) and pressed(control, observer)
            if problem:
                _tell(name, str(control), problem)


def _tell(*told: str) -> None:
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


def main(folder: Path, chapter: str) -> None:
    """Walk through a chapter."""
    application = QApplication(["gallery"])
    application.setStyle("Fusion")
    walk = Walk(folder)
    CHAPTERS[chapter](walk.room)
    walk.room.clear()
    _tell("", "", str(walk.number))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
