"""How many storefronts, quotes and orders one server process answers in a second, on SQLite and on PostgreSQL, and how the
storefront's cost grows with a customer's programs.

    python -m tests.benchmarks.bench_shop [--seconds N] [--programs N …]

Over real HTTP, with real rows; PostgreSQL only where its server is installed, and without ``fsync``, as the tests run it.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from datetime import date, timedelta
from itertools import count
from pathlib import Path

import httpx
import pytest

from r2_renewal.contract import paths
from r2_renewal.reference_shop.clock import set_to
from r2_renewal.reference_shop.folder import settings_of
from r2_renewal.reference_shop.seed import CUSTOMER_ID, LICENCE_ID, PreparedShop, prepare
from r2_renewal.reference_shop.shop import Shop, opened
from r2_renewal.reference_shop.tables import LicenceRow
from tests.reference_shop.module import Json, Module
from tests.reference_shop.postgresql import running
from tests.reference_shop.processes import servers

TODAY = date(2026, 11, 22)
CALLERS = 8
OWNED = 150  # programs to be ordered, each once
GROWTH = (1, 10, 100, 1000, 10_000)


@contextmanager
def databases() -> Iterator[dict[str, Callable[[], str]]]:
    """Give, by name, what makes a new database and tells its URL; an empty URL is SQLite in the shop's folder."""
    with ExitStack() as stack:
        makers: dict[str, Callable[[], str]] = {"SQLite": str}
        with suppress(pytest.skip.Exception):
            makers["PostgreSQL"] = stack.enter_context(running()).create
        yield makers


def own(shop: Shop, programs: int) -> list[str]:
    """Give the demo's customer as many programs beside the three it has; return their licences."""
    named = [f"L-{number:06}" for number in range(programs)]
    rows = [
        LicenceRow(
            id=licence_id,
            customer_id=CUSTOMER_ID,
            program_id=f"P-{licence_id}",
            product="r2platnik",
            name=f"R2płatnik {licence_id}",
            edition="Standard",
            valid_until=TODAY + timedelta(days=30),
            seq=1,
            limits={"employees": 50},
            services=["updates"],
        )
        for licence_id in named
    ]
    with shop.database.writing() as session:
        session.add_all(rows)
    return named


@contextmanager
def served(folder: Path, database: str, programs: int) -> Iterator[tuple[Module, list[str]]]:
    """Serve a shop whose customer owns as many programs, to a module with a session."""
    prepared: PreparedShop = prepare(folder, 30, TODAY, database=database)
    with opened(settings_of(prepared.folder, clock=set_to(TODAY))) as shop:
        named = own(shop, programs)
    limits = httpx.Limits(max_connections=CALLERS)
    with servers(prepared) as start:
        _, url = start("--database", database)
        with httpx.Client(base_url=url, timeout=60, trust_env=False, limits=limits) as http:
            yield Module(http).open(prepared.licence), named


def rate(call: Callable[[int], object], seconds: float, most: int) -> float:
    """Return how often a call is answered in a second, asked by several callers at once, each time with another number."""
    numbers = count()
    until = time.perf_counter() + seconds

    def ask(_caller: int) -> int:
        done = 0
        while time.perf_counter() < until and (number := next(numbers)) < most:
            call(number)
            done += 1
        return done

    began = time.perf_counter()
    with ThreadPoolExecutor(CALLERS) as callers:
        done = sum(callers.map(ask, range(CALLERS)))
    return done / (time.perf_counter() - began)


def asked(licence_id: str) -> Json:
    """Return the request for a subscription's price."""
    return {"items": [{"licence_id": licence_id, "offer_id": "subscription.r2platnik-50"}]}


def throughput(name: str, database: str, seconds: float) -> None:
    """Write the rates of storefront, quote and order."""
    with tempfile.TemporaryDirectory() as folder, served(Path(folder) / "few", database, 0) as (module, _):
        storefronts = rate(lambda _: module.storefront(), seconds, 10**9)
        quotes = rate(lambda _: module.post(paths.QUOTES, asked(LICENCE_ID)), seconds, 10**9)
    sys.stdout.write(f"{name:<11} storefront {storefronts:7.1f}/s   quote {quotes:7.1f}/s   ")


def orders(database: str, seconds: float) -> None:
    """Write the rate of orders, each of another program; their quotes and bodies are made before."""
    with tempfile.TemporaryDirectory() as folder, served(Path(folder) / "many", database, OWNED) as (module, named):
        bodies = [module.body(module.post(paths.QUOTES, asked(licence_id)).json()) for licence_id in named]
        per_second = rate(lambda number: module.submit(bodies[number]), seconds, len(bodies))
    sys.stdout.write(f"order {per_second:7.1f}/s\n")


def growth(name: str, database: str, programs: int) -> None:
    """Write what a storefront, a last page of programs and the account's data cost with so many programs more."""
    with tempfile.TemporaryDirectory() as folder, served(Path(folder) / "grown", database, programs) as (module, named):
        pages = {
            "storefront": paths.STOREFRONT,
            "last page": f"{paths.PROGRAMS}?cursor={named[-min(100, programs)]}",
            "customer": paths.CUSTOMER,
        }
        costs = [f"{what} {_cost(module, path)}" for what, path in pages.items()]
    sys.stdout.write(f"{name:<11} {programs + 3:6} programs: {'   '.join(costs)}\n")


def _cost(module: Module, path: str) -> str:
    times = []
    for _ in range(5):
        began = time.perf_counter()
        answer = module.get(path)
        times.append(time.perf_counter() - began)
    return f"{min(times) * 1000:7.1f} ms, {len(answer.content) / 1024:7.1f} KiB"


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0, help="for each rate")
    parser.add_argument("--programs", type=int, nargs="*", default=list(GROWTH))
    arguments = parser.parse_args()
    with databases() as found:
        for name, make in found.items():
            throughput(name, make(), arguments.seconds)
            orders(make(), arguments.seconds)
            for programs in arguments.programs:
                growth(name, make(), programs)


if __name__ == "__main__":
    main()
