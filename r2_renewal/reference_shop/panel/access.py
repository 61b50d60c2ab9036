"""Who may see a page and send its form: people who are logged in, by the cookie's session; the others log in first.

Rules: a form without its visit's token changes nothing; what was typed into one whose session has ended waits for the login.
"""

from __future__ import annotations

import asyncio
import hmac
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.di import NamedDependency
from litestar.exceptions import PermissionDeniedException
from litestar.handlers import BaseRouteHandler
from litestar.types import Guard

from r2_renewal.contract.problems import ProblemCode
from r2_renewal.reference_shop import sessions
from r2_renewal.reference_shop.callers import Caller
from r2_renewal.reference_shop.panel import addresses
from r2_renewal.reference_shop.panel.form_reader import read_form
from r2_renewal.reference_shop.panel.forms import TOKEN_FIELD, Form
from r2_renewal.reference_shop.panel.kept import Kept, kept_of
from r2_renewal.reference_shop.panel.page import Page, go, show
from r2_renewal.reference_shop.panel.visit import AnyRequest, Notice, Visit, form_token, session_token, visit_of
from r2_renewal.reference_shop.problems import Refusal
from r2_renewal.reference_shop.shop import Shop


class SessionEndedError(Exception):
    """Nobody is logged in here any more. Attributes: kept: what was typed into the form that was sent; None for nothing."""

    def __init__(self, kept: Kept | None = None) -> None:
        super().__init__()
        self.kept = kept


class OldFormError(Exception):
    """A form of an earlier session of this login: not taken, but not lost. Attributes: kept: what was typed into it."""

    def __init__(self, kept: Kept) -> None:
        super().__init__()
        self.kept = kept


def logged_in(shop: Shop) -> Guard:
    """Return the guard of the pages that need a login."""

    async def guard(connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler) -> None:
        request: AnyRequest = Request(connection.scope, connection.receive)
        token = session_token(request, shop.settings)
        try:
            connection.scope["user"] = await asyncio.to_thread(_caller, shop, token)
        except Refusal:
            kept = await _kept(request, token) if request.method == "POST" else None
            raise SessionEndedError(kept) from None

    return guard


def _caller(shop: Shop, token: str) -> Caller:
    caller = sessions.caller_by(shop, token)
    if caller.scope != sessions.SCOPE_ACCOUNT:
        raise Refusal(ProblemCode.UNAUTHORIZED)  # a licence file opens eSklep, not the panel
    return caller


async def _kept(request: AnyRequest, token: str) -> Kept | None:
    """Return what was typed into a form that was this very session's; a stranger's words are shown to nobody."""
    form = await read_form(request, takes_file=False)
    own = form_token(token) if token else ""
    if not own or not hmac.compare_digest(form.text(TOKEN_FIELD).encode(), own.encode()):
        return None
    return kept_of(form, request.scope["path"])


async def form_of(request: AnyRequest, visit: NamedDependency[Visit], shop: NamedDependency[Shop]) -> Form:
    """Return the form of a request; one without this visit's token is not read at all.

    Raises:
        OldFormError: it is of an earlier session of the same login.
        PermissionDeniedException: it is nobody's here.
    """
    form = await read_form(request, takes_file=request.scope["path"] == addresses.ORDER_FILE)
    if visit.is_own(form.text(TOKEN_FIELD)):
        return form
    kept = kept_of(form, request.scope["path"]) if visit.caller is not None else None
    if kept is not None and kept.is_of(shop.settings, visit.who.login):
        raise OldFormError(kept)
    raise PermissionDeniedException


def to_login(request: AnyRequest, shop: Shop, kept: Kept | None) -> Page:
    """Send somebody who is not logged in to the login, and from there back; where something was typed, log in over it."""
    visit = visit_of(request, shop.settings)
    if kept is not None:
        status = HTTPStatus.FORBIDDEN.value
        return show(visit, "ended.html", status=status, seller=shop.settings.vendor, kept=kept, email="")
    wanted = visit.address if request.method == "GET" else addresses.DATA
    notices = (Notice("login.ended"),) if visit.token else ()
    return go(visit, f"{addresses.LOGIN}?dalej={quote(addresses.own_page(wanted), safe='/')}", *notices)
