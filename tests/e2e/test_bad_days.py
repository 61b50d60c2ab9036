"""Bad days with the real agent and the real shop: a shop that is down, data that is wrong, a licence that is gone."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QAbstractButton, QLabel, QMainWindow, QTableView, QWidget
from pytestqt.qtbot import QtBot

import r2_renewal
from r2_renewal.clock import today_in_warsaw
from r2_renewal.domain.errors import ErrorCode
from r2_renewal.embedding.module import RenewalModule
from r2_renewal.reference_shop.seed import NIP, prepare
from r2_renewal.ui.agent_link import AgentProcess
from r2_renewal.ui.eshop_window import EshopWindow
from r2_renewal.ui.field import Field
from r2_renewal.ui.order_wizard.summary_page import ORDER_BUTTON
from r2_renewal.ui.order_wizard.wizard import OrderWizard
from tests.driver import click, fill, find, go_on, tick, wait_until, window
from tests.e2e.order_by_widgets import ORDERER


@dataclass
class Shop:
    """A reference shop that can be stopped and started again on its port.

    Attributes:
        folder: its state, the licence and the trusted keys.
        port: its port; 0 before the first start.
    """

    folder: Path
    port: int = 0
    _process: subprocess.Popen[bytes] | None = field(default=None)

    def start(self) -> None:
        command = [
            sys.executable,
            "-m",
            "r2_renewal.cli",
            "shop",
            "serve",
            "--state",
            str(self.folder / "shop"),
            "--auto-fulfil",
            "1",
        ]
        self._process = subprocess.Popen([*command, "--port", str(self.port)], stdout=subprocess.PIPE)
        assert self._process.stdout is not None
        self.port = int(json.loads(self._process.stdout.readline())["shop_url"].rsplit(":", 1)[1])

    def stop(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self._process.communicate(timeout=60)
            self._process = None

    def orders(self) -> int:
        database = sqlite3.connect(self.folder / "shop" / "shop.db")
        (count,) = database.execute("SELECT count(*) FROM orders").fetchone()
        database.close()
        return int(count)


Open = Callable[..., tuple[Shop, RenewalModule, EshopWindow]]


@pytest.fixture
def opened(qtbot: QtBot, tmp_path: Path) -> Iterator[Open]:
    """Return a function that starts a shop, embeds the module over its licence and opens eSklep."""
    shop, host = Shop(tmp_path), QMainWindow()
    modules: list[RenewalModule] = []
    qtbot.addWidget(host)

    def make(nip: str = NIP, with_licence: bool = True) -> tuple[Shop, RenewalModule, EshopWindow]:
        prepared = prepare(tmp_path / "shop", 30, today_in_warsaw(), nip)
        (tmp_path / "keys.json").write_text(json.dumps(prepared.trusted_keys))
        (tmp_path / ("R2platnik.lic" if with_licence else "z-poczty.lic")).write_text(prepared.licence)
        shop.start()
        config = r2_renewal.Config(
            licence_path=tmp_path / "R2platnik.lic",
            trusted_keys=tmp_path / "keys.json",
            shop_url=f"http://127.0.0.1:{shop.port}",
            state_dir=tmp_path / "module",
        )
        modules.append(r2_renewal.attach(host, config))
        host.show()
        modules[0].open_eshop()
        return shop, modules[0], window(EshopWindow, "eSklep")

    yield make
    for module in modules:
        module.detach()
    wait_until(lambda: not QCoreApplication.instance().findChildren(AgentProcess), what="end of the agent")
    shop.stop()


def form(eshop: QWidget) -> OrderWizard:
    table = find(eshop, QTableView, "Koszyk posiadanych programów")
    wait_until(lambda: table.model().rowCount() > 0, what="basket")
    click(eshop, "Zamów…")
    wizard = window(OrderWizard, "Zamówienie")
    tick(wizard, "Abonament")
    wait_until(lambda: wizard.flow.quote is not None, what="price")
    go_on(wizard, "Dane do faktury")
    tick(wizard, "Dane do faktury są poprawne")
    return wizard


def to_summary(wizard: OrderWizard) -> None:
    go_on(wizard, "Osoba zamawiająca")
    for name, text in ORDERER:
        fill(wizard, name, text)
    go_on(wizard, "Zgoda na automatyczne odnowienie")
    tick(wizard, "Wyrażam zgodę na automatyczne odnowienie")
    go_on(wizard, "Podsumowanie")


def test_a_shop_down_at_the_order_loses_nothing_and_gets_one_order_when_it_is_back(opened: Open) -> None:
    shop, _, eshop = opened()
    wizard = form(eshop)
    to_summary(wizard)
    shop.stop()
    click(wizard, ORDER_BUTTON)
    messages = wizard.currentPage().messages  # type: ignore[attr-defined]
    wait_until(lambda: ErrorCode.ORDER_NOT_SENT.value in messages.text, what="not sent")
    assert "Zamówienie nie zostało wysłane" in messages.text
    assert wizard.flow.orderer.last_name == "Kłosowska"
    shop.start()
    click(wizard, "Ponów")
    wait_until(lambda: wizard.currentPage().title() == "Potwierdzenie", what="receipt")
    assert shop.orders() == 1


def test_a_shop_down_from_the_start_is_said_and_comes_back_by_again(opened: Open) -> None:
    shop, _, eshop = opened()
    table = find(eshop, QTableView, "Koszyk posiadanych programów")
    wait_until(lambda: table.model().rowCount() > 0, what="basket")
    shop.stop()
    click(eshop, "Odśwież")
    wait_until(lambda: ErrorCode.OFFLINE.value in eshop.messages.text, what="offline")
    assert table.model().rowCount() == 3
    shop.start()
    click(eshop, "Ponów")
    wait_until(lambda: eshop.messages.text == "", what="basket again")


def test_a_wrong_nip_in_the_shops_data_stops_the_order(opened: Open) -> None:
    shop, _, eshop = opened(nip="5262831504")
    wizard = form(eshop)
    click(wizard, "Dalej")
    (nip,) = (field for field in wizard.findChildren(Field) if field.label.text() == "NIP")
    assert nip.problem == "Ten NIP jest nieprawidłowy. Sprawdź, czy cyfry się zgadzają."
    assert wizard.currentPage().title() == "Dane do faktury"
    assert find(wizard, QAbstractButton, "Zgłoś niepoprawne dane…").isEnabled()
    assert shop.orders() == 0


def test_a_licence_that_is_gone_is_loaded_from_a_file_and_opens_the_basket(opened: Open, tmp_path: Path) -> None:
    _, module, eshop = opened(with_licence=False)
    wait_until(lambda: ErrorCode.LICENCE_MISSING.value in eshop.messages.text, what="missing licence")
    eshop.import_licence(str(tmp_path / "z-poczty.lic"))
    wait_until(lambda: find(eshop, QTableView, "Koszyk posiadanych programów").model().rowCount() == 3, what="basket")
    module.check_now()
    assert module.state.verdict is not None
    assert module.state.verdict.days_left == 30


def test_a_file_that_is_no_licence_is_refused_and_said(opened: Open, tmp_path: Path) -> None:
    _, _, eshop = opened(with_licence=False)
    wait_until(lambda: ErrorCode.LICENCE_MISSING.value in eshop.messages.text, what="missing licence")
    (tmp_path / "list.txt").write_text("Dzień dobry")
    eshop.import_licence(str(tmp_path / "list.txt"))
    wait_until(lambda: ErrorCode.LICENCE_MALFORMED.value in eshop.messages.text, what="refusal")
    assert not (tmp_path / "R2platnik.lic").exists()


def test_an_agent_that_dies_after_the_receipt_is_started_again_and_brings_the_licence(opened: Open) -> None:
    shop, module, eshop = opened()
    wizard = form(eshop)
    to_summary(wizard)
    click(wizard, ORDER_BUTTON)
    wait_until(lambda: wizard.currentPage().title() == "Potwierdzenie", what="receipt")
    process = module._reminding._keeper.link._process  # type: ignore[union-attr]
    assert process is not None
    os.kill(process.processId(), signal.SIGKILL)
    wait_until(
        lambda: any(label.text().startswith("Odnowiono do") for label in wizard.currentPage().findChildren(QLabel)),
        30,
        what="renewed licence",
    )
    assert shop.orders() == 1
