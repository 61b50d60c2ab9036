"""The state folder: its owner's alone whoever makes it first, never somebody else's, and never a way to another file."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from r2_renewal.agent.agent_log import AgentLog, Done, Step
from r2_renewal.domain.clock import ClockMarks
from r2_renewal.domain.errors import ErrorCode, RenewalError
from r2_renewal.domain.licence import VerdictKind
from r2_renewal.domain.reminder import Prompt
from r2_renewal.licensing.install import install_in_first_writable
from r2_renewal.licensing.reader import load_verdict
from r2_renewal.private_files import create_private, is_in_profile, open_private, private_folder, read_private
from r2_renewal.store.clock_marks import ClockMarkFile
from r2_renewal.store.drafts import Drafts
from r2_renewal.store.outbox import Outbox
from r2_renewal.store.reminder_memory import claim, claim_refresh, note_enrolment, recall, snooze
from r2_renewal.ui.error_texts import sentence
from r2_renewal.windows_rights import SDDL, is_trusted_owner
from tests.embedding.hosts import Host, host
from tests.embedding.licences import write_licence
from tests.faults.injection import NOBODY, as_nobody
from tests.faults.test_host_faults import END, Computer, told
from tests.licence_files import LICENCE, PRODUCT, Vendor

__all__ = ["host"]

pytestmark = pytest.mark.skipif(os.name != "posix", reason="rights as POSIX has them")
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
MARKS = ClockMarks(last_run=NOW)
DAY = date(2026, 11, 22)
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder to somebody else")


def mark(folder: Path) -> None:
    assert ClockMarkFile(folder).write(MARKS)


def remember(folder: Path) -> None:
    assert claim(folder, "lic-1", DAY)


def log(folder: Path) -> None:
    written = AgentLog()
    assert written.open(folder) is None
    written.write(Step.BEGIN, Done.OK)


def confirm(folder: Path) -> None:
    Outbox(folder).confirm("key-1", "lic-1", "digest", b"frozen")


def remember_more(folder: Path) -> None:
    assert claim(folder, "lic-1", DAY + timedelta(days=1))


def mark_later(folder: Path) -> None:
    assert ClockMarkFile(folder).write(ClockMarks(last_run=NOW + timedelta(days=3)))


WRITERS = [mark, remember, log, confirm]


def open_to_others(folder: Path) -> list[str]:
    return [str(path) for path in (folder, *folder.rglob("*")) if stat.S_IMODE(path.lstat().st_mode) & 0o077]


@pytest.fixture(params=[0o000, 0o022, 0o002], ids=oct)
def umask(request: pytest.FixtureRequest) -> object:
    """A user's or a service's umask."""
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


@pytest.mark.parametrize("first", WRITERS)
@pytest.mark.usefixtures("umask")
def test_whoever_makes_it_first_it_is_its_owners_alone(tmp_path: Path, first: Callable[[Path], None]) -> None:
    folder = tmp_path / "deep" / "state"
    first(folder)
    assert open_to_others(folder) == []
    for write in WRITERS:
        if write is not first:
            write(folder)
    assert open_to_others(folder) == []
    assert not list(folder.glob("*.tmp"))


def test_rights_that_are_too_wide_are_mended_by_whoever_writes_next(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    for write in WRITERS:
        write(folder)
    for writer, name in ((log, "agent.log"), (remember_more, "r2-renewal.db"), (mark_later, "clock-marks.json")):
        for path in (folder, *folder.iterdir()):
            path.chmod(0o777 if path.is_dir() else 0o666)
        writer(folder)
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600


def test_a_whole_start_of_a_host_leaves_nothing_open_to_others(tmp_path: Path) -> None:
    write_licence(Computer(tmp_path).licence, END)
    before = os.umask(0)
    try:
        seen = Computer(tmp_path).lived()
    finally:
        os.umask(before)
    assert seen["status"] == "prompting"
    assert open_to_others(Computer(tmp_path).state) == []


def test_the_shops_folder_is_its_owners_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        command = [sys.executable, "-I", "-m", "r2_renewal.cli", "shop"]
        for task in (["init"], ["seed-demo"], ["send-mail", "--mail-folder", str(tmp_path / "shop" / "mail")]):
            if (tmp_path / "shop").exists():
                (tmp_path / "shop").chmod(0o777)
            subprocess.run(
                [*command, *task, "--state", str(tmp_path / "shop")], check=True, capture_output=True, timeout=120
            )
            assert task[0] == "send-mail" or open_to_others(tmp_path / "shop") == []
    finally:
        os.umask(before)


# Somebody else's


def given_away(folder: Path, mode: int = 0o777) -> Path:
    folder.mkdir()
    os.chown(folder, NOBODY, NOBODY)
    folder.chmod(mode)
    return folder


@as_root
@pytest.mark.parametrize("mode", [0o777, 0o700, 0o1777])
def test_a_folder_of_somebody_else_is_refused_and_nothing_is_left_in_it(tmp_path: Path, mode: int) -> None:
    folder = given_away(tmp_path / "state", mode)
    assert not ClockMarkFile(folder).write(MARKS)
    assert AgentLog().open(folder) is ErrorCode.STATE_FOLDER
    for write in (confirm, lambda place: Drafts(place).save("cust-1", "lic-1", b"{}")):
        with pytest.raises(RenewalError) as refused:
            write(folder)
        assert refused.value.code is ErrorCode.STATE_FOLDER
    assert list(folder.iterdir()) == []
    assert stat.S_IMODE(folder.stat().st_mode) == mode
    assert "administrator" in sentence(ErrorCode.STATE_FOLDER)


@as_root
def test_what_somebody_else_left_there_is_not_believed(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    mark(folder)
    confirm(folder)
    snooze(folder, "lic-1", DAY, DAY + timedelta(days=900))
    os.chown(folder, NOBODY, NOBODY)
    assert ClockMarkFile(folder).read() == ClockMarks()
    assert recall(folder, "lic-1").remind_on is None


@as_root
def test_a_file_of_somebody_else_in_an_own_folder_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    for write in WRITERS:
        write(folder)
    for path in folder.iterdir():
        os.chown(path, NOBODY, NOBODY)
    assert ClockMarkFile(folder).read() == ClockMarks()
    assert AgentLog().open(folder) is ErrorCode.STATE_FOLDER
    with pytest.raises(RenewalError) as refused:
        Outbox(folder).confirm("key-2", "lic-1", "digest", b"frozen")
    assert refused.value.code is ErrorCode.STATE_FOLDER


@as_root
def test_without_a_folder_of_its_own_the_module_works_in_memory_and_says_so(host: Host) -> None:
    given_away(host.state_dir)
    module = host.start()
    assert isinstance(module.state.decision, Prompt)
    assert module.state.code is ErrorCode.STATE_FOLDER
    licence_id = module.state.verdict.program.licence_id
    # One question and one request a day, and „Przypomnij później" is kept for as long as the process lives.
    tomorrow = DAY + timedelta(days=1)
    assert [claim_refresh(host.state_dir, licence_id, tomorrow) for _ in range(2)] == [True, False]
    assert claim(host.state_dir, licence_id, tomorrow)
    assert not claim(host.state_dir, "another", tomorrow)
    snooze(host.state_dir, licence_id, tomorrow, DAY + timedelta(days=7))
    note_enrolment(host.state_dir, licence_id, True)
    kept = recall(host.state_dir, licence_id)
    assert (kept.asked_on, kept.remind_on, kept.enrolled) == (tomorrow, DAY + timedelta(days=7), True)
    assert list(host.state_dir.iterdir()) == []


@as_root
def test_a_host_of_another_user_goes_on_and_says_so(tmp_path: Path) -> None:
    """The whole process: the folder is root's, the user somebody else."""
    here = Computer(tmp_path)
    tmp_path.chmod(0o755)
    for parent in tmp_path.parents[:3]:
        parent.chmod(parent.stat().st_mode | 0o011)
    here.state.mkdir()
    here.state.chmod(0o777)
    write_licence(here.licence, END)
    process = subprocess.Popen(as_nobody(here.command()), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    seen = told(process)
    assert seen["status"] == "prompting"
    assert any("R2-S20" in line for line in seen["log"])
    assert list(here.state.iterdir()) == []


@as_root
def test_a_folder_that_everybody_shares_is_neither_used_nor_closed(tmp_path: Path) -> None:
    shared = tmp_path / "tmp"
    shared.mkdir()
    shared.chmod(0o1777)
    with pytest.raises(RenewalError) as refused:
        private_folder(shared)
    assert refused.value.code is ErrorCode.STATE_FOLDER
    assert stat.S_IMODE(shared.stat().st_mode) == 0o1777


@as_root
def test_a_folder_behind_a_link_is_used_only_where_the_link_is_trusted(tmp_path: Path) -> None:
    real, link = tmp_path / "elsewhere", tmp_path / "state"
    real.mkdir()
    link.symlink_to(real)
    mark(link)
    assert (real / "clock-marks.json").exists()
    os.chown(link, NOBODY, NOBODY, follow_symlinks=False)
    assert not ClockMarkFile(link).write(ClockMarks(last_run=NOW + timedelta(days=9)))


# Planted links


@pytest.mark.parametrize("write", WRITERS)
@pytest.mark.parametrize("name", ["clock-marks.json", "agent.log", "r2-renewal.db", "r2-renewal.db-journal"])
def test_a_planted_link_leads_nowhere(tmp_path: Path, name: str, write: Callable[[Path], None]) -> None:
    folder, victim = tmp_path / "state", tmp_path / "victim"
    folder.mkdir()
    victim.write_bytes(b"precious")
    victim.chmod(0o644)
    (folder / name).symlink_to(victim)
    with suppress(AssertionError, RenewalError):
        write(folder)
    assert victim.read_bytes() == b"precious"
    assert stat.S_IMODE(victim.stat().st_mode) == 0o644


@pytest.mark.parametrize("name", ["clock-marks.json", "agent.log", "r2-renewal.db"])
def test_a_link_to_nothing_makes_nothing(tmp_path: Path, name: str) -> None:
    folder, target = tmp_path / "state", tmp_path / "made"
    folder.mkdir()
    (folder / name).symlink_to(target)
    for write in WRITERS:
        with suppress(AssertionError, RenewalError):
            write(folder)
    assert not target.exists()


def test_names_of_temporary_files_cannot_be_foreseen(tmp_path: Path) -> None:
    """What any writer makes on its way: other names each time, every one made with O_EXCL."""
    probe = f"""
import json, os, sys
seen = []
sys.addaudithook(lambda event, given: seen.append(given) if event == "open" and ".tmp" in str(given[0]) else None)
from datetime import UTC, datetime, timedelta
from pathlib import Path
from r2_renewal.domain.clock import ClockMarks
from r2_renewal.private_files import replace_private
from r2_renewal.store.clock_marks import ClockMarkFile
for hours in range(0, 8, 2):
    ClockMarkFile(Path({str(tmp_path)!r})).write(ClockMarks(last_run=datetime(2026, 1, 1, hours, tzinfo=UTC)))
print(json.dumps([[str(path), flags] for path, _, flags in seen if isinstance(flags, int)]))
"""
    done = subprocess.run([sys.executable, "-c", probe], check=True, capture_output=True, text=True, timeout=60)
    opened = [entry for entry in json.loads(done.stdout) if entry[1] & os.O_CREAT]
    assert len(opened) == 4
    assert len({path for path, _ in opened}) == 4
    assert all(flags & os.O_EXCL and flags & os.O_NOFOLLOW for _, flags in opened)


def test_a_new_file_is_never_made_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "key").symlink_to(tmp_path / "made")
    with pytest.raises(FileExistsError):
        create_private(tmp_path / "key", b"secret")
    assert not (tmp_path / "made").exists()


