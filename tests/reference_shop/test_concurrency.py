"""Several server processes on one database: one key is one order, one program has one order, nothing is lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import httpx
import pytest
from sqlalchemy import func, select

from r2_renewal.reference_shop.seed import LICENCE_ID, PreparedShop
from r2_renewal.reference_shop.shop import Shop
from r2_renewal.reference_shop.tables import ConsentRow, IdempotencyKey, OrderRow
from tests.reference_shop.module import Module
from tests.reference_shop.processes import servers

BOTH_DATABASES = True
PROCESSES, SUBMITS = 2, 50
SECONDS = 60


@pytest.fixture
def modules(prepared: PreparedShop) -> Iterator[list[Module]]:
    """The same customer's module at each of several server processes."""
    with servers(prepared) as start, ExitStack() as stack:
        urls = [start("--database", prepared.folder.database)[1] for _ in range(PROCESSES)]
        clients = [stack.enter_context(httpx.Client(base_url=url, timeout=SECONDS, trust_env=False)) for url in urls]
        yield [Module(client).open(prepared.licence) for client in clients]


def rows(shop: Shop) -> list[int]:
    with shop.database.reading() as session:
        counted = (OrderRow, ConsentRow, IdempotencyKey)
        return [session.scalar(select(func.count()).select_from(table)) or 0 for table in counted]


def test_fifty_submits_of_one_key_at_several_processes_make_one_order(modules: list[Module], shop: Shop) -> None:
    body = modules[0].body(modules[0].quote(LICENCE_ID))
    with ThreadPoolExecutor(SUBMITS) as pool:
        answers = list(pool.map(lambda n: modules[n % PROCESSES].submit(body, "one-key"), range(SUBMITS)))
    taken = [answer for answer in answers if answer.status_code == 201]
    told = {answer.json()["code"] for answer in answers if answer.status_code != 201}
    assert len({answer.content for answer in taken}) == 1
    assert told <= {"idempotency_key_in_flight"}
    assert rows(shop) == [1, 1, 1]
    assert {module.submit(body, "one-key").content for module in modules} == {taken[0].content}


def test_fifty_orders_of_one_program_at_several_processes_make_one_order(modules: list[Module], shop: Shop) -> None:
    body = modules[0].body(modules[0].quote(LICENCE_ID))
    with ThreadPoolExecutor(SUBMITS) as pool:
        answers = list(pool.map(lambda n: modules[n % PROCESSES].submit(body, f"key-{n}"), range(SUBMITS)))
    codes = Counter(answer.json().get("code", "taken") for answer in answers)
    assert codes == {"taken": 1, "order_open": SUBMITS - 1}
    assert rows(shop) == [1, 1, 1]
