"""Passwords of customer accounts: argon2id with the library's recommended cost (RFC 9106, second profile)."""

from __future__ import annotations

import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_HASHER = PasswordHasher()


def login_name(email: str) -> str:
    """Return the form in which an account's e-mail is stored and looked up."""
    return email.strip().casefold()


def hash_password(password: str) -> str:
    """Return the argon2id hash of a password, with a salt of its own."""
    return _HASHER.hash(password)


def matches(stored: str, password: str) -> bool:
    """Whether the password is the one that the stored hash was made of."""
    try:
        return _HASHER.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


@cache
def dummy_hash() -> str:
    """Return a hash that no password matches, to spend the same work on an unknown e-mail."""
    return hash_password(secrets.token_urlsafe())
