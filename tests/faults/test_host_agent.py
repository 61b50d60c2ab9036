"""Rows H1, H2, H6, H7 and H9: a host that closes, is suspended or has its own ways; windows that are gone; agents that fail.

Invariant of every row: the host lives, an order is sent under one key, and what the host set stays set.
"""

from __future__ import annotations

import json
import locale
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QLocale, QTranslator
from PySide6.QtNetwork import QNetworkProxy
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication

from r2_renewal.clock import today_in_warsaw
from r2_renewal.contract import paths
from r2_renewal.domain.errors import ErrorCode
from r2_renewal.embedding.state import Status
from r2_renewal.ui.basket_rows import Column
from r2_renewal.ui.order_wizard.wizard import OrderWizard
from tests.agent.scripted_shop import Reply, Seen
from tests.driver import click, find, tick, wait_until
from tests.embedding.hosts import Host, host, refreshed
from tests.embedding.test_politeness import host_traits
from tests.faults.relays import Relay
from tests.faults.shopping import CHECKOUT, CustomersComputer, RealShop, cells, customer, real_shop, stock
from tests.licence_files import Vendor

__all__ = ["customer", "host", "real_shop", "stock"]

# What hangs would hang for ever; a busy machine is merely late.
EXIT_SECONDS = 1.0 + 4.0


class Held:
    """An answer of the shop that is kept back.

    Attributes:
        asked: set when the request has come and the shop has done its work.
        let_go: set to let the answer through.
    """

    def __init__(self, relay: Relay, method: str, path: str) -> None:
        self.asked, self.let_go = threading.Event(), threading.Event()
        relay.script(method, path, self._reply(relay))

    def _reply(self, relay: Relay) -> Reply:
        def reply(peer: Any, seen: Seen) -> None:
            answer = relay._answer(seen)
            self.asked.set()
            self.let_go.wait(30)
            peer.sendall(answer)

        return reply


@pytest.fixture
def relay(real_shop: RealShop, vendor: Vendor) -> Iterator[Relay]:
    """What stands between the customer and the shop."""
    with closing(Relay(vendor, real_shop.url)) as made:
        yield made


# H1: the host closes

CLOSING_HOST = """
import sys
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMainWindow
import r2_renewal
application, window = QApplication(["host"]), QMainWindow()
licence, keys, url, state, sign = sys.argv[1:]
module = r2_renewal.attach(
    window, r2_renewal.Config(licence_path=licence, trusted_keys=Path(keys), shop_url=url, state_dir=Path(state))
)
window.show()
module.open_eshop()
def look():
    if Path(sign).exists():
        window.close()
watch = QTimer()
watch.timeout.connect(look)
watch.start(10)
sys.exit(application.exec())
"""


def test_h1_a_host_that_closes_with_a_request_in_flight_is_gone_at_once(
    customer: CustomersComputer, relay: Relay, long_mode: bool
) -> None:
    for round_ in range(50 if long_mode else 3):
        held = Held(relay, "GET", paths.STOREFRONT)
        sign = customer.folder / f"close-{round_}"
        arguments = [customer.licence, customer.keys, relay.url, customer.state, sign]
        process = subprocess.Popen(
            [sys.executable, "-c", CLOSING_HOST, *map(str, arguments)], stderr=subprocess.PIPE, cwd=CHECKOUT
        )
        assert held.asked.wait(30)
        children = children_of(process.pid)
        began = time.monotonic()
        sign.touch()
        _, errors = process.communicate(timeout=30)
        assert time.monotonic() - began < EXIT_SECONDS
        assert (process.returncode, b"Traceback" in errors) == (0, False), errors.decode()
        wait_until(lambda pids=children: not any(map(is_alive, pids)), what="end of the agent")
        held.let_go.set()


def children_of(pid: int) -> list[int]:
    """Return the children of a process (Linux)."""
    tasks = Path(f"/proc/{pid}/task")
    if not tasks.exists():
        pytest.skip("the children of a process are told by Linux only")
    return [int(child) for task in tasks.glob("*/children") for child in task.read_text().split()]


