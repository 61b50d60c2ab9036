"""The shop's API as calls: typed, retried where a repetition is harmless, every failure a ``ShopError``.

Rules: at most three tries within one deadline, with full jitter and the shop's own Retry-After; only what changes nothing is
repeated, and an order, whose key makes its repetition the same order; a lost session is renewed once, in silence.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from typing import TypeVar

import msgspec

from r2_renewal.agent import strict_json
from r2_renewal.agent.deadline import Deadline, full_jitter
from r2_renewal.agent.failures import ShopError, of_problem
from r2_renewal.agent.protocol import Delivery
from r2_renewal.agent.shop_session import LicenceSession
from r2_renewal.agent.transport import IF_NONE_MATCH, LICENCE_CAP, Answer, Message, Transport
from r2_renewal.contract import paths, structs
from r2_renewal.contract.problems import Problem
from r2_renewal.domain.errors import ErrorCode, RenewalError
from r2_renewal.domain.offer import ServiceKind

TRIES = 3
FIRST_BACKOFF_SECONDS = 0.5  # doubled with each try

# A stranger's answer (a captive portal's page) tells no time.
_OURS = (paths.JSON_TYPE, paths.LICENCE_TYPE)

T = TypeVar("T")


class ShopClient:
    """The shop, for one licence file. Every method raises ``ShopError``, or RenewalError where the licence cannot be read.

    Attributes:
        session: the licence's session.
    """

    def __init__(
        self, transport: Transport, licence_text: Callable[[], str], on_contact: Callable[[datetime], None]
    ) -> None:
        self._transport = transport
        self._on_contact = on_contact
        self.session = LicenceSession(self._open_session, licence_text)

    def storefront(self, deadline: Deadline) -> structs.StorefrontBody:
        """Return everything that eSklep opens with."""
        return self._read(paths.STOREFRONT, structs.StorefrontBody, deadline)

    def storefront_unless(self, tag: str, deadline: Deadline) -> tuple[structs.StorefrontBody, str] | None:
        """Return the same with its entity tag; None where it is still what ``tag`` stands for (empty for nothing)."""
        condition = {IF_NONE_MATCH: tag} if tag else {}
        message = Message("GET", paths.STOREFRONT, {"Accept": paths.JSON_TYPE, **condition})
        answer = _retried(lambda: self._authorized(message, deadline), deadline)
        return None if answer.is_unchanged else (_typed(answer, structs.StorefrontBody), answer.tag)

    def document(self, ref: structs.DocumentRef, deadline: Deadline) -> structs.DocumentBody:
        """Return a version of a text."""
        return self._read(paths.document(ref.kind, ref.version), structs.DocumentBody, deadline)

    def order(self, order_id: str, deadline: Deadline) -> structs.OrderBody:
        """Return an order as it stands."""
        return _known_kind(self._read(paths.order(order_id), structs.OrderBody, deadline))

    def quote(self, licence_id: str, offer_id: str, deadline: Deadline) -> structs.QuoteBody:
        """Return a price; asking twice binds nobody, so it is retried."""
        body = structs.QuoteRequest(licence_id=licence_id, offer_id=offer_id)
        message = _post(paths.QUOTES, msgspec.json.encode(body))
        return _typed(_retried(lambda: self._authorized(message, deadline), deadline), structs.QuoteBody)

    def report(self, text: str, deadline: Deadline) -> structs.DataCorrectionBody:
        """Report wrong company data; sent once, for every repetition would be another ticket."""
        body = msgspec.json.encode(structs.DataCorrectionRequest(message=text))
        message = _post(paths.DATA_CORRECTIONS, body, fresh=True)
        return _typed(self._authorized(message, deadline), structs.DataCorrectionBody)

    def licence_file(self, licence_id: str, deadline: Deadline) -> bytes:
        """Return the signed licence file, unverified."""
        message = Message("GET", paths.licence_file(licence_id), {"Accept": paths.LICENCE_TYPE}, cap=LICENCE_CAP)
        answer = _retried(lambda: self._authorized(message, deadline), deadline)
        if answer.media_type != paths.LICENCE_TYPE:
            raise ShopError(ErrorCode.NOT_THE_SHOP, "not a licence's content type")
        return answer.body

    def place(self, key: str, body: bytes, deadline: Deadline) -> structs.OrderBody:
        """Send an order, repeatedly if need be, always with the same key and bytes.

        Raises:
            ShopError: its ``delivery`` holds for all tries together: one that may have arrived is not undone by a later
                one that did not.
        """
        message = _post(paths.ORDERS, body, key, fresh=True)
        may_have_arrived = False

        def once() -> structs.OrderBody:
            nonlocal may_have_arrived
            try:
                return _known_kind(_typed(self._authorized(message, deadline), structs.OrderBody))
            except ShopError as error:
                may_have_arrived = may_have_arrived or error.delivery is Delivery.UNKNOWN
                raise

        try:
            return _retried(once, deadline, unless_never_sent=True)
        except ShopError as error:
            unclear = may_have_arrived and error.delivery is not Delivery.REFUSED
            raise (error.told_as(error.code, Delivery.UNKNOWN) if unclear else error) from error

    def _read(self, path: str, kind: type[T], deadline: Deadline) -> T:
        message = Message("GET", path, {"Accept": paths.JSON_TYPE})
        return _typed(_retried(lambda: self._authorized(message, deadline), deadline), kind)

    def _authorized(self, message: Message, deadline: Deadline) -> Answer:
        """Send a request in the licence's session, once more in a new one where the shop no longer knows it."""
        token = self._token(deadline)
        try:
            return self._send(_with_token(message, token), deadline)
        except ShopError as error:
            if error.code is not ErrorCode.SESSION_EXPIRED:
                raise
        self.session.forget(token)
        return self._send(_with_token(message, self._token(deadline)), deadline)

    def _token(self, deadline: Deadline) -> str:
        try:
            return self.session.token(deadline)
        except ShopError as error:
            # Whatever came of opening the session, the request itself was not sent.
            raise error.told_as(error.code, Delivery.NOT_SENT) from error

    def _open_session(self, certificate: str, deadline: Deadline) -> structs.SessionBody:
        body = msgspec.json.encode(structs.LicenceSessionRequest(certificate=certificate))
        # Not retried here: the call that needs the session is, and three tries are three.
        return _typed(self._send(_post(paths.LICENCE_SESSIONS, body), deadline), structs.SessionBody)

    def _send(self, message: Message, deadline: Deadline) -> Answer:
        answer = self._transport.exchange(message, deadline)
        if answer.is_unchanged or HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
            if answer.date is not None and answer.media_type in _OURS:
                self._on_contact(answer.date)
            return answer
        raise of_problem(answer.status, _problem(answer), answer.retry_after)


