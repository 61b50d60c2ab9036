"""The shop as a process with short deadlines and few open files, and raw connections to it."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from r2_renewal.reference_shop.seed import PreparedShop

# What the server's command does, after a change of its deadlines and of what the system lets it open.
_START = """
import json, sys
from r2_renewal.reference_shop.http_protocol import BoundedProtocol, Deadlines
files, deadlines, command = json.loads(sys.argv[1])
if files:
    import resource
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
BoundedProtocol.deadlines = Deadlines(**deadlines)
from r2_renewal.cli import main
sys.exit(main(command))
"""
SHORT = {"head": 0.6, "body": 0.6, "answer": 0.6, "idle": 0.6}


@dataclass
class Served:
    """A running shop. Attributes: url: where; process; errors: what it has written to stderr."""

    url: str
    process: subprocess.Popen[bytes]
    errors: bytearray = field(default_factory=bytearray)

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=20)

    def ask(self, path: str = "/healthz") -> int:
        return httpx.get(f"{self.url}{path}", timeout=20, trust_env=False).status_code

    def files(self) -> int:
        """Return how many files the process has open."""
        return len(list(Path(f"/proc/{self.process.pid}/fd").iterdir()))


@contextmanager
def hardened(prepared: PreparedShop, files: int = 0, **deadlines: float) -> Iterator[Served]:
    """Serve the shop for the length of the block."""
    command = ["shop", "serve", "--port", "0", "--today", "2026-11-22", "--state", str(prepared.folder.path)]
    arguments = json.dumps([files, deadlines, command])
    process = subprocess.Popen(
        [sys.executable, "-c", _START, arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.PIPE
    )
    assert process.stdout
    assert process.stderr
    served = Served(json.loads(process.stdout.readline())["shop_url"], process)
    reader = threading.Thread(target=_collect, args=(process, served.errors))
    reader.start()
    try:
        yield served
    finally:
        process.kill()
        process.wait(30)
        reader.join()
        for pipe in (process.stdin, process.stdout, process.stderr):
            assert pipe
            pipe.close()


def _collect(process: subprocess.Popen[bytes], errors: bytearray) -> None:
    assert process.stderr
    while block := process.stderr.read1(65536):  # type: ignore[attr-defined]
        errors.extend(block)


@contextmanager
def connections(served: Served, number: int) -> Iterator[list[socket.socket]]:
    """Hold as many connections open as the shop lets."""
    with ExitStack() as stack:
        peers = []
        for _ in range(number):
            peers.append(stack.enter_context(served.connect()))
        yield peers


def answer(peer: socket.socket) -> bytes:
    """Return what comes until the connection is closed."""
    received = bytearray()
    with suppress(ConnectionError):
        while block := peer.recv(65536):
            received += block
    return bytes(received)


def exchange(served: Served, *parts: bytes) -> bytes:
    """Send parts of a request and return what comes until the connection is closed."""
    with served.connect() as peer:
        with suppress(ConnectionError):
            for part in parts:
                peer.sendall(part)
        return answer(peer)


def status_of(received: bytes) -> int:
    """Return the status of a raw answer; 0 where there is none."""
    return int(received.split(b" ", 2)[1]) if received else 0
