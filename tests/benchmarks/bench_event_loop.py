"""What faults of network and keyring cost the host's event loop: a 1 ms ticker, with the module and without it.

Run as ``python -m tests.benchmarks.bench_event_loop [seconds a fault]``. In each host the module is attached, eSklep opens and is
refreshed over and over while its shop, or the user's keyring, is as broken as the fault says; the bare host only ticks. Printed:
the longest gap between two ticks and the 99th percentile, as they were and less the time for which other programs had the
processors. Aims: no gap over 50 ms, p99 at most 16 ms.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

from r2_renewal.clock import today_in_warsaw
from r2_renewal.contract import paths
from tests.agent.keyrings import agent_with
from tests.agent.scripted_shop import ScriptedShop, free_port, http, json_of, raw, reset, silence
from tests.embedding.licences import KEYS, write_licence
from tests.licence_files import Vendor

SECONDS = 4.0
AIMS = {"longest": 50.0, "p99": 16.0}
TICKER = Path(__file__).with_name("ticking_host.py")
HUGE = b"x" * (64 * 1024)


def drip(peer: socket.socket, _seen: object) -> None:
    """Answer a byte at a time."""
    for byte in http(200, b"{}" * 400, "application/json"):
        peer.sendall(bytes([byte]))
        if threading.Event().wait(0.02):
            return


def flood(peer: socket.socket, _seen: object) -> None:
    """Answer with a body that has no end."""
    peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
    with suppress(OSError):
        while True:
            peer.sendall(HUGE)


# Kinds of ``tests/fakes/odd_keyrings.py``.
KEYRINGS = {
    "keyring absent": "Absent",
    "keyring dismissed": "Dismissed",
    "keyring raises": "Raising",
    "keyring hangs": "Hanging",
}
SESSION = {"token": "t", "scope": "account", "expires_at": "2099-01-01T00:00:00Z", "customer_id": "K-1"}

FAULTS: dict[str, Callable[[socket.socket, Any], None] | None] = {
    "none": None,
    "refused": None,
    "black hole": silence,
    "drip": drip,
    "RST": reset,
    "500": raw(http(500, b"<h1>oops</h1>", "text/html")),
    "garbage": raw(b"\x00\xff" * 4000),
    "huge body": flood,
}


def measure(
    folder: Path, shop_url: str, seconds: float, *, bare: bool = False, agent: tuple[str, ...] = ()
) -> dict[str, float]:
    """Let a host tick over a shop and return its figures in milliseconds."""
    specification = {
        "licence": str(write_licence(folder / "R2.lic", today_in_warsaw() + timedelta(days=200))),
        "key": KEYS[0].ed25519.hex(),
        "state": str(folder / "state"),
        "shop_url": shop_url,
        "seconds": seconds,
        "bare": bare,
        "agent": agent,
    }
    command = [sys.executable, str(TICKER), json.dumps(specification)]
    done = subprocess.run(command, capture_output=True, check=True, timeout=60 + seconds)
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


def measure_fault(folder: Path, fault: str, seconds: float) -> dict[str, float]:
    """Let a host tick over a shop that is broken in one way."""
    if fault == "refused":
        return measure(folder, f"http://127.0.0.1:{free_port()}", seconds)
    with closing(ScriptedShop(Vendor())) as shop:
        reply = FAULTS[fault]
        if reply is not None:
            shop.script("POST", "/v1/licence-sessions", *[reply] * 1_000)
        return measure(folder, shop.url, seconds)


def measure_keyring(folder: Path, fault: str, seconds: float) -> dict[str, float]:
    """Let a host tick whose user logs in over a keyring that is broken in one way."""
    with closing(ScriptedShop(Vendor())) as shop:
        shop.script("POST", paths.ACCOUNT_SESSIONS, *[raw(json_of(SESSION, 201))] * 1_000)
        return measure(folder, shop.url, seconds, agent=agent_with(KEYRINGS[fault], folder))


def show(what: str, figures: dict[str, float]) -> None:
    """Print a line."""
    told = ", ".join(
        f"{name} {figures[name]:.1f} ms, less other programs' turns {figures[f'own {name}']:.1f} ms (aim {aim:.0f})"
        for name, aim in AIMS.items()
    )
    sys.stdout.write(f"{what}: {told}, {figures['ticks']:.0f} ticks, {figures['uses']:.0f} uses of eSklep\n")
    sys.stdout.flush()


def main() -> None:
    """Measure and print."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        show("bare host", measure(folder, "http://127.0.0.1:1", seconds, bare=True))
        for fault in FAULTS:
            show(f"with the module, {fault}", measure_fault(folder, fault, seconds))
        for fault in KEYRINGS:
            show(f"with the module, {fault}", measure_keyring(folder, fault, seconds))


if __name__ == "__main__":
    main()
