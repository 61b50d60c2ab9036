"""A prepared order's one encoding: what went in comes out, anything else is refused, and no size hurts the reader."""

from __future__ import annotations

import hashlib
import zlib
from datetime import date
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from r2_renewal.contract.prepared_order import (
    LONGEST_FILE,
    LONGEST_JSON,
    PROFILE,
    PreparedItem,
    PreparedOrder,
    PreparedOrderer,
    ShownPrice,
    from_letters,
    pack,
    to_letters,
    unpack,
)
from r2_renewal.contract.structs import Amount
from r2_renewal.domain.errors import ErrorCode, RenewalError
from tests.licence_files import NOW

ORDER = PreparedOrder(
    profile=PROFILE,
    key="k" * 43,
    created_at=NOW,
    app_version="1.2.3",
    licence='{"meta":{}}',
    signature="c2ln",
    items=(PreparedItem(licence_id="L-1", kind="subscription"),),
    orderer=PreparedOrderer(first_name="Łucja"),
    shown=ShownPrice(gross=Amount(amount="560.14"), told_on=date(2026, 11, 1)),
)


def packed(content: bytes) -> bytes:
    """Return any content as an order's bytes, its digest right."""
    return digested(zlib.compress(content))


def digested(compressed: bytes) -> bytes:
    """Return compressed content with its digest before it."""
    return hashlib.sha256(compressed).digest() + compressed


def refused(content: bytes) -> RenewalError:
    """Return why the bytes are refused."""
    with pytest.raises(RenewalError) as refusal:
        unpack(content)
    return refusal.value


def json_of(**changes: Any) -> bytes:
    """Return the order's JSON with other fields."""
    return msgspec.json.encode({**msgspec.to_builtins(ORDER), **changes})


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


@given(email=texts, name=texts, kind=st.sampled_from(["", "subscription", "extension"]), offer=texts)
def test_what_goes_in_comes_out(email: str, name: str, kind: str, offer: str) -> None:
    item = PreparedItem(licence_id="L-1", kind=kind, offer_id=offer)
    order = replace(ORDER, invoice_email=email, orderer=PreparedOrderer(last_name=name), items=(item,))
    assert unpack(pack(order)) == order


@given(at=st.integers(0, len(pack(ORDER)) - 1), bit=st.integers(0, 7))
def test_a_changed_bit_is_noticed(at: int, bit: int) -> None:
    altered = bytearray(pack(ORDER))
    altered[at] ^= 1 << bit
    assert refused(bytes(altered)).code is ErrorCode.ORDER_FILE_MALFORMED


@pytest.mark.parametrize("length", range(0, len(pack(ORDER)), 7))
def test_a_cut_file_is_noticed(length: int) -> None:
    assert refused(pack(ORDER)[:length]).code is ErrorCode.ORDER_FILE_MALFORMED


def test_letters_are_read_as_they_were_copied() -> None:
    letters = to_letters(ORDER)
    assert letters.isalnum()
    for copied in (
        letters,
        f"https://sklep.example.pl/p#{letters}",
        f" {letters[:50]}\r\n{letters[50:]}\n",
        letters.lower(),
    ):
        assert from_letters(copied) == ORDER


@pytest.mark.parametrize("text", ["", "#", "ą", "1", "A" * (LONGEST_FILE + 1), to_letters(ORDER)[:-9]])
def test_letters_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(RenewalError) as refusal:
        from_letters(text)
    assert refusal.value.code is ErrorCode.ORDER_FILE_MALFORMED


def test_something_after_the_end_is_noticed() -> None:
    assert refused(pack(ORDER) + b"x").code is ErrorCode.ORDER_FILE_MALFORMED
    assert "after its end" in refused(digested(pack(ORDER)[32:] + b"x")).detail


def test_what_cannot_be_inflated_is_noticed() -> None:
    assert refused(digested(b"not deflated")).detail == "cannot be inflated"


@given(st.binary(max_size=200))
def test_no_bytes_make_the_reader_fail_otherwise(content: bytes) -> None:
    assert refused(content).code is ErrorCode.ORDER_FILE_MALFORMED
    assert refused(packed(content)).code is ErrorCode.ORDER_FILE_MALFORMED


def test_a_bomb_is_stopped_at_the_cap() -> None:
    bomb = zlib.compress(b"[" * (LONGEST_JSON * 400), 9)
    assert len(bomb) < LONGEST_FILE
    assert "too long" in refused(digested(bomb)).detail
    assert refused(bytes(LONGEST_FILE + 1)).detail == "too long"


@pytest.mark.parametrize(
    "content",
    [
        json_of(later=1),
        json_of().replace(b'"key":', b'"key":"' + b"j" * 43 + b'","key":'),
        json_of() + b" ",
        json_of().replace(b":", b": ", 1),
        json_of(key="short"),
        json_of(items=[]),
        json_of(items=[{"licence_id": "L-1"}] * 2),
        json_of(items=[{"licence_id": f"L-{number}"} for number in range(51)]),
        json_of(items=[{"licence_id": "L-1", "kind": "gift"}]),
        json_of(invoice_email="a" * 255),
        json_of(created_at="soon"),
        b"[]",
        b'{"profile":"r2-order/1"}',
        b'{"profile":' + b"[" * 5000,
        b"\xff",
    ],
)
def test_anything_but_its_one_form_is_refused(content: bytes) -> None:
    assert refused(packed(content)).code is ErrorCode.ORDER_FILE_MALFORMED


def test_a_later_profile_is_told_from_a_damaged_file() -> None:
    assert refused(packed(json_of(profile="r2-order/2"))).code is ErrorCode.ORDER_FILE_NEWER
