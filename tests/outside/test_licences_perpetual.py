"""Perpetual licences, and a fault in a secondary entry of a file: neither takes anything away from the primary one."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot
from sqlalchemy import update

import r2_renewal
from r2_renewal.agent import protocol
from r2_renewal.agent.protocol import Method
from r2_renewal.cli import main
from r2_renewal.clock import today_in_warsaw
from r2_renewal.contract import paths
from r2_renewal.domain.basket import BasketEntry
from r2_renewal.domain.licence import VerdictKind
from r2_renewal.domain.reminder import Silence, SilenceReason
from r2_renewal.domain.year_ahead import Slot, Span, ends_in, year_ahead
from r2_renewal.embedding.quiet_note import QuietNote, is_quiet
from r2_renewal.embedding.startup_check import check
from r2_renewal.licensing.choice import choose
from r2_renewal.licensing.install import install
from r2_renewal.licensing.issue import licence_payload
from r2_renewal.licensing.profile import licence_of
from r2_renewal.licensing.reader import parse_certificate
from r2_renewal.policy import Policy
from r2_renewal.reference_shop.pricing import offers
from r2_renewal.reference_shop.seed import prepare
from r2_renewal.reference_shop.tables import LicenceRow
from r2_renewal.settings import settle
from r2_renewal.ui.basket_rows import Column, cell_words, row_of
from r2_renewal.ui.licence_line import notes_text
from r2_renewal.ui.order_wizard.order_words import owned_text
from r2_renewal.ui.order_wizard.receipt_text import installed_text
from r2_renewal.ui.resignation_dialog import question_text
from r2_renewal.ui.timeline import short_text, slot_text
from tests.agent.conftest import hosts, shop, vendor
from tests.agent.conversation import Hosts
from tests.agent.scripted_shop import ScriptedShop
from tests.agent.test_refresh import told
from tests.agent.test_with_reference_shop import hosts_of, serve, stop
from tests.licence_files import LICENCE, NOW, PRODUCT, PROGRAM, Vendor, licence_with

__all__ = ["hosts", "shop", "vendor"]

VENDOR = Vendor()
FOREVER = licence_with(valid_until=None)
SECOND = PROGRAM._replace(licence_id="lic-2", product="r2faktury", seq=3)
THIRD = PROGRAM._replace(licence_id="lic-3", product="r2ksiega", seq=1)
THREE = LICENCE._replace(programs=(PROGRAM, SECOND, THIRD))
TODAY = NOW.date()


def run(folder: Path, content: bytes, capsys: pytest.CaptureFixture[str], *command: str) -> tuple[int, str, str]:
    licence, keys = folder / "R2.lic", folder / "keys.json"
    licence.write_bytes(content)
    keys.write_text(json.dumps(VENDOR.keys_document))
    code = main(
        [*command[:2], *(part.replace("FILE", str(licence)) for part in command[2:]), "--trusted-keys", str(keys)]
    )
    captured = capsys.readouterr()
    return code, captured.out, captured.err


# A perpetual licence


@pytest.mark.parametrize("today", ["2025-12-21", "2026-11-22", "2999-12-31"])
def test_a_perpetual_licence_is_valid_on_any_day(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], today: str
) -> None:
    command = ("status", "--licence", "FILE", "--product", PRODUCT, "--today", today)
    code, out, err = run(tmp_path, VENDOR.certificate(FOREVER), capsys, *command, "--json")
    document = json.loads(out)
    assert (code, err, document["verdict"]) == (0, "", "valid")
    assert (document["valid_until"], document["days_left"], document["prompt"]) == (None, None, None)
    assert document["programs"][0]["valid_until"] is None
    assert "bezterminowo" in run(tmp_path, VENDOR.certificate(FOREVER), capsys, *command)[1]


def test_people_read_that_it_never_ends(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(tmp_path, VENDOR.certificate(FOREVER), capsys, "licence", "show", "FILE")
    assert (code, "abonament bezterminowo" in out) == (0, True)
    for command in ("startup", "eshop"):
        options = ["--licence", "FILE", "--product", PRODUCT, "--state", str(tmp_path / "state"), "--unattended"]
        code, out, _ = run(tmp_path, VENDOR.certificate(FOREVER), capsys, command, *options)
        told = json.loads(out)
        assert (code, told["verdict"], told["valid_until"], told["days_left"]) == (0, "valid", None, None)


def test_the_written_file_reads_back() -> None:
    assert licence_of(licence_payload(FOREVER)) == FOREVER
    assert licence_payload(FOREVER)["data"]["attributes"]["expiry"] is None


def test_nobody_is_asked_and_the_start_stays_silent(tmp_path: Path) -> None:
    path = tmp_path / "R2.lic"
    path.write_bytes(VENDOR.certificate(FOREVER))
    today = today_in_warsaw()
    config = r2_renewal.Config(
        licence_path=path,
        trusted_keys=VENDOR.keys,
        product_code=PRODUCT,
        state_dir=tmp_path / "state",
        today=lambda: today,
    )
    settings = settle(config, Policy())
    note, outcome = QuietNote(config, settings), check(settings, today)
    note.keep(outcome)
    assert (outcome.decision, outcome.refresh_due) == (Silence(SilenceReason.NOT_DUE), False)
    assert is_quiet(config)


@pytest.mark.parametrize(
    "programs", [(PROGRAM, SECOND._replace(valid_until=None)), (PROGRAM._replace(valid_until=None), SECOND)]
)
def test_it_may_stand_beside_one_that_ends(programs: Any) -> None:
    licence = licence_of(licence_payload(LICENCE._replace(programs=programs)))
    assert (licence.programs, licence.faults) == (programs, ())


def test_of_two_of_a_product_the_perpetual_one_is_judged(tmp_path: Path) -> None:
    for number, licence in enumerate((licence_with(), licence_with(licence_id="lic-9", valid_until=None, seq=1))):
        (tmp_path / f"{number}.lic").write_bytes(VENDOR.certificate(licence))
    best = choose([tmp_path / "0.lic", tmp_path / "1.lic"], VENDOR.keys, PRODUCT, NOW).best.verdict
    assert (best.kind, best.days_left) == (VerdictKind.VALID, None)


def test_a_newer_seq_may_end_it(tmp_path: Path) -> None:
    target = tmp_path / "R2.lic"
    for licence in (FOREVER, licence_with(seq=8), licence_with(seq=9, valid_until=None)):
        install(VENDOR.certificate(licence), target, VENDOR.keys, PRODUCT, NOW)
        assert parse_certificate(target.read_bytes(), VENDOR.keys) == licence


# On the screen


def entry(**changes: Any) -> BasketEntry:
    return BasketEntry(PROGRAM._replace(valid_until=None), auto_renewal=False, **changes)


@pytest.mark.parametrize("last_day", [None, date.max])
def test_the_basket_says_it(last_day: date | None) -> None:
    one = BasketEntry(PROGRAM._replace(valid_until=last_day), auto_renewal=False, on_sale=False)
    words = {column: cell_words(one, column, TODAY, "", {}) for column in Column}
    assert words[Column.VALID_UNTIL] == words[Column.DAYS_LEFT] == "bezterminowo"
    assert words[Column.ORDER] == "–"
    row = row_of(one, "", TODAY)
    assert row.end > row_of(BasketEntry(PROGRAM, auto_renewal=False), "", TODAY).end
    assert "bezterminowo" in row.found_by


def test_the_years_picture_has_a_slot_for_it() -> None:
    ends = [PROGRAM.last_day.toordinal(), FOREVER.programs[0].last_day.toordinal(), date(2030, 1, 1).toordinal()]
    *_, later, never = year_ahead(ends, TODAY)
    assert (later.span, later.programs) == (Span.LATER, 1)
    assert never == Slot(Span.PERPETUAL, date.max, 1)
    assert slot_text(never) == "bezterminowo: 1 program"
    assert short_text(never)
    assert ends[1] in ends_in((never.span, never.first_day), TODAY)
    assert ends[1] not in ends_in((later.span, later.first_day), TODAY)


@given(st.lists(st.dates() | st.just(date.max), max_size=20), st.dates(date(2000, 1, 1), date(9000, 1, 1)))
def test_each_end_is_in_one_slot_of_the_picture(ends: list[date], today: date) -> None:
    slots = year_ahead((end.toordinal() for end in ends), today)
    for end in ends:
        assert sum(end.toordinal() in ends_in((slot.span, slot.first_day), today) for slot in slots) == 1
    assert sum(slot.programs for slot in slots) == len(ends)


def test_the_other_sentences_say_it() -> None:
    assert owned_text(entry().program) == "Abonament bezterminowy, do 50 pracowników."
    assert installed_text(date.max, renewed=True) == "Licencja zaktualizowana. Abonament bezterminowy"
    assert "abonament działa bezterminowo" in question_text([entry()], TODAY)


# Agent and shop


def test_the_agent_installs_a_perpetual_licence(hosts: Hosts, shop: ScriptedShop, vendor: Vendor) -> None:
    shop.script("GET", paths.STOREFRONT, told(seq=8, valid_until=date.max))
    shop.certificate = vendor.certificate(licence_with(valid_until=None, seq=8))
    agent = hosts.greeted()
    assert agent.call(Method.LICENCE_REFRESH, protocol.RefreshParams()).valid_until == date.max
    assert hosts.licence.read_bytes() == shop.certificate
    basket = agent.call(Method.ESHOP_LOAD, protocol.Nothing()).storefront.basket
    assert basket[0].program.valid_until is not None  # the scripted shop's second answer has an end again


def test_the_reference_shop_sells_nothing_more_for_it(tmp_path: Path) -> None:
    from r2_renewal.reference_shop.database import Database

    prepared = prepare(tmp_path / "shop", 30, today_in_warsaw())
    with closing(Database(prepared.folder.database_url)) as database, database.writing() as session:
        session.execute(update(LicenceRow).values(valid_until=date.max, auto_renewal=False, renewal_date=None))
    served = serve(prepared)
    computers = hosts_of(served, tmp_path)
    try:
        agent = computers.greeted()
        storefront = agent.call(Method.ESHOP_LOAD, protocol.Nothing()).storefront
        assert {one.program.valid_until for one in storefront.basket} == {None}
        assert not any(one.auto_renewal for one in storefront.basket)
        assert storefront.offers == ()
    finally:
        computers.close()
        stop(served)


def test_pricing_knows_no_next_year_of_it() -> None:
    assert offers(FOREVER.programs[0], (), TODAY) == ()


# A fault in a secondary entry


def broken(path: str, value: object) -> Callable[[dict[str, Any]], object]:
    def entry_of(entry: dict[str, Any]) -> object:
        spoilt = copy.deepcopy(entry)
        *parents, last = path.split(".")
        place = spoilt
        for parent in parents:
            place = place[parent]
        if value is ...:
            del place[last]
        else:
            place[last] = value
        return spoilt

    return entry_of


METADATA = "attributes.metadata"
FAULTS: dict[str, Callable[[dict[str, Any]], object]] = {
    "no end": broken("attributes.expiry", ...),
    "a bogus end": broken("attributes.expiry", "soon"),
    "an end that is a number": broken("attributes.expiry", 1798000000),
    "no attributes": broken("attributes", ...),
    "attributes that are a list": broken("attributes", []),
    "no seq": broken(f"{METADATA}.seq", ...),
    "a negative limit": broken(f"{METADATA}.limits", {"employees": -1}),
    "services in a text": broken(f"{METADATA}.services", "help"),
    "another version of the profile": broken(f"{METADATA}.profile", "r2/9"),
    "no customer": broken(f"{METADATA}.customer_id", ...),
    "a customer that is a number": broken(f"{METADATA}.customer_id", 7),
    "two spellings that differ": broken(f"{METADATA}.customerId", "another"),
    "no id": broken("id", ...),
    "null": lambda _entry: None,
    "a text": lambda _entry: "lic-2",
    "a list": lambda entry: [entry],
    "the primary again": broken("id", "lic-1"),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_fault_in_a_secondary_entry_takes_no_other_away_and_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], fault: Callable[[dict[str, Any]], object]
) -> None:
    payload = licence_payload(THREE)
    payload["included"][0] = fault(payload["included"][0])
    licence = licence_of(payload)
    assert licence.programs == (PROGRAM, THIRD)
    (told,) = licence.faults
    assert told.startswith("included[0]: ")
    assert LICENCE.company not in told
    command = ("status", "--licence", "FILE", "--product", PRODUCT, "--today", "2026-11-22")
    code, out, _ = run(tmp_path, VENDOR.sign(payload), capsys, *command, "--json")
    assert (code, json.loads(out)["file"]["left_out"]) == (10, [told])
    assert told in run(tmp_path, VENDOR.sign(payload), capsys, *command)[1]


def test_each_fault_is_told_by_itself() -> None:
    payload = licence_payload(THREE)
    payload["included"] = [None, payload["included"][0], 7, {"type": "users"}, payload["included"][1]]
    payload["included"][1]["attributes"]["expiry"] = None
    licence = licence_of(payload)
    assert licence.programs == (PROGRAM, SECOND._replace(valid_until=None), THIRD)
    assert [told.partition(":")[0] for told in licence.faults] == ["included[0]", "included[2]"]


def test_other_entries_and_other_customers_are_no_faults() -> None:
    payload = licence_payload(THREE)
    payload["included"][0]["attributes"]["metadata"]["customer_id"] = "cust-2"
    payload["included"].append({"type": "entitlements", "id": "e"})
    licence = licence_of(payload)
    assert (licence.programs, licence.faults) == ((PROGRAM, THIRD), ())


def test_the_agent_notes_it_and_esklep_says_it(hosts: Hosts, vendor: Vendor, qtbot: QtBot) -> None:
    payload = licence_payload(THREE)
    payload["included"][0]["attributes"]["expiry"] = "soon"
    hosts.licence.write_bytes(vendor.sign(payload))
    notes = hosts.greeted().call(Method.ESHOP_STORED, protocol.Nothing()).notes
    assert notes == protocol.LicenceNotes(faults=1)
    assert notes_text(notes).startswith("W pliku licencji nie można odczytać 1 dalszego wpisu")


def test_the_log_names_the_entry_and_nobody(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    payload = licence_payload(THREE)
    payload["included"][1] = None
    (tmp_path / "R2.lic").write_bytes(VENDOR.sign(payload))
    config = r2_renewal.Config(
        licence_path=tmp_path / "R2.lic", trusted_keys=VENDOR.keys, product_code=PRODUCT, state_dir=tmp_path / "state"
    )
    with caplog.at_level("INFO", "r2_renewal"):
        check(settle(config, Policy()), TODAY + timedelta(days=1))
    assert "included[1]: not an object" in caplog.text
    assert LICENCE.company not in caplog.text
