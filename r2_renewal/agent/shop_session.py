"""The licence's session with the shop: opened when first needed, kept in memory only, shared by the agent's threads."""

from __future__ import annotations

import threading
from collections.abc import Callable

from r2_renewal.agent.deadline import Deadline
from r2_renewal.agent.failures import ShopError
from r2_renewal.agent.protocol import Delivery
from r2_renewal.contract.structs import SessionBody
from r2_renewal.domain.errors import ErrorCode, RenewalError


class LicenceSession:
    """A bearer token for the licence file that lies on this computer.

    A token's own ``expires_at`` is not looked at: this computer's clock may be days off, the shop's 401 is not.
    """

    def __init__(self, open_session: Callable[[str, Deadline], SessionBody], licence_text: Callable[[], str]) -> None:
        self._open = open_session
        self._licence_text = licence_text
        self._token = ""
        self._opened_with = ""
        self._lock = threading.Lock()

    def token(self, deadline: Deadline) -> str:
        """Return the token, asking the shop for one where there is none.

        Raises:
            RenewalError: the licence file cannot be read, or the shop gives no session for it.
        """
        # Asked for under the lock: threads that come together must not open a session each.
        if not self._lock.acquire(timeout=deadline.left):
            raise ShopError(ErrorCode.TIMEOUT, "another call is opening the session", Delivery.NOT_SENT)
        try:
            text = self._present_text()
            if not self._token or text != self._opened_with:
                # Another file may be another customer's: its calls must never run in the old one's session.
                self._token = ""
                self._token, self._opened_with = self._open(text, deadline).token, text
            return self._token
        finally:
            self._lock.release()

    def _present_text(self) -> str:
        """Return the licence file's text; while a session is open, a file that cannot be read just now is not asked for."""
        try:
            return self._licence_text()
        except RenewalError:
            if not self._token:
                raise
            return self._opened_with

    def forget(self, token: str) -> None:
        """Drop a token that the shop no longer knows; a newer one stays."""
        with self._lock:
            if self._token == token:
                self._token = ""
