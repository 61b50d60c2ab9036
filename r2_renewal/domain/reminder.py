"""The reminder: whether to speak today, the exact words, and when to speak again.

Rules: the vendor's words to the letter; silent until 30 days before the end; then once at each milestone, or at the first start
after it; after the end weekly for a month, then silent; at most one question a user and calendar day; none once renewed, ordered
or enrolled in automatic renewal; no snooze sleeps past the last call; a bogus date in memory heals by being ignored.
"""

from __future__ import annotations

from datetime import date, timedelta
from enum import Enum, StrEnum
from typing import NamedTuple

from r2_renewal.domain.clock import ClockState
from r2_renewal.domain.dates import day_and_month, short_date
from r2_renewal.domain.licence import REMINDER_WINDOW_DAYS, Verdict, VerdictKind
from r2_renewal.domain.program import OwnedProgram


class ReminderPolicy(NamedTuple):
    """When to ask, as data; the defaults are the vendor's.

    Attributes:
        milestones: days before the end on which to ask, the first of them opening the window.
        last_call: days before the end past which no snooze may sleep.
        after_end_every: days between questions after the end.
        after_end_for: days after the end for which to go on asking.
    """

    milestones: tuple[int, ...] = (REMINDER_WINDOW_DAYS, 14, 7, 3, 1, 0)
    last_call: int = 3
    after_end_every: int = 7
    after_end_for: int = 30

    @property
    def window(self) -> int:
        """Days before the end from which the module may speak at all."""
        return min(max(self.milestones, default=0), REMINDER_WINDOW_DAYS)


VENDOR_POLICY = ReminderPolicy()

_QUESTION = (
    "Chcesz teraz zamówić abonament na aktualizację programu, pomoc techniczną oraz pobieranie danych z Internetu "
    "na kolejne 12 miesięcy?"
)


class Answer(Enum):
    """What the user chose."""

    ORDER = "order"
    REMIND_LATER = "remind_later"


class SilenceReason(StrEnum):
    """Why nothing is shown."""

    NOT_DUE = "not_due"
    SNOOZED = "snoozed"
    ASKED_TODAY = "asked_today"
    ORDERED = "ordered"
    ENROLLED = "enrolled"
    LONG_OVER = "long_over"
    NO_SUBSCRIPTION = "no_subscription"
    SWITCHED_OFF = "switched_off"


class Silence(NamedTuple):
    """The decision to show nothing.

    Attributes:
        reason: why.
    """

    reason: SilenceReason


class Prompt(NamedTuple):
    """The decision to ask.

    Attributes:
        program: the program whose subscription ends.
        days_left: calendar days to its last day, negative after it.
        text: the vendor's words.
        remind_on: the day on which „Przypomnij później" speaks again.
    """

    program: OwnedProgram
    days_left: int
    text: str
    remind_on: date


class Question(NamedTuple):
    """The prompt with everything that whoever shows it needs.

    Attributes:
        prompt: what to ask.
        company: the licence's holder.
        day: the calendar day in Warsaw that was judged by.
        clock: what is thought of the PC's clock; a doubt is to be said.
    """

    prompt: Prompt
    company: str
    day: date
    clock: ClockState = ClockState.PLAUSIBLE


class ReminderMemory(NamedTuple):
    """What is remembered of one licence for one user.

    Attributes:
        asked_on: day of the last question; None for never.
        remind_on: day before which the user asked not to be asked; None for no snooze.
        order_open: whether an order for the licence is on its way.
        enrolled: whether the shop last said that the licence renews by itself.
        refreshed_on: day on which the shop was last asked for a newer licence; None for never.
    """

    asked_on: date | None = None
    remind_on: date | None = None
    order_open: bool = False
    enrolled: bool = False
    refreshed_on: date | None = None


def prompt_text(days_left: int, valid_until: date) -> str | None:
    """Return the reminder's words, or None while it is too early for one.

    Args:
        days_left: calendar days to the last day, negative after it.
        valid_until: the subscription's last day.
    """
    if days_left > REMINDER_WINDOW_DAYS:
        return None
    return f"{_first_sentence(days_left, valid_until)} {_QUESTION}"


def _first_sentence(days_left: int, valid_until: date) -> str:
    match days_left:
        case 1:
            return "Abonament kończy się jutro."
        case 0:
            return "Abonament kończy się dzisiaj."
        case -1:
            return "Abonament wygasł wczoraj."
        case _ if days_left > 1:
            return f"Abonament kończy się za {days_left} dni."
        case _:
            return f"Abonament wygasł {-days_left} dni temu ({short_date(valid_until)})."


def next_reminder(today: date, valid_until: date, policy: ReminderPolicy = VENDOR_POLICY) -> date:
    """Return the day on which to speak again after ``today``: the next milestone, or the last call where it comes first.

    Once the last day has come, it is the policy's interval later.
    """
    left = (valid_until - today).days
    ahead = [days for days in (*policy.milestones, policy.last_call) if days < left]
    return valid_until - timedelta(days=max(ahead)) if ahead else today + timedelta(days=policy.after_end_every)


def decide(
    verdict: Verdict, memory: ReminderMemory, today: date, policy: ReminderPolicy = VENDOR_POLICY
) -> Silence | Prompt:
    """Return whether to ask today about the judged licence.

    Args:
        verdict: the judgement on the licence.
        memory: what is remembered of earlier questions.
        today: the calendar date in Warsaw that the verdict was made with.
        policy: when to ask.
    """
    program = verdict.program
    if (
        verdict.kind not in (VerdictKind.EXPIRING, VerdictKind.EXPIRED)
        or program is None
        or program.valid_until is None
    ):
        due = SilenceReason.NOT_DUE if verdict.kind is VerdictKind.VALID else SilenceReason.NO_SUBSCRIPTION
        return Silence(due)
    left = (program.valid_until - today).days
    silence = _reason_to_be_silent(left, memory, today, policy)
    if silence is not None:
        return Silence(silence)
    text = prompt_text(left, program.valid_until) or ""
    return Prompt(program, left, text, next_reminder(today, program.valid_until, policy))


def _reason_to_be_silent(
    left: int, memory: ReminderMemory, today: date, policy: ReminderPolicy
) -> SilenceReason | None:
    if left > policy.window:
        return SilenceReason.NOT_DUE
    if left < -policy.after_end_for:
        return SilenceReason.LONG_OVER
    if memory.order_open:
        return SilenceReason.ORDERED
    if memory.enrolled:
        return SilenceReason.ENROLLED
    if _sleeps(left, memory, today, policy):
        return SilenceReason.SNOOZED
    return SilenceReason.ASKED_TODAY if memory.asked_on == today else None


def _sleeps(left: int, memory: ReminderMemory, today: date, policy: ReminderPolicy) -> bool:
    if memory.remind_on is None or memory.asked_on is None or memory.asked_on > today:
        return False
    longest = next_reminder(memory.asked_on, today + timedelta(days=left), policy)
    return today < memory.remind_on <= longest


def snooze_text(remind_on: date, today: date) -> str:
    """Return „Przypomnę jutro." or „Przypomnę 8 grudnia." for the day of the next question."""
    if remind_on == today + timedelta(days=1):
        return "Przypomnę jutro."
    return f"Przypomnę {day_and_month(remind_on)}."
