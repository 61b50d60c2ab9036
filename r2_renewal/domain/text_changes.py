"""What changed in a text that a customer had agreed to: sentence by sentence, as it was and as it is."""

from __future__ import annotations

import re
from dataclasses import dataclass

_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=\W*[A-ZĄĆĘŁŃÓŚŹŻ])")


@dataclass(frozen=True, slots=True)
class Change:
    """A place where two texts differ. Attributes: old; new: the sentences there; empty where there were, or are, none."""

    old: str
    new: str


def changes(old: str, new: str) -> tuple[Change, ...]:
    """Return the places where a text was changed, in order."""
    from difflib import SequenceMatcher

    before, after = _SENTENCE.split(old), _SENTENCE.split(new)
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    return tuple(
        Change(" ".join(before[old_from:old_to]), " ".join(after[new_from:new_to]))
        for tag, old_from, old_to, new_from, new_to in matcher.get_opcodes()
        if tag != "equal"
    )
