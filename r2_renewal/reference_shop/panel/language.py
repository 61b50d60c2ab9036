"""The panel's languages: which one a browser asks for, its phrases, and how it writes days, times and amounts.

Rules: Polish is the vendor's language and answers where nothing else is asked for; every language has the same phrases; a time
is told as the clock in Warsaw has it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Any

from r2_renewal.contract.structs import Amount
from r2_renewal.domain.dates import NBSP, PERPETUAL, long_date, sentence_moment, short_date, warsaw, warsaw_date
from r2_renewal.domain.money import money, show_money
from r2_renewal.domain.plurals import Noun, counted

PHRASES = Path(__file__).resolve().parent / "phrases"
POLISH, ENGLISH = "pl", "en"
CODES = (POLISH, ENGLISH)
_LETTERS = 3  # of a month's short name
_YEAR = f"{NBSP}r."
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Language:
    """A language of the panel.

    Attributes:
        code: as in the attribute ``lang``.
        phrases: by their dotted names.
    """

    code: str
    phrases: Mapping[str, str]

    def say(self, name: str, **values: Any) -> str:
        """Return a phrase with its values put in.

        Raises:
            KeyError: there is no such phrase, or it names a value that is not given.
        """
        words = self.phrases[name].format(**values)
        return words.replace(f"{_YEAR}.", _YEAR)  # the full stop of „2026 r." ends the sentence too

    def say_or(self, name: str, other: str) -> str:
        """Return a phrase, or the text of another where there is none of that name."""
        return self.phrases.get(name, other)

    def counted(self, name: str, number: int) -> str:
        """Return a number with its noun in the right form."""
        forms = (self.phrases[f"{name}.{form}"] for form in ("one", "few", "many"))
        one, few, many = forms
        if self.code == POLISH:
            return counted(number, Noun(one, few, many))
        return f"{number} {one if abs(number) == 1 else many}"

    def day(self, day: date) -> str:
        """Return a day, e.g. ``02.12.2026`` or ``2 Dec 2026``."""
        return short_date(day) if self.code == POLISH else _english(day, _LETTERS)

    def long_day(self, day: date) -> str:
        """Return a day in words, e.g. ``2 grudnia 2026 r.`` or ``2 December 2026``."""
        if day == date.max:
            return PERPETUAL if self.code == POLISH else "perpetual"
        return long_date(day) if self.code == POLISH else _english(day)

    def moment(self, moment: datetime) -> str:
        """Return a day and time in Warsaw."""
        here = moment.astimezone(warsaw())
        return (
            sentence_moment(moment)
            if self.code == POLISH
            else f"{_english(here.date(), _LETTERS)}, {here:%H:%M}{NBSP}(Warsaw)"
        )

    def day_of(self, moment: datetime) -> str:
        """Return the day in Warsaw of a moment."""
        return self.day(warsaw_date(moment))

    def limits(self, limits: Mapping[str, int]) -> str:
        """Return a program's limits, e.g. ``50 pracowników``."""
        return ", ".join(self._limit(name, number) for name, number in limits.items())

    def _limit(self, name: str, number: int) -> str:
        known = f"limit.{name}.one" in self.phrases
        return self.counted(f"limit.{name}", number) if known else f"{name}: {number}"

    def money(self, value: Amount) -> str:
        """Return an amount, e.g. ``1 234,56 zł`` or ``PLN 1,234.56``."""
        if self.code == POLISH:
            return show_money(money(value.amount, value.currency))
        return f"{value.currency}{NBSP}{Decimal(value.amount):,.2f}"


def _english(day: date, letters: int | None = None) -> str:
    return f"{day.day}{NBSP}{_MONTHS[day.month - 1][:letters]}{NBSP}{day.year}"


@cache
def language(code: str) -> Language:
    """Return a language by its code."""
    table = tomllib.loads((PHRASES / f"{code}.toml").read_text(encoding="utf-8"))
    return Language(code, dict(_flat(table, "")))


def _flat(table: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, str]]:
    for name, value in table.items():
        if isinstance(value, str):
            yield prefix + name, value
        else:
            yield from _flat(value, f"{prefix}{name}.")


def wanted(accept_language: str) -> Language:
    """Return the language that an ``Accept-Language`` likes best of ours (RFC 9110, 12.5.4); Polish where it likes none."""
    best, liking = POLISH, Decimal(0)
    for entry in accept_language.split(","):
        name, _, rest = entry.partition(";")
        code, quality = name.strip().lower().partition("-")[0], _quality(rest)
        if code in CODES and quality > liking:
            best, liking = code, quality
    return language(best)


def _quality(parameters: str) -> Decimal:
    name, _, value = parameters.strip().partition("=")
    if name.strip().lower() != "q":
        return Decimal(1)
    try:
        quality = Decimal(value.strip())
    except InvalidOperation:
        return Decimal(0)
    return quality if quality.is_finite() else Decimal(0)
