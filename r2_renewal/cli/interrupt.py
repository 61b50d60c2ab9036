"""Ctrl-C while a Qt event loop runs: the loop is woken by a byte on a socket and ends as if the window were closed."""

from __future__ import annotations

import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QCoreApplication, QSocketNotifier

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def quit_on_interrupt(application: QCoreApplication) -> Iterator[None]:
    """Make SIGINT and SIGTERM end the application's event loop for the length of the block."""
    woken, waker = socket.socketpair()
    for end in (woken, waker):
        end.setblocking(False)
    notifier = QSocketNotifier(woken.fileno(), QSocketNotifier.Type.Read)
    notifier.activated.connect(lambda: application.quit())  # noqa: PLW0108 - not its socket
    earlier = {number: signal.signal(number, lambda *_: None) for number in SIGNALS}
    before = signal.set_wakeup_fd(waker.fileno())
    try:
        yield
    finally:
        signal.set_wakeup_fd(before)
        for number, handler in earlier.items():
            signal.signal(number, handler)
        notifier.setEnabled(False)
        woken.close()
        waker.close()
