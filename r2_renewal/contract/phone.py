"""Telephone numbers as people write them in Poland, taken apart before the library judges the digits.

Rules: letters are never digits (phonenumbers reads „kom" as 566); only the words below may stand beside a number; an extension of
up to 6 digits is kept, stored as RFC 3966 writes it (``;ext=12``) and shown as „wew. 12"; the zero that opened a trunk call until
2010 (``(0-22) …``, ``022 …``, ``+48 (0) 22 …``) is dropped; a Polish number has 9 digits (national numbering plan).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from r2_renewal.domain.contact import ContactProblem, ContactVerdict, cleaned

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

REGION = "PL"
EXTENSION_MARK, EXTENSION_SHOWN = ";ext=", " wew. "
MOST_EXTENSION_DIGITS = 6

_CALLING_CODE = "48"
_POLISH_DIGITS = 9
# What nobody types as one number: longer texts are not looked into.
_LONGEST = 120
# From this many digits on, a piece of the text is a number of its own.
_LOCAL_DIGITS = 7
_WORD = (
    r"(?:telefon(?:u|iczny)?|tel|tlf|komórk(?:a|owy)|komorka|komorkowy|kom|stacjonarny|służbowy|prywatny|"
    r"mobile|mob|phone|numer|nr)"
)
_EXTENSION_WORD = r"(?:;\s*ext|wewnętrzny|wewnetrzny|wewn|wew|w|extension|ext|x|#)"
_WORDS_BEFORE = re.compile(rf"(?:[\s(]*{_WORD}(?![^\W\d_])[.:)]*)+\s*")
_WORDS_AFTER = re.compile(rf"(?:[\s(,;]*(?<![^\W\d_]){_WORD}[.:)]*)+\s*")
_EXTENSION = re.compile(rf"[\s,;(]*(?<![^\W\d_]){_EXTENSION_WORD}[\s.:=]*(\d*)\s*\)?\s*")
_TAIL = re.compile(r"[^\W\d_]|#|;\s*ext")
_NUMBER = re.compile(r"(\+?)([\d\s()./\-]*\d[\s()./\-]*)")
_BETWEEN_NUMBERS = re.compile(r"[,;|/]|(?<![^\W\d_])(?:lub|albo|oraz|and|or|i)(?![^\W\d_])|(?<=\d)[\s(]*(?=\+)")


class _Written(NamedTuple):
    """A number taken apart. Attributes: digits: with a leading ``+`` where one was written; extension: its digits."""

    digits: str
    extension: str


def check_phone(text: str) -> ContactVerdict:
    """Judge a telephone number as typed.

    Returns:
        Value: E.164, with ``;ext=`` and the extension where there is one (RFC 3966, 5.1). Shown: international form, with
        „wew." before the extension.
    """
    line = cleaned(text).casefold()
    if not line:
        return ContactVerdict(ContactProblem.EMPTY)
    if len(line) > _LONGEST:
        return ContactVerdict(ContactProblem.TOO_LONG)
    if _are_several(line):
        return ContactVerdict(ContactProblem.SEVERAL)
    written = _taken_apart(line)
    return written if isinstance(written, ContactVerdict) else _judged(written)


def _are_several(line: str) -> bool:
    counts = [sum(letter.isdigit() for letter in piece) for piece in _BETWEEN_NUMBERS.split(_without_extension(line))]
    if counts[0] >= _LOCAL_DIGITS and len([count for count in counts if count > 1]) > 1:
        return True
    digits = "".join(letter for letter in line if letter.isdigit())
    # Two numbers with nothing but a space between them.
    return len(digits) == 2 * _POLISH_DIGITS and re.search(r"\d{9}\s+\d{9}|(?:\d{3}[\s-]){5}\d{3}", line) is not None


def _without_extension(line: str) -> str:
    return _EXTENSION.sub(lambda found: " " if found[1] else found[0], line)


def _taken_apart(line: str) -> _Written | ContactVerdict:
    """Return digits and extension; a verdict where the text is not one number with the words that may stand beside it."""
    before = _WORDS_BEFORE.match(line)
    rest = line[before.end() :] if before else line
    tail = _TAIL.search(rest)
    number, words = (rest[: tail.start()], rest[tail.start() :]) if tail else (rest, "")
    extension = ""
    while words:
        named, found = _WORDS_AFTER.match(words), _EXTENSION.match(words)
        if found:
            if extension or not found[1]:
                return ContactVerdict(ContactProblem.INVALID)
            extension, words = found[1], words[found.end() :]
        elif named:
            words = words[named.end() :]
        else:
            return ContactVerdict(ContactProblem.INVALID)
    if len(extension) > MOST_EXTENSION_DIGITS:
        return ContactVerdict(ContactProblem.TOO_LONG)
    digits = _NUMBER.fullmatch(number.replace("(+", "+(").strip(" ,;("))
    if digits is None:
        return ContactVerdict(ContactProblem.INVALID)
    return _Written(_without_trunk_zero(digits[1] + re.sub(r"\D", "", digits[2])), extension)


def _without_trunk_zero(digits: str) -> str:
    """Return the number without the zero that opened a Polish trunk call; other countries' the library knows."""
    for prefix in (f"+{_CALLING_CODE}", f"00{_CALLING_CODE}", _CALLING_CODE, ""):
        national = digits.removeprefix(prefix)
        if digits.startswith(prefix) and len(national) == _POLISH_DIGITS + 1 and national.startswith("0"):
            return prefix + national[1:]
    return digits


def _judged(written: _Written) -> ContactVerdict:
    import phonenumbers

    try:
        number = phonenumbers.parse(written.digits, REGION)
    except phonenumbers.NumberParseException as error:
        return ContactVerdict(_PARSE_PROBLEMS.get(error.error_type, ContactProblem.INVALID))
    if not _has_right_length(number) or not phonenumbers.is_valid_number(number):
        return ContactVerdict(_length_problem(number))
    stored = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    shown = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    if written.extension:
        stored += EXTENSION_MARK + written.extension
        shown += EXTENSION_SHOWN + written.extension
    return ContactVerdict(None, stored, shown)


# NumberParseException: TOO_SHORT_AFTER_IDD, TOO_SHORT_NSN, TOO_LONG.
_PARSE_PROBLEMS = {2: ContactProblem.TOO_SHORT, 3: ContactProblem.TOO_SHORT, 4: ContactProblem.TOO_LONG}


def _has_right_length(number: PhoneNumber) -> bool:
    """Return whether a Polish number has its 9 digits: the library also knows those of pagers and of services."""
    return number.country_code != int(_CALLING_CODE) or len(_national(number)) == _POLISH_DIGITS


def _national(number: PhoneNumber) -> str:
    import phonenumbers

    return phonenumbers.national_significant_number(number)


def _length_problem(number: PhoneNumber) -> ContactProblem:
    import phonenumbers

    if number.country_code == int(_CALLING_CODE):
        digits = len(_national(number))
        if digits != _POLISH_DIGITS:
            return ContactProblem.TOO_SHORT if digits < _POLISH_DIGITS else ContactProblem.TOO_LONG
        return ContactProblem.INVALID
    match phonenumbers.is_possible_number_with_reason(number):
        case phonenumbers.ValidationResult.TOO_SHORT:
            return ContactProblem.TOO_SHORT
        case phonenumbers.ValidationResult.TOO_LONG:
            return ContactProblem.TOO_LONG
        case _:
            return ContactProblem.INVALID
