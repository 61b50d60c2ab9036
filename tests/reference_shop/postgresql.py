"""A throw-away PostgreSQL server for a test run: its own cluster on a socket in a folder, gone when the run ends.

Rules: nothing listens on the network, and no cluster of the machine is touched; what a crash would lose is not kept (``fsync``
off), since it is thrown away anyway; the server refuses to run as root, so root starts it as Debian's ``postgres``.
"""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

START_SECONDS = 60
_SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "300",
    "shared_buffers": "32MB",
}


class Cluster:
    """A running server. Attributes: folder: where its socket is."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._numbers = itertools.count(1)

    def url(self, database: str) -> str:
        """Return the SQLAlchemy URL of a database."""
        return f"postgresql+psycopg://shop@/{database}?host={self.folder}"

    def create(self, template: str = "template0") -> str:
        """Return the URL of a new database, a copy of another one that nobody uses at the moment."""
        name = f"shop_{next(self._numbers)}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.url(name)

    def drop(self, url: str) -> None:
        """Drop a database, whoever still uses it."""
        self.run(f"DROP DATABASE {database_of(url)} WITH (FORCE)")

    def run(self, command: str) -> None:
        """Run a command that belongs to no database of the tests."""
        with psycopg.connect(f"host={self.folder} user=shop dbname=postgres", autocommit=True) as connection:
            connection.execute(command.encode())


def database_of(url: str) -> str:
    """Return the name in a URL of a cluster."""
    return url.partition("?")[0].rpartition("/")[2]


def binaries() -> Path:
    """Return the folder of the newest server on this machine; skip the test where there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    if not found:
        pytest.skip("no PostgreSQL server on this machine (Debian's package postgresql)")
    return found[-1].parent


@contextmanager
def running() -> Iterator[Cluster]:
    """Make a cluster, run its server for the length of the block, and delete both."""
    programs = binaries()
    folder = Path(tempfile.mkdtemp(prefix="r2pg"))  # short: a socket's path has 107 bytes at most
    owner = _owner()
    if owner:
        shutil.chown(folder, owner["user"], owner["group"])
    data = str(folder / "data")
    try:
        initdb = [
            programs / "initdb",
            "-D",
            data,
            "-U",
            "shop",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale",
            "C.UTF-8",
            "-N",
        ]
        subprocess.run(initdb, check=True, capture_output=True, cwd=folder, timeout=START_SECONDS, **owner)
        settings = [part for name, value in _SETTINGS.items() for part in ("-c", f"{name}={value}")]
        with (folder / "log").open("wb") as log:
            command = [programs / "postgres", "-D", data, "-k", str(folder), *settings]
            server = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, **owner)
        try:
            _wait_until_ready(server, folder)
            yield Cluster(folder)
        finally:
            server.send_signal(signal.SIGQUIT)  # ends it and its children at once; there is nothing to save
            server.wait(timeout=START_SECONDS)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _owner() -> dict[str, Any]:
    if os.geteuid() != 0:
        return {}
    return {"user": "postgres", "group": "postgres", "extra_groups": ()}


def _wait_until_ready(server: subprocess.Popen[bytes], folder: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while True:
        try:
            psycopg.connect(f"host={folder} user=shop dbname=postgres").close()
        except psycopg.OperationalError:
            assert server.poll() is None, (folder / "log").read_text()
            assert time.monotonic() < until, (folder / "log").read_text()
            time.sleep(0.05)
        else:
            return
