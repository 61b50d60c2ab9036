"""Fulfilment: a paid order becomes a new signed licence, exactly once, by hand or by itself."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from r2_renewal.contract import paths
from r2_renewal.domain.errors import ErrorCode, RenewalError
from r2_renewal.domain.licence import Licence
from r2_renewal.domain.program import OwnedProgram
from r2_renewal.licensing.reader import parse_certificate
from r2_renewal.reference_shop.fulfilment import fulfil, mark_paid, open_orders
from r2_renewal.reference_shop.seed import LICENCE_ID, PreparedShop
from r2_renewal.reference_shop.shop import Shop
from r2_renewal.reference_shop.tables import LicenceRow, OrderEvent, OrderRow
from tests.reference_shop.module import LATER_LICENCE_ID, Json, Module

BOTH_DATABASES = True

AT_ONCE = """
import sys
from pathlib import Path
from r2_renewal.reference_shop.folder import ShopFolder, settings_of
from r2_renewal.reference_shop.fulfilment import fulfil
from r2_renewal.reference_shop.shop import opened
with opened(settings_of(ShopFolder(Path(sys.argv[1]), sys.argv[3]))) as shop:
    print("ready", flush=True)
    sys.stdin.readline()
    print(fulfil(shop, sys.argv[2]), flush=True)
