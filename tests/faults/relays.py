"""What may stand between an agent and its shop: a relay to a real shop, a proxy; each as broken as a scripted shop."""

from __future__ import annotations

import socket
from contextlib import suppress
from http.client import HTTPConnection
from urllib.parse import urlsplit

from tests.agent.scripted_shop import Reply, ScriptedShop, Seen
from tests.licence_files import Vendor

_OF_ONE_CONNECTION = ("connection", "content-length", "transfer-encoding", "keep-alive")


class Relay(ScriptedShop):
    """Hands every request to a shop behind it, and its answer back; what is scripted for a request happens in their stead."""

    def __init__(self, vendor: Vendor, behind: str) -> None:
        self._behind = urlsplit(behind)
        super().__init__(vendor)

    def commit(self, then: Reply) -> Reply:
        """Let the shop do its work to the end, then answer so."""

        def reply(peer: socket.socket, seen: Seen) -> None:
            self._answer(seen)
            then(peer, seen)

        return reply

    def _answer(self, seen: Seen) -> bytes:
        connection = HTTPConnection(str(self._behind.hostname), self._behind.port, timeout=10)
        try:
            headers = {name: value for name, value in seen.headers.items() if name not in _OF_ONE_CONNECTION}
            connection.request(seen.method, seen.path, seen.body or None, headers)
            answer = connection.getresponse()
            body = answer.read()
        finally:
            connection.close()
        kept = [f"{name}: {value}" for name, value in answer.getheaders() if name.lower() not in _OF_ONE_CONNECTION]
        head = [f"HTTP/1.1 {answer.status} Relayed", *kept, f"Content-Length: {len(body)}", "Connection: close", "", ""]
        return "\r\n".join(head).encode("latin-1") + body


class Proxy(ScriptedShop):
    """An HTTP proxy: whatever a tunnel is asked for, it ends at the shop behind; scripts are for ``CONNECT host:port``."""

    def __init__(self, behind: ScriptedShop, listener: socket.socket | None = None, *, is_open: bool = True) -> None:
        self._shop = behind
        super().__init__(behind.vendor, listener=listener, is_open=is_open)

    def _healthy(self, peer: socket.socket, _seen: Seen) -> None:
        with suppress(OSError):
            peer.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            self._shop.serve(peer)
