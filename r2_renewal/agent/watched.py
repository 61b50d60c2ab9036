"""Work that hangs, under a deadline: it runs on a thread of its own, and its socket is shut when the time is over.

Why: the limits of ``requests`` bound one ``recv`` and not the exchange, so a server that drips headers holds it for ever;
``getaddrinfo`` cannot be interrupted at all. So the caller waits, shuts the socket at the deadline, and lets go of a thread
that still does not end. A thread that was let go can never send: the line it would send on is cut.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any, Generic, TypeVar

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.util import Url

from r2_renewal.agent.deadline import Deadline

# How long a thread gets to say what happened once its socket is shut.
GRACE_SECONDS = 0.2

T = TypeVar("T")
_thread = threading.local()


class LineCutError(ConnectionAbortedError):
    """The deadline is over: nothing more is sent."""


class Line:
    """The connection of one exchange, seen by the thread that uses it and by the one that waits for it.

    Attributes:
        reached: whether bytes of the request may have gone out.
        is_cut: whether the deadline has ended it.
        at_proxy: whether it is still being led through a proxy.
    """

    def __init__(self) -> None:
        self.reached = False
        self.is_cut = False
        self.at_proxy = False
        self._socket: socket.socket | None = None
        self._lock = threading.Lock()

    def use(self, connected: socket.socket | None, *, for_request: bool) -> None:
        """Note the socket before bytes go out on it.

        Raises:
            LineCutError: the deadline is over.
        """
        with self._lock:
            if self.is_cut:
                raise LineCutError("cut at the deadline")
            self._socket = connected
            self.reached = self.reached or for_request
            self.at_proxy = self.at_proxy and not for_request

    def cut(self) -> None:
        """End it: whoever is reading from the socket wakes up, and nothing is sent any more."""
        with self._lock:
            self.is_cut = True
            if self._socket is not None:
                with suppress(OSError):
                    # Not SSLSocket.shutdown, which takes the TLS state away under the reading thread.
                    socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


def _line() -> Line:
    """Return the line of this thread's exchange; a thread without one gets a line that nobody cuts."""
    if not hasattr(_thread, "line"):
        _thread.line = Line()
    line: Line = _thread.line
    return line


class _Watching:
    """Mixed into a connection: tells the thread's line of its socket."""

    sock: socket.socket | None
    proxy: Url | None
    _is_connecting = False

    def connect(self) -> None:
        """Connect, through a proxy where there is one."""
        _line().at_proxy = self.proxy is not None
        self._is_connecting = True
        try:
            super().connect()  # type: ignore[misc]
        finally:
            self._is_connecting = False

    def send(self, data: Any) -> None:
        """Send, unless the deadline has cut the line."""
        if self.sock is None:
            self.connect()
        # While connecting, what is sent is CONNECT for a proxy, not our request.
        _line().use(self.sock, for_request=not self._is_connecting)
        super().send(data)  # type: ignore[misc]


class WatchedConnection(_Watching, HTTPConnection):
    """A plain connection, for loopback."""


class WatchedSecureConnection(_Watching, HTTPSConnection):
    """A TLS connection."""


class _Task(Generic[T]):
    def __init__(self, work: Callable[[], T], line: Line) -> None:
        self._work = work
        self._line = line
        self.result: T | None = None
        self.error: BaseException | None = None
        self.is_done = threading.Event()

    def run(self) -> None:
        _thread.line = self._line
        try:
            self.result = self._work()
        except BaseException as error:
            self.error = error
        finally:
            self.is_done.set()


def run(work: Callable[[], T], line: Line, deadline: Deadline) -> T:
    """Return the work's result.

    Args:
        work: what to do; its connections must be the watched ones.
        line: tells afterwards whether anything was sent.
        deadline: when it is cut.

    Raises:
        TimeoutError: the deadline came first.
        Exception: whatever the work raised.
    """
    task = _Task(work, line)
    with deadline.call.woken_by(partial(_give_up, task, line)):
        # A daemon: a lookup of a name that never ends must not keep the process.
        threading.Thread(target=task.run, name="exchange", daemon=True).start()
        if not task.is_done.wait(deadline.left):
            line.cut()
            task.is_done.wait(GRACE_SECONDS)
    # What arrives after the cut may be a part of an answer, so it is none.
    if line.is_cut or not task.is_done.is_set():
        raise TimeoutError("cut at the deadline")
    if task.error is not None:
        raise task.error
    return task.result  # type: ignore[return-value]


def _give_up(task: _Task[T], line: Line) -> None:
    line.cut()
    task.is_done.set()
