"""The shop's keys: the private one that signs licences, and the list of public ones that clients trust.

Rules: the private key lies alone in a file of mode 0600 and is refused where its group or others may read it (POSIX; on
Windows the folder's own rights protect it); a new key never overwrites an old one.
"""

from __future__ import annotations

import json
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

from r2_renewal.domain.errors import ErrorCode, RenewalError
from r2_renewal.licensing.keys import ED25519_KEY_BYTES, MAX_KEYS_FILE_BYTES, read_trusted_keys
from r2_renewal.licensing.trusted_key import TrustedKey
from r2_renewal.private_files import create_private, replace_private

_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_WRITERS = stat.S_IWGRP | stat.S_IWOTH
_ID_DIGITS = 8


@dataclass(frozen=True, slots=True)
class SigningKey:
    """An Ed25519 key pair that signs licences.

    Attributes:
        public: the public half, named.
        private: the raw private key, 32 bytes; never printed.
    """

    public: TrustedKey
    private: bytes = field(repr=False)


def signing_key_of(private: bytes) -> SigningKey:
    """Return the key pair of a raw private key; its name is made from the public half, so it is the same everywhere."""
    from r2_renewal.licensing.issue import public_key_of

    public = public_key_of(private)
    return SigningKey(TrustedKey(f"reference-shop-{public.hex()[:_ID_DIGITS]}", public), private)


def create_signing_key(path: Path) -> SigningKey:
    """Make a new key and write it for its owner alone.

    Raises:
        RenewalError: SIGNING_KEY, where the file exists or cannot be written.
    """
    from r2_renewal.licensing.issue import generate_private_key

    private = generate_private_key()
    try:
        create_private(path, f"{private.hex()}\n".encode("ascii"))
    except OSError as error:
        raise RenewalError(ErrorCode.SIGNING_KEY, f"signing key: {type(error).__name__}") from error
    return signing_key_of(private)


def read_signing_key(path: Path) -> SigningKey:
    """Return the key of a file.

    Raises:
        RenewalError: SHOP_FOLDER, where there is no such file; SIGNING_KEY, where it is open to others or holds no key.
    """
    try:
        _refuse_open_rights(path)
        private = bytes.fromhex(path.read_text(encoding="ascii"))
    except (FileNotFoundError, NotADirectoryError) as error:
        raise RenewalError(ErrorCode.SHOP_FOLDER, f"signing key: {type(error).__name__}") from error
    except (OSError, ValueError) as error:
        raise RenewalError(ErrorCode.SIGNING_KEY, f"signing key: {type(error).__name__}") from error
    if len(private) != ED25519_KEY_BYTES:
        raise RenewalError(ErrorCode.SIGNING_KEY, f"signing key: not {ED25519_KEY_BYTES} bytes")
    return signing_key_of(private)


def _refuse_open_rights(path: Path) -> None:
    if os.name == "posix" and path.stat().st_mode & _OTHERS:
        raise RenewalError(ErrorCode.SIGNING_KEY, "signing key: readable by others, run chmod 600 on it")


def _refuse_writers(path: Path) -> None:
    # Everybody may read public keys; who may write them decides whose licences count.
    if os.name == "posix" and path.exists() and path.stat().st_mode & _WRITERS:
        raise RenewalError(ErrorCode.TRUSTED_KEYS, "trusted keys: writable by others, run chmod go-w on the file")


def trusted_document(keys: tuple[TrustedKey, ...]) -> dict[str, list[dict[str, str]]]:
    """Return the keys as the document of ``--trusted-keys``: ``{"keys": [{"id": "...", "ed25519": "<64 hex digits>"}]}``."""
    return {"keys": [{"id": key.id, "ed25519": key.ed25519.hex()} for key in keys]}


def write_trusted_keys(path: Path, keys: tuple[TrustedKey, ...]) -> None:
    """Write the public keys where clients and the shop read them.

    Raises:
        RenewalError: TRUSTED_KEYS, where the file would be longer than its readers take.
    """
    content = f"{json.dumps(trusted_document(keys), indent=2)}\n".encode()
    if len(content) > MAX_KEYS_FILE_BYTES:
        raise RenewalError(ErrorCode.TRUSTED_KEYS, f"{len(keys)} trusted keys are more than a file of them may hold")
    replace_private(path, content)


def own_keys(path: Path, signing: SigningKey) -> tuple[TrustedKey, ...]:
    """Return the keys whose licences the shop accepts: those of the file and the signing key's own, without repeats.

    Raises:
        RenewalError: TRUSTED_KEYS, where the file is unreadable, or writable by others, who could make licences of their own.
    """
    _refuse_writers(path)
    known = read_trusted_keys(path) if path.exists() else ()
    return tuple(dict.fromkeys((*known, signing.public)))
