"""An order prepared on a PC without Internet, to be carried to the shop's page as a file or as a QR code.

It says what the customer wants and who they are; it orders nothing. Price and consent need numbers that only the shop has, so
both are shown and confirmed on the shop's page, where „Zamówienie z obowiązkiem zapłaty" is clicked.

Rules: the key is made once, when the order is prepared, so the file is at most one order however often it is taken to the shop;
what was bought by another route since, by the form or by another file, is not bought once more (``runs_until``); the licence
inside proves whose it is (its signature is verified by whoever reads this); the digest tells a damaged file, it is no signature:
whoever holds the licence may prepare any order with it. An order has exactly one encoding, and every size is bounded before it is
read.
"""

from __future__ import annotations

import base64
import hashlib
import zlib
from datetime import date, datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from r2_renewal.contract.reading import read
from r2_renewal.contract.structs import MOST_LINES, Amount, Body, Identifier
from r2_renewal.domain.errors import ErrorCode, RenewalError

PROFILE = "r2-order/1"
# Bytes of a packed order; of its JSON; letters of a code of it (base32); of a text with it, in armour under its covering words.
# What is written is held to the bounds that the readers have.
LONGEST_FILE = 65536
LONGEST_JSON = 131072
LONGEST_LETTERS = -(-LONGEST_FILE * 8 // 5)
LONGEST_TEXT = 2 * LONGEST_FILE
LONGEST_FIELD = 254
_DIGEST_BYTES = 32

Key = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{43}$")]
Short = Annotated[str, Meta(max_length=LONGEST_FIELD)]


class PreparedItem(Body, frozen=True, kw_only=True, omit_defaults=True):
    """What is wanted for one program.

    Attributes:
        licence_id: its licence.
        kind: ``subscription`` or ``extension``; empty where that is chosen on the shop's page.
        offer_id: the offer, where the PC knew one; empty where that is chosen on the shop's page.
        runs_until: the last day of its subscription as the PC knew it: renewed since, this is a purchase made already.
    """

    licence_id: Identifier
    kind: Annotated[str, Meta(pattern=r"^(subscription|extension)?$")] = ""
    offer_id: Annotated[str, Meta(max_length=64)] = ""
    runs_until: date | None = None


class PreparedOrderer(Body, frozen=True, kw_only=True, omit_defaults=True):
    """The ordering person as far as it was typed; what is missing is asked for on the shop's page."""

    first_name: Short = ""
    last_name: Short = ""
    phone: Short = ""
    email: Short = ""


class ShownPrice(Body, frozen=True, kw_only=True):
    """The price that the PC showed. Attributes: gross: what it came to; told_on: the day on which the shop had told it."""

    gross: Amount
    told_on: date


class PreparedOrder(Body, frozen=True, kw_only=True, omit_defaults=True):
    """A prepared order.

    Attributes:
        profile: ``r2-order/1``.
        key: the order's idempotency key.
        created_at: when it was prepared, by the PC's clock.
        app_version: version of the program that prepared it.
        licence: the signed payload of the licence file.
        signature: its signature, base64.
        items: what is wanted, each of another program.
        invoice_email: „e-mail do faktury" as typed; may be empty.
        orderer: the ordering person as typed.
        shown: the price shown; None where the PC knew none.
    """

    profile: str
    key: Key
    created_at: datetime
    app_version: Annotated[str, Meta(max_length=40)]
    licence: Annotated[str, Meta(min_length=1, max_length=LONGEST_FILE)]
    signature: Annotated[str, Meta(min_length=1, max_length=100)]
    items: Annotated[tuple[PreparedItem, ...], Meta(min_length=1, max_length=MOST_LINES)]
    invoice_email: Short = ""
    orderer: PreparedOrderer = PreparedOrderer()
    shown: ShownPrice | None = None


def pack(order: PreparedOrder) -> bytes:
    """Return the order's bytes: digest, then compressed JSON.

    Raises:
        RenewalError: ORDER_FILE_TOO_LARGE, where ``unpack`` would not take them.
    """
    content = msgspec.json.encode(order)
    compressed = zlib.compress(content, 9)
    packed = hashlib.sha256(compressed).digest() + compressed
    if len(content) > LONGEST_JSON or len(packed) > LONGEST_FILE:
        raise RenewalError(ErrorCode.ORDER_FILE_TOO_LARGE, f"{len(packed)} bytes")
    return packed


def unpack(packed: bytes) -> PreparedOrder:
    """Return the order inside.

    Raises:
        RenewalError: ORDER_FILE_MALFORMED, where it is none, was damaged or altered; ORDER_FILE_NEWER, where it is of a
            profile that this version does not know.
    """
    if len(packed) > LONGEST_FILE:
        raise _malformed("too long")
    digest, compressed = packed[:_DIGEST_BYTES], packed[_DIGEST_BYTES:]
    if hashlib.sha256(compressed).digest() != digest:
        raise _malformed("the digest does not match")
    return _decode(_inflate(compressed))


def to_letters(order: PreparedOrder) -> str:
    """Return the order in the letters and digits that a QR code holds most densely (base32 without padding)."""
    return base64.b32encode(pack(order)).decode("ascii").rstrip("=")


def from_letters(text: str) -> PreparedOrder:
    """Return the order of such letters, also as they were copied: with the link before them, broken into lines, in small letters.

    Raises:
        RenewalError: as ``unpack``.
    """
    letters = "".join(text.rpartition("#")[2].split()).upper()
    if len(letters) > LONGEST_LETTERS:
        raise _malformed("too long")
    try:
        return unpack(base64.b32decode(letters + "=" * (-len(letters) % 8)))
    except ValueError as error:
        raise _malformed("not base32") from error


def _inflate(compressed: bytes) -> bytes:
    inflater = zlib.decompressobj()
    try:
        content = inflater.decompress(compressed, LONGEST_JSON)
    except zlib.error as error:
        raise _malformed("cannot be inflated") from error
    if not inflater.eof or inflater.unused_data:
        raise _malformed("cut, too long, or with something after its end")
    return content


def _decode(content: bytes) -> PreparedOrder:
    try:
        profile = read(content, _Profile).profile
        if profile != PROFILE:
            raise RenewalError(ErrorCode.ORDER_FILE_NEWER, "another profile")
        order = read(content, PreparedOrder)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise _malformed("not a prepared order") from error
    # Unknown fields, a field twice, other spacing: what two readers could understand differently is refused.
    if msgspec.json.encode(order) != content or len({item.licence_id for item in order.items}) < len(order.items):
        raise _malformed("not in its one form")
    return order


class _Profile(Body, frozen=True, kw_only=True):
    profile: str


def _malformed(detail: str) -> RenewalError:
    return RenewalError(ErrorCode.ORDER_FILE_MALFORMED, detail)
