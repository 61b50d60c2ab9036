"""A customer's computer and the real shop, each real to the last process: what rows S1–S16 are shown with.

The shop's data change behind its back as a vendor's staff would change them; the customer sees what the windows show.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QMainWindow, QTableView
from pytestqt.qtbot import QtBot

import r2_renewal
from r2_renewal.clock import today_in_warsaw
from r2_renewal.domain.clock import ClockState
from r2_renewal.embedding.module import RenewalModule
from r2_renewal.licensing.issue import licence_payload, sign_licence
from r2_renewal.licensing.reader import parse_certificate
from r2_renewal.reference_shop.folder import ShopFolder, settings_of
from r2_renewal.reference_shop.fulfilment import fulfil, open_orders
from r2_renewal.reference_shop.licence_files import reissue
from r2_renewal.reference_shop.seed import LICENCE_ID, PreparedShop, prepare
from r2_renewal.reference_shop.shop import opened
from r2_renewal.ui.agent_link import AgentProcess
from r2_renewal.ui.basket_rows import Column
from r2_renewal.ui.eshop_window import EshopWindow
from r2_renewal.ui.order_wizard.wizard import OrderWizard
from tests.driver import click, fill, find, go_on, tick, wait_until
from tests.e2e.order_by_widgets import ORDERER, begin_anew
from tests.licence_files import PRODUCT

CHECKOUT = Path(__file__).resolve().parent.parent.parent


class RealShop:
    """A reference shop that can be stopped and started again on its port.

    Attributes:
        prepared: its folder, the licence and the trusted keys.
    """

    def __init__(self, prepared: PreparedShop) -> None:
        self.prepared = prepared
        self._port = 0
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def start(self, checkout: Path = CHECKOUT, **environment: str) -> None:
        """Serve, from another checkout or in another environment where wanted."""
        command = [sys.executable, "-m", "r2_renewal.cli", "shop", "serve", "--state", str(self.prepared.folder.path)]
        self._process = subprocess.Popen(
            [*command, "--port", str(self._port)],
            stdout=subprocess.PIPE,
            cwd=checkout,
            env={**os.environ, **environment},
        )
        assert self._process.stdout is not None
        self._port = int(json.loads(self._process.stdout.readline())["shop_url"].rsplit(":", 1)[1])

    def close(self) -> None:
        """Stop serving."""
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self._process.communicate(timeout=20)
            self._process = None

    def change(self, statement: str, *values: Any) -> None:
        """Change its data while it serves."""
        with closing(self._database()) as database, database:
            assert database.execute(statement, values).rowcount > 0

    def orders(self) -> list[str]:
        """Return the gross total of every order."""
        with closing(self._database()) as database:
            query = "SELECT gross FROM orders JOIN quotes ON quotes.id = orders.quote_id ORDER BY pk"
            return [gross for (gross,) in database.execute(query)]

    def fulfil(self) -> None:
        """Fulfil every order on its way."""
        with opened(settings_of(self.prepared.folder)) as shop:
            assert [fulfil(shop, order_id) for order_id in open_orders(shop)]

    def issue_licence(self) -> str:
        """Sign the licence of the customer's first program as it stands now, and return the file."""
        with opened(settings_of(self.prepared.folder)) as shop:
            certificate = reissue(shop, LICENCE_ID)
        assert certificate is not None
        return certificate

    def mix_up(self, *, product: str = PRODUCT, **changes: Any) -> None:
        """Let every licence that is signed from now on be this one: the first program's, with changes, for a long time."""
        settings = settings_of(self.prepared.folder)
        licence = parse_certificate(self.prepared.licence.encode(), settings.trusted_keys)
        (program,) = licence.programs
        until = program.valid_until.replace(year=2040)
        longer = program._replace(product=product, seq=program.seq + 1, valid_until=until)
        wrong = licence._replace(programs=(longer,), **changes)
        certificate = sign_licence(licence_payload(wrong), settings.signing_key.private)
        with closing(self._database()) as database, database:
            database.execute(
                "CREATE TRIGGER mixed_up AFTER UPDATE OF certificate ON licences"
                f" BEGIN UPDATE licences SET certificate = '{certificate}' WHERE id = NEW.id; END"
            )

    def _database(self) -> sqlite3.Connection:
        return sqlite3.connect(self.prepared.folder.database_file, timeout=20)


