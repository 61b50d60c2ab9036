"""V16.5, V13.2: a full disk is told as such, loses nothing and is seen before a customer meets it; keys are their owner's."""

from __future__ import annotations

import itertools
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, event, func, select

from r2_renewal.contract import paths
from r2_renewal.domain.errors import ErrorCode, RenewalError
from r2_renewal.reference_shop.folder import settings_of
from r2_renewal.reference_shop.fulfilment import mark_paid
from r2_renewal.reference_shop.seed import LICENCE_ID, PreparedShop
from r2_renewal.reference_shop.shop import Shop
from r2_renewal.reference_shop.storage import Probe
from r2_renewal.reference_shop.tables import Attempts, OrderRow
from tests.reference_shop.module import Module, problem
from tests.reference_shop.panel.conftest import account, visitor
from tests.reference_shop.panel.visitor import DATA, LOGIN, Visitor

__all__ = ["account", "visitor"]
POSIX = pytest.mark.skipif(os.name != "posix", reason="Windows keeps files by the folder's rights")


def shop_of(module: Module) -> Shop:
    found: Shop = module.http.app.state.shop  # type: ignore[attr-defined]
    return found


def fill(engine: Engine) -> Callable[[], None]:
    """Let the database grow no more, as on a full disk; return what makes room again."""

    def stop(connection: sqlite3.Connection, _record: Any) -> None:
        connection.execute("PRAGMA max_page_count = 1")  # which takes today's size for the least

    engine.dispose()
    event.listen(engine, "connect", stop)

    def empty() -> None:
        event.remove(engine, "connect", stop)
        engine.dispose()

    return empty


def test_a_full_disk_is_told_loses_nothing_and_passes(module: Module, shop: Shop) -> None:
    body, ready = module.body(module.quote(LICENCE_ID)), module.http.get("/readyz")
    assert ready.status_code == 200
    shop_of(module).probe._asked_at = float("-inf")
    empty = fill(shop_of(module).database.engine)
    wanted = {"items": [{"licence_id": LICENCE_ID, "offer_id": module.offer(LICENCE_ID)["offer_id"]}]}
    answers = iter(lambda: module.post(paths.QUOTES, wanted).status_code, 503)  # until no page has room for one more
    assert set(itertools.islice(answers, 300)) <= {201}
    refused = module.submit(body, "key-0")
    problem(refused, 503, "not_ready")
    assert int(refused.headers["retry-after"]) >= 1
    problem(module.http.get("/readyz"), 503, "not_ready")
    assert module.http.get("/healthz").status_code == 200
    assert module.get(paths.STOREFRONT).status_code == 200  # what is only read is served
    empty()
    shop_of(module).probe._asked_at = float("-inf")
    assert module.http.get("/readyz").status_code == 200
    assert module.submit(body, "key-0").status_code == 201
    with shop.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(OrderRow)) == 1


def test_the_panel_says_so_too(account: Visitor) -> None:
    opened = account.get(DATA)
    shop: Shop = account.http.app.state.shop  # type: ignore[attr-defined]
    empty = fill(shop.database.engine)
    with shop.database.reading() as session:
        session.execute(select(1))
    pages = [account.send_from(opened, DATA, invoice_email=f"a{'x' * number}@b.example") for number in range(3)]
    pages += [account.post(LOGIN, {"token": "x"})]
    empty()
    assert all(page.status in (303, 403, 412, 422, 503) for page in pages)
    for page in pages:
        if page.status == 503:
            assert int(page.answer.headers["retry-after"]) >= 1
            assert "Niczego nie zmieniono" in page.text


@POSIX
def test_a_real_process_without_room_says_so_and_goes_on_when_there_is_some(
    start: Callable[..., Any], prepared: PreparedShop
) -> None:
    import resource

    if not hasattr(resource, "prlimit"):
        pytest.skip("only Linux limits the files of a running process")
    process, url = start()
    with httpx.Client(base_url=url, timeout=30, trust_env=False) as http:
        module = Module(http).open(prepared.licence)
        body = module.body(module.quote(LICENCE_ID))
        _, most = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (4096, most))
        problem(module.submit(body, "key-1"), 503, "not_ready")
        problem(http.get("/readyz"), 503, "not_ready")
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (most, most))
        assert module.submit(body, "key-1").status_code == 201
        assert len(module.storefront()["orders"]) == 1


def test_the_database_is_probed_once_a_second_at_most(shop: Shop) -> None:
    now, asked = [0.0], []
    probe = Probe(lambda: now[0])
    event.listen(shop.database.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    for _ in range(5):
        assert probe.is_writable(shop)
    first = len(asked)
    now[0] = 1.0
    assert probe.is_writable(shop)
    assert len(asked) == 2 * first > 0
    with shop.database.reading() as session:
        assert session.scalars(select(Attempts)).all() == []


@POSIX
@pytest.mark.parametrize("mode", [0o664, 0o646, 0o666, 0o622])
def test_trusted_keys_that_others_can_write_are_refused(prepared: PreparedShop, mode: int) -> None:
    prepared.folder.trusted_keys.chmod(mode)
    with pytest.raises(RenewalError) as refusal:
        settings_of(prepared.folder)
    assert refusal.value.code is ErrorCode.TRUSTED_KEYS


@POSIX
@pytest.mark.parametrize("mode", [0o600, 0o644, 0o444])
def test_trusted_keys_that_others_can_read_will_do(prepared: PreparedShop, mode: int) -> None:
    prepared.folder.trusted_keys.chmod(mode)
    assert settings_of(prepared.folder).trusted_keys


NUMBERS = [
    "9" * 5_000,
    "9" * 13,
    str(2**63),
    "ZAM/2026/" + "9" * 400,
    "0",
    "-1",
    "ZAM/2026/000000",
    "²",
    "१",
    "",
    "1e9",
    "\x00",
]


@pytest.mark.parametrize("number", NUMBERS)
def test_a_number_of_any_size_names_no_order(shop: Shop, number: str) -> None:
    with pytest.raises(RenewalError) as refusal:
        mark_paid(shop, number)
    assert refusal.value.code is ErrorCode.NO_SUCH_ORDER


def test_an_order_is_still_found_by_its_number(module: Module, shop: Shop) -> None:
    order = module.order(LICENCE_ID)
    assert mark_paid(shop, order["number"])


ARGUMENTS = [
    ["shop", "mark-paid", "9" * 5_000],
    ["shop", "mark-paid", "ZAM/2026/" + "9" * 40],
    ["shop", "issue-licence", "9" * 5_000],
    ["shop", "serve", "--port", "9" * 5_000],
    ["shop", "serve", "--auto-fulfil", "9" * 5_000],
    ["shop", "serve", "--accept-after", "nan"],
    ["shop", "serve", "--accept-after", "1e999"],
    ["shop", "serve", "--today", "9" * 5_000],
    ["shop", "seed-demo", "--days-left", "9" * 5_000],
    ["shop", "renew-due", "--today", "0001-01-01"],
]


@pytest.mark.parametrize("arguments", ARGUMENTS, ids=lambda given: " ".join(given)[:40])
def test_a_number_of_any_size_on_the_command_line_is_a_plain_error(
    prepared: PreparedShop, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    from r2_renewal.cli import main

    command = [*arguments[:2], "--state", str(prepared.folder.path), *arguments[2:]]
    try:
        code = main(command)
    except SystemExit as stopped:
        code = int(stopped.code or 0)
    told = capsys.readouterr()
    assert code in (1, 2)
    assert (told.out, "Traceback" in told.err) == ("", False)
    assert len(told.err) < 5_000
    assert Path(prepared.folder.path).exists()
