"""The ledger of licences, written: what an order gives, what is taken back, and the licence counted from it at once.

Rules: whoever writes holds the licence's customer; the entry, the licence's columns and its signed file are one transaction; a
grant and a revocation each issue a file with the next ``seq``, which a module installs whether it gives or takes back. A ledger
begins with the first change, from the licence as it stands; what somebody has changed by hand since the last entry is noted
before the next one, so that it is neither lost nor taken for an order's.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from r2_renewal.domain.dates import warsaw_date
from r2_renewal.domain.offer import ServiceKind
from r2_renewal.reference_shop.ledger_rules import (
    Adjustment,
    Enrolment,
    Entry,
    Grant,
    LicenceState,
    Revocation,
    difference,
    raised,
    replay,
)
from r2_renewal.reference_shop.licence_files import sign
from r2_renewal.reference_shop.pricing import SUBSCRIPTION_MONTHS
from r2_renewal.reference_shop.settings import ShopSettings
from r2_renewal.reference_shop.tables import LedgerEntry, LedgerKind, LicenceRow, OrderLineRow, OrderRow


def grant(
    session: Session, settings: ShopSettings, order: OrderRow, line: OrderLineRow, *, is_automatic: bool = False
) -> None:
    """Give a licence what a line of an order has bought, once, and sign it.

    Args:
        session: a writing session that holds the customer.
        settings: the shop's.
        order: the order.
        line: which of its lines.
        is_automatic: whether it is an automatic renewal.
    """
    entries = _entries(session, settings, line.licence)
    if _grant_of(entries, line) is not None:
        return  # an automatic renewal was given on the day it was made: its payment gives nothing more
    given = _granted(order, line, entries)
    given.enrolled, given.is_automatic = line.enrolled, is_automatic
    _append(session, settings, line.licence, entries, given)


def take_back(session: Session, settings: ShopSettings, line: OrderLineRow) -> None:
    """Take back what a line of an order gave, if it gave anything, and sign the licence as it is without it."""
    entries = _entries(session, settings, line.licence)
    given = _grant_of(entries, line)
    if given is None or any(entry.revokes == given.pk for entry in entries):
        return
    _append(session, settings, line.licence, entries, LedgerEntry(kind=LedgerKind.REVOCATION.value, revokes=given.pk))


def enrol(session: Session, settings: ShopSettings, licence: LicenceRow) -> None:
    """Enrol a licence in automatic renewal by a consent that came with no order."""
    _note(session, settings, licence, LedgerKind.ENROLMENT)


def strike_off(session: Session, settings: ShopSettings, licence: LicenceRow) -> None:
    """End a licence's enrolment in automatic renewal, whatever had led to it."""
    if licence.auto_renewal:
        _note(session, settings, licence, LedgerKind.STRIKE_OFF)
    licence.renewal_date = None


def state_of(licence: LicenceRow) -> LicenceState:
    """Return the state that a licence's columns tell."""
    return LicenceState(licence.valid_until, dict(licence.limits), licence.edition, licence.auto_renewal)


def replayed(session: Session, licence_id: str) -> LicenceState | None:
    """Return the state that a licence's ledger tells; None where it has no entry yet."""
    entries = _read(session, licence_id)
    return _state(entries) if entries else None


def _note(session: Session, settings: ShopSettings, licence: LicenceRow, kind: LedgerKind) -> None:
    entries = _entries(session, settings, licence)
    _add(session, settings, licence, entries, LedgerEntry(kind=kind.value, seq=licence.seq))
    _settle(licence, entries)


def _append(
    session: Session, settings: ShopSettings, licence: LicenceRow, entries: list[LedgerEntry], entry: LedgerEntry
) -> None:
    """Add an entry that issues a new licence file, and the file."""
    licence.seq += 1
    entry.seq = licence.seq
    _add(session, settings, licence, entries, entry)
    _settle(licence, entries)
    sign(settings, licence)


