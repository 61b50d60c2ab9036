"""Who calls."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls.

    Attributes:
        customer_id: the customer that every query of the call is bound to.
        scope: ``order`` or ``account``.
        token_hash: the session's key.
        login: the account's e-mail; empty in a session opened by a licence file.
    """

    customer_id: str
    scope: str
    token_hash: str
    login: str = ""
