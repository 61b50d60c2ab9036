"""A licence file taken apart into what was signed and the signature, and put together again.

Rule: nothing is lost and nothing verified on the way: what is put together is the same licence under the same signature. The
parts are shorter than the file by two layers of base64 and can be compressed, which matters where they must fit into a QR code.
"""

from __future__ import annotations

import binascii
import json
from typing import NamedTuple

from r2_renewal.domain.errors import ErrorCode, RenewalError
from r2_renewal.licensing.armour import malformed, strict_base64, wrap
from r2_renewal.licensing.container import PLAIN, open_container


class Parts(NamedTuple):
    """The parts of a ``base64+ed25519`` file.

    Attributes:
        payload: the signed JSON, to the byte.
        signature: base64 of the 64 bytes.
    """

    payload: str
    signature: str


def take_apart(certificate: bytes | str) -> Parts:
    """Return the parts of a licence file.

    Raises:
        RenewalError: LICENCE_MALFORMED or LICENCE_BAD_SIGNATURE for what is no licence file; LICENCE_KEY_NEEDED for an
            encrypted one.
    """
    container = open_container(certificate)
    if container.alg != PLAIN:
        raise RenewalError(ErrorCode.LICENCE_KEY_NEEDED, "the file is encrypted")
    try:
        return Parts(strict_base64(container.enc).decode("utf-8"), _base64(container.sig))
    except UnicodeDecodeError as error:
        raise malformed("the payload is not UTF-8") from error


def put_together(parts: Parts) -> str:
    """Return the licence file of these parts, in clean armour; whether the signature holds is the reader's to say."""
    container = {"enc": _base64(parts.payload.encode("utf-8")), "sig": parts.signature, "alg": PLAIN}
    return wrap(json.dumps(container, separators=(",", ":")).encode("ascii"))


def _base64(content: bytes) -> str:
    return binascii.b2a_base64(content, newline=False).decode("ascii")
