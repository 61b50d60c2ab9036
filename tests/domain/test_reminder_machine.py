"""Months of starts, clocks, answers, kills, orders and renewals, several programs at a time over one real memory.

The machine drives what a host drives (the start's check, the claim, the snooze) over a signed licence and a real database, and
knows nothing of how they decide: it only holds what was promised to the user.
"""

from __future__ import annotations

import tempfile
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from r2_renewal.config import Config
from r2_renewal.domain.reminder import VENDOR_POLICY, Question
from r2_renewal.embedding.quiet_note import QuietNote, is_quiet
from r2_renewal.embedding.startup_check import StartupCheck, check
from r2_renewal.policy import Policy
from r2_renewal.settings import settle
from r2_renewal.store import database
from r2_renewal.store.outbox import Outbox
from r2_renewal.store.reminder_memory import claim, note_enrolment, snooze
from tests.embedding.licences import KEYS, LICENCE_ID, write_licence

END = date(2026, 12, 22)
YEAR = timedelta(days=365)
LAST_CALL = timedelta(days=3)
WEEK = timedelta(days=7)
MONTH = timedelta(days=30)
ANSWERS = st.sampled_from(["later", "later", "kill", "leave open"])
MEANWHILE = st.sampled_from(["nothing", "nothing", "nothing", "order", "enrol", "renew"])


class World(RuleBasedStateMachine):
    """What happens around one user's programs that share a licence and a memory, and one more of another licence.

    Attributes:
        day: the true day.
        clock_error: by how much the PC's clock is wrong.
        asked: the days of questions since the clock was last set back.
        ever: the days of all questions.
        others: days on which another licence's program asked since the clock was last set back.
        taken: all days on which it ever did.
        promised: the day before which „Przypomnij później" promised silence.
        open: questions on the screen, unanswered.
    """

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        folder = Path(self._folder.name)
        self._licence, self._state = folder / "R2.lic", folder / "state"
        self._end, self._orders = END, 0
        self._ordered = self._enrolled = False
        self._latest = date.min
        self.clock_error = timedelta(0)
        self.asked: list[date] = []
        self.ever: set[date] = set()
        self.others: set[date] = set()
        self.taken: set[date] = set()
        self.promised = date.min
        self.open: list[Question] = []
        self._bogus = date.min
        write_licence(self._licence, self._end)
        self._config = Config(
            licence_path=self._licence,
            trusted_keys=KEYS,
            state_dir=self._state,
            today=lambda: self.day + self.clock_error,
        )
        self._settings = settle(self._config, Policy())

    def teardown(self) -> None:
        """Forget everything."""
        self._folder.cleanup()

    @initialize(ahead=st.integers(0, 45))
    def begin(self, ahead: int) -> None:
        """Begin some days before the end."""
        self.day = self._end - timedelta(days=ahead)

    # What happens in the world

    @rule(days=st.sampled_from([1, 1, 1, 1, 2, 3, 5, 9, 20]))
    def days_pass(self, days: int) -> None:
        """Let days pass: the PC is off, or merely night falls."""
        self.day += timedelta(days=days)

    @rule(days=st.integers(-45, 45))
    def the_end_comes_near(self, days: int) -> None:
        """Let the time pass until that many days before the end."""
        self.day = max(self.day, self._end - timedelta(days=days))

    @rule(days=st.sampled_from([-400, -20, -3, -1, 1, 3, 20, 400]))
    def clock_goes_wrong(self, days: int) -> None:
        """Set the clock back or ahead."""
        self.clock_error = timedelta(days=days)

    @precondition(lambda self: self.clock_error)
    @rule()
    def clock_is_mended(self) -> None:
        """Set the clock right."""
        self.clock_error = timedelta(0)

    @precondition(lambda self: not self._ordered)
    @rule()
    def order(self) -> None:
        """Confirm an order, in whichever program."""
        self._orders += 1
        Outbox(self._state).confirm(f"key-{self._orders}", LICENCE_ID, "digest", b"frozen")
        self._ordered = True

    @precondition(lambda self: self._ordered)
    @rule(fulfilled=st.booleans())
    def order_ends(self, fulfilled: bool) -> None:
        """Let the shop fulfil the order, or refuse it."""
        outbox, key = Outbox(self._state), f"key-{self._orders}"
        if fulfilled:
            outbox.accept(key, "ord-1", "fulfilled", b"{}")
            self.renew()
            outbox.settle(key)
        else:
            outbox.reject(key, b"{}")
        self._ordered = False

    @rule(luck=st.integers(0, 5))
    def perhaps_renewed(self, luck: int) -> None:
        """Renew now and then: it takes the end a year away, and there is less to be seen."""
        if not luck:
            self.renew()

    def renew(self) -> None:
        """Renew by any route: a newer licence lies on the disk."""
        self._end += YEAR
        write_licence(self._licence, self._end)

    @rule(enrolled=st.booleans())
    def shop_tells(self, enrolled: bool) -> None:
        """Let the shop say whether the licence renews by itself."""
        note_enrolment(self._state, LICENCE_ID, enrolled)
        self._enrolled = enrolled


