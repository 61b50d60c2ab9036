"""An invoice or a correction as PDF: the FA(3) document that KSeF delivers, drawn for people.

Rules: the same invoice is the same file, byte for byte, until it is paid, corrected or numbered by KSeF; its fonts are ours and
lie in it, so that it looks alike everywhere; what is written is what was stored when the invoice was issued, and is what its
document says. It carries the code by which it is found in KSeF (KOD I) and, while money is due, one for the bank's application.
"""

from __future__ import annotations

from decimal import Decimal

from fpdf import FPDF
from fpdf.enums import TableBordersLayout, TableCellFillMode, XPos, YPos
from fpdf.fonts import FontFace

from r2_renewal.domain.company import show_nip
from r2_renewal.domain.dates import short_date, warsaw_date
from r2_renewal.domain.money import Money, show_money
from r2_renewal.domain.recipient import Recipient
from r2_renewal.domain.recipient_role import ROLE_WORDS
from r2_renewal.reference_shop import transfer_qr
from r2_renewal.reference_shop.billing import verification
from r2_renewal.reference_shop.billing.verification import VerificationCode
from r2_renewal.reference_shop.invoices import totals
from r2_renewal.reference_shop.pdf_document import FACE, Document
from r2_renewal.reference_shop.seller import show_account
from r2_renewal.reference_shop.tables import InvoiceRow, recipient_on

_MARGIN, _LINE, _SIDE, _CODE = 15, 5, 90, 36  # millimetres
_TITLE_POINTS, _POINTS = 16, 9
_GREY = 235
_SCAN = "Zeskanuj kod w aplikacji swojego banku, a dane przelewu wypełnią się same."


def invoice_pdf(row: InvoiceRow, code: VerificationCode | None = None) -> bytes:
    """Return the invoice as a PDF file.

    Args:
        row: the invoice.
        code: by which it is found in KSeF; None for an invoice of an older release.
    """
    page = _page(row)
    _write_head(page, row)
    _write_parties(page, row)
    _write_lines(page, row)
    _write_totals(page, row)
    _write_payment(page, row)
    if code is not None:
        _write_verification(page, row, code)
    return bytes(page.output())


def _page(row: InvoiceRow) -> FPDF:
    page = Document(_MARGIN)
    page.set_title(_title(row))
    page.set_author(row.seller_name)
    page.set_creation_date(row.issued_at)
    page.set_font(FACE, "", _POINTS)
    page.add_page()
    return page


