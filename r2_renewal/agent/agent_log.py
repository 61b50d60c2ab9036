"""The agent's log: one JSON line for each thing done, made of a whitelist, so that no secret can slip in.

Rules: a line holds the time, the process, a name from our own enumerations, an outcome from them and milliseconds; never a
parameter, an answer, a message of a library, an address or a name, nor anything that came over the network. An unforeseen failure
adds its type, where that is a class of the code that runs, and the place in our code. What is not on the list is written as
``unlisted``. The log has a size, however many agents write it.
"""

from __future__ import annotations

import json
import os
import threading
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from types import TracebackType

from r2_renewal.agent.clock import Clock, pc_clock
from r2_renewal.agent.protocol import Event, Method
from r2_renewal.domain.errors import ErrorCode, RenewalError
from r2_renewal.domain.order import OrderState
from r2_renewal.library_log import UNLISTED, kind_of
from r2_renewal.private_files import open_private, private_folder

FILE_NAME = "agent.log"
LARGEST_BYTES = 512 * 1024
KEPT_FILES = 2

_APPEND = os.O_CREAT | os.O_WRONLY | os.O_APPEND
_ROTATION_PATIENCE_SECONDS = 0.2


class Step(StrEnum):
    """What the agent does without being called."""

    BEGIN = "begin"
    SERVE = "serve"
    OUTBOX = "outbox"
    SETTLING = "settling"
    ORDER_RESEND = "order.resend"
    ORDER_POLL = "order.poll"
    LICENCE_INSTALL = "licence.install"
    VAULT_READ = "vault.read"
    VAULT_KEEP = "vault.keep"
    VAULT_REMOVE = "vault.remove"
    SESSION_END = "session.end"
    LIBRARY = "library"


class Done(StrEnum):
    """The good outcome."""

    OK = "ok"


What = Method | Event | Step
Outcome = ErrorCode | OrderState | Done


class AgentLog:
    """The log of one agent process; without a folder, or without room in it, nothing is written and nothing fails."""

    def __init__(self, clock: Clock = pc_clock) -> None:
        self._clock = clock
        self._path: Path | None = None
        self._lock = threading.Lock()

    def open(self, state_dir: Path) -> ErrorCode | None:
        """Begin to write into the state folder; return why there is no log, None where there is one."""
        path = state_dir / FILE_NAME
        try:
            private_folder(state_dir)
            # Not only the folder: what lies under the log's name may be a pipe, a device, a link or somebody else's file.
            os.close(open_private(path, _APPEND))
        except RenewalError as error:
            return error.code
        except (OSError, ValueError):
            return ErrorCode.LOG_UNUSABLE
        self._path = path
        return None

    def write(self, what: What, outcome: Outcome, seconds: float | None = None) -> None:
        """Write a line.

        Args:
            what: a method, event or step.
            outcome: what became of it.
            seconds: how long it took, where that is known.
        """
        self._add(what, outcome.value if isinstance(outcome, Outcome) else UNLISTED, seconds)

    def write_unforeseen(self, what: What, error: BaseException) -> None:
        """Write a failure that our code did not foresee: its type and the innermost place in this package."""
        self._add(what, f"{kind_of(type(error))}:{_place(error.__traceback__)}", None)

    def write_library(self, library: str, kind: str) -> None:
        """Write that a library complained; both names come from ``library_log``, which lists what they may be."""
        self._add(Step.LIBRARY, f"{library}:{kind}", None)

    def _add(self, what: What, outcome: str, seconds: float | None) -> None:
        if self._path is None:
            return
        fields = {
            "at": self._clock().isoformat(timespec="milliseconds"),
            "pid": os.getpid(),
            "what": what.value if isinstance(what, What) else UNLISTED,
            "outcome": outcome,
        }
        if seconds is not None:
            fields["ms"] = round(seconds * 1000)
        line = json.dumps(fields).encode() + b"\n"
        with self._lock, suppress(OSError, RenewalError):
            if _append(self._path, line) > LARGEST_BYTES:
                _rotate(self._path)


def _append(path: Path, line: bytes) -> int:
    """Add a line in one write, so that lines of several agents never mix; return the file's size."""
    # Opened for the one line: Windows cannot rename a file that anybody holds open.
    descriptor = open_private(path, _APPEND)
    try:
        size = os.fstat(descriptor).st_size
        # Where nobody could rotate it for long, the log stops rather than grow.
        if size <= 2 * LARGEST_BYTES:
            os.write(descriptor, line)
        return size + len(line)
    finally:
        os.close(descriptor)


def _rotate(path: Path) -> None:
    """Set the full file aside, unless another agent has; the oldest goes. An agent that is too late or may not leaves it."""
    from r2_renewal.licensing.atomic_file import exclusive

    with suppress(RenewalError), exclusive(path, _ROTATION_PATIENCE_SECONDS):
        if path.stat().st_size <= LARGEST_BYTES:
            return
        names = [path, *(path.with_name(f"{path.name}.{number}") for number in range(1, KEPT_FILES + 1))]
        for older, newer in zip(reversed(names), reversed(names[:-1]), strict=False):
            with suppress(FileNotFoundError):
                newer.replace(older)


def _place(traceback: TracebackType | None) -> str:
    place = "elsewhere"
    while traceback is not None:
        path = Path(traceback.tb_frame.f_code.co_filename)
        if "r2_renewal" in path.parts:
            place = f"{path.stem}:{traceback.tb_lineno}"
        traceback = traceback.tb_next
    return place
