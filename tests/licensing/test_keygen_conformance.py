"""Third-party files: Keygen's own published samples verify, decrypt, and fail with anything changed.

The samples belong to others and are not part of this repository: they are read from ``../shared/vectors/keygen`` beside the
checkout where somebody put them there, each by the manifest that says where it came from.
"""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from r2_renewal.cli import main
from r2_renewal.domain.errors import ErrorCode, RenewalError
from r2_renewal.licensing.armour import unwrap, wrap
from r2_renewal.licensing.container import verify
from r2_renewal.licensing.trusted_key import TrustedKey
from tests.licence_files import Vendor

VECTORS = Path(__file__).resolve().parents[2].parent / "shared" / "vectors" / "keygen"
MANIFEST = VECTORS / "manifest.json"
ENTRIES: list[dict[str, Any]] = json.loads(MANIFEST.read_text(encoding="utf-8")) if MANIFEST.exists() else []

pytestmark = [
    pytest.mark.skipif(not ENTRIES, reason="third-party sample files are not beside this checkout"),
    pytest.mark.timeout(900),
]


@pytest.fixture(params=ENTRIES, ids=lambda entry: str(entry["name"]))
def sample(request: pytest.FixtureRequest) -> Sample:
    """Return each third-party file in turn."""
    return Sample(request.param)


class Sample:
    """A third-party licence file with its manifest entry."""

    def __init__(self, entry: dict[str, Any]) -> None:
        self.entry = entry
        self.path = VECTORS / f"{entry['name']}.lic"
        self.certificate = self.path.read_bytes()
        self.container: dict[str, Any] = json.loads(unwrap(self.certificate))
        self.keys = (TrustedKey("keygen", bytes.fromhex(entry["public_key_hex"])),)
        self.licence_key = str(entry["license_key"])

    def edited(self, **fields: Any) -> bytes:
        return wrap(json.dumps(self.container | fields).encode()).encode()

    def refusal(self, certificate: bytes) -> ErrorCode:
        with pytest.raises(RenewalError) as error:
            verify(certificate, self.keys, self.licence_key)
        return error.value.code


def test_it_is_the_file_of_the_manifest(sample: Sample) -> None:
    assert hashlib.sha256(sample.certificate).hexdigest() == sample.entry["sha256"]


def test_it_verifies_and_decrypts(sample: Sample) -> None:
    verified = verify(sample.certificate, sample.keys, sample.licence_key)
    attributes = verified.document["data"]["attributes"]
    assert verified.alg == sample.entry["alg"]
    assert verified.document["meta"] == sample.entry["meta"]
    assert (attributes["expiry"], attributes["status"]) == (sample.entry["license_expiry"], sample.entry["status"])


def test_the_command_line_reads_it(sample: Sample, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keys = tmp_path / "keys.json"
    keys.write_text(
        json.dumps({"keys": [{"id": "keygen", "ed25519": sample.entry["public_key_hex"]}]}), encoding="utf-8"
    )
    command = ["licence", "verify", str(sample.path), "--trusted-keys", str(keys), "--json"]
    assert main([*command, "--licence-key", sample.licence_key]) == 0
    shown = capsys.readouterr().out
    assert json.loads(shown)["meta"] == sample.entry["meta"]
    assert sample.licence_key not in shown
    assert main(command) == 30
    assert json.loads(capsys.readouterr().out)["error"]["name"] == "licence_key_needed"


def test_the_wrong_key_of_either_kind_is_refused(sample: Sample) -> None:
    for keys, licence_key, code in (
        (Vendor().keys, sample.licence_key, ErrorCode.LICENCE_BAD_SIGNATURE),
        (sample.keys, sample.licence_key[:-1], ErrorCode.LICENCE_KEY_WRONG),
        (sample.keys, None, ErrorCode.LICENCE_KEY_NEEDED),
    ):
        with pytest.raises(RenewalError) as error:
            verify(sample.certificate, keys, licence_key)
        assert error.value.code is code


@pytest.mark.parametrize("alg", ["base64+ed25519", "aes-256-gcm+rsa-pss-sha256", "aes-256-gcm", "none", "", None])
def test_a_swapped_alg_is_refused(sample: Sample, alg: str | None) -> None:
    assert sample.refusal(sample.edited(alg=alg)) is ErrorCode.LICENCE_MALFORMED


def test_any_byte_of_the_signature_changed_is_refused(sample: Sample) -> None:
    signature = base64.b64decode(sample.container["sig"])
    for place in range(len(signature)):
        changed = signature[:place] + bytes([signature[place] ^ 0x40]) + signature[place + 1 :]
        assert sample.refusal(sample.edited(sig=base64.b64encode(changed).decode())) is ErrorCode.LICENCE_BAD_SIGNATURE


def test_any_byte_of_the_payload_changed_is_refused(sample: Sample, long_mode: bool) -> None:
    enc = sample.container["enc"]
    for place in range(0, len(enc), 1 if long_mode else 61):
        changed = enc[:place] + ("A" if enc[place] != "A" else "B") + enc[place + 1 :]
        assert sample.refusal(sample.edited(enc=changed)) is ErrorCode.LICENCE_BAD_SIGNATURE
