"""Europe/Warsaw as a rule of a dozen lines, so that reading a licence loads no zone database.

Source: Directive 2000/84/EC (summer time from the last Sunday of March to the last Sunday of October, both at 01:00
UTC); until 1995 it ended on the last Sunday of September (IANA time zone database, rules „W-Eur", „EU" and zone
Europe/Warsaw). A test compares it with the IANA database from 1990 to 2100; earlier moments are told by the same
rule, which no date of a subscription needs.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta, tzinfo
from functools import cache

_WINTER, _SUMMER, _NOTHING = timedelta(hours=1), timedelta(hours=2), timedelta(0)
_MARCH, _SEPTEMBER, _OCTOBER = 3, 9, 10
_FIRST_YEAR_OF_OCTOBER = 1996
_CHANGE_HOUR_UTC = 1


class Warsaw(tzinfo):
    """The zone Europe/Warsaw, for dates from 1990 on."""

    def utcoffset(self, moment: datetime | None) -> timedelta | None:
        """Return one hour, in summer two; in the hour that comes twice, ``fold`` tells which."""
        if moment is None:
            return None
        start, end = _summer(moment.year)
        wall = moment.replace(tzinfo=None)
        # On the wall clock summer begins at 2:00 and ends at 3:00; the hour before that end comes twice.
        if wall < start + _WINTER or wall >= end + _SUMMER:
            return _WINTER
        # PEP 495: in the hour that is left out, `fold` 0 tells the time by the offset before the change.
        if wall < start + _SUMMER:
            return _SUMMER if moment.fold else _WINTER
        return _WINTER if moment.fold and wall >= end + _WINTER else _SUMMER

    def dst(self, moment: datetime | None) -> timedelta | None:
        """Return what summer time adds: an hour or nothing."""
        offset = self.utcoffset(moment)
        return None if offset is None else offset - _WINTER

    def tzname(self, moment: datetime | None) -> str | None:
        """Return ``CET`` or ``CEST``."""
        offset = self.utcoffset(moment)
        return None if offset is None else "CEST" if offset == _SUMMER else "CET"

    def fromutc(self, moment: datetime) -> datetime:
        """Return the time in Warsaw of a moment given in UTC that names this zone."""
        start, end = _summer(moment.year)
        utc = moment.replace(tzinfo=None)
        local = moment + (_SUMMER if start <= utc < end else _WINTER)
        return local.replace(fold=1) if end <= utc < end + _WINTER else local

    def __repr__(self) -> str:
        return "Warsaw()"

    def __reduce__(self) -> tuple[type[Warsaw], tuple[()]]:
        return (Warsaw, ())


@cache
def _summer(year: int) -> tuple[datetime, datetime]:
    """Return when summer time begins and ends in a year, in UTC."""
    last_month = _OCTOBER if year >= _FIRST_YEAR_OF_OCTOBER else _SEPTEMBER
    return _last_sunday(year, _MARCH), _last_sunday(year, last_month)


def _last_sunday(year: int, month: int) -> datetime:
    last = date(year, month + 1, 1) - timedelta(days=1)
    change = datetime(last.year, last.month, last.day, _CHANGE_HOUR_UTC)  # noqa: DTZ001 - in UTC, as `_summer` says
    return change - timedelta(days=last.isoweekday() % 7)
