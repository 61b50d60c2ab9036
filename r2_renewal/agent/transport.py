"""One exchange with the shop over ``requests``: bounded in time and size, trusting nothing that it did not ask for.

Rules: TLS by the operating system's trust, never turned off; plain HTTP for loopback only; no redirect is followed and no byte of
its body is read; no cookies, no netrc, no settings from the environment but the system's proxies, which the administrator's own
goes before; bodies are capped while they stream, undecoded; one deadline over the whole exchange.
"""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.poolmanager import PoolManager

from r2_renewal.agent.clock import Clock, pc_clock
from r2_renewal.agent.deadline import Deadline
from r2_renewal.agent.failures import ShopError, of_exception
from r2_renewal.agent.protocol import Delivery
from r2_renewal.agent.proxies import Proxy, is_left_to_a_script, proxies_for, proxy_of
from r2_renewal.agent.watched import Line, WatchedConnection, WatchedSecureConnection, run
from r2_renewal.domain.errors import ErrorCode, RenewalError
from r2_renewal.domain.licence import MAX_CERTIFICATE_BYTES
from r2_renewal.domain.loopback import is_loopback
from r2_renewal.system_trust import client_context

CONNECT_SECONDS = 5.0
# Beyond this, a router on the way may have forgotten the connection without a word to anybody.
LONGEST_IDLE_SECONDS = 20.0
LONGEST_RETRY_AFTER = 60.0
IF_NONE_MATCH = "If-None-Match"
JSON_CAP = 1024 * 1024
LICENCE_CAP = MAX_CERTIFICATE_BYTES
_BLOCK = 64 * 1024
_LONGEST_WAIT_TEXT = 6
_LONGEST_LENGTH_TEXT = 10
# A socket timeout of 0 would mean non-blocking.
_INSTANT = 0.001


@dataclass(frozen=True, slots=True)
class Message:
    """A request.

    Attributes:
        method: HTTP method.
        path: path below the shop's base URL.
        headers: headers beyond those that every request has.
        body: bytes to send; None for none.
        cap: greatest body of the answer, in bytes.
        fresh: whether it needs a connection of its own, since a kept one may be dead and the request must not go twice.
    """

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes | None = None
    cap: int = JSON_CAP
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer.

    Attributes:
        status: HTTP status, never 3xx but 304 to a request with a condition.
        media_type: content type without parameters, lower case.
        body: the bytes, undecoded.
        retry_after: seconds that the shop asked to wait, clamped; None where it did not.
        date: the shop's clock, aware; None where it told none.
        tag: the body's entity tag; empty where it has none.
    """

    status: int
    media_type: str
    body: bytes
    retry_after: float | None
    date: datetime | None
    tag: str = ""

    @property
    def is_unchanged(self) -> bool:
        """Whether it says that what the caller has still holds."""
        return self.status == HTTPStatus.NOT_MODIFIED


class _Adapter(HTTPAdapter):
    """Gives every connection the system's trust and the deadline's watch, and a proxy its credentials.

    Attributes:
        trust: the TLS context of every pool.
        authorization: value of ``Proxy-Authorization``; empty for none.
    """

    def __init__(self, trust: ssl.SSLContext, authorization: str) -> None:
        self.trust, self.authorization = trust, authorization
        super().__init__(max_retries=0)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **pool_kwargs: Any) -> None:
        """Make the pool of direct connections."""
        super().init_poolmanager(connections, maxsize, block, ssl_context=self.trust, **pool_kwargs)
        _watch(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **proxy_kwargs: Any) -> Any:
        """Return the pool of connections through a proxy."""
        # Both named: for a proxy by TLS urllib3 would make a context of its own, whose trust the environment decides.
        trust = {"ssl_context": self.trust, "proxy_ssl_context": self.trust}
        manager = super().proxy_manager_for(proxy, **trust, **proxy_kwargs)
        _watch(manager)
        return manager

    def proxy_headers(self, proxy: str) -> dict[str, str]:  # noqa: ARG002
        """Return the credentials: the inherited method writes them in Latin-1, which has no „ł"."""
        return {"Proxy-Authorization": self.authorization} if self.authorization else {}

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:  # noqa: ARG002
        """Demand a certificate; the inherited method would add certifi's authorities to the system's."""
        conn.cert_reqs = "CERT_REQUIRED"


