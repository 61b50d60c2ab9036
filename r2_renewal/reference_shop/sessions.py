"""Sessions: opened by a licence file or by a password, carried by an opaque bearer token.

Rules: a token is stored as its hash only; an expired subscription or an older copy of a licence file still opens eSklep, for
its own customer alone; a wrong password and an unknown e-mail get the same answer after the same work.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from r2_renewal.contract.problems import ProblemCode
from r2_renewal.contract.structs import SessionBody
from r2_renewal.domain.errors import RenewalError
from r2_renewal.domain.licence import Licence
from r2_renewal.licensing.reader import parse_certificate
from r2_renewal.reference_shop import account_attempts, attempts, passwords
from r2_renewal.reference_shop.callers import Caller
from r2_renewal.reference_shop.origins import Origin
from r2_renewal.reference_shop.problems import Refusal
from r2_renewal.reference_shop.shop import Shop
from r2_renewal.reference_shop.tables import Customer, LicenceRow, SessionRow, User

SCOPE_ORDER = "order"
SCOPE_ACCOUNT = "account"
TOKEN_BYTES = 32


def open_by_licence(shop: Shop, certificate: str, address: str, licence_key: str | None = None) -> SessionBody:
    """Open a session for the customer of a licence file that the shop signed; an encrypted one is read with its licence key.

    Raises:
        Refusal: LICENCE_REFUSED, where the file is not the shop's or its customer is unknown; TOO_MANY, where too many were
            refused from this address, or opened from it or with this licence or customer.
    """
    try:
        customer_id, licence_id = holder_of(shop, certificate, licence_key)
    except Refusal:
        attempts.count(shop, shop.settings.limits.licence_from_address, address)
        raise
    with shop.database.writing() as session:
        caller, now = Caller(customer_id, SCOPE_ORDER, ""), shop.settings.now()
        attempts.count_each(session, shop.settings.limits.session, caller, [licence_id], now, address)
        opened, _ = _open(shop, session, customer_id, SCOPE_ORDER)
        return opened


def holder_of(shop: Shop, certificate: str, licence_key: str | None = None) -> tuple[str, str]:
    """Return the customer of a licence file that the shop signed, and its licence, the first where it holds several.

    Raises:
        Refusal: LICENCE_REFUSED, where the file is not the shop's or its customer is unknown.
    """
    licence = _verified(shop, certificate, licence_key)
    with shop.database.reading() as session:
        if not _is_on_record(session, licence):
            raise Refusal(ProblemCode.LICENCE_REFUSED, "no such customer")
    return licence.customer_id, next(program.licence_id for program in licence.programs)


def _verified(shop: Shop, certificate: str, licence_key: str | None) -> Licence:
    try:
        return parse_certificate(certificate, shop.settings.trusted_keys, licence_key)
    except RenewalError as error:
        raise Refusal(ProblemCode.LICENCE_REFUSED, error.code.value) from error


def _is_on_record(session: Session, licence: Licence) -> bool:
    held = [program.licence_id for program in licence.programs]
    owned = select(LicenceRow.id).where(LicenceRow.customer_id == licence.customer_id, LicenceRow.id.in_(held))
    return session.get(Customer, licence.customer_id) is not None and session.scalar(owned.limit(1)) is not None


def open_by_password(shop: Shop, email: str, password: str, origin: Origin) -> SessionBody:
    """Open a session of a customer's account.

    Raises:
        Refusal: BAD_CREDENTIALS, for an unknown e-mail and a wrong password alike; TOO_MANY, for either likewise.
    """
    account_attempts.count_login(shop, passwords.login_name(email), origin.address)
    return verify(shop, email, password, origin)


async def open_pooled(shop: Shop, email: str, password: str, origin: Origin) -> SessionBody:
    """Do as ``open_by_password`` does, with the hashing in the shop's pool; a login beyond a limit never gets there.

    Raises:
        Refusal: as there; NOT_READY, where too many logins wait.
    """
    await asyncio.to_thread(account_attempts.count_login, shop, passwords.login_name(email), origin.address)
    return await shop.passwords.run(verify, shop, email, password, origin)


def verify(shop: Shop, email: str, password: str, origin: Origin) -> SessionBody:
    """Open a session of a customer's account for a login that is counted already.

    Raises:
        Refusal: BAD_CREDENTIALS, for an unknown e-mail and a wrong password alike.
    """
    login, nobodys = passwords.login_name(email), passwords.dummy_hash()
    with shop.database.reading() as session:
        user = session.get(User, login)
    # A hash is verified in both cases, so that the time does not tell whether the e-mail is known.
    if not passwords.matches(user.password_hash if user else nobodys, password) or user is None:
        raise Refusal(ProblemCode.BAD_CREDENTIALS)
    renewed = passwords.hash_password(password) if passwords.is_outdated(user.password_hash) else user.password_hash
    with shop.database.writing() as session:
        known = session.get(User, login)
        if known is None or known.password_hash != user.password_hash:
            raise Refusal(ProblemCode.BAD_CREDENTIALS)  # the password was changed while this one was verified
        known.password_hash = renewed
        account_attempts.forget_logins(shop, session, login, origin.address)
        opened, row = _open(shop, session, user.customer_id, SCOPE_ACCOUNT)
        row.login, row.opened_with, row.opened_from = login, origin.program, origin.neighbourhood
        return opened


def _open(shop: Shop, session: Session, customer_id: str, scope: str) -> tuple[SessionBody, SessionRow]:
    now = shop.settings.now()
    life = shop.settings.order_session if scope == SCOPE_ORDER else shop.settings.account_session
    token = secrets.token_urlsafe(TOKEN_BYTES)
    session.execute(delete(SessionRow).where(SessionRow.expires_at <= now))
    row = SessionRow(
        token_hash=digest(token), customer_id=customer_id, scope=scope, expires_at=now + life, opened_at=now
    )
    session.add(row)
    return SessionBody(token=token, scope=scope, expires_at=now + life, customer_id=customer_id), row


def caller_of(shop: Shop, authorization: str) -> Caller:
    """Return whose session the bearer token of an ``Authorization`` header is.

    Raises:
        Refusal: UNAUTHORIZED, where there is none, or it has ended.
    """
    kind, _, token = authorization.partition(" ")
    if kind.lower() != "bearer" or not token:
        raise Refusal(ProblemCode.UNAUTHORIZED, "no bearer token")
    return caller_by(shop, token.strip())


def caller_by(shop: Shop, token: str) -> Caller:
    """Return whose session a token is.

    Raises:
        Refusal: UNAUTHORIZED, where it is none's, or has ended.
    """
    with shop.database.reading() as session:
        row = session.get(SessionRow, digest(token))
    if row is None or _has_ended(row, shop.settings.now()):
        raise Refusal(ProblemCode.UNAUTHORIZED, "no such session")
    return Caller(row.customer_id, row.scope, row.token_hash, row.login or "")


def _has_ended(row: SessionRow, now: datetime) -> bool:
    return row.expires_at <= now


def close(shop: Shop, caller: Caller) -> None:
    """End the caller's session."""
    with shop.database.writing() as session:
        session.execute(delete(SessionRow).where(SessionRow.token_hash == caller.token_hash))


def close_token(shop: Shop, token: str) -> None:
    """End the session of a token, if it is one's."""
    with shop.database.writing() as session:
        session.execute(delete(SessionRow).where(SessionRow.token_hash == digest(token)))


def digest(token: str) -> str:
    """Return what of a token is stored."""
    # The token is 256 random bits: nothing to guess, so a fast digest is enough where a password would need argon2.
    return hashlib.sha256(token.encode()).hexdigest()
