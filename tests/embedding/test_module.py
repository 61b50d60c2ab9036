"""The module in a host: when it speaks, when it waits, and that the host lives whatever happens inside."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import shiboken6
from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QMainWindow, QMenu
from pytestqt.qtbot import QtBot

import r2_renewal
from r2_renewal.clock import pc_clock, today_in_warsaw
from r2_renewal.domain.clock import ClockMarks, ClockState
from r2_renewal.domain.dates import warsaw_date
from r2_renewal.domain.errors import ErrorCode
from r2_renewal.domain.licence import VerdictKind
from r2_renewal.domain.reminder import Prompt, Silence, SilenceReason
from r2_renewal.embedding.module import RenewalModule
from r2_renewal.embedding.state import Status
from r2_renewal.policy import Policy
from r2_renewal.settings import settle
from r2_renewal.store.clock_marks import ClockMarkFile
from r2_renewal.store.reminder_memory import recall
from r2_renewal.ui.agent_link import AgentProcess
from r2_renewal.ui.basket_model import Usage
from r2_renewal.ui.reminder_dialog import ReminderDialog
from tests.driver import click, wait_until
from tests.embedding.licences import KEYS, LICENCE_ID, write_licence

TODAY = date(2026, 11, 22)
END = date(2026, 12, 22)
Attach = Callable[..., RenewalModule]


@pytest.fixture
def window(qtbot: QtBot) -> QMainWindow:
    made = QMainWindow()
    made.resize(600, 400)
    qtbot.addWidget(made)
    return made


@pytest.fixture
def attach(window: QMainWindow, tmp_path: Path) -> Iterator[Attach]:
    """Return a function that attaches the module over a licence ending on END, judged on ``today``."""
    licence = write_licence(tmp_path / "R2platnik.lic", END)

    def make(
        today: date = TODAY, path: Path | None = None, busy: Callable[[], bool] = lambda: False, usage: Any = None
    ) -> RenewalModule:
        config = r2_renewal.Config(
            licence_path=path or licence,
            trusted_keys=KEYS,
            state_dir=tmp_path / "state",
            shop_url="http://127.0.0.1:1",
            today=lambda: today,
            is_busy=busy,
            usage=usage,
        )
        made.append(r2_renewal.attach(window, config))
        return made[-1]

    made: list[RenewalModule] = []
    yield make
    for module in made:
        module.detach()
    wait_until(lambda: not QCoreApplication.instance().findChildren(AgentProcess), what="end of the agents")


def reminders(window: QMainWindow) -> list[ReminderDialog]:
    return [dialog for dialog in window.findChildren(ReminderDialog) if dialog.isVisible()]


def checked(qtbot: QtBot, window: QMainWindow, module: RenewalModule) -> RenewalModule:
    window.show()
    wait_until(lambda: module.state.status is not Status.WAITING)
    return module


def asked(qtbot: QtBot, window: QMainWindow, module: RenewalModule) -> ReminderDialog:
    window.show()
    wait_until(lambda: module.state.status is Status.PROMPTING)
    (dialog,) = reminders(window)
    return dialog


def test_nothing_happens_before_the_first_paint(
    qtbot: QtBot, window: QMainWindow, attach: Attach, tmp_path: Path
) -> None:
    module = attach()
    qtbot.wait(100)
    assert module.state.status is Status.WAITING
    assert reminders(window) == []
    assert not (tmp_path / "state").exists()


def test_thirty_days_before_the_end_it_asks_and_the_loop_goes_on(
    qtbot: QtBot, window: QMainWindow, attach: Attach
) -> None:
    module = attach()
    dialog = asked(qtbot, window, module)
    assert isinstance(module.state.decision, Prompt)
    assert dialog.windowTitle() == "Abonament R2płatnik"
    assert not dialog.isModal()
    for button in (dialog.view.order_button, dialog.view.later_button):
        assert not (button.isDefault())
        assert not (button.autoDefault())
        assert not (button.hasFocus())


@pytest.mark.parametrize("today", [date(2026, 11, 21), date(2026, 1, 2)])
def test_earlier_it_is_silent(qtbot: QtBot, window: QMainWindow, attach: Attach, today: date) -> None:
    module = checked(qtbot, window, attach(today))
    assert module.state.decision == Silence(SilenceReason.NOT_DUE)
    assert reminders(window) == []


def test_remind_later_is_remembered_to_the_next_milestone(
    qtbot: QtBot, window: QMainWindow, attach: Attach, tmp_path: Path
) -> None:
    module = attach()
    click(asked(qtbot, window, module), "Przypomnij później")
    wait_until(lambda: module.state.status is Status.SILENT)
    memory = recall(tmp_path / "state", LICENCE_ID)
    assert (memory.asked_on, memory.remind_on) == (TODAY, date(2026, 12, 8))
    module.check_now()
    assert module.state.decision == Silence(SilenceReason.SNOOZED)


def test_esc_is_remind_later(qtbot: QtBot, window: QMainWindow, attach: Attach, tmp_path: Path) -> None:
    module = attach()
    asked(qtbot, window, module).reject()
    wait_until(lambda: module.state.status is Status.SILENT)
    assert recall(tmp_path / "state", LICENCE_ID).remind_on == date(2026, 12, 8)


def test_a_busy_host_is_not_interrupted(qtbot: QtBot, window: QMainWindow, attach: Attach) -> None:
    busy = [True]
    module = checked(qtbot, window, attach(busy=lambda: busy[0]))
    qtbot.wait(3_000)
    assert module.state.status is Status.ABOUT_TO_ASK
    busy.clear()
    busy.append(False)
    wait_until(lambda: reminders(window))


def test_no_reminder_over_a_dialog_of_the_host(qtbot: QtBot, window: QMainWindow, attach: Attach) -> None:
    own = QDialog(window)
    module = attach()
    window.show()
    own.open()
    wait_until(lambda: module.state.status is not Status.WAITING)
    qtbot.wait(3_000)
    assert reminders(window) == []
    own.close()
    wait_until(lambda: reminders(window))


@pytest.mark.parametrize(
    ("content", "kind"),
    [(None, VerdictKind.MISSING), (b"", VerdictKind.MALFORMED), (b"\0\xff" * 99, VerdictKind.MALFORMED)],
)
def test_a_missing_or_broken_licence_is_said_in_eshop_and_nowhere_else(
    qtbot: QtBot, window: QMainWindow, attach: Attach, tmp_path: Path, content: bytes | None, kind: VerdictKind
) -> None:
    path = tmp_path / "broken.lic"
    if content is not None:
        path.write_bytes(content)
    module = checked(qtbot, window, attach(path=path))
    assert module.state.verdict is not None
    assert module.state.verdict.kind is kind
    assert (module.state.status, reminders(window)) == (Status.SILENT, [])
    module.open_eshop()
    eshop = module._reminding._windows._eshop  # type: ignore[union-attr]
    assert eshop is not None
    wait_until(lambda: ErrorCode[f"LICENCE_{kind.name}"].value in eshop.messages.text)


def test_a_clock_set_back_gains_nothing_and_is_explained(
    qtbot: QtBot, window: QMainWindow, attach: Attach, tmp_path: Path
) -> None:
    ClockMarkFile(tmp_path / "state").write(ClockMarks(shop=datetime(2026, 12, 20, 12, tzinfo=UTC)))
    module = attach(date(2026, 6, 1))
    dialog = asked(qtbot, window, module)
    assert isinstance(module.state.decision, Prompt)
    assert module.state.decision.days_left == 3
    assert module.state.clock is ClockState.BEHIND
    assert any("Zegar komputera jest cofnięty" in label.text() for label in dialog.findChildren(QLabel))


def test_a_renewed_licence_in_the_users_own_folder_silences(
    qtbot: QtBot, window: QMainWindow, attach: Attach, tmp_path: Path
) -> None:
    (tmp_path / "state" / "licence").mkdir(parents=True)
    write_licence(tmp_path / "state" / "licence" / "R2platnik.lic", date(2027, 12, 22))
    module = checked(qtbot, window, attach())
    assert module.state.decision == Silence(SilenceReason.NOT_DUE)


def test_a_licence_signed_this_afternoon_counts_this_morning(qtbot: QtBot, window: QMainWindow, tmp_path: Path) -> None:
    signed = pc_clock()
    path = write_licence(tmp_path / "fresh.lic", warsaw_date(signed) + timedelta(days=200), issued=signed)
    config = r2_renewal.Config(licence_path=path, trusted_keys=KEYS, state_dir=tmp_path / "state")
    module = checked(qtbot, window, r2_renewal.attach(window, config))
    assert module.state.decision == Silence(SilenceReason.NOT_DUE)


def test_reminders_that_the_administrator_switched_off_stay_silent(
    qtbot: QtBot, window: QMainWindow, attach: Attach
) -> None:
    module = attach()
    module._reminding.settings = settle(module._config, Policy(reminders_enabled=False))
    checked(qtbot, window, module)
    assert module.state.decision == Silence(SilenceReason.SWITCHED_OFF)
    assert reminders(window) == []


def test_unattended_there_is_a_decision_and_never_a_window(qtbot: QtBot, window: QMainWindow, attach: Attach) -> None:
    module = attach()
    module._reminding.settings = settle(module._config._replace(unattended=True), Policy())
    checked(qtbot, window, module)
    module.open_eshop()
    qtbot.wait(2_500)
    assert isinstance(module.state.decision, Prompt)
    assert [top for top in QApplication.topLevelWidgets() if top.isVisible() and top is not window] == []
    assert module._reminding._keeper is None


def test_a_failure_inside_is_a_disabled_feature(qtbot: QtBot, window: QMainWindow, tmp_path: Path) -> None:
    def broken_clock() -> date:
        raise RuntimeError("no clock")

    config = r2_renewal.Config(licence_path=tmp_path / "x.lic", state_dir=tmp_path, today=broken_clock)
    module = r2_renewal.attach(window, config)
    window.show()
    wait_until(lambda: module.state.status is Status.DISABLED)
    assert module.state.code is ErrorCode.INTERNAL


def test_a_host_that_cannot_tell_the_day_still_sees_its_basket(
    qtbot: QtBot, window: QMainWindow, attach: Attach, caplog: pytest.LogCaptureFixture
) -> None:
    module = attach(date(2026, 1, 2))
    checked(qtbot, window, module)
    module.open_eshop()

    def broken_clock() -> date:
        raise RuntimeError("no clock")

    windows = module._reminding._windows
    assert windows is not None
    windows._settings = windows._settings._replace(today=broken_clock)
    assert windows._today() == today_in_warsaw()
    assert "cannot tell the day" in caplog.text


@pytest.mark.parametrize(
    ("told", "used"),
    [
        (lambda: {"employees": 37}, {"employees": 37}),
        (lambda: {"employees": -1, "stations": "two", "companies": True}, {}),
        (lambda: 1 / 0, {}),
        (lambda: None, {}),
        (None, {}),
    ],
)
def test_a_host_may_tell_what_it_uses_of_its_limits(
    qtbot: QtBot, window: QMainWindow, attach: Attach, told: Any, used: dict[str, int]
) -> None:
    module = attach(date(2026, 1, 2), usage=told)
    checked(qtbot, window, module)
    module.open_eshop()
    windows = module._reminding._windows
    assert windows is not None
    assert windows._usage() == Usage("r2platnik", used)


def test_a_memory_that_cannot_be_written_still_leaves_the_host_and_eshop(
    qtbot: QtBot, window: QMainWindow, attach: Attach, tmp_path: Path
) -> None:
    (tmp_path / "state").write_text("a file where the folder should be")
    module = attach()
    click(asked(qtbot, window, module), "Przypomnij później")
    wait_until(lambda: module.state.code is ErrorCode.STORE)
    assert window.isVisible()


def test_detaching_in_the_middle_of_everything_leaves_nothing(
    qtbot: QtBot, window: QMainWindow, attach: Attach
) -> None:
    module = attach()
    click(asked(qtbot, window, module), "Zamów abonament")
    keeper = module._reminding._keeper
    assert keeper is not None
    wait_until(lambda: module._reminding._windows is not None and keeper.link.is_running)
    process = keeper.link._process
    assert process is not None
    with qtbot.waitSignal(process.finished, timeout=60_000):
        module.detach()
    qtbot.wait(50)
    assert window.findChildren(ReminderDialog) == []
    assert [top for top in QApplication.topLevelWidgets() if top is not window and not isinstance(top, QMenu)] == []
    assert not shiboken6.isValid(module)


FIRST_PAINT = """
import sys
from PySide6.QtCore import QEvent, QTimer
from PySide6.QtWidgets import QApplication, QMainWindow, QTableWidget
import r2_renewal
app, seen = QApplication([]), []
class Host(QMainWindow):
    def event(self, event):
        if event.type() is QEvent.Type.Paint and not seen:
            seen.append(module.state.status)
            seen.extend(sorted(name for name in sys.modules if name.startswith("r2_renewal.")))
            QTimer.singleShot(0, app.quit)
        return super().event(event)
