"""The record of a trusted key, apart from its rules: a host names its keys before its first paint."""

from __future__ import annotations

from typing import NamedTuple


class TrustedKey(NamedTuple):
    """A vendor's public key that may sign licences.

    Attributes:
        id: name of the key, for rotation and the log.
        ed25519: the raw public key, 32 bytes.
    """

    id: str
    ed25519: bytes
