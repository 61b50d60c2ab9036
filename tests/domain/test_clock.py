"""The doubted clock: set back, far ahead, healed; and no clock that locks anybody out."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r2_renewal.domain.clock import FAR_AHEAD, SHOP_TOLERANCE, TOLERANCE, ClockMarks, ClockState, moment_on, read_clock
from r2_renewal.domain.dates import warsaw_date
from r2_renewal.ui.error_texts import clock_sentence

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)).map(lambda moment: moment.replace(tzinfo=UTC))  # noqa: DTZ001
MARKS = st.builds(ClockMarks, st.none() | MOMENTS, st.none() | MOMENTS, st.none() | MOMENTS)


def test_a_first_run_believes_the_clock() -> None:
    assert read_clock(NOW, ClockMarks()) == (NOW, ClockState.PLAUSIBLE, timedelta(0))


@pytest.mark.parametrize(
    "marks", [ClockMarks(issued=NOW), ClockMarks(last_run=NOW), ClockMarks(shop=NOW + SHOP_TOLERANCE)]
)
def test_five_minutes_are_forgiven(marks: ClockMarks) -> None:
    assert read_clock(NOW - TOLERANCE, marks).state is ClockState.PLAUSIBLE
    assert read_clock(NOW - TOLERANCE - timedelta(seconds=1), marks).state is ClockState.BEHIND


def test_a_clock_set_back_gains_nothing_against_what_was_signed() -> None:
    reading = read_clock(NOW - 400 * DAY, ClockMarks(issued=NOW - DAY, last_run=NOW))
    assert (reading.moment, reading.state, reading.by) == (NOW - DAY, ClockState.BEHIND, 400 * DAY)


def test_a_mark_of_the_computers_own_clock_only_explains() -> None:
    """It may have been written on a day when that clock was wrong: it must not end a subscription early."""
    poisoned = ClockMarks(issued=NOW - 30 * DAY).after_run(NOW + 400 * DAY)
    reading = read_clock(NOW, poisoned)
    assert (reading.moment, reading.state) == (NOW, ClockState.BEHIND)


@pytest.mark.parametrize("error", [-DAY, DAY])
def test_a_shop_whose_clock_errs_by_a_day_ends_nothing_early(error: timedelta) -> None:
    reading = read_clock(NOW, ClockMarks(issued=NOW - DAY).after_contact(NOW + error))
    assert reading.moment == NOW


def test_a_leap_ahead_is_noticed_and_a_quiet_month_is_not() -> None:
    marks = ClockMarks(issued=NOW - 300 * DAY, last_run=NOW)
    assert read_clock(NOW + 40 * DAY, marks).state is ClockState.PLAUSIBLE
    assert read_clock(NOW + FAR_AHEAD + timedelta(seconds=1), marks).state is ClockState.FAR_AHEAD
    assert read_clock(NOW + 400 * DAY, marks).moment == NOW + 400 * DAY


@given(MARKS, MOMENTS, MOMENTS)
def test_contact_with_the_shop_heals_every_mark_but_a_signature(
    marks: ClockMarks, wrong: datetime, now: datetime
) -> None:
    signed_before = marks._replace(issued=min(marks.issued, now) if marks.issued else None)
    healed = signed_before.after_run(wrong).after_contact(now)
    assert read_clock(now, healed) == (now, ClockState.PLAUSIBLE, timedelta(0))


@given(MARKS, MOMENTS)
def test_the_moment_is_never_before_the_clock_or_a_signature(marks: ClockMarks, now: datetime) -> None:
    moment = read_clock(now, marks).moment
    assert moment >= now
    assert marks.issued is None or moment >= marks.issued


@given(MARKS, MOMENTS)
def test_marks_only_rise_by_runs_and_licences(marks: ClockMarks, moment: datetime) -> None:
    risen = marks.after_run(moment).after_licence(moment)
    assert risen.last_run is not None
    assert risen.issued is not None
    assert risen.last_run >= moment
    assert marks.last_run is None or risen.last_run >= marks.last_run
    assert marks.issued is None or risen.issued >= marks.issued


@given(st.dates(date(1990, 1, 1), date(2060, 1, 1)))
def test_a_given_day_is_judged_within_that_day(today: date) -> None:
    assert warsaw_date(moment_on(today, NOW)) == today


def test_today_is_now_and_other_days_take_their_whole_length() -> None:
    assert moment_on(None, NOW) == moment_on(date(2026, 11, 22), NOW) == NOW
    assert moment_on(date(2026, 11, 21), NOW) == datetime(2026, 11, 21, 22, 59, 59, tzinfo=UTC)
    assert moment_on(date(2026, 11, 23), NOW) == datetime(2026, 11, 22, 23, 0, tzinfo=UTC)


def test_only_a_doubtful_clock_has_a_sentence() -> None:
    assert [bool(clock_sentence(state)) for state in ClockState] == [False, True, True]