window = Host()
window.setCentralWidget(QTableWidget(200, 8))
module = r2_renewal.attach(window, r2_renewal.Config(licence_path=sys.argv[1], state_dir=sys.argv[2]))
window.show()
app.exec()
print(*seen)
"""


def test_before_the_first_paint_of_a_real_start_there_is_only_the_menus_action(tmp_path: Path) -> None:
    command = [sys.executable, "-c", FIRST_PAINT, str(tmp_path / "x.lic"), str(tmp_path / "state")]
    status, *loaded = subprocess.run(command, capture_output=True, check=True, text=True, timeout=60).stdout.split()
    assert status == "waiting"
    # What the handle, the menu's action and the wait for the paint need: no rule, no licence, no setting, no store, no window.
    assert set(loaded) == {
        "r2_renewal.config", "r2_renewal.embedding", "r2_renewal.embedding.contained", "r2_renewal.embedding.first_paint",
        "r2_renewal.embedding.later", "r2_renewal.embedding.menu", "r2_renewal.embedding.module", "r2_renewal.embedding.state",
        "r2_renewal.licensing", "r2_renewal.licensing.trusted_key",
    }  # fmt: skip


def test_a_library_that_cannot_be_loaded_switches_the_module_off_and_the_log_names_it(
    qtbot: QtBot,
    window: QMainWindow,
    attach: Attach,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setitem(sys.modules, "cryptography.exceptions", None)
    module = checked(qtbot, window, attach())
    assert (module.state.status, module.state.code) == (Status.DISABLED, ErrorCode.LIBRARY_BROKEN)
    assert module.state.verdict is not None
    assert module.state.verdict.kind is VerdictKind.UNREADABLE
    assert "renewal module: R2-S24, cryptography: cryptography.exceptions is missing" in caplog.text
    assert reminders(window) == []
    monkeypatch.undo()
    module.check_now()
    wait_until(lambda: reminders(window))
