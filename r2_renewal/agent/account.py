"""Who is logged in to the customer's account: in memory while the agent lives, in the system's vault if that was asked for.

Rules: no password is kept, and no token anywhere but in memory and in the vault; a session belongs to one shop and to the holder
of the licence on this computer, and another login replaces it; a session that the shop has ended leaves the vault at once; a
vault that does not work costs only the remembering.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Annotated, TypeVar

import msgspec

from r2_renewal.agent.account_client import AccountClient
from r2_renewal.agent.agent_log import AgentLog, Step
from r2_renewal.agent.deadline import Deadline
from r2_renewal.agent.failures import ShopError
from r2_renewal.agent.protocol import AccountState, LogoutResult
from r2_renewal.agent.transport import Answer, Message
from r2_renewal.agent.vault import Vault
from r2_renewal.contract.reading import read, typed
from r2_renewal.domain.errors import ErrorCode, RenewalError

T = TypeVar("T")
_NOBODY = "-"


class AccountSession(msgspec.Struct, frozen=True, kw_only=True):
    """An open session, as the vault keeps it.

    Attributes:
        token: opaque bearer token: what a header can carry.
        email: what the user logged in with.
        customer_id: whose account it is; empty where the shop did not tell.
    """

    token: Annotated[str, msgspec.Meta(pattern=r"^[\x21-\x7e]+$")]
    email: Annotated[str, msgspec.Meta(min_length=1)]
    customer_id: str

    def __repr__(self) -> str:
        return "AccountSession(…)"


class Account:
    """The account of one licence holder at one shop.

    Attributes:
        client: the shop's calls, for those who ``run`` them.
    """

    def __init__(self, client: AccountClient, vault: Vault, holder: Callable[[], str], log: AgentLog) -> None:
        """Compose it.

        Args:
            client: the shop.
            vault: the system's.
            holder: returns the customer of the licence on this computer; RenewalError where nobody can tell.
            log: the agent's log.
        """
        self.client = client
        self._vault = vault
        self._holder = holder
        self._log = log
        self._place = _NOBODY
        self._session: AccountSession | None = None
        self._is_kept = False
        self._is_read = False
        self._lock = threading.RLock()

    def state(self) -> AccountState:
        """Return who is logged in, as far as this computer knows; a vault that may have been opened meanwhile is asked again."""
        with self._lock:
            return self._state(self._read(again=True))

    def check(self, deadline: Deadline) -> AccountState:
        """Return who is logged in, as the shop knows.

        Raises:
            RenewalError: LOGIN_AGAIN, where the shop has ended the session; why it could not be asked.
        """
        state = self.state()
        if state.email:
            self.run(lambda token: self.client.storefront(token, deadline))
        return state

    def login(self, email: str, password: str, *, stay: bool, deadline: Deadline) -> AccountState:
        """Open a session in place of any other; keep it in the vault if asked to, else in memory only.

        Raises:
            RenewalError: ACCOUNT_REFUSED, or why the shop could not be asked; an older session stays then.
        """
        opened = self.client.open(email, password, deadline)
        with self._lock:
            self._read()
            before, self._session = self._session, _session(opened.token, email, opened.customer_id)
            code = self._keep(self._session) if stay else self._remove()
            self._is_kept = stay and code is None
            state = self._state(code if stay else None)
        if before is not None:
            self._end_at_shop(before, deadline)
        return state

    def logout(self, deadline: Deadline) -> LogoutResult:
        """End the session at the shop and on this computer; one that could be ended at neither place stays."""
        with self._lock:
            self._read()
            session = self._session
            is_removed = self._remove() is None
            is_revoked = is_removed if session is None else self._end_at_shop(session, deadline)
            if is_removed or is_revoked:
                self._forget()
            return LogoutResult(is_revoked=is_revoked, is_removed=is_removed)

    def send(self, message: Message, deadline: Deadline) -> Answer:
        """Send a request in the account's session.

        Raises:
            RenewalError: LOGIN_AGAIN, as with ``run``.
        """
        return self.run(lambda token: self.client.send(message, token, deadline))

    def run(self, call: Callable[[str], T]) -> T:
        """Return what a call with the session's token returns.

        Raises:
            RenewalError: LOGIN_AGAIN, where nobody is logged in or the shop has ended the session, which is forgotten then;
                else whatever the call raised.
        """
        with self._lock:
            self._read()
            session = self._session
        if session is None:
            raise RenewalError(ErrorCode.LOGIN_AGAIN, "nobody is logged in")
        try:
            return call(session.token)
        except ShopError as error:
            if error.code is ErrorCode.LOGIN_AGAIN:
                self._purge(session)
            raise

    def _read(self, *, again: bool = False) -> ErrorCode | None:
        """Look into the vault where nobody is logged in; return why that was in vain.

        Args:
            again: also where it was looked into before.
        """
        self._follow_licence()
        if self._session is not None or (self._is_read and not again):
            return None
        self._is_read = True
        try:
            text = self._vault.read(self._place)
            self._session = None if text is None else self._decoded(text)
            self._is_kept = self._session is not None
        except RenewalError as error:
            self._log.write(Step.VAULT_READ, error.code)
            return error.code
        return None

    def _follow_licence(self) -> None:
        """Know nobody any more where another customer's licence lies here now."""
        with suppress(RenewalError):  # a file that cannot be read just now is not asked for
            place = self._holder()
            if place != self._place:
                self._forget()
                self._place = place

    def _decoded(self, text: str) -> AccountSession:
        try:
            return read(text, AccountSession)
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            with suppress(RenewalError):
                self._vault.remove(self._place, text)
            raise RenewalError(ErrorCode.LOGIN_AGAIN, "the vault holds no session") from error

    def _keep(self, session: AccountSession) -> ErrorCode | None:
        """Keep the session in the vault; where it cannot be kept, an older one must not stay there either."""
        try:
            self._vault.keep(self._place, _encoded(session))
        except RenewalError as error:
            self._log.write(Step.VAULT_KEEP, error.code)
            if error.code is ErrorCode.VAULT_TOO_LONG:
                self._remove()
            return error.code
        return None

    def _remove(self, only: str = "") -> ErrorCode | None:
        try:
            self._vault.remove(self._place, only)
        except RenewalError as error:
            self._log.write(Step.VAULT_REMOVE, error.code)
            # Where there is no vault, nothing lies in it.
            return None if error.code is ErrorCode.VAULT_ABSENT else error.code
        return None

    def _purge(self, session: AccountSession) -> None:
        """Forget a session that the shop has ended; one that was opened since stays."""
        with self._lock:
            if self._session != session:
                return
            if self._is_kept:
                self._remove(_encoded(session))
            self._forget()

    def _forget(self) -> None:
        self._session, self._is_kept, self._is_read = None, False, False

    def _end_at_shop(self, session: AccountSession, deadline: Deadline) -> bool:
        try:
            self.client.close(session.token, deadline)
        except RenewalError as error:
            self._log.write(Step.SESSION_END, error.code)
            return False
        return True

    def _state(self, code: ErrorCode | None) -> AccountState:
        reason = "" if code is None else code.value
        session = self._session
        if session is None:
            return AccountState(reason=reason)
        is_other = self._place != _NOBODY and session.customer_id not in ("", self._place)
        return AccountState(
            email=session.email,
            customer_id=session.customer_id,
            is_kept=self._is_kept,
            is_other_customer=is_other,
            reason=reason,
        )


def _session(token: str, email: str, customer_id: str) -> AccountSession:
    fields = {"token": token, "email": email.strip(), "customer_id": customer_id}
    try:
        return typed(fields, AccountSession)
    except msgspec.ValidationError as error:
        raise ShopError(ErrorCode.NOT_THE_SHOP, "not a bearer token") from error


def _encoded(session: AccountSession) -> str:
    return msgspec.json.encode(session).decode()
