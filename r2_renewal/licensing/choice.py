"""Several places, one licence: the host's own path, the machine-wide folder, the user's folder.

Rules: the host's own file says whose licences count, also an expired one; where it is missing or cannot be verified, the next
place does. Another customer's file is kept for the diagnosis and never used. Of one licence the newest file decides (the highest
``seq``, then the latest signature), also where it takes back what an older one gave. Of several licences of the customer the most
useful one wins, wherever it lies; on a tie the earlier place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from r2_renewal.domain.licence import Verdict, VerdictKind
from r2_renewal.licensing.reader import load_verdict

if TYPE_CHECKING:
    from r2_renewal.domain.licence import Licence
    from r2_renewal.licensing.container import PublicKey

    _Age = tuple[int, datetime]

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
        superseded: whether another place holds a newer file of the same licence.
        foreign: whether it is another customer's, and therefore never used here.
    """

    path: Path
    verdict: Verdict
    superseded: bool = False
    foreign: bool = False


class Choice(NamedTuple):
    """The licence to go by, of several places.

    Attributes:
        best: the one to go by.
        others: the rest, in the order of the places.
    """

    best: Candidate
    others: tuple[Candidate, ...]


def choose(
    paths: Sequence[Path], keys: Sequence[PublicKey], product: str, now: datetime, licence_key: str | None = None
) -> Choice:
    """Judge the file at every place and return the one to go by. Never raises for what lies there, never hangs.

    Args:
        paths: the places, the host's own first.
        keys: the keys that may sign.
        product: the product code to judge.
        now: the moment to judge at, aware.
        licence_key: decrypts the encrypted ones.

    Raises:
        ValueError: no place was given.
    """
    verdicts = [load_verdict(path, keys, product, now, licence_key=licence_key) for path in paths]
    holder = holder_of(verdict.licence for verdict in verdicts)
    newest = _newest(verdict.licence for verdict in verdicts if not _is_foreign(verdict, holder))
    candidates = [
        Candidate(path, verdict, _is_superseded(verdict, newest), _is_foreign(verdict, holder))
        for path, verdict in zip(paths, verdicts, strict=True)
    ]
    best = min(candidates, key=_order)
    return Choice(best, tuple(candidate for candidate in candidates if candidate is not best))


def holder_of(licences: Iterable[Licence | None]) -> str | None:
    """Return the customer whose licences count: of the first place that holds a verified licence; None where none does.

    Args:
        licences: what lies at the places, the host's own first; None for what is no licence.
    """
    return next((licence.customer_id for licence in licences if licence is not None), None)


def _is_foreign(verdict: Verdict, holder: str | None) -> bool:
    return verdict.licence is not None and verdict.licence.customer_id != holder


def _newest(licences: Iterable[Licence | None]) -> dict[str, _Age]:
    """Return the newest file of each licence, as its ``seq`` and signature's moment."""
    newest: dict[str, _Age] = {}
    for licence in filter(None, licences):
        for program in licence.programs:
            age = (program.seq, licence.issued)
            newest[program.licence_id] = max(age, newest.get(program.licence_id, age))
    return newest


def _is_superseded(verdict: Verdict, newest: Mapping[str, _Age]) -> bool:
    if verdict.licence is None or verdict.program is None:
        return False
    age = (verdict.program.seq, verdict.licence.issued)
    return age < newest.get(verdict.program.licence_id, age)


def _order(candidate: Candidate) -> tuple[bool, bool, int, int]:
    program = candidate.verdict.program
    end = program.last_day if program is not None else date.min
    preference = _PREFERENCE.index(candidate.verdict.kind)
    return candidate.foreign, candidate.superseded, preference, -end.toordinal()
