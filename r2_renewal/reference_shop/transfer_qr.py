"""The QR code of a Polish bank transfer, which a bank's application reads.

Rule: ``NIP|PL|account|amount|recipient|title|||``: account 26 digits, amount 6 of grosze, recipient at most 20 and title at
most 32 characters, three reserved fields left empty (Związek Banków Polskich, „Rekomendacja – Standard 2D", 2013). An amount
that six digits do not hold has no code.
"""

from __future__ import annotations

import segno

from r2_renewal.domain.money import Money

COUNTRY = "PL"
MOST_GROSZE = 999_999
_RECIPIENT, _TITLE = 20, 32
_GROSZE_IN_ZLOTY = 100


def payload(nip: str, account: str, amount: Money, recipient: str, title: str) -> str | None:
    """Return what the code holds, or None where the amount does not fit."""
    grosze = int(amount.amount * _GROSZE_IN_ZLOTY)
    if not 0 < grosze <= MOST_GROSZE:
        return None
    fields = (nip, COUNTRY, account, f"{grosze:06}", _bare(recipient)[:_RECIPIENT], _bare(title)[:_TITLE])
    return "|".join((*fields, "", "", ""))


def _bare(text: str) -> str:
    return text.replace("|", " ").strip()


def modules(content: str) -> tuple[tuple[bool, ...], ...]:
    """Return the code's rows of dark (True) and light modules, without its quiet zone."""
    code = segno.make_qr(content, error="l", encoding="utf-8")
    return tuple(tuple(bool(module) for module in row) for row in code.matrix)
