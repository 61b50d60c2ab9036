"""Rows L1–L12, C1, C3, D6 and D7 of the fault matrix: what a licence file can suffer, injected for real.

Invariant of every row: there is an answer, it comes at once, and the old valid licence is kept.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from pathlib import Path
from typing import Any

import pytest

from r2_renewal.clock import pc_clock
from r2_renewal.domain.clock import ClockMarks, ClockState, read_clock
from r2_renewal.domain.licence import VerdictKind
from r2_renewal.licensing.issue import end_of_day, licence_payload
from r2_renewal.licensing.reader import load_verdict, parse_certificate
from r2_renewal.ui.error_texts import clock_sentence, code_of_verdict, sentence
from tests.faults.injection import Call, Tracer, as_nobody, command_line, fake_clock, quiet_environment, tracer
from tests.licence_files import LAST_DAY, LICENCE, NOW, PRODUCT, Vendor, encrypted, licence_with

__all__ = ["fake_clock", "tracer"]

VENDOR = Vendor()
OLD = VENDOR.certificate()
NEW_LICENCE = licence_with(seq=8, valid_until=LAST_DAY + timedelta(days=365), issued=LICENCE.issued + timedelta(days=1))
NEW = VENDOR.certificate(NEW_LICENCE)
AT_ONCE = 1.0


@dataclass(frozen=True)
class Computer:
    """A folder with the licence of a host, its trusted keys, and a renewed licence to install."""

    folder: Path

    @property
    def licence(self) -> Path:
        return self.folder / "r2.lic"

    def verdict(self) -> VerdictKind:
        """Judge the licence in this process; fail if that took long, or said nothing to a user."""
        started = time.monotonic()
        verdict = load_verdict(self.licence, VENDOR.keys, PRODUCT, NOW)
        assert time.monotonic() - started < AT_ONCE
        code = code_of_verdict(verdict.kind)
        assert code is None or (verdict.reason and sentence(code))
        return verdict.kind

    def status(self) -> list[str]:
        return command_line("status", "--licence", self.licence, "--today", "2026-11-22", "--json", *self._keys())

    def install(self, certificate: bytes = NEW) -> list[str]:
        offered = self.folder / "offered.lic"
        offered.write_bytes(certificate)
        return command_line("licence", "install", offered, "--to", self.licence, "--today", "2026-11-22", *self._keys())

    def _keys(self) -> tuple[object, ...]:
        keys = self.folder / "keys.json"
        keys.write_text(json.dumps(VENDOR.keys_document), encoding="utf-8")
        return "--trusted-keys", keys, "--product", PRODUCT

    def leftovers(self) -> list[Path]:
        return list(self.folder.glob(".*.tmp"))


@pytest.fixture
def computer(tmp_path: Path) -> Computer:
    """Return a computer with the old, valid licence installed."""
    computer = Computer(tmp_path)
    computer.licence.write_bytes(OLD)
    return computer


@pytest.fixture
def shared_computer() -> Iterator[Computer]:
    """Return the same in a folder that every account may enter: pytest's own are closed to others."""
    with tempfile.TemporaryDirectory(prefix="r2-shared-") as folder:
        Path(folder).chmod(0o755)
        computer = Computer(Path(folder))
        computer.licence.write_bytes(OLD)
        yield computer


def verdict_in(output: str) -> str:
    return str(json.loads(output)["verdict"])


def run(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=quiet_environment())


def test_l01_the_licence_is_missing_or_empty(computer: Computer) -> None:
    computer.licence.write_bytes(b"")
    assert computer.verdict() is VerdictKind.MALFORMED
    computer.licence.unlink()
    assert computer.verdict() is VerdictKind.MISSING
    assert load_verdict(computer.folder / "no" / "folder", VENDOR.keys, PRODUCT, NOW).kind is VerdictKind.MISSING
    assert load_verdict(computer.folder / "keys.json" / "x", VENDOR.keys, PRODUCT, NOW).kind is VerdictKind.MISSING


