"""Counting attempts in the database, so that a restart forgets none and several processes count together.

Rules: an attempt is counted before it is made, in one statement; whom it is counted for is stored as a digest only; what is
older than any limit's time is swept away.
"""

from __future__ import annotations

import hashlib
import ipaddress
import math
from datetime import datetime, timedelta

from sqlalchemy import case, delete, literal, or_
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from r2_renewal.contract.problems import ProblemCode
from r2_renewal.reference_shop.columns import Moment
from r2_renewal.reference_shop.limit import Limit
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
    if counted > limit.most:
        raise Refusal(ProblemCode.TOO_MANY, retry_after=max(1, math.ceil((since + limit.per - now).total_seconds())))


def _add_one(session: Session, limit: Limit, digest: str, now: datetime) -> tuple[int, datetime]:
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    # A count from the future is of a shop whose clock was set back.
    is_over = or_(Attempts.since <= now - limit.per, Attempts.since > now)
    first = insert(Attempts).values(kind=limit.kind, subject=digest, since=now, count=1)
    counted = first.on_conflict_do_update(
        index_elements=["kind", "subject"],
        set_={
            "count": case((is_over, 1), else_=Attempts.count + 1),
            "since": case((is_over, literal(now, Moment())), else_=Attempts.since),
        },
    )
    row = session.execute(counted.returning(Attempts.count.label("count_now"), Attempts.since)).one()
    return row.count_now, row.since


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
