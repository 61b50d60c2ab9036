"""Cutting a connection under a reply that is due: what no ASGI message can say, done on the server's own transport.

Rule: for the fault hooks only; it knows that uvicorn's ``receive`` belongs to the request's cycle, which has the transport.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from typing import Any

from litestar.types import Receive

# Linger on, for no time at all: what closes the socket then sends RST instead of FIN.
_AT_ONCE = struct.pack("ii", 1, 0)


async def lose_reply(receive: Receive, *, reset: bool) -> None:
    """End the connection of a request that has not been answered, by FIN or by RST."""
    cycle: Any = receive.__self__  # type: ignore[attr-defined]
    transport: asyncio.Transport = cycle.transport
    if reset:
        peer: socket.socket = transport.get_extra_info("socket")
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
    transport.abort()
    while (await receive())["type"] != "http.disconnect":  # the server is to know before it looks for our answer
        pass
