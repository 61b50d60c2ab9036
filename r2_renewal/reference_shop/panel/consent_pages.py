"""The history of consents: each with the exact text and its evidence, and a confirmation to be kept."""

from __future__ import annotations

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath

from r2_renewal.contract import paths
from r2_renewal.reference_shop import records
from r2_renewal.reference_shop.consent_pdf import consent_pdf
from r2_renewal.reference_shop.pages import Wanted
from r2_renewal.reference_shop.panel import addresses
from r2_renewal.reference_shop.panel.lists import Cursor
from r2_renewal.reference_shop.panel.page import Page, download, show
from r2_renewal.reference_shop.panel.visit import Visit
from r2_renewal.reference_shop.programs import licence_of, licences_of
from r2_renewal.reference_shop.shop import Shop


@get(addresses.CONSENTS, sync_to_thread=True)
def show_consents(shop: NamedDependency[Shop], visit: NamedDependency[Visit], cursor: Cursor = "") -> Page:
    """Return a page of the consents, newest first, withdrawn ones included."""
    with shop.database.reading() as session:
        listed = records.consent_list(session, visit.who.customer_id, Wanted(cursor))
        programs = {row.id: row.name for row in licences_of(session, visit.who.customer_id)}
    return show(visit, "consents.html", seller=shop.settings.vendor, listed=listed, cursor=cursor, programs=programs)


@get(f"{addresses.CONSENTS}/{{consent_id:str}}/pdf", sync_to_thread=True)
def get_consent(consent_id: FromPath[str], shop: NamedDependency[Shop], visit: NamedDependency[Visit]) -> Page:
    """Return the confirmation of a consent."""
    with shop.database.reading() as session:
        row = records.consent_of(session, visit.who.customer_id, consent_id)
        program = licence_of(session, visit.who.customer_id, row.licence_id).name
        return download(consent_pdf(row, program, shop.settings.seller), f"zgoda-{row.id}.pdf", paths.PDF_TYPE)


ACCOUNT = (show_consents, get_consent)
