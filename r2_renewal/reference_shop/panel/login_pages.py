"""The login and its end.

Rules: an unknown e-mail and a wrong password are answered alike; a login closes the session that the browser had and gives a
new one; the attempts are counted as the API's are, together with them; a form whose session had ended waits behind the login and
comes back with what was typed.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Annotated

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from r2_renewal.contract.problems import ProblemCode
from r2_renewal.contract.structs import AccountSessionRequest
from r2_renewal.reference_shop import sessions
from r2_renewal.reference_shop.bodies import struct_of
from r2_renewal.reference_shop.origins import Origin
from r2_renewal.reference_shop.panel import addresses
from r2_renewal.reference_shop.panel.forms import Form, errors_of
from r2_renewal.reference_shop.panel.kept import Kept, kept_in
from r2_renewal.reference_shop.panel.page import Page, go, show
from r2_renewal.reference_shop.panel.resumption import resume
from r2_renewal.reference_shop.panel.visit import SESSION, VISITOR, Notice, Visit
from r2_renewal.reference_shop.problems import STATUS, Refusal
from r2_renewal.reference_shop.shop import Shop

Next = Annotated[str, QueryParameter(name="dalej", required=False)]
_REFUSED = {
    ProblemCode.BAD_CREDENTIALS: "login.refused",
    ProblemCode.TOO_MANY: "login.too_many",
    ProblemCode.NOT_READY: "login.busy",
}
_LATER = (ProblemCode.TOO_MANY, ProblemCode.NOT_READY)


@get(addresses.LOGIN, sync_to_thread=False)
def show_login(shop: NamedDependency[Shop], visit: NamedDependency[Visit], following: Next = "") -> Page:
    """Return the form of the login."""
    return _form(shop, visit, addresses.own_page(following))


def _form(
    shop: Shop, visit: Visit, following: str, kept: Kept | None = None, status: int = 200, **said: object
) -> Page:
    """Return the form of the login, over what was typed before it where there is something."""
    values = {"email": "", "following": following, **said}
    if kept is not None:
        return show(visit, "ended.html", status=status, seller=shop.settings.vendor, kept=kept, **values)
    return show(visit, "login.html", status=status, seller=shop.settings.vendor, **values)


def _status(refusal: Refusal) -> int:
    # 401 would have to say how to authenticate by a header, which a form does not.
    code = ProblemCode.VALIDATION if refusal.code is ProblemCode.BAD_CREDENTIALS else refusal.code
    return STATUS[code].value


@post(addresses.LOGIN)
async def log_in(
    shop: NamedDependency[Shop],
    visit: NamedDependency[Visit],
    form: NamedDependency[Form],
    origin: NamedDependency[Origin],
) -> Page:
    """Open a session, or say that these are not the e-mail and password."""
    missing = {name: visit.language.say(f"error.{name}.empty") for name in ("email", "password") if not form.text(name)}
    if missing:
        return await asyncio.to_thread(_again, shop, visit, form, missing, STATUS[ProblemCode.VALIDATION].value)
    try:
        wanted = struct_of({"email": form.text("email"), "password": form.text("password")}, AccountSessionRequest)
        token = (await sessions.open_pooled(shop, wanted.email, wanted.password, origin)).token
    except Refusal as refusal:
        return await asyncio.to_thread(_refused, shop, visit, form, refusal)
    return await asyncio.to_thread(_entered, shop, visit, form, token)


def _again(shop: Shop, visit: Visit, form: Form, errors: dict[str, str], status: int) -> Page:
    following = addresses.own_page(form.text("dalej"))
    return _form(shop, visit, following, kept_in(form), status, email=form.text("email"), errors=errors)


def _refused(shop: Shop, visit: Visit, form: Form, refusal: Refusal) -> Page:
    phrase = _REFUSED.get(refusal.code)
    errors = {"email": visit.language.say(phrase)} if phrase else errors_of(visit.language, refusal)
    page = _again(shop, visit, form, errors, _status(refusal))
    if refusal.code in _LATER:
        page.headers["Retry-After"] = str(refusal.retry_after)
    return page


def _entered(shop: Shop, visit: Visit, form: Form, token: str) -> Page:
    kept = kept_in(form)
    if visit.token:
        sessions.close_token(shop, visit.token)
    page = go(visit, addresses.own_page(form.text("dalej"))) if kept is None else _back(shop, visit, token, kept)
    page.cookies.extend((visit.cookie(SESSION, token), visit.cookie(VISITOR, "")))
    return page


def _back(shop: Shop, visit: Visit, token: str, kept: Kept) -> Page:
    """Lead back to a form that waited; another login finds nothing in it."""
    caller = sessions.caller_by(shop, token)
    if not kept.is_of(shop.settings, caller.login):
        return go(visit, addresses.DATA, Notice("ended.other"))
    try:
        return resume(shop, replace(visit, token=token, caller=caller, owner=kept.owner), kept)
    except Refusal:
        return go(visit, kept.page)  # what is in the way there is said there: this answer brings the session


@post(addresses.LOGOUT, sync_to_thread=True)
def log_out(shop: NamedDependency[Shop], visit: NamedDependency[Visit], form: NamedDependency[Form]) -> Page:  # noqa: ARG001
    """End the session."""
    sessions.close(shop, visit.who)
    return go(visit, addresses.LOGIN, Notice("login.out"), cookies=(visit.cookie(SESSION, ""),))


PUBLIC = (show_login, log_in)
ACCOUNT = (log_out,)
