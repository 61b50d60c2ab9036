"""The agent's log: what stands in it is on a list, whatever it is given; it has a size, however many agents write it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r2_renewal.agent import agent_log
from r2_renewal.agent.agent_log import FILE_NAME, KEPT_FILES, LARGEST_BYTES, UNLISTED, AgentLog, Done, Step
from r2_renewal.agent.protocol import Event, Method
from r2_renewal.domain.errors import ErrorCode, RenewalError
from r2_renewal.domain.order import OrderState

NAMES = {member.value for kind in (Method, Event, Step) for member in kind}
OUTCOMES = {member.value for kind in (ErrorCode, OrderState, Done) for member in kind}
UNFORESEEN = re.compile(r"(RuntimeError|ValueError|RenewalError|JSONDecodeError|unlisted):(elsewhere|[a-z_]+:\d+)")
SECRETS = ("5262831503", "anna@klosowska.example", "tok-3f9c2a71-very-secret", "Bearer", "Łucja", "haslo123", "R2-X99")
FIELDS = [{"at", "pid", "what", "outcome"}, {"at", "pid", "what", "outcome", "ms"}]


def opened(folder: Path) -> AgentLog:
    log = AgentLog()
    log.open(folder)
    return log


def lines_of(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / FILE_NAME).read_bytes().decode("ascii").splitlines()]


def is_listed(line: dict[str, Any]) -> bool:
    outcome = line["outcome"]
    return (
        set(line) in FIELDS
        and line["what"] in NAMES | {UNLISTED}
        and (outcome in OUTCOMES | {UNLISTED} or UNFORESEEN.fullmatch(outcome) is not None)
        and line["pid"] == os.getpid()
    )


anything = st.one_of(
    st.sampled_from(SECRETS),
    st.text(),
    st.binary(),
    st.integers(),
    st.none(),
    st.sampled_from([*Method, *Event, *Step, *ErrorCode, *OrderState, *Done]),
)


@given(things=st.lists(st.tuples(anything, anything, st.none() | st.floats(0, 10**6)), min_size=1, max_size=20))
def test_whatever_is_given_only_listed_words_are_written(things: list[tuple[Any, Any, float | None]]) -> None:
    with TemporaryDirectory() as place:
        log = opened(Path(place))
        for what, outcome, seconds in things:
            log.write(what, outcome, seconds)
        written = lines_of(Path(place))
    assert len(written) == len(things)
    assert all(map(is_listed, written))


@given(text=st.text(max_size=60), name=st.sampled_from([*SECRETS, "A\nB", 'x", "pid": 1']), invented=st.booleans())
def test_an_unforeseen_failure_tells_its_type_and_place_and_no_word_more(text: str, name: str, invented: bool) -> None:
    kind = type(name, (RuntimeError,), {}) if invented else RuntimeError
    with TemporaryDirectory() as place:
        try:
            raise kind(text, *SECRETS)
        except RuntimeError as error:
            opened(Path(place)).write_unforeseen(Step.SERVE, error)
        [line] = lines_of(Path(place))
    assert is_listed(line)
    assert line["outcome"].partition(":")[0] == (UNLISTED if invented else "RuntimeError")


def test_the_place_is_the_innermost_one_of_our_own_code(tmp_path: Path) -> None:
    from r2_renewal.agent import strict_json
    from r2_renewal.contract.structs import SessionBody

    try:
        strict_json.decode(b"nothing of the kind", SessionBody)
    except RenewalError as error:
        opened(tmp_path).write_unforeseen(Method.ESHOP_LOAD, error)
    [line] = lines_of(tmp_path)
    assert re.fullmatch(r"RenewalError:strict_json:\d+", line["outcome"])


@pytest.mark.parametrize("kind", [Method, Event, Step])
def test_every_name_of_ours_is_written_as_it_is(tmp_path: Path, kind: type[Any]) -> None:
    log = opened(tmp_path)
    for member in kind:
        log.write(member, Done.OK, 0.0123)
    assert [(line["what"], line["outcome"], line["ms"]) for line in lines_of(tmp_path)] == [
        (member.value, "ok", 12) for member in kind
    ]


# Its size


def test_a_full_log_is_set_aside_and_the_oldest_goes(tmp_path: Path) -> None:
    log = opened(tmp_path)
    for number in range(KEPT_FILES + 2):
        (tmp_path / FILE_NAME).write_bytes(b"%d" % number * (LARGEST_BYTES + 1))
        log.write(Step.BEGIN, Done.OK)
        assert not (tmp_path / FILE_NAME).exists()
    kept = sorted(path.name for path in tmp_path.iterdir() if not path.name.startswith("."))
    assert kept == [f"{FILE_NAME}.{number}" for number in range(1, KEPT_FILES + 1)]
    assert [(tmp_path / name).read_bytes()[:1] for name in kept] == [b"3", b"2"]
    log.write(Step.BEGIN, Done.OK)
    assert len(lines_of(tmp_path)) == 1
    assert all(path.stat().st_mode & 0o077 == 0 for path in tmp_path.glob("agent.log"))


def test_an_agent_that_comes_too_late_sets_nothing_aside(tmp_path: Path) -> None:
    """It saw the full file, and while it waited for the lock another agent has rotated."""
    (tmp_path / f"{FILE_NAME}.1").write_bytes(b"just set aside")
    opened(tmp_path).write(Step.BEGIN, Done.OK)
    agent_log._rotate(tmp_path / FILE_NAME)
    assert len(lines_of(tmp_path)) == 1
    assert (tmp_path / f"{FILE_NAME}.1").read_bytes() == b"just set aside"


WRITER = """
import sys
from pathlib import Path
from r2_renewal.agent import agent_log
agent_log.LARGEST_BYTES = 20_000
log = agent_log.AgentLog()
log.open(Path(sys.argv[1]))
for number in range(int(sys.argv[2])):
    log.write(agent_log.Step.SETTLING, agent_log.Done.OK, number / 1000)
