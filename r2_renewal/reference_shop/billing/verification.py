"""KOD I: the link, drawn as a QR code, by which whoever gets an invoice outside KSeF finds and checks it there.

Rule: ``{environment}/invoice/{seller's NIP}/{day of issue, DD-MM-RRRR}/{SHA-256 of the document, Base64URL without padding}``;
under the code stands the invoice's number in KSeF, or OFFLINE while it has none (Ministry of Finance, KSeF 2.0, „Kody
weryfikujące QR"). The digest is of the very bytes that KSeF gets.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass

import segno

from r2_renewal.domain.dates import warsaw_date
from r2_renewal.reference_shop.tables import InvoiceDocument, InvoiceRow

OFFLINE = "OFFLINE"


@dataclass(frozen=True, slots=True)
class VerificationCode:
    """What an invoice's code says. Attributes: link: what the code holds; label: what stands under it."""

    link: str
    label: str


def digest_of(content: bytes) -> str:
    """Return the SHA-256 of a document as 64 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def code_of(row: InvoiceRow, document: InvoiceDocument | None, environment: str) -> VerificationCode | None:
    """Return the code of an invoice; None for one of an older release, which has no document.

    Args:
        row: the invoice.
        document: what it is to KSeF.
        environment: https address of the environment for codes, e.g. ``https://qr.ksef.mf.gov.pl``.
    """
    if document is None:
        return None
    digest = base64.urlsafe_b64encode(bytes.fromhex(document.sha256)).rstrip(b"=").decode("ascii")
    day = f"{warsaw_date(row.issued_at):%d-%m-%Y}"
    link = f"{environment.rstrip('/')}/invoice/{row.seller_nip}/{day}/{digest}"
    return VerificationCode(link, row.ksef_number or OFFLINE)


def modules(link: str) -> tuple[tuple[bool, ...], ...]:
    """Return the code's rows of dark (True) and light modules, without its quiet zone."""
    code = segno.make_qr(link, error="m")
    return tuple(tuple(bool(module) for module in row) for row in code.matrix)