def _post(path: str, body: bytes, key: str = "", *, fresh: bool = False) -> Message:
    headers = {"Accept": paths.JSON_TYPE, "Content-Type": paths.JSON_TYPE}
    if key:
        headers[paths.IDEMPOTENCY_KEY] = key
    return Message("POST", path, headers, body, fresh=fresh)


def _with_token(message: Message, token: str) -> Message:
    headers = {**message.headers, "Authorization": f"Bearer {token}"}
    return Message(message.method, message.path, headers, message.body, message.cap, message.fresh)


def _retried(work: Callable[[], T], deadline: Deadline, *, unless_never_sent: bool = False) -> T:
    """Return the work's result, trying up to three times while another try has a chance and time is left.

    Args:
        work: one try.
        deadline: for all tries and the waits between them.
        unless_never_sent: give up at once where no connection was opened, so that the user is told without delay.
    """
    for attempt in range(1, TRIES + 1):
        try:
            return work()
        except ShopError as error:
            wait = error.retry_after
            if wait is None:
                wait = full_jitter(FIRST_BACKOFF_SECONDS * 2 ** (attempt - 1))
            hopeless = not error.may_pass or wait >= deadline.left
            offline = unless_never_sent and error.retry_after is None and _never_opened(error)
            if attempt == TRIES or hopeless or offline:
                raise
            time.sleep(wait)
    raise AssertionError("unreachable")


def _never_opened(error: ShopError) -> bool:
    return error.delivery is Delivery.NOT_SENT and error.code in (ErrorCode.OFFLINE, ErrorCode.TIMEOUT)


def _typed(answer: Answer, kind: type[T]) -> T:
    """Return the struct of a successful answer.

    Raises:
        ShopError: NOT_THE_SHOP, delivery unknown: a request that got this answer did go somewhere.
    """
    if answer.media_type != paths.JSON_TYPE:
        raise ShopError(ErrorCode.NOT_THE_SHOP, "not JSON by its content type")
    try:
        return strict_json.decode(answer.body, kind)
    except RenewalError as error:
        raise ShopError(error.code, error.detail) from error


def _known_kind(body: structs.OrderBody) -> structs.OrderBody:
    """Return the order; one of a kind that was never ordered here is not the shop's answer to us."""
    if body.kind not in set(ServiceKind):
        raise ShopError(ErrorCode.NOT_THE_SHOP, "unknown kind of service")
    return body


def _problem(answer: Answer) -> Problem | None:
    if answer.media_type != paths.PROBLEM_TYPE:
        return None
    try:
        return strict_json.decode(answer.body, Problem)
    except RenewalError:
        return None
