"""A host whose event loop ticks every millisecond while the module is in use; prints its figures as one JSON line.

Run as ``python ticking_host.py SPECIFICATION`` (JSON: licence, key, state, shop_url, seconds; bare: without the module).
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from typing import Any

WARM_UP_MS = 500
USE_EVERY_MS = 150


class Ticker:
    """Notes when the event loop came round. Attributes: ticks: seconds, monotonic."""

    def __init__(self) -> None:
        from PySide6.QtCore import Qt, QTimer

        self.ticks: list[float] = []
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(lambda: self.ticks.append(time.monotonic()))
        self._timer.start(1)

    def figures(self) -> dict[str, float]:
        """Return the longest gap and the 99th percentile in milliseconds."""
        self._timer.stop()
        gaps = [(later - earlier) * 1000 for earlier, later in zip(self.ticks, self.ticks[1:], strict=False)]
        return {"longest": max(gaps), "p99": statistics.quantiles(gaps, n=100)[98], "ticks": len(gaps)}


class User:
    """Opens eSklep, asks for the basket over and over, and closes it again. Attributes: uses: how often anything was done."""

    def __init__(self, module: Any) -> None:
        self.uses = 0
        self._module = module

    def act(self) -> None:
        """Do the next thing."""
        from PySide6.QtWidgets import QApplication

        from r2_renewal.ui.eshop_window import EshopWindow

        self.uses += 1
        open_ones = [top for top in QApplication.topLevelWidgets() if isinstance(top, EshopWindow) and top.isVisible()]
        if not open_ones:
            self._module.open_eshop()
        elif self.uses % 10 == 0:
            open_ones[0].close()
        elif open_ones[0].refresh_button.isEnabled():
            open_ones[0].refresh()


def attached(window: Any, specification: dict[str, Any]) -> Any:
    """Return the module embedded in the host."""
    import r2_renewal

    config = r2_renewal.Config(
        licence_path=specification["licence"],
        trusted_keys=(r2_renewal.TrustedKey("test", bytes.fromhex(specification["key"])),),
        state_dir=specification["state"],
        shop_url=specification["shop_url"],
    )
    return r2_renewal.attach(window, config)


def main() -> None:
    """Be the host."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    specification: dict[str, Any] = json.loads(sys.argv[1])
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication, QMainWindow

    application, window = QApplication(["host"]), QMainWindow()
    user: User | None = None if specification["bare"] else User(attached(window, specification))
    window.show()
    ticker, using = Ticker(), QTimer()
    if user is not None:
        user.act()  # what is loaded once, at the first click, is no fault of the network
        using.timeout.connect(user.act)
        using.start(USE_EVERY_MS)
    QTimer.singleShot(WARM_UP_MS, ticker.ticks.clear)
    QTimer.singleShot(int(specification["seconds"] * 1000) + WARM_UP_MS, application.quit)
    application.exec()
    sys.stdout.write(json.dumps({**ticker.figures(), "uses": user.uses if user else 0}) + "\n")


if __name__ == "__main__":
    main()
