"""Where a message goes: to a mail server, or into a folder as an ``.eml`` file, which a demo and a test can open.

Rules: a password never travels in the clear, so a server elsewhere must offer TLS by a certificate that this system trusts;
a delivery ends, done or not, whatever the server does; what a server answered is told by its code alone, since its words may
quote the address.
"""

from __future__ import annotations

import os
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from r2_renewal.domain.errors import ErrorCode, RenewalError
from r2_renewal.domain.loopback import is_loopback
from r2_renewal.private_files import replace_private
from r2_renewal.system_trust import client_context

PORTS = {"smtp": 587, "smtps": 465}
WAIT_SECONDS = 30
# Less than a message's lease: while it is being sent, nobody else takes it up.
DELIVERY_SECONDS = 120
_LASTING = 500  # RFC 5321 4.2.1: 5yz is a refusal for good, 4yz one for now


class UndeliveredError(Exception):
    """A message was not taken. Attributes: failure: its kind, for the log; for_good: whether trying again is no use."""

    def __init__(self, failure: str, *, for_good: bool = False) -> None:
        super().__init__(failure)
        self.failure = failure
        self.for_good = for_good


class Transport(Protocol):
    """A way of delivering messages."""

    def deliver(self, message: EmailMessage, name: str) -> None:
        """Deliver one message.

        Args:
            message: with its sender and its one recipient in the headers.
            name: a file name for it, the same at every attempt.

        Raises:
            UndeliveredError: it was not taken.
        """

    def stop(self) -> None:
        """Give up the delivery that is under way."""


@dataclass(frozen=True, slots=True)
class MailFolder:
    """A folder that takes every message as a file."""

    path: Path

    def deliver(self, message: EmailMessage, name: str) -> None:
        """Write the message; a second attempt replaces the first."""
        target = self.path / f"{name}.eml"
        try:
            replace_private(target, message.as_bytes(policy=SMTP))
        except (OSError, RenewalError) as error:
            raise UndeliveredError(type(error).__name__) from error

    def stop(self) -> None:
        """Do nothing: a file is written at once."""


@dataclass(slots=True)
class SmtpServer:
    """A mail server.

    Attributes:
        host: its name.
        port: its port.
        sealed: TLS from the first byte; otherwise by STARTTLS, which only a server of this computer may lack.
        user: login; empty for none.
        password: of the login; never printed.
        ca_file: certificates to trust besides the system's; None for none.
        wait: seconds that one answer may take.
        longest: seconds that a whole delivery may take.
    """

    host: str
    port: int
    sealed: bool = False
    user: str = ""
    password: str = field(default="", repr=False)
    ca_file: Path | None = None
    wait: float = WAIT_SECONDS
    longest: float = DELIVERY_SECONDS
    _under_way: smtplib.SMTP | None = field(default=None, repr=False)

    def deliver(self, message: EmailMessage, name: str) -> None:  # noqa: ARG002
        """Hand the message to the server; done only when the server has said that it took it."""
        try:
            with self._connected() as server:
                refused = server.send_message(message)
        except (smtplib.SMTPException, OSError, ValueError) as error:
            raise _undelivered(error) from error
        if refused:
            raise UndeliveredError("refused", for_good=True)

    def stop(self) -> None:
        """Cut the connection, if there is one."""
        connection = self._under_way.sock if self._under_way is not None else None
        if connection is not None:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        context = self._context()
        server = (
            smtplib.SMTP_SSL(timeout=self.wait, context=context) if self.sealed else smtplib.SMTP(timeout=self.wait)
        )
        timer = threading.Timer(self.longest, self.stop)
        timer.daemon = True
        timer.start()
        self._under_way = server
        try:
            self._open(server, context)
            yield server
            with suppress(smtplib.SMTPException, OSError):
                server.quit()  # the message is taken already: a cold goodbye changes nothing
        finally:
            timer.cancel()
            self._under_way = None
            server.close()

    def _context(self) -> ssl.SSLContext:
        try:
            return client_context(self.ca_file.absolute() if self.ca_file is not None else None)
        except RenewalError as error:
            raise UndeliveredError(f"ca file: {error.detail}") from error

    def _open(self, server: smtplib.SMTP, context: ssl.SSLContext) -> None:
        server._host = self.host  # type: ignore[attr-defined]  # noqa: SLF001 - the name that TLS verifies; connect() forgets it
        server.connect(self.host, self.port)
        server.ehlo_or_helo_if_needed()
        if not self.sealed and (server.has_extn("starttls") or not is_loopback(self.host)):
            server.starttls(context=context)
        if self.user:
            server.login(self.user, self.password)


def _undelivered(error: Exception) -> UndeliveredError:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code = max(answer[0] for answer in error.recipients.values())
        return UndeliveredError(f"recipient refused: {code}", for_good=code >= _LASTING)
    if isinstance(error, smtplib.SMTPDataError):
        return UndeliveredError(f"message refused: {error.smtp_code}", for_good=error.smtp_code >= _LASTING)
    if isinstance(error, smtplib.SMTPResponseException):
        return UndeliveredError(f"{type(error).__name__} {error.smtp_code}")
    return UndeliveredError(type(error).__name__)


def smtp_server(url: str, *, password: str = "", ca_file: Path | None = None) -> SmtpServer:
    """Return the mail server of an address such as ``smtp://user@mail.example:587`` or ``smtps://mail.example``.

    Raises:
        RenewalError: MAIL_SETTINGS, where the address is none or holds the password, which everybody here could then read.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise RenewalError(ErrorCode.MAIL_SETTINGS, "--smtp: not an address") from error
    if parts.scheme not in PORTS or not parts.hostname or parts.path not in ("", "/") or parts.query or parts.fragment:
        raise RenewalError(ErrorCode.MAIL_SETTINGS, "--smtp: expected smtp://[user@]host[:port] or smtps://…")
    if parts.password is not None:
        raise RenewalError(
            ErrorCode.MAIL_SETTINGS, "--smtp: the password belongs in a file or a variable, not in the address"
        )
    return SmtpServer(
        host=parts.hostname,
        port=port or PORTS[parts.scheme],
        sealed=parts.scheme == "smtps",
        user=unquote(parts.username or ""),
        password=password,
        ca_file=ca_file,
    )


def read_password(file: Path | None, variable: str) -> str:
    """Return the mail server's password from a file's first line or an environment variable; empty where neither is named.

    Raises:
        RenewalError: MAIL_SETTINGS, where the one named is not there.
    """
    try:
        if file is not None:
            return file.read_text(encoding="utf-8").partition("\n")[0].rstrip("\r")
        return os.environ[variable] if variable else ""
    except (OSError, ValueError, KeyError) as error:
        raise RenewalError(ErrorCode.MAIL_SETTINGS, f"password of the mail server: {type(error).__name__}") from error
