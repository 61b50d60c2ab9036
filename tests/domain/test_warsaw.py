"""The rule of Europe/Warsaw agrees with the IANA database."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r2_renewal.domain.warsaw import Warsaw

IANA = ZoneInfo("Europe/Warsaw")
OURS = Warsaw()
FIRST, LAST = datetime.fromisoformat("1990-01-01"), datetime.fromisoformat("2100-12-31T23:59:59.999999")


def told(moment: datetime) -> tuple[object, ...]:
    """Return all that a zone tells of a moment."""
    return moment.replace(tzinfo=None), moment.fold, moment.utcoffset(), moment.dst(), moment.tzname()


def offset(moment: datetime) -> timedelta | None:
    """Return the database's offset at a moment."""
    return moment.astimezone(IANA).utcoffset()


@pytest.mark.parametrize("year", range(1990, 2101))
def test_every_change_of_the_clocks_is_the_databases(year: int) -> None:
    days = [datetime(year, 1, 1, tzinfo=UTC) + timedelta(days=number) for number in range(367)]
    changed = [day for day, next_day in pairwise(days) if offset(day) != offset(next_day)]
    changes = [day + timedelta(hours=1) for day in changed]
    assert len(changes) == 2
    assert all(offset(change) != offset(change - timedelta(seconds=1)) for change in changes)
    for change in changes:
        for seconds in (-7200, -3601, -3600, -1, 0, 1, 3599, 3600, 7199, 7200):
            near = change + timedelta(seconds=seconds)
            assert told(near.astimezone(OURS)) == told(near.astimezone(IANA))
            for fold in (0, 1):
                wall = near.astimezone(IANA).replace(fold=fold)
                assert told(wall.replace(tzinfo=OURS)) == told(wall)


@given(st.datetimes(FIRST, LAST))
def test_any_moment_is_told_as_by_the_database(moment: datetime) -> None:
    utc = moment.replace(tzinfo=UTC)
    assert told(utc.astimezone(OURS)) == told(utc.astimezone(IANA))
    assert utc.astimezone(OURS).astimezone(UTC) == utc


@given(st.datetimes(FIRST, LAST), st.sampled_from((0, 1)))
def test_any_time_of_the_wall_clock_is_told_as_by_the_database(wall: datetime, fold: int) -> None:
    wall = wall.replace(fold=fold)
    assert told(wall.replace(tzinfo=OURS)) == told(wall.replace(tzinfo=IANA))


def test_a_moment_with_the_zone_can_be_pickled() -> None:
    moment = datetime(2027, 3, 28, 12, tzinfo=OURS)
    assert pickle.loads(pickle.dumps(moment)) == moment


def test_a_time_without_a_date_has_no_offset() -> None:
    assert (OURS.utcoffset(None), OURS.dst(None), OURS.tzname(None)) == (None, None, None)
