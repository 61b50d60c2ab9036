"""What attacks cost the customers beside them: many wrong logins at once, and hundreds of idle connections for minutes.

    python -m tests.benchmarks.bench_attacks [--seconds N] [--idle N]

Printed: the storefront's time alone and beside 60 wrong logins (aim: at most 1.5 times as long); then times, errors and memory of
storefronts with and without idle connections beside them (aims: no error, p99 and memory as without).
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx

from r2_renewal.contract import paths
from r2_renewal.reference_shop.seed import prepare
from tests.reference_shop.attacks.hardened import Served, hardened
from tests.reference_shop.conftest import DAYS_LEFT, TODAY
from tests.reference_shop.module import Module

LOGINS, IDLE, SAMPLES = 60, 500, 40
PAUSE = 0.05  # seconds between two calls: what is measured is the answer, not how much the shop can bear


def storefront_times(module: Module, number: int) -> list[float]:
    """Return how long each storefront took, in milliseconds."""
    times = []
    for _ in range(number):
        began = time.perf_counter()
        module.storefront()
        times.append((time.perf_counter() - began) * 1000)
    return times


def beside_logins(served: Served, module: Module) -> None:
    """Write the storefront's time alone and while wrong logins are tried."""

    def log_in(number: int) -> int:
        body = {"email": f"nikt-{number}@example.com", "password": "nie to"}
        return httpx.post(f"{served.url}{paths.ACCOUNT_SESSIONS}", json=body, timeout=120, trust_env=False).status_code

    storefront_times(module, SAMPLES)
    alone = statistics.median(storefront_times(module, SAMPLES))
    with ThreadPoolExecutor(LOGINS) as callers:
        logins = [callers.submit(log_in, number) for number in range(LOGINS)]
        beside = statistics.median(storefront_times(module, SAMPLES))
        answers = sorted(one.result() for one in logins)
    told = {status: answers.count(status) for status in dict.fromkeys(answers)}
    sys.stdout.write(
        f"storefront alone {alone:.1f} ms, beside {LOGINS} wrong logins {beside:.1f} ms: {beside / alone:.2f}x  {told}\n"
    )


@contextmanager
def idle(served: Served, number: int) -> Iterator[None]:
    """Hold idle connections open, each opened anew where the shop has closed it."""
    with ExitStack() as stack:
        for _ in range(number):
            stack.enter_context(served.connect())
        yield


def memory(served: Served) -> float:
    """Return the process's memory, in MiB."""
    status = Path(f"/proc/{served.process.pid}/status").read_text(encoding="ascii")
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) / 1024


def soak(served: Served, module: Module, seconds: float, connections: int) -> None:
    """Write rate, p99, errors and memory of storefronts beside idle connections."""
    times, errors, until = [], 0, time.perf_counter() + seconds
    while time.perf_counter() < until:
        with idle(served, connections):
            again = min(until, time.perf_counter() + 10)
            while time.perf_counter() < again:
                began = time.perf_counter()
                errors += module.get(paths.STOREFRONT).status_code != 200
                times.append((time.perf_counter() - began) * 1000)
                time.sleep(PAUSE)
    p99 = statistics.quantiles(times, n=100)[98]
    sys.stdout.write(
        f"{connections:4} idle: {len(times)} storefronts, median {statistics.median(times):.1f} ms, p99 {p99:.1f} ms, "
        f"errors {errors}, memory {memory(served):.1f} MiB, stderr {len(served.errors)} bytes\n"
    )


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=300.0, help="of each soak")
    parser.add_argument("--idle", type=int, default=IDLE)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        prepared = prepare(Path(folder) / "shop", DAYS_LEFT, TODAY)
        with hardened(prepared) as served, httpx.Client(base_url=served.url, timeout=60, trust_env=False) as http:
            module = Module(http).open(prepared.licence)
            beside_logins(served, module)
            for connections in (0, arguments.idle):
                soak(served, module, arguments.seconds, connections)


if __name__ == "__main__":
    main()
