"""Passwords of customer accounts: argon2id at the cost of RFC 9106's second profile.

Rules: 3 passes over 64 MiB in 4 lanes; a hash made at another cost is made anew at the next login; a hash is worked out by one
thread of the computer, lane after lane, and no more than half of its processors work on hashes at once: what remains serves the
customers who are logged in.
"""

from __future__ import annotations

import base64
import hmac
import os
import secrets
import threading
from functools import cache

from argon2 import PasswordHasher, Type, extract_parameters
from argon2.exceptions import HashingError, InvalidHashError
from argon2.low_level import ARGON2_VERSION, core, error_to_str, ffi

from r2_renewal.contract.contact import check_email

PASSES, MEMORY_KIB, LANES = 3, 64 * 1024, 4
_SALT_BYTES, _HASH_BYTES = 16, 32
AT_ONCE = max(1, min(4, (os.cpu_count() or 1) // 2))

_HASHER = PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES, type=Type.ID)
_ROOM = threading.BoundedSemaphore(AT_ONCE)


def login_name(email: str) -> str:
    """Return the form in which an account's e-mail is stored and looked up: one for both spellings of its domain."""
    return (check_email(email).value or email.strip()).casefold()


def hash_password(password: str) -> str:
    """Return the argon2id hash of a password, with a salt of its own."""
    salt = secrets.token_bytes(_SALT_BYTES)
    passes, memory_kib, lanes = _HASHER.time_cost, _HASHER.memory_cost, _HASHER.parallelism
    digest = _worked_out(password, salt, _HASH_BYTES, passes, memory_kib, lanes, ARGON2_VERSION)
    cost = f"m={memory_kib},t={passes},p={lanes}"
    return f"$argon2id$v={ARGON2_VERSION}${cost}${_unpadded(salt)}${_unpadded(digest)}"


def matches(stored: str, password: str) -> bool:
    """Whether the password is the one that the stored hash was made of."""
    try:
        cost = extract_parameters(stored)
        salt, digest = (base64.b64decode(part + "=" * (-len(part) % 4)) for part in stored.rsplit("$", 2)[1:])
    except (InvalidHashError, ValueError):
        return False
    if cost.type is not Type.ID:
        return False
    try:
        worked_out = _worked_out(
            password, salt, len(digest), cost.time_cost, cost.memory_cost, cost.parallelism, cost.version
        )
    except HashingError:  # a cost that there is none of
        return False
    return hmac.compare_digest(worked_out, digest)


def _worked_out(
    password: str, salt: bytes, length: int, passes: int, memory_kib: int, lanes: int, version: int
) -> bytes:
    # The library's own calls start a thread of the computer for each lane; the hash is the same with one for all of them.
    secret, made = password.encode("utf-8", "surrogatepass"), ffi.new("uint8_t[]", length)
    kept = (
        ffi.new("uint8_t[]", secret),
        ffi.new("uint8_t[]", salt),
    )  # alive as long as the context, which only points at them
    context = ffi.new(
        "argon2_context *",
        {
            "out": made,
            "outlen": length,
            "pwd": kept[0],
            "pwdlen": len(secret),
            "salt": kept[1],
            "saltlen": len(salt),
            "t_cost": passes,
            "m_cost": memory_kib,
            "lanes": lanes,
            "threads": 1,
            "version": version,
        },
    )
    with _ROOM:
        problem = core(context, Type.ID.value)
    if problem:
        raise HashingError(error_to_str(problem))
    return bytes(ffi.buffer(made))


def _unpadded(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii").rstrip("=")


def is_outdated(stored: str) -> bool:
    """Whether a stored hash was made at another cost than today's."""
    return _HASHER.check_needs_rehash(stored)


@cache
def dummy_hash() -> str:
    """Return a hash that no password matches, to spend the same work on an unknown e-mail."""
    return hash_password(secrets.token_urlsafe())