def is_alive(pid: int) -> bool:
    """Return whether a process lives; one that nobody buried yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


# H2: a window is gone when its answer comes


def test_h2_a_late_answer_to_a_form_that_is_gone_is_dropped(customer: CustomersComputer, relay: Relay) -> None:
    eshop = customer.open_eshop(shop_url=relay.url)
    wait_until(lambda: cells(eshop, Column.PROGRAM) and eshop.order_button.isEnabled(), what="basket")
    held = Held(relay, "POST", paths.QUOTES)
    click(eshop, "Zamów…")
    (wizard,) = eshop.findChildren(OrderWizard)
    tick(wizard, "Abonament")
    wait_until(held.asked.is_set, what="request")
    wizard.close()
    wait_until(lambda: not eshop.findChildren(OrderWizard), what="end of the form")
    held.let_go.set()
    click_when_enabled(eshop.refresh_button)
    wait_until(eshop.refresh_button.isEnabled, what="basket again")
    assert len(cells(eshop, Column.PROGRAM)) == 3


def click_when_enabled(button: QAbstractButton) -> None:
    wait_until(button.isEnabled, what="button")
    button.click()


def test_h2_a_late_answer_to_a_host_window_that_is_destroyed_is_dropped(
    customer: CustomersComputer, relay: Relay
) -> None:
    held = Held(relay, "GET", paths.STOREFRONT)
    eshop = customer.open_eshop(shop_url=relay.url)
    wait_until(held.asked.is_set, what="request")
    gone: list[object] = []
    eshop.destroyed.connect(lambda *_: gone.append(1))
    customer.close()
    wait_until(lambda: gone, what="end of the window")
    held.let_go.set()
    QTest.qWait(100)
    again = customer.open_eshop(shop_url=relay.url)
    wait_until(lambda: len(cells(again, Column.PROGRAM)) == 3, what="basket")


# H6: an agent that is missing, killed, or speaks garbage

GARBAGE = "import os, sys\nfor _ in sys.stdin: os.write(1, b'\\xff\\x00 garbage\\n')"
BAD_AGENTS = {
    ErrorCode.AGENT_MISSING: ("/nonexistent/agent",),
    ErrorCode.AGENT_GARBLED: (sys.executable, "-c", GARBAGE),
    ErrorCode.AGENT_DIED: (sys.executable, "-c", "raise SystemExit(3)"),
}


def test_h6_without_a_working_agent_eshop_says_so_and_the_host_lives(customer: CustomersComputer) -> None:
    for code, command in BAD_AGENTS.items():
        eshop = customer.open_eshop(agent_command=command)
        wait_until(lambda eshop=eshop, code=code: code.value in eshop.messages.text, what=code.name)
        assert find(eshop, QAbstractButton, "Ponów").isEnabled()
        assert not eshop.order_button.isEnabled()
        customer.close()


def test_h6_an_agent_killed_at_work_is_said_and_started_again(customer: CustomersComputer, relay: Relay) -> None:
    held = Held(relay, "GET", paths.STOREFRONT)
    eshop = customer.open_eshop(shop_url=relay.url)
    wait_until(held.asked.is_set, what="request")
    (agent,) = (process for process in customer.agents() if process.processId())
    os.kill(agent.processId(), signal.SIGKILL)
    wait_until(lambda: ErrorCode.AGENT_DIED.value in eshop.messages.text, what="message")
    held.let_go.set()
    click(eshop, "Ponów")
    wait_until(lambda: len(cells(eshop, Column.PROGRAM)) == 3, what="basket")
    assert eshop.messages.text == ""


# H7: suspended longer than a deadline, in the middle of an order

DEADLINE_MS = 1_500
SUSPENDED_SECONDS = 2.5
ORDERING_HOST = f"""
import sys
from r2_renewal.agent.protocol import Method
from r2_renewal.ui import agent_link
agent_link.DEADLINES_MS[Method.ORDER_PLACE] = {DEADLINE_MS}
from tests.faults.ordering_host import main
main()
"""


@pytest.mark.parametrize("whole", [True, False], ids=["the whole computer", "the agent"])
def test_h7_suspended_longer_than_a_deadline_the_order_is_one_under_one_key(
    customer: CustomersComputer, real_shop: RealShop, relay: Relay, whole: bool
) -> None:
    held = Held(relay, "POST", paths.ORDERS)
    specification = {
        "licence": str(customer.licence),
        "trusted_keys": real_shop.prepared.trusted_keys,
        "shop_url": relay.url,
        "state": str(customer.state),
        "today": today_in_warsaw().isoformat(),
    }
    command = [sys.executable, "-c", ORDERING_HOST, "order", json.dumps(specification)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=CHECKOUT)
    assert held.asked.wait(60)
    suspended = [*([process.pid] if whole else []), *children_of(process.pid)]
    for pid in suspended:
        os.kill(pid, signal.SIGSTOP)
    time.sleep(SUSPENDED_SECONDS)
    for pid in filter(is_alive, suspended):
        os.kill(pid, signal.SIGCONT)
    held.let_go.set()
    real_shop.fulfil()
    out, errors = process.communicate(timeout=90)
    assert out.decode().split()[-1:] == ["done"], out.decode() + errors.decode()
    assert b"Traceback" not in errors
    assert len({(seen.key, seen.body) for seen in relay.seen("POST", paths.ORDERS)}) == 1
    assert len(real_shop.orders()) == 1


# H9: a host with ways of its own


class _Translator(QTranslator):
    """The host's own words for everything."""

    def translate(self, *_: object) -> str:
        return "słowo programu"

    def isEmpty(self) -> bool:  # noqa: N802 - Qt's name
        return False


@pytest.fixture
def opinionated() -> Iterator[None]:
    """A host that set whatever a host may set."""
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    hook, was, translator = sys.excepthook, locale.setlocale(locale.LC_ALL), _Translator()
    sys.excepthook = partial(hook)
    locale.setlocale(locale.LC_ALL, "C")
    QLocale.setDefault(QLocale(QLocale.Language.German))
    application.installTranslator(translator)
    application.setStyleSheet("QLabel { color: navy }")
    QNetworkProxy.setApplicationProxy(QNetworkProxy(QNetworkProxy.ProxyType.HttpProxy, "127.0.0.1", 1))
    yield
    QNetworkProxy.setApplicationProxy(QNetworkProxy(QNetworkProxy.ProxyType.NoProxy))
    application.setStyleSheet("")
    application.removeTranslator(translator)
    QLocale.setDefault(QLocale.system())
    locale.setlocale(locale.LC_ALL, was)
    sys.excepthook = hook


def test_h9_what_the_host_set_stays_set(opinionated: None, host: Host) -> None:
    before = host_traits()
    assert before["word"] == "słowo programu"
    module = host.start({"licence.refresh": [refreshed()]})
    wait_until(lambda: module.state.status is Status.PROMPTING, what="question")
    click(host.window, "Zamów abonament")
    wait_until(lambda: host.asked_agent("eshop.load"), what="eSklep")
    QTest.qWait(200)
    assert host_traits() == before
    module.detach()
    QTest.qWait(50)
    assert host_traits() == before
