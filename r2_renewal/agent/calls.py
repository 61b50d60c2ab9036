"""What every call to the shop is made of: sending, typing, repeating.

Rules: at most three tries within one deadline, with full jitter and the shop's own Retry-After; an answer of another type than
was agreed is not the shop's; only the shop's own answers tell the time.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from typing import TypeVar

from r2_renewal.agent import strict_json
from r2_renewal.agent.deadline import Deadline, full_jitter
from r2_renewal.agent.failures import ShopError, of_problem
from r2_renewal.agent.protocol import Delivery
from r2_renewal.agent.transport import Answer, Message, Transport
from r2_renewal.contract import paths
from r2_renewal.contract.problems import Problem
from r2_renewal.domain.errors import ErrorCode, RenewalError

TRIES = 3
FIRST_BACKOFF_SECONDS = 0.5  # doubled with each try

# A stranger's answer (a captive portal's page) tells no time.
_OURS = (paths.JSON_TYPE, paths.LICENCE_TYPE)

T = TypeVar("T")


class Caller:
    """Sends requests to one shop; shared by whoever has calls of its own to make."""

    def __init__(self, transport: Transport, on_contact: Callable[[datetime], None]) -> None:
        """Take the way to the shop.

        Args:
            transport: one exchange.
            on_contact: told the shop's clock with every answer of its own.
        """
        self._transport = transport
        self._on_contact = on_contact

    def send(self, message: Message, deadline: Deadline) -> Answer:
        """Send a request once and return the successful answer.

        Raises:
            ShopError: anything else.
        """
        answer = self._transport.exchange(message, deadline)
        if answer.is_unchanged or HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
            if answer.date is not None and answer.media_type in _OURS:
                self._on_contact(answer.date)
            return answer
        raise of_problem(answer.status, _problem(answer), answer.retry_after)


def post(path: str, body: bytes, key: str = "", *, fresh: bool = False) -> Message:
    """Return a request with a JSON body. Args: key: of an order; fresh: see ``Message``."""
    headers = {"Accept": paths.JSON_TYPE, "Content-Type": paths.JSON_TYPE}
    if key:
        headers[paths.IDEMPOTENCY_KEY] = key
    return Message("POST", path, headers, body, fresh=fresh)


def with_token(message: Message, token: str) -> Message:
    """Return the request as the holder of a bearer token sends it."""
    headers = {**message.headers, "Authorization": f"Bearer {token}"}
    return Message(message.method, message.path, headers, message.body, message.cap, message.fresh)


def retried(work: Callable[[], T], deadline: Deadline, *, unless_never_sent: bool = False) -> T:
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
            deadline.call.tell(attempt + 1, TRIES)
            deadline.call.sleep(wait)
            if deadline.call.is_cancelled:
                raise
    raise AssertionError("unreachable")


def _never_opened(error: ShopError) -> bool:
    return error.delivery is Delivery.NOT_SENT and error.code in (ErrorCode.OFFLINE, ErrorCode.TIMEOUT)


def typed(answer: Answer, kind: type[T]) -> T:
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


def _problem(answer: Answer) -> Problem | None:
    if answer.media_type != paths.PROBLEM_TYPE:
        return None
    try:
        return strict_json.decode(answer.body, Problem)
    except RenewalError:
        return None
