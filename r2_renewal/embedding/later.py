"""Something done later, by a timer that goes with its owner.

``QTimer.singleShot`` with a receiver is not that: PySide makes a timer without a parent, which outlives the receiver, keeps
its Python half alive, and calls it when its C++ half is gone.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer


def later(owner: QObject, milliseconds: int, act: Callable[[], object]) -> None:
    """Call ``act`` once after some milliseconds, unless the owner is gone by then.

    Args:
        owner: whose child the timer is.
        milliseconds: how much later; 0 is the next turn of the event loop.
        act: what to do.
    """
    timer = QTimer(owner)
    timer.setSingleShot(True)
    timer.timeout.connect(timer.deleteLater)
    timer.timeout.connect(act)
    timer.start(milliseconds)
