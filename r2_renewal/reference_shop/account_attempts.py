"""Counting what is tried with an account, so that who guesses is stopped and its owner is not.

Rules: who tries from one address is stopped by the count of that account from that address, long before the account's own count
is full, so that a stranger at one address locks no customer out; the account's own stops those at many; known and unknown e-mails
are counted alike.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from r2_renewal.reference_shop import attempts
from r2_renewal.reference_shop.shop import Shop


def count_login(shop: Shop, login: str, address: str) -> None:
    """Count a login that is about to be tried.

    Raises:
        Refusal: TOO_MANY, for this address, for this account from this address, or for this account.
    """
    limits = shop.settings.limits
    attempts.count(shop, limits.login_from_address, address)
    attempts.count(shop, limits.login_of_account_from_address, _both(login, address))
    attempts.count(shop, limits.login_of_account, login)


def count_letter(shop: Shop, login: str, address: str) -> None:
    """Count a letter with a way to a new password that is about to be sent.

    Raises:
        Refusal: TOO_MANY, for this account from this address, or for this account.
    """
    limits = shop.settings.limits
    attempts.count(shop, limits.reset_of_account_from_address, _both(login, address))
    attempts.count(shop, limits.reset_of_account, login)


def forget_logins(shop: Shop, session: Session, login: str, address: str) -> None:
    """Begin the counts of logins anew: the account's owner was there."""
    limits = shop.settings.limits
    attempts.forget(session, limits.login_of_account, login)
    attempts.forget(session, limits.login_of_account_from_address, _both(login, address))


def _both(login: str, address: str) -> str:
    return f"{address} {login}"
