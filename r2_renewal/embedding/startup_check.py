"""The check at the host's start: read the licence, doubt the clock, remember, decide. No socket, no process, no window."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from r2_renewal.domain.clock import ClockMarks, ClockState, moment_on, read_clock
from r2_renewal.domain.dates import warsaw_date
from r2_renewal.domain.errors import ErrorCode
from r2_renewal.domain.licence import Verdict, VerdictKind
from r2_renewal.domain.reminder import Prompt, Question, ReminderMemory, Silence, SilenceReason, decide

if TYPE_CHECKING:
    from datetime import date, datetime

    from r2_renewal.licensing.choice import Choice
    from r2_renewal.settings import Settings

_USABLE = (VerdictKind.VALID, VerdictKind.EXPIRING)
_IN_WINDOW = (VerdictKind.EXPIRING, VerdictKind.EXPIRED)


class StartupCheck(NamedTuple):
    """The outcome of one check.

    Attributes:
        verdict: the judgement on the best licence of all places.
        decision: whether to ask.
        day: the calendar day in Warsaw that was judged by.
        clock: what is thought of the PC's clock.
        unsettled: whether an order of an earlier run still waits for its end.
        refresh_due: whether the shop should be asked for a newer licence: inside the window or with an aged file, once a day.
        code: LIBRARY_BROKEN where no licence can be verified, STATE_FOLDER where nothing can be remembered beyond this process;
            None otherwise.
    """

    verdict: Verdict
    decision: Prompt | Silence
    day: date
    clock: ClockState
    unsettled: bool
    refresh_due: bool
    code: ErrorCode | None = None

    @property
    def question(self) -> Question | None:
        """What to ask; None where the decision is silence."""
        if not isinstance(self.decision, Prompt):
            return None
        holder = self.verdict.licence.company if self.verdict.licence is not None else ""
        return Question(self.decision, holder, self.day, self.clock)


def check(settings: Settings, today: date) -> StartupCheck:
    """Judge the licence for a calendar day in Warsaw and decide whether to ask.

    A clock set back gains nothing: the day is never before what a signature or the shop has proved.
    """
    from r2_renewal.licensing.choice import choose
    from r2_renewal.private_files import refusal_of
    from r2_renewal.store.clock_marks import ClockMarkFile
    from r2_renewal.store.unsettled import has_unsettled

    now = settings.clock()
    marks_file = ClockMarkFile(settings.state_dir)
    marks = marks_file.read()
    reading = read_clock(moment_on(today, now), marks)
    day = warsaw_date(reading.moment)
    choice = choose(
        settings.licence_places, settings.trusted_keys, settings.product_code, reading.moment, settings.licence_key
    )
    _log(choice)
    verdict = choice.best.verdict
    marks_file.write(_marks_after(marks, verdict, now), marks)
    memory = _memory(settings, verdict)
    decision = decide(verdict, memory, day, settings.reminder_policy)
    if isinstance(decision, Prompt) and not settings.reminders_enabled:
        decision = Silence(SilenceReason.SWITCHED_OFF)
    refresh_due = _asks_the_shop(verdict) and memory.refreshed_on != day and not settings.offline_only
    unsettled = has_unsettled(settings.state_dir)
    broken = verdict.code if verdict.code is ErrorCode.LIBRARY_BROKEN else None
    code = broken or refusal_of(settings.state_dir)
    return StartupCheck(verdict, decision, day, reading.state, unsettled, refresh_due, code)


def _log(choice: Choice) -> None:
    """Note what lies here and is not used; a start without any does not load the log."""
    foreign = sum(other.foreign for other in choice.others)
    faults = choice.best.verdict.licence.faults if choice.best.verdict.licence is not None else ()
    if not (foreign or faults):
        return
    import logging

    log = logging.getLogger("r2_renewal")
    if foreign:
        log.info("renewal module: %d licence files of other customers are not used", foreign)
    for fault in faults:
        log.info("renewal module: a program of the licence file is left out, %s", fault)


def _marks_after(marks: ClockMarks, verdict: Verdict, now: datetime) -> ClockMarks:
    ran = marks.after_run(now)
    if verdict.licence is None or verdict.kind not in _USABLE:
        return ran
    return ran.after_licence(verdict.licence.issued)


def _asks_the_shop(verdict: Verdict) -> bool:
    """Return whether the shop may have something newer: near the subscription's end, and where the file itself has aged."""
    return verdict.kind in _IN_WINDOW or (verdict.kind is VerdictKind.VALID and verdict.is_file_aged)


def _memory(settings: Settings, verdict: Verdict) -> ReminderMemory:
    if not _asks_the_shop(verdict) or verdict.program is None:
        return ReminderMemory()
    from r2_renewal.store.reminder_memory import recall

    return recall(settings.state_dir, verdict.program.licence_id)
