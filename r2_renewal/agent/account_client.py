"""The customer's account at the shop, as calls: opened by a password, closed by its token.

Rules: a password goes into one request and nowhere else; a login is sent once, since the shop counts attempts; only the shop's
own word ends a session, not a 401 of something on the way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import msgspec

from r2_renewal.agent.calls import Caller, post, retried, typed, with_token
from r2_renewal.agent.deadline import Deadline
from r2_renewal.agent.failures import ShopError
from r2_renewal.agent.transport import Answer, Message
from r2_renewal.contract import paths, structs
from r2_renewal.domain.errors import ErrorCode

T = TypeVar("T")


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
            retried(lambda: self._authorized(message, token, deadline), deadline)
        except ShopError as error:
            if error.code is not ErrorCode.LOGIN_AGAIN:
                raise

    def storefront(self, token: str, deadline: Deadline) -> structs.StorefrontBody:
        """Return the customer's programs, orders and company."""
        return self._read(paths.STOREFRONT, structs.StorefrontBody, token, deadline)

    def _read(self, path: str, kind: type[T], token: str, deadline: Deadline) -> T:
        message = Message("GET", path, {"Accept": paths.JSON_TYPE})
        return typed(retried(lambda: self._authorized(message, token, deadline), deadline), kind)

    def _authorized(self, message: Message, token: str, deadline: Deadline) -> Answer:
        """Send a request in the account's session; LOGIN_AGAIN where the shop says that there is no such session."""
        try:
            return self.caller.send(with_token(message, token), deadline)
        except ShopError as error:
            if error.code is not ErrorCode.SESSION_EXPIRED:
                raise
            code = ErrorCode.LOGIN_AGAIN if error.is_the_shops else ErrorCode.NOT_THE_SHOP
            raise error.told_as(code, error.delivery) from error
