"""From a path to a verdict: what a host learns at its start."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from r2_renewal.domain.errors import ErrorCode, RenewalError
from r2_renewal.domain.licence import VerdictKind
from r2_renewal.licensing.issue import licence_payload
from r2_renewal.licensing.reader import load_verdict, parse_certificate
from tests.licence_files import LAST_DAY, LICENCE, NOW, PRODUCT, PROGRAM, Vendor, licence_with

VENDOR = Vendor()


def test_what_the_shop_signs_is_what_the_host_reads() -> None:
    assert parse_certificate(VENDOR.certificate(), VENDOR.keys) == LICENCE


def test_several_programs_travel_in_one_file() -> None:
    other = PROGRAM._replace(licence_id="lic-2", program_id="prog-2", product="r2faktury", name="R2faktury", seq=1)
    licence = LICENCE._replace(programs=(PROGRAM, other))
    assert parse_certificate(VENDOR.certificate(licence), VENDOR.keys).programs == (PROGRAM, other)


def test_any_object_with_a_name_and_bytes_serves_as_a_trusted_key() -> None:
    key = SimpleNamespace(id="duck", ed25519=VENDOR.keys[0].ed25519)
    assert parse_certificate(VENDOR.certificate(), [key]) == LICENCE


def test_several_trusted_keys_allow_rotation() -> None:
    old, new = Vendor(name="2025"), Vendor(name="2026")
    for vendor in (old, new):
        assert parse_certificate(vendor.certificate(), old.keys + new.keys) == LICENCE


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({}, VerdictKind.EXPIRING),
        ({"valid_until": LAST_DAY + timedelta(days=1)}, VerdictKind.VALID),
        ({"valid_until": date(2026, 11, 22)}, VerdictKind.EXPIRING),
        ({"valid_until": date(2026, 11, 21)}, VerdictKind.EXPIRED),
        ({"issued": NOW + timedelta(hours=1)}, VerdictKind.NOT_YET_VALID),
        ({"file_expiry": NOW - timedelta(hours=1)}, VerdictKind.EXPIRING),
        ({"product": "r2faktury"}, VerdictKind.WRONG_PRODUCT),
    ],
)
def test_a_readable_licence_comes_with_its_verdict(
    tmp_path: Path, change: dict[str, object], kind: VerdictKind
) -> None:
    path = tmp_path / "licence.lic"
    licence = licence_with(**change)  # type: ignore[arg-type]
    path.write_bytes(VENDOR.certificate(licence))
    verdict = load_verdict(path, VENDOR.keys, PRODUCT, NOW)
    assert (verdict.kind, verdict.licence) == (kind, licence)


def test_a_key_that_is_not_known_here_is_told_from_a_damaged_file() -> None:
    with pytest.raises(RenewalError) as unknown:
        parse_certificate(VENDOR.certificate(), Vendor().keys)
    assert unknown.value.code is ErrorCode.LICENCE_UNKNOWN_KEY


def test_the_end_of_the_last_day_is_written_in_utc() -> None:
    winter = licence_payload(licence_with(valid_until=date(2026, 12, 22)))
    summer = licence_payload(licence_with(valid_until=date(2026, 6, 30)))
    assert winter["data"]["attributes"]["expiry"] == "2026-12-22T22:59:59.000Z"
    assert summer["data"]["attributes"]["expiry"] == "2026-06-30T21:59:59.000Z"


def test_a_ttl_sets_the_day_of_the_next_fetch_only() -> None:
    licence = parse_certificate(VENDOR.certificate(ttl=timedelta(days=30)), VENDOR.keys)
    assert licence.file_expiry == datetime(2026, 1, 19, 10, 0, tzinfo=UTC)
    assert licence.programs == LICENCE.programs
