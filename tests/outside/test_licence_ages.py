"""A licence file's age is not its subscription's end: files that live 30 days over a subscription of a year."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

import r2_renewal
from r2_renewal.agent import protocol
from r2_renewal.agent.protocol import Method
from r2_renewal.cli import main
from r2_renewal.clock import pc_clock, today_in_warsaw
from r2_renewal.contract import paths
from r2_renewal.domain.licence import CLOCK_TOLERANCE, VerdictKind, judge
from r2_renewal.domain.reminder import Prompt, Silence, SilenceReason
from r2_renewal.embedding import reminding
from r2_renewal.embedding.quiet_note import QuietNote, is_quiet
from r2_renewal.embedding.startup_check import StartupCheck, check
from r2_renewal.embedding.state import Status
from r2_renewal.licensing.issue import licence_payload, sign_licence
from r2_renewal.licensing.reader import parse_certificate
from r2_renewal.policy import Policy
from r2_renewal.reference_shop.folder import ShopFolder
from r2_renewal.reference_shop.keys import read_signing_key
from r2_renewal.reference_shop.seed import prepare
from r2_renewal.settings import settle
from r2_renewal.store.reminder_memory import claim_refresh
from r2_renewal.ui.eshop_window import EshopWindow
from tests.agent.conftest import hosts, shop, vendor
from tests.agent.conversation import Hosts
from tests.agent.scripted_shop import ScriptedShop
from tests.agent.test_with_reference_shop import ShopProcess, serve, stop
from tests.driver import wait_until
from tests.embedding.hosts import END, Host, host, refreshed
from tests.embedding.licences import KEYS, PRIVATE
from tests.licence_files import LAST_DAY, LICENCE, NOW, PRODUCT, Vendor, licence_with
from tests.ui.conftest import LINKS, Agent, agent

__all__ = ["agent", "host", "hosts", "shop", "vendor"]

VENDOR = Vendor()
REFRESH = "licence.refresh"
DAY = timedelta(days=1)


# The verdict


def status(folder: Path, capsys: pytest.CaptureFixture[str], payload: dict[str, Any], today: str) -> tuple[int, Any]:
    """Return the exit code and the document of ``r2-renewal status``."""
    licence, keys = folder / "R2.lic", folder / "keys.json"
    licence.write_bytes(VENDOR.sign(payload))
    keys.write_text(json.dumps(VENDOR.keys_document))
    options = ["--licence", str(licence), "--trusted-keys", str(keys), "--product", PRODUCT, "--today", today, "--json"]
    code = main(["status", *options])
    return code, json.loads(capsys.readouterr().out)


def payload_of_a_month(**program: Any) -> dict[str, Any]:
    """Return a payload whose file lives for 30 days from the day of its signature."""
    return licence_payload(licence_with(**program), timedelta(days=30))


@pytest.mark.parametrize(
    ("today", "code", "verdict", "asks", "aged"),
    [
        ("2026-01-10", 0, "valid", False, False),
        ("2026-01-20", 0, "valid", False, True),
        ("2026-11-21", 0, "valid", False, True),
        ("2026-11-22", 10, "expiring", True, True),
        ("2026-12-22", 10, "expiring", True, True),
        ("2026-12-23", 20, "expired", True, True),
    ],
)
def test_the_question_is_asked_by_the_subscriptions_end(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], today: str, code: int, verdict: str, asks: bool, aged: bool
) -> None:
    exit_code, document = status(tmp_path, capsys, payload_of_a_month(), today)
    assert (exit_code, document["verdict"], document["prompt"] is not None) == (code, verdict, asks)
    assert document["valid_until"] == "2026-12-22"
    assert document["file"]["expired"] is aged
    assert document["file"]["expires_at"] == "2026-01-19T10:00:00+00:00"


@pytest.mark.parametrize("expiry", ["null", "absent"])
def test_a_file_without_an_age_never_ages(tmp_path: Path, capsys: pytest.CaptureFixture[str], expiry: str) -> None:
    payload = payload_of_a_month()
    payload["meta"]["ttl"] = None
    if expiry == "null":
        payload["meta"]["expiry"] = None
    else:
        del payload["meta"]["expiry"]
    code, document = status(tmp_path, capsys, payload, "2026-11-22")
    assert (code, document["file"]) == (
        10,
        {"expired": False, "expires_at": None, "issued": "2025-12-20T10:00:00+00:00", "left_out": []},
    )


def test_the_age_is_read_and_never_computed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    payload = payload_of_a_month()
    payload["meta"]["ttl"] = None
    assert status(tmp_path, capsys, payload, "2026-11-22")[1]["file"]["expired"]


@pytest.mark.parametrize(("today", "verdict"), [("2026-11-22", "file_expired"), ("2026-01-10", "malformed")])
def test_only_where_nothing_of_the_subscription_is_known_the_files_age_is_the_verdict(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], today: str, verdict: str
) -> None:
    payload = payload_of_a_month()
    del payload["data"]["attributes"]["expiry"]
    code, document = status(tmp_path, capsys, payload, today)
    assert (code, document["verdict"], document["prompt"]) == (30, verdict, None)


@pytest.mark.parametrize(("change", "verdict"), [("no profile", "wrong_product"), ("bad expiry", "malformed")])
def test_an_age_hides_no_other_fault(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], change: str, verdict: str
) -> None:
    payload = payload_of_a_month()
    if change == "no profile":
        payload["data"]["attributes"]["metadata"] = {}
    else:
        payload["data"]["attributes"]["expiry"] = "soon"
    assert status(tmp_path, capsys, payload, "2026-11-22") == (30, status(tmp_path, capsys, payload, "2026-11-22")[1])
    assert status(tmp_path, capsys, payload, "2026-11-22")[1]["verdict"] == verdict


@given(
    left=st.integers(-400, 400),
    age=st.one_of(st.none(), st.timedeltas(timedelta(days=-400), timedelta(days=400))),
)
def test_no_age_ever_changes_verdict_or_days(left: int, age: timedelta | None) -> None:
    valid_until = NOW.date() + timedelta(days=left)
    young = judge(licence_with(valid_until=valid_until), PRODUCT, NOW)
    aging = judge(licence_with(valid_until=valid_until, file_expiry=None if age is None else NOW + age), PRODUCT, NOW)
    assert (aging.kind, aging.days_left) == (young.kind, young.days_left)
    assert aging.is_file_aged == (age is not None and -age > CLOCK_TOLERANCE)


# The start


class Computer:
    """A computer whose licence ends in a year and whose file has aged or will, judged on its own clock's days."""

    def __init__(self, folder: Path, ages_in: timedelta) -> None:
        self.today = today_in_warsaw()
        self.config = r2_renewal.Config(
            licence_path=folder / "R2.lic",
            trusted_keys=VENDOR.keys,
            state_dir=folder / "state",
            today=lambda: self.today,
        )
        now = pc_clock()
        licence = licence_with(
            valid_until=self.today + timedelta(days=365), file_expiry=now + ages_in, issued=now - 90 * DAY
        )
        (folder / "R2.lic").write_bytes(VENDOR.certificate(licence))

    def start(self, policy: Policy = Policy()) -> StartupCheck:  # noqa: B008 - a value
        """Check as a start does, and leave its note."""
        settings = settle(self.config, policy)
        note, outcome = QuietNote(self.config, settings), check(settings, self.today)
        note.keep(outcome)
        return outcome


