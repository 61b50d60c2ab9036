"""The licence asked for anew before a question: what the shop says, when it says nothing, and how often it is asked."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtTest import QTest

from r2_renewal.clock import pc_clock, today_in_warsaw
from r2_renewal.domain.reminder import Silence, SilenceReason
from r2_renewal.embedding import reminding
from r2_renewal.embedding.module import RenewalModule
from r2_renewal.embedding.state import Status
from r2_renewal.licensing.keys import parse_trusted_keys
from r2_renewal.licensing.reader import load_verdict
from r2_renewal.reference_shop.seed import prepare
from r2_renewal.store import database
from r2_renewal.store.reminder_memory import recall
from tests.agent.test_with_reference_shop import ShopProcess, serve, stop
from tests.driver import wait_until
from tests.embedding.hosts import END, Host, host, refreshed
from tests.embedding.licences import LICENCE_ID, write_licence

__all__ = ["host"]

REFRESH = "licence.refresh"
RENEWED = date(2027, 12, 22)
INSTALLED = ["licence.installed", {"licence_id": LICENCE_ID, "valid_until": RENEWED.isoformat()}]
OFFLINE = {"error": {"code": -32000, "message": "OFFLINE", "data": {"code": "R2-N01"}}}


def question(module: RenewalModule) -> float:
    """Wait for the question; return after how many seconds it came."""
    began = time.monotonic()
    wait_until(lambda: module.state.status is Status.PROMPTING, what="question")
    return time.monotonic() - began


def silence(module: RenewalModule, reason: SilenceReason) -> None:
    wait_until(lambda: (module.state.decision, module.state.status) == (Silence(reason), Status.SILENT), what=reason)


def test_enrolled_elsewhere_it_is_silent_and_remembers(host: Host) -> None:
    silence(host.start({REFRESH: [refreshed(enrolled=True)]}), SilenceReason.ENROLLED)
    assert recall(host.state_dir, LICENCE_ID).enrolled
    host.today += timedelta(days=16)
    silence(host.start({REFRESH: [OFFLINE]}), SilenceReason.ENROLLED)


def test_nothing_new_at_the_shop_is_a_question(host: Host) -> None:
    question(host.start({REFRESH: [refreshed()]}))


def test_offline_the_question_comes_at_once(host: Host) -> None:
    question(host.start({REFRESH: [OFFLINE]}))


@pytest.mark.parametrize("fate", ["silent", "die", "garbage"])
def test_an_agent_that_fails_holds_the_question_three_seconds_at_most(host: Host, fate: str) -> None:
    question(host.start({REFRESH: [{fate: "x"}]}))


def test_an_agent_that_is_missing_does_not_hold_it(host: Host) -> None:
    question(host.start(agent_command=("/nonexistent/agent",)))


def test_an_answer_that_comes_late_takes_the_question_back(host: Host) -> None:
    late = {**refreshed(enrolled=True), "after": 6}
    module = host.start({REFRESH: [late]})
    question(module)
    wait_until(lambda: module.state.status is Status.SILENT, what="late answer")


def test_a_consent_that_the_agent_hears_of_takes_the_question_back(host: Host) -> None:
    told = ["enrolment.told", {"licence_id": LICENCE_ID, "enrolled": True}]
    module = host.start({REFRESH: [{"silent": True, "events": [told], "after": 6}]})
    question(module)
    wait_until(lambda: module.state.status is Status.SILENT, what="the consent")


def test_a_licence_installed_meanwhile_takes_the_question_back(host: Host) -> None:
    module = host.start({REFRESH: [{"silent": True, "events": [INSTALLED], "after": 6}]})
    question(module)
    write_licence(host.licence, RENEWED)
    wait_until(lambda: module.state.decision == Silence(SilenceReason.NOT_DUE), what="renewal")


def test_inside_the_window_the_shop_is_asked_once_a_day(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reminding, "QUIET_REFRESH_SPREAD_MS", 200)
    module = host.start({REFRESH: [refreshed()]})
    question(module)
    for _ in range(2):
        host.start({REFRESH: [refreshed()]})
    QTest.qWait(500)
    assert host.asked_agent(REFRESH) == 1
    host.today += timedelta(days=1)
    # The question of the day before was left with its program: it is asked anew.
    question(host.start({REFRESH: [refreshed()]}))
    assert host.asked_agent(REFRESH) == 2


@pytest.mark.parametrize("today", [END - timedelta(days=31), END - timedelta(days=300)])
def test_outside_the_window_it_is_never_asked(host: Host, today: date, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reminding, "QUIET_REFRESH_SPREAD_MS", 50)
    host.today = today
    module = host.start()
    silence(module, SilenceReason.NOT_DUE)
    QTest.qWait(300)
    assert module._reminding._keeper is None
    assert host.asked_agent("hello") == 0


# With the real agent and the real shop


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[ShopProcess]:
    """A shop whose licence ends in 30 days, fulfilling at once."""
    served = serve(prepare(tmp_path / "shop", 30, today_in_warsaw()), "--auto-fulfil", "0.1")
    yield served
    if served.process.poll() is None:
        stop(served)


def real(shop: ShopProcess, folder: Path) -> dict[str, Any]:
    """Return the configuration of a computer of that shop's customer."""
    path = folder / "R2.lic"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(shop.prepared.licence)
    return {
        "licence_path": path,
        "trusted_keys": parse_trusted_keys(shop.prepared.trusted_keys),
        "state_dir": folder / "state",
        "shop_url": shop.url,
        "agent_command": (),
        "today": None,
    }


def renew_on_another_computer(shop: ShopProcess, folder: Path) -> None:
    from tests.agent.conversation import Hosts
    from tests.agent.test_orders import is_installed
    from tests.agent.test_with_reference_shop import Method, PlaceParams, fill_in, hosts_of, load

    folder.mkdir()
    others: Hosts = hosts_of(shop, folder)
    agent = others.greeted()
    agent.call(Method.ORDER_PLACE, PlaceParams(order=fill_in(agent, load(agent))))
    agent.wait_for(is_installed)
    others.close()


def test_renewed_on_another_computer_it_fetches_the_licence_and_is_silent(
    host: Host, shop: ShopProcess, tmp_path: Path
) -> None:
    renew_on_another_computer(shop, tmp_path / "other")
    here = real(shop, tmp_path / "here")
    silence(host.start(**here), SilenceReason.NOT_DUE)
    verdict = load_verdict(here["licence_path"], here["trusted_keys"], "r2platnik", _now())
    assert verdict.days_left is not None
    assert verdict.days_left > 300


def test_the_real_shop_says_not_modified_the_day_after(host: Host, shop: ShopProcess, tmp_path: Path) -> None:
    here = real(shop, tmp_path / "here")
    question(host.start(**here))
    with database.writing(here["state_dir"]) as connection:
        # What only the cache knows now comes back only where the shop did not send its own.
        connection.execute("UPDATE shop_cache SET enrolled = 1")
    host.today = today_in_warsaw() + timedelta(days=1)
    silence(host.start(**{**here, "today": lambda: host.today}), SilenceReason.ENROLLED)
    assert recall(here["state_dir"], _licence_id(here)).refreshed_on == host.today


def test_with_the_shop_down_the_question_comes(host: Host, shop: ShopProcess, tmp_path: Path) -> None:
    stop(shop)
    question(host.start(**real(shop, tmp_path / "here")))


def _now() -> datetime:
    return pc_clock()


def _licence_id(here: dict[str, Any]) -> str:
    program = load_verdict(here["licence_path"], here["trusted_keys"], "r2platnik", _now()).program
    assert program is not None
    return program.licence_id
