"""The container: whose signature counts, what an unsigned ``alg`` may do, and encrypted files."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from r2_renewal.domain.errors import ErrorCode, RenewalError
from r2_renewal.licensing.armour import unwrap, wrap
from r2_renewal.licensing.container import MAX_CERTIFICATE_BYTES, _verifier, verify
from r2_renewal.licensing.issue import licence_payload, sign_licence
from r2_renewal.licensing.keys import parse_trusted_keys, read_trusted_keys
from r2_renewal.licensing.trusted_key import TrustedKey
from tests.licence_files import LICENCE, Vendor, encrypted

VENDOR = Vendor()
PAYLOAD = licence_payload(LICENCE)
LICENCE_KEY = "B10760-1B177D-V3"
SEALED = encrypted(PAYLOAD, VENDOR.private, LICENCE_KEY)


def edited(certificate: bytes, **fields: Any) -> bytes:
    """Return the file with other fields in its container, the signature left as it was."""
    document = json.loads(unwrap(certificate))
    return wrap(json.dumps(document | fields).encode()).encode()


def code_of(
    certificate: bytes, keys: tuple[TrustedKey, ...] = VENDOR.keys, licence_key: str | None = None
) -> ErrorCode:
    with pytest.raises(RenewalError) as refusal:
        verify(certificate, keys, licence_key)
    return refusal.value.code


def enc_of(payload: dict[str, Any]) -> str:
    return base64.b64encode(json.dumps(payload).encode()).decode()


def test_the_signer_is_named() -> None:
    verified = verify(VENDOR.certificate(), Vendor(name="other").keys + VENDOR.keys)
    assert (verified.key_id, verified.alg) == ("test-1", "base64+ed25519")


def test_the_light_way_and_the_public_way_make_the_same_verifier() -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    key = VENDOR.keys[0].ed25519
    assert isinstance(_verifier(key), Ed25519PublicKey)
    assert _verifier(key) == Ed25519PublicKey.from_public_bytes(key)


def test_the_date_in_a_signed_payload_cannot_be_moved() -> None:
    moved = json.loads(json.dumps(PAYLOAD).replace("2026-12-22", "2036-12-22"))
    assert code_of(edited(VENDOR.certificate(), enc=enc_of(moved))) is ErrorCode.LICENCE_BAD_SIGNATURE


def test_a_damaged_file_and_an_unknown_key_are_told_apart_by_the_signers_hint() -> None:
    hinted = json.loads(base64.b64decode(json.loads(unwrap(VENDOR.certificate()))["enc"]))
    damaged = hinted | {"included": [1]}
    assert code_of(edited(VENDOR.certificate(), enc=enc_of(damaged))) is ErrorCode.LICENCE_BAD_SIGNATURE
    assert code_of(VENDOR.certificate(), Vendor().keys) is ErrorCode.LICENCE_UNKNOWN_KEY


@pytest.mark.parametrize("meta", [None, [], {"key": 7}, {"key": None}, {}])
def test_a_forged_hint_only_chooses_the_words_of_the_refusal(meta: object) -> None:
    forged = edited(VENDOR.certificate(), enc=enc_of({**PAYLOAD, "meta": meta}))
    assert code_of(forged) is ErrorCode.LICENCE_BAD_SIGNATURE


@pytest.mark.parametrize(
    "alg",
    [
        "",
        "none",
        "ed25519",
        "base64",
        "base64+ED25519",
        "base64+ed25519 ",
        "base64+rsa-sha256",
        "base64+hmac",
        None,
        1,
        [],
        {},
    ],
)
def test_only_allowed_algorithms_are_read(alg: object) -> None:
    assert code_of(edited(VENDOR.certificate(), alg=alg)) is ErrorCode.LICENCE_MALFORMED


def test_swapping_the_unsigned_alg_gains_nothing() -> None:
    assert (
        code_of(edited(VENDOR.certificate(), alg="aes-256-gcm+ed25519"), licence_key="x") is ErrorCode.LICENCE_MALFORMED
    )
    assert code_of(edited(SEALED, alg="base64+ed25519"), licence_key=LICENCE_KEY) is ErrorCode.LICENCE_MALFORMED


@pytest.mark.parametrize(
    "sig", ["", "AAAA", "!", base64.b64encode(b"x" * 63).decode(), base64.b64encode(b"x" * 65).decode()]
)
def test_what_cannot_be_a_signature_is_a_bad_one(sig: str) -> None:
    assert code_of(edited(VENDOR.certificate(), sig=sig)) is ErrorCode.LICENCE_BAD_SIGNATURE


@pytest.mark.parametrize("fields", [{"enc": None}, {"enc": 1}, {"sig": None}, {"sig": []}, {"enc": "ą"}])
def test_a_container_without_its_parts_is_malformed(fields: dict[str, Any]) -> None:
    assert code_of(edited(VENDOR.certificate(), **fields)) is ErrorCode.LICENCE_MALFORMED


def test_a_duplicate_field_of_the_container_is_malformed() -> None:
    inside = unwrap(VENDOR.certificate()).decode()
    assert code_of(wrap(inside.replace("{", '{"enc":"AAAA",', 1).encode()).encode()) is ErrorCode.LICENCE_MALFORMED


def test_a_signed_payload_with_a_duplicate_field_is_still_malformed() -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    enc = base64.b64encode(b'{"meta":{},"data":{},"data":{}}').decode()
    sig = base64.b64encode(
        Ed25519PrivateKey.from_private_bytes(VENDOR.private).sign(f"license/{enc}".encode())
    ).decode()
    assert code_of(edited(VENDOR.certificate(), enc=enc, sig=sig)) is ErrorCode.LICENCE_MALFORMED


def test_a_signature_over_another_kind_of_file_does_not_count() -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    enc = json.loads(unwrap(VENDOR.certificate()))["enc"]
    machine = base64.b64encode(
        Ed25519PrivateKey.from_private_bytes(VENDOR.private).sign(f"machine/{enc}".encode())
    ).decode()
    assert code_of(edited(VENDOR.certificate(), sig=machine)) is ErrorCode.LICENCE_BAD_SIGNATURE


def test_the_size_is_capped_before_anything_is_parsed() -> None:
    assert code_of(VENDOR.certificate() + b" " * MAX_CERTIFICATE_BYTES) is ErrorCode.LICENCE_MALFORMED


def test_without_trusted_keys_nothing_verifies() -> None:
    assert code_of(VENDOR.certificate(), ()) is ErrorCode.LICENCE_UNKNOWN_KEY


@pytest.mark.parametrize(
    "key",
    [
        bytes(32),
        b"\x01" + bytes(31),
        bytes(31) + b"\x80",
        (2**255 - 20).to_bytes(32, "little"),
        (2**255 - 19).to_bytes(32, "little"),
        (2**255 - 18).to_bytes(32, "little"),
        bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
        bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85"),
        bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
        b"short",
    ],
)
def test_a_key_that_anybody_can_sign_for_is_no_key(key: bytes) -> None:
    """R = A = a point of small order with S = 0 is a "signature" that OpenSSL itself takes for some messages."""
    with pytest.raises(RenewalError) as refusal:
        parse_trusted_keys({"keys": [{"id": "weak", "ed25519": key.hex()}]})
    assert refusal.value.code is ErrorCode.TRUSTED_KEYS
    weak = (TrustedKey("weak", key),)
    for point in (key[:32].ljust(32, b"\0"), b"\x01" + bytes(31), bytes(32)):
        forged = base64.b64encode(point + bytes(32)).decode()
        with pytest.raises(RenewalError):
            verify(edited(VENDOR.certificate(), sig=forged), weak)


def test_a_keys_file_may_have_a_bom_and_must_be_a_file(tmp_path: Any) -> None:
    path = tmp_path / "keys.json"
    path.write_text(json.dumps(VENDOR.keys_document), encoding="utf-8-sig")
    assert read_trusted_keys(path) == VENDOR.keys
    with pytest.raises(RenewalError) as refusal:
        read_trusted_keys(tmp_path)
    assert refusal.value.code is ErrorCode.TRUSTED_KEYS


def test_an_encrypted_file_opens_with_its_licence_key() -> None:
    verified = verify(SEALED, VENDOR.keys, LICENCE_KEY)
    assert (verified.alg, verified.document) == ("aes-256-gcm+ed25519", PAYLOAD)
    assert verify(SEALED, VENDOR.keys, f" {LICENCE_KEY}\n").document == PAYLOAD


@pytest.mark.parametrize(
    ("licence_key", "code"),
    [
        (None, ErrorCode.LICENCE_KEY_NEEDED),
        ("", ErrorCode.LICENCE_KEY_NEEDED),
        ("another", ErrorCode.LICENCE_KEY_WRONG),
    ],
)
def test_an_encrypted_file_asks_for_its_licence_key(licence_key: str | None, code: ErrorCode) -> None:
    assert code_of(SEALED, licence_key=licence_key) is code


def test_the_licence_key_is_in_no_refusal() -> None:
    with pytest.raises(RenewalError) as refusal:
        verify(SEALED, VENDOR.keys, "SECRET-KEY")
    assert "SECRET-KEY" not in str(refusal.value)


@pytest.mark.parametrize(
    "enc", ["", "AAAA", "AAAA.AAAA", "AAAA.AAAA.AAAA", "AAAA.AAAAAAAAAAAAAAAA.AAAA", "a.b.c.d", ".."]
)
def test_an_encrypted_payload_has_three_exact_parts(enc: str) -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    sig = base64.b64encode(
        Ed25519PrivateKey.from_private_bytes(VENDOR.private).sign(f"license/{enc}".encode())
    ).decode()
    assert code_of(edited(SEALED, enc=enc, sig=sig), licence_key=LICENCE_KEY) is ErrorCode.LICENCE_MALFORMED


def test_the_signer_writes_the_container_and_nothing_else() -> None:
    container = json.loads(unwrap(sign_licence(PAYLOAD, VENDOR.private)))
    assert set(container) == {"enc", "sig", "alg"}
    payload = json.loads(base64.b64decode(container["enc"]))
    assert payload["meta"].pop("key")
    assert payload == PAYLOAD