def test_an_aged_file_is_asked_for_once_a_day_and_the_note_wakes_for_it(tmp_path: Path) -> None:
    computer = Computer(tmp_path, -DAY)
    outcome = computer.start()
    assert (outcome.verdict.kind, outcome.refresh_due) == (VerdictKind.VALID, True)
    assert not is_quiet(computer.config)
    assert outcome.verdict.program is not None
    claim_refresh(tmp_path / "state", outcome.verdict.program.licence_id, computer.today)
    assert not computer.start().refresh_due
    assert is_quiet(computer.config)
    computer.today += DAY
    assert not is_quiet(computer.config)
    assert computer.start().refresh_due


def test_the_note_wakes_on_the_day_on_which_the_file_ages(tmp_path: Path) -> None:
    computer = Computer(tmp_path, 3 * DAY)
    assert not computer.start().refresh_due
    quiet = []
    for _ in range(5):
        quiet.append(is_quiet(computer.config))
        computer.today += DAY
    assert quiet == [True, True, True, False, False]


def test_where_the_administrator_forbids_the_network_an_aged_file_is_never_asked_for(tmp_path: Path) -> None:
    computer = Computer(tmp_path, -DAY)
    offline = Policy(offline_only=True)
    assert not computer.start(offline).refresh_due
    assert is_quiet(computer.config)


