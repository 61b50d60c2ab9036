"""Limits of a program in words: what is owned, and how much of it is used where anybody knows."""

from __future__ import annotations

from collections.abc import Mapping

from r2_renewal.domain.plurals import COMPANY, STATION, Noun, counted

_EMPLOYEES_TO = Noun("pracownika", "pracowników", "pracowników")
_NOUNS = {"employees": _EMPLOYEES_TO, "companies": COMPANY, "stations": STATION}
LIMIT_NAMES = tuple(_NOUNS)
_GENITIVES = {
    "employees": _EMPLOYEES_TO,
    "companies": Noun("firmy", "firm", "firm"),
    "stations": Noun("stanowiska", "stanowisk", "stanowisk"),
}


def limits_text(limits: Mapping[str, int]) -> str:
    """Return e.g. ``do 50 pracowników, 1 stanowisko``; „bez limitu" where there is none. A limit not known here is left out."""
    return used_text(limits, {})


def used_text(limits: Mapping[str, int], used: Mapping[str, int]) -> str:
    """Return e.g. ``37 z 50 pracowników, 1 stanowisko``: with what is used of a limit where that is known."""
    parts = [_part(name, limits[name], used.get(name)) for name in _NOUNS if name in limits]
    return ", ".join(parts) if parts else "bez limitu"


def _part(name: str, owned: int, used: int | None) -> str:
    if used is not None:
        return f"{used} z {counted(owned, _GENITIVES[name])}"
    return ("do " if name == "employees" else "") + counted(owned, _NOUNS[name])
