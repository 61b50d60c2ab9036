"""The open account sessions of a login: listed for its owner, and ended one by one or all at once.

Rule: a page names a session by a digest of what is stored of its token, so that not even that is shown.
"""

from __future__ import annotations

import hashlib

from sqlalchemy import ColumnElement, and_, delete, or_, select
from sqlalchemy.orm import Session

from r2_renewal.contract.problems import ProblemCode
from r2_renewal.reference_shop.callers import Caller
from r2_renewal.reference_shop.problems import Refusal
from r2_renewal.reference_shop.sessions import SCOPE_ACCOUNT
from r2_renewal.reference_shop.shop import Shop
from r2_renewal.reference_shop.tables import SessionRow

_NAME_LETTERS = 24


def name_of(token_hash: str) -> str:
    """Return what pages call a session."""
    return hashlib.sha256(f"session {token_hash}".encode()).hexdigest()[:_NAME_LETTERS]


def sessions_of(shop: Shop, caller: Caller) -> list[SessionRow]:
    """Return the open account sessions of the caller's login, the latest first."""
    with shop.database.reading() as session:
        return _listed(shop, session, caller)


def _listed(shop: Shop, session: Session, caller: Caller) -> list[SessionRow]:
    query = select(SessionRow).where(_of_login(caller), SessionRow.expires_at > shop.settings.now())
    return list(session.scalars(query.order_by(SessionRow.opened_at.desc(), SessionRow.token_hash)))


def close_one(shop: Shop, caller: Caller, name: str) -> bool:
    """End one session of the caller's login; return whether it was the caller's own.

    Raises:
        Refusal: NOT_FOUND, where the login has no open session of that name.
    """
    with shop.database.writing(caller.customer_id) as session:
        found = next((row for row in _listed(shop, session, caller) if name_of(row.token_hash) == name), None)
        if found is None:
            raise Refusal(ProblemCode.NOT_FOUND, "no such session")
        session.delete(found)
        return found.token_hash == caller.token_hash


def close_all(shop: Shop, caller: Caller) -> None:
    """End every account session of the caller's login."""
    with shop.database.writing() as session:
        session.execute(delete(SessionRow).where(_of_login(caller)))


def _of_login(caller: Caller) -> ColumnElement[bool]:
    # A session of the first release does not tell its login: it ends with any of its customer's.
    of_login = or_(SessionRow.login == caller.login, SessionRow.login.is_(None))
    return and_(SessionRow.customer_id == caller.customer_id, SessionRow.scope == SCOPE_ACCOUNT, of_login)
