"""Every bound of a reader is a bound of its writer: licence files, their texts, drafts, notes."""

from __future__ import annotations

import contextlib
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from r2_renewal.agent.transport import LICENCE_CAP
from r2_renewal.contract.structs import Certificate
from r2_renewal.domain.draft import Draft, DraftItem
from r2_renewal.domain.errors import ErrorCode, RenewalError
from r2_renewal.domain.licence import MAX_CERTIFICATE_BYTES, Licence
from r2_renewal.domain.order import Orderer
from r2_renewal.domain.order_fields import Step
from r2_renewal.licensing.profile import MAX_TEXT
from r2_renewal.licensing.reader import parse_certificate, read_certificate
from r2_renewal.store.drafts import Drafts
from r2_renewal.ui.error_texts import sentence
from tests.licence_files import LICENCE, PROGRAM, Vendor

VENDOR = Vendor()


def licence_for(programs: int) -> Licence:
    """Return a licence for so many programs."""
    owned = (PROGRAM._replace(licence_id=f"lic-{number}", program_id=f"prog-{number}") for number in range(programs))
    return LICENCE._replace(programs=tuple(owned))


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 120) | st.sampled_from([79, 80, 81, 1000]))
def test_what_is_signed_is_read(programs: int) -> None:
    licence = licence_for(programs)
    certificate = b""
    with contextlib.suppress(RenewalError):
        certificate = VENDOR.certificate(licence)
    if programs <= 60 or certificate:
        assert 0 < len(certificate) <= MAX_CERTIFICATE_BYTES
        assert len(parse_certificate(certificate, VENDOR.keys).programs) == programs


@pytest.mark.parametrize("programs", [200, 1000])
def test_more_than_fits_is_refused_by_the_signer(programs: int) -> None:
    with pytest.raises(RenewalError) as refusal:
        VENDOR.certificate(licence_for(programs))
    assert refusal.value.code is ErrorCode.LICENCE_TOO_LARGE
    assert "po jednym na program" in sentence(ErrorCode.LICENCE_TOO_LARGE)


def test_the_largest_that_is_signed_is_read_from_a_file(tmp_path: Path) -> None:
    signed = b""
    for programs in range(60, 200):
        try:
            signed = VENDOR.certificate(licence_for(programs))
        except RenewalError:
            break
    path = tmp_path / "R2.lic"
    path.write_bytes(signed)
    assert len(signed) > MAX_CERTIFICATE_BYTES * 0.9
    assert len(parse_certificate(read_certificate(path), VENDOR.keys).programs) > 60


@pytest.mark.parametrize("field", ["company", "customer_id"])
def test_a_text_longer_than_is_read_is_not_signed(field: str) -> None:
    longest = LICENCE._replace(**{field: "ż" * MAX_TEXT})
    assert getattr(parse_certificate(VENDOR.certificate(longest), VENDOR.keys), field) == "ż" * MAX_TEXT
    with pytest.raises(RenewalError) as refusal:
        VENDOR.certificate(LICENCE._replace(**{field: "ż" * (MAX_TEXT + 1)}))
    assert refusal.value.code is ErrorCode.LICENCE_TOO_LARGE


def test_a_number_longer_than_is_read_is_not_signed() -> None:
    for changed in (PROGRAM._replace(seq=10**18), PROGRAM._replace(limits={"employees": 10**18})):
        with pytest.raises(RenewalError) as refusal:
            VENDOR.certificate(LICENCE._replace(programs=(changed,)))
        assert refusal.value.code is ErrorCode.LICENCE_TOO_LARGE


def test_file_upload_and_download_have_the_same_bound() -> None:
    assert LICENCE_CAP == MAX_CERTIFICATE_BYTES
    assert msgspec.json.schema(Certificate)["maxLength"] == MAX_CERTIFICATE_BYTES


def test_a_draft_of_a_thousand_programs_is_kept(tmp_path: Path) -> None:
    items = tuple(DraftItem(f"L-{'0' * 56}{number:06}", f"r2platnik-{number}") for number in range(1000))
    body = msgspec.json.encode(Draft(None, "", "", Orderer(), Step.SERVICE, items))
    drafts = Drafts(tmp_path)
    drafts.save("cust-1", "\n".join(item.licence_id for item in items), body)
    stored = drafts.load("cust-1", items[-1].licence_id)
    assert stored is not None
    assert stored.body == body
