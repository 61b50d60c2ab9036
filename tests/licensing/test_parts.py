"""A licence file taken apart and put together: the same licence, and no damage hidden on the way."""

from __future__ import annotations

import json

import pytest

from r2_renewal.domain.errors import ErrorCode, RenewalError
from r2_renewal.licensing.armour import ORDER, unwrap, wrap
from r2_renewal.licensing.issue import licence_payload
from r2_renewal.licensing.parts import Parts, put_together, take_apart
from r2_renewal.licensing.reader import parse_certificate
from tests.licence_files import LICENCE, Vendor, encrypted

VENDOR = Vendor()


def test_the_parts_make_the_same_licence() -> None:
    parts = take_apart(VENDOR.certificate())
    assert json.loads(parts.payload)["data"]["id"] == "lic-1"
    assert parse_certificate(put_together(parts), VENDOR.keys) == LICENCE


def test_a_changed_part_has_no_signature() -> None:
    parts = take_apart(VENDOR.certificate())
    forged = Parts(parts.payload.replace("lic-1", "lic-2"), parts.signature)
    with pytest.raises(RenewalError) as refusal:
        parse_certificate(put_together(forged), VENDOR.keys)
    assert refusal.value.code is ErrorCode.LICENCE_BAD_SIGNATURE


def test_an_encrypted_file_has_no_parts() -> None:
    with pytest.raises(RenewalError) as refusal:
        take_apart(encrypted(licence_payload(LICENCE), VENDOR.private, "KEY"))
    assert refusal.value.code is ErrorCode.LICENCE_KEY_NEEDED


def test_a_payload_that_is_no_text_has_no_parts() -> None:
    container = {"enc": "//8=", "sig": "A" * 86 + "==", "alg": "base64+ed25519"}
    with pytest.raises(RenewalError) as refusal:
        take_apart(wrap(json.dumps(container).encode()))
    assert refusal.value.code is ErrorCode.LICENCE_MALFORMED


def test_an_order_is_told_from_a_broken_licence() -> None:
    order = "Covering words\n" + wrap(b"order", ORDER)
    assert unwrap(order, ORDER) == b"order"
    with pytest.raises(RenewalError) as refusal:
        unwrap(order)
    assert refusal.value.code is ErrorCode.ORDER_FILE_IS_NO_LICENCE
