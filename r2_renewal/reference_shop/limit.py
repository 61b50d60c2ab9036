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
    """The limits of one thing that can be done. Attributes: licence: with one licence; customer: by one; address: from one."""

    licence: Limit
    customer: Limit
    address: Limit


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
        order_of_licence: orders of one licence; ``order_of_customer`` and ``order_from_address`` likewise.
        quote_of_licence: quotes likewise; one of several lines counts for each of their licences.
        session_of_licence: sessions opened by a licence file likewise.
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
    order_of_licence: Limit = Limit("order_of_licence", 30, _DAY)
    order_of_customer: Limit = Limit("order_of_customer", 300, _DAY)
    order_from_address: Limit = Limit("order_from_address", 1000, _DAY)
    quote_of_licence: Limit = Limit("quote_of_licence", 600, _HOUR)
    quote_of_customer: Limit = Limit("quote_of_customer", 3000, _HOUR)
    quote_from_address: Limit = Limit("quote_from_address", 12_000, _HOUR)
    session_of_licence: Limit = Limit("session_of_licence", 300, _HOUR)
    session_of_customer: Limit = Limit("session_of_customer", 1000, _HOUR)
    session_from_address: Limit = Limit("session_from_address", 5000, _HOUR)
    address_change_of_customer: Limit = Limit("address_change_of_customer", 60, _DAY)
    letter_to_recipient: Limit = Limit("letter_to_recipient", 60, _DAY)

    @property
    def order(self) -> Trio:
        """The limits of orders."""
        return Trio(self.order_of_licence, self.order_of_customer, self.order_from_address)

    @property
    def quote(self) -> Trio:
        """The limits of quotes."""
        return Trio(self.quote_of_licence, self.quote_of_customer, self.quote_from_address)

    @property
    def session(self) -> Trio:
        """The limits of sessions."""
        return Trio(self.session_of_licence, self.session_of_customer, self.session_from_address)