def _write(page: FPDF, text: str, *, bold: bool = False, points: int = _POINTS) -> None:
    page.set_font(FACE, "B" if bold else "", points)
    page.multi_cell(0, _LINE * points / _POINTS, text, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    page.set_font(FACE, "", _POINTS)


def _write_head(page: FPDF, row: InvoiceRow) -> None:
    _write(page, _title(row), bold=True, points=_TITLE_POINTS)
    _write_ksef_number(page, row)
    _write(page, f"Data wystawienia: {short_date(warsaw_date(row.issued_at))}")
    _write(page, f"Okres usługi: {short_date(row.sold_from)}–{short_date(row.sold_to)}")
    _write(page, f"Zamówienie: {row.order_number}")
    if row.corrects is not None:
        day = short_date(warsaw_date(row.corrects.issued_at))
        _write(page, f"Koryguje fakturę {row.corrects.number} z dnia {day}")
        _write_ksef_number(page, row.corrects, "Numer KSeF faktury korygowanej")
        _write(page, f"Przyczyna korekty: {row.reason}")
    page.ln(_LINE)


def _title(row: InvoiceRow) -> str:
    return f"Faktura korygująca {row.number}" if row.corrects is not None else f"Faktura {row.number}"


def _write_ksef_number(page: FPDF, row: InvoiceRow, name: str = "Numer KSeF") -> None:
    if row.ksef_number and row.is_sample:
        _write(page, f"{name} (dane przykładowe, faktury nie wysłano do KSeF): {row.ksef_number}")
    elif row.ksef_number:
        _write(page, f"{name}: {row.ksef_number}")


def _write_parties(page: FPDF, row: InvoiceRow) -> None:
    top = page.get_y()
    seller = (row.seller_name, row.seller_street, f"{row.seller_postcode} {row.seller_city}", row.seller_nip)
    buyer = (row.buyer_name, row.buyer_street, f"{row.buyer_postcode} {row.buyer_city}", row.buyer_nip)
    bottoms = [
        _write_party(page, x, top, *party) for x, party in ((0, ("Sprzedawca", *seller)), (1, ("Nabywca", *buyer)))
    ]
    page.set_y(max(bottoms) + _LINE)
    recipient = recipient_on(row)
    if recipient is not None:
        _write_recipient(page, recipient)


def _write_recipient(page: FPDF, recipient: Recipient) -> None:
    """Write who gets what the buyer above pays for."""
    page.set_font(FACE, "B", _POINTS)
    page.set_x(_MARGIN + _SIDE)
    page.multi_cell(_SIDE - _LINE, _LINE, "Odbiorca", new_x=XPos.LEFT, new_y=YPos.NEXT)
    page.set_font(FACE, "", _POINTS)
    town = f"{recipient.postcode} {recipient.city}".strip()
    words = (recipient.name, recipient.street, town, recipient.identifier, f"({ROLE_WORDS[recipient.role]})")
    text = "\n".join(word for word in words if word)
    page.multi_cell(_SIDE - _LINE, _LINE, text, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    page.ln(_LINE)


def _write_party(page: FPDF, column: int, top: float, role: str, name: str, street: str, city: str, nip: str) -> float:
    page.set_xy(_MARGIN + column * _SIDE, top)
    page.set_font(FACE, "B", _POINTS)
    page.multi_cell(_SIDE - _LINE, _LINE, role, new_x=XPos.LEFT, new_y=YPos.NEXT)
    page.set_font(FACE, "", _POINTS)
    words = "\n".join((name, street, city, f"NIP: {show_nip(nip)}"))
    page.multi_cell(_SIDE - _LINE, _LINE, words, align="L", new_x=XPos.LEFT, new_y=YPos.NEXT)
    return page.get_y()


def _write_table(page: FPDF, widths: tuple[int, ...], aligns: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    heading = FontFace(emphasis="BOLD", fill_color=_GREY)
    with page.table(
        rows,
        col_widths=widths,
        text_align=aligns,
        headings_style=heading,
        borders_layout=TableBordersLayout.HORIZONTAL_LINES,
        cell_fill_mode=TableCellFillMode.NONE,
        line_height=_LINE + 1,
    ):
        pass
    page.ln(_LINE)


def _write_lines(page: FPDF, row: InvoiceRow) -> None:
    head = ("Lp.", "Nazwa", "Ilość", "Cena netto", "Wartość netto", "VAT")
    widths, aligns = (10, 80, 18, 28, 30, 14), ("LEFT", "LEFT", "RIGHT", "RIGHT", "RIGHT", "RIGHT")
    if row.corrects is None:
        _write_table(page, widths, aligns, [head, *_lines(row, 1)])
        return
    for heading, share in (("Przed korektą", 1), ("Po korekcie", 0)):
        _write(page, heading, bold=True)
        _write_table(page, widths, aligns, [head, *_lines(row, share)])


def _lines(row: InvoiceRow, share: int) -> list[tuple[str, ...]]:
    return [
        (str(line.position), line.description, "1 szt.", *[_amount(line.net * share)] * 2, _percent(line.vat_rate))
        for line in row.lines
    ]


def _write_totals(page: FPDF, row: InvoiceRow) -> None:
    sign = -1 if row.corrects is not None else 1
    rates = [
        (_percent(total.rate), *(_amount(sign * part.amount) for part in (price.net, price.vat, price.gross)))
        for total in totals(row.lines)
        for price in (total.price,)
    ]
    everything = (
        "Razem" if row.corrects is None else "Razem, zmiana",
        _amount(row.net),
        _amount(row.vat),
        _amount(row.gross),
    )
    head = ("Stawka VAT", "Netto", "Kwota VAT", "Brutto")
    _write_table(page, (30, 50, 50, 50), ("LEFT", "RIGHT", "RIGHT", "RIGHT"), [head, *rates, everything])


def _write_payment(page: FPDF, row: InvoiceRow) -> None:
    if row.corrects is not None:
        _write_refund(page, row, row.corrects)
        return
    if row.corrected_by is not None:
        correction = row.corrected_by
        _write(page, f"Do zapłaty: {_amount(Decimal(0))}", bold=True, points=12)
        day = short_date(warsaw_date(correction.issued_at))
        _write(page, f"Fakturę skorygowano do zera fakturą korygującą {correction.number} z dnia {day}.")
        return
    if row.paid_at is not None:
        _write(page, f"Zapłacono: {_amount(row.gross)}, {short_date(warsaw_date(row.paid_at))}", bold=True, points=12)
        return
    _write(page, f"Do zapłaty: {_amount(row.gross)}", bold=True, points=12)
    _write(page, f"Termin płatności: {short_date(row.due_on)}\nForma płatności: przelew")
    _write(page, f"Odbiorca: {row.transfer_name}\nRachunek: {show_account(row.account)}\nTytuł przelewu: {row.number}")
    content = transfer_qr.payload(row.seller_nip, row.account, Money(row.gross), row.transfer_name, row.number)
    if content is not None:
        _draw_code(page, transfer_qr.modules(content), _SCAN)


def _write_refund(page: FPDF, row: InvoiceRow, corrected: InvoiceRow) -> None:
    if corrected.paid_at is not None:
        _write(page, f"Do zwrotu: {_amount(-row.gross)}", bold=True, points=12)
        return
    _write(page, f"Do zapłaty: {_amount(Decimal(0))}", bold=True, points=12)
    _write(page, f"Faktury {corrected.number} nie trzeba płacić.")


def _write_verification(page: FPDF, row: InvoiceRow, code: VerificationCode) -> None:
    words = "Sprawdź, czy faktura jest w KSeF: zeskanuj kod albo otwórz adres zapisany pod nim."
    if row.is_sample:
        words = "Kod weryfikujący KSeF (dane przykładowe: faktury nie wysłano do KSeF, adres donikąd nie prowadzi)."
    _draw_code(page, verification.modules(code.link), f"{code.label}\n{words}\n{code.link}")


def _draw_code(page: FPDF, rows: tuple[tuple[bool, ...], ...], words: str) -> None:
    page.ln(_LINE)
    if page.will_page_break(_CODE + _LINE * (3 + words.count("\n"))):
        page.add_page()
    side, left, top = _CODE / len(rows), page.get_x() + _LINE, page.get_y()
    page.set_fill_color(0)
    for number, row in enumerate(rows):
        for start, length in _runs(row):
            page.rect(left + start * side, top + number * side, length * side, side, style="F")
    page.set_xy(_MARGIN, top + _CODE + _LINE)
    _write(page, words)


def _runs(row: tuple[bool, ...]) -> list[tuple[int, int]]:
    """Return where dark modules follow one another: first and number. Drawn apart, they would show seams."""
    starts = [at for at, dark in enumerate(row) if dark and (at == 0 or not row[at - 1])]
    return [(start, next((at for at in range(start, len(row)) if not row[at]), len(row)) - start) for start in starts]


def _amount(value: Decimal) -> str:
    return show_money(Money(value))


def _percent(rate: Decimal) -> str:
    return f"{rate * 100:.0f}%"
