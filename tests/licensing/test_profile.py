"""The profile r2/1: each claim as the vendor writes it, and what is said when one is wrong."""

from __future__ import annotations

import copy
from datetime import UTC, date, datetime
from typing import Any

import pytest

from r2_renewal.domain.errors import ErrorCode, RenewalError
from r2_renewal.domain.licence import Licence
from r2_renewal.licensing.issue import licence_payload
from r2_renewal.licensing.profile import licence_of
from tests.licence_files import LICENCE, PROGRAM

PAYLOAD = licence_payload(LICENCE)
ABSENT = object()


def changed(path: str, value: object) -> dict[str, Any]:
    """Return the example payload with another value at a dotted path; ``ABSENT`` removes it."""
    payload = copy.deepcopy(PAYLOAD)
    *parents, last = path.replace("CLAIMS", "data.attributes.metadata").split(".")
    place = payload
    for parent in parents:
        place = place[parent]
    if value is ABSENT:
        del place[last]
    else:
        place[last] = value
    return payload


def read(path: str, value: object) -> Licence:
    return licence_of(changed(path, value))


def code_of(payload: dict[str, Any]) -> ErrorCode:
    with pytest.raises(RenewalError) as refusal:
        licence_of(payload)
    assert "\n" not in refusal.value.detail
    return refusal.value.code


def test_the_example_reads_back() -> None:
    assert licence_of(PAYLOAD) == LICENCE


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("meta", ABSENT), ("meta", []), ("meta.issued", None), ("meta.issued", 1700000000), ("meta.issued", "2026-01-01"),
        ("meta.issued", "2026-01-01T00:00:00"), ("meta.issued", "2026-01-01 00:00:00Z"), ("meta.issued", "20260101T000000Z"),
        ("meta.issued", "2026-W01-1T00:00:00Z"), ("meta.issued", "2026-02-30T00:00:00Z"), ("meta.issued", "2026-01-01T24:01:00Z"),
        ("meta.issued", "２026-01-01T00:00:00Z"), ("meta.expiry", ""), ("meta.expiry", "soon"), ("meta.expiry", False),
        ("data", ABSENT), ("data", []), ("data.type", "machines"), ("data.type", ABSENT), ("data.id", ""), ("data.id", 7),
        ("data.attributes", ABSENT), ("data.attributes.expiry", ABSENT),
        ("data.attributes.name", 5), ("data.attributes.name", " "),
        ("CLAIMS.profile", "r2/2"), ("CLAIMS.profile", None), ("CLAIMS.product", ABSENT), ("CLAIMS.product", ""),
        ("CLAIMS.program_id", None), ("CLAIMS.customer_id", ABSENT), ("CLAIMS.customer_id", {}), ("CLAIMS.company", ABSENT),
        ("CLAIMS.company", "x" * 501), ("CLAIMS.nip", "526283150"), ("CLAIMS.nip", "526-283-15-03"), ("CLAIMS.nip", "٥٢٦٢٨٣١٥٠٣"),
        ("CLAIMS.nip", 5262831503), ("CLAIMS.seq", ABSENT), ("CLAIMS.seq", -1), ("CLAIMS.seq", True), ("CLAIMS.seq", 1.0),
        ("CLAIMS.seq", "7"), ("CLAIMS.limits", []), ("CLAIMS.limits", {"employees": "50"}), ("CLAIMS.limits", {"employees": -1}),
        ("CLAIMS.limits", {"employees": True}), ("CLAIMS.services", "updates"), ("CLAIMS.services", [1]),
        ("CLAIMS.edition", 3), ("included", {}), ("included", "x"),
    ],
)  # fmt: skip
def test_a_claim_that_breaks_the_profile_is_malformed(path: str, value: object) -> None:
    assert code_of(changed(path, value)) is ErrorCode.LICENCE_MALFORMED


@pytest.mark.parametrize("metadata", [ABSENT, None, [], {}, {"foo": "bar"}])
def test_another_vendors_profile_is_another_product(metadata: object) -> None:
    assert code_of(changed("data.attributes.metadata", metadata)) is ErrorCode.LICENCE_WRONG_PRODUCT


@pytest.mark.parametrize(
    "path", ["CLAIMS.edition", "CLAIMS.limits", "CLAIMS.services", "data.attributes.name", "included"]
)
def test_what_may_be_absent_may_be(path: str) -> None:
    assert read(path, ABSENT).customer_id == LICENCE.customer_id
    assert read(path, None).customer_id == LICENCE.customer_id


def test_unknown_claims_are_ignored() -> None:
    assert read("CLAIMS.colour", {"deep": [1]}) == LICENCE


def test_a_limit_of_null_is_no_limit() -> None:
    assert read("CLAIMS.limits", {"employees": 50, "companies": None}).programs[0].limits == {"employees": 50}


def test_the_end_of_the_file_is_not_the_end_of_the_subscription() -> None:
    licence = read("meta.expiry", "2026-01-31T12:00:00.5Z")
    assert licence.file_expiry == datetime(2026, 1, 31, 12, 0, 0, 500_000, tzinfo=UTC)
    assert licence.programs[0].valid_until == date(2026, 12, 22)


def test_a_contradicting_ttl_is_not_believed() -> None:
    """Keygen's own sample licence ends 25 seconds before its file although both were made with one ttl."""
    assert read("meta.ttl", 1) == LICENCE


@pytest.mark.parametrize(
    ("expiry", "last_day"),
    [
        ("2026-12-22T22:59:59.999Z", date(2026, 12, 22)),
        ("2026-12-22T23:00:00Z", date(2026, 12, 23)),
        ("2026-06-30T21:59:59Z", date(2026, 6, 30)),
        ("2026-06-30T22:00:00Z", date(2026, 7, 1)),
        ("2028-02-29T23:59:59+01:00", date(2028, 2, 29)),
        ("9999-12-31T23:59:59Z", date(9999, 12, 31)),
        ("0001-01-01T00:00:00Z", date(1, 1, 1)),
        ("0001-01-01T00:00:00+14:00", date(1, 1, 1)),
    ],
)
def test_the_last_day_is_the_one_in_warsaw(expiry: str, last_day: date) -> None:
    assert read("data.attributes.expiry", expiry).programs[0].valid_until == last_day


@pytest.mark.parametrize(
    ("company", "shown"),
    [
        ("Kowalski\nUsługi", "Kowalski Usługi"),
        ("A\u00a0B", "A\u00a0B"),
        ("\u202eevil", "evil"),
        ("a\x00b", "a b"),
        ("\ud800x", "x"),
        ("„Zażółć” & Synowie – spółka", "„Zażółć” & Synowie – spółka"),
    ],
)
def test_texts_are_fit_to_be_shown(company: str, shown: str) -> None:
    assert read("CLAIMS.company", company).company == shown


def test_included_licences_of_the_customer_count_and_others_do_not() -> None:
    second = PROGRAM._replace(licence_id="lic-2", product="r2faktury")
    payload = licence_payload(LICENCE._replace(programs=(PROGRAM, second)))
    foreign = copy.deepcopy(payload["included"][0])
    foreign["attributes"]["metadata"]["customer_id"] = "someone-else"
    plain = {"id": "x", "type": "licenses", "attributes": {"metadata": {}}}
    payload["included"] += [foreign, plain, {"id": "u", "type": "users"}, "junk", None]
    assert licence_of(payload).programs == (PROGRAM, second)


def test_a_licence_without_a_program_cannot_be_issued() -> None:
    with pytest.raises(ValueError, match="at least one program"):
        licence_payload(LICENCE._replace(programs=()))
