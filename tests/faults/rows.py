"""The ids of the fault matrix, and how a test says which of its rows it shows.

Rules: a test shows the row that its name begins with (``test_n09_…``), and those of a marker (``@pytest.mark.rows("L2", "L3")``);
an id may be written with a leading zero or without one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

# How many rows each letter has: network, shop, licence, disk, keyring, clock, host.
_COUNTS = {"N": 32, "S": 16, "L": 12, "D": 10, "K": 6, "C": 3, "H": 9}
ROWS = tuple(f"{letter}{number}" for letter, count in _COUNTS.items() for number in range(1, count + 1))

_ID = re.compile(r"([A-Za-z])0*(\d+)")
_NAME = re.compile(r"test_([a-z]\d+)_")


def row(text: str) -> str:
    """Return the one spelling of an id.

    Raises:
        ValueError: the matrix has no such row.
    """
    match = _ID.fullmatch(text)
    known = f"{match.group(1).upper()}{match.group(2)}" if match else ""
    if known not in ROWS:
        raise ValueError(f"the fault matrix has no row {text!r}")
    return known


def rows_of(name: str, marked: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the rows that a test shows.

    Args:
        name: the test function's name.
        marked: what its markers say.

    Raises:
        ValueError: one of them is not in the matrix.
    """
    named = _NAME.match(name)
    return tuple(row(text) for text in ([named.group(1)] if named else []) + list(marked))
