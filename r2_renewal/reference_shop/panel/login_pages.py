"""The login and its end.

Rules: an unknown e-mail and a wrong password are answered alike; a login closes the session that the browser had and gives a
new one; the attempts are counted as the API's are, together with them.
"""

from __future__ import annotations

from typing import Annotated

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from r2_renewal.contract.problems import ProblemCode
from r2_renewal.contract.structs import AccountSessionRequest
from r2_renewal.reference_shop import sessions
from r2_renewal.reference_shop.bodies import struct_of
from r2_renewal.reference_shop.panel import addresses
from r2_renewal.reference_shop.panel.forms import Form, errors_of
from r2_renewal.reference_shop.panel.page import Page, go, show
from r2_renewal.reference_shop.panel.visit import SESSION, VISITOR, Notice, Visit
from r2_renewal.reference_shop.problems import STATUS, Refusal
from r2_renewal.reference_shop.shop import Shop

Next = Annotated[str, QueryParameter(name="dalej", required=False)]
_REFUSED = {ProblemCode.BAD_CREDENTIALS: "login.refused", ProblemCode.TOO_MANY: "login.too_many"}


@get(addresses.LOGIN, sync_to_thread=False)
def show_login(shop: NamedDependency[Shop], visit: NamedDependency[Visit], following: Next = "") -> Page:
    """Return the form of the login."""
    return _form(shop, visit, following, "", {})


def _form(
    shop: Shop, visit: Visit, following: str, email: str, errors: dict[str, str], refusal: Refusal | None = None
) -> Page:
    status = _status(refusal)
    page = show(
        visit,
        "login.html",
        status=status,
        seller=shop.settings.vendor,
        following=addresses.own_page(following),
        email=email,
        errors=errors,
    )
    if refusal is not None and refusal.code is ProblemCode.TOO_MANY:
        page.headers["Retry-After"] = str(refusal.retry_after)
    return page


def _status(refusal: Refusal | None) -> int:
    if refusal is None:
        return 200
    # 401 would have to say how to authenticate by a header, which a form does not.
    code = ProblemCode.VALIDATION if refusal.code is ProblemCode.BAD_CREDENTIALS else refusal.code
    return STATUS[code].value


@post(addresses.LOGIN, sync_to_thread=True)
def log_in(
    shop: NamedDependency[Shop],
    visit: NamedDependency[Visit],
    form: NamedDependency[Form],
    address: NamedDependency[str],
) -> Page:
    """Open a session, or say that these are not the e-mail and password."""
    email, following = form.text("email"), form.text("dalej")
    missing = {name: visit.language.say(f"error.{name}.empty") for name in ("email", "password") if not form.text(name)}
    if missing:
        return _form(shop, visit, following, email, missing, Refusal(ProblemCode.VALIDATION))
    try:
        wanted = struct_of({"email": email, "password": form.text("password")}, AccountSessionRequest)
        opened = sessions.open_by_password(shop, wanted.email, wanted.password, address)
    except Refusal as refusal:
        phrase = _REFUSED.get(refusal.code)
        errors = {"email": visit.language.say(phrase)} if phrase else errors_of(visit.language, refusal)
        return _form(shop, visit, following, email, errors, refusal)
    if visit.token:
        sessions.close_token(shop, visit.token)
    cookies = (visit.cookie(SESSION, opened.token), visit.cookie(VISITOR, ""))
    return go(visit, addresses.own_page(following), cookies=cookies)


@post(addresses.LOGOUT, sync_to_thread=True)
def log_out(shop: NamedDependency[Shop], visit: NamedDependency[Visit], form: NamedDependency[Form]) -> Page:  # noqa: ARG001
    """End the session."""
    sessions.close(shop, visit.who)
    return go(visit, addresses.LOGIN, Notice("login.out"), cookies=(visit.cookie(SESSION, ""),))


PUBLIC = (show_login, log_in)
ACCOUNT = (log_out,)
