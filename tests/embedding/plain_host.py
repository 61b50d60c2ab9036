"""A bare host as a process: starts, waits for the first check or a question, tells it as one JSON line, and ends.

Run as ``python plain_host.py SPECIFICATION`` (JSON: licence, key, state; today, wait: ``check`` or ``question``, hold: seconds to
stay open, before: Python to run first). The module is met as a host meets it: imported, configured, attached.
"""

from __future__ import annotations

import json
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))
PATIENCE_MS = 60_000


def main() -> None:
    """Be the host."""
    specification: dict[str, Any] = json.loads(sys.argv[1])
    exec(specification.get("before", ""), {})
    said = _hearing()

    from PySide6.QtWidgets import QApplication, QMainWindow

    application = QApplication(["host"])
    window = QMainWindow()
    import r2_renewal

    began = time.monotonic()
    module = r2_renewal.attach(window, _config(specification))
    attached = time.monotonic() - began
    window.show()
    pulse = _Pulse(specification, module, window, began)
    application.exec()
    told = {**pulse.told(), "attach": attached, "log": said}
    module.detach()
    sys.stdout.write(json.dumps(told) + "\n")


def _hearing() -> list[str]:
    """Return a list into which whatever the module logs comes."""
    import logging

    said: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: said.append(record.getMessage())  # type: ignore[method-assign]
    logging.getLogger("r2_renewal").addHandler(handler)
    return said


def _config(specification: dict[str, Any]) -> Any:
    import r2_renewal

    today, busy = specification.get("today"), specification.get("busy")

    def is_busy() -> bool:
        if busy:
            exec(busy, {})
        return False

    return r2_renewal.Config(
        licence_path=specification["licence"],
        trusted_keys=(r2_renewal.TrustedKey("test", bytes.fromhex(specification["key"])),),
        state_dir=specification["state"],
        shop_url="http://127.0.0.1:1",
        agent_command=("/nonexistent/agent",),
        today=(lambda: date.fromisoformat(today)) if today else None,
        is_busy=is_busy,
    )


class _Pulse:
    """Beats while the host lives, sees how long its loop was held, and ends it once what is waited for has come."""

    def __init__(self, specification: dict[str, Any], module: Any, window: Any, began: float) -> None:
        from PySide6.QtCore import QTimer

        self._specification, self._module, self._window, self._began = specification, module, window, began
        self._state = module.state
        self._longest, self._last, self._visible = 0.0, time.monotonic(), False
        self._timer = QTimer()
        self._timer.timeout.connect(self._beat)
        self._timer.start(10)

    def _beat(self) -> None:
        from PySide6.QtCore import QCoreApplication, QTimer

        now = time.monotonic()
        self._longest, self._last = max(self._longest, now - self._last), now
        self._visible, self._state = self._window.isVisible(), self._module.state
        late = (now - self._began) * 1000 > self._specification.get("patience", PATIENCE_MS)
        if late or self._is_over(str(self._state.status)):
            self._timer.stop()
            QTimer.singleShot(int(self._specification.get("hold", 0) * 1000), QCoreApplication.quit)

    def _is_over(self, status: str) -> bool:
        checked = self._specification.get("wait") == "check" and status != "waiting"
        return checked or status in ("disabled", "prompting", "silent")

    def told(self) -> dict[str, Any]:
        """Return what was seen."""
        state = self._state
        return {
            "status": str(state.status),
            "code": str(state.code) if state.code else None,
            "decision": type(state.decision).__name__,
            "reason": str(getattr(state.decision, "reason", "")),
            "clock": str(getattr(state, "clock", "")),
            "longest": self._longest,
            "visible": self._visible,
        }


if __name__ == "__main__":
    main()