def age(host: Host, valid_until: date = END) -> None:
    """Put an aged file in place of the host's."""
    licence = parse_certificate(host.licence.read_bytes(), KEYS)
    program = licence.programs[0]._replace(valid_until=valid_until)
    aged = licence._replace(programs=(program,), file_expiry=datetime(2026, 2, 1, tzinfo=UTC))
    host.licence.write_text(sign_licence(licence_payload(aged), PRIVATE))


def test_a_host_fetches_an_aged_file_in_the_background_once_a_day(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reminding, "QUIET_REFRESH_SPREAD_MS", 100)
    age(host, END + timedelta(days=300))
    for _ in range(3):
        module = host.start({REFRESH: [refreshed()]})
        wait_until(lambda: host.asked_agent(REFRESH) == 1, what="the day's request")
        QTest.qWait(300)
        assert module.state.decision == Silence(SilenceReason.NOT_DUE)
        assert module.state.verdict is not None
        assert module.state.verdict.is_file_aged
    assert host.asked_agent(REFRESH) == 1
    host.today += DAY
    host.start({REFRESH: [refreshed()]})
    wait_until(lambda: host.asked_agent(REFRESH) == 2, what="the next day's request")


def test_an_aged_file_asks_inside_the_window(host: Host) -> None:
    age(host)
    module = host.start({REFRESH: [{"error": {"code": -32000, "message": "OFFLINE", "data": {"code": "R2-N01"}}}]})
    wait_until(lambda: module.state.status is Status.PROMPTING, what="question")
    assert isinstance(module.state.decision, Prompt)
    assert module.state.decision.days_left == 30


def test_a_file_fetched_anew_takes_no_question_back_and_is_judged(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reminding, "QUIET_REFRESH_SPREAD_MS", 10)
    young = host.licence.read_bytes()
    age(host, END + timedelta(days=300))
    module = host.start({REFRESH: [{**refreshed(), "after": 0.5}]})
    host.licence.write_bytes(young)
    wait_until(
        lambda: module.state.verdict is not None and not module.state.verdict.is_file_aged, what="the judgement anew"
    )


# The agent


def test_the_same_licence_signed_anew_replaces_an_aged_file_and_nobody_is_told(
    hosts: Hosts, shop: ScriptedShop, vendor: Vendor
) -> None:
    shop.certificate = vendor.certificate(LICENCE._replace(issued=LICENCE.issued + DAY))
    agent = hosts.greeted()
    before = hosts.licence.read_bytes()
    agent.call(Method.LICENCE_REFRESH, protocol.RefreshParams())
    assert hosts.licence.read_bytes() == before
    agent.call(Method.LICENCE_REFRESH, protocol.RefreshParams(anew=True))
    assert hosts.licence.read_bytes() == shop.certificate
    assert agent.events == []


