"""``r2-renewal startup`` or ``eshop`` in this process, used as a person uses it.

Run as ``python driven_host.py SCENARIO ARGUMENT…``. Scenarios: ``order`` (the whole way), ``leave`` (the same, but everything is
closed at the receipt), ``later`` („Przypomnij później"), ``close`` (eSklep is looked at and closed), ``nothing`` (no window may
appear). What a scenario finds wrong is told on stderr.
"""

from __future__ import annotations

import sys
from pathlib import Path


def story(scenario: str) -> None:
    """Play the scenario over the open windows."""
    from PySide6.QtWidgets import QTableView, QWidget

    from tests.driver import find, wait_until, window
    from tests.e2e import order_by_widgets as steps

    def look(_name: str, _window: QWidget) -> None:
        """Take no picture."""

    if scenario == "later":
        steps.answer_reminder("Przypomnij później", look)
        return
    if scenario in ("order", "leave"):
        steps.answer_reminder("Zamów abonament", look)
        wizard = steps.open_form(look)
        steps.order(wizard, look)
        if scenario == "order":
            steps.wait_for_renewal(wizard, look)
        wizard.close()
    eshop = window(QWidget, "eSklep")
    table = find(eshop, QTableView, "Koszyk posiadanych programów")
    wait_until(lambda: table.model().rowCount() > 0, what="basket")
    eshop.close()


def main() -> int:
    """Run the command under the scenario and return its exit code."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

    from r2_renewal.cli import main as run

    application = QApplication(["r2-renewal"])

    def told() -> None:
        try:
            story(sys.argv[1])
        except AssertionError as error:
            sys.stderr.write(f"story: {error}\n")
            application.closeAllWindows()

    if sys.argv[1] != "nothing":
        QTimer.singleShot(0, told)
    return run(sys.argv[2:])


if __name__ == "__main__":
    sys.exit(main())
