"""Coverage-guided fuzzing of the licence reader with atheris; not collected by pytest, run by hand:

    python tests/fuzz/fuzz_licence.py -max_total_time=600 [CORPUS_DIR]

Half of the inputs are whole files; the others are put inside whole armour, or signed, so that the parsers behind the
signature are reached. Any exception but ours, and any licence that the vendor did not sign, is a finding.
"""

from __future__ import annotations

import base64
import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["r2_renewal"]):
    from r2_renewal.domain.errors import RenewalError
    from r2_renewal.licensing.armour import wrap
    from r2_renewal.licensing.profile import licence_of
    from r2_renewal.licensing.reader import parse_certificate
    from r2_renewal.licensing.strict_json import parse_object

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.licence_files import LICENCE, Vendor

VENDOR = Vendor(private=b"fuzz" * 8)
CERTIFICATE = VENDOR.certificate()


def read(certificate: bytes) -> None:
    """Read a file that the vendor did not sign, or did: only the example licence may come out."""
    try:
        licence = parse_certificate(certificate, VENDOR.keys)
    except RenewalError:
        return
    if licence != LICENCE:
        raise AssertionError("a false yes")


def read_signed(content: bytes) -> None:
    """Read content as if a vendor had signed it: whatever stands there, a licence or our refusal comes out."""
    try:
        licence_of(parse_object(content))
    except RenewalError:
        return


def test_one_input(data: bytes) -> None:
    """Feed one input to one of the ways in, by its first byte."""
    way, rest = (data[0] if data else 0) % 4, data[1:]
    if way == 0:
        read(rest)
    elif way == 1:
        read(wrap(rest or b"\n").encode())
    elif way == 2:
        enc = base64.b64encode(rest).decode()
        read(wrap(f'{{"enc":"{enc}","sig":"{"A" * 86}==","alg":"base64+ed25519"}}'.encode()).encode())
    else:
        read_signed(rest)


def seeds() -> Path:
    """Return a folder with inputs to start from."""
    from r2_renewal.licensing.armour import unwrap
    from r2_renewal.licensing.issue import _json, licence_payload

    folder = Path(tempfile.mkdtemp(prefix="r2-fuzz-"))
    payload = _json(licence_payload(LICENCE))
    for way, content in enumerate((CERTIFICATE, unwrap(CERTIFICATE), payload, payload)):
        (folder / f"seed-{way}").write_bytes(bytes([way]) + content)
    return folder


if __name__ == "__main__":
    atheris.Setup([*sys.argv, str(seeds())], test_one_input)
    atheris.Fuzz()
