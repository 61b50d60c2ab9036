"""„Faktury": numbers, dates, amounts and states, and each invoice as PDF."""

from __future__ import annotations

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath

from r2_renewal.contract import paths
from r2_renewal.reference_shop import records
from r2_renewal.reference_shop.invoice_pdf import invoice_pdf
from r2_renewal.reference_shop.invoices import invoice_of, verification_of
from r2_renewal.reference_shop.pages import Wanted
from r2_renewal.reference_shop.panel import addresses
from r2_renewal.reference_shop.panel.lists import Cursor
from r2_renewal.reference_shop.panel.page import Page, download, show
from r2_renewal.reference_shop.panel.visit import Visit
from r2_renewal.reference_shop.shop import Shop


@get(addresses.INVOICES, sync_to_thread=True)
def show_invoices(shop: NamedDependency[Shop], visit: NamedDependency[Visit], cursor: Cursor = "") -> Page:
    """Return a page of the invoices, newest first."""
    with shop.database.reading() as session:
        listed = records.invoice_list(session, visit.who.customer_id, Wanted(cursor))
    return show(
        visit,
        "invoices.html",
        seller=shop.settings.vendor,
        listed=listed,
        cursor=cursor,
        today=shop.settings.today(),
        is_sample=shop.settings.ksef is None,
    )


@get(f"{addresses.INVOICES}/{{invoice_id:str}}/pdf", sync_to_thread=True)
def get_invoice(invoice_id: FromPath[str], shop: NamedDependency[Shop], visit: NamedDependency[Visit]) -> Page:
    """Return an invoice to be read, printed and kept."""
    with shop.database.reading() as session:
        row = invoice_of(session, visit.who.customer_id, invoice_id)
        code = verification_of(session, shop.settings, row)
        return download(invoice_pdf(row, code), f"{row.number.replace('/', '-')}.pdf", paths.PDF_TYPE)


ACCOUNT = (show_invoices, get_invoice)
