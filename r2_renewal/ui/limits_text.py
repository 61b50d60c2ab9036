"""Limits of a program in words."""

from __future__ import annotations

from collections.abc import Mapping

from r2_renewal.domain.plurals import COMPANY, STATION, Noun, counted

_EMPLOYEES_TO = Noun("pracownika", "pracowników", "pracowników")
_NOUNS = {"employees": _EMPLOYEES_TO, "companies": COMPANY, "stations": STATION}


def limits_text(limits: Mapping[str, int]) -> str:
    """Return e.g. ``do 50 pracowników, 1 stanowisko``; „bez limitu" where there is none. A limit not known here is left out."""
    known = [(name, limits[name]) for name in _NOUNS if name in limits]
    parts = [("do " if name == "employees" else "") + counted(number, _NOUNS[name]) for name, number in known]
    return ", ".join(parts) if parts else "bez limitu"
