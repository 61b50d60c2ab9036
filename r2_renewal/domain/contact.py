"""The judgement on a contact field: made by the contract's rules, held by the order form, told in words by the windows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ContactProblem(StrEnum):
    """Why a contact field is refused."""

    EMPTY = "empty"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    INVALID = "invalid"
    SEVERAL = "several"


@dataclass(frozen=True, slots=True)
class ContactVerdict:
    """The judgement on one contact field.

    Attributes:
        problem: why it is refused; None where it is right.
        value: the stored form where it is right (E.164 with its extension, normalized address), else empty.
        shown: the form for people where it is right, else empty.
    """

    problem: ContactProblem | None
    value: str = ""
    shown: str = ""


# Hyphen, minus and every dash that a word processor makes of them.
_DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212"


def visible(text: str) -> str:
    """Return a text without what nobody sees in it, and with single spaces between its words.

    What is copied from a page, a PDF or another program brings direction marks, zero-width characters and soft hyphens along,
    which the shop refuses and the customer could not find.
    """
    return " ".join("".join(letter for letter in text if letter.isprintable() or letter.isspace()).split())


def cleaned(text: str) -> str:
    """Return what a field of numbers says, as a keyboard would have typed it.

    That is its visible text with every decimal digit (full-width, Arabic-Indic, …), full-width letter and dash in ASCII; what
    only looks like a digit, as „²" does, stays what it is.
    """
    return visible("".join(map(_typed, visible(text))))


def _typed(letter: str) -> str:
    import unicodedata

    if letter.isascii():
        return letter
    if letter.isdecimal():
        return str(unicodedata.decimal(letter))
    if letter in _DASHES:
        return "-"
    plain = unicodedata.normalize("NFKC", letter)
    return letter if any(part.isdigit() for part in plain) else plain
