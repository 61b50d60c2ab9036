"""Reading a form off the wire.

Rules: a form is UTF-8 and ``application/x-www-form-urlencoded``, as every page of the panel declares; files are taken by the one
page that asks for a file (HTML 4.10.21.3); whatever says to be anything else is refused before a byte of it is decoded, since the
sender's own choice of a decoder is a choice of our work; a long form is decoded off the event loop.
"""

from __future__ import annotations

import asyncio
import re
from collections import defaultdict
from email.message import Message
from http import HTTPStatus
from urllib.parse import parse_qsl

from litestar.exceptions import ClientException, HTTPException
from multipart import MultipartError, MultipartSegment, PushMultipartParser  # type: ignore[import-untyped]

from r2_renewal.reference_shop.panel.forms import Form, Upload, Value
from r2_renewal.reference_shop.panel.visit import AnyRequest

URL_ENCODED, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
MOST_FIELDS = 1000
_UTF8 = ("utf-8", "utf8")
# Longer than any browser's; a header's parameters are no cheap thing to take apart.
_LONGEST_TYPE = 200
_MOST_PARTS, _PART_HEADERS = 20, 8
# Decoding as much as this takes about a millisecond.
_SHORT = 16 * 1024
_BOUNDARY = re.compile(r"[A-Za-z0-9'()+_,./:=? -]{0,69}[A-Za-z0-9'()+_,./:=?-]")  # RFC 2046 5.1.1


async def read_form(request: AnyRequest, *, takes_file: bool) -> Form:
    """Return the form of a request.

    Args:
        request: the request.
        takes_file: whether its page asks for a file.

    Raises:
        HTTPException: 415 for another media type, charset or encoding; 400 where it is no such form or brings a file unasked.
    """
    boundary = _checked(request, takes_file=takes_file)
    body = await request.body()
    if len(body) <= _SHORT:
        return Form(_decoded(body, boundary))
    return Form(await asyncio.to_thread(_decoded, body, boundary))


def _checked(request: AnyRequest, *, takes_file: bool) -> str | None:
    """Return the boundary of a form's parts; None for a form without parts."""
    declared = request.headers.getall("content-type", [])
    if not declared and not _has_body(request):
        return None  # nothing was sent, so there is nothing to decode
    encoding = request.headers.get("content-encoding", "identity")
    if len(declared) != 1 or len(declared[0]) > _LONGEST_TYPE or encoding.lower() != "identity":
        raise _unsupported()
    header = Message()
    header["Content-Type"] = declared[0]
    charsets = [value for name, value in header.get_params([]) if name.partition("*")[0].lower() == "charset"]
    if len(charsets) > 1 or not all(isinstance(value, str) and value.strip().lower() in _UTF8 for value in charsets):
        raise _unsupported()
    kind = header.get_content_type()
    if kind == MULTIPART:
        return _boundary(header, takes_file=takes_file)
    # An unreadable type is text/plain to the parser, which is no form either.
    if kind != URL_ENCODED:
        raise _unsupported()
    return None


def _has_body(request: AnyRequest) -> bool:
    return "transfer-encoding" in request.headers or request.headers.get("content-length", "0") != "0"


def _boundary(header: Message, *, takes_file: bool) -> str:
    boundary = header.get_param("boundary", "")
    if not takes_file or not isinstance(boundary, str) or not _BOUNDARY.fullmatch(boundary):
        raise ClientException("no such form")
    return boundary


def _unsupported() -> HTTPException:
    return HTTPException(status_code=HTTPStatus.UNSUPPORTED_MEDIA_TYPE)


def _decoded(body: bytes, boundary: str | None) -> dict[str, list[Value]]:
    fields: defaultdict[str, list[Value]] = defaultdict(list)
    pairs = _pairs(body) if boundary is None else _parts(body, boundary)
    for name, value in pairs:
        fields[name].append(value)
    return dict(fields)


def _pairs(body: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError as error:
        raise ClientException("too many fields") from error


def _parts(body: bytes, boundary: str) -> list[tuple[str, Value]]:
    parts: list[tuple[str, Value]] = []
    options = {"max_segment_count": _MOST_PARTS, "max_header_count": _PART_HEADERS}
    try:
        with PushMultipartParser(boundary, content_length=len(body), **options) as parser:
            segment, content = None, bytearray()
            for found in parser.parse(body):
                if isinstance(found, MultipartSegment):
                    segment, content = _checked_part(found), bytearray()
                elif found:
                    content += found
                elif segment is not None and segment.name is not None:
                    parts.append((segment.name, _value(segment, bytes(content))))
    except MultipartError as error:
        raise ClientException("no such form") from error
    return parts


def _checked_part(segment: MultipartSegment) -> MultipartSegment:
    if segment.charset is not None and segment.charset.strip().lower() not in _UTF8:
        raise _unsupported()
    return segment


def _value(segment: MultipartSegment, content: bytes) -> Value:
    if segment.filename is not None:
        return Upload(segment.filename, content)
    return content.decode("utf-8", "replace")
