"""Several places, one licence: the host's own path, the machine-wide folder, the user's folder.

Rules: the best valid licence wins, wherever it lies; a file that a newer ``seq`` of the same licence has superseded cannot
win against it; the reasons against the others are kept for ``doctor``. On a tie the earlier place wins.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from r2_renewal.domain.licence import Verdict, VerdictKind
from r2_renewal.licensing.reader import load_verdict

if TYPE_CHECKING:
    from r2_renewal.licensing.container import PublicKey

# From the most to the least useful to a customer; a file that nobody can verify ranks by how much it tells.
_PREFERENCE = (
    VerdictKind.VALID,
    VerdictKind.EXPIRING,
    VerdictKind.NOT_YET_VALID,
    VerdictKind.EXPIRED,
    VerdictKind.FILE_EXPIRED,
    VerdictKind.WRONG_PRODUCT,
    VerdictKind.UNKNOWN_KEY,
    VerdictKind.BAD_SIGNATURE,
    VerdictKind.MALFORMED,
    VerdictKind.UNREADABLE,
    VerdictKind.MISSING,
)


class Candidate(NamedTuple):
    """One place and what was found there.

    Attributes:
        path: the place.
        verdict: the judgement on the file; its ``reason`` says what speaks against it.
        superseded: whether another place holds a newer ``seq`` of the same licence.
    """

    path: Path
    verdict: Verdict
    superseded: bool = False


class Choice(NamedTuple):
    """The best licence of several places.

    Attributes:
        best: the one to go by.
        others: the rest, in the order of the places.
    """

    best: Candidate
    others: tuple[Candidate, ...]


def choose(paths: Sequence[Path], keys: Sequence[PublicKey], product: str, now: datetime) -> Choice:
    """Judge the file at every place and return the best. Never raises for what lies there, never hangs.

    Args:
        paths: the places, the preferred one first.
        keys: the keys that may sign.
        product: the product code to judge.
        now: the moment to judge at, aware.

    Raises:
        ValueError: no place was given.
    """
    verdicts = [load_verdict(path, keys, product, now) for path in paths]
    newest = _newest_seq(verdicts)
    candidates = [
        Candidate(path, verdict, superseded=_is_superseded(verdict, newest))
        for path, verdict in zip(paths, verdicts, strict=True)
    ]
    best = min(candidates, key=_order)
    return Choice(best, tuple(candidate for candidate in candidates if candidate is not best))


def _newest_seq(verdicts: Sequence[Verdict]) -> dict[str, int]:
    newest: dict[str, int] = {}
    for program in (verdict.program for verdict in verdicts if verdict.program is not None):
        newest[program.licence_id] = max(program.seq, newest.get(program.licence_id, 0))
    return newest


def _is_superseded(verdict: Verdict, newest: dict[str, int]) -> bool:
    return verdict.program is not None and verdict.program.seq < newest[verdict.program.licence_id]


def _order(candidate: Candidate) -> tuple[bool, int, int]:
    program = candidate.verdict.program
    end = program.valid_until if program is not None else date.min
    return candidate.superseded, _PREFERENCE.index(candidate.verdict.kind), -end.toordinal()
