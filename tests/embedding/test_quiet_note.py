"""The note that keeps most starts silent: what it spares, what makes it void, and that no verdict ever comes from it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

import r2_renewal
from r2_renewal.clock import today_in_warsaw
from r2_renewal.domain.licence import VerdictKind
from r2_renewal.domain.reminder import Silence, SilenceReason
from r2_renewal.embedding import quiet_note
from r2_renewal.embedding.quiet_note import QuietNote, is_quiet, note_name
from r2_renewal.embedding.startup_check import check
from r2_renewal.embedding.state import Status
from r2_renewal.policy import Policy
from r2_renewal.settings import settle
from r2_renewal.store.outbox import Outbox
from tests.embedding.hosts import Host, host
from tests.embedding.licences import KEYS, LICENCE_ID, write_licence

__all__ = ["host"]

# The day of the clock, whose own marks would otherwise call it wrong; weeks away from any edge.
TODAY = today_in_warsaw()
FAR = TODAY + timedelta(days=400)
WEEK_SECONDS = 7 * 24 * 3600

STARTS = """
import json, sys
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMainWindow
import r2_renewal
opened = []
sys.addaudithook(lambda event, given: opened.append(str(given[0])) if event == "open" else None)
app, window = QApplication([]), QMainWindow()
module = r2_renewal.attach(window, r2_renewal.Config(licence_path=sys.argv[1], state_dir=sys.argv[2],
    trusted_keys=(r2_renewal.TrustedKey("test", bytes.fromhex(sys.argv[3])),), shop_url="https://shop.example"))
window.show()
def end():
    ours = sorted(name for name in sys.modules if name.startswith("r2_renewal."))
    licence = sys.argv[1] in opened
    print(json.dumps({"ours": ours, "licence": licence, "verdict": module.state.verdict.kind, "status": module.state.status}))
    app.quit()
QTimer.singleShot(300, end)
app.exec()
module.detach()
"""


class Program:
    """A program's starts over one licence and one state folder."""

    def __init__(self, folder: Path) -> None:
        self.licence = write_licence(folder / "R2.lic", FAR)
        self.state = folder / "state"
        self.today = TODAY
        self.config = r2_renewal.Config(
            licence_path=self.licence, trusted_keys=KEYS, state_dir=self.state, today=lambda: self.today
        )

    @property
    def note(self) -> Path:
        """Where the note lies."""
        return self.state / note_name(self.config)

    def start(self) -> None:
        """Check as a start does that no note keeps silent."""
        settings = settle(self.config, Policy())
        note = QuietNote(self.config, settings)
        note.keep(check(settings, self.today))

    def is_quiet(self, **other: object) -> bool:
        """Whether the next start would look no further."""
        return is_quiet(self.config._replace(**other))  # type: ignore[arg-type]


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """A program that has just started, a year before the end."""
    made = Program(tmp_path)
    made.start()
    return made


def test_the_second_start_looks_at_the_note_and_no_further(tmp_path: Path) -> None:
    licence = write_licence(tmp_path / "R2.lic", FAR)
    command = [sys.executable, "-c", STARTS, str(licence), str(tmp_path / "state"), KEYS[0].ed25519.hex()]
    first, second = (
        json.loads(subprocess.run(command, capture_output=True, check=True, text=True, timeout=60).stdout)
        for _ in range(2)
    )
    assert first["licence"]
    assert "r2_renewal.licensing.reader" in first["ours"]
    assert not second["licence"]
    assert set(second["ours"]) == {
        "r2_renewal.config", "r2_renewal.embedding", "r2_renewal.embedding.contained", "r2_renewal.embedding.first_paint",
        "r2_renewal.embedding.later", "r2_renewal.embedding.menu", "r2_renewal.embedding.module",
        "r2_renewal.embedding.quiet_note", "r2_renewal.embedding.state", "r2_renewal.licensing",
        "r2_renewal.licensing.trusted_key", "r2_renewal.state_place", "r2_renewal.version",
    }  # fmt: skip
    assert (first["verdict"], first["status"]) == (second["verdict"], second["status"]) == ("valid", "silent")


@pytest.mark.parametrize("days", [-1, 0, 1, 29, 30, 31, 32, 200])
def test_it_is_quiet_to_the_day_before_the_window_opens(tmp_path: Path, days: int) -> None:
    program = Program(tmp_path)
    program.start()
    program.today = FAR - timedelta(days=days)
    assert program.is_quiet() == (days > 30)


def test_a_day_before_the_note_is_not_quiet(program: Program) -> None:
    program.today -= timedelta(days=1)
    assert not program.is_quiet()


def renew(program: Program) -> None:
    write_licence(program.licence, FAR + timedelta(days=365))


def remove(program: Program) -> None:
    program.licence.unlink()


def put_in_the_users_folder(program: Program) -> None:
    (program.state / "licence").mkdir()
    write_licence(program.state / "licence" / program.licence.name, FAR)


def order(program: Program) -> None:
    Outbox(program.state).confirm("key-1", LICENCE_ID, "digest", b"frozen")


def move_the_marks(program: Program) -> None:
    (program.state / "clock-marks.json").write_text("{}")


