"""A prepared shop for each test: the demo's customer on 22 November 2026, 30 days before the end."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from r2_renewal.domain.dates import warsaw_date
from r2_renewal.reference_shop.app import create_app
from r2_renewal.reference_shop.clock import set_to
from r2_renewal.reference_shop.folder import ShopFolder, settings_of
from r2_renewal.reference_shop.licence_files import sign
from r2_renewal.reference_shop.seed import PreparedShop, prepare
from r2_renewal.reference_shop.settings import ShopSettings
from r2_renewal.reference_shop.shop import Shop, opened
from r2_renewal.reference_shop.tables import Customer, LicenceRow
from tests.reference_shop.module import Module
from tests.reference_shop.postgresql import Cluster, database_of, running
from tests.reference_shop.processes import Server, servers

TODAY = date(2026, 11, 22)
DAYS_LEFT = 30
SQLITE, POSTGRESQL = "sqlite", "postgresql"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run the tests of a module that says ``BOTH_DATABASES = True`` on both, if a database is what they work on."""
    if getattr(metafunc.module, "BOTH_DATABASES", False) and "backend" in metafunc.fixturenames:
        metafunc.parametrize("backend", [SQLITE, POSTGRESQL], indirect=True)


class Calendar:
    """The shop's clock in a test, set to a day at the time of day that it really is."""

    def __init__(self, day: date) -> None:
        self.day = day

    def __call__(self) -> datetime:
        return self._clock()

    @property
    def day(self) -> date:
        """The date in Warsaw that it tells; setting it keeps the time of day."""
        return warsaw_date(self._clock())

    @day.setter
    def day(self, day: date) -> None:
        self._clock = set_to(day)

    def pass_days(self, days: int) -> None:
        self.day += timedelta(days=days)


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> PreparedShop:
    """The demo's shop, made once; tests work on copies."""
    return prepare(tmp_path_factory.mktemp("seeded") / "shop", DAYS_LEFT, TODAY)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL server of this run's own."""
    with running() as cluster:
        yield cluster


@pytest.fixture(scope="session")
def seeded_on_postgresql(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> PreparedShop:
    """The demo's shop with its tables on PostgreSQL."""
    return prepare(tmp_path_factory.mktemp("seeded") / "shop", DAYS_LEFT, TODAY, database=cluster.create())


@pytest.fixture
def backend(request: pytest.FixtureRequest) -> str:
    """The database that a test runs on: SQLite, where its module does not ask for both."""
    return str(getattr(request, "param", SQLITE))


@pytest.fixture
def prepared(backend: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[PreparedShop]:
    """A copy of the demo's shop for one test alone."""
    seeded: PreparedShop = request.getfixturevalue("seeded" if backend == SQLITE else "seeded_on_postgresql")
    with database_copy(seeded.folder.database, request) as database:
        folder = ShopFolder(tmp_path / "shop", database)
        shutil.copytree(seeded.folder.path, folder.path)
        yield replace(seeded, folder=folder)


@contextmanager
def database_copy(url: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """Copy a database of the cluster for the length of the block; SQLite's, in the folder, is copied with it."""
    if not url:
        yield ""
        return
    cluster: Cluster = request.getfixturevalue("cluster")
    copy = cluster.create(database_of(url))
    yield copy
    cluster.drop(copy)


@pytest.fixture
def calendar() -> Calendar:
    return Calendar(TODAY)


@pytest.fixture
def settings(prepared: PreparedShop, calendar: Calendar) -> ShopSettings:
    return settings_of(prepared.folder, clock=calendar)


@pytest.fixture
def shop(settings: ShopSettings) -> Iterator[Shop]:
    """The shop's inside, beside its HTTP side."""
    with opened(settings) as shop:
        yield shop


@pytest.fixture
def serve(settings: ShopSettings) -> Iterator[Callable[..., Module]]:
    """Return a function that serves the shop, with changed settings if need be, to a module without a session."""
    with _Clients() as clients:
        yield lambda **changes: Module(clients.open(replace(settings, **changes)))


@pytest.fixture
def start(prepared: PreparedShop) -> Iterator[Callable[..., Server]]:
    """A function that starts the demo's shop as a process, with more options, and tells its address."""
    with servers(prepared) as start:
        yield start


class _Clients:
    def __init__(self) -> None:
        self._open: list[TestClient[Litestar]] = []

    def __enter__(self) -> _Clients:
        return self

    def open(self, settings: ShopSettings) -> TestClient[Litestar]:
        client = TestClient(create_app(settings), raise_server_exceptions=False)
        client.__enter__()
        self._open.append(client)
        return client

    def __exit__(self, *_error: object) -> None:
        for client in reversed(self._open):
            client.__exit__(None, None, None)


@pytest.fixture
def stranger(serve: Callable[..., Module]) -> Module:
    """A caller without a session."""
    return serve()


@pytest.fixture
def module(stranger: Module, prepared: PreparedShop) -> Module:
    """The demo customer's module, its session opened by the licence file."""
    return stranger.open(prepared.licence)


@pytest.fixture
def other(serve: Callable[..., Module], shop: Shop) -> Module:
    """Another customer's module, on the same database."""
    return serve().open(add_customer(shop, "K-2", "L-2"))


def add_customer(shop: Shop, customer_id: str, licence_id: str, nip: str = "7010019252") -> str:
    """Put another customer with one R2płatnik into the shop; return its licence file."""
    with shop.database.writing() as session:
        customer = Customer(
            id=customer_id, name="Zakład Ślusarski Żak", nip=nip, street="Polna 1", postcode="53-326", city="Wrocław"
        )
        row = LicenceRow(
            id=licence_id,
            customer_id=customer_id,
            customer=customer,
            program_id=f"P-{licence_id}",
            product="r2platnik",
            name="R2płatnik",
            edition="Standard",
            valid_until=TODAY + timedelta(days=DAYS_LEFT),
            seq=1,
            limits={"employees": 5},
            services=["updates"],
        )
        session.add(row)
        return sign(shop.settings, row)
