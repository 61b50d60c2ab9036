"""The payroll host as a process of its own, used as a person uses it; prints one JSON report.

Run as ``python host_process.py SCENARIO DEMO_JSON [PICTURES]``. Scenarios: ``order`` (the whole way), ``later`` („Przypomnij
później"), ``quiet`` (a start in which nothing is to be seen), ``bare`` (the host without the module), ``basket`` (a start
whose question settles itself, and what eSklep then says of automatic renewal), ``consent`` and ``enrolled`` (the account).
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

BANNED = ("requests", "keyring", "sqlalchemy", "r2_renewal.ui.eshop_window", "r2_renewal.agent.protocol", "msgspec")
QUIET_MS = 1_500


def config_of(demo: dict[str, Any]) -> Any:
    """Return the module's configuration for a demo."""
    from r2_renewal import Config
    from r2_renewal.licensing.keys import read_trusted_keys

    return Config(
        licence_path=demo["licence"],
        shop_url=demo["shop_url"],
        trusted_keys=read_trusted_keys(Path(demo["trusted_keys"])),
        state_dir=Path(demo["state"]) / "module",
    )


def looker(pictures: Path | None) -> Any:
    """Return a function that pictures a window under a name, with its frame where there is a screen."""
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QApplication

    def look(name: str, window: Any) -> None:
        if pictures is None:
            return
        QTest.qWait(400)
        frame = window.frameGeometry()
        on_screen = QApplication.platformName() == "xcb"
        whole = (
            window.screen().grabWindow(0, frame.x(), frame.y(), frame.width(), frame.height())
            if on_screen
            else window.grab()
        )
        whole.save(str(pictures / f"{name}.png"))

    return look


def play_account(scenario: str, demo: dict[str, Any], pictures: Path | None, host: Any) -> dict[str, Any]:
    """Play a scenario in the customer's account and return what was seen."""
    from tests.e2e import account_by_widgets as steps

    return {"consent": steps.give_consent, "enrolled": steps.know_consent}[scenario](demo, host, looker(pictures))


def play(scenario: str, pictures: Path | None, host: Any) -> dict[str, Any]:
    """Play the scenario over the shown host and return what was seen."""
    from PySide6.QtTest import QTest

    if scenario in ("quiet", "bare"):
        QTest.qWait(QUIET_MS)
        return {}
    from tests.e2e import order_by_widgets as steps

    if scenario == "basket":
        return {"renewals": steps.renewal_in_the_basket(host.module)}
    look = looker(pictures)
    if scenario == "later":
        return {"text": steps.answer_reminder("Przypomnij później", look)}
    text = steps.answer_reminder("Zamów abonament", look)
    wizard = steps.open_form(look)
    steps.order(wizard, look)
    renewed = steps.wait_for_renewal(wizard, look)
    steps.close_form(wizard)
    if pictures is not None:  # eSklep would stand over the program
        steps.eshop_window().hide()
    look("program", host)
    return {"text": text, "renewed": renewed}


def seen(host: Any) -> dict[str, Any]:
    """Return what is on the screen and in the process."""
    from PySide6.QtWidgets import QApplication, QDialog

    tops = QApplication.topLevelWidgets()
    module = getattr(host, "module", None)
    return {
        "dialogs": [top.windowTitle() for top in tops if isinstance(top, QDialog) and top.isVisible()],
        "state": module.state.status.value if module else None,
        "modules": [name for name in BANNED if name in sys.modules],
        "children": children(),
    }


def run(scenario: str, demo: dict[str, Any], pictures: Path | None) -> dict[str, Any]:
    """Start the host, play the scenario in its event loop and return the report."""
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication, QMainWindow

    application = QApplication(["R2płatnik (demo)"])
    if scenario == "bare":
        host: Any = QMainWindow()
    else:
        from r2_renewal.demo.payroll_host import PayrollHost

        host = PayrollHost(config_of(demo))
    report: dict[str, Any] = {}

    def story() -> None:
        try:
            in_account = scenario in ("consent", "enrolled")
            seen_there = play_account(scenario, demo, pictures, host) if in_account else play(scenario, pictures, host)
            report.update(seen_there)
            report.update(seen(host))
        except AssertionError as error:
            report["failed"] = str(error)
        host.close()
        application.quit()

    host.show()
    QTimer.singleShot(0, story)
    application.exec()
    return report


def children() -> list[str]:
    """Return the command lines of this process's children (Linux)."""
    found = []
    for task in Path("/proc/self/task").glob("*/children"):
        for pid in task.read_text().split():
            found.append(Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace"))
    return found


def main() -> None:
    """Play the scenario of the command line."""
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))
    scenario, demo = sys.argv[1], json.loads(sys.argv[2])
    pictures = Path(sys.argv[3]) if len(sys.argv) > 3 else None
    sys.stdout.write(json.dumps(run(scenario, demo, pictures)) + "\n")


if __name__ == "__main__":
    main()
