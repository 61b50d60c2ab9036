"""Where libraries' warnings and log records end in a process of ours: in a log of our own, without a word of theirs.

Why: what a library complains of may quote what it was given: fpdf2 names the letters of a customer that a font lacks, urllib3 the
address that it asks. In a host's process nothing of this is touched: its log and its warnings are its own.

Rules: a line holds the time, the process, the name of a library where it is one that is loaded, and the kind of complaint: a
class or a level; each kind once a process. Threads and destructors that fail are complaints too: none of it reaches stderr.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import threading
import warnings
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from r2_renewal.clock import pc_clock
from r2_renewal.domain.errors import RenewalError
from r2_renewal.private_files import open_private, require_own_folder

FILE_NAME = "libraries.log"
LARGEST_BYTES = 512 * 1024
UNLISTED, PYTHON = "unlisted", "python"
OURS = "r2_renewal"

Sink = Callable[[str, str], None]


class LibraryLog(logging.Handler):
    """Hands what libraries complain of to a log, once a library and kind."""

    def __init__(self, sink: Sink) -> None:
        """Name the log.

        Args:
            sink: takes a library's name and the kind of complaint.
        """
        super().__init__(logging.WARNING)
        self._sink = sink
        self._told: set[tuple[str, str]] = set()

    def emit(self, record: logging.LogRecord) -> None:
        """Take a log record, of which only who and how grave is written."""
        level = logging.getLevelName(record.levelno)
        self.tell(_loaded(record.name), level if level in logging.getLevelNamesMapping() else UNLISTED)

    def tell(self, library: str, kind: str) -> None:
        """Write a complaint; whatever hinders that is none itself."""
        if (library, kind) not in self._told:
            self._told.add((library, kind))
            with suppress(Exception):
                self._sink(library, kind)

    def warn(
        self,
        message: Warning | str,  # noqa: ARG002
        category: type[Warning],
        filename: str,
        lineno: int,  # noqa: ARG002
        file: object = None,  # noqa: ARG002
        line: str | None = None,  # noqa: ARG002
    ) -> None:
        """Take a warning, as ``warnings.showwarning``."""
        self.tell(_library_of(filename), kind_of(category))

    def fail(self, kind: type[BaseException] | None, traceback: TracebackType | None) -> None:
        """Take an exception that nobody caught, by the file in which it was raised."""
        while traceback is not None and traceback.tb_next is not None:
            traceback = traceback.tb_next
        where = traceback.tb_frame.f_code.co_filename if traceback is not None else ""
        self.tell(_library_of(where), kind_of(kind) if kind is not None else UNLISTED)


def end_libraries_in(sink: Sink) -> None:
    """Let this process's libraries end in a log of ours; only for a process that is ours alone.

    Our own records go on to stderr as before: they hold codes and names of classes.
    """
    log = LibraryLog(sink)
    logging.raiseExceptions = False
    root, ours = logging.getLogger(), logging.getLogger(OURS)
    root.handlers = [log]
    if logging.lastResort is not None and not ours.handlers:
        ours.addHandler(logging.lastResort)
    ours.propagate = False
    warnings.showwarning = log.warn
    threading.excepthook = lambda failed: log.fail(failed.exc_type, failed.exc_traceback)
    sys.unraisablehook = lambda failed: log.fail(failed.exc_type, failed.exc_traceback)


def file_in(folder: Path) -> Sink:
    """Return a log file in a folder that exists and is this user's own; elsewhere nothing is written.

    Args:
        folder: the folder of state of whoever runs; never made here.
    """

    def write(library: str, kind: str) -> None:
        if not folder.is_dir():
            return
        require_own_folder(folder)
        fields = {"at": pc_clock().isoformat(timespec="milliseconds"), "pid": os.getpid()}
        line = json.dumps({**fields, "library": library, "kind": kind}).encode() + b"\n"
        descriptor = open_private(folder / FILE_NAME, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        try:
            if os.fstat(descriptor).st_size <= LARGEST_BYTES:
                os.write(descriptor, line)
        finally:
            os.close(descriptor)

    def write_if_possible(library: str, kind: str) -> None:
        with suppress(OSError, RenewalError):
            write(library, kind)

    return write_if_possible


def nowhere(_library: str, _kind: str) -> None:
    """Write nothing."""


def _loaded(logger: str) -> str:
    """Return the package that a logger is named after; a name that is no loaded package's could carry anything."""
    top = logger.partition(".")[0]
    return top if top in sys.modules else UNLISTED


def _library_of(filename: str) -> str:
    parts = Path(filename).parts
    for place in ("site-packages", "dist-packages"):
        if place in parts[:-1]:
            return _loaded(Path(parts[parts.index(place) + 1]).stem)
    if OURS in parts:
        return OURS
    return PYTHON if filename.startswith((sys.base_prefix, "<frozen")) else UNLISTED


def kind_of(kind: type[BaseException]) -> str:
    """Return a class's name; ``unlisted`` for one that was made at run time, whose name could carry anything."""
    module = sys.modules.get(str(getattr(kind, "__module__", "")))
    return kind.__name__ if getattr(module, kind.__name__, None) is kind else UNLISTED
