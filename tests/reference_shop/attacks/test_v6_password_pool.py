"""V6.3, V2.4: any number of logins at once holds up nobody else."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait

import pytest
from argon2 import PasswordHasher

from r2_renewal.contract import paths
from r2_renewal.contract.problems import ProblemCode
from r2_renewal.reference_shop import passwords
from r2_renewal.reference_shop.password_pool import MOST_WAITING, PasswordPool
from r2_renewal.reference_shop.problems import Refusal
from r2_renewal.reference_shop.seed import PreparedShop
from tests.reference_shop.module import Module, problem
from tests.reference_shop.panel.conftest import visitor
from tests.reference_shop.panel.visitor import LOGIN, Visitor

__all__ = ["visitor"]


def test_a_full_queue_is_told_to_come_again_and_then_serves() -> None:
    release, began = threading.Event(), threading.Event()

    def work() -> str:
        began.set()
        assert release.wait(30)
        return "done"

    async def crowd() -> None:
        pool = PasswordPool(threads=1, most_waiting=2)
        try:
            running = [asyncio.create_task(pool.run(work)) for _ in range(3)]
            await asyncio.to_thread(began.wait, 30)
            with pytest.raises(Refusal) as refusal:
                await pool.run(work)
            assert refusal.value.code is ProblemCode.NOT_READY
            assert refusal.value.retry_after > 0
            release.set()
            assert await asyncio.gather(*running) == ["done"] * 3
            assert await pool.run(work) == "done"
        finally:
            pool.close()

    asyncio.run(crowd())


def test_a_place_is_free_again_however_its_work_ends() -> None:
    def fail() -> None:
        raise Refusal(ProblemCode.BAD_CREDENTIALS)

    async def crowd() -> None:
        pool = PasswordPool(threads=1, most_waiting=0)
        for _ in range(3):
            with pytest.raises(Refusal) as refusal:
                await pool.run(fail)
            assert refusal.value.code is ProblemCode.BAD_CREDENTIALS
        pool.close()
        with pytest.raises(Refusal) as refusal:
            await pool.run(fail)
        assert refusal.value.code is ProblemCode.NOT_READY

    asyncio.run(crowd())


def test_logins_that_wait_take_no_request_thread(
    module: Module, prepared: PreparedShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As many logins hang in their hash as there are request threads; a storefront is served beside them."""
    release = threading.Event()
    hashed = passwords.matches
    monkeypatch.setattr(passwords, "matches", lambda *given: release.wait(60) and hashed(*given))

    def log_in(number: int) -> int:
        body = {"email": f"nikt-{number}@example.com", "password": "nie to"}
        return module.http.post(paths.ACCOUNT_SESSIONS, json=body).status_code

    with ThreadPoolExecutor(60) as callers:
        waiting = [callers.submit(log_in, number) for number in range(60)]
        refused = 60 - MOST_WAITING - passwords.AT_ONCE
        try:
            while sum(one.done() for one in waiting) < refused:
                wait([one for one in waiting if not one.done()], timeout=0.05, return_when="FIRST_COMPLETED")
            assert module.get(paths.STOREFRONT).status_code == 200
            assert module.http.get("/readyz").status_code == 200
        finally:
            release.set()
        answers = [one.result() for one in waiting]
    assert sorted(answers) == [401] * (60 - refused) + [503] * refused


def test_both_logins_say_so_when_the_queue_is_full(
    visitor: Visitor, stranger: Module, prepared: PreparedShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(*_arguments: object) -> None:
        raise Refusal(ProblemCode.NOT_READY, retry_after=5)

    monkeypatch.setattr(PasswordPool, "run", full)
    page = visitor.log_in(prepared.account_email, prepared.account_password)
    assert (page.status, page.answer.headers["retry-after"], visitor.session) == (503, "5", "")
    assert "loguje się zbyt wiele osób" in page.errors()["email"]
    assert page.value("email") == prepared.account_email
    body = {"email": prepared.account_email, "password": prepared.account_password}
    answer = stranger.http.post(paths.ACCOUNT_SESSIONS, json=body)
    problem(answer, 503, "not_ready")
    assert answer.headers["retry-after"] == "5"
    assert visitor.get(LOGIN).status == 200


def test_a_hash_is_worked_out_by_one_thread_of_the_computer() -> None:
    """As many as the lanes would take every processor of a small server for each login."""
    before, most, done = _threads(), [0], threading.Event()

    def watch() -> None:
        while not done.is_set():
            most[0] = max(most[0], _threads())

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        stored = passwords.hash_password("hasło")
        assert passwords.matches(stored, "hasło")
    finally:
        done.set()
        watcher.join()
    assert most[0] <= before + 1  # the watcher itself


def _threads() -> int:
    if not os.path.isdir("/proc/self/task"):  # noqa: PTH112
        pytest.skip("threads of the computer are counted on Linux only")
    return len(os.listdir("/proc/self/task"))  # noqa: PTH208


def test_the_library_and_the_shop_agree_on_a_hash() -> None:
    library = PasswordHasher()
    assert library.verify(passwords.hash_password("zażółć"), "zażółć")
    assert passwords.matches(library.hash("zażółć"), "zażółć")
    assert not passwords.matches(library.hash("zażółć"), "zażolc")
    assert not any(passwords.matches(stored, "") for stored in ("", "$", "$argon2id$v=19$m=65536,t=3,p=4$$"))


def test_no_more_than_half_of_the_processors_hash_at_once() -> None:
    assert 1 <= passwords.AT_ONCE <= max(1, (os.cpu_count() or 1) // 2)


def test_the_pool_is_the_one_place_where_requests_hash(
    serve: Callable[..., Module], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    hashed = passwords.matches
    monkeypatch.setattr(
        passwords, "matches", lambda *given: (seen.append(threading.current_thread().name), hashed(*given))[1]
    )
    serve().http.post(paths.ACCOUNT_SESSIONS, json={"email": "nikt@example.com", "password": "nie to"})
    assert len(seen) == 1
    assert seen[0].startswith("password")
