"""Metadata as a Keygen server spells it: the topmost keys in lowerCamelCase, those below as they were stored."""

from __future__ import annotations

import copy
import itertools
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r2_renewal.cli import main
from r2_renewal.domain.errors import ErrorCode, RenewalError
from r2_renewal.domain.licence import Licence
from r2_renewal.licensing.issue import licence_payload
from r2_renewal.licensing.profile import licence_of
from tests.licence_files import LICENCE, PRODUCT, PROGRAM, Vendor

VENDOR = Vendor()
SECOND = PROGRAM._replace(licence_id="lic-2", product="r2faktury", limits={"employees": 3})
BOTH = LICENCE._replace(programs=(PROGRAM, SECOND))
SPELLINGS = {"customer_id": "customerId", "program_id": "programId"}
KEYS = [(entry, ours) for entry in (0, 1) for ours in SPELLINGS]


def keygens(document: dict[str, Any]) -> dict[str, Any]:
    """Return a payload as a Keygen server's serialiser writes it."""
    spelt = copy.deepcopy(document)
    for entry in entries(spelt):
        attributes = entry["attributes"]
        attributes["metadata"] = {camel(key): value for key, value in attributes["metadata"].items()}
    return spelt


def camel(key: str) -> str:
    first, *others = key.split("_")
    return first + "".join(word.capitalize() for word in others)


def entries(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [document["data"], *document["included"]]


def test_both_spellings_are_one_licence() -> None:
    assert licence_of(keygens(licence_payload(BOTH))) == BOTH == licence_of(licence_payload(BOTH))


@given(st.lists(st.sampled_from(["ours", "theirs", "both"]), min_size=4, max_size=4))
def test_any_mixture_is_read(spelt: list[str]) -> None:
    document = licence_payload(BOTH)
    for (entry, ours), how in zip(KEYS, spelt, strict=True):
        metadata = entries(document)[entry]["attributes"]["metadata"]
        if how != "ours":
            metadata[SPELLINGS[ours]] = metadata[ours]
        if how == "theirs":
            del metadata[ours]
    assert licence_of(document) == BOTH


@pytest.mark.parametrize("ours", SPELLINGS)
@pytest.mark.parametrize("other", ["another", "", None, 7, {}])
def test_two_that_differ_are_malformed(ours: str, other: object) -> None:
    document = licence_payload(LICENCE)
    document["data"]["attributes"]["metadata"][SPELLINGS[ours]] = other
    with pytest.raises(RenewalError) as refused:
        licence_of(document)
    assert refused.value.code is ErrorCode.LICENCE_MALFORMED
    assert SPELLINGS[ours] in refused.value.detail
    assert "another" not in refused.value.detail


def test_what_lies_below_keeps_its_spelling() -> None:
    document = licence_payload(LICENCE)
    document["data"]["attributes"]["metadata"]["limits"] = {"employees": 50, "tax_offices": 2, "taxForms": 3}
    (program,) = licence_of(keygens(document)).programs
    assert program.limits == {"employees": 50, "tax_offices": 2, "taxForms": 3}


def test_other_spellings_are_not_guessed() -> None:
    document = licence_payload(LICENCE)
    metadata = document["data"]["attributes"]["metadata"]
    metadata["CustomerId"] = metadata.pop("customer_id")
    with pytest.raises(RenewalError):
        licence_of(document)


def run(
    folder: Path, document: dict[str, Any], capsys: pytest.CaptureFixture[str], *command: str
) -> tuple[int, Any, str]:
    licence, keys = folder / "R2.lic", folder / "keys.json"
    licence.write_bytes(VENDOR.sign(document))
    keys.write_text(json.dumps(VENDOR.keys_document))
    place = ["--licence", str(licence), "--product", PRODUCT] if command == ("status",) else [str(licence)]
    code = main([*command, *place, "--trusted-keys", str(keys), "--json"])
    captured = capsys.readouterr()
    return code, json.loads(captured.out), captured.err


def test_a_keygen_servers_file_has_its_status(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, document, err = run(tmp_path, keygens(licence_payload(BOTH)), capsys, "status")
    assert document["holder"]["customer_id"] == LICENCE.customer_id
    assert [program["program_id"] for program in document["programs"]] == ["prog-1", "prog-1"]
    assert err == ""


@pytest.mark.parametrize("command", [("licence", "verify"), ("licence", "show")])
def test_a_true_signature_over_a_broken_profile_is_told_as_both(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: tuple[str, ...]
) -> None:
    broken = licence_payload(LICENCE)
    broken["data"]["attributes"]["metadata"]["customerId"] = "another"
    code, document, err = run(tmp_path, broken, capsys, *command)
    assert (code, document["verified"], document["key_id"]) == (30, True, "test-1")
    assert (document["profile"], document["profile_state"]) == ("r2/1", "malformed")
    assert document["error"]["code"] == "R2-L03"
    assert "customerId" in document["error"]["detail"]
    assert err.count("\n") == 1
    assert "R2-L03" in err


@pytest.mark.parametrize(("document", "state"), [("ours", "ok"), ("another's", "absent")])
def test_a_whole_profile_and_none_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], document: str, state: str
) -> None:
    payload = keygens(licence_payload(LICENCE))
    if document != "ours":
        payload["data"]["attributes"]["metadata"] = {"customerId": "x"}
    code, told, err = run(tmp_path, payload, capsys, "licence", "verify")
    assert (code, told["verified"], told["profile_state"], err) == (0, True, state, "")
    assert "error" not in told


def test_what_is_no_licence_of_keygens_form_is_verified_and_malformed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, told, _ = run(tmp_path, {"meta": {}, "data": {"id": "x"}}, capsys, "licence", "verify")
    assert (code, told["verified"], told["profile_state"]) == (30, True, "malformed")


def test_a_false_signature_is_not_verified_whatever_the_profile(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    licence, keys = tmp_path / "R2.lic", tmp_path / "keys.json"
    licence.write_bytes(Vendor().sign(licence_payload(LICENCE)))
    keys.write_text(json.dumps(VENDOR.keys_document))
    assert main(["licence", "verify", str(licence), "--trusted-keys", str(keys), "--json"]) == 30
    assert json.loads(capsys.readouterr().out)["verified"] is False


@pytest.mark.parametrize("places", list(itertools.product([True, False], repeat=2)))
def test_an_included_licence_is_the_customers_in_either_spelling(places: tuple[bool, bool]) -> None:
    document = licence_payload(BOTH)
    for is_theirs, entry in zip(places, entries(document), strict=True):
        metadata = entry["attributes"]["metadata"]
        if is_theirs:
            metadata["customerId"] = metadata.pop("customer_id")
    licence: Licence = licence_of(document)
    assert len(licence.programs) == 2
