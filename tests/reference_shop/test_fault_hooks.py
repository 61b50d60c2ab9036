"""Fault hooks: what tests of clients may ask a shop for, and what no shop does unasked."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from r2_renewal.contract import paths
from r2_renewal.reference_shop.fault_hooks import PATH
from r2_renewal.reference_shop.seed import LICENCE_ID, PreparedShop
from tests.reference_shop.module import Module, problem
from tests.reference_shop.processes import Server, module_at

Json = dict[str, Any]


@pytest.fixture
def module(start: Callable[..., Server], prepared: PreparedShop) -> Iterator[Module]:
    """A module at a shop with hooks."""
    _, url = start("--fault-hooks")
    with module_at(url, prepared) as module:
        yield module


def ask(module: Module, **fault: Any) -> None:
    assert module.post(PATH, fault).status_code == 204


@pytest.mark.parametrize("options", [[], ["--auto-fulfil", "600"]])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
@pytest.mark.parametrize("path", [PATH, f"{PATH}/changes"])
def test_no_hook_can_be_reached_unasked(
    serve: Callable[..., Module], options: list[str], method: str, path: str
) -> None:
    problem(serve().http.request(method, path, json={"kind": "status"}), 404, "not_found")


def test_a_shop_served_without_the_flag_has_no_hooks(start: Callable[..., Server], prepared: PreparedShop) -> None:
    _, url = start()
    with module_at(url, prepared) as module:
        problem(module.post(PATH, {"kind": "status"}), 404, "not_found")
        assert module.get(paths.STOREFRONT).status_code == 200


@pytest.mark.parametrize(("kind", "error"), [("drop", httpx.RemoteProtocolError), ("reset", httpx.ReadError)])
def test_a_lost_reply_leaves_the_order_placed(module: Module, kind: str, error: type[Exception]) -> None:
    body = module.body(module.quote(LICENCE_ID))
    ask(module, kind=kind, method="POST", path=paths.ORDERS)
    with pytest.raises(error):
        module.submit(body, "key-1")
    (placed,) = module.storefront()["orders"]
    assert module.submit(body, "key-1").json()["order_id"] == placed["order_id"]


def test_an_outage_hits_as_many_calls_as_asked_for_and_no_other(module: Module) -> None:
    ask(module, kind="status", status=503, headers={"Retry-After": "7"}, path=paths.STOREFRONT, times=2)
    assert module.get(paths.ORDERS).status_code == 200
    answers = [module.get(paths.STOREFRONT) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [503, 503, 200]
    assert answers[0].headers["retry-after"] == "7"
    assert module.get(PATH).json() == {"left": 0}


def test_an_outage_before_the_work_places_no_order(module: Module) -> None:
    body = module.body(module.quote(LICENCE_ID))
    ask(module, kind="status", status=500, method="POST")
    assert module.submit(body).status_code == 500
    assert module.storefront()["orders"] == []


@pytest.mark.parametrize("kind", ["delay", "hold"])
def test_a_slow_call_is_answered_all_the_same(module: Module, kind: str) -> None:
    ask(module, kind=kind, seconds=0.5)
    began = time.monotonic()
    assert module.get(paths.STOREFRONT).status_code == 200
    assert time.monotonic() - began >= 0.5


def test_faults_can_be_forgotten(module: Module) -> None:
    ask(module, kind="status", times=1000)
    assert module.get(PATH).json() == {"left": 1000}
    assert module.http.delete(PATH).status_code == 204
    assert module.get(paths.STOREFRONT).status_code == 200


def test_the_shops_data_change_behind_the_customers_back(module: Module) -> None:
    before = module.offer(LICENCE_ID)
    change(module, kind="price", item="r2platnik-50", net="500.00")
    assert (before["net"]["amount"], module.offer(LICENCE_ID)["net"]["amount"]) == ("455.40", "500.00")
    body = module.body(module.quote(LICENCE_ID))
    change(module, kind="expire_quotes")
    problem(module.submit(body), 409, "price_changed")
    change(module, kind="withdraw", item="r2platnik-50")
    assert before["offer_id"] not in [offer["offer_id"] for offer in module.storefront()["offers"]]
    change(module, kind="end_sessions")
    problem(module.get(paths.STOREFRONT), 401, "unauthorized")


def change(module: Module, **what: str) -> None:
    assert module.post(f"{PATH}/changes", what).status_code == 204


@pytest.mark.parametrize("fault", [{}, {"kind": "none"}, {"kind": "drop", "more": 1}, {"kind": "delay", "seconds": -1}])
def test_a_fault_that_is_none_is_refused(module: Module, fault: Json) -> None:
    problem(module.post(PATH, fault), 422, "validation_failed")


def test_a_stop_lets_a_request_in_flight_end(start: Callable[..., Server], prepared: PreparedShop) -> None:
    process, url = start("--fault-hooks")
    with module_at(url, prepared) as module:
        body = module.body(module.quote(LICENCE_ID))
        ask(module, kind="delay", seconds=3, method="POST", path=paths.ORDERS)
        with _stopped_soon(process):
            answer = module.submit(body)
    assert (answer.status_code, process.wait(timeout=30)) == (201, 0)
    assert process.stderr
    assert process.stderr.read() == ""


class _stopped_soon:  # noqa: N801 - reads as a statement
    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._ender = subprocess.Popen(["sh", "-c", f"sleep 1; kill -{signal.SIGTERM.value} {process.pid}"])

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_error: object) -> None:
        self._ender.wait(timeout=30)
