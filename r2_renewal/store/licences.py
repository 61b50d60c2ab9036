"""The licences that a row of local state is for: a text, one licence a line, so that an earlier version's single one is the same.

Rule: what is for several programs at once stands in the way of each of them.
"""

from __future__ import annotations

from collections.abc import Iterable


def together(licence_ids: Iterable[str]) -> str:
    """Return licences as one text."""
    return "\n".join(licence_ids)


def apart(licences: str) -> tuple[str, ...]:
    """Return the licences of a text."""
    return tuple(licences.split("\n"))


def overlap(one: str, other: str) -> bool:
    """Return whether two texts have a licence in common."""
    return not set(apart(one)).isdisjoint(apart(other))
