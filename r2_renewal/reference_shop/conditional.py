"""Answers with an entity tag: what the caller already has is not sent again (RFC 9110, 8.8.3 and 13.1.2)."""

from __future__ import annotations

import hashlib
from typing import TypeVar, cast

import msgspec
from litestar import Response
from litestar.status_codes import HTTP_200_OK, HTTP_304_NOT_MODIFIED

T = TypeVar("T")


def tagged(condition: str | None, content: T, media_type: str, *, tag: str = "") -> Response[T]:
    """Answer with the content and its tag, or with 304 where the caller's ``If-None-Match`` names that tag.

    Args:
        condition: the request's ``If-None-Match``.
        content: a struct, sent as JSON, or a text, sent as it is.
        media_type: the answer's media type.
        tag: the tag, where it stands for more than the content; empty for the content's own.
    """
    raw = _raw(content)
    tag = tag or _tag(raw)
    unchanged = _names(condition or "", tag)
    return Response(
        cast("T", b"" if unchanged else raw),
        status_code=HTTP_304_NOT_MODIFIED if unchanged else HTTP_200_OK,
        media_type=media_type,
        headers={"ETag": tag},
    )


def is_current(condition: str, tag: str) -> bool:
    """Whether an ``If-Match`` names a tag (RFC 9110, 13.1.1: a weak tag never matches)."""
    named = {part.strip() for part in condition.split(",")}
    return tag in named or "*" in named


def tag_of(content: object) -> str:
    """Return the tag of the content."""
    return _tag(_raw(content))


def _raw(content: object) -> bytes:
    return content.encode() if isinstance(content, str) else msgspec.json.encode(content)


def _tag(raw: bytes) -> str:
    return f'"{hashlib.sha256(raw).hexdigest()[:32]}"'


def _names(condition: str, tag: str) -> bool:
    named = {part.strip().removeprefix("W/") for part in condition.split(",")}
    return tag in named or "*" in named
