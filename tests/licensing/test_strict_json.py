"""JSON with one reading only: what the standard parser would let through, and what would hurt it."""

from __future__ import annotations

import contextlib
import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r2_renewal.domain.errors import ErrorCode, RenewalError
from r2_renewal.licensing.strict_json import MAX_DEPTH, parse_object

JSON_VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**17), 10**17) | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)  # fmt: skip


@pytest.mark.parametrize(
    "content",
    [
        b"", b" ", b"null", b"1", b'"text"', b"[]", b"{", b"}", b"{}{}", b"{} x", b"{'a':1}", b'{"a":1,}', b'{"a" 1}',
        b'{"a":1,"a":1}', b'{"a":{"b":1,"b":2}}', b'{"a":1,"\\u0061":2}',
        b'{"a":NaN}', b'{"a":Infinity}', b'{"a":-Infinity}', b'{"a":1e999}', b'{"a":-1e999}',
        b'{"a":1234567890123456789}', b'{"a":' + b"9" * 100_000 + b"}", b'{"a":01}', b'{"a":.5}', b'{"a":+1}',
        b'{"a":"\n"}', b'{"a":"\x00"}', b'{"a":"\\x"}', b'{"a":"', b"\xff{}", b'{"a":"\xed\xa0\x80"}', b"\xef\xbb\xbf{}",
    ],
)  # fmt: skip
def test_what_can_be_read_two_ways_is_not_read(content: bytes) -> None:
    with pytest.raises(RenewalError) as refusal:
        parse_object(content)
    assert refusal.value.code is ErrorCode.LICENCE_MALFORMED


@pytest.mark.parametrize("opening", [b'{"a":', b"["])
def test_depth_is_capped_before_the_parser_recurses(opening: bytes) -> None:
    started = time.perf_counter()
    with pytest.raises(RenewalError, match="deeper"):
        parse_object(b'{"b":' + opening * 10_000)
    assert time.perf_counter() - started < 10


def test_the_deepest_allowed_document_is_read_and_one_more_level_is_not() -> None:
    def nested(levels: int) -> bytes:
        return b'{"a":' * levels + b"1" + b"}" * levels

    assert parse_object(nested(MAX_DEPTH))
    with pytest.raises(RenewalError, match="deeper"):
        parse_object(nested(MAX_DEPTH + 1))


def test_brackets_within_texts_are_not_depth() -> None:
    document = {"a": "[" * 500, "b": '\\"{{' * 100, "c": "\\"}
    assert parse_object(json.dumps(document).encode()) == document


def test_a_text_that_never_ends_cannot_stall_the_depth_check() -> None:
    started = time.perf_counter()
    for tail in (b'"' + b"\\" * 60_000, b'"' * 60_000, b'"' + b"a" * 60_000, b'\\"' * 30_000):
        with pytest.raises(RenewalError):
            parse_object(b"{" * 33 + tail)
        with pytest.raises(RenewalError):
            parse_object(b"[]" * 33 + tail)
    assert time.perf_counter() - started < 20  # minutes, were it quadratic


@given(st.dictionaries(st.text(), JSON_VALUES, max_size=5))
def test_every_plain_document_is_read_as_written(document: dict[str, Any]) -> None:
    assert parse_object(json.dumps(document).encode()) == document


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    with contextlib.suppress(RenewalError):
        assert isinstance(parse_object(content), dict)
