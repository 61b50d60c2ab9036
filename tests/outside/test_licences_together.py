"""Several licences on one computer: whose count, which one decides, and what an installer may replace."""

from __future__ import annotations

import itertools
import json
import logging
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from r2_renewal.agent import protocol
from r2_renewal.agent.protocol import Method
from r2_renewal.cli import main
from r2_renewal.clock import today_in_warsaw
from r2_renewal.config import Config
from r2_renewal.domain.errors import ErrorCode, RenewalError
from r2_renewal.domain.licence import Licence, VerdictKind
from r2_renewal.domain.reminder import Prompt
from r2_renewal.embedding.startup_check import check
from r2_renewal.licensing.choice import Choice, choose
from r2_renewal.licensing.install import install, install_in_first_writable
from r2_renewal.licensing.reader import parse_certificate
from r2_renewal.policy import Policy
from r2_renewal.settings import settle
from r2_renewal.ui.eshop_window import EshopWindow
from tests.agent.conftest import hosts, shop, vendor
from tests.agent.conversation import Hosts, RefusedError
from tests.licence_files import LAST_DAY, LICENCE, NOW, PRODUCT, PROGRAM, Vendor, licence_with
from tests.ui.conftest import LINKS, Agent, agent

__all__ = ["agent", "hosts", "shop", "vendor"]

VENDOR = Vendor()
DAY = timedelta(days=1)
EXPIRED_DAY = NOW.date() - DAY
NEXT_YEAR = LAST_DAY + timedelta(days=365)


def of_another(licence: Licence) -> Licence:
    """Return the licence as another customer's."""
    programs = tuple(program._replace(licence_id=f"x-{program.licence_id}") for program in licence.programs)
    return licence._replace(customer_id="cust-2", nip="1234563218", company="Obca sp. z o.o.", programs=programs)


THEIRS = of_another(licence_with(valid_until=NEXT_YEAR, seq=99))
OWN = {
    "expiring": licence_with(),
    "expired": licence_with(valid_until=EXPIRED_DAY),
    "aged": licence_with(file_expiry=NOW - DAY),
    "not yet valid": licence_with(issued=NOW + 9 * DAY),
    "other product": licence_with(product="r2faktury"),
}


def chosen(folder: Path, *contents: Licence | bytes | None) -> Choice:
    """Return the choice among places that hold these, the host's own first."""
    places = [folder / str(number) / "R2.lic" for number in range(len(contents))]
    for place, content in zip(places, contents, strict=True):
        place.parent.mkdir(parents=True)
        if content is not None:
            place.write_bytes(content if isinstance(content, bytes) else VENDOR.certificate(content))
    return choose(places, VENDOR.keys, PRODUCT, NOW)


def number_of(choice: Choice) -> str:
    return choice.best.path.parent.name


# Whose licences count


@pytest.mark.parametrize("own", OWN.values(), ids=OWN)
def test_the_hosts_own_file_says_whose_licences_count(tmp_path: Path, own: Licence) -> None:
    choice = chosen(tmp_path, own, THEIRS, THEIRS)
    assert number_of(choice) == "0"
    assert [other.foreign for other in choice.others] == [True, True]
    assert all(other.verdict.kind is VerdictKind.VALID for other in choice.others)


UNREADABLE = {
    "missing": None,
    "empty": b"",
    "junk": b"junk",
    "another vendor's": Vendor().certificate(),
    "cut": VENDOR.certificate()[:-90],
}


@pytest.mark.parametrize("own", UNREADABLE.values(), ids=UNREADABLE)
def test_where_nobody_can_read_the_own_file_the_next_place_says_it(tmp_path: Path, own: bytes | None) -> None:
    choice = chosen(tmp_path, own, THEIRS, licence_with(valid_until=NEXT_YEAR + DAY))
    assert number_of(choice) == "1"
    assert [other.foreign for other in choice.others] == [False, True]


def test_the_customers_own_renewed_licence_elsewhere_still_wins(tmp_path: Path) -> None:
    renewed = licence_with(seq=8, valid_until=NEXT_YEAR)
    assert number_of(chosen(tmp_path, OWN["expired"], THEIRS, renewed)) == "2"


def test_a_foreign_licence_of_the_same_number_supersedes_nothing(tmp_path: Path) -> None:
    theirs = licence_with(seq=99, valid_until=NEXT_YEAR)._replace(customer_id="cust-2")
    choice = chosen(tmp_path, LICENCE, theirs)
    assert (number_of(choice), choice.best.superseded) == ("0", False)


def config(folder: Path) -> Config:
    return Config(
        licence_path=folder / "own" / "R2.lic", trusted_keys=VENDOR.keys, product_code=PRODUCT,
        state_dir=folder / "state", machine_dir=folder / "machine", today=NOW.date,
    )  # fmt: skip


