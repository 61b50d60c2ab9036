"""Days left, end of day, summer time and leap days, against a calendar computed here without the zone database.

The independent rule: since 1996 Poland keeps UTC+2 from the last Sunday of March, 01:00 UTC, to the last Sunday of October,
01:00 UTC, and UTC+1 otherwise (directive 2000/84/EC); days are counted by their Julian day number.
"""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from r2_renewal.domain.dates import days_left, plus_months, warsaw_date
from r2_renewal.domain.licence import VerdictKind, judge
from r2_renewal.licensing.issue import end_of_day, licence_payload
from r2_renewal.licensing.profile import licence_of
from tests.licence_files import PRODUCT, licence_with

MOMENTS = st.datetimes(datetime(1997, 1, 1), datetime(2037, 1, 1)).map(lambda moment: moment.replace(tzinfo=UTC))  # noqa: DTZ001
DAYS = st.dates(date(1997, 1, 2), date(2036, 12, 30))


def last_sunday(year: int, month: int) -> int:
    return max(week[calendar.SUNDAY] for week in calendar.monthcalendar(year, month))


def date_in_poland(moment: datetime) -> date:
    """Return the calendar date in Poland by the directive alone."""
    summer = datetime(moment.year, 3, last_sunday(moment.year, 3), 1, tzinfo=UTC)
    winter = datetime(moment.year, 10, last_sunday(moment.year, 10), 1, tzinfo=UTC)
    return (moment + timedelta(hours=2 if summer <= moment < winter else 1)).date()


def julian_day(day: date) -> int:
    """Return the Julian day number of a Gregorian date, in years that begin in March."""
    early = (14 - day.month) // 12
    year, month = day.year + 4800 - early, day.month + 12 * early - 3
    return day.day + (153 * month + 2) // 5 + 365 * year + year // 4 - year // 100 + year // 400 - 32045


@given(MOMENTS)
@example(datetime(2026, 3, 29, 0, 59, 59, tzinfo=UTC))
@example(datetime(2026, 10, 24, 22, 0, tzinfo=UTC))
@example(datetime(2026, 10, 25, 23, 0, tzinfo=UTC))
@example(datetime(2028, 2, 29, 23, 0, tzinfo=UTC))
def test_the_date_in_warsaw_is_the_date_in_poland(moment: datetime) -> None:
    assert warsaw_date(moment) == date_in_poland(moment)


@given(DAYS, DAYS)
@example(date(2028, 2, 28), date(2028, 3, 1))
@example(date(2026, 3, 28), date(2026, 3, 30))
def test_days_left_are_whole_calendar_days(today: date, until: date) -> None:
    assert days_left(today, until) == julian_day(until) - julian_day(today)


@given(DAYS)
@example(date(2026, 3, 29))
@example(date(2026, 10, 25))
@example(date(2028, 2, 29))
def test_a_day_ends_one_second_before_the_next(day: date) -> None:
    end = end_of_day(day)
    assert date_in_poland(end) == day
    assert date_in_poland(end + timedelta(seconds=1)) == day + timedelta(days=1)


@given(DAYS, MOMENTS)
def test_a_signed_licence_is_judged_by_polish_days_alone(until: date, now: datetime) -> None:
    licence = licence_of(licence_payload(licence_with(valid_until=until, issued=datetime(1996, 1, 1, tzinfo=UTC))))
    left = julian_day(until) - julian_day(date_in_poland(now))
    verdict = judge(licence, PRODUCT, now)
    expected = VerdictKind.EXPIRED if left < 0 else VerdictKind.EXPIRING if left <= 30 else VerdictKind.VALID
    assert (verdict.kind, verdict.days_left) == (expected, left)


@given(MOMENTS, st.integers(-12, 14))
def test_the_zone_that_a_moment_is_told_in_does_not_matter(moment: datetime, hours: int) -> None:
    from datetime import timezone

    assert warsaw_date(moment.astimezone(timezone(timedelta(hours=hours)))) == warsaw_date(moment)


@given(DAYS, st.integers(0, 60))
@example(date(2028, 2, 29), 12)
@example(date(2026, 1, 31), 1)
def test_months_are_added_by_the_calendar(day: date, months: int) -> None:
    later = plus_months(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == min(day.day, calendar.monthrange(later.year, later.month)[1])


def test_a_moment_without_a_zone_has_no_date() -> None:
    with pytest.raises(ValueError, match="zone"):
        warsaw_date(datetime(2026, 1, 1))  # noqa: DTZ001
