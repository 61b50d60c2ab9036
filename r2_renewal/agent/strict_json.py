"""JSON of the shop, read strictly: what two readers could understand differently is not the shop's.

Rules: UTF-8; no duplicate keys, no NaN or Infinity, no number longer than a sane one, no nesting beyond 32; only then the typed
decoding, which ignores unknown fields.
"""

from __future__ import annotations

import json
from typing import Any, NoReturn, TypeVar

import msgspec

from r2_renewal.contract.reading import read
from r2_renewal.domain.errors import ErrorCode, RenewalError

LONGEST_NUMBER = 30
DEEPEST = 32

T = TypeVar("T")


def decode(raw: bytes, kind: type[T]) -> T:
    """Return the struct that the bytes hold.

    Raises:
        RenewalError: NOT_THE_SHOP, where they are not strict JSON of that struct.
    """
    check(raw)
    try:
        return read(raw, kind)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise RenewalError(ErrorCode.NOT_THE_SHOP, f"not a {kind.__name__}") from error


def check(raw: bytes) -> None:
    """Judge the bytes as strict JSON.

    Raises:
        RenewalError: NOT_THE_SHOP.
    """
    try:
        document = json.loads(
            raw.decode(),
            object_pairs_hook=_unique,
            parse_constant=_refuse,
            parse_int=_short_number,
            parse_float=_short_number,
        )
    except (ValueError, RecursionError) as error:
        raise RenewalError(ErrorCode.NOT_THE_SHOP, f"not strict JSON: {type(error).__name__}") from error
    if _depth(document) > DEEPEST:
        raise RenewalError(ErrorCode.NOT_THE_SHOP, "JSON nested too deep")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError("a key twice")
    return fields


def _refuse(_name: str) -> NoReturn:
    raise ValueError("not a number")


def _short_number(text: str) -> None:
    """Judge the length only: the value is read by the typed decoder."""
    if len(text) > LONGEST_NUMBER:
        raise ValueError("a number too long")


def _depth(document: object) -> int:
    depth, level = 0, [document]
    while level:
        depth += 1
        level = [child for node in level for child in _children(node)]
    return depth


def _children(node: object) -> list[object]:
    if isinstance(node, dict):
        return list(node.values())
    return node if isinstance(node, list) else []
