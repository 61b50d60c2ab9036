"""„Nie pamiętasz hasła?": a letter with a way to a new password.

Rules: the answer is the same for every e-mail; a token is stored as its hash only, works once and for ten minutes; a new
password ends every session of its login and every other letter's token.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from datetime import timedelta

from sqlalchemy import delete, or_
from sqlalchemy.orm import Session

from r2_renewal.contract.problems import FieldProblem, ProblemCode
from r2_renewal.reference_shop import account_attempts, attempts, passwords
from r2_renewal.reference_shop.mail.letters import send_password_reset
from r2_renewal.reference_shop.panel import addresses
from r2_renewal.reference_shop.problems import Refusal
from r2_renewal.reference_shop.sessions import SCOPE_ACCOUNT, TOKEN_BYTES, digest
from r2_renewal.reference_shop.shop import Shop
from r2_renewal.reference_shop.tables import PasswordReset, SessionRow, User

TOKEN_LIFE = timedelta(minutes=10)
# Every request for a new password is answered after this time, whatever was done in it.
RESET_SECONDS = 0.5


def request(shop: Shop, email: str, address: str) -> None:
    """Send the letter, if there is such an account and it has not had several already; tell nobody whether there is.

    Raises:
        Refusal: TOO_MANY, for requests from one address.
    """
    attempts.count(shop, shop.settings.limits.reset_from_address, address)
    login = passwords.login_name(email)
    try:
        account_attempts.count_letter(shop, login, address)
    except Refusal:
        return  # somebody fills the customer's mailbox: the letters that are there will do
    with shop.database.writing(login) as session:
        user = session.get(User, login)
        if user is not None:
            _send(shop, session, user)


async def request_evenly(shop: Shop, email: str, address: str) -> None:
    """Do as ``request`` does and come back after ``RESET_SECONDS``, whatever was done."""
    began = time.monotonic()
    await asyncio.to_thread(request, shop, email, address)
    await asyncio.sleep(max(0.0, began + RESET_SECONDS - time.monotonic()))


def _send(shop: Shop, session: Session, user: User) -> None:
    token, now = secrets.token_urlsafe(TOKEN_BYTES), shop.settings.now()
    session.execute(delete(PasswordReset).where(PasswordReset.expires_at <= now))
    row = PasswordReset(
        token_hash=digest(token), customer_id=user.customer_id, login=user.email, expires_at=now + TOKEN_LIFE
    )
    session.add(row)
    send_password_reset(
        session,
        shop.settings,
        customer_id=user.customer_id,
        to=user.email,
        link=shop.settings.link_to(addresses.new_password(token)),
        event=row.token_hash,
        ends_at=row.expires_at,
    )


def check(shop: Shop, token: str, address: str) -> None:
    """Look whether a token still works; it is not used up by that.

    Raises:
        Refusal: NOT_FOUND, where the token is unknown, used or ended; TOO_MANY.
    """
    attempts.count(shop, shop.settings.limits.token_from_address, address)
    _login_of(shop, token)


def use(shop: Shop, token: str, password: str, address: str) -> None:
    """Set a new password and use the token up.

    Raises:
        Refusal: NOT_FOUND, where the token is unknown, used or ended; VALIDATION for a password that is the login; TOO_MANY.
    """
    set_counted(shop, token, password, address, _counted_login(shop, token, address))


async def use_pooled(shop: Shop, token: str, password: str, address: str) -> None:
    """Do as ``use`` does, with the hashing in the shop's pool; a token that is none never gets there.

    Raises:
        Refusal: as there; NOT_READY, where too many logins wait.
    """
    login = await asyncio.to_thread(_counted_login, shop, token, address)
    await shop.passwords.run(set_counted, shop, token, password, address, login)


def _counted_login(shop: Shop, token: str, address: str) -> str:
    attempts.count(shop, shop.settings.limits.token_from_address, address)
    return _login_of(shop, token)


def set_counted(shop: Shop, token: str, password: str, address: str, login: str) -> None:
    """Set the new password of a login whose token was looked at already, and use the token up.

    Raises:
        Refusal: NOT_FOUND, where the token was used meanwhile; VALIDATION for a password that is the login.
    """
    if passwords.login_name(password) == login:
        raise Refusal(ProblemCode.VALIDATION, fields=(FieldProblem(field="password", code="login"),))
    password_hash = passwords.hash_password(password)  # before the lock: it takes its time
    with shop.database.writing() as session:
        used = session.get(PasswordReset, digest(token))
        if used is None:
            raise Refusal(ProblemCode.NOT_FOUND, "no such token")
        user = session.get_one(User, login)
        user.password_hash = password_hash
        account_attempts.forget_logins(shop, session, login, address)
        _end_everything(session, user)


def _login_of(shop: Shop, token: str) -> str:
    with shop.database.reading() as session:
        row = session.get(PasswordReset, digest(token))
    if row is None or row.expires_at <= shop.settings.now():
        raise Refusal(ProblemCode.NOT_FOUND, "no such token")
    return row.login


def _end_everything(session: Session, user: User) -> None:
    session.execute(delete(PasswordReset).where(PasswordReset.login == user.email))
    # A session of the first release does not tell its login: it ends with any of its customer's.
    of_login = or_(SessionRow.login == user.email, SessionRow.login.is_(None))
    account = SessionRow.scope == SCOPE_ACCOUNT
    session.execute(delete(SessionRow).where(SessionRow.customer_id == user.customer_id, account, of_login))