class Reminders(World):
    """The user's programs in it, and what was promised to the user."""

    @rule(asked=st.integers(-15, 400), sleeps=st.integers(430, 4_000))
    def memory_is_bogus(self, asked: int, sleeps: int) -> None:
        """Let a broken clock or a hand in the database promise years of silence."""
        today = self._judged().day
        self._bogus = today + timedelta(days=asked)
        days = (self._bogus.isoformat(), (today + timedelta(days=sleeps)).isoformat())
        with database.writing(self._state) as connection:
            connection.execute("DELETE FROM reminder WHERE licence_id = ?", (LICENCE_ID,))
            connection.execute(
                "INSERT INTO reminder (licence_id, asked_on, remind_on) VALUES (?, ?, ?)", (LICENCE_ID, *days)
            )
        self.asked, self.promised, self._enrolled = [], date.min, False

    @rule(nights=st.sampled_from([0, 0, 1, 1, 1, 2, 4, 7]), answer=ANSWERS)
    def one_starts(self, nights: int, answer: str) -> None:
        """Start one program, some nights later, and answer its question."""
        self.day += timedelta(days=nights)
        self._start(1, "nothing", answer)

    @rule(programs=st.integers(2, 4), meanwhile=MEANWHILE, answer=ANSWERS)
    def several_start(self, programs: int, meanwhile: str, answer: str) -> None:
        """Start several at once, something happening between their check and their question."""
        self._start(programs, meanwhile, answer)

    @rule()
    def a_program_of_another_licence_asks(self) -> None:
        """Let the same user's other program take the day's question, where nobody has."""
        day = self._judged().day
        if claim(self._state, "lic-2", day):
            assert day not in self.asked
            self.others.add(day)
            self.taken.add(day)

    @rule(answer=ANSWERS)
    def a_week_of_work(self, answer: str) -> None:
        """Start daily through a week."""
        for _ in range(7):
            self._start(1, "nothing", answer)
            self.day += timedelta(days=1)

    @precondition(lambda self: self.open)
    @rule(data=st.data())
    def an_old_question_is_answered(self, data: st.DataObject) -> None:
        """Answer a question that has been on a screen for a while."""
        self._remind_later(self.open.pop(data.draw(st.integers(0, len(self.open) - 1))))
        self._start(1, "nothing", "later")

    def _start(self, programs: int, meanwhile: str, answer: str) -> None:
        due = [True for _ in range(programs) if self._judged().question is not None]
        must = self._must_ask(self._judged().day)
        if meanwhile == "enrol":
            self.shop_tells(True)
        elif meanwhile == "renew":
            self.renew()
        elif meanwhile == "order" and not self._ordered:
            self.order()
        must = must and self._must_ask(self._judged().day)
        # Each judges before any claims: the closest race that there can be.
        judged = [question for _ in due if (question := self._judged().question) is not None]
        questions = [question for question in judged if claim(self._state, LICENCE_ID, question.day)]
        assert len(questions) <= 1
        assert questions or not must
        for question in questions:
            self._take(question, answer)

    def _judged(self) -> StartupCheck:
        was_quiet, note = is_quiet(self._config), QuietNote(self._config, self._settings)
        outcome = check(self._settings, self.day + self.clock_error)
        # A start that a note keeps silent would not have looked at all.
        assert not (was_quiet and (outcome.question or outcome.unsettled or outcome.refresh_due))
        note.keep(outcome)
        if outcome.day < self._latest:
            # The clock was set back: the days that it showed in between are no days.
            self.asked, self.others, self.promised = [], set(), date.min
        self._latest = outcome.day
        return outcome

    def _take(self, question: Question, answer: str) -> None:
        day, left = question.day, self._end - question.day
        assert not self._ordered
        assert not self._enrolled
        assert -MONTH <= left <= MONTH
        assert day not in self.asked
        assert day not in self.others
        assert day >= self.promised
        assert question.prompt.days_left == left.days
        assert not (day < self._end - LAST_CALL < question.prompt.remind_on)
        self.asked.append(day)
        self.ever.add(day)
        self.promised = date.min
        if answer == "later":
            self._remind_later(question)
        elif answer == "leave open":
            self.open.append(question)

    def _remind_later(self, question: Question) -> None:
        snooze(self._state, LICENCE_ID, question.day, question.prompt.remind_on)
        if self.asked and question.day == self.asked[-1]:
            self.promised = question.prompt.remind_on

    def _must_ask(self, day: date) -> bool:
        """Whether the user was promised a question on this day, at the first start on it."""
        left = self._end - day
        if day in self.taken:
            return False
        if self._ordered or self._enrolled or not -MONTH <= left <= MONTH or day in self.ever or day == self._bogus:
            return False
        if left.days in VENDOR_POLICY.milestones:
            return True
        if left > LAST_CALL:
            return not any(day - MONTH < asked < day for asked in self.ever)
        since = self._end - LAST_CALL if left >= timedelta(0) else day - WEEK + timedelta(days=1)
        return not any(since <= asked < day for asked in self.ever)


@pytest.mark.timeout(3600)
def test_what_was_promised_to_the_user_holds_through_months(long_mode: bool) -> None:
    run_state_machine_as_test(
        Reminders,
        settings=settings(
            max_examples=4_000 if long_mode else 60,
            stateful_step_count=60,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
