"""HTTP/1.1 connections that end: each waits for its peer only so long, and there are never more than the process can hold.

Rules: a request's head, its body and the taking of its answer each have a deadline, counted from their first byte and not from
their last, so that a byte now and then buys no time; a request whose length is said in two ways is refused and its connection
closed (RFC 9112, 6.1); what strangers send writes no line each into the log.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import STATUS_PHRASES, H11Protocol

from r2_renewal.reference_shop.rare_lines import RareLines

LOGGER = logging.getLogger("r2_renewal.shop.http")
LOGGER.addFilter(RareLines())
LONGEST_HEAD, MOST_HEADERS = 16 * 1024, 100
_VERSIONS = (b"1.0", b"1.1")
_FRAMING = (b"content-length", b"transfer-encoding")


@dataclass(frozen=True, slots=True)
class Deadlines:
    """How long a connection waits for its peer, in seconds.

    Attributes:
        head: for a request's head, from the connection's beginning or the head's first byte.
        body: for the rest of a request's body, from its head.
        answer: for the peer to take an answer that waits for it.
        idle: for another request, from the last answer.
    """

    head: float = 10.0
    body: float = 60.0
    answer: float = 30.0
    idle: float = 15.0


class StrictConnection(h11.Connection):
    """HTTP/1.1 as a server reads it, but for a request whose length is said twice, which is refused.

    Attributes:
        status: what the last refused request is to be answered with.
    """

    status: int = HTTPStatus.BAD_REQUEST

    def next_event(self) -> Any:
        """Return the next event.

        Raises:
            RemoteProtocolError: the peer broke the protocol.
        """
        try:
            event = super().next_event()
            if isinstance(event, h11.Request):
                _check_length(event)
                _check_framing(event)
        except h11.RemoteProtocolError as error:
            self.status = error.error_status_hint
            raise
        return event


def _check_length(request: h11.Request) -> None:
    # The library bounds a head that is not yet whole; one that comes at once it takes at any length.
    length = len(request.target) + sum(len(name) + len(value) for name, value in request.headers)
    if length > LONGEST_HEAD or len(request.headers) > MOST_HEADERS:
        status = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
        raise h11.RemoteProtocolError("the head is too long", error_status_hint=status)


def _check_framing(request: h11.Request) -> None:
    if request.http_version not in _VERSIONS:
        status = HTTPStatus.HTTP_VERSION_NOT_SUPPORTED
        raise h11.RemoteProtocolError("another version of the protocol", error_status_hint=status)
    said = {name for name, _ in request.headers if name in _FRAMING}
    # In HTTP/1.0 there is no Transfer-Encoding: a proxy between may have read the message otherwise (RFC 9112, 6.1).
    if len(said) > 1 or (said == {b"transfer-encoding"} and request.http_version < b"1.1"):
        raise h11.RemoteProtocolError("the length of the request is said in two ways")


class BoundedProtocol(H11Protocol):
    """One connection with its deadlines.

    Attributes:
        deadlines: of every connection.
        began_waiting: when it last began to wait for its peer, by the loop's clock.
    """

    deadlines = Deadlines()

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.logger = LOGGER
        self.timeout_keep_alive = self.deadlines.idle  # type: ignore[assignment]  # call_later takes a float as well
        most = self.config.h11_max_incomplete_event_size
        self.conn = StrictConnection(h11.SERVER, most) if most is not None else StrictConnection(h11.SERVER)
        self.began_waiting = self.loop.time()
        self._timers: dict[str, asyncio.TimerHandle] = {}

    @property
    def is_waiting(self) -> bool:
        """Whether it is the peer's turn: to ask something, to send the rest of it, or to take its answer."""
        is_asked = self.cycle is not None and not self.cycle.response_complete
        return not is_asked or self.conn.their_state is h11.SEND_BODY or self.flow.write_paused

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for a request's head."""
        super().connection_made(transport)
        self._arm("head", self.deadlines.head, self._refuse_slow)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the deadlines."""
        for name in list(self._timers):
            self._disarm(name)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Go on with a request; its deadlines are those of its first byte."""
        if self.transport.is_closing():
            return
        super().data_received(data)
        self._watch_request()

    def _watch_request(self) -> None:
        state = self.conn.their_state
        if state is h11.SEND_BODY:
            self._disarm("head")
            self._arm("body", self.deadlines.body, self._refuse_slow)
            return
        self._disarm("body")
        if state is h11.IDLE and self.conn.trailing_data[0]:
            self._arm("head", self.deadlines.head, self._refuse_slow)
        else:
            self._disarm("head")

    def on_response_complete(self) -> None:
        """Wait for the next request, or for the peer to take the answer."""
        self.began_waiting = self.loop.time()
        super().on_response_complete()
        if self.transport.get_write_buffer_size():
            self._arm("answer", self.deadlines.answer, self.transport.abort)
        if not self.transport.is_closing():
            self._watch_request()

    def pause_writing(self) -> None:
        """Wait for the peer to take what is written."""
        super().pause_writing()
        self._arm("answer", self.deadlines.answer, self.transport.abort)

    def resume_writing(self) -> None:
        """Go on writing."""
        super().resume_writing()
        self._disarm("answer")

    def timeout_keep_alive_handler(self) -> None:
        """Close a connection on which nothing more was asked; at once where its peer does not even take its answer."""
        if self.transport.get_write_buffer_size():
            self.transport.abort()
            return
        super().timeout_keep_alive_handler()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no request, and close; whoever works on it already is told that its client is gone."""
        self._refuse(self.conn.status if isinstance(self.conn, StrictConnection) else HTTPStatus.BAD_REQUEST, msg)

    def _refuse_slow(self) -> None:
        self._refuse(HTTPStatus.REQUEST_TIMEOUT, "The request took too long.")

    def _refuse(self, status: int, words: str) -> None:
        is_answered = self.conn.our_state not in (h11.IDLE, h11.SEND_RESPONSE)
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        if not is_answered and not self._is_mute:
            self._write_refusal(status, words)
        self.transport.close()
        self._arm("answer", self.deadlines.answer, self.transport.abort)

    @property
    def _is_mute(self) -> bool:
        # A browser that connects ahead of time and asks nothing is to be told nothing.
        return self.conn.their_state is h11.IDLE and not self.conn.trailing_data[0]

    def _write_refusal(self, status: int, words: str) -> None:
        headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
        body = words.encode("ascii")
        response = h11.Response(
            status_code=status,
            headers=[*headers, (b"content-length", str(len(body)).encode())],
            reason=STATUS_PHRASES[status],
        )
        for event in (response, h11.Data(data=body), h11.EndOfMessage()):
            written = self.conn.send(event)
            if written:
                self.transport.write(written)

    def _arm(self, name: str, seconds: float, then: Callable[[], None]) -> None:
        if name not in self._timers:
            self._timers[name] = self.loop.call_later(seconds, self._fire, name, then)

    def _fire(self, name: str, then: Callable[[], None]) -> None:
        self._timers.pop(name, None)
        then()

    def _disarm(self, name: str) -> None:
        timer = self._timers.pop(name, None)
        if timer is not None:
            timer.cancel()