def test_l02_the_licence_is_cut_at_every_byte(computer: Computer) -> None:
    whole = OLD.index(b"END LICENSE FILE") + len(b"END LICENSE FILE")
    for length in range(len(OLD)):
        computer.licence.write_bytes(OLD[:length])
        kind = load_verdict(computer.licence, VENDOR.keys, PRODUCT, NOW).kind
        assert kind is (VerdictKind.EXPIRING if length >= whole else VerdictKind.MALFORMED)


@pytest.mark.parametrize(
    "junk", [b"\x00" * 4096, b"\xff" * 4096, os.urandom(60_000), b"PK\x03\x04", OLD.replace(b"Z", b"\x00")]
)
def test_l03_the_licence_is_garbage(computer: Computer, junk: bytes) -> None:
    computer.licence.write_bytes(junk)
    assert computer.verdict() is VerdictKind.MALFORMED


def test_l03_the_path_itself_is_garbage() -> None:
    for path in ("\x00", "x" * 5000, "/".join(["x" * 200] * 30), ""):
        kind = load_verdict(path, VENDOR.keys, PRODUCT, NOW).kind
        assert kind in (VerdictKind.UNREADABLE, VerdictKind.MISSING)


def test_l04_ten_gigabytes_are_not_read(computer: Computer) -> None:
    os.truncate(computer.licence, 10 * 2**30)
    assert computer.verdict() is VerdictKind.MALFORMED


def test_l04_an_endless_file_that_says_it_is_empty_is_not_read(computer: Computer) -> None:
    for endless in ("/proc/kmsg", "/proc/self/mem", "/proc/self/pagemap"):
        started = time.monotonic()
        kind = load_verdict(endless, VENDOR.keys, PRODUCT, NOW).kind
        assert kind in (VerdictKind.UNREADABLE, VerdictKind.MALFORMED, VerdictKind.MISSING)
        assert time.monotonic() - started < AT_ONCE


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_l05_a_byte_order_mark_crlf_and_utf_16_are_read(computer: Computer, encoding: str) -> None:
    computer.licence.write_bytes(OLD.decode().replace("\n", "\r\n").encode(encoding))
    assert computer.verdict() is VerdictKind.EXPIRING


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_l05_utf_16_without_a_mark_is_read(computer: Computer, encoding: str) -> None:
    computer.licence.write_bytes(OLD.decode().encode(encoding))
    assert computer.verdict() is VerdictKind.EXPIRING


def test_l06_each_forgery_has_its_own_verdict(computer: Computer) -> None:
    from tests.licensing.test_container import edited

    forgeries = {
        VerdictKind.BAD_SIGNATURE: edited(OLD, sig="A" * 86 + "=="),
        VerdictKind.UNKNOWN_KEY: Vendor().certificate(),
        VerdictKind.MALFORMED: edited(OLD, alg="aes-256-gcm+ed25519+none"),
        VerdictKind.UNREADABLE: encrypted(licence_payload(LICENCE), VENDOR.private, "KEY"),
    }
    for kind, forgery in forgeries.items():
        computer.licence.write_bytes(forgery)
        assert computer.verdict() is kind


def test_l06_a_duplicate_field_is_malformed_even_when_signed(computer: Computer) -> None:
    from tests.licensing.test_container import wrap

    inside = '{"enc":"e30=","enc":"e30=","sig":"' + "A" * 86 + '==","alg":"base64+ed25519"}'
    computer.licence.write_bytes(wrap(inside.encode()).encode())
    assert computer.verdict() is VerdictKind.MALFORMED


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"product": "r2faktury"}, VerdictKind.WRONG_PRODUCT),
        ({"issued": NOW + timedelta(days=400)}, VerdictKind.NOT_YET_VALID),
        ({"valid_until": NOW.date() - timedelta(days=1)}, VerdictKind.EXPIRED),
        ({"file_expiry": NOW - timedelta(days=1)}, VerdictKind.EXPIRING),
    ],
)
def test_l07_a_true_licence_that_does_not_serve_says_why(
    computer: Computer, change: dict[str, Any], kind: VerdictKind
) -> None:
    computer.licence.write_bytes(VENDOR.certificate(licence_with(**change)))
    assert computer.verdict() is kind


