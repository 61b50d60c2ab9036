"""Sweeping away what has served its time: quotes that nobody ordered, sessions, counts of attempts, ways to a new password.

Rules: what is evidence (orders, keys, consents, invoices, letters) is never touched; an expired quote stays for two days more, so
that an order form left open over a weekend is answered with today's price; little is swept at a time, so that no order
waits for it; any number of processes may sweep at once.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, exists, or_, select
from sqlalchemy.orm import Session

from r2_renewal.reference_shop.attempts import KEPT
from r2_renewal.reference_shop.shop import Shop
from r2_renewal.reference_shop.tables import (
    Attempts,
    OrderLineRow,
    OrderRow,
    PasswordReset,
    QuoteLineRow,
    QuoteRow,
    SessionRow,
)

QUOTES_KEPT = timedelta(days=2)
FIRST_SECONDS, EVERY_SECONDS = 60.0, 3600.0
_AT_ONCE = 500
_SWEEPERS = "sweeping"
LOGGER = logging.getLogger("r2_renewal.shop")


@dataclass(frozen=True, slots=True)
class Swept:
    """How many of each were swept away."""

    quotes: int
    sessions: int
    attempts: int
    password_resets: int


def sweep(shop: Shop) -> Swept:
    """Sweep away everything that has served its time."""
    now = shop.settings.now()
    return Swept(
        quotes=_all_of(shop, lambda session: _quotes(session, shop)),
        sessions=_all_of(shop, lambda session: _rows(session, SessionRow, SessionRow.expires_at <= now)),
        attempts=_all_of(
            shop,
            # A count from the future is of a shop whose clock was set back.
            lambda session: _rows(session, Attempts, or_(Attempts.since <= now - KEPT, Attempts.since > now + KEPT)),
        ),
        password_resets=_all_of(shop, lambda session: _rows(session, PasswordReset, PasswordReset.expires_at <= now)),
    )


def _all_of(shop: Shop, some: Callable[[Session], int]) -> int:
    swept = 0
    while True:
        with shop.database.writing(_SWEEPERS) as session:
            count = some(session)
        swept += count
        if count < _AT_ONCE:
            return swept


def _quotes(session: Session, shop: Shop) -> int:
    is_ordered = or_(
        exists().where(OrderRow.quote_id == QuoteRow.id), exists().where(OrderLineRow.quote_id == QuoteRow.id)
    )
    old = QuoteRow.expires_at <= shop.settings.now() - QUOTES_KEPT
    named = list(session.scalars(select(QuoteRow.id).where(old, ~is_ordered).limit(_AT_ONCE)))
    session.execute(delete(QuoteLineRow).where(QuoteLineRow.quote_id.in_(named)))
    session.execute(delete(QuoteRow).where(QuoteRow.id.in_(named)))
    return len(named)


def _rows(session: Session, table: type, condition: object) -> int:
    keys = table.__mapper__.primary_key  # type: ignore[attr-defined]
    some = session.execute(select(*keys).where(condition).limit(_AT_ONCE)).all()  # type: ignore[arg-type]
    for key in some:
        session.execute(delete(table).where(*(column == value for column, value in zip(keys, key, strict=True))))
    return len(some)


async def watch(shop: Shop) -> None:
    """Sweep every hour, until cancelled."""
    await asyncio.sleep(FIRST_SECONDS)
    while True:
        try:
            await asyncio.to_thread(sweep, shop)
        except Exception as error:
            LOGGER.error("sweeping failed: %s", type(error).__name__)
        await asyncio.sleep(EVERY_SECONDS)
