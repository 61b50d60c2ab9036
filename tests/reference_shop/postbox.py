"""A real mail server for tests, on a port of its own, that can refuse, cut a connection or never answer."""

from __future__ import annotations

import asyncio
import email
import email.policy
import socket
import ssl
import threading
from email.message import EmailMessage
from types import TracebackType
from typing import Any, cast

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

USER, PASSWORD = "esklep", "haslo do poczty"


class Postbox:
    """A mail server.

    Attributes:
        messages: what it took, oldest first.
        recipients: the envelope's recipients of each.
        logins: who logged in.
        script: answers to the next messages: ``550 …`` and the like refuse the recipient, ``cut`` ends the connection in the
            middle of the message, ``mute`` never answers; once empty, everything is taken.
    """

    def __init__(self, tls: ssl.SSLContext | None = None, *, sealed: bool = False, **options: Any) -> None:
        self.messages: list[EmailMessage] = []
        self.recipients: list[list[str]] = []
        self.logins: list[str] = []
        self.script: list[str] = []
        self._tls, self._sealed, self._options = tls, sealed, options
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._ready = threading.Event()
        self._sessions: list[SMTP] = []
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()))

    def __enter__(self) -> Postbox:
        self._thread.start()
        assert self._ready.wait(30)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(30)

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        served = await self._loop.create_server(
            self._session, sock=self._socket, ssl=self._tls if self._sealed else None
        )
        self._ready.set()
        await self._stop.wait()
        served.close()
        for session in self._sessions:
            if session.transport is not None:
                session.transport.abort()
        await asyncio.sleep(0)

    def _session(self) -> SMTP:
        options: dict[str, Any] = {"hostname": "mail.example", "enable_SMTPUTF8": False, **self._options}
        if self._tls is not None and not self._sealed:
            options["tls_context"] = self._tls
        session = SMTP(self, authenticator=self._log_in, loop=self._loop, **options)
        self._sessions.append(session)
        return session

    def _log_in(self, _server: SMTP, _session: Session, _envelope: Envelope, _way: str, data: Any) -> AuthResult:
        given = cast("LoginPassword", data)
        self.logins.append(given.login.decode())
        right = (given.login.decode(), given.password.decode()) == (USER, PASSWORD)
        return AuthResult(success=right, handled=False)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.script and self.script[0][0].isdigit():
            return self.script.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        move = self.script.pop(0) if self.script else "take"
        if move == "cut":
            server.transport.abort()
        elif move == "mute":
            await self._stop.wait()
        else:
            content = cast("bytes", envelope.content)
            parsed = email.message_from_bytes(content, policy=email.policy.default)
            self.messages.append(cast("EmailMessage", parsed))
            self.recipients.append(list(envelope.rcpt_tos))
        return "250 taken"


def body(message: EmailMessage, kind: str = "plain") -> str:
    """Return a message's text or HTML, decoded, with this system's line ends."""
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")
