"""Counting attempts in the database, so that a restart forgets none and several processes count together.

Rules: an attempt is counted before it is made, in one statement; whom it is counted for is stored as a digest only; what is
older than any limit's time is swept away.
"""

from __future__ import annotations

import hashlib
import ipaddress
import math
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import Executable, bindparam, case, delete, or_
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from r2_renewal.contract.problems import ProblemCode
from r2_renewal.reference_shop.callers import Caller
from r2_renewal.reference_shop.columns import Moment
from r2_renewal.reference_shop.limit import Limit, Trio
from r2_renewal.reference_shop.problems import Refusal
from r2_renewal.reference_shop.shop import Shop
from r2_renewal.reference_shop.tables import Attempts

KEPT = timedelta(days=2)
# One customer of a provider has at least a /64 of IPv6 addresses: they count as one.
_IPV6_PREFIX = 64


def count(shop: Shop, limit: Limit, subject: str) -> None:
    """Count an attempt.

    Args:
        shop: the shop.
        limit: what is tried.
        subject: the login, customer or address that it is counted for.

    Raises:
        Refusal: TOO_MANY, with the seconds to wait, where the limit is passed.
    """
    now, digest = shop.settings.now(), _digest(subject)
    with shop.database.writing(f"{limit.kind}:{digest}") as session:
        counted, since = _add_one(session, limit, digest, now)
        if counted == 1:
            session.execute(delete(Attempts).where(Attempts.since <= now - KEPT))
    _check(limit, counted, since, now)


def count_in(session: Session, limit: Limit, subject: str, now: datetime) -> None:
    """Count in the caller's transaction: what is not done in the end is not counted either.

    Raises:
        Refusal: TOO_MANY, as in ``count``.
    """
    _check(limit, *_add_one(session, limit, _digest(subject), now), now)


def count_each(
    session: Session, limits: Trio, caller: Caller, licence_ids: Iterable[str], now: datetime, address: str
) -> None:
    """Count what a caller does with licences, in the caller's transaction: by licence, by customer and by address.

    Args:
        session: the caller's writing session.
        limits: of what is done.
        caller: who does it.
        licence_ids: with what.
        now: the shop's time.
        address: from where; empty where nobody can tell.

    Raises:
        Refusal: TOO_MANY, as in ``count``.
    """
    # Always in the same order, so that two transactions never wait for one another.
    if address:
        count_in(session, limits.address, address, now)
    count_in(session, limits.customer, caller.customer_id, now)
    for licence_id in sorted(set(licence_ids)):
        count_in(session, limits.licence, licence_id, now)


def _check(limit: Limit, counted: int, since: datetime, now: datetime) -> None:
    if counted > limit.most:
        raise Refusal(ProblemCode.TOO_MANY, retry_after=max(1, math.ceil((since + limit.per - now).total_seconds())))


def _add_one(session: Session, limit: Limit, digest: str, now: datetime) -> tuple[int, datetime]:
    values = {"of": limit.kind, "whose": digest, "now": now, "ended": now - limit.per}
    row = session.connection().execute(_statement(session.get_bind().dialect.name), values).one()
    return row.count_now, row.since


@cache
def _statement(dialect: str) -> Executable:
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    now, ended = bindparam("now", type_=Moment()), bindparam("ended", type_=Moment())
    # A count from the future is of a shop whose clock was set back.
    is_over = or_(Attempts.since <= ended, Attempts.since > now)
    first = insert(Attempts).values(kind=bindparam("of"), subject=bindparam("whose"), since=now, count=1)
    counted = first.on_conflict_do_update(
        index_elements=["kind", "subject"],
        set_={
            "count": case((is_over, 1), else_=Attempts.count + 1),
            "since": case((is_over, now), else_=Attempts.since),
        },
    )
    return counted.returning(Attempts.count.label("count_now"), Attempts.since)


def forget(session: Session, limit: Limit, subject: str) -> None:
    """Begin a count anew."""
    session.execute(delete(Attempts).where(Attempts.kind == limit.kind, Attempts.subject == _digest(subject)))


def _digest(subject: str) -> str:
    return hashlib.sha256(subject.encode()).hexdigest()


def counted_address(host: str) -> str:
    """Return what an address counts as."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is None:
        return str(ipaddress.ip_network((address, _IPV6_PREFIX), strict=False))
    return str(address.ipv4_mapped or address) if isinstance(address, ipaddress.IPv6Address) else str(address)
