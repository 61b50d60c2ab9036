"""The agent's log: one line for each thing done, made of a whitelist, so that no secret can slip in.

Rule: a line holds the time, the process, a name from our own enumerations, an outcome code and milliseconds; never a
parameter, an answer, a message of a library, an address or a name. An unforeseen failure adds its type and the place in our
code.
"""

from __future__ import annotations

import logging
import os
import re
import time
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType

FILE_NAME = "agent.log"
LARGEST_BYTES = 512 * 1024
KEPT_FILES = 2

_OWNER_ONLY = 0o600
_PLAIN = re.compile(r"[A-Za-z0-9_.:-]{1,80}")


class _PrivateFile(RotatingFileHandler):
    def _open(self) -> TextIOWrapper:
        flags = os.O_CREAT | os.O_WRONLY | os.O_APPEND | getattr(os, "O_BINARY", 0)
        descriptor = os.open(self.baseFilename, flags, _OWNER_ONLY)
        return os.fdopen(descriptor, "a", encoding="utf-8")


class AgentLog:
    """The log of one agent process; without a folder, or without room in it, nothing is written and nothing fails."""

    def __init__(self) -> None:
        # Two agents may rotate one file; on Windows one of them cannot, and that is no reason to speak on stderr.
        logging.raiseExceptions = False
        self._logger = logging.Logger("r2_renewal.agent", logging.INFO)

    def open(self, state_dir: Path) -> None:
        """Begin to write into the state folder."""
        try:
            state_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
            handler = _PrivateFile(state_dir / FILE_NAME, maxBytes=LARGEST_BYTES, backupCount=KEPT_FILES)
        except OSError:
            return
        formatter = logging.Formatter("%(asctime)sZ %(process)d %(message)s", "%Y-%m-%dT%H:%M:%S")
        formatter.converter = time.gmtime
        handler.setFormatter(formatter)
        self._logger.addHandler(handler)

    def write(self, what: str, outcome: str, seconds: float | None = None) -> None:
        """Write a line.

        Args:
            what: the name of a method, event or step.
            outcome: ``ok``, an error code, or a name of our own.
            seconds: how long it took, where that is known.
        """
        took = "" if seconds is None else f" {seconds * 1000:.0f} ms"
        self._logger.info("%s %s%s", _plain(what), _plain(outcome), took)

    def write_unforeseen(self, what: str, error: BaseException) -> None:
        """Write a failure that our code did not foresee: its type and the innermost place in this package."""
        self.write(what, f"{type(error).__name__}:{_place(error.__traceback__)}")


def _plain(text: str) -> str:
    return text if _PLAIN.fullmatch(text) else "unprintable"


def _place(traceback: TracebackType | None) -> str:
    place = "elsewhere"
    while traceback is not None:
        path = Path(traceback.tb_frame.f_code.co_filename)
        if "r2_renewal" in path.parts:
            place = f"{path.stem}:{traceback.tb_lineno}"
        traceback = traceback.tb_next
    return place
