"""How often what may be tried before the shop says: later.

Rules: what is guessed at (a password, a token of a letter, a licence file) is counted by address, and a password by account too,
whether or not there is such an account; an office of many behind one address is not locked out by its own people, nor a customer
by a stranger at one address.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

_QUARTER = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many tries in such a time. Attributes: kind: what is tried and by whom it is counted."""

    kind: str
    most: int
    per: timedelta = _QUARTER


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of a shop.

    Attributes:
        login_of_account_from_address: logins to one account from one address; begun anew by one that succeeds.
        login_of_account: logins to one account from anywhere; begun anew likewise.
        login_from_address: logins from one address.
        licence_from_address: licence files refused from one address.
        reset_of_account_from_address: letters with a way to a new password, to one account, asked for from one address.
        reset_of_account: such letters to one account, from wherever they are asked for.
        reset_from_address: requests for such letters from one address.
        token_from_address: tries of a letter's token from one address.
        report_of_customer: reports of wrong data by one customer; each sends a letter.
    """

    login_of_account_from_address: Limit = Limit("login_of_account_from_address", 10)
    login_of_account: Limit = Limit("login_of_account", 50)
    login_from_address: Limit = Limit("login_from_address", 100)
    licence_from_address: Limit = Limit("licence_from_address", 100)
    reset_of_account_from_address: Limit = Limit("reset_of_account_from_address", 3, timedelta(hours=1))
    reset_of_account: Limit = Limit("reset_of_account", 10, timedelta(hours=1))
    reset_from_address: Limit = Limit("reset_from_address", 30)
    token_from_address: Limit = Limit("token_from_address", 30)
    report_of_customer: Limit = Limit("report_of_customer", 30, timedelta(hours=24))
