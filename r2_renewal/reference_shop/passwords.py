"""Passwords of customer accounts: argon2id at the cost of RFC 9106's second profile.

Rules: 3 passes over 64 MiB in 4 lanes; a hash made at another cost is made anew at the next login; at most a few are worked on
at once, since each holds its 64 MiB.
"""

from __future__ import annotations

import secrets
import threading
from functools import cache

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

PASSES, MEMORY_KIB, LANES = 3, 64 * 1024, 4
AT_ONCE = 4

_HASHER = PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES, type=Type.ID)
_ROOM = threading.BoundedSemaphore(AT_ONCE)


def login_name(email: str) -> str:
    """Return the form in which an account's e-mail is stored and looked up."""
    return email.strip().casefold()


def hash_password(password: str) -> str:
    """Return the argon2id hash of a password, with a salt of its own."""
    with _ROOM:
        return _HASHER.hash(password)


def matches(stored: str, password: str) -> bool:
    """Whether the password is the one that the stored hash was made of."""
    try:
        with _ROOM:
            return _HASHER.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(stored: str) -> bool:
    """Whether a stored hash was made at another cost than today's."""
    return _HASHER.check_needs_rehash(stored)


@cache
def dummy_hash() -> str:
    """Return a hash that no password matches, to spend the same work on an unknown e-mail."""
    return hash_password(secrets.token_urlsafe())
