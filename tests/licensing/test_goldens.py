"""Files signed by the first version stay readable for ever: licences lie on customers' disks for years."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from r2_renewal.licensing.keys import read_trusted_keys
from r2_renewal.licensing.reader import load_verdict, parse_certificate
from tests.licence_files import LAST_DAY, LICENCE, NOW, PRODUCT

GOLDENS = Path(__file__).parent / "goldens"
KEYS = read_trusted_keys(GOLDENS / "trusted-keys.json")


def test_a_file_with_several_programs() -> None:
    licence = parse_certificate((GOLDENS / "several-programs.lic").read_bytes(), KEYS)
    assert (licence.customer_id, licence.nip, licence.company) == (LICENCE.customer_id, LICENCE.nip, LICENCE.company)
    assert licence.file_expiry == datetime(2026, 12, 20, 10, 0, tzinfo=UTC)
    assert [
        (program.product, program.valid_until, program.seq, dict(program.limits)) for program in licence.programs
    ] == [
        ("r2platnik", LAST_DAY, 7, {"employees": 50}),
        ("r2ksiega", date(2028, 2, 29), 1, {}),
    ]


def test_an_encrypted_file() -> None:
    verdict = load_verdict(GOLDENS / "encrypted.lic", KEYS, PRODUCT, NOW, licence_key="GOLDEN-KEY")
    assert (verdict.kind, verdict.licence, verdict.days_left) == ("expiring", LICENCE, 30)