@pytest.mark.parametrize("change", [renew, remove, put_in_the_users_folder, order, move_the_marks])
def test_whatever_changes_is_looked_at(program: Program, change: Callable[[Program], None]) -> None:
    assert program.is_quiet()
    change(program)
    assert not program.is_quiet()


def test_another_host_is_not_meant(program: Program, tmp_path: Path) -> None:
    assert not program.is_quiet(product_code="other")
    assert not program.is_quiet(trusted_keys=())
    assert not program.is_quiet(licence_path=tmp_path / "other.lic")
    assert not program.is_quiet(state_dir=None)


def test_a_note_that_still_holds_is_not_written_again(program: Program) -> None:
    """A host that looks at the module's state makes it check at every start: the disk need not notice."""
    before = program.note.stat()
    program.start()
    assert (program.note.stat().st_ino, program.note.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    renew(program)
    program.start()
    assert program.note.stat().st_ino != before.st_ino or program.note.stat().st_mtime_ns != before.st_mtime_ns
    assert program.is_quiet()


def test_programs_that_share_a_folder_keep_a_note_each(program: Program, tmp_path: Path) -> None:
    other = program.config._replace(licence_path=write_licence(tmp_path / "other.lic", FAR))
    settings = settle(other, Policy())
    QuietNote(other, settings).keep(check(settings, TODAY))
    assert is_quiet(other)
    assert program.is_quiet()


def test_the_systems_own_place_is_looked_at_where_the_host_names_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state home"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "state home"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    program = Program(tmp_path)
    program.config = program.config._replace(state_dir=None)
    program.start()
    assert program.is_quiet()
    assert list(tmp_path.rglob("quiet-until-*"))


def test_it_is_good_for_a_week_and_for_no_clock_that_went_back(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = quiet_note.time.time()
    for ahead, quiet in ((-400, False), (-200, True), (WEEK_SECONDS - 60, True), (WEEK_SECONDS + 60, False)):
        monkeypatch.setattr(quiet_note.time, "time", lambda ahead=ahead: now + ahead)
        assert program.is_quiet() == quiet, ahead


def test_without_a_day_of_the_hosts_own_the_clock_decides(tmp_path: Path) -> None:
    """In Warsaw the window opens at midnight there, an hour before it is midnight in Greenwich."""
    program = Program(tmp_path)
    program.config = program.config._replace(today=None)
    write_licence(program.licence, TODAY + timedelta(days=32))
    program.start()
    assert program.is_quiet()
    head = program.note.read_text().split("\n")[0]
    opens = datetime.fromtimestamp(float(head.split()[1]), UTC)
    assert opens.date() == TODAY + timedelta(days=1)
    assert (opens.hour, opens.minute) in ((23, 0), (22, 0))


@pytest.mark.parametrize("end", [TODAY + timedelta(days=30), TODAY, TODAY - timedelta(days=60)])
def test_there_is_none_inside_the_window_and_after_the_end(tmp_path: Path, end: date) -> None:
    program = Program(tmp_path)
    write_licence(program.licence, end)
    program.start()
    assert not program.note.exists()


def test_there_is_none_for_a_licence_that_is_no_good_or_an_order_on_its_way(tmp_path: Path) -> None:
    program = Program(tmp_path)
    program.licence.write_text("no licence")
    program.start()
    assert not program.note.exists()
    write_licence(program.licence, FAR)
    order(program)
    program.start()
    assert not program.note.exists()


@pytest.mark.parametrize("lies_there", ["", "1 2\n", "\0" * 50_000, "inf inf\n0 9\n"])
def test_a_broken_note_is_none(program: Program, lies_there: str) -> None:
    program.note.write_text(lies_there)
    assert not program.is_quiet()


@pytest.mark.posix("pipes with names in a folder")
def test_a_pipe_or_a_folder_in_its_place_holds_nobody_up(program: Program) -> None:
    program.note.unlink()
    os.mkfifo(program.note)
    assert not program.is_quiet()
    program.start()
    assert program.is_quiet()
    program.note.unlink()
    program.note.mkdir()
    assert not program.is_quiet()
    program.start()


def test_no_verdict_comes_from_a_note(host: Host) -> None:
    """Whoever forges the note gets silence, as by forging the memory of questions; who asks for the verdict gets the true one."""
    write_licence(host.licence, FAR)
    host.today = TODAY
    assert host.start().state.decision == Silence(SilenceReason.NOT_DUE)
    (note,) = host.state_dir.glob("quiet-until-*")
    old, text = quiet_note._stamp(host.licence), note.read_text()
    host.licence.write_text(host.licence.read_text().replace("e", "f", 5))
    note.write_text(text.replace(old, quiet_note._stamp(host.licence)))
    module = host.attach()
    module._begin()
    assert module._state.status is Status.SILENT
    assert module._begun is None
    assert module.state.verdict is not None
    assert module.state.verdict.kind in {VerdictKind.MALFORMED, VerdictKind.BAD_SIGNATURE}


def test_leaving_after_a_silent_start_judges_nothing(host: Host) -> None:
    write_licence(host.licence, FAR)
    host.today = TODAY
    host.start()
    module = host.attach()
    module._begin()
    module.detach()
    assert module._begun is None
    assert module.state.status is Status.DETACHED
    assert module.state.verdict is None