"""


def test_several_agents_write_one_log_and_no_line_is_lost_or_mixed(tmp_path: Path) -> None:
    """The last files, full and whole: rotated by whoever came first, each line in one piece, each writer's in order."""
    command = [sys.executable, "-c", WRITER, str(tmp_path), "1000"]
    writers = [subprocess.Popen(command, stderr=subprocess.PIPE) for _ in range(3)]
    assert [writer.communicate(timeout=120)[1] for writer in writers] == [b"", b"", b""]
    paths = [tmp_path / f"{FILE_NAME}.2", tmp_path / f"{FILE_NAME}.1", tmp_path / FILE_NAME]
    files = [path.read_bytes() for path in paths if path.exists()]
    assert len(files) >= 2
    assert {path.name for path in tmp_path.iterdir()} <= {path.name for path in paths} | {f".{FILE_NAME}.lock"}
    # A writer that could not take the lock in time leaves the rotation to the next line.
    assert all(len(content) <= 2 * 20_000 + 200 for content in files)
    told: dict[int, list[int]] = {}
    for line in map(json.loads, b"".join(files).splitlines()):
        told.setdefault(line["pid"], []).append(line["ms"])
    for numbers in told.values():
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def test_no_line_of_several_agents_is_lost(tmp_path: Path) -> None:
    """Below the size at which it is set aside, every line of every writer is there."""
    command = [sys.executable, "-c", WRITER.replace("20_000", "1_000_000"), str(tmp_path), "400"]
    writers = [subprocess.Popen(command, stderr=subprocess.PIPE) for _ in range(3)]
    assert [writer.communicate(timeout=120)[1] for writer in writers] == [b"", b"", b""]
    assert sorted(line["ms"] for line in lines_of(tmp_path)) == sorted(list(range(400)) * 3)


def test_a_log_that_nobody_can_rotate_stops(tmp_path: Path) -> None:
    (tmp_path / f".{FILE_NAME}.lock").mkdir()
    (tmp_path / FILE_NAME).write_bytes(b"x" * (2 * LARGEST_BYTES + 1))
    opened(tmp_path).write(Step.BEGIN, Done.OK)
    assert (tmp_path / FILE_NAME).stat().st_size == 2 * LARGEST_BYTES + 1


def test_without_a_folder_or_room_nothing_is_written_and_nothing_fails(tmp_path: Path) -> None:
    AgentLog().write(Step.BEGIN, Done.OK)
    (tmp_path / "file").touch()
    opened(tmp_path / "file" / "below").write(Step.BEGIN, Done.OK)
    (tmp_path / FILE_NAME).mkdir()
    opened(tmp_path).write(Step.BEGIN, Done.OK)
    full = tmp_path / "full"
    full.mkdir()
    (full / FILE_NAME).symlink_to("/dev/full")  # a link is not followed: nobody leads the log elsewhere
    opened(full).write(Step.BEGIN, Done.OK)
    assert agent_log.FILE_NAME == "agent.log"
