"""Signed licence files for hosts under test: made here with a key made here."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from r2_renewal.domain.licence import Licence
from r2_renewal.licensing.issue import generate_private_key, licence_payload, public_key_of, sign_licence
from r2_renewal.licensing.trusted_key import TrustedKey
from tests.samples import COMPANY, program

PRIVATE = generate_private_key()
KEYS = (TrustedKey("test", public_key_of(PRIVATE)),)
LICENCE_ID = "lic-1"


def write_licence(path: Path, valid_until: date, issued: datetime = datetime(2026, 1, 2, tzinfo=UTC)) -> Path:
    """Write a signed licence of R2płatnik and return its path."""
    owned = program(LICENCE_ID, "r2platnik", "R2płatnik", valid_until)
    licence = Licence("cust-1", COMPANY.name, COMPANY.nip, issued, None, (owned,))
    path.write_text(sign_licence(licence_payload(licence), PRIVATE), encoding="utf-8")
    return path
