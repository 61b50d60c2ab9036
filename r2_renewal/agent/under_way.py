"""Calls under way: the host may cancel one that only reads, and hears how each of them goes.

Rules: a call that changes something is never cancelled, since nobody could say how far it had got; a cancelled one ends at once,
whatever it waits for, and its answer says so; what a call does finds it by the thread that it runs on.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from r2_renewal.agent.messages import CallProgress


class CallUnderWay:
    """One call of the host, from its line to its answer.

    Attributes:
        number: the number under which the host knows it.
        may_cancel: whether it only reads.
    """

    def __init__(self, number: int, tell: Callable[[CallProgress], None], *, may_cancel: bool) -> None:
        self.number = number
        self.may_cancel = may_cancel
        self._tell = tell
        self._cancelled = threading.Event()
        self._acts: list[Callable[[], None]] = []
        self._lock = threading.Lock()

    @property
    def is_cancelled(self) -> bool:
        """Whether the host no longer wants it."""
        return self._cancelled.is_set()

    def cancel(self) -> None:
        """Give it up: whoever waits within it is woken."""
        with self._lock:
            self._cancelled.set()
            acts, self._acts = self._acts, []
        for act in acts:
            act()

    @contextmanager
    def woken_by(self, act: Callable[[], None]) -> Iterator[None]:
        """Wait inside: a cancellation, also one that has come already, calls ``act``, which must end the wait."""
        with self._lock:
            is_late = self.is_cancelled
            if not is_late:
                self._acts.append(act)
        if is_late:
            act()
        try:
            yield
        finally:
            with self._lock:
                if act in self._acts:
                    self._acts.remove(act)

    def sleep(self, seconds: float) -> None:
        """Wait, but not once it is cancelled."""
        self._cancelled.wait(seconds)

    def tell(self, attempt: int, tries: int) -> None:
        """Tell the host that the shop is about to be asked once more."""
        self._tell(CallProgress(call=self.number, attempt=attempt, tries=tries))


# What the agent does by itself: nobody asked, nobody is told, nobody cancels.
_NOBODYS = CallUnderWay(0, lambda _: None, may_cancel=False)
_current: ContextVar[CallUnderWay] = ContextVar("call", default=_NOBODYS)


def current_call() -> CallUnderWay:
    """Return the call that this thread works on; one that nobody cancels where it works on none."""
    return _current.get()


class CallsUnderWay:
    """All of them, by their numbers."""

    def __init__(self, tell: Callable[[CallProgress], None]) -> None:
        self._tell = tell
        self._calls: dict[int, CallUnderWay] = {}
        self._lock = threading.Lock()

    def begin(self, number: int, *, may_cancel: bool) -> CallUnderWay:
        """Note a call that was read from the host."""
        call = CallUnderWay(number, self._tell, may_cancel=may_cancel)
        with self._lock:
            self._calls[number] = call
        return call

    @contextmanager
    def worked_on(self, call: CallUnderWay) -> Iterator[None]:
        """Work on a call in this thread; afterwards it is under way no more."""
        token = _current.set(call)
        try:
            yield
        finally:
            _current.reset(token)
            with self._lock:
                self._calls.pop(call.number, None)

    def cancel(self, number: int) -> bool:
        """Cancel a call; return whether it was under way and only reads."""
        with self._lock:
            call = self._calls.get(number)
        if call is None or not call.may_cancel:
            return False
        call.cancel()
        return True
