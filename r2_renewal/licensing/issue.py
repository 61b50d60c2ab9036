"""The signing side, used by the vendor's shop: payload of the profile ``r2/1``, signature, armour.

Rules: what is written here is what ``reader`` reads, to the byte of the container; a subscription ends at 23:59:59
Europe/Warsaw of its last day, written in UTC; the signer leaves its key's fingerprint in ``meta.key``, so that a reader can
tell a damaged file from one signed with a key that it does not know yet.
"""

from __future__ import annotations

import binascii
import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from r2_renewal.domain.dates import warsaw
from r2_renewal.domain.errors import ErrorCode, RenewalError
from r2_renewal.domain.licence import MAX_CERTIFICATE_BYTES, Licence
from r2_renewal.domain.program import OwnedProgram
from r2_renewal.licensing.armour import wrap
from r2_renewal.licensing.container import PLAIN, SIGNED_PREFIX, fingerprint
from r2_renewal.licensing.profile import LICENCE_TYPE, MAX_TEXT, PROFILE
from r2_renewal.licensing.strict_json import MAX_INTEGER_DIGITS

_END_OF_DAY = time(23, 59, 59)


def generate_private_key() -> bytes:
    """Return a new Ed25519 private key, 32 raw bytes. A secret: keep it where only the signer reads it."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.generate().private_bytes_raw()


def public_key_of(private: bytes) -> bytes:
    """Return the public key, 32 raw bytes, of a private key.

    Raises:
        ValueError: ``private`` is not 32 bytes.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def licence_payload(licence: Licence, ttl: timedelta | None = None) -> dict[str, Any]:
    """Return the payload of a licence, ready to be signed.

    Args:
        licence: what is granted; its first program is the file's own, the others go to ``included``.
        ttl: how long the file may be used before it is fetched again; None takes ``licence.file_expiry``.

    Raises:
        ValueError: the licence has no program.
        RenewalError: LICENCE_TOO_LARGE, where a text or a number is longer than a reader takes.
    """
    if not licence.programs:
        raise ValueError("a licence grants at least one program")
    expiry = licence.file_expiry if ttl is None else licence.issued + ttl
    lifetime = None if expiry is None else int((expiry - licence.issued).total_seconds())
    _refuse_longer_than_read(licence)
    own, *others = (_entry(licence, program) for program in licence.programs)
    return {
        "meta": {"issued": _iso(licence.issued), "expiry": None if expiry is None else _iso(expiry), "ttl": lifetime},
        "data": own,
        "included": others,
    }


def sign_licence(payload: Mapping[str, object], private_key: bytes) -> str:
    """Return the licence file of a payload: armoured, ``base64+ed25519``.

    Raises:
        RenewalError: LICENCE_TOO_LARGE, where the file would be longer than any reader takes.
        ValueError: the key is not 32 bytes, or the payload holds NaN.
        TypeError: the payload holds what JSON cannot.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.from_private_bytes(private_key)
    meta = payload.get("meta")
    hint = {"key": fingerprint(key.public_key().public_bytes_raw())}
    signed = {**payload, "meta": {**meta, **hint}} if isinstance(meta, Mapping) else payload
    enc = _base64(_json(signed))
    container = {"enc": enc, "sig": _base64(key.sign((SIGNED_PREFIX + enc).encode("ascii"))), "alg": PLAIN}
    certificate = wrap(_json(container))
    if len(certificate) > MAX_CERTIFICATE_BYTES:
        raise RenewalError(
            ErrorCode.LICENCE_TOO_LARGE, f"{len(certificate)} bytes, at most {MAX_CERTIFICATE_BYTES} are read"
        )
    return certificate


def end_of_day(day: date) -> datetime:
    """Return 23:59:59 of ``day`` in Warsaw, as a moment in UTC."""
    return datetime.combine(day, _END_OF_DAY, warsaw()).astimezone(UTC)


def _refuse_longer_than_read(licence: Licence) -> None:
    texts = [licence.customer_id, licence.company, licence.nip]
    for program in licence.programs:
        texts += [program.licence_id, program.program_id, program.product, program.name, program.edition]
        if any(len(str(number)) > MAX_INTEGER_DIGITS for number in (program.seq, *program.limits.values())):
            raise RenewalError(ErrorCode.LICENCE_TOO_LARGE, f"a number of more than {MAX_INTEGER_DIGITS} digits")
    if any(len(text) > MAX_TEXT for text in texts):
        raise RenewalError(ErrorCode.LICENCE_TOO_LARGE, f"a text of more than {MAX_TEXT} characters")


def _entry(licence: Licence, program: OwnedProgram) -> dict[str, Any]:
    return {
        "id": program.licence_id,
        "type": LICENCE_TYPE,
        "attributes": {
            "name": program.name,
            "expiry": None if program.valid_until is None else _iso(end_of_day(program.valid_until)),
            "status": "ACTIVE",
            "metadata": _claims(licence, program),
        },
    }


def _claims(licence: Licence, program: OwnedProgram) -> dict[str, Any]:
    return {
        "profile": PROFILE,
        "product": program.product,
        "edition": program.edition,
        "program_id": program.program_id,
        "customer_id": licence.customer_id,
        "nip": licence.nip,
        "company": licence.company,
        "seq": program.seq,
        "limits": dict(program.limits),
        "services": list(program.services),
    }


def _iso(moment: datetime) -> str:
    """Return Keygen's form of a moment, ``2026-12-22T22:59:59.000Z``."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _json(document: Mapping[str, object]) -> bytes:
    return json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def _base64(content: bytes) -> str:
    return binascii.b2a_base64(content, newline=False).decode("ascii")
