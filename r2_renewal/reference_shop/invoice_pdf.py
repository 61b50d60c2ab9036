"""An invoice as PDF: what KSeF delivers, drawn for people, with a code for the bank's application while it is unpaid.

Rules: the same invoice is the same file, byte for byte, until it is paid; its fonts are ours and lie in it, so that it looks
alike everywhere; what is written is what was stored when the invoice was issued.
"""

from __future__ import annotations

from decimal import Decimal

from fpdf import FPDF
from fpdf.enums import TableBordersLayout, TableCellFillMode, XPos, YPos
from fpdf.fonts import FontFace

from r2_renewal.domain.company import show_nip
from r2_renewal.domain.dates import short_date, warsaw_date
from r2_renewal.domain.money import Money, show_money
from r2_renewal.reference_shop import transfer_qr
from r2_renewal.reference_shop.invoices import totals
from r2_renewal.reference_shop.pdf_document import FACE, Document
from r2_renewal.reference_shop.seller import show_account
from r2_renewal.reference_shop.tables import InvoiceRow

_MARGIN, _LINE, _SIDE, _CODE = 15, 5, 90, 36  # millimetres
_TITLE_POINTS, _POINTS = 16, 9
_GREY = 235


def invoice_pdf(row: InvoiceRow) -> bytes:
    """Return the invoice as a PDF file."""
    page = _page(row)
    _write_head(page, row)
    _write_parties(page, row)
    _write_lines(page, row)
    _write_totals(page, row)
    _write_payment(page, row)
    return bytes(page.output())


def _page(row: InvoiceRow) -> FPDF:
    page = Document(_MARGIN)
    page.set_title(f"Faktura {row.number}")
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
    _write(page, f"Faktura {row.number}", bold=True, points=_TITLE_POINTS)
    _write(page, f"Numer KSeF (dane przykładowe, faktury nie wysłano do KSeF): {row.ksef_number}")
    _write(page, f"Data wystawienia: {short_date(warsaw_date(row.issued_at))}")
    _write(page, f"Okres usługi: {short_date(row.sold_from)}–{short_date(row.sold_to)}")
    _write(page, f"Zamówienie: {row.order_number}")
    page.ln(_LINE)


def _write_parties(page: FPDF, row: InvoiceRow) -> None:
    top = page.get_y()
    seller = (row.seller_name, row.seller_street, f"{row.seller_postcode} {row.seller_city}", row.seller_nip)
    buyer = (row.buyer_name, row.buyer_street, f"{row.buyer_postcode} {row.buyer_city}", row.buyer_nip)
    bottoms = [
        _write_party(page, x, top, *party) for x, party in ((0, ("Sprzedawca", *seller)), (1, ("Nabywca", *buyer)))
    ]
    page.set_y(max(bottoms) + _LINE)


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
    lines = [
        (str(line.position), line.description, "1 szt.", _amount(line.net), _amount(line.net), _percent(line.vat_rate))
        for line in row.lines
    ]
    _write_table(page, (10, 80, 18, 28, 30, 14), ("LEFT", "LEFT", "RIGHT", "RIGHT", "RIGHT", "RIGHT"), [head, *lines])


def _write_totals(page: FPDF, row: InvoiceRow) -> None:
    rates = [
        (_percent(total.rate), *(show_money(part) for part in (total.price.net, total.price.vat, total.price.gross)))
        for total in totals(row.lines)
    ]
    everything = ("Razem", _amount(row.net), _amount(row.vat), _amount(row.gross))
    head = ("Stawka VAT", "Netto", "Kwota VAT", "Brutto")
    _write_table(page, (30, 50, 50, 50), ("LEFT", "RIGHT", "RIGHT", "RIGHT"), [head, *rates, everything])


def _write_payment(page: FPDF, row: InvoiceRow) -> None:
    if row.paid_at is not None:
        _write(page, f"Zapłacono: {_amount(row.gross)}, {short_date(warsaw_date(row.paid_at))}", bold=True, points=12)
        return
    _write(page, f"Do zapłaty: {_amount(row.gross)}", bold=True, points=12)
    _write(page, f"Termin płatności: {short_date(row.due_on)}\nForma płatności: przelew")
    _write(page, f"Odbiorca: {row.transfer_name}\nRachunek: {show_account(row.account)}\nTytuł przelewu: {row.number}")
    content = transfer_qr.payload(row.seller_nip, row.account, Money(row.gross), row.transfer_name, row.number)
    if content is not None:
        _draw_code(page, transfer_qr.modules(content))


def _draw_code(page: FPDF, rows: tuple[tuple[bool, ...], ...]) -> None:
    page.ln(_LINE)
    if page.will_page_break(_CODE + _LINE):
        page.add_page()
    side, left, top = _CODE / len(rows), page.get_x() + _LINE, page.get_y()
    page.set_fill_color(0)
    for number, row in enumerate(rows):
        for start, length in _runs(row):
            page.rect(left + start * side, top + number * side, length * side, side, style="F")
    page.set_xy(_MARGIN, top + _CODE + _LINE)
    _write(page, "Zeskanuj kod w aplikacji swojego banku, a dane przelewu wypełnią się same.")


def _runs(row: tuple[bool, ...]) -> list[tuple[int, int]]:
    """Return where dark modules follow one another: first and number. Drawn apart, they would show seams."""
    starts = [at for at, dark in enumerate(row) if dark and (at == 0 or not row[at - 1])]
    return [(start, next((at for at in range(start, len(row)) if not row[at]), len(row)) - start) for start in starts]


def _amount(value: Decimal) -> str:
    return show_money(Money(value))


def _percent(rate: Decimal) -> str:
    return f"{rate * 100:.0f}%"
