"""The real reference shop as a process of its own, with as many customers as a test wants; it can be killed and comes back.

It is asked for its orders in its own database: what a test counts is what the shop has committed, whatever anybody was told.
"""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from itertools import count
from pathlib import Path

from sqlalchemy import select

from r2_renewal.agent.protocol import KeyParam
from r2_renewal.reference_shop.clock import set_to
from r2_renewal.reference_shop.folder import settings_of
from r2_renewal.reference_shop.fulfilment import fulfil
from r2_renewal.reference_shop.seed import prepare
from r2_renewal.reference_shop.shop import open_shop
from r2_renewal.reference_shop.tables import ConsentRow, Customer, LicenceRow, PriceItem, QuoteLineRow, QuoteRow
from tests.agent.conversation import Hosts
from tests.licence_files import Vendor
from tests.reference_shop.conftest import DAYS_LEFT, TODAY, add_customer

START_TRIES = 20


class RealShop:
    """A shop on a fixed day and port.

    Attributes:
        url: its base URL, the same after every start.
        trusted_keys: document for ``--trusted-keys``.
    """

    def __init__(self, folder: Path, *options: str) -> None:
        prepared = prepare(folder, DAYS_LEFT, TODAY)
        self.trusted_keys = prepared.trusted_keys
        self._folder = prepared.folder
        self._inside = open_shop(settings_of(prepared.folder, clock=set_to(TODAY)))
        self._options = options
        self._numbers = count(1)
        self._port = 0
        self._lock = threading.Lock()
        self._process = self._serve()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def computer(self, folder: Path) -> Hosts:
        """Return the computer of a new customer: a licence that ends in 30 days, and no local state yet."""
        folder.mkdir(parents=True, exist_ok=True)
        with self._lock:
            number = next(self._numbers)
            licence = add_customer(self._inside, f"K-{number}", f"L-{number}")
            with self._inside.database.writing() as session:
                session.get_one(Customer, f"K-{number}").invoice_email = "faktury@zak.example"
        hosts = Hosts(folder, Vendor(), self.url)
        hosts.keys = tuple(KeyParam(**key) for key in self.trusted_keys["keys"])
        hosts.licence.write_text(licence, encoding="ascii")
        return hosts

    def orders(self, licence_id: str) -> list[tuple[str, str]]:
        """Return key and identifier of every order for a licence, in the order in which they were placed."""
        query = (
            "SELECT coalesce(k.key, ''), o.id FROM orders o JOIN order_lines l ON l.order_pk = o.pk"
            " LEFT JOIN idempotency_keys k ON k.order_id = o.id WHERE l.licence_id = ? ORDER BY o.pk"
        )
        with closing(sqlite3.connect(self._folder.database_file, timeout=15)) as database:
            return list(database.execute(query, (licence_id,)))

    def fulfil(self, order_id: str) -> None:
        """Have an order paid and its licence extended."""
        fulfil(self._inside, order_id)

    def grow(self, licence_id: str, programs: int) -> None:
        """Give the customer of a licence the same program many times over."""
        with self._inside.database.writing() as session:
            known = session.get_one(LicenceRow, licence_id)
            values = {column.name: getattr(known, column.name) for column in LicenceRow.__table__.c}
            session.add_all(
                LicenceRow(**{**values, "id": f"{licence_id}-{number:05}", "name": f"R2płatnik {number:05}"})
                for number in range(programs)
            )

    def consents(self, licence_id: str) -> list[tuple[str | None, bool]]:
        """Return from where each consent to a licence's renewal was withdrawn, and whether it was."""
        query = select(ConsentRow).where(ConsentRow.licence_id == licence_id)
        with self._inside.database.reading() as session:
            return [(row.revoked_channel, row.revoked_at is not None) for row in session.scalars(query)]

    def reprice(self, licence_id: str) -> None:
        """Raise every price by a złoty, and hold none that was quoted for a licence."""
        quotes = select(QuoteRow).where(QuoteRow.lines.any(QuoteLineRow.licence_id == licence_id))
        with self._inside.database.writing() as session:
            for item in session.scalars(select(PriceItem)):
                item.net += 1
            for quote in session.scalars(quotes):
                quote.expires_at = self._inside.settings.now()

    def kill_and_start(self, seconds_down: float = 0.0) -> None:
        """Kill the server as a power cut would, and start it again after a while."""
        with self._lock:
            self._process.kill()
            self._process.communicate(timeout=20)
            time.sleep(seconds_down)
            self._process = self._serve()

    def close(self) -> None:
        """Stop the server."""
        self._process.communicate(timeout=20)
        self._inside.database.close()

    def _serve(self) -> subprocess.Popen[bytes]:
        """Start a server; on a machine full of connections another socket may sit on the port for a moment."""
        command = [sys.executable, "-m", "r2_renewal.cli", "shop", "serve", "--state", str(self._folder.path)]
        command += ["--today", TODAY.isoformat(), "--stop-with-stdin", "--port", str(self._port), *self._options]
        for _ in range(START_TRIES):
            process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
            assert process.stdout is not None
            line = process.stdout.readline()
            if line:
                self._port = int(json.loads(line)["shop_url"].rpartition(":")[2])
                return process
            process.communicate(timeout=20)
            time.sleep(0.2)
        raise AssertionError("the shop does not start")
