"""Polish plurals: 1 = one; ends in 2–4 but not 12–14 = few; every other number = many."""

from __future__ import annotations

from dataclasses import dataclass

_TEEN_FEW = range(12, 15)
_FEW = range(2, 5)


@dataclass(frozen=True, slots=True)
class Noun:
    """A counted noun in its three forms.

    Attributes:
        one: „program".
        few: „programy".
        many: „programów".
    """

    one: str
    few: str
    many: str


PROGRAM = Noun("program", "programy", "programów")
PROGRAM_GENITIVE = Noun("programu", "programów", "programów")
STATION = Noun("stanowisko", "stanowiska", "stanowisk")
EMPLOYEE = Noun("pracownik", "pracowników", "pracowników")
COMPANY = Noun("firma", "firmy", "firm")
DAY = Noun("dzień", "dni", "dni")
DAY_GENITIVE = Noun("dnia", "dni", "dni")


def counted(number: int, noun: Noun) -> str:
    """Return the number with the noun in the right form, e.g. ``22 programy``."""
    return f"{number} {_form(abs(number), noun)}"


def _form(number: int, noun: Noun) -> str:
    if number == 1:
        return noun.one
    if number % 10 in _FEW and number % 100 not in _TEEN_FEW:
        return noun.few
    return noun.many