@pytest.mark.parametrize("kind", ["loop", "directory", "fifo", "zero", "tty", "socket"])
def test_l08_what_is_no_file_never_blocks(computer: Computer, kind: str) -> None:
    import socket

    path = computer.licence
    path.unlink()
    match kind:
        case "loop":
            path.symlink_to(path)
        case "directory":
            path.mkdir()
        case "fifo":
            os.mkfifo(path)
        case "socket":
            with socket.socket(socket.AF_UNIX) as server:
                server.bind(os.path.relpath(path))
        case device:
            path.symlink_to(f"/dev/{device}")
    assert computer.verdict() is VerdictKind.UNREADABLE


def test_l08_a_link_to_a_licence_is_followed(computer: Computer) -> None:
    target = computer.folder / "real.lic"
    computer.licence.rename(target)
    computer.licence.symlink_to(target)
    assert computer.verdict() is VerdictKind.EXPIRING


def test_l09_permission_denied_is_said(shared_computer: Computer) -> None:
    status = as_nobody(shared_computer.status())
    shared_computer.licence.chmod(0)
    answer = run(status)
    assert (answer.returncode, verdict_in(answer.stdout)) == (30, "unreadable")
    assert answer.stderr.count("\n") == 1


def test_l09_a_folder_without_permission_is_said(shared_computer: Computer) -> None:
    locked = shared_computer.folder / "locked"
    locked.mkdir(mode=0o700)
    inner = Computer(shared_computer.folder)
    command = as_nobody(inner.status())
    command[command.index(str(inner.licence))] = str(locked / "r2.lic")
    locked.chmod(0)
    assert verdict_in(run(command).stdout) == "unreadable"


def test_l09_an_installer_without_permission_keeps_the_old_licence(shared_computer: Computer) -> None:
    answer = run(as_nobody(shared_computer.install()))
    assert answer.returncode == 30
    assert "(R2-L12)" in answer.stderr
    assert shared_computer.licence.read_bytes() == OLD


def test_l09_a_read_only_machine_folder_falls_back_to_the_users(shared_computer: Computer) -> None:
    mine = shared_computer.folder / "mine"
    mine.mkdir()
    mine.chmod(0o777)
    answer = run(as_nobody([*shared_computer.install(), "--to", str(mine / "r2.lic")]))
    assert answer.returncode == 0, answer.stderr
    assert (shared_computer.licence.read_bytes(), (mine / "r2.lic").read_bytes()) == (OLD, NEW)


@pytest.mark.parametrize("error", ["EBUSY", "EACCES", "ETXTBSY"])
def test_l10_a_file_held_by_antivirus_for_a_moment_is_installed(computer: Computer, tracer: Tracer, error: str) -> None:
    answer = tracer.run(computer.install(), f"rename:error={error}:when=1..3")
    assert answer.returncode == 0, answer.stderr
    assert computer.licence.read_bytes() == NEW
    assert computer.leftovers() == []


def test_l10_a_file_held_for_good_is_given_up_in_time(computer: Computer, tracer: Tracer) -> None:
    started = time.monotonic()
    answer = tracer.run(computer.install(), "rename:error=EACCES")
    assert time.monotonic() - started < 2.5 + 20  # the retries, and the start of a traced process
    assert (answer.returncode, "(R2-L12)" in answer.stderr) == (30, True)
    assert computer.licence.read_bytes() == OLD
    assert computer.leftovers() == []


def test_l10_a_read_error_is_an_answer(computer: Computer, tracer: Tracer) -> None:
    reading = ordinal_of(tracer, computer.status(), "read", str(computer.licence))
    answer = tracer.run(computer.status(), f"read:error=EIO:when={reading}")
    assert verdict_in(answer.stdout) == "unreadable"


def test_l11_a_licence_rewritten_during_the_read_is_read_again(computer: Computer, tracer: Tracer) -> None:
    reading = ordinal_of(tracer, computer.status(), "read", str(computer.licence))
    renewed = computer.folder / "renewed.lic"
    renewed.write_bytes(NEW)
    # The first read of the licence returns the old content after a long moment, in which a program rewrites the file.
    command = ["strace", "-qq", "-o", "/dev/null", "--trace=read", f"--inject=read:delay_exit=1500000:when={reading}"]
    with subprocess.Popen(
        [*command, *computer.status()], stdout=subprocess.PIPE, text=True, env=quiet_environment()
    ) as status:
        time.sleep(1.0)
        computer.licence.write_bytes(NEW)
        output, _ = status.communicate(timeout=30)
    assert json.loads(output)["valid_until"] == NEW_LICENCE.programs[0].valid_until.isoformat()


