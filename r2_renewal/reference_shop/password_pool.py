"""A few threads of their own for what needs a password's hash, so that no number of logins holds up anything else.

Rules: a request waits for its hash without a request thread; the queue is bounded, and who comes when it is full is told to come
again, since a queue without an end is only a slower refusal.
"""

from __future__ import annotations

import asyncio
import functools
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from r2_renewal.contract.problems import ProblemCode
from r2_renewal.reference_shop.passwords import AT_ONCE
from r2_renewal.reference_shop.problems import Refusal

T = TypeVar("T")
MOST_WAITING = 40
_RETRY_SECONDS = 5


class PasswordPool:
    """The threads that hash passwords; they start with the first hash.

    Args:
        threads: how many hashes are worked on at once.
        most_waiting: how many more may wait.
    """

    def __init__(self, threads: int = AT_ONCE, most_waiting: int = MOST_WAITING) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="password")
        self._places = threading.BoundedSemaphore(threads + most_waiting)

    async def run(self, work: Callable[..., T], *arguments: Any) -> T:
        """Return what the work returns, done in a thread of the pool.

        Raises:
            Refusal: NOT_READY, where as many wait as may.
        """
        if not self._places.acquire(blocking=False):
            raise Refusal(ProblemCode.NOT_READY, "too many logins at once", retry_after=_RETRY_SECONDS)
        try:
            started: Future[T] = self._threads.submit(functools.partial(work, *arguments))
        except RuntimeError as error:  # the shop stops
            self._places.release()
            raise Refusal(ProblemCode.NOT_READY, "the shop stops") from error
        # Its place is free when the work is done, not when the client has gone away.
        started.add_done_callback(lambda _done: self._places.release())
        return await asyncio.wrap_future(started)

    def close(self) -> None:
        """End the threads when the work at hand is done; what waits is not begun."""
        self._threads.shutdown(wait=False, cancel_futures=True)
