"""The shop as a server process: bound before it is announced, stopped without leaving anything behind.

Rules: the address is announced once, when it really listens; SIGTERM lets the requests in flight end, for ten seconds at most;
SIGINT and, where asked for, the end of stdin stop it within two; no request is written to a log, since addresses and bodies
hold personal data.
"""

from __future__ import annotations

import errno
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Sequence
from types import FrameType

import uvicorn
from litestar.types import ASGIApp

from r2_renewal.domain.errors import ErrorCode, RenewalError
from r2_renewal.reference_shop.app import create_app
from r2_renewal.reference_shop.fault_hooks import FaultInjector, Faults
from r2_renewal.reference_shop.heads import Heads
from r2_renewal.reference_shop.http_protocol import BoundedProtocol
from r2_renewal.reference_shop.listening import Listener, most_connections
from r2_renewal.reference_shop.rare_lines import RareLines
from r2_renewal.reference_shop.settings import ShopSettings
from r2_renewal.reference_shop.unread import UnreadBodies

# A service manager asks by SIGTERM and waits; a person at the keyboard or a test that goes away does not.
GRACE_SECONDS, SHORT_GRACE_SECONDS = 10, 1
BACKLOG = 128
_STDIN = 0
# The exit code of uvicorn itself; the name of it moves from module to module between its releases.
_STARTUP_FAILURE = 3
# Windows answers EACCES for a port that another process holds exclusively; elsewhere that is a forbidden port.
_BUSY = (errno.EADDRINUSE, errno.EACCES) if os.name == "nt" else (errno.EADDRINUSE,)


class _AnnouncedServer(uvicorn.Server):
    """A server that tells when it listens, and takes no more connections in than it has files for."""

    def __init__(self, config: uvicorn.Config, on_listening: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_listening = on_listening

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then tell."""
        await self.lifespan.startup()
        if self.lifespan.should_exit:
            sys.exit(_STARTUP_FAILURE)
        connections, most = self.server_state.connections, most_connections()
        self.servers = [Listener(bound, self._protocol, connections, most) for bound in sockets or ()]  # type: ignore[misc]
        self.started = True
        if not self.should_exit:
            self._on_listening()

    def _protocol(self) -> BoundedProtocol:
        return BoundedProtocol(config=self.config, server_state=self.server_state, app_state=self.lifespan.state)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop; a second signal stops at once."""
        if sig == signal.SIGTERM:
            self.config.timeout_graceful_shutdown = GRACE_SECONDS
        super().handle_exit(sig, frame)


def bind(host: str, port: int) -> socket.socket:
    """Return a listening socket; port 0 takes a free one.

    Raises:
        RenewalError: PORT_BUSY, where another process has the port; ADDRESS_UNUSABLE, where there is no such
            address here.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named, since asyncio switches Nagle's delay off only for sockets that say TCP: 40 ms an answer otherwise.
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        _keep_exclusive(bound)
        bound.bind((host, port))
        bound.listen(BACKLOG)
    except (OSError, OverflowError, TypeError) as error:  # TypeError: the name cannot be encoded
        bound.close()
        busy = isinstance(error, OSError) and error.errno in _BUSY
        code = ErrorCode.PORT_BUSY if busy else ErrorCode.ADDRESS_UNUSABLE
        raise RenewalError(code, f"{host}:{port} {type(error).__name__}") from error
    return bound


def _keep_exclusive(bound: socket.socket) -> None:
    # On Windows SO_REUSEADDR would let another process take a port in use; elsewhere it only shortens the wait after a stop.
    exclusive = getattr(socket, "SO_EXCLUSIVEADDRUSE", None)
    bound.setsockopt(socket.SOL_SOCKET, exclusive if exclusive is not None else socket.SO_REUSEADDR, 1)


def address_of(bound: socket.socket) -> str:
    """Return the base URL of a listening socket."""
    host, port = bound.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def serve(
    settings: ShopSettings,
    bound: socket.socket,
    on_listening: Callable[[], None],
    *,
    stop_with_stdin: bool = False,
    fault_hooks: bool = False,
    trusted_proxies: Sequence[str] = (),
) -> None:
    """Serve until stopped.

    Args:
        settings: the shop.
        bound: the listening socket; closed at the end.
        on_listening: called once, when requests are answered.
        stop_with_stdin: whether the end of stdin stops the server, so that it never outlives who started it.
        fault_hooks: whether tests may ask for faults; never in a real shop.
        trusted_proxies: addresses or networks whose word is taken for who calls and whether by https; nobody else's is.
    """
    config = uvicorn.Config(
        _application(settings, fault_hooks=fault_hooks),
        http=BoundedProtocol,
        log_config=None,
        access_log=False,
        proxy_headers=bool(trusted_proxies),
        forwarded_allow_ips=list(trusted_proxies),
        lifespan="on",
        ws="none",
        server_header=False,
        date_header=False,
        timeout_graceful_shutdown=SHORT_GRACE_SECONDS,
    )
    for name in ("asyncio", "uvicorn.error"):
        logging.getLogger(name).addFilter(RareLines())  # they tell of what strangers do
    server = _AnnouncedServer(config, on_listening)
    _stop_on_signals(server)
    if stop_with_stdin:
        threading.Thread(target=_stop_at_end_of_stdin, args=(server,), daemon=True).start()
    with bound:
        server.run(sockets=[bound])


def _application(settings: ShopSettings, *, fault_hooks: bool) -> ASGIApp:
    if not fault_hooks:
        return Heads(UnreadBodies(create_app(settings)))
    faults = Faults()
    return FaultInjector(Heads(UnreadBodies(create_app(settings, faults))), faults)


def _stop_on_signals(server: uvicorn.Server) -> None:
    # uvicorn raises a signal that it has handled once more when it is done: this handler turns that into a clean exit.
    def stop(_number: int, _frame: FrameType | None) -> None:
        server.should_exit = True

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)


def _stop_at_end_of_stdin(server: uvicorn.Server) -> None:
    # os.read holds no lock of sys.stdin, which the interpreter would wait for at its end.
    while os.read(_STDIN, 4096):
        pass
    server.should_exit = True
