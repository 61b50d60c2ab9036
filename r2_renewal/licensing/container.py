"""Keygen's licence container: ``{enc, sig, alg}`` in armour, signed with Ed25519 over ``"license/" + enc``.

Rules: nothing of the payload is believed before the signature has been verified; ``alg`` is itself unsigned, so it only
chooses from an allow-list and never weakens what is checked; the size is capped before anything is parsed.
Source: https://keygen.sh/docs/api/cryptography/#cryptographic-lic (certificate format).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from r2_renewal.domain.errors import ErrorCode, RenewalError
from r2_renewal.domain.licence import MAX_CERTIFICATE_BYTES
from r2_renewal.licensing.armour import contents, malformed, strict_base64, wrap
from r2_renewal.licensing.keys import is_usable
from r2_renewal.licensing.strict_json import parse_object

if TYPE_CHECKING:
    from typing import Protocol

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    class PublicKey(Protocol):
        """What the reader needs of a trusted key: its name and its 32 bytes."""

        @property
        def id(self) -> str:
            """Name of the key."""

        @property
        def ed25519(self) -> bytes:
            """The raw public key."""


SIGNED_PREFIX = "license/"
PLAIN = "base64+ed25519"
ENCRYPTED = "aes-256-gcm+ed25519"

_SIGNATURE_BYTES = 64
_IV_BYTES = 12
_TAG_BYTES = 16


class Container(NamedTuple):
    """A licence file taken out of its armour; nothing of it is verified yet.

    Attributes:
        enc: the encoded payload, exactly as signed.
        sig: the signature, 64 bytes.
        alg: one of the two allowed algorithms.
    """

    enc: str
    sig: bytes
    alg: str


class VerifiedPayload(NamedTuple):
    """The content of a licence file whose signature was verified.

    Attributes:
        document: the JSON object that was signed: ``meta``, ``data``, ``included``.
        alg: how it was encoded.
        key_id: the trusted key that signed it.
    """

    document: dict[str, Any]
    alg: str
    key_id: str


def open_container(certificate: bytes | str) -> Container:
    """Return the container inside a licence file; of several in one text, the first.

    Raises:
        RenewalError: LICENCE_MALFORMED; LICENCE_BAD_SIGNATURE where the signature cannot be one.
    """
    return _first(_container, _contents(certificate))


def verify(certificate: bytes | str, keys: Sequence[PublicKey], licence_key: str | None = None) -> VerifiedPayload:
    """Verify a licence file of Keygen's form, of any profile, and return its content.

    Args:
        certificate: the file's content, or a letter with it; what verifies counts, copies of it count once.
        keys: the keys that may sign; one of them must have.
        licence_key: decrypts an ``aes-256-gcm+ed25519`` file; unused by others.

    Raises:
        RenewalError: LICENCE_MALFORMED, LICENCE_BAD_SIGNATURE, LICENCE_UNKNOWN_KEY, LICENCE_KEY_NEEDED or
            LICENCE_KEY_WRONG; LICENCE_SEVERAL, where the text holds different licences that verify; LIBRARY_BROKEN.
    """
    found = _contents(certificate)
    if len(found) == 1:
        return _verified(found[0], keys, licence_key)
    return _verified(_signed(found, keys), keys, licence_key)


def clean(certificate: bytes | str, keys: Sequence[PublicKey]) -> str:
    """Return the licence file in clean armour, whatever mail and editors have done to it: the one that verifies, or the first.

    Raises:
        RenewalError: as ``unwrap``; LICENCE_SEVERAL; LIBRARY_BROKEN.
    """
    found = _contents(certificate)
    try:
        return wrap(_signed(found, keys) if len(found) > 1 else found[0])
    except RenewalError as error:
        if error.code in (ErrorCode.LICENCE_SEVERAL, ErrorCode.LIBRARY_BROKEN):
            raise
        return wrap(found[0])


def _contents(certificate: bytes | str) -> tuple[bytes, ...]:
    if len(certificate) > MAX_CERTIFICATE_BYTES:
        raise malformed(f"longer than {MAX_CERTIFICATE_BYTES} bytes")
    return contents(certificate)


def _container(content: bytes) -> Container:
    fields = parse_object(content)
    enc, sig, alg = (fields.get(name) for name in ("enc", "sig", "alg"))
    if not (isinstance(enc, str) and isinstance(sig, str) and enc.isascii()):
        raise malformed("enc or sig is missing")
    if alg not in (PLAIN, ENCRYPTED):
        raise malformed("alg is not allowed")
    return Container(enc, _signature(sig), str(alg))


def _verified(content: bytes, keys: Sequence[PublicKey], licence_key: str | None) -> VerifiedPayload:
    container = _container(content)
    key_id = _signer(container, keys)
    if key_id is None:
        raise _why_unsigned(container, keys)
    plain = _decrypt(container.enc, licence_key) if container.alg == ENCRYPTED else strict_base64(container.enc)
    return VerifiedPayload(parse_object(plain), container.alg, key_id)


def _signed(found: Sequence[bytes], keys: Sequence[PublicKey]) -> bytes:
    """Return the one of several contents that a trusted key has signed.

    Raises:
        RenewalError: LICENCE_SEVERAL, where there are different ones; why the first is none, where there is none.
    """
    signed: dict[str, bytes] = {}
    for content in found:
        try:
            container = _container(content)
        except RenewalError:
            continue
        if _signer(container, keys) is not None:
            signed.setdefault(container.enc, content)
    if len(signed) > 1:
        raise RenewalError(ErrorCode.LICENCE_SEVERAL, f"{len(signed)} different licences in one text")
    if signed:
        return next(iter(signed.values()))
    container = _first(_container, found)
    raise _why_unsigned(container, keys)


def _first(read: Callable[[bytes], Container], found: Sequence[bytes]) -> Container:
    refusal: RenewalError | None = None
    for content in found:
        try:
            return read(content)
        except RenewalError as error:
            refusal = refusal or error
    raise refusal or malformed("no licence inside")


def fingerprint(public_key: bytes) -> str:
    """Return the first 16 hex digits of the key's SHA-256: tells keys apart in ``meta.key`` and in logs."""
    import hashlib  # not at the top: a silent start has nothing to hash

    return hashlib.sha256(public_key).hexdigest()[:16]


