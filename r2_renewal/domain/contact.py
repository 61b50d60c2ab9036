"""The judgement on a contact field: made by the contract's rules, held by the order form, told in words by the windows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ContactProblem(StrEnum):
    """Why a contact field is refused."""

    EMPTY = "empty"
    INVALID = "invalid"
    SEVERAL = "several"


@dataclass(frozen=True, slots=True)
class ContactVerdict:
    """The judgement on one contact field.

    Attributes:
        problem: why it is refused; None where it is right.
        value: the stored form where it is right (E.164, normalized address), else empty.
        shown: the form for people where it is right, else empty.
    """

    problem: ContactProblem | None
    value: str = ""
    shown: str = ""


def visible(text: str) -> str:
    """Return a text without what nobody sees in it, and with single spaces between its words.

    What is copied from a page, a PDF or another program brings direction marks, zero-width characters and soft hyphens along,
    which the shop refuses and the customer could not find.
    """
    return " ".join("".join(letter for letter in text if letter.isprintable() or letter.isspace()).split())
