"""A note of the last check that nothing is to be said before a certain day: most starts read it, and look no further.

Rules: no verdict comes from the note; whoever asks the module for its state gets one from the licence itself, verified. All that
the note can do is to keep the reminder silent, and it lies where the memory of questions lies, which could do the same: so it
needs no signature. It is good for a week at most, so that the marks of the clock stay young; only within the days that it names;
only while every file that the check looked at is the very same; and for no clock that went back since. Reading it costs a
handful of ``stat`` calls, and nothing else of ours is loaded.
"""

from __future__ import annotations

import os
import stat
import time
import zlib
from typing import TYPE_CHECKING

from r2_renewal.state_place import default_state_dir
from r2_renewal.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from pathlib import Path

    from r2_renewal.config import Config
    from r2_renewal.embedding.startup_check import StartupCheck
    from r2_renewal.settings import Settings

FILE_NAME = "quiet-until"
GOOD_FOR_SECONDS = 7 * 24 * 3600.0
CLOCK_TOLERANCE_SECONDS = 300.0
MAX_BYTES = 16 * 1024


def is_quiet(config: Config) -> bool:
    """Return whether the note says that this start has nothing to say. Never raises."""
    try:
        folder = config.state_dir or default_state_dir()
        head, days, host, *files = _read(os.path.join(folder, note_name(config))).splitlines()  # noqa: PTH118
        written, until = map(float, head.split())
        # The writer keeps to the week; whoever forges a note need not.
        if host != _host(config) or not until - written <= GOOD_FOR_SECONDS:
            return False
        if not written - CLOCK_TOLERANCE_SECONDS <= _seconds(config) < until:
            return False
        if config.today is not None:
            first, end = days.split()
            if not first <= config.today().isoformat() < end:
                return False
        return all(_stamp(path) == stamp for stamp, _, path in (line.partition("\t") for line in files))
    except Exception:
        # No note, a broken one, a host that cannot tell the day: the whole check meets that in its own way.
        return False


def note_name(config: Config) -> str:
    """Return the name of a host's note: programs with licences of their own may share a folder."""
    return f"{FILE_NAME}-{zlib.crc32(os.fsencode(config.licence_path)):08x}"


class QuietNote:
    """The note of one check: made before it looks at any file, kept after it where there was nothing to say."""

    def __init__(self, config: Config, settings: Settings) -> None:
        self._config = config
        self._host = _host(config)
        self._name = note_name(config)
        self._folder = settings.state_dir
        self._is_offline = settings.offline_only
        self._files = {str(path): _stamp(path) for path in _looked_at(config, settings)}

    def keep(self, outcome: StartupCheck) -> None:
        """Write the note down where the outcome allows one, there is none that still holds, and the folder takes it."""
        from r2_renewal.domain.clock import ClockState
        from r2_renewal.domain.licence import VerdictKind

        if (
            outcome.verdict.kind is VerdictKind.VALID
            and outcome.clock is ClockState.PLAUSIBLE
            and not (outcome.unsettled or outcome.refresh_due)
            and not is_quiet(self._config)
        ):
            self._write(self._text(outcome))

    def _text(self, outcome: StartupCheck) -> str:
        from datetime import datetime
        from datetime import time as clock_time

        from r2_renewal.domain.dates import warsaw
        from r2_renewal.store.clock_marks import FILE_NAME as MARKS

        wakes = min(_window_opens(outcome), self._file_wants_fetching(outcome))
        opens = datetime.combine(wakes, clock_time(0), warsaw()).timestamp()
        # The check itself writes the marks of the clock, so they are looked at after it.
        marks = str(self._folder / MARKS)
        files = {**self._files, marks: _stamp(marks)}
        now = _seconds(self._config)
        lines = [f"{now} {min(opens, now + GOOD_FOR_SECONDS)}", f"{outcome.day} {wakes}", self._host]
        return "\n".join([*lines, *(f"{stamp}\t{path}" for path, stamp in files.items())])

    def _file_wants_fetching(self, outcome: StartupCheck) -> date:
        """Return the day from which the file may be fetched anew: tomorrow for an aged one, which is asked for once a day."""
        from datetime import date, timedelta

        from r2_renewal.domain.dates import warsaw_date

        licence = outcome.verdict.licence
        if self._is_offline or licence is None or licence.file_expiry is None:
            return date.max
        return max(outcome.day + timedelta(days=1), warsaw_date(licence.file_expiry))

    def _write(self, text: str) -> None:
        from r2_renewal.domain.errors import RenewalError
        from r2_renewal.private_files import replace_private

        try:
            content = text.encode("utf-8")
            if len(content) > MAX_BYTES:  # half of it would be read, and be no note
                return
            replace_private(self._folder / self._name, content)
        except (OSError, ValueError, RenewalError):
            # A folder that takes no note costs its starts what a first start costs.
            return


def _window_opens(outcome: StartupCheck) -> date:
    """Return the first day of the widest window that any policy can open; the day itself is no longer quiet."""
    from datetime import timedelta

    from r2_renewal.domain.licence import REMINDER_WINDOW_DAYS

    left = outcome.verdict.days_left
    # Nobody is ever asked about a perpetual licence: the note is good for its week and a day of another clock.
    ahead = 8 if left is None else left - REMINDER_WINDOW_DAYS
    return outcome.day + timedelta(days=ahead)


def _read(path: str) -> str:
    # What lies there may be a pipe, a link or somebody else's: as ``private_files`` reads, without loading it for a silent start.
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0))
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or (os.name == "posix" and status.st_uid != os.geteuid()):
            raise OSError("not a note of this user's")
        return os.read(descriptor, MAX_BYTES).decode("utf-8")
    finally:
        os.close(descriptor)


def _seconds(config: Config) -> float:
    # Not the module's own clock: a silent start would load one more file for it.
    return time.time() if config.clock is None else config.clock().timestamp()


def _host(config: Config) -> str:
    """Return what of the host's configuration decides between silence and a question, on one line."""
    # Of the licence key only whether there is one: neither it nor anything made of it may lie in a file.
    has_key = bool(config.licence_key)
    return ascii((VERSION, str(config.licence_path), config.product_code, config.trusted_keys, has_key))


def _looked_at(config: Config, settings: Settings) -> Iterable[Path | str]:
    from r2_renewal.resources import resource
    from r2_renewal.store.database import FILE_NAME as DATABASE

    yield from settings.licence_places
    yield settings.state_dir / DATABASE
    yield resource("vendor.toml")
    if isinstance(config.trusted_keys, str | os.PathLike):
        yield config.trusted_keys


def _stamp(path: Path | str) -> str:
    """Return what tells a file from one that took its place or was written since; the same for every missing one."""
    try:
        status = os.stat(path)  # noqa: PTH116 - as light as can be
    except OSError:
        return "-"
    return f"{status.st_size} {status.st_mtime_ns} {status.st_ctime_ns} {status.st_ino}"