def _signature(text: str) -> bytes:
    try:
        signature = strict_base64(text)
    except RenewalError as error:
        raise RenewalError(ErrorCode.LICENCE_BAD_SIGNATURE, "signature is not base64") from error
    if len(signature) != _SIGNATURE_BYTES:
        raise RenewalError(ErrorCode.LICENCE_BAD_SIGNATURE, "signature is not 64 bytes")
    return signature


def _signer(container: Container, keys: Sequence[PublicKey]) -> str | None:
    message = (SIGNED_PREFIX + container.enc).encode("ascii")
    usable = [key for key in keys if is_usable(key.ed25519)]
    with _WorkingLibrary():
        return next((key.id for key in usable if _has_signed(key.ed25519, container.sig, message)), None)


def _has_signed(public_key: bytes, signature: bytes, message: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature

    try:
        _verifier(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


class _WorkingLibrary:
    """Turns a failure of the library itself into LIBRARY_BROKEN.

    A part of it is missing, or its core in Rust panics, which is no ``Exception``. Memory that has run out and the end of the
    process pass.
    """

    def __enter__(self) -> None:
        """Begin to use the library."""

    def __exit__(self, _kind: object, error: BaseException | None, _traceback: object) -> None:
        if error is None or isinstance(
            error, (RenewalError, MemoryError, KeyboardInterrupt, SystemExit, GeneratorExit)
        ):
            return
        from r2_renewal.licensing.broken_library import broken_library

        raise broken_library(error) from error


def _verifier(public_key: bytes) -> Ed25519PublicKey:
    """Return cryptography's own verifying object, made without loading the rest of the library where that is possible.

    ``Ed25519PublicKey.from_public_bytes`` makes the same object, but loads every other algorithm first: on a silent start
    that was a third of all its work. It stays as the way for versions of the library that are arranged differently.
    """
    try:
        from cryptography.hazmat.bindings._rust import openssl

        return openssl.ed25519.from_public_bytes(public_key)
    except (ImportError, AttributeError):
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

        return Ed25519PublicKey.from_public_bytes(public_key)


def _why_unsigned(container: Container, keys: Sequence[PublicKey]) -> RenewalError:
    """Tell a damaged file from one signed by a key that we do not know, by the signer's own hint ``meta.key``.

    The hint stands in the unverified payload: it only chooses the words of a refusal.
    """
    hint = _hinted_key(container)
    if hint is not None and hint not in {fingerprint(key.ed25519) for key in keys}:
        return RenewalError(ErrorCode.LICENCE_UNKNOWN_KEY, "signed with a key that is not trusted here")
    return RenewalError(ErrorCode.LICENCE_BAD_SIGNATURE, "no trusted key has signed this content")


def _hinted_key(container: Container) -> str | None:
    if container.alg != PLAIN:
        return None
    try:
        meta = parse_object(strict_base64(container.enc)).get("meta")
    except RenewalError:
        return None
    hint = meta.get("key") if isinstance(meta, dict) else None
    return hint if isinstance(hint, str) else None


def _decrypt(enc: str, licence_key: str | None) -> bytes:
    """Return the plain payload of ``ciphertext.iv.tag``; the key is the SHA-256 of the licence key."""
    import hashlib

    if not licence_key:
        raise RenewalError(ErrorCode.LICENCE_KEY_NEEDED, "the file is encrypted")
    ciphertext, iv, tag = _parts(enc)
    key = hashlib.sha256(licence_key.strip().encode()).digest()
    with _WorkingLibrary():
        return _decrypted(key, iv, ciphertext + tag)


def _decrypted(key: bytes, iv: bytes, sealed: bytes) -> bytes:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        return AESGCM(key).decrypt(iv, sealed, None)
    except InvalidTag as error:
        raise RenewalError(ErrorCode.LICENCE_KEY_WRONG, "the licence key does not open the file") from error


def _parts(enc: str) -> tuple[bytes, bytes, bytes]:
    parts = [strict_base64(part) for part in enc.split(".")]
    if [len(part) for part in parts[1:]] != [_IV_BYTES, _TAG_BYTES]:
        raise malformed("enc is not ciphertext.iv.tag")
    return parts[0], parts[1], parts[2]
