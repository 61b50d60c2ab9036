"""Bodies that are not read to their end: the client went away, or the answer came before the body did.

Rules: a client that goes away in the middle is no failure of the shop and leaves no line in the log; after an answer that did
not want the body, a little more of it is read, so that the answer is not lost by a reset, and then the connection is closed.
"""

from __future__ import annotations

import asyncio
from typing import Any

from litestar import Request, Response
from litestar.datastructures import Headers, MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from r2_renewal.contract.problems import ProblemCode
from r2_renewal.reference_shop.problems import Refusal, answer

MORE_BYTES = 1024 * 1024
MORE_SECONDS = 1.0


class ClientGoneError(Exception):
    """The client has closed its connection before its request was whole."""


def on_client_gone(_request: Request[Any, Any, Any], _error: ClientGoneError) -> Response[bytes]:
    """Answer for form's sake: nobody hears it."""
    return answer(Refusal(ProblemCode.MALFORMED))


class UnreadBodies:
    """Stands between the server and the application, and minds what is left of each request's body."""

    def __init__(self, application: ASGIApp) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != ScopeType.HTTP:
            await self._application(scope, receive, send)
            return
        body = _Body(Headers.from_scope(scope), receive)

        async def settled(message: Message) -> None:
            if message["type"] == "http.response.start" and not await body.is_over():
                MutableScopeHeaders.from_message(message)["Connection"] = "close"
            await send(message)

        await self._application(scope, body.receive, settled)


class _Body:
    """The body of one request, and whether its end has come."""

    def __init__(self, headers: Headers, receive: Receive) -> None:
        self._receive = receive
        self._is_awaited = "transfer-encoding" in headers or headers.get("content-length", "0") != "0"
        # A client that asks before it sends would be told to go on by the first read.
        self._is_announced = "100-continue" in headers.get("expect", "").lower()
        self._is_gone = False

    async def receive(self) -> Any:
        """Return the server's next message.

        Raises:
            ClientGoneError: the client went away before the body's end.
        """
        message = await self._receive()
        self._is_announced = False
        if message["type"] == "http.disconnect" and self._is_awaited:
            self._is_gone = True
            raise ClientGoneError
        if message["type"] == "http.request":
            self._is_awaited = message.get("more_body", False)
        return message

    async def is_over(self) -> bool:
        """Return whether the body was read to its end, after reading on for a little where it was not."""
        if self._is_awaited and not self._is_announced and not self._is_gone:
            try:
                async with asyncio.timeout(MORE_SECONDS):
                    await self._read_on()
            except (TimeoutError, ClientGoneError):
                return False
        return not self._is_awaited

    async def _read_on(self) -> None:
        read = 0
        while self._is_awaited and read < MORE_BYTES:
            read += len((await self.receive()).get("body", b""))