def test_l12_of_racing_installers_the_newest_licence_stays(computer: Computer) -> None:
    offers = [licence_with(seq=seq, issued=LICENCE.issued + timedelta(hours=seq)) for seq in (11, 9, 13, 10, 12, 8)]
    racers = []
    for offer in offers:
        (computer.folder / str(offer.programs[0].seq)).mkdir()
        racer = Computer(computer.folder / str(offer.programs[0].seq))
        command = racer.install(VENDOR.certificate(offer))
        command[command.index(str(racer.licence))] = str(computer.licence)
        racers.append(
            subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=quiet_environment())
        )
    for racer_process in racers:
        _, refusal = racer_process.communicate(timeout=60)
        assert racer_process.returncode == 0 or b"(R2-L10)" in refusal
    assert parse_certificate(computer.licence.read_bytes(), VENDOR.keys).programs[0].seq == 13
    assert computer.leftovers() == []


@pytest.mark.parametrize("days", [-400, 400])
def test_c01_a_wrong_clock_is_explained_and_never_locks(computer: Computer, days: int) -> None:
    marks = ClockMarks(issued=LICENCE.issued, shop=NOW, last_run=NOW)
    reading = read_clock(NOW + timedelta(days=days), marks)
    assert clock_sentence(reading.state)
    verdict = load_verdict(computer.licence, VENDOR.keys, PRODUCT, reading.moment)
    assert verdict.licence == LICENCE
    if days < 0:
        assert reading.state is ClockState.BEHIND
        assert verdict.kind in (VerdictKind.VALID, VerdictKind.EXPIRING)
    healed = read_clock(NOW, marks.after_run(NOW + timedelta(days=days)).after_contact(NOW))
    assert (healed.state, healed.moment) == (ClockState.PLAUSIBLE, NOW)


@pytest.mark.parametrize(
    ("clock", "verdict"), [("2025-11-22 09:00:00", "not_yet_valid"), ("2027-12-27 09:00:00", "expired")]
)
def test_c01_the_command_line_under_a_wrong_clock(
    computer: Computer, fake_clock: Path, clock: str, verdict: str
) -> None:
    command = [part for part in computer.status() if part not in ("--today", "2026-11-22")]
    environment = {**quiet_environment(), "LD_PRELOAD": str(fake_clock), "FAKETIME": f"@{clock}"}
    answer = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=environment)
    assert verdict_in(answer.stdout) == verdict


@pytest.mark.parametrize(
    "zone", ["UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago", "America/New_York", "Nonsense/Zone"]
)
def test_c03_the_computers_zone_changes_nothing(computer: Computer, zone: str) -> None:
    answer = run(["env", f"TZ={zone}", *computer.status()])
    assert json.loads(answer.stdout)["days_left"] == 30


@pytest.mark.parametrize(
    "last_day", [date(2026, 3, 29), date(2026, 10, 25), date(2028, 2, 29), date(2026, 12, 31), date(2027, 1, 1)]
)
def test_c03_the_last_second_counts_and_the_next_does_not(computer: Computer, last_day: date) -> None:
    computer.licence.write_bytes(
        VENDOR.certificate(licence_with(valid_until=last_day, issued=NOW - timedelta(days=900)))
    )
    last_second = end_of_day(last_day)
    for moment, kind, left in (
        (last_second, VerdictKind.EXPIRING, 0),
        (last_second + timedelta(seconds=1), VerdictKind.EXPIRED, -1),
        (end_of_day(last_day - timedelta(days=1)), VerdictKind.EXPIRING, 1),
    ):
        verdict = load_verdict(computer.licence, VENDOR.keys, PRODUCT, moment.astimezone(UTC))
        assert (verdict.kind, verdict.days_left) == (kind, left)


