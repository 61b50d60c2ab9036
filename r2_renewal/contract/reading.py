"""Reading JSON into types where there are many threads.

Rule: msgspec learns a type when it first reads one, without a lock, and what it knows so far lies open meanwhile: a second thread
that reads the type then, or one that has it within, ends the whole process with a segmentation fault (msgspec 0.22, also with the
global interpreter lock). So one thread at a time makes the decoder of a type, and it is kept.
"""

from __future__ import annotations

import threading
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")

_learning = threading.Lock()
_decoders: dict[Any, msgspec.json.Decoder[Any]] = {}


def read(content: bytes | str | msgspec.Raw, kind: type[T]) -> T:
    """Return what JSON holds, as a type.

    Raises:
        MsgspecError: it is no JSON, or not of that type.
        UnicodeDecodeError: it is not UTF-8.
        RecursionError: it is nested too deep.
    """
    found: T = _decoder(kind).decode(content)
    return found


def typed(values: Any, kind: type[T]) -> T:
    """Return plain values as a type.

    Raises:
        ValidationError: they are not of that type.
    """
    _decoder(kind)
    return msgspec.convert(values, kind)


def _decoder(kind: Any) -> msgspec.json.Decoder[Any]:
    known = _decoders.get(kind)
    if known is not None:
        return known
    with _learning:
        return _decoders.setdefault(kind, msgspec.json.Decoder(kind))
