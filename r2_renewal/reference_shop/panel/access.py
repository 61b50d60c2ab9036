"""Who may see a page: people who are logged in, by the cookie's session; the others are sent to log in first."""

from __future__ import annotations

import asyncio
import hmac
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from litestar.types import Guard

from r2_renewal.contract.problems import ProblemCode
from r2_renewal.reference_shop import sessions
from r2_renewal.reference_shop.panel import addresses
from r2_renewal.reference_shop.panel.forms import TOKEN_FIELD, Form
from r2_renewal.reference_shop.panel.page import Page, go, show
from r2_renewal.reference_shop.panel.visit import AnyRequest, Notice, form_token, session_token, visit_of
from r2_renewal.reference_shop.problems import Refusal
from r2_renewal.reference_shop.sessions import Caller
from r2_renewal.reference_shop.shop import Shop

# What a person types at length or with care; the rest is ticked or filled in again at a glance.
TYPED = ("invoice_email", "message", "name", "email")


class SessionEndedError(Exception):
    """Nobody is logged in here any more. Attributes: typed: what was typed into the form that was sent, by field."""

    def __init__(self, typed: dict[str, str]) -> None:
        super().__init__()
        self.typed = typed


def logged_in(shop: Shop) -> Guard:
    """Return the guard of the pages that need a login."""

    async def guard(connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler) -> None:
        request: AnyRequest = Request(connection.scope, connection.receive)
        token = session_token(request, shop.settings)
        try:
            connection.scope["user"] = await asyncio.to_thread(_caller, shop, token)
        except Refusal:
            typed = await _typed(request, token) if request.method == "POST" else {}
            raise SessionEndedError(typed) from None

    return guard


def _caller(shop: Shop, token: str) -> Caller:
    caller = sessions.caller_by(shop, token)
    if caller.scope != sessions.SCOPE_ACCOUNT:
        raise Refusal(ProblemCode.UNAUTHORIZED)  # a licence file opens eSklep, not the panel
    return caller


async def _typed(request: AnyRequest, token: str) -> dict[str, str]:
    """Return what was typed into a form that was this very session's; a stranger's words are shown to nobody."""
    form = Form(await request.form())
    own = form_token(token) if token else ""
    if not own or not hmac.compare_digest(form.text(TOKEN_FIELD).encode(), own.encode()):
        return {}
    return {name: words for name in TYPED if (words := form.text(name).strip())}


def to_login(request: AnyRequest, shop: Shop, typed: dict[str, str]) -> Page:
    """Send somebody who is not logged in to the login, and from there back; what was typed is shown first, not lost."""
    visit = visit_of(request, shop.settings)
    if typed:
        status = HTTPStatus.FORBIDDEN.value
        return show(visit, "ended.html", status=status, seller=shop.settings.vendor, typed=typed)
    wanted = visit.address if request.method == "GET" else addresses.DATA
    notices = (Notice("login.ended"),) if visit.token else ()
    return go(visit, f"{addresses.LOGIN}?dalej={quote(addresses.own_page(wanted), safe='/')}", *notices)