def test_the_reminder_is_not_silenced_by_another_customers_licence(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for name, licence in (("own", LICENCE), ("machine", THEIRS)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "R2.lic").write_bytes(VENDOR.certificate(licence))
    with caplog.at_level(logging.INFO, "r2_renewal"):
        outcome = check(settle(config(tmp_path), Policy()), NOW.date())
    assert isinstance(outcome.decision, Prompt)
    assert outcome.question is not None
    assert outcome.question.company == LICENCE.company
    assert "1 licence files of other customers" in caplog.text
    assert "Obca" not in caplog.text


# The newest file decides


@pytest.mark.parametrize("places", list(itertools.permutations(range(3))))
def test_the_highest_seq_decides_wherever_it_lies(tmp_path: Path, places: Sequence[int]) -> None:
    files = [
        licence_with(seq=7, valid_until=NEXT_YEAR),
        licence_with(seq=8, valid_until=LAST_DAY),
        licence_with(seq=9, valid_until=EXPIRED_DAY, limits={"employees": 5}),
    ]
    choice = chosen(tmp_path, *(files[number] for number in places))
    assert choice.best.verdict.program == files[2].programs[0]
    assert choice.best.verdict.kind is VerdictKind.EXPIRED
    assert all(other.superseded for other in choice.others)


def test_of_one_seq_the_later_signature_decides(tmp_path: Path) -> None:
    later = licence_with(valid_until=LAST_DAY - DAY, issued=LICENCE.issued + DAY)
    assert number_of(chosen(tmp_path, LICENCE, later)) == "1"


def test_a_seq_is_told_also_by_a_file_that_holds_several_programs(tmp_path: Path) -> None:
    both = LICENCE._replace(
        programs=(
            PROGRAM._replace(licence_id="lic-9", product="r2faktury"),
            PROGRAM._replace(seq=8, limits={"employees": 1}),
        )
    )
    assert number_of(chosen(tmp_path, LICENCE, both)) == "1"


TAKEN_BACK = {
    "shorter": licence_with(seq=8, valid_until=LAST_DAY - 10 * DAY),
    "ended": licence_with(seq=8, valid_until=EXPIRED_DAY),
    "lower": licence_with(seq=8, limits={"employees": 5}),
    "fewer services": licence_with(seq=8, services=("updates",)),
    "aged": licence_with(seq=8, valid_until=LAST_DAY - DAY, file_expiry=NOW - DAY),
}


@pytest.mark.parametrize("taken_back", TAKEN_BACK.values(), ids=TAKEN_BACK)
def test_a_newer_seq_that_takes_back_is_installed(tmp_path: Path, taken_back: Licence) -> None:
    target = tmp_path / "R2.lic"
    target.write_bytes(VENDOR.certificate())
    install(VENDOR.certificate(taken_back), target, VENDOR.keys, PRODUCT, NOW)
    assert parse_certificate(target.read_bytes(), VENDOR.keys) == taken_back


@pytest.mark.parametrize("command", ["licence install", "order import"])
def test_the_command_line_installs_it_too(tmp_path: Path, command: str, capsys: pytest.CaptureFixture[str]) -> None:
    target, new, keys = (tmp_path / name for name in ("R2.lic", "new.lic", "keys.json"))
    target.write_bytes(VENDOR.certificate())
    new.write_bytes(VENDOR.certificate(TAKEN_BACK["shorter"]))
    keys.write_text(json.dumps(VENDOR.keys_document))
    options = ["--licence", str(target), "--trusted-keys", str(keys), "--product", PRODUCT]
    assert main([*command.split(), str(new), *options]) == 0
    assert target.read_bytes() == new.read_bytes()
    new.write_bytes(VENDOR.certificate())
    assert main([*command.split(), str(new), *options]) == 30
    assert "R2-L10" in capsys.readouterr().err


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(1, 5), st.integers(0, 3), st.integers(-40, 400)),
        min_size=1, max_size=6, unique_by=lambda file: file[:2],
    ).flatmap(st.permutations),
    st.lists(st.integers(0, 2), min_size=6, max_size=6),
)  # fmt: skip
def test_any_order_of_installs_ends_in_the_newest(files: list[tuple[int, int, int]], where: list[int]) -> None:
    """Whatever comes when, into whichever place: what is gone by is the highest seq, of it the latest signature."""
    with tempfile.TemporaryDirectory() as folder:
        places = [Path(folder) / f"{number}.lic" for number in range(3)]
        for (seq, signed, left), place in zip(files, where, strict=False):
            licence = licence_with(
                seq=seq, valid_until=NOW.date() + timedelta(days=left), issued=LICENCE.issued + timedelta(days=signed)
            )
            with suppress(RenewalError):  # an older one, refused
                install(VENDOR.certificate(licence), places[place], VENDOR.keys, PRODUCT, NOW)
        best = choose(places, VENDOR.keys, PRODUCT, NOW).best.verdict
        assert best.program is not None
        assert best.licence is not None
        newest = max(files[: len(where)])
        assert (best.program.seq, (best.licence.issued - LICENCE.issued).days) == newest[:2]