def _entries(session: Session, settings: ShopSettings, licence: LicenceRow) -> list[LedgerEntry]:
    """Return a licence's ledger, brought to what the licence is at the moment."""
    entries, found = _read(session, licence.id), state_of(licence)
    if not entries:
        start = LedgerEntry(kind=LedgerKind.START.value, seq=licence.seq, valid_until=found.valid_until)
        start.limits, start.edition, start.enrolled = dict(found.limits), found.edition, found.auto_renewal
        _add(session, settings, licence, entries, start)
    elif (by_hand := difference(_state(entries), found)) is not None:
        made = LedgerEntry(kind=LedgerKind.ADJUSTMENT.value, seq=licence.seq, days=by_hand.days)
        made.valid_until = by_hand.valid_until
        made.limits = dict(by_hand.limits) if by_hand.limits is not None else None
        made.edition, made.enrolled = by_hand.edition, by_hand.enrolled
        _add(session, settings, licence, entries, made)
    return entries


def _read(session: Session, licence_id: str) -> list[LedgerEntry]:
    query = select(LedgerEntry).where(LedgerEntry.licence_id == licence_id).order_by(LedgerEntry.pk)
    return list(session.scalars(query))


def _add(
    session: Session, settings: ShopSettings, licence: LicenceRow, entries: list[LedgerEntry], entry: LedgerEntry
) -> None:
    entry.customer_id, entry.licence_id, entry.at = licence.customer_id, licence.id, settings.now()
    session.add(entry)
    session.flush()
    entries.append(entry)


def _settle(licence: LicenceRow, entries: Sequence[LedgerEntry]) -> None:
    state = _state(entries)
    licence.valid_until, licence.limits, licence.edition = state.valid_until, dict(state.limits), state.edition
    licence.auto_renewal, licence.renewal_date = state.auto_renewal, state.renewal_date


def _grant_of(entries: Sequence[LedgerEntry], line: OrderLineRow) -> LedgerEntry | None:
    of_line = (line.order_pk, line.position)
    return next((entry for entry in entries if (entry.order_pk, entry.position) == of_line), None)


def _granted(order: OrderRow, line: OrderLineRow, entries: Sequence[LedgerEntry]) -> LedgerEntry:
    sold = line.sold
    entry = LedgerEntry(kind=LedgerKind.GRANT.value, order_pk=line.order_pk, position=line.position)
    if sold.kind == ServiceKind.EXTENSION.value:
        entry.limits = raised(sold.limits, _state(_when_priced(entries, sold.licence_seq)).limits)
    else:
        # A renewal that is made some days late still follows the old period: no day between them is given away or lost.
        entry.months = SUBSCRIPTION_MONTHS
        entry.not_before = min(warsaw_date(order.placed_at), sold.period_from)
    return entry


def _when_priced(entries: Sequence[LedgerEntry], seq: int) -> Sequence[LedgerEntry]:
    return [entry for entry in entries if entry.seq <= seq] or entries[:1]


def _state(entries: Sequence[LedgerEntry]) -> LicenceState:
    first = entries[0]
    if first.valid_until is None or first.limits is None or first.edition is None:
        raise LookupError("a licence's ledger begins with its start")
    start = LicenceState(first.valid_until, first.limits, first.edition, bool(first.enrolled))
    return replay(start, [_entry(row) for row in entries[1:]])


def _entry(row: LedgerEntry) -> Entry:
    match LedgerKind(row.kind):
        case LedgerKind.GRANT:
            return Grant(
                number=row.pk,
                months=row.months or 0,
                not_before=row.not_before or row.at.date(),
                limits=row.limits or {},
                enrols=bool(row.enrolled),
                is_automatic=row.is_automatic,
            )
        case LedgerKind.REVOCATION:
            return Revocation(row.revokes or 0)
        case LedgerKind.ADJUSTMENT:
            return Adjustment(row.days or 0, row.valid_until, row.limits, row.edition, row.enrolled)
        case kind:
            return Enrolment(enrolled=kind is LedgerKind.ENROLMENT)
