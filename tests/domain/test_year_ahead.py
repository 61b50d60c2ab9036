"""What ends when: every program in one slot, and every slot's days its own."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r2_renewal.domain.dates import month_and_year
from r2_renewal.domain.year_ahead import MONTHS, Slot, Span, bounds_of, year_ahead

TODAY = date(2026, 11, 22)
DAYS = st.dates(date(2000, 1, 1), date(2060, 12, 31))


def test_a_year_is_twelve_months_and_what_lies_before_and_after() -> None:
    ends = [date(2026, 11, 21), TODAY, date(2026, 11, 30), date(2027, 10, 31), date(2027, 11, 1), date(2031, 1, 1)]
    slots = year_ahead((end.toordinal() for end in ends), TODAY)
    assert slots[0] == Slot(Span.ENDED, date(2026, 11, 1), 1)
    assert slots[1] == Slot(Span.MONTH, date(2026, 11, 1), 2)
    assert slots[-2] == Slot(Span.MONTH, date(2027, 10, 1), 1)
    assert slots[-1] == Slot(Span.LATER, date(2027, 11, 1), 2)
    assert len(slots) == MONTHS + 2


def test_what_nobody_has_before_and_after_is_not_shown() -> None:
    assert [slot.span for slot in year_ahead([TODAY.toordinal()], TODAY)] == [Span.MONTH] * MONTHS


@given(st.lists(DAYS, max_size=30), DAYS.filter(lambda day: day.year < 2059))
def test_every_program_stands_in_one_slot_and_is_found_by_its_bounds(ends: list[date], today: date) -> None:
    slots = year_ahead((end.toordinal() for end in ends), today)
    assert sum(slot.programs for slot in slots) == len(ends)
    for slot in slots:
        begin, end = bounds_of((slot.span, slot.first_day), today)
        assert slot.programs == sum(begin <= day < end for day in ends)


def test_the_slots_leave_no_day_out() -> None:
    slots = year_ahead([1, (TODAY + timedelta(days=900)).toordinal()], TODAY)
    bounds = [bounds_of((slot.span, slot.first_day), TODAY) for slot in slots]
    assert [end for _, end in bounds[:-1]] == [begin for begin, _ in bounds[1:]]
    assert (bounds[0][0], bounds[-1][1]) == (date.min, date.max)


@pytest.mark.parametrize(
    ("month", "words"),
    [(1, "styczeń"), (2, "luty"), (5, "maj"), (9, "wrzesień"), (10, "październik"), (12, "grudzień")],
)
def test_months_are_named_in_the_nominative(month: int, words: str) -> None:
    assert month_and_year(date(2026, month, 7)) == f"{words}\u00a02026"