# Installing where another customer's file lies


def places_of(folder: Path, *contents: Licence | None) -> list[Path]:
    places = [folder / str(number) / "R2.lic" for number in range(len(contents))]
    for place, content in zip(places, contents, strict=True):
        place.parent.mkdir()
        if content is not None:
            place.write_bytes(VENDOR.certificate(content))
    return places


def close(place: Path) -> None:
    """Make a place that nobody can write to: its lock cannot be taken."""
    place.with_name(f".{place.name}.lock").mkdir()


def put(licence: Licence, places: list[Path]) -> str:
    certificate = VENDOR.certificate(licence)
    return install_in_first_writable(certificate, places, VENDOR.keys, PRODUCT, NOW, patience=0).place.parent.name


def refusal(licence: Licence, places: list[Path]) -> ErrorCode:
    before = [place.read_bytes() if place.exists() else None for place in places]
    with pytest.raises(RenewalError) as refused:
        put(licence, places)
    assert [place.read_bytes() if place.exists() else None for place in places] == before
    return refused.value.code


def test_a_fallback_that_holds_another_customers_licence_is_left_and_passed_over(tmp_path: Path) -> None:
    places = places_of(tmp_path, LICENCE, THEIRS, None)
    close(places[0])
    assert put(licence_with(seq=8), places) == "2"
    assert parse_certificate(places[1].read_bytes(), VENDOR.keys) == THEIRS


def test_another_customers_licence_is_not_left_where_it_would_never_be_used(tmp_path: Path) -> None:
    places = places_of(tmp_path, LICENCE, None, None)
    close(places[0])
    assert refusal(THEIRS, places) is ErrorCode.LICENCE_OTHER_CUSTOMER


def test_the_hosts_own_empty_place_may_be_given_to_any_customer(tmp_path: Path) -> None:
    places = places_of(tmp_path, None, THEIRS)
    assert put(LICENCE, places) == "0"
    assert number_of_chosen(places) == "0"


def number_of_chosen(places: list[Path]) -> str:
    return number_of(choose(places, VENDOR.keys, PRODUCT, NOW))


def test_older_than_what_lies_in_another_place_is_refused(tmp_path: Path) -> None:
    places = places_of(tmp_path, LICENCE, None, licence_with(seq=9))
    assert refusal(licence_with(seq=8, valid_until=NEXT_YEAR), places) is ErrorCode.LICENCE_OLDER


# The agent and eSklep


def test_the_agent_goes_by_the_own_file_and_names_the_others(hosts: Hosts, vendor: Vendor, tmp_path: Path) -> None:
    machine = tmp_path / "machine.lic"
    machine.write_bytes(vendor.certificate(THEIRS))
    agent = hosts.greeted(other_places=(str(machine),))
    assert agent.call(Method.ESHOP_STORED, protocol.Nothing()).notes == protocol.LicenceNotes(foreign=(str(machine),))
    with pytest.raises(RefusedError) as refused:
        agent.call(Method.LICENCE_IMPORT, protocol.ImportParams(path=str(machine)))
    assert refused.value.data.code == ErrorCode.LICENCE_OTHER_CUSTOMER.value


def test_the_agent_says_that_the_own_file_is_broken_and_anothers_place_is_used(
    hosts: Hosts, tmp_path: Path, vendor: Vendor
) -> None:
    machine = tmp_path / "machine.lic"
    machine.write_bytes(vendor.certificate())
    hosts.licence.write_bytes(b"junk")
    notes = hosts.greeted(other_places=(str(machine),)).call(Method.ESHOP_STORED, protocol.Nothing()).notes
    assert notes == protocol.LicenceNotes(own_code="R2-L03")


def test_esklep_says_which_files_it_does_not_use(qtbot: QtBot, agent: Callable[..., Agent]) -> None:
    notes = {"foreign": ["C:\\ProgramData\\R2 Renewal\\R2.lic"], "own_code": "R2-L03"}
    made = agent(eshop__stored=[{"result": {"notes": notes}}])
    window = EshopWindow(made.link, LINKS, today_in_warsaw)
    qtbot.addWidget(window)
    window.show()
    qtbot.waitUntil(window._licence_line.isVisible)
    own, foreign = window._licence_line.text().splitlines()
    assert own.startswith("Plik licencji jest uszkodzony.")
    assert foreign.endswith("R2.lic")
    assert made.asked("licence.refresh") == []
