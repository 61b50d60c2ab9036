"""A network of its own for an agent: loopback, one name server, nobody else.

It is made of Linux namespaces, so that nothing of it is left over.

Rules: the machine's own network, ``/etc`` included, is never touched; the network lives as long as one process holds it.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import socket
import struct
import subprocess
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from enum import Enum, auto
from pathlib import Path
from typing import TypeVar

import pytest

_NEW_NETWORK = 0x40000000  # CLONE_NEWNET
_DOMAIN_PORT = 53
_ADDRESS_RECORD = 1
_LOOPBACK = bytes((127, 0, 0, 1))
# The resolver waits far longer than any deadline of a test.
_RESOLVER = "nameserver 127.0.0.1\noptions timeout:30 attempts:1\n"
_HOLD = (
    'mount --bind "$1" /etc/resolv.conf && mount --bind "$2" /etc/nsswitch.conf && ip link set lo up'
    " && echo ready && exec cat"
)

T = TypeVar("T")


class SealedNetwork:
    """A network namespace, and a mount namespace in which its resolver is the system's."""

    def __init__(self, folder: Path) -> None:
        resolver, sources = folder / "resolv.conf", folder / "nsswitch.conf"
        resolver.write_text(_RESOLVER, encoding="ascii")
        sources.write_text("hosts: files dns\n", encoding="ascii")
        command = ["unshare", "--net", "--mount", "sh", "-c", _HOLD, "sh", str(resolver), str(sources)]
        self._holder = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert self._holder.stdout is not None
        self.is_ready = self._holder.stdout.readline() == b"ready\n"

    def command(self, *command: str) -> tuple[str, ...]:
        """Return the command run in this network."""
        return ("nsenter", "--target", str(self._holder.pid), "--net", "--mount", "--", *command)

    def inside(self, make: Callable[[], T]) -> T:
        """Make something here: a socket belongs to the network it was made in, whoever uses it."""
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(self._entered, make).result()

    def _entered(self, make: Callable[[], T]) -> T:
        with Path(f"/proc/{self._holder.pid}/ns/net").open("rb") as network:
            if ctypes.CDLL(None, use_errno=True).setns(network.fileno(), _NEW_NETWORK) != 0:
                raise OSError(ctypes.get_errno(), "setns")
        return make()

    def close(self) -> None:
        """End it."""
        self._holder.communicate(timeout=60)


@pytest.fixture
def sealed(tmp_path: Path) -> Iterator[SealedNetwork]:
    """A network of its own; skip where this machine does not give one."""
    if os.geteuid() != 0 or not all(map(shutil.which, ("unshare", "nsenter", "ip"))):
        pytest.skip("a network of its own needs root, util-linux and iproute2")
    network = SealedNetwork(tmp_path)
    try:
        if not network.is_ready:
            pytest.skip("this machine gives no network of its own")
        yield network
    finally:
        network.close()


class Naming(Enum):
    """What the name server says to every question."""

    KNOWN = auto()
    ABSENT = auto()
    MUTE = auto()


class NameServer:
    """Answers for every name: this computer, no such name, or not at all.

    Attributes:
        naming: what it says.
        asked: how often an address was asked for.
    """

    def __init__(self, network: SealedNetwork) -> None:
        self.naming = Naming.KNOWN
        self.asked = 0
        self._socket = network.inside(self._bound)
        self._serving = threading.Thread(target=self._serve, daemon=True)
        self._serving.start()

    @staticmethod
    def _bound() -> socket.socket:
        bound = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        bound.bind(("127.0.0.1", _DOMAIN_PORT))
        return bound

    def _serve(self) -> None:
        while True:
            try:
                question, peer = self._socket.recvfrom(512)
            except OSError:
                return
            if not question:
                return
            answer = self._answer(question)
            if answer:
                self._socket.sendto(answer, peer)

    def _answer(self, question: bytes) -> bytes:
        """Return the reply to a question of one name (RFC 1035, 4.1)."""
        end = question.index(b"\0", 12) + 5
        (kind,) = struct.unpack("!H", question[end - 4 : end - 2])
        is_address = kind == _ADDRESS_RECORD
        self.asked += is_address
        if self.naming is Naming.MUTE:
            return b""
        found = is_address and self.naming is Naming.KNOWN
        code = 3 if self.naming is Naming.ABSENT else 0
        head = question[:2] + struct.pack("!HHHHH", 0x8180 | code, 1, int(found), 0, 0) + question[12:end]
        return head + (struct.pack("!HHHLH", 0xC00C, kind, 1, 0, 4) + _LOOPBACK if found else b"")

    def close(self) -> None:
        """Stop."""
        # Wakes the reader, which closing the socket would not.
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._serving.join(5)
        self._socket.close()
