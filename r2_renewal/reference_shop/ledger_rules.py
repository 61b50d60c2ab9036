"""What a licence is, counted anew from its ledger. Pure rules, no database, no clock.

Rules: a licence's state is its starting state and, one after another, the orders that still stand, in the order in which they
were fulfilled; an order that is taken back is passed over as if it had never been, so that the periods of later orders move up
and no day is given away or lost; a period never begins before the day on which it was ordered; what was set by hand stays as a
difference. A renewal that the customer has withdrawn from ends the enrolment that had led to it: those consents were turned down
with it, only a later order or consent enrols anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from r2_renewal.domain.dates import plus_months

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class LicenceState:
    """What orders change about a licence.

    Attributes:
        valid_until: last day of the subscription.
        limits: e.g. ``{"employees": 50}``.
        edition: edition shown to people.
        auto_renewal: whether it is enrolled in automatic renewal.
    """

    valid_until: date
    limits: Mapping[str, int]
    edition: str
    auto_renewal: bool

    @property
    def renewal_date(self) -> date | None:
        """The day of the next automatic renewal; None where not enrolled, or where the licence never ends."""
        return self.valid_until + ONE_DAY if self.auto_renewal and self.valid_until < date.max else None


@dataclass(frozen=True, slots=True)
class Grant:
    """What the fulfilment of one line of an order gives.

    Attributes:
        number: of its entry in the ledger.
        months: length of the subscription's period; 0 for an extension.
        not_before: first day on which that period may begin.
        limits: the limits that an extension sets.
        enrols: whether the licence is enrolled in automatic renewal with it.
        is_automatic: whether it is an automatic renewal itself.
    """

    number: int
    months: int = 0
    not_before: date = date.min
    limits: Mapping[str, int] = field(default_factory=dict)
    enrols: bool = False
    is_automatic: bool = False


@dataclass(frozen=True, slots=True)
class Revocation:
    """An order was taken back. Attributes: of: number of the grant that counts no more."""

    of: int


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A consent that came with no order (``enrolled``), or the end of all that there were."""

    enrolled: bool


@dataclass(frozen=True, slots=True)
class Adjustment:
    """What somebody changed by hand, in the database.

    Attributes:
        days: by which the subscription's end was moved.
        valid_until: the end itself, where a licence was made perpetual (``date.max``) or was one; None otherwise.
        limits: all limits from then on; None where they stayed. ``edition`` and ``enrolled`` likewise.
    """

    days: int = 0
    valid_until: date | None = None
    limits: Mapping[str, int] | None = None
    edition: str | None = None
    enrolled: bool | None = None


Entry = Grant | Revocation | Enrolment | Adjustment


def replay(start: LicenceState, entries: Sequence[Entry]) -> LicenceState:
    """Return what a licence is by its ledger.

    Args:
        start: its state before the first entry.
        entries: what happened, oldest first.
    """
    taken_back = {entry.of for entry in entries if isinstance(entry, Revocation)}
    state = start
    for entry in entries:
        match entry:
            case Grant() if entry.number in taken_back:
                state = replace(state, auto_renewal=state.auto_renewal and not entry.is_automatic)
            case Grant():
                state = _granted(state, entry)
            case Enrolment():
                state = replace(state, auto_renewal=entry.enrolled)
            case Adjustment():
                state = _adjusted(state, entry)
            case Revocation():
                pass  # its grant was passed over
    return state


def _granted(state: LicenceState, grant: Grant) -> LicenceState:
    return replace(
        state,
        valid_until=_new_end(state.valid_until, grant),
        limits={**state.limits, **grant.limits},
        auto_renewal=state.auto_renewal or grant.enrols,
    )


def _new_end(valid_until: date, grant: Grant) -> date:
    if not grant.months or valid_until == date.max:
        return valid_until
    return plus_months(max(valid_until, grant.not_before - ONE_DAY), grant.months)


def _adjusted(state: LicenceState, made: Adjustment) -> LicenceState:
    return LicenceState(
        valid_until=made.valid_until or state.valid_until + timedelta(days=made.days),
        limits=state.limits if made.limits is None else made.limits,
        edition=state.edition if made.edition is None else made.edition,
        auto_renewal=state.auto_renewal if made.enrolled is None else made.enrolled,
    )


def difference(counted: LicenceState, found: LicenceState) -> Adjustment | None:
    """Return what was changed by hand since the last entry; None where nothing was."""
    if counted == found:
        return None
    is_absolute = date.max in (counted.valid_until, found.valid_until) and found.valid_until != counted.valid_until
    return Adjustment(
        days=0 if is_absolute else (found.valid_until - counted.valid_until).days,
        valid_until=found.valid_until if is_absolute else None,
        limits=found.limits if found.limits != counted.limits else None,
        edition=found.edition if found.edition != counted.edition else None,
        enrolled=found.auto_renewal if found.auto_renewal != counted.auto_renewal else None,
    )


def raised(sold: Mapping[str, int], held: Mapping[str, int]) -> dict[str, int]:
    """Return the limits that an extension sets: of those sold, which are all of the program's, the ones not held before it."""
    return {name: limit for name, limit in sold.items() if held.get(name) != limit}