def test_d06_killed_at_every_call_the_installer_leaves_the_old_or_the_new_licence(
    computer: Computer, tracer: Tracer
) -> None:
    assert tracer.run(computer.install()).returncode == 0
    calls = tracer.calls()
    start = next(place for place, call in enumerate(calls) if ".lock" in call.line)
    seen = set()
    for call in calls[start:]:
        computer.licence.write_bytes(OLD)
        tracer.run(computer.install(), f"{call.name}:signal=SIGKILL:when={call.ordinal}")
        content = computer.licence.read_bytes()
        assert content in (OLD, NEW), call
        seen.add(content)
    assert seen == {OLD, NEW}
    assert {"write", "fsync", "rename"} <= {call.name for call in calls[start:]}


@pytest.mark.rows("D10")
def test_d06_after_a_kill_the_next_installer_finishes_and_sweeps(computer: Computer, tracer: Tracer) -> None:
    tracer.run(computer.install(), "rename:signal=SIGKILL:when=1")
    (orphan,) = computer.leftovers()
    assert computer.licence.read_bytes() == OLD
    os.utime(orphan, (pc_clock().timestamp() - 3600,) * 2)
    assert run(computer.install()).returncode == 0
    assert computer.licence.read_bytes() == NEW
    assert computer.leftovers() == []


@pytest.mark.parametrize("error", ["EIO", "ENOSPC"])
@pytest.mark.parametrize("name", ["write", "fsync", "openat"])
def test_d07_an_error_of_the_disk_keeps_the_old_licence(
    computer: Computer, tracer: Tracer, name: str, error: str
) -> None:
    ordinal = ordinal_of(tracer, computer.install(), name, ".tmp")
    computer.licence.write_bytes(OLD)
    answer = tracer.run(computer.install(), f"{name}:error={error}:when={ordinal}")
    assert (answer.returncode, "(R2-L12)" in answer.stderr) == (30, True)
    assert computer.licence.read_bytes() == OLD
    assert computer.leftovers() == []


def test_d07_a_disk_that_writes_by_halves_gets_the_rest(computer: Computer, tracer: Tracer) -> None:
    ordinal = ordinal_of(tracer, computer.install(), "write", ".tmp")
    computer.licence.write_bytes(OLD)
    answer = tracer.run(computer.install(), f"write:error=EINTR:when={ordinal}")
    assert answer.returncode == 0
    assert computer.licence.read_bytes() == NEW


def test_d07_an_unsynced_folder_is_said_and_the_new_licence_stands(computer: Computer, tracer: Tracer) -> None:
    answer = tracer.run(computer.install(), "fsync:error=EIO:when=2+")
    assert (answer.returncode, "(R2-L12)" in answer.stderr) == (30, True)
    assert computer.licence.read_bytes() == NEW


def test_d07_a_folder_that_syncs_at_the_second_try_is_enough(computer: Computer, tracer: Tracer) -> None:
    answer = tracer.run(computer.install(), "fsync:error=EIO:when=2")
    assert answer.returncode == 0, answer.stderr
    assert [call.name for call in tracer.calls()].count("fsync") == 3


def test_d09_a_folder_that_cannot_lock_refuses_the_installation(computer: Computer, tracer: Tracer) -> None:
    answer = tracer.run(computer.install(), "flock:error=ENOLCK")
    assert (answer.returncode, "(R2-L12)" in answer.stderr) == (30, True)
    assert computer.licence.read_bytes() == OLD


def test_d09_a_lock_file_that_is_a_pipe_does_not_block(computer: Computer) -> None:
    os.mkfifo(computer.folder / ".r2.lic.lock")
    started = time.monotonic()
    answer = run(computer.install())
    assert time.monotonic() - started < 2.5 + 20
    assert computer.licence.read_bytes() == (NEW if answer.returncode == 0 else OLD)


def ordinal_of(tracer: Tracer, command: list[str], name: str, about: str) -> int:
    """Return which call of a name works on a file whose path contains ``about``: the one that opens it, or follows."""
    tracer.run(command)
    calls = tracer.calls()
    opened = next(place for place, call in enumerate(calls) if call.name == "openat" and about in call.line)
    return _first(calls[opened:], name).ordinal


def _first(calls: list[Call], name: str) -> Call:
    return next(call for call in calls if call.name == name)
