"""A host process that orders, to be killed at any moment.

Run as ``python ordering_host.py SCENARIO SPECIFICATION`` (JSON: licence, trusted_keys, shop_url, state, today). Scenarios:
``order`` opens eSklep and orders through the widgets; ``settle`` only starts and waits until no order is unsettled. Each prints
the name of every picture that a person would see, as it appears, and „done" at the end.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import date
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))


def say(name: str, _window: object = None) -> None:
    """Tell whoever started this how far it is."""
    sys.stdout.write(f"{name}\n")
    sys.stdout.flush()


def order(module: Any) -> None:
    """Order through the widgets, to the receipt."""
    from tests.driver import tick
    from tests.e2e import order_by_widgets as steps

    module.open_eshop()
    form = steps.open_form(say)
    steps.begin_anew(form)  # one that was killed before its order was written down left a draft
    tick(form, "Abonament")
    steps.order(form, say)


def settle(state: Path) -> None:
    """Wait until nothing is unsettled."""
    from r2_renewal.store.unsettled import has_unsettled
    from tests.driver import wait_until

    wait_until(lambda: not has_unsettled(state), 60, what="settled order")


def main() -> None:
    """Be the host."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    scenario, specification = sys.argv[1], json.loads(sys.argv[2])
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication, QMainWindow

    import r2_renewal
    from r2_renewal.config import Config
    from r2_renewal.licensing.keys import parse_trusted_keys

    application, window = QApplication(["host"]), QMainWindow()
    state = Path(specification["state"])
    config = Config(
        licence_path=specification["licence"],
        trusted_keys=parse_trusted_keys(specification["trusted_keys"]),
        shop_url=specification["shop_url"],
        state_dir=state,
        today=lambda: date.fromisoformat(specification["today"]),
    )
    module = r2_renewal.attach(window, config)
    window.show()

    def story() -> None:
        try:
            if scenario == "order":
                order(module)
            settle(state)
            say("done")
        except AssertionError as error:
            say(f"failed: {error}")
        application.quit()

    QTimer.singleShot(0, story)
    application.exec()


if __name__ == "__main__":
    main()