def test_what_is_no_file_is_not_cut(tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(b"old")
    (tmp_path / "link").symlink_to(tmp_path / "log")
    with pytest.raises(OSError, match="symbolic"):
        open_private(tmp_path / "link", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.mkfifo(tmp_path / "pipe")
    for flags in (os.O_RDONLY, os.O_WRONLY, os.O_RDWR):
        with pytest.raises(OSError, match=r"regular|No such device"):
            open_private(tmp_path / "pipe", flags)
    with pytest.raises(OSError, match="regular"):
        read_private(Path("/dev/zero"), 10)
    assert (tmp_path / "log").read_bytes() == b"old"


# The licence's own path


def certificate(vendor: Vendor, seq: int) -> bytes:
    licence = LICENCE._replace(programs=tuple(program._replace(seq=seq) for program in LICENCE.programs))
    return vendor.certificate(licence)


@pytest.fixture(scope="module")
def vendor() -> Vendor:
    """Return a vendor with a signing key."""
    return Vendor()


def installed(vendor: Vendor, places: tuple[Path, ...]) -> Path:
    return install_in_first_writable(certificate(vendor, 9), places, vendor.keys, PRODUCT, NOW, 0.2).place


def test_a_link_at_the_licences_path_is_followed_to_a_licence_or_to_nothing(tmp_path: Path, vendor: Vendor) -> None:
    share = tmp_path / "share"
    share.mkdir()
    for name, content in (("old.lic", certificate(vendor, 1)), ("absent.lic", None)):
        link = tmp_path / f"link-{name}"
        link.symlink_to(share / name)
        if content is not None:
            (share / name).write_bytes(content)
        assert installed(vendor, (link,)) == link
        assert link.is_symlink()
        assert (share / name).read_bytes() == certificate(vendor, 9)


@pytest.mark.parametrize("content", [b"", b"export PATH=/bin\n", b"x" * 100_000, b"-----BEGIN LICENSE FILE-----\n"])
def test_a_link_to_another_file_is_not_written_through(tmp_path: Path, vendor: Vendor, content: bytes) -> None:
    link, victim, own = tmp_path / "R2.lic", tmp_path / ".profile", tmp_path / "own" / "R2.lic"
    victim.write_bytes(content)
    link.symlink_to(victim)
    with pytest.raises(RenewalError) as refused:
        installed(vendor, (link,))
    assert refused.value.code is ErrorCode.LICENCE_NOT_WRITABLE
    own.parent.mkdir()
    # The next place takes it, so that the renewal is not lost.
    assert installed(vendor, (link, own)) == own
    assert victim.read_bytes() == content
    assert load_verdict(own, vendor.keys, PRODUCT, NOW).kind in (VerdictKind.VALID, VerdictKind.EXPIRING)


@pytest.mark.parametrize("target", ["/dev/null", "/dev/full", "/proc/self/mem", "loop"])
def test_a_link_to_a_device_is_not_written_through(tmp_path: Path, vendor: Vendor, target: str) -> None:
    link = tmp_path / "loop"
    link.symlink_to(target)
    with pytest.raises(RenewalError) as refused:
        installed(vendor, (link,))
    assert refused.value.code is ErrorCode.LICENCE_NOT_WRITABLE


# Windows, as far as it can be judged elsewhere


def test_the_profile_protects_what_lies_in_it(tmp_path: Path) -> None:
    profile = tmp_path / "Users" / "anna"
    assert is_in_profile(str(profile / "AppData" / "Local" / "r2-renewal"), str(profile))
    assert is_in_profile(str(profile), str(profile))
    assert not is_in_profile(str(tmp_path / "Users" / "anna2" / "state"), str(profile))
    assert not is_in_profile(str(profile / ".." / "jan"), str(profile))


def test_a_folder_on_windows_is_the_users_the_administrators_or_the_systems() -> None:
    user = "S-1-5-21-1-2-3-1001"
    assert all(is_trusted_owner(owner, user) for owner in (user, "S-1-5-18", "S-1-5-32-544"))
    assert not any(is_trusted_owner(owner, user) for owner in ("S-1-5-21-1-2-3-1002", "S-1-1-0", "S-1-5-32-545", ""))
    assert SDDL.format(user=user) == f"D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FA;;;{user})"