"""


def downloaded(module: Module, shop: Shop, licence_id: str = LICENCE_ID) -> Licence:
    answer = module.get(paths.licence_file(licence_id))
    assert (answer.status_code, answer.headers["content-type"]) == (200, paths.LICENCE_TYPE)
    return parse_certificate(answer.content, shop.settings.trusted_keys)


def program(module: Module, shop: Shop, licence_id: str = LICENCE_ID) -> OwnedProgram:
    (own,) = downloaded(module, shop, licence_id).programs
    return own


def state(module: Module, order: Json) -> str:
    return str(module.get(paths.order(order["order_id"])).json()["state"])


def test_a_fulfilled_subscription_is_a_licence_a_year_longer(module: Module, shop: Shop) -> None:
    before = program(module, shop)
    order = module.order(LICENCE_ID)
    assert fulfil(shop, order["order_id"])
    after = program(module, shop)
    assert (before.valid_until, before.seq) == (date(2026, 12, 22), 1)
    assert (after.valid_until, after.seq, after.limits) == (date(2027, 12, 22), 2, {"employees": 50})
    assert state(module, order) == "fulfilled"
    assert downloaded(module, shop).nip == "5262831503"


def test_the_customer_is_enrolled_in_automatic_renewal(module: Module, shop: Shop) -> None:
    fulfil(shop, module.order(LICENCE_ID)["order_id"])
    (entry,) = (p for p in module.storefront()["programs"] if p["licence_id"] == LICENCE_ID)
    assert (entry["auto_renewal"], entry["renewal_date"], entry["seq"]) == (True, "2027-12-23", 2)


def test_without_consent_nobody_is_enrolled(serve: Callable[..., Module], prepared: PreparedShop, shop: Shop) -> None:
    module = serve(consent_required=False).open(prepared.licence)
    order = module.submit(module.body(module.quote(LICENCE_ID), consents=[])).json()
    fulfil(shop, order["order_id"])
    (entry,) = (p for p in module.storefront()["programs"] if p["licence_id"] == LICENCE_ID)
    assert (entry["auto_renewal"], entry["renewal_date"]) == (False, None)
    assert entry["valid_until"] == "2027-12-22"


def test_an_extension_raises_the_limit_and_keeps_the_end(module: Module, shop: Shop) -> None:
    fulfil(shop, module.order(LATER_LICENCE_ID, "extension")["order_id"])
    after = program(module, shop, LATER_LICENCE_ID)
    assert (after.valid_until, after.seq, after.limits) == (date(2027, 3, 28), 2, {"stations": 10})
    assert module.offer(LATER_LICENCE_ID)["net"]["amount"] == "596.00"


def test_the_next_order_counts_from_the_new_end(module: Module, shop: Shop) -> None:
    fulfil(shop, module.order(LICENCE_ID)["order_id"])
    second = module.order(LICENCE_ID)
    assert second["lines"][0]["period"] == {"first_day": "2027-12-23", "last_day": "2028-12-22"}
    fulfil(shop, second["order_id"])
    assert (program(module, shop).valid_until, program(module, shop).seq) == (date(2028, 12, 22), 3)


def test_a_licence_extended_between_order_and_payment_loses_no_day(module: Module, shop: Shop) -> None:
    order = module.order(LICENCE_ID)
    with shop.database.writing() as session:
        session.get_one(LicenceRow, LICENCE_ID).valid_until += timedelta(days=10)
    fulfil(shop, order["order_id"])
    assert program(module, shop).valid_until == date(2028, 1, 1)


def test_fulfilling_twice_changes_nothing(module: Module, shop: Shop) -> None:
    order = module.order(LICENCE_ID)
    assert fulfil(shop, order["order_id"])
    file = module.get(paths.licence_file(LICENCE_ID)).content
    assert not fulfil(shop, order["order_id"])
    assert module.get(paths.licence_file(LICENCE_ID)).content == file


def fulfilling(prepared: PreparedShop, order: Json) -> Any:
    """Start a process that fulfils the order when it is told to."""
    command = [sys.executable, "-c", AT_ONCE, str(prepared.folder.path), order["order_id"], prepared.folder.database]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def test_two_processes_at_once_fulfil_an_order_once(module: Module, shop: Shop, prepared: PreparedShop) -> None:
    order = module.order(LICENCE_ID)
    with ExitStack() as stack:
        processes = [stack.enter_context(fulfilling(prepared, order)) for _ in range(2)]
        assert [process.stdout.readline() for process in processes] == ["ready\n", "ready\n"]
        for process in processes:
            process.stdin.write("\n")
            process.stdin.flush()
        assert sorted(process.stdout.readline() for process in processes) == ["False\n", "True\n"]
    assert (program(module, shop).valid_until, program(module, shop).seq) == (date(2027, 12, 22), 2)


def test_every_state_on_the_way_is_kept(module: Module, shop: Shop) -> None:
    fulfil(shop, module.order(LICENCE_ID)["order_id"])
    with shop.database.reading() as session:
        reached = session.scalars(select(OrderEvent.state).order_by(OrderEvent.pk)).all()
    assert reached == ["placed", "accepted", "invoiced", "paid", "fulfilled"]


@pytest.mark.parametrize("ended", ["cancelled", "withdrawn"])
def test_an_order_that_ended_otherwise_is_left_alone(module: Module, shop: Shop, ended: str) -> None:
    order = module.order(LICENCE_ID)
    with shop.database.writing() as session:
        session.get_one(OrderRow, 1).state = ended
    assert not fulfil(shop, order["order_id"])
    assert (open_orders(shop), program(module, shop).seq) == ([], 1)
    assert module.order(LICENCE_ID)["number"] == "ZAM/2026/000002"


@pytest.mark.parametrize("by", ["order_id", "number"])
def test_an_order_is_marked_as_paid_by_its_identifier_or_number(module: Module, shop: Shop, by: str) -> None:
    order = module.order(LICENCE_ID)
    assert mark_paid(shop, order[by])
    assert not mark_paid(shop, order[by])
    assert state(module, order) == "fulfilled"


def test_an_unknown_order_is_not_fulfilled(shop: Shop) -> None:
    with pytest.raises(RenewalError) as refusal:
        fulfil(shop, "ord_x")
    assert refusal.value.code is ErrorCode.NO_SUCH_ORDER


@pytest.mark.parametrize("order", ["", "1", "ZAM/2025/000001", "ZAM/2026/000002", "ord_x", "ZAM/2026/¹"])
def test_an_unknown_order_is_not_marked(module: Module, shop: Shop, order: str) -> None:
    module.order(LICENCE_ID)
    with pytest.raises(RenewalError) as refusal:
        mark_paid(shop, order)
    assert refusal.value.code is ErrorCode.NO_SUCH_ORDER


def test_the_file_is_not_sent_again_until_it_changes(module: Module, shop: Shop) -> None:
    tag = module.get(paths.licence_file(LICENCE_ID)).headers["etag"]
    assert module.get(paths.licence_file(LICENCE_ID), **{"If-None-Match": tag}).status_code == 304
    fulfil(shop, module.order(LICENCE_ID)["order_id"])
    assert module.get(paths.licence_file(LICENCE_ID), **{"If-None-Match": tag}).status_code == 200


def test_orders_are_fulfilled_by_themselves(serve: Callable[..., Module], prepared: PreparedShop, shop: Shop) -> None:
    module = serve(auto_fulfil=0.5).open(prepared.licence)
    order = module.order(LICENCE_ID)
    assert state(module, order) == "placed"
    wait_until_fulfilled(module, order)
    assert program(module, shop).valid_until == date(2027, 12, 22)


def wait_until_fulfilled(module: Module, order: Json) -> None:
    until = time.monotonic() + 10
    while state(module, order) != "fulfilled":
        assert time.monotonic() < until
        time.sleep(0.05)


def test_a_failure_does_not_end_the_watch(
    serve: Callable[..., Module], prepared: PreparedShop, shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    module = serve(auto_fulfil=0.1).open(prepared.licence)
    body = module.body(module.quote(LICENCE_ID))
    rename(shop, "orders", "lost")
    until = time.monotonic() + 10
    while "automatic fulfilment failed: " not in caplog.text:
        assert time.monotonic() < until
        time.sleep(0.05)
    rename(shop, "lost", "orders")
    wait_until_fulfilled(module, module.submit(body).json())


def rename(shop: Shop, table: str, name: str) -> None:
    with shop.database.engine.begin() as connection:
        connection.exec_driver_sql(f"ALTER TABLE {table} RENAME TO {name}")
