"""Licence files made for tests: a throw-away vendor's key, and licences of one's choice signed with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Any

from r2_renewal.domain.licence import Licence
from r2_renewal.domain.program import OwnedProgram
from r2_renewal.licensing.issue import generate_private_key, licence_payload, public_key_of, sign_licence
from r2_renewal.licensing.trusted_key import TrustedKey

PRODUCT = "r2platnik"
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
LAST_DAY = date(2026, 12, 22)

PROGRAM = OwnedProgram(
    licence_id="lic-1",
    program_id="prog-1",
    product=PRODUCT,
    name="R2płatnik",
    edition="Start",
    valid_until=LAST_DAY,
    seq=7,
    limits={"employees": 50},
    services=("updates", "help", "online_data"),
)
LICENCE = Licence(
    customer_id="cust-1",
    company="Zażółć Gęślą Jaźń sp. z o.o.",
    nip="5262831503",
    issued=datetime(2025, 12, 20, 10, 0, tzinfo=UTC),
    file_expiry=None,
    programs=(PROGRAM,),
)


@dataclass(frozen=True)
class Vendor:
    """A vendor with one signing key.

    Attributes:
        private: the signing key.
        name: the key's name among trusted keys.
    """

    private: bytes = field(default_factory=generate_private_key)
    name: str = "test-1"

    @cached_property
    def keys(self) -> tuple[TrustedKey, ...]:
        """The trusted keys of a host that trusts this vendor."""
        return (TrustedKey(self.name, public_key_of(self.private)),)

    @cached_property
    def keys_document(self) -> dict[str, Any]:
        """The same as the content of a ``--trusted-keys`` file."""
        return {"keys": [{"id": key.id, "ed25519": key.ed25519.hex()} for key in self.keys]}

    def sign(self, payload: dict[str, Any]) -> bytes:
        """Return the licence file of any payload."""
        return sign_licence(payload, self.private).encode("ascii")

    def certificate(self, licence: Licence = LICENCE, ttl: timedelta | None = None) -> bytes:
        """Return the licence file of a licence."""
        return self.sign(licence_payload(licence, ttl))


def licence_with(*, issued: datetime | None = None, file_expiry: datetime | None = None, **program: Any) -> Licence:
    """Return the example licence with other values of its program."""
    return LICENCE._replace(
        issued=issued or LICENCE.issued,
        file_expiry=file_expiry,
        programs=(PROGRAM._replace(**program),),
    )


def encrypted(payload: dict[str, Any], private: bytes, licence_key: str) -> bytes:
    """Return an ``aes-256-gcm+ed25519`` file, as a Keygen server makes them: written here by the format's description."""
    import base64
    import hashlib
    import json
    import os

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    iv = os.urandom(12)
    sealed = AESGCM(hashlib.sha256(licence_key.encode()).digest()).encrypt(iv, json.dumps(payload).encode(), None)
    enc = ".".join(base64.b64encode(part).decode() for part in (sealed[:-16], iv, sealed[-16:]))
    sig = base64.b64encode(Ed25519PrivateKey.from_private_bytes(private).sign(f"license/{enc}".encode())).decode()
    container = json.dumps({"enc": enc, "sig": sig, "alg": "aes-256-gcm+ed25519"}).encode()
    return b"-----BEGIN LICENSE FILE-----\n" + base64.encodebytes(container) + b"-----END LICENSE FILE-----\n"