def test_a_shop_that_has_an_older_copy_only_changes_nothing(hosts: Hosts, shop: ScriptedShop, vendor: Vendor) -> None:
    shop.certificate = vendor.certificate(LICENCE._replace(issued=LICENCE.issued - DAY))
    before = hosts.licence.read_bytes()
    result = hosts.greeted().call(Method.LICENCE_REFRESH, protocol.RefreshParams(anew=True))
    assert (result.valid_until, hosts.licence.read_bytes()) == (LAST_DAY, before)
    assert len(shop.seen("GET", paths.licence_file("lic-1"))) == 1


@pytest.mark.parametrize(("days", "told"), [(29, False), (31, True)])
def test_only_a_file_that_could_not_be_fetched_for_long_is_noted(
    hosts: Hosts, vendor: Vendor, days: int, told: bool
) -> None:
    expiry = pc_clock() - timedelta(days=days)
    hosts.licence.write_bytes(vendor.certificate(LICENCE._replace(file_expiry=expiry)))
    notes = hosts.greeted().call(Method.ESHOP_STORED, protocol.Nothing()).notes
    assert (notes.aged_since is not None) is told


# eSklep


def test_a_quiet_line_says_it_and_goes_when_the_file_has_come(qtbot: QtBot, agent: Callable[..., Agent]) -> None:
    made = agent(
        eshop__stored=[{"result": {"notes": {"aged_since": "2026-10-02"}}}, {"result": {}}],
        licence__refresh=[{**refreshed(), "after": 0.3}],
    )
    window = EshopWindow(made.link, LINKS, today_in_warsaw)
    qtbot.addWidget(window)
    window.show()
    wait_until(window._licence_line.isVisible, what="the line")
    assert "02.10.2026" in window._licence_line.text()
    wait_until(lambda: not window._licence_line.isVisible(), what="the fetched file")
    assert made.asked(REFRESH) == [{"anew": True}]


# The whole way, for a host that is not Python: real processes, a real shop


@pytest.fixture
def reference(tmp_path: Path) -> Iterator[ShopProcess]:
    """A shop whose licence ends in 200 days."""
    served = serve(prepare(tmp_path / "shop", 200, today_in_warsaw()))
    yield served
    if served.process.poll() is None:
        stop(served)


@pytest.mark.parametrize("is_online", [True, False])
def test_a_start_without_a_window_fetches_an_aged_file(tmp_path: Path, reference: ShopProcess, is_online: bool) -> None:
    licence, keys = tmp_path / "R2.lic", tmp_path / "keys.json"
    keys.write_text(json.dumps(reference.prepared.trusted_keys))
    aged = parse_certificate(reference.prepared.licence, shop_keys(reference))._replace(
        issued=pc_clock() - 60 * DAY, file_expiry=pc_clock() - 30 * DAY
    )
    licence.write_text(sign_licence(licence_payload(aged), signing_key(reference.prepared.folder)))
    before = licence.read_bytes()
    if not is_online:
        stop(reference)
    command = [sys.executable, "-m", "r2_renewal.cli", "startup", "--unattended", "--licence", str(licence)]
    options = ["--trusted-keys", str(keys), "--shop-url", reference.url]
    # A start gives the shop three seconds, which a machine under load may need for the processes alone: so some users try.
    for user in range(6 if is_online else 1):
        state = ["--state", str(tmp_path / f"state-{user}")]
        done = subprocess.run([*command, *options, *state], capture_output=True, text=True, timeout=60, check=False)
        assert (done.returncode, json.loads(done.stdout)["verdict"], done.stderr) == (0, "valid", "")
        if licence.read_bytes() != before:
            break
    assert (licence.read_bytes() != before) is is_online
    assert (parse_certificate(licence.read_bytes(), shop_keys(reference)).file_expiry is None) is is_online


def shop_keys(reference: ShopProcess) -> Any:
    from r2_renewal.licensing.keys import parse_trusted_keys

    return parse_trusted_keys(reference.prepared.trusted_keys)


def signing_key(folder: ShopFolder) -> bytes:
    return read_signing_key(folder.signing_key).private
