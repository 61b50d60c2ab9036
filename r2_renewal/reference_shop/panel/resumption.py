"""The way back into a form that was kept: its page as it is now, with what was typed, to be sent by the user's own hand."""

from __future__ import annotations

import re
from dataclasses import replace

from r2_renewal.reference_shop.panel import addresses, data_pages, order_pages
from r2_renewal.reference_shop.panel.kept import Kept
from r2_renewal.reference_shop.panel.page import Page, go
from r2_renewal.reference_shop.panel.visit import Notice, Visit
from r2_renewal.reference_shop.shop import Shop

_WITHDRAWAL = re.compile(f"{addresses.ORDERS}/([^/]+)/odstapienie")


def resume(shop: Shop, visit: Visit, kept: Kept) -> Page:
    """Return the page of a form with what was typed into it, which is the visiting login's."""
    told = (Notice("ended.back"), *((Notice("data.tick_again"),) if kept.is_ticked else ()))
    there = replace(visit, address=kept.page, notices=told)
    withdrawal = _WITHDRAWAL.fullmatch(kept.page)
    if withdrawal is not None:
        return order_pages.resume_withdrawal(shop, there, withdrawal[1], kept)
    if kept.page == addresses.REPORT:
        return data_pages.resume_report(shop, there, kept)
    if kept.page.partition("?")[0] == addresses.DATA:
        return data_pages.resume_data(shop, there, kept)
    return go(visit, kept.page)
