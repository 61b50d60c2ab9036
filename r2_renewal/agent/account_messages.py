"""What host and agent say to each other of the customer's account.

Rule: no token is ever in a message; a password goes one way, once, and is never shown by a ``repr``.
"""

from __future__ import annotations

from r2_renewal.agent.messages import Message
from r2_renewal.domain.account import ConsentEvidence, CustomerChange, CustomerRecord, Enrolment, Invoice
from r2_renewal.domain.consent import Document


class AccountStateParams(Message, frozen=True):
    """Attributes: ask_shop: whether the shop is asked too, and LOGIN_AGAIN is the answer where it has ended the session."""

    ask_shop: bool = False


class LoginParams(Message, frozen=True):
    """Opens the customer's account. Attributes: email; password; stay: whether to stay logged in when the agent ends."""

    email: str
    password: str
    stay: bool = False

    def __repr__(self) -> str:
        return "LoginParams(…)"


class AccountState(Message, frozen=True):
    """Who is logged in.

    Attributes:
        email: what was logged in with; empty where nobody is.
        customer_id: whose account it is; empty where the shop did not tell.
        is_kept: whether the login outlives the agent.
        is_other_customer: whether it is another customer's account than the licence's on this computer.
        reason: the code why it could not be kept, or not be read: VAULT_* or LOGIN_AGAIN; empty for no reason.
    """

    email: str = ""
    customer_id: str = ""
    is_kept: bool = False
    is_other_customer: bool = False
    reason: str = ""


class LogoutResult(Message, frozen=True):
    """Where the session was ended: at neither place means that it was not.

    Attributes:
        is_revoked: at the shop.
        is_removed: on this computer.
    """

    is_revoked: bool
    is_removed: bool


class CustomerResult(Message, frozen=True):
    """Attributes: record: the customer's data as they stand; consent: the text of the consent to automatic renewal in force."""

    record: CustomerRecord
    consent: Document


class EnrolmentsResult(Message, frozen=True):
    """Further enrolments of the customer. Attributes: next: what to ask for the page after them with; empty on the last one."""

    enrolments: tuple[Enrolment, ...]
    next: str = ""


class ChangeParams(Message, frozen=True):
    """Attributes: change: what the user wants changed, and in which state of the data."""

    change: CustomerChange


class PageParams(Message, frozen=True):
    """Asks for a page of a list. Attributes: cursor: where the page before ended; empty for the first page."""

    cursor: str = ""


class ConsentsResult(Message, frozen=True):
    """A page of consents, newest first. Attributes: next: cursor of the page after it; empty on the last one."""

    consents: tuple[ConsentEvidence, ...]
    next: str = ""


class InvoicesResult(Message, frozen=True):
    """A page of invoices, newest first. Attributes: next: cursor of the page after it; empty on the last one."""

    invoices: tuple[Invoice, ...]
    next: str = ""


class InvoicePdfParams(Message, frozen=True):
    """Saves an invoice. Attributes: invoice_id: which; path: the file of the user's choice."""

    invoice_id: str
    path: str


class ResetParams(Message, frozen=True):
    """Asks for a letter with a way to a new password. Attributes: email: where; the answer is the same for any."""

    email: str

    def __repr__(self) -> str:
        return "ResetParams(…)"


class EnrolmentTold(Message, frozen=True):
    """What the shop says of this computer's licence now. Attributes: licence_id; enrolled: whether it renews by itself."""

    licence_id: str
    enrolled: bool
