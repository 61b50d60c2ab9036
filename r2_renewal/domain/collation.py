"""Polish order and Polish search of names, as plain strings that are compared as they are: thousands are sorted in a moment.

Rules: ą after a, ć after c … ż after ź after z, foreign accents beside their letter; numbers by their value; small letters before
capitals where nothing else differs (the Polish alphabet; Unicode TR 10 with the Polish tailoring). A search finds „księga" by
„ksiega" as well: whoever types without Polish letters finds everything.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_ALPHABET = "aąbcćdeęfghijklłmnńoópqrsśtuvwxyzźż"
# Every letter of the alphabet as a character of its own, in order, after digits and signs.
_RANKS = {ord(letter): chr(0xE000 + rank) for rank, letter in enumerate(_ALPHABET)}
_POLISH = {ord(letter): letter for letter in "ąćęłńóśźż"}
_PLAIN = str.maketrans("ąćęłńóśźż", "acelnoszz")
_NUMBER = re.compile(r"\d+")
_LONGEST_NUMBER = 18


def sort_key(text: str) -> str:
    """Return what a text is sorted by."""
    lower = text.lower()
    if not lower.isascii():
        lower = "".join(_without_accent(letter) for letter in unicodedata.normalize("NFC", lower))
    return f"{_NUMBER.sub(_padded, lower).translate(_RANKS)}\0{text.swapcase()}"


def search_key(text: str) -> str:
    """Return a text as a search compares it: without capitals and accents, no-break spaces as spaces."""
    lower = text.casefold().replace("\u00a0", " ")
    if lower.isascii():
        return lower
    plain = unicodedata.normalize("NFC", lower).translate(_PLAIN)
    return plain if plain.isascii() else "".join(_without_accent(letter) for letter in plain)


def _padded(number: re.Match[str]) -> str:
    return number.group().lstrip("0").rjust(_LONGEST_NUMBER, "0")


@lru_cache(maxsize=1024)
def _without_accent(letter: str) -> str:
    """Return a foreign letter without its accent; Polish letters stay."""
    if ord(letter) in _POLISH or letter.isascii():
        return letter
    return "".join(part for part in unicodedata.normalize("NFD", letter) if not unicodedata.combining(part))
