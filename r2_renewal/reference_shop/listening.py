"""Taking connections in: never more than the process has files for, and never deaf.

Rules: the number of connections is bounded below the limit of open files, with room for the database and whatever else the shop
opens; where the bound is reached, the one that has waited longest without a request in work makes room; where all are at work,
the next waits in the system's queue, which costs nothing, and that is told once a minute.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import sys
from collections.abc import Callable
from typing import Any

from r2_renewal.reference_shop.database import POOL_OVERFLOW, POOL_SIZE
from r2_renewal.reference_shop.http_protocol import BoundedProtocol
from r2_renewal.reference_shop.rare_lines import RareLines

LOGGER = logging.getLogger("r2_renewal.shop.listening")
LOGGER.addFilter(RareLines())
MOST_CONNECTIONS, FEWEST_CONNECTIONS = 2000, 16
# SQLite has three files a connection: the database, its journal and the journal's index.
_DATABASE_FILES = 3 * (POOL_SIZE + POOL_OVERFLOW)
_OTHER_FILES = 48
_LOOK_SECONDS, _RETRY_SECONDS = 0.05, 1.0


def most_connections() -> int:
    """Return how many connections this process may hold at once."""
    if sys.platform == "win32":
        return MOST_CONNECTIONS
    import resource

    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if limit == resource.RLIM_INFINITY:
        return MOST_CONNECTIONS
    return max(min(FEWEST_CONNECTIONS, limit // 4), min(MOST_CONNECTIONS, limit - _DATABASE_FILES - _OTHER_FILES))


class Listener:
    """Takes connections in until it is closed.

    Args:
        bound: the listening socket.
        protocol: makes the protocol of a new connection.
        connections: those that there are; the protocol's own.
        most: how many there may be.
    """

    def __init__(
        self,
        bound: socket.socket,
        protocol: Callable[[], asyncio.Protocol],
        connections: set[Any],
        most: int,
    ) -> None:
        self._bound, self._protocol = bound, protocol
        self._connections, self._most = connections, most
        bound.setblocking(False)
        self._task = asyncio.get_running_loop().create_task(self._listen())

    def close(self) -> None:
        """Take no more connections in."""
        self._task.cancel()

    async def wait_closed(self) -> None:
        """Wait until no more is taken in."""
        await asyncio.wait([self._task])

    async def _listen(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await self._room()
            try:
                peer, _ = await loop.sock_accept(self._bound)
            except OSError as error:  # out of files or memory, or the peer is gone already
                LOGGER.warning("no connection taken in: %s", type(error).__name__)
                await asyncio.sleep(_RETRY_SECONDS)
                continue
            try:
                await loop.connect_accepted_socket(self._protocol, peer)
            except Exception as error:  # whatever it is: the next one must be heard
                peer.close()
                LOGGER.warning("a connection was lost at once: %s", type(error).__name__)

    async def _room(self) -> None:
        """Wait until there is room for one more connection beside the one that may make room for it."""
        while len(self._connections) >= self._most and not self._make_room():
            LOGGER.warning("every connection is at work, new ones wait: %d", self._most)
            await asyncio.sleep(_LOOK_SECONDS)

    def _make_room(self) -> bool:
        waiting = [one for one in self._connections if isinstance(one, BoundedProtocol) and one.is_waiting]
        if not waiting:
            return False
        longest = min(waiting, key=lambda one: one.began_waiting)
        longest.transport.abort()
        self._connections.discard(longest)  # as it will by itself a moment later
        return True