@dataclass
class CustomersComputer:
    """A computer of the shop's customer: the licence, local state, and programs that embed the module.

    Attributes:
        folder: where it all lies.
        shop: the shop.
    """

    folder: Path
    shop: RealShop
    _programs: list[tuple[QMainWindow, RenewalModule]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.folder.mkdir()
        self.licence.write_text(self.shop.prepared.licence)
        self.keys.write_text(json.dumps(self.shop.prepared.trusted_keys))

    @property
    def licence(self) -> Path:
        return self.folder / "R2płatnik.lic"

    @property
    def keys(self) -> Path:
        return self.folder / "keys.json"

    @property
    def state(self) -> Path:
        return self.folder / "stan"

    def config(self, **more: Any) -> r2_renewal.Config:
        """Return how programs here embed the module."""
        options: dict[str, Any] = {"shop_url": self.shop.url, **more}
        return r2_renewal.Config(licence_path=self.licence, trusted_keys=self.keys, state_dir=self.state, **options)

    def start_program(self, **more: Any) -> RenewalModule:
        """Start a program with the module inside."""
        host = QMainWindow()
        module = r2_renewal.attach(host, self.config(**more))
        self._programs.append((host, module))
        host.show()
        return module

    def open_eshop(self, **more: Any) -> EshopWindow:
        """Start a program and open eSklep in it."""
        self.start_program(**more).open_eshop()
        host, _ = self._programs[-1]
        wait_until(lambda: host.findChildren(EshopWindow), what="eSklep")
        (eshop,) = host.findChildren(EshopWindow)
        return eshop

    def clocks(self) -> set[ClockState | None]:
        """Return what the programs here think of the computer's clock."""
        return {module.state.clock for _, module in self._programs}

    def agents(self) -> list[AgentProcess]:
        """Return the agents of the programs here."""
        return QCoreApplication.instance().findChildren(AgentProcess)

    def close(self) -> None:
        """Leave every program, and wait until their agents are gone."""
        for host, module in self._programs:
            module.detach()
            host.close()
            host.deleteLater()
        self._programs.clear()
        wait_until(lambda: not QCoreApplication.instance().findChildren(AgentProcess), what="end of the agents")


@pytest.fixture(scope="session")
def stock(tmp_path_factory: pytest.TempPathFactory) -> PreparedShop:
    """A shop made ready once, to be copied: its keys and tables take longer to make than to copy."""
    return prepare(tmp_path_factory.mktemp("stock"), 30, today_in_warsaw())


def copied(stock: PreparedShop, folder: Path) -> PreparedShop:
    """Return a shop of its own with the same data."""
    shutil.copytree(stock.folder.path, folder)
    return replace(stock, folder=ShopFolder(folder))


@pytest.fixture
def real_shop(stock: PreparedShop, tmp_path: Path) -> Iterator[RealShop]:
    """The real shop, serving; it fulfils nothing by itself."""
    shop = RealShop(copied(stock, tmp_path / "shop"))
    shop.start()
    yield shop
    shop.close()


@pytest.fixture
def customer(qtbot: QtBot, tmp_path: Path, real_shop: RealShop) -> Iterator[CustomersComputer]:
    """A customer's computer."""
    computer = CustomersComputer(tmp_path / "komputer", real_shop)
    yield computer
    computer.close()


def cells(eshop: EshopWindow, column: Column) -> list[str]:
    """Return a column of the basket."""
    model = find(eshop, QTableView, "Koszyk posiadanych programów").model()
    return [model.index(row, column).data() for row in range(model.rowCount())]


def filled_form(eshop: EshopWindow) -> OrderWizard:
    """Open the order form of the selected program and fill it in up to the summary."""
    wait_until(lambda: cells(eshop, Column.PROGRAM) and eshop.order_button.isEnabled(), what="basket")
    click(eshop, "Zamów…")
    (wizard,) = eshop.findChildren(OrderWizard)
    begin_anew(wizard)
    tick(wizard, "Abonament")
    wait_until(lambda: wizard.flow.quote is not None, what="price")
    go_on(wizard, "Dane do faktury")
    tick(wizard, "Dane do faktury są poprawne")
    go_on(wizard, "Osoba zamawiająca")
    for name, text in ORDERER:
        fill(wizard, name, text)
    go_on(wizard, "Zgoda na automatyczne odnowienie")
    consent_again(wizard)
    return wizard


def consent_again(wizard: OrderWizard) -> None:
    """Give the consent, which is never given already, and go on to the summary."""
    assert not wizard.flow.consent_given
    tick(wizard, "Wyrażam zgodę na automatyczne odnowienie")
    go_on(wizard, "Podsumowanie")


def said(wizard: OrderWizard) -> str:
    """Return the message on the page shown."""
    text: str = wizard.currentPage().messages.text  # type: ignore[attr-defined]
    return text


def is_received(wizard: OrderWizard) -> bool:
    """Return whether the shop's receipt is shown."""
    return wizard.currentPage().title() == "Potwierdzenie"
