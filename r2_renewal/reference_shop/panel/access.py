"""Who may see a page: people who are logged in, by the cookie's session; the others are sent to log in first."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import quote

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from litestar.types import Guard

from r2_renewal.contract.problems import ProblemCode
from r2_renewal.reference_shop import sessions
from r2_renewal.reference_shop.panel import addresses
from r2_renewal.reference_shop.panel.page import Page, go
from r2_renewal.reference_shop.panel.visit import AnyRequest, Notice, session_token, visit_of
from r2_renewal.reference_shop.problems import Refusal
from r2_renewal.reference_shop.shop import Shop


def logged_in(shop: Shop) -> Guard:
    """Return the guard of the pages that need a login."""

    async def guard(connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler) -> None:
        request: AnyRequest = Request(connection.scope)
        token = session_token(request, shop.settings)
        caller = await asyncio.to_thread(sessions.caller_by, shop, token)
        if caller.scope != sessions.SCOPE_ACCOUNT:
            raise Refusal(ProblemCode.UNAUTHORIZED)  # a licence file opens eSklep, not the panel
        connection.scope["user"] = caller

    return guard


def to_login(request: AnyRequest, shop: Shop) -> Page:
    """Send somebody who is not logged in to the login, and from there back."""
    visit = visit_of(request, shop.settings)
    wanted = visit.address if request.method == "GET" else addresses.DATA
    notices = (Notice("login.ended"),) if visit.token else ()
    return go(visit, f"{addresses.LOGIN}?dalej={quote(addresses.own_page(wanted), safe='/')}", *notices)
