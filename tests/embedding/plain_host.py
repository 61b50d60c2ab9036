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
    import logging

    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication, QMainWindow

    said: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: said.append(record.getMessage())  # type: ignore[method-assign]
    logging.getLogger("r2_renewal").addHandler(handler)
    application = QApplication(["host"])
    window = QMainWindow()
    import r2_renewal

    today, busy = specification.get("today"), specification.get("busy")

    def is_busy() -> bool:
        if busy:
            exec(busy, {})
        return False

    began = time.monotonic()
    module = r2_renewal.attach(
        window,
        r2_renewal.Config(
            licence_path=specification["licence"],
            trusted_keys=(r2_renewal.TrustedKey("test", bytes.fromhex(specification["key"])),),
            state_dir=specification["state"],
            shop_url="http://127.0.0.1:1",
            agent_command=("/nonexistent/agent",),
            today=(lambda: date.fromisoformat(today)) if today else None,
            is_busy=is_busy,
        ),
    )
    attached = time.monotonic() - began
    window.show()
    state = module.state
    longest, last, visible = 0.0, time.monotonic(), False

    def beat() -> None:
        nonlocal longest, last, visible, state
        now = time.monotonic()
        longest, last = max(longest, now - last), now
        status = str(module.state.status)
        over = status in ("disabled", "prompting", "silent") or (
            specification.get("wait") == "check" and status != "waiting"
        )
        visible, state = window.isVisible(), module.state
        if over or (now - began) * 1000 > specification.get("patience", PATIENCE_MS):
            pulse.stop()
            QTimer.singleShot(int(specification.get("hold", 0) * 1000), application.quit)

    pulse = QTimer()
    pulse.timeout.connect(beat)
    pulse.start(10)
    application.exec()
    told = {
        "status": str(state.status),
        "code": str(state.code) if state.code else None,
        "decision": type(state.decision).__name__,
        "reason": str(getattr(state.decision, "reason", "")),
        "clock": str(getattr(state, "clock", "")),
        "attach": attached,
        "longest": longest,
        "log": said,
        "visible": visible,
    }
    module.detach()
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
