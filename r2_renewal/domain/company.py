"""Invoice details: the company on record with the vendor, its NIP first.

Rules: NIP is 10 digits with weights 6 5 7 2 3 4 5 6 7 modulo 11, remainder 10 is invalid (decree on NIP, Dz.U. 2004 nr 269);
repeated digits are no NIP though some pass the sum; an invalid NIP stops the order, since KSeF delivers by NIP. A pasted label
(„NIP: ", „NIP-UE PL") is no part of it; the VAT number of another country (Directive 2006/112, article 215) is told apart.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from r2_renewal.domain.contact import visible

_WEIGHTS = (6, 5, 7, 2, 3, 4, 5, 6, 7)
_DIGITS = 10
# Hyphen, minus and every dash that a word processor makes of them.
_DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"))
_SEPARATORS = str.maketrans("", "", " -./")
_LABEL = re.compile(
    r"(?:PL\s*)?(?:(?:NUMER|NR)[\s.:]*)?(?:NIP|VAT)[\s.:/\-]*(?:(?:UE|EU|NR|NUMER|ID)(?![^\W\d_])[\s.:/\-]*)*"
)
# ISO 3166 with the exceptions of VIES: EL for Greece, XI for Northern Ireland, EU for the one-stop shop.
_FOREIGN = re.compile(
    r"(?:AT|BE|BG|CY|CZ|DE|DK|EE|EL|ES|EU|FI|FR|GR|HR|HU|IE|IT|LT|LU|LV|MT|NL|PT|RO|SE|SI|SK|XI)(?=[A-Z+*]*\d)[A-Z\d+*]{2,13}"
)


class NipProblem(StrEnum):
    """Why a text is no NIP."""

    EMPTY = "empty"
    CHARACTERS = "characters"
    LENGTH = "length"
    CHECKSUM = "checksum"
    FOREIGN = "foreign"


@dataclass(frozen=True, slots=True)
class Company:
    """Invoice details of a customer as the vendor has them.

    Attributes:
        name: company name.
        nip: tax number, 10 digits where it is right; shown and judged even where it is wrong.
        street: street and number.
        postcode: ``00-000``.
        city: town.
    """

    name: str
    nip: str
    street: str
    postcode: str
    city: str


@dataclass(frozen=True, slots=True)
class Holder:
    """The company that the program on this computer is licensed to, as far as its licence says.

    Attributes:
        name: company name.
        nip: tax number as written there.
    """

    name: str
    nip: str


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that the vendor's record and the licence here say otherwise. Attributes: what: „NIP" or „Nazwa firmy"."""

    what: str
    on_record: str
    here: str


def differences(company: Company, holder: Holder | None) -> tuple[Difference, ...]:
    """Return what the record and the licence say otherwise; spaces, capitals and the form of a NIP do not count."""
    if holder is None:
        return ()
    found = []
    if normalize_nip(company.nip) != normalize_nip(holder.nip):
        found.append(Difference("NIP", show_nip(company.nip), show_nip(holder.nip)))
    if _folded(company.name) != _folded(holder.name):
        found.append(Difference("Nazwa firmy", company.name, holder.name))
    return tuple(found)


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()


def normalize_nip(text: str) -> str:
    """Return the NIP without label, prefix and separators: ``NIP: PL 526-283-15-03`` gives ``5262831503``."""
    typed = visible(text).translate(_DASHES).upper()
    label = _LABEL.match(typed)
    bare = (typed[label.end() :] if label else typed).translate(_SEPARATORS)
    return bare.removeprefix("PL")


def nip_problem(text: str) -> NipProblem | None:
    """Return why the text is no valid NIP, or None."""
    digits = normalize_nip(text)
    if not digits:
        return NipProblem.EMPTY
    if _FOREIGN.fullmatch(digits):
        return NipProblem.FOREIGN
    if not (digits.isascii() and digits.isdigit()):
        return NipProblem.CHARACTERS
    if len(digits) != _DIGITS:
        return NipProblem.LENGTH
    return None if _checksum_holds(digits) else NipProblem.CHECKSUM


def _checksum_holds(digits: str) -> bool:
    if len(set(digits)) == 1:
        return False
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, digits, strict=False))
    return total % 11 == int(digits[-1])


def show_nip(text: str) -> str:
    """Return ``526-283-15-03``; a text that is no valid NIP is returned as it is."""
    if nip_problem(text) is not None:
        return text
    digits = normalize_nip(text)
    return f"{digits[:3]}-{digits[3:6]}-{digits[6:8]}-{digits[8:]}"
