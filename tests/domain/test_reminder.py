"""The reminder: exact words for every day, and when it stays silent."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r2_renewal.domain.licence import Licence, Verdict, VerdictKind
from r2_renewal.domain.reminder import (
    Prompt,
    ReminderMemory,
    Silence,
    SilenceReason,
    decide,
    next_reminder,
    prompt_text,
    snooze_text,
)
from tests.samples import PROGRAM, program

END = date(2026, 12, 22)
QUESTION = (
    " Chcesz teraz zamówić abonament na aktualizację programu, pomoc techniczną oraz pobieranie danych z Internetu na kolejne "
    "12 miesięcy?"
)


def verdict_on(today: date, kind: VerdictKind | None = None) -> Verdict:
    left = (END - today).days
    judged = kind or (VerdictKind.EXPIRED if left < 0 else VerdictKind.EXPIRING if left <= 30 else VerdictKind.VALID)
    licence = Licence("c-1", "Firma", "5262831503", datetime(2026, 1, 1, tzinfo=UTC), None, (PROGRAM,))
    return Verdict(judged, licence, PROGRAM, left)


@pytest.mark.parametrize(
    ("today", "first_sentence"),
    [
        (date(2026, 11, 22), "Abonament kończy się za 30 dni."),
        (date(2026, 11, 30), "Abonament kończy się za 22 dni."),
        (date(2026, 12, 20), "Abonament kończy się za 2 dni."),
        (date(2026, 12, 21), "Abonament kończy się jutro."),
        (date(2026, 12, 22), "Abonament kończy się dzisiaj."),
        (date(2026, 12, 23), "Abonament wygasł wczoraj."),
        (date(2027, 1, 13), "Abonament wygasł 22 dni temu (22.12.2026)."),
    ],
)
def test_the_vendors_words_for_every_day(today: date, first_sentence: str) -> None:
    decision = decide(verdict_on(today), ReminderMemory(), today)
    assert isinstance(decision, Prompt)
    assert decision.text == first_sentence + QUESTION


def test_the_words_of_every_day_are_the_goldens() -> None:
    """From the day before the window to the last question, each written out whole."""
    words = json.loads((Path(__file__).parent / "goldens" / "reminder.json").read_text(encoding="utf-8"))
    assert len(words) == 62
    for day, text in words.items():
        assert prompt_text((END - date.fromisoformat(day)).days, END) == text


def test_silent_31_days_before_the_end() -> None:
    today = date(2026, 11, 21)
    assert prompt_text(31, END) is None
    assert decide(verdict_on(today), ReminderMemory(), today) == Silence(SilenceReason.NOT_DUE)


@pytest.mark.parametrize(
    "kind", [VerdictKind.MISSING, VerdictKind.MALFORMED, VerdictKind.BAD_SIGNATURE, VerdictKind.WRONG_PRODUCT]
)
def test_no_question_about_a_licence_that_cannot_be_trusted(kind: VerdictKind) -> None:
    assert decide(Verdict(kind), ReminderMemory(), END) == Silence(SilenceReason.NO_SUBSCRIPTION)


def test_an_order_on_its_way_silences() -> None:
    assert decide(verdict_on(END), ReminderMemory(order_open=True), END) == Silence(SilenceReason.ORDERED)


def test_remind_later_sleeps_to_the_next_milestone_and_speaks_on_it() -> None:
    today = END - timedelta(days=30)
    decision = decide(verdict_on(today), ReminderMemory(), today)
    assert isinstance(decision, Prompt)
    assert decision.remind_on == END - timedelta(days=14)
    memory = ReminderMemory(asked_on=today, remind_on=decision.remind_on)
    before = decision.remind_on - timedelta(days=1)
    assert decide(verdict_on(before), memory, before) == Silence(SilenceReason.SNOOZED)
    assert isinstance(decide(verdict_on(decision.remind_on), memory, decision.remind_on), Prompt)


@given(st.integers(-400, 30))
def test_the_next_milestone_lies_ahead_and_never_past_the_last_three_days(left: int) -> None:
    today = END - timedelta(days=left)
    day = next_reminder(today, END)
    assert day > today
    if left > 3:
        assert day <= END - timedelta(days=3)
    if left < 0:
        assert day == today + timedelta(days=7)


@pytest.mark.parametrize(
    "memory",
    [
        ReminderMemory(asked_on=date(2031, 1, 1), remind_on=date(2031, 1, 8)),
        ReminderMemory(asked_on=date(2026, 11, 22), remind_on=date(2030, 1, 1)),
        ReminderMemory(remind_on=date(2030, 1, 1)),
    ],
)
def test_a_bogus_date_in_memory_heals(memory: ReminderMemory) -> None:
    today = date(2026, 12, 10)
    assert isinstance(decide(verdict_on(today), memory, today), Prompt)


def test_the_snooze_names_its_day() -> None:
    assert snooze_text(date(2026, 12, 8), date(2026, 11, 22)) == "Przypomnę 8\u00a0grudnia."
    assert snooze_text(date(2026, 12, 22), date(2026, 12, 21)) == "Przypomnę jutro."


def test_the_text_is_of_the_program_judged() -> None:
    named = program("lic-9", "r2faktury", "R2faktury", END)
    decision = decide(Verdict(VerdictKind.EXPIRING, None, named, 0), ReminderMemory(), END)
    assert isinstance(decision, Prompt)
    assert decision.program.name == "R2faktury"
