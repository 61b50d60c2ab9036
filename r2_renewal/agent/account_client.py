"""The customer's account at the shop, as calls: opened by a password, closed by its token.

Rules: a password goes into one request and nowhere else; a login is sent once, since the shop counts attempts; only the shop's
own word ends a session, not a 401 of something on the way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlencode

import msgspec

from r2_renewal.agent.calls import Caller, post, retried, typed, with_token
from r2_renewal.agent.deadline import Deadline
from r2_renewal.agent.failures import ShopError
from r2_renewal.agent.transport import Answer, Message
from r2_renewal.contract import accounts, paths, structs
from r2_renewal.domain.errors import ErrorCode

T = TypeVar("T")
PDF_CAP = 8 * 1024 * 1024
_PDF_BEGINNING = b"%PDF-"


@dataclass(frozen=True)
class AccountClient:
    """The shop, for one account. Every method raises ``ShopError``.

    Attributes:
        caller: sends its requests.
    """

    caller: Caller

    def open(self, email: str, password: str, deadline: Deadline) -> structs.SessionBody:
        """Return a new session; ACCOUNT_REFUSED for a wrong e-mail or password alike."""
        body = msgspec.json.encode(structs.AccountSessionRequest(email=email, password=password))
        return typed(self.caller.send(post(paths.ACCOUNT_SESSIONS, body, fresh=True), deadline), structs.SessionBody)

    def close(self, token: str, deadline: Deadline) -> None:
        """End a session at the shop; one that it no longer knows has ended already."""
        message = Message("DELETE", paths.CURRENT_SESSION, {"Accept": paths.JSON_TYPE})
        try:
            retried(lambda: self.send(message, token, deadline), deadline)
        except ShopError as error:
            if error.code is not ErrorCode.LOGIN_AGAIN:
                raise

    def storefront(self, token: str, deadline: Deadline) -> structs.StorefrontBody:
        """Return the customer's programs, orders and company."""
        return self._read(paths.STOREFRONT, structs.StorefrontBody, token, deadline)

    def programs(self, cursor: str, token: str, deadline: Deadline) -> structs.ProgramList:
        """Return a further page of the programs."""
        return self._read(_page(paths.PROGRAMS, cursor), structs.ProgramList, token, deadline)

    def document(self, kind: str, version: str, token: str, deadline: Deadline) -> structs.DocumentBody:
        """Return a version of a text."""
        return self._read(paths.document(kind, version), structs.DocumentBody, token, deadline)

    def customer(self, token: str, deadline: Deadline) -> tuple[accounts.CustomerBody, str]:
        """Return the customer's data with their entity tag."""
        message = Message("GET", paths.CUSTOMER, {"Accept": paths.JSON_TYPE})
        answer = retried(lambda: self.send(message, token, deadline), deadline)
        return typed(answer, accounts.CustomerBody), answer.tag

    def enrolments(self, cursor: str, token: str, deadline: Deadline) -> accounts.EnrolmentList:
        """Return a further page of the enrolments."""
        return self._read(_page(paths.ENROLMENTS, cursor), accounts.EnrolmentList, token, deadline)

    def change(
        self, tag: str, change: accounts.CustomerChange, token: str, deadline: Deadline
    ) -> tuple[accounts.CustomerBody, str]:
        """Change the data that ``tag`` stands for; repeated at will, for a change that has arrived is not made again.

        Raises:
            ShopError: CUSTOMER_CHANGED, where the data are others now, be it by this very change, whose answer was lost.
        """
        headers = {"Accept": paths.JSON_TYPE, "Content-Type": paths.JSON_TYPE, paths.IF_MATCH: tag}
        message = Message("PATCH", paths.CUSTOMER, headers, msgspec.json.encode(change), fresh=True)
        answer = retried(lambda: self.send(message, token, deadline), deadline)
        return typed(answer, accounts.CustomerBody), answer.tag

    def consents(self, cursor: str, token: str, deadline: Deadline) -> accounts.ConsentList:
        """Return a page of consents."""
        return self._read(_page(paths.CONSENTS, cursor), accounts.ConsentList, token, deadline)

    def invoices(self, cursor: str, token: str, deadline: Deadline) -> accounts.InvoiceList:
        """Return a page of invoices."""
        return self._read(_page(paths.INVOICES, cursor), accounts.InvoiceList, token, deadline)

    def invoice_pdf(self, invoice_id: str, token: str, deadline: Deadline) -> bytes:
        """Return an invoice as PDF, no larger than ``PDF_CAP``."""
        message = Message("GET", paths.invoice_pdf(invoice_id), {"Accept": paths.PDF_TYPE}, cap=PDF_CAP)
        answer = retried(lambda: self.send(message, token, deadline), deadline)
        if answer.media_type != paths.PDF_TYPE or not answer.body.startswith(_PDF_BEGINNING):
            raise ShopError(ErrorCode.NOT_THE_SHOP, "not a PDF")
        return answer.body

    def report(self, text: str, token: str, deadline: Deadline) -> accounts.DataCorrectionBody:
        """Report wrong company data; sent once, for every repetition would be another ticket."""
        body = msgspec.json.encode(accounts.DataCorrectionRequest(message=text))
        message = post(paths.DATA_CORRECTIONS, body, fresh=True)
        return typed(self.send(message, token, deadline), accounts.DataCorrectionBody)

    def ask_reset(self, email: str, deadline: Deadline) -> None:
        """Ask for a letter with a way to a new password; sent once, for every repetition would be another letter."""
        body = msgspec.json.encode(accounts.PasswordResetRequest(email=email))
        typed(self.caller.send(post(paths.PASSWORD_RESETS, body, fresh=True), deadline), accounts.AcceptedBody)

    def _read(self, path: str, kind: type[T], token: str, deadline: Deadline) -> T:
        message = Message("GET", path, {"Accept": paths.JSON_TYPE})
        return typed(retried(lambda: self.send(message, token, deadline), deadline), kind)

    def send(self, message: Message, token: str, deadline: Deadline) -> Answer:
        """Send a request in the account's session; LOGIN_AGAIN where the shop says that there is no such session."""
        try:
            return self.caller.send(with_token(message, token), deadline)
        except ShopError as error:
            if error.code is not ErrorCode.SESSION_EXPIRED:
                raise
            code = ErrorCode.LOGIN_AGAIN if error.is_the_shops else ErrorCode.NOT_THE_SHOP
            raise error.told_as(code, error.delivery) from error


def _page(path: str, cursor: str) -> str:
    return f"{path}?{urlencode({'cursor': cursor})}" if cursor else path
