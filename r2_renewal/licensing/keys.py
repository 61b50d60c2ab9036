"""The vendor's public keys that may sign licences.

Rules: several keys may be trusted at once, so that a vendor can change keys without a day on which a good licence is
refused; a key of small order (RFC 8032, 8.5: anybody could sign for it, and a forgotten row of zeros is one) is refused.
The standard library only: a silent start reads this.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from r2_renewal.domain.errors import ErrorCode, RenewalError
from r2_renewal.licensing.trusted_key import TrustedKey

if TYPE_CHECKING:
    from pathlib import Path

ED25519_KEY_BYTES = 32
MAX_KEYS_FILE_BYTES = 65536

_FIELD_PRIME = 2**255 - 19
# The y coordinates of the eight points of small order on edwards25519; the sign bit does not matter to them.
_SMALL_ORDER_Y = frozenset(
    {
        0,
        1,
        _FIELD_PRIME - 1,
        int.from_bytes(bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"), "little"),
        int.from_bytes(bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little"),
    }
)


def is_usable(public_key: bytes) -> bool:
    """Return whether the bytes are an Ed25519 key that only its owner can sign for: 32 of them, not of small order."""
    if len(public_key) != ED25519_KEY_BYTES:
        return False
    y = int.from_bytes(public_key, "little") & (2**255 - 1)
    return y % _FIELD_PRIME not in _SMALL_ORDER_Y


def parse_trusted_keys(document: object) -> tuple[TrustedKey, ...]:
    """Return the keys of ``{"keys": [{"id": "...", "ed25519": "<64 hex digits>"}]}``.

    Raises:
        RenewalError: TRUSTED_KEYS, where the document is not of that form, holds no key, or holds an unusable one.
    """
    try:
        keys = tuple(TrustedKey(str(entry["id"]), bytes.fromhex(entry["ed25519"])) for entry in document["keys"])  # type: ignore[index]
    except (KeyError, TypeError, ValueError) as error:
        raise RenewalError(ErrorCode.TRUSTED_KEYS, f"not a list of keys: {type(error).__name__}") from error
    if not keys or not all(is_usable(key.ed25519) for key in keys):
        raise RenewalError(
            ErrorCode.TRUSTED_KEYS, "no key, a key that is not 32 bytes, or one that anybody can sign for"
        )
    return keys


def read_trusted_keys(path: Path) -> tuple[TrustedKey, ...]:
    """Return the keys of a JSON file of at most 64 KiB.

    Raises:
        RenewalError: TRUSTED_KEYS, where the file cannot be read or is not of the form.
    """
    from r2_renewal.licensing.files import read_regular_file

    try:
        document = json.loads(read_regular_file(path, MAX_KEYS_FILE_BYTES).decode("utf-8-sig"))
    except (RenewalError, ValueError, RecursionError) as error:
        raise RenewalError(ErrorCode.TRUSTED_KEYS, f"cannot read: {type(error).__name__}") from error
    return parse_trusted_keys(document)
