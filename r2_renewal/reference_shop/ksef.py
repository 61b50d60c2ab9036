"""Numbers in the form of KSeF's, made up: this shop sends no invoice anywhere. A vendor puts KSeF's own answer here.

Rule: ``NIP-RRRRMMDD-FFFFFFFFFFFF-FF``, 35 characters; the last two are the CRC-8 (polynomial 0x07, start 0x00) of the first 32
(Ministry of Finance, KSeF 2.0, „Numer KSeF – struktura i walidacja").
"""

from __future__ import annotations

import hashlib
from datetime import date

_POLYNOMIAL = 0x07
_TECHNICAL_DIGITS = 12
_DATA = 32


def made_up_number(nip: str, day: date, invoice_id: str) -> str:
    """Return a number for an invoice, always the same for the same one.

    Args:
        nip: the seller's, 10 digits.
        day: when the invoice is issued.
        invoice_id: identifies the invoice.
    """
    technical = hashlib.sha256(invoice_id.encode()).hexdigest()[:_TECHNICAL_DIGITS].upper()
    data = f"{nip}-{day:%Y%m%d}-{technical}"
    return f"{data}-{checksum(data)}"


def checksum(data: str) -> str:
    """Return the two hexadecimal digits that end a number."""
    crc = 0
    for byte in data[:_DATA].encode("ascii"):
        crc ^= byte
        for _bit in range(8):
            crc = (crc << 1 ^ _POLYNOMIAL if crc & 0x80 else crc << 1) & 0xFF
    return f"{crc:02X}"
