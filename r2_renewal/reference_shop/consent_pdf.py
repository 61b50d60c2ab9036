"""The confirmation of a consent as PDF: the exact text and what is on record of it, to be kept by who gave it.

Rule: the same consent is the same file, byte for byte, until it is withdrawn.
"""

from __future__ import annotations

from fpdf import FPDF
from fpdf.enums import XPos, YPos

from r2_renewal.domain.company import show_nip
from r2_renewal.domain.dates import sentence_moment, short_date
from r2_renewal.domain.money import Money, show_money
from r2_renewal.reference_shop.pdf_document import FACE, Document
from r2_renewal.reference_shop.seller import Seller
from r2_renewal.reference_shop.tables import ConsentRow

CHANNELS = {"module": "program (Pomoc → eSklep)", "panel": "panel klienta", "web": "strona internetowa"}
_MARGIN, _LINE, _LABEL = 18, 5.5, 52  # millimetres
_ROOM = 110  # millimetres; a digest is not to be broken
_TITLE_POINTS, _POINTS, _SMALL_POINTS = 16, 9.5, 8


def consent_pdf(row: ConsentRow, program: str, seller: Seller) -> bytes:
    """Return the confirmation of a consent to a program's automatic renewal."""
    page = _page(row)
    _write(page, "Potwierdzenie zgody na automatyczne odnowienie", bold=True, points=_TITLE_POINTS)
    _write(page, f"Program: {program}")
    _write(page, f"Sprzedawca: {seller.company.name}, NIP {show_nip(seller.company.nip)}")
    page.ln(_LINE)
    _write(page, row.full_text)
    page.ln(_LINE)
    for label, words in _facts(row):
        _write_fact(page, label, words)
    return bytes(page.output())


def _page(row: ConsentRow) -> FPDF:
    page = Document(_MARGIN)
    page.set_title("Potwierdzenie zgody na automatyczne odnowienie")
    page.set_creation_date(row.accepted_at)
    page.add_page()
    return page


def _facts(row: ConsentRow) -> list[tuple[str, str]]:
    given = [
        ("Wersja tekstu", row.text_version),
        ("Skrót SHA-256 tekstu", row.sha256),
        ("Zgodę wyrażono", sentence_moment(row.accepted_at)),
        ("Gdzie", CHANNELS.get(row.channel, row.channel)),
        ("Kto", row.person),
        ("E-mail", row.email),
        ("NIP", show_nip(row.nip)),
        ("Cena w dniu zgody", f"{show_money(Money(row.price_net))} netto, {_gross(row)} brutto"),
        ("Dzień odnowienia", short_date(row.renewal_date)),
        ("Bezpłatna rezygnacja do", short_date(row.cancel_until)),
        ("Numer potwierdzenia", row.receipt_id),
    ]
    if row.revoked_at is None:
        return given
    withdrawn = CHANNELS.get(row.revoked_channel or "", row.revoked_channel or "")
    return [*given, ("Zgodę wycofano", f"{sentence_moment(row.revoked_at)}, {withdrawn}")]


def _gross(row: ConsentRow) -> str:
    return show_money(Money(row.price_gross))


def _write(page: FPDF, text: str, *, bold: bool = False, points: float = _POINTS) -> None:
    page.set_font(FACE, "B" if bold else "", points)
    page.multi_cell(0, _LINE * points / _POINTS, text, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _write_fact(page: FPDF, label: str, words: str) -> None:
    page.set_font(FACE, "B", _POINTS)
    page.cell(_LABEL, _LINE, label)
    page.set_font(
        FACE, "", _POINTS if page.get_string_width(words.split(" ", maxsplit=1)[0]) < _ROOM else _SMALL_POINTS
    )
    page.multi_cell(0, _LINE, words, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    page.ln(_LINE / 3)
