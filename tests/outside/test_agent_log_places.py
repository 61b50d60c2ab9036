"""What may lie under the log's name, notes that claim more than a week, and greetings that fail: nothing hangs, all is said."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from r2_renewal.agent import protocol
from r2_renewal.agent.agent_log import AgentLog, Done, Step
from r2_renewal.agent.protocol import Method
from r2_renewal.agent.service import Service
from r2_renewal.clock import pc_clock
from r2_renewal.domain.errors import ErrorCode, RenewalError
from r2_renewal.embedding import quiet_note
from r2_renewal.store.clock_marks import FILE_NAME as MARKS
from r2_renewal.ui.error_texts import sentence
from tests.agent.conftest import confirmed, hosts, shop, vendor
from tests.agent.conversation import Hosts, RefusedError
from tests.embedding.test_quiet_note import Program, program

__all__ = ["confirmed", "hosts", "program", "shop", "vendor"]

DAY = 24 * 3600.0


def a_pipe(path: Path) -> None:
    os.mkfifo(path)


def a_device(path: Path) -> None:
    path.symlink_to("/dev/full")


def a_real_device(path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root makes devices")
    try:
        os.mknod(path, 0o020666, os.makedev(1, 3))
    except OSError:
        pytest.skip("no devices here")


def a_folder(path: Path) -> None:
    path.mkdir()


def a_link_to_a_pipe(path: Path) -> None:
    os.mkfifo(path.with_name("pipe"))
    path.symlink_to(path.with_name("pipe"))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
@pytest.mark.parametrize("lay", [a_pipe, a_device, a_real_device, a_folder, a_link_to_a_pipe])
def test_whatever_lies_under_the_logs_name_the_agent_works_without_it_and_says_so(hosts: Hosts, lay: object) -> None:
    hosts.state_dir.mkdir()
    lay(hosts.state_dir / "agent.log")  # type: ignore[operator]
    agent = hosts.start()
    result = agent.call(Method.HELLO, hosts.hello(), patience=20.0)
    assert result.notices == (ErrorCode.LOG_UNUSABLE.value,)
    assert agent.call(Method.ESHOP_LOAD, protocol.Nothing(), patience=20.0).storefront.company.name
    assert "agent.log" in sentence(ErrorCode.LOG_UNUSABLE)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_a_pipe_that_takes_the_logs_place_later_holds_nobody_up(tmp_path: Path) -> None:
    log = AgentLog()
    assert log.open(tmp_path) is None
    (tmp_path / "agent.log").unlink()
    os.mkfifo(tmp_path / "agent.log")
    log.write(Step.BEGIN, Done.OK)
    # With somebody who reads, and never reads: a full pipe would hold the writer.
    reader = os.open(tmp_path / "agent.log", os.O_RDONLY | os.O_NONBLOCK)
    try:
        for _ in range(2000):
            log.write(Step.BEGIN, Done.OK)
        assert os.read(reader, 1) == b""
    finally:
        os.close(reader)


def test_a_healthy_log_is_no_notice(hosts: Hosts) -> None:
    assert hosts.start().call(Method.HELLO, hosts.hello()).notices == ()


# Greetings


@pytest.mark.parametrize(
    "broken",
    [
        {"trusted_keys": (protocol.KeyParam(id="k", ed25519="zz"),)},
        {"protocol": 0},
        {"state_dir": "\0", "licence_path": "\0"},
    ],
)
def test_a_greeting_that_failed_can_be_repeated(hosts: Hosts, broken: dict[str, object]) -> None:
    agent = hosts.start()
    try:
        agent.call(Method.HELLO, hosts.hello(**broken))
    except RefusedError:
        agent.call(Method.HELLO, hosts.hello())
        agent.call(Method.ESHOP_LOAD, protocol.Nothing())
    with pytest.raises(RefusedError) as again:
        agent.call(Method.HELLO, hosts.hello())
    assert again.value.data.code == ErrorCode.CONFIGURATION.value


def test_a_greeting_that_fails_at_its_last_step_leaves_no_trace(hosts: Hosts, monkeypatch: pytest.MonkeyPatch) -> None:
    """No thread to be had, as on a computer whose limit of processes is reached."""
    service = Service(lambda *_: None, AgentLog())
    with monkeypatch.context() as limits:
        limits.setattr("threading.Thread.start", _no_thread)
        with pytest.raises(RuntimeError):
            service.greet(hosts.hello())
    assert not service.is_greeted
    assert service.greet(hosts.hello()).protocol == protocol.VERSION
    with pytest.raises(RenewalError, match="greeted twice"):
        service.greet(hosts.hello())


def _no_thread(_thread: object) -> None:
    raise RuntimeError("can't start new thread")


# Notes


def forge(program: Program, head: str) -> bool:
    """Write another first line into the note of a start; return whether it keeps the next start silent."""
    rest = program.note.read_text(encoding="utf-8").partition("\n")[2]
    program.note.write_text(f"{head}\n{rest}", encoding="utf-8")
    return program.is_quiet()


@pytest.mark.parametrize(
    "head",
    [
        "0 inf", "-inf inf", "nan nan", "0 nan", "nan inf", "{now} inf", "{now} nan", "{now} 1e308", "0 1e308", "-1e308 1e308",
        "0 9999999999", "{now} {month}", "{ago} {week}", "{ahead} {week}", "inf inf", "{now} 1_0e99", "1e-300 1e300", "{now}",
        "{now} {week} 7", "٠ inf",
    ],
)  # fmt: skip
def test_a_forged_note_keeps_nobody_silent_beyond_the_week(program: Program, head: str) -> None:
    now = pc_clock().timestamp()
    moments = {"now": now, "month": now + 30 * DAY, "week": now + 6.5 * DAY, "ago": now - DAY, "ahead": now + DAY}
    assert not forge(program, head.format(**moments))


def test_no_note_at_all_outlives_a_week(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    """The best that a forger can do: a note of this very moment, good to the last second that is believed."""
    now = pc_clock().timestamp()
    assert forge(program, f"{now} {now + 7 * DAY}")
    monkeypatch.setattr(quiet_note.time, "time", lambda: now + 7 * DAY + 1)
    assert not program.is_quiet()


def test_a_note_that_is_a_link_or_somebody_elses_is_none(program: Program, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    shutil.copy(program.note, kept)
    program.note.unlink()
    program.note.symlink_to(kept)
    assert not program.is_quiet()
    program.note.unlink()
    shutil.copy(kept, program.note)
    assert program.is_quiet()
    if os.geteuid() == 0:
        os.chown(program.note, 65534, 65534)
        assert not program.is_quiet()
    assert (program.state / MARKS).exists()
