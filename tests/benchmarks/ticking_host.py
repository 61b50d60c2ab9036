"""A host whose event loop ticks every millisecond while the module is in use; prints its figures as one JSON line.

Run as ``python ticking_host.py SPECIFICATION`` (JSON: licence, key, state, shop_url, seconds; bare: without the module;
agent: another command of the agent's, with which the user logs in over and over).
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from r2_renewal.ui.eshop_window import EshopWindow

WARM_UP_MS = 500
USE_EVERY_MS = 150
SCHEDULE = Path("/proc/self/schedstat")


def waited_for_processor() -> float:
    """Return the seconds for which this thread was ready to run and other programs had the processors (Linux; elsewhere 0)."""
    try:
        return int(SCHEDULE.read_text().split()[1]) / 1e9
    except (OSError, IndexError, ValueError):
        return 0.0


class Ticker:
    """Notes when the event loop came round. Attributes: ticks: seconds, monotonic, and those waited for a processor so far."""

    def __init__(self) -> None:
        from PySide6.QtCore import Qt, QTimer

        self.ticks: list[tuple[float, float]] = []
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(lambda: self.ticks.append((time.monotonic(), waited_for_processor())))
        self._timer.start(1)

    def figures(self) -> dict[str, float]:
        """Return the longest gap and the 99th percentile in milliseconds, as they were and less what other programs took."""
        self._timer.stop()
        pairs = list(zip(self.ticks, self.ticks[1:], strict=False))
        whole = [(then - now) * 1000 for (now, _), (then, _) in pairs]
        own = [(then - now - (waited - before)) * 1000 for (now, before), (then, waited) in pairs]
        found = {"longest": max(whole), "p99": percentile(whole), "own longest": max(own), "own p99": percentile(own)}
        return {**found, "ticks": len(pairs)}


def percentile(gaps: list[float]) -> float:
    """Return the 99th percentile."""
    return statistics.quantiles(gaps, n=100)[98]


class User:
    """Opens eSklep, asks for the basket over and over, and closes it again. Attributes: uses: how often anything was done."""

    def __init__(self, module: Any, *, logs_in: bool) -> None:
        self.uses = 0
        self._module = module
        self._logs_in = logs_in

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
        if self._logs_in and open_ones:
            self._log_in(open_ones[0])

    def _log_in(self, window: EshopWindow) -> None:
        from r2_renewal.agent.protocol import LoginParams, Method

        window._link.call(Method.ACCOUNT_LOGIN, LoginParams(email="a@b.example", password="x", stay=True), window)


def attached(window: Any, specification: dict[str, Any]) -> Any:
    """Return the module embedded in the host."""
    import r2_renewal

    config = r2_renewal.Config(
        licence_path=specification["licence"],
        trusted_keys=(r2_renewal.TrustedKey("test", bytes.fromhex(specification["key"])),),
        state_dir=specification["state"],
        shop_url=specification["shop_url"],
        agent_command=tuple(specification["agent"]),
    )
    return r2_renewal.attach(window, config)


def main() -> None:
    """Be the host."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    specification: dict[str, Any] = json.loads(sys.argv[1])
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication, QMainWindow

    application, window = QApplication(["host"]), QMainWindow()
    user: User | None = (
        None if specification["bare"] else User(attached(window, specification), logs_in=bool(specification["agent"]))
    )
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
