"""„Moje programy": each program with its subscription, its automatic renewal and its licence file."""

from __future__ import annotations

from datetime import date

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath

from r2_renewal.contract import paths
from r2_renewal.domain.dates import days_left
from r2_renewal.reference_shop.pages import Wanted
from r2_renewal.reference_shop.panel import addresses
from r2_renewal.reference_shop.panel.lists import Cursor
from r2_renewal.reference_shop.panel.page import Page, download, show
from r2_renewal.reference_shop.panel.visit import Visit
from r2_renewal.reference_shop.programs import licence_of, licence_page, price_list, program_body
from r2_renewal.reference_shop.shop import Shop


@get(addresses.PROGRAMS, sync_to_thread=True)
def show_programs(shop: NamedDependency[Shop], visit: NamedDependency[Visit], cursor: Cursor = "") -> Page:
    """Return a page of the owned programs, by name."""
    today = shop.settings.today()
    with shop.database.reading() as session:
        listed = licence_page(session, visit.who.customer_id, Wanted(cursor))
        tiers = price_list(session, {row.product for row in listed.rows}, today)
        owned = [program_body(row, tiers) for row in listed.rows]
    ends = [(program, program.valid_until) for program in owned]
    programs = [(program, None if end == date.max else days_left(today, end)) for program, end in ends]
    return show(visit, "programs.html", seller=shop.settings.vendor, programs=programs, next=listed.next, cursor=cursor)


@get(f"{addresses.PROGRAMS}/{{licence_id:str}}/licencja", sync_to_thread=True)
def get_licence(licence_id: FromPath[str], shop: NamedDependency[Shop], visit: NamedDependency[Visit]) -> Page:
    """Return the newest signed file of a licence, to be saved and taken to the program."""
    with shop.database.reading() as session:
        row = licence_of(session, visit.who.customer_id, licence_id)
        return download(row.certificate.encode("ascii"), f"{row.product}.lic", paths.LICENCE_TYPE)


ACCOUNT = (show_programs, get_licence)
