"""What a person's name may be: it stands in letters to others, so it must not be able to hold an address or a message.

Rules: letters of any script with the marks that belong to them, spaces, hyphens, apostrophes, and full stops as after an initial
(„J. R. R.", „dr"); a full stop inside a word begins no more than another initial, so that no mail program makes a link of it.
"""

from __future__ import annotations

import re
import unicodedata

_HYPHENS, _APOSTROPHES, _DOTS = "-‐‑–", "'’ʼ‘`´", ".·"
_BETWEEN = frozenset(_HYPHENS + _APOSTROPHES + _DOTS + " ")
# „J.R.R." is a name, „sklep.example" an address: there two letters or more follow a full stop that follows a letter.
_ADDRESS = re.compile(r"\w\.\w\w")


def is_person_name(text: str) -> bool:
    """Whether a text, its gaps made single spaces, can be a person's first or last name, or both."""
    name = unicodedata.normalize("NFC", text)
    return (
        any(letter.isalpha() for letter in name)
        and all(letter in _BETWEEN or unicodedata.category(letter)[0] in "LM" for letter in name)
        and unicodedata.category(name[0])[0] != "M"
        and not _ADDRESS.search(_plain(name))
    )


def _plain(name: str) -> str:
    # Full-width letters and the like are an address to a mail program as well; a middle dot stands within a word of Catalan.
    return unicodedata.normalize("NFKC", name).replace("·", "")
