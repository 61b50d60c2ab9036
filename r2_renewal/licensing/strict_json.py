"""JSON that can only be read one way and cannot hurt its reader.

Rules: objects only, no duplicate key, no NaN or Infinity (not even as 1e999), integers of at most 18 digits, at most 32
levels deep (counted before parsing, so the parser never recurses further). RFC 8259 leaves all of these to the reader;
two readers that choose differently can be shown two different licences under one signature.
"""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn

from r2_renewal.licensing.armour import malformed

MAX_DEPTH = 32
MAX_INTEGER_DIGITS = 18


def parse_object(content: bytes) -> dict[str, Any]:
    """Return the JSON object in UTF-8 ``content``.

    Raises:
        RenewalError: LICENCE_MALFORMED, where it is not one or breaks a rule of this module.
    """
    try:
        text = content.decode("utf-8")
        _refuse_depth(text)
        document = _DECODER.decode(text)
    except (ValueError, RecursionError) as error:
        raise malformed(f"JSON is broken: {type(error).__name__}") from error
    if not isinstance(document, dict):
        raise malformed("JSON is not an object")
    return document


def _refuse_depth(text: str) -> None:
    if text.count("{") + text.count("[") <= MAX_DEPTH:
        return
    import re  # not compiled at the top: a licence for one program is flat enough never to need it

    # The closing quote is optional: a text without end is swallowed once, not tried again from each of its quotes.
    outside_strings = re.sub(r'"(?:[^"\\]|\\.)*+"?', "", text, flags=re.DOTALL)
    depth = 0
    for bracket in re.findall(r"[\[\]{}]", outside_strings):
        depth += 1 if bracket in "[{" else -1
        if depth > MAX_DEPTH:
            raise malformed(f"JSON is deeper than {MAX_DEPTH} levels")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) != len(pairs):
        raise malformed("JSON has a duplicate key")
    return document


def _integer(digits: str) -> int:
    if len(digits.lstrip("-")) > MAX_INTEGER_DIGITS:
        raise malformed("JSON has an overlong integer")
    return int(digits)


def _float(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise malformed("JSON has a number beyond range")
    return number


def _constant(name: str) -> NoReturn:
    raise malformed(f"JSON has {name}")


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_int=_integer, parse_float=_float, parse_constant=_constant)
