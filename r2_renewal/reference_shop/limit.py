"""How often what may be tried before the shop says: later.

Rules: what is guessed at (a password, a token of a letter, a licence file) is counted by address, and a password by account too,
whether or not there is such an account; an office of many behind one address is not locked out by its own people, nor a customer
by a stranger at one address. What is kept or sent (orders, quotes, sessions, letters) is counted by licence, customer, address of
the caller and address of the letter, each far above what an honest day brings: an office that orders fifty programs at once, a
school of hundreds behind one address, a person who changes their mind. A letter that the law or the contract owes is always sent.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

_QUARTER, _HOUR, _DAY = timedelta(minutes=15), timedelta(hours=1), timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many tries in such a time. Attributes: kind: what is tried and by whom it is counted."""

    kind: str
    most: int
    per: timedelta = _QUARTER


@dataclass(frozen=True, slots=True)
class Trio:
    """The limits of one thing that can be done: by licence, by customer and by the caller's address, each in the same time.

    Attributes:
        what: is done.
        licence: how often with one licence; ``customer`` and ``address`` likewise.
        per: in which time.
    """

    what: str
    licence: int
    customer: int
    address: int
    per: timedelta

    @property
    def of_licence(self) -> Limit:
        """The limit of one licence."""
        return Limit(f"{self.what}_of_licence", self.licence, self.per)

    @property
    def of_customer(self) -> Limit:
        """The limit of one customer."""
        return Limit(f"{self.what}_of_customer", self.customer, self.per)

    @property
    def from_address(self) -> Limit:
        """The limit of one address."""
        return Limit(f"{self.what}_from_address", self.address, self.per)


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
        order: orders by licence, by customer and from one address.
        quote: quotes likewise; each of several lines counts for each of their licences.
        session: sessions opened by a licence file likewise.
        address_change_of_customer: changes of the invoices' address in the account; each may send letters.
        letter_to_recipient: letters to one address that somebody else has brought about, and that nobody is owed.
    """

    login_of_account_from_address: Limit = Limit("login_of_account_from_address", 10)
    login_of_account: Limit = Limit("login_of_account", 50)
    login_from_address: Limit = Limit("login_from_address", 100)
    licence_from_address: Limit = Limit("licence_from_address", 100)
    reset_of_account_from_address: Limit = Limit("reset_of_account_from_address", 3, timedelta(hours=1))
    reset_of_account: Limit = Limit("reset_of_account", 10, timedelta(hours=1))
    reset_from_address: Limit = Limit("reset_from_address", 30)
    token_from_address: Limit = Limit("token_from_address", 30)
    report_of_customer: Limit = Limit("report_of_customer", 30, _DAY)
    order: Trio = Trio("order", licence=30, customer=300, address=1000, per=_DAY)
    quote: Trio = Trio("quote", licence=600, customer=3000, address=12_000, per=_HOUR)
    session: Trio = Trio("session", licence=300, customer=1000, address=5000, per=_HOUR)
    address_change_of_customer: Limit = Limit("address_change_of_customer", 60, _DAY)
    letter_to_recipient: Limit = Limit("letter_to_recipient", 60, _DAY)