class _Session(requests.Session):
    """A session that does not even look at a redirect: the inherited one reads its body, without a limit."""

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Know of no redirect."""


def _watch(manager: PoolManager) -> None:
    plain, secure = manager.pool_classes_by_scheme["http"], manager.pool_classes_by_scheme["https"]
    manager.pool_classes_by_scheme = {
        "http": type("WatchedPool", (plain,), {"ConnectionCls": WatchedConnection}),
        "https": type("WatchedSecurePool", (secure,), {"ConnectionCls": WatchedSecureConnection}),
    }


class Transport:
    """The way to one shop. A session belongs to one exchange at a time, since neither it nor its TLS context is thread-safe."""

    def __init__(
        self,
        base_url: str,
        user_agent: str,
        proxy: str = "",
        *,
        offline_only: bool = False,
        ca_file: str = "",
        clock: Clock = pc_clock,
    ) -> None:
        """Check where the shop is.

        Args:
            base_url: base URL of the shop.
            user_agent: how every request names itself.
            proxy: proxy to use before the system's; empty for the system's.
            offline_only: whether every exchange is refused, since the administrator forbids connections.
            ca_file: a file of authorities to believe besides the system's; empty for none. One that cannot be used refuses
                every exchange by TLS.
            clock: tells how long until a date that the shop names.

        Raises:
            RenewalError: CONFIGURATION, where the address is no HTTPS base URL (HTTP for loopback).
        """
        self._base = base_url.rstrip("/")
        self._url = _checked(self._base)
        self._user_agent = user_agent
        self._proxy = proxy
        self._offline_only = offline_only
        self._clock = clock
        self._ca_file = Path(ca_file) if ca_file else None
        self._idle: list[tuple[_Session, float]] = []
        self._lock = threading.Lock()

    def exchange(self, message: Message, deadline: Deadline) -> Answer:
        """Send a request and return the whole answer.

        Raises:
            ShopError: anything but a whole answer of acceptable form; its ``delivery`` says whether the request went out.
        """
        if self._offline_only:
            raise ShopError(ErrorCode.OFFLINE_BY_POLICY, "forbidden by the administrator", Delivery.NOT_SENT)
        line = Line()
        try:
            return run(lambda: self._over_session(message, deadline), line, deadline)
        except RenewalError:
            raise
        except Exception as error:
            raise self._failure(error, line) from error

    def _failure(self, error: Exception, line: Line) -> ShopError:
        failure = of_exception(error, reached=line.reached, at_proxy=line.at_proxy)
        without_way = failure.code in (ErrorCode.OFFLINE, ErrorCode.TIMEOUT) and not line.reached
        if without_way and is_left_to_a_script(self._url, self._proxy):
            return failure.told_as(ErrorCode.PROXY_SCRIPT, failure.delivery)
        if failure.code is ErrorCode.CONFIGURATION and proxies_for(self._url, self._proxy):
            # The shop's own address was judged before: it is the proxy's that is none.
            return failure.told_as(ErrorCode.PROXY_SETTING, failure.delivery)
        return failure

    def _over_session(self, message: Message, deadline: Deadline) -> Answer:
        session = self._session(message.fresh)
        try:
            answer = _exchange(session, self._base, message, deadline, self._clock)
        except BaseException:
            session.close()
            self._drop_idle()
            raise
        with self._lock:
            self._idle.append((session, time.monotonic()))
        return answer

    def _session(self, fresh: bool) -> _Session:
        with self._lock:
            while self._idle and not fresh:
                session, since = self._idle.pop()
                if time.monotonic() - since < LONGEST_IDLE_SECONDS:
                    return session
                session.close()
        return self._new_session()

    def _new_session(self) -> _Session:
        session = _Session()
        session.trust_env = False
        settings = proxies_for(self._url, self._proxy)
        proxy = proxy_of(settings[self._url.scheme]) if settings else Proxy("")
        session.proxies = {self._url.scheme: proxy.url} if proxy.url else {}
        session.headers.update({"Accept-Encoding": "identity", "User-Agent": self._user_agent})
        session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        # For every address, not only the shop's as configured: requests writes an IDN host or an escaped path in another way, and
        # would take its own adapter for that, which knows neither the system's trust nor whether a byte has gone out.
        session.adapters.clear()
        adapter = _Adapter(self._trust(), proxy.authorization)
        for scheme in ("https://", "http://"):
            session.mount(scheme, adapter)
        return session

    def _trust(self) -> ssl.SSLContext:
        if self._url.scheme != "https":
            return ssl.SSLContext(
                ssl.PROTOCOL_TLS_CLIENT
            )  # of plain HTTP on loopback: it believes nobody, and costs nothing
        try:
            return client_context(self._ca_file)
        except RenewalError as error:
            raise ShopError(error.code, error.detail, Delivery.NOT_SENT) from error

    def _drop_idle(self) -> None:
        """Close kept connections after one has failed: the next try must not meet another dead one."""
        with self._lock:
            idle, self._idle = self._idle, []
        for session, _ in idle:
            session.close()


def _exchange(session: _Session, base: str, message: Message, deadline: Deadline, clock: Clock) -> Answer:
    seconds = deadline.left or _INSTANT
    with session.request(
        message.method,
        base + message.path,
        headers=dict(message.headers),
        data=message.body,
        timeout=(min(CONNECT_SECONDS, seconds), seconds),
        allow_redirects=False,
        stream=True,
    ) as response:
        if _leads_elsewhere(response.status_code, message):
            raise ShopError(ErrorCode.NOT_THE_SHOP, "redirected")
        return Answer(
            response.status_code,
            response.headers.get("Content-Type", "").partition(";")[0].strip().lower(),
            _body(response, message.cap),
            retry_after(response.headers.get("Retry-After", ""), clock()),
            moment_of(response.headers.get("Date", "")),
            response.headers.get("ETag", ""),
        )


def _leads_elsewhere(status: int, message: Message) -> bool:
    if status == HTTPStatus.NOT_MODIFIED and IF_NONE_MATCH in message.headers:
        return False
    return HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST


def moment_of(text: str) -> datetime | None:
    """Return the moment of an HTTP date, aware; None for anything else, numbers without end included."""
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return moment if moment.tzinfo is not None else None


def _body(response: requests.Response, cap: int) -> bytes:
    """Return the whole body, undecoded.

    Raises:
        ShopError: NOT_THE_SHOP, where it is longer than ``cap``, encoded, or of a length that is none; the rest is not read.
    """
    if response.headers.get("Content-Encoding", "").strip().lower() not in ("", "identity"):
        raise ShopError(ErrorCode.NOT_THE_SHOP, "an encoding that was not asked for")
    # What is no number would be taken as „until the connection ends", so that a cut could not be seen.
    length = response.headers.get("Content-Length", "0").strip()
    if not (length.isascii() and length.isdigit() and len(length) <= _LONGEST_LENGTH_TEXT and int(length) <= cap):
        raise ShopError(ErrorCode.NOT_THE_SHOP, "a length over the cap, or none")
    blocks, size = [], 0
    while block := response.raw.read(min(_BLOCK, cap + 1 - size), decode_content=False):
        blocks.append(block)
        size += len(block)
        if size > cap:
            raise ShopError(ErrorCode.NOT_THE_SHOP, "body over the cap")
    return b"".join(blocks)


def retry_after(text: str, now: datetime) -> float | None:
    """Return the seconds of a ``Retry-After`` header, 0 to 60; None where it says nothing sensible (RFC 9110, 10.2.3).

    Args:
        text: the header, seconds or a date.
        now: the present moment, aware.
    """
    if text.isascii() and text.isdigit():
        seconds = float(text) if len(text) <= _LONGEST_WAIT_TEXT else LONGEST_RETRY_AFTER
        return min(seconds, LONGEST_RETRY_AFTER)
    moment = moment_of(text)
    return None if moment is None else min(max((moment - now).total_seconds(), 0.0), LONGEST_RETRY_AFTER)


def _checked(base: str) -> SplitResult:
    try:
        url = urlsplit(base)
        is_plain = not (url.username or url.password or url.query or url.fragment) and url.port != 0
    except ValueError as error:
        raise RenewalError(ErrorCode.CONFIGURATION, "the shop's address is no URL") from error
    if not url.hostname or not is_plain:
        raise RenewalError(ErrorCode.CONFIGURATION, "the shop's address is no base URL")
    if url.scheme != "https" and not (url.scheme == "http" and is_loopback(url.hostname)):
        raise RenewalError(ErrorCode.CONFIGURATION, "the shop's address is not HTTPS")
    return url
