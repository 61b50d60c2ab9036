"""„Nie pamiętasz hasła?": asking for a letter, and the page that its link opens.

Rules: the answer is the same, and takes the same time, for every e-mail; the page that a link opens links to nobody else and
tells its address to nobody; a link works once, for ten minutes.
"""

from __future__ import annotations

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from r2_renewal.contract.accounts import LEAST_PASSWORD, NewPasswordRequest, PasswordResetRequest
from r2_renewal.contract.problems import FieldProblem, ProblemCode
from r2_renewal.reference_shop import resets
from r2_renewal.reference_shop.bodies import struct_of
from r2_renewal.reference_shop.panel import addresses
from r2_renewal.reference_shop.panel.forms import Form, errors_of
from r2_renewal.reference_shop.panel.page import Page, go, show
from r2_renewal.reference_shop.panel.visit import Notice, Visit
from r2_renewal.reference_shop.problems import STATUS, Refusal
from r2_renewal.reference_shop.shop import Shop


@get(addresses.PASSWORD, sync_to_thread=False)
def show_forgotten(shop: NamedDependency[Shop], visit: NamedDependency[Visit]) -> Page:
    """Return the form that asks for a letter."""
    return show(visit, "forgotten.html", seller=shop.settings.vendor, email="")


@post(addresses.PASSWORD)
async def ask_for_letter(
    shop: NamedDependency[Shop],
    visit: NamedDependency[Visit],
    form: NamedDependency[Form],
    address: NamedDependency[str],
) -> Page:
    """Ask for the letter; say the same whether or not there is such an account."""
    email = form.text("email")
    try:
        if not email.strip():
            raise Refusal(ProblemCode.VALIDATION, fields=(FieldProblem(field="email", code="empty"),))
        wanted = struct_of({"email": email}, PasswordResetRequest)
        await resets.request_evenly(shop, wanted.email, address)
    except Refusal as refusal:
        if refusal.code is not ProblemCode.VALIDATION:
            raise
        errors, status = errors_of(visit.language, refusal), STATUS[refusal.code].value
        return show(visit, "forgotten.html", status=status, seller=shop.settings.vendor, email=email, errors=errors)
    return go(visit, addresses.LOGIN, Notice("forgotten.sent"))


@get(f"{addresses.PASSWORD}/{{token:str}}", sync_to_thread=True)
def show_new_password(
    token: FromPath[str],
    shop: NamedDependency[Shop],
    visit: NamedDependency[Visit],
    address: NamedDependency[str],
) -> Page:
    """Return the form of a new password, or say that the link no longer works."""
    try:
        resets.check(shop, token, address)
    except Refusal as refusal:
        return _ended(shop, visit, refusal)
    return _new_password(shop, visit, token, {}, 200)


def _ended(shop: Shop, visit: Visit, refusal: Refusal) -> Page:
    if refusal.code is not ProblemCode.NOT_FOUND:
        raise refusal
    return show(visit, "link_ended.html", status=STATUS[refusal.code].value, seller=shop.settings.vendor)


def _new_password(shop: Shop, visit: Visit, token: str, errors: dict[str, str], status: int) -> Page:
    return show(
        visit,
        "new_password.html",
        status=status,
        seller=shop.settings.vendor,
        address=addresses.new_password(token),
        least=LEAST_PASSWORD,
        errors=errors,
    )


@post(f"{addresses.PASSWORD}/{{token:str}}")
async def set_password(
    token: FromPath[str],
    shop: NamedDependency[Shop],
    visit: NamedDependency[Visit],
    form: NamedDependency[Form],
    address: NamedDependency[str],
) -> Page:
    """Set the new password; every session of the login ends with it."""
    try:
        await resets.use_pooled(shop, token, _password(form), address)
    except Refusal as refusal:
        if refusal.code is not ProblemCode.VALIDATION:
            return _ended(shop, visit, refusal)
        return _new_password(shop, visit, token, errors_of(visit.language, refusal), STATUS[refusal.code].value)
    return go(visit, addresses.LOGIN, Notice("new_password.set"))


def _password(form: Form) -> str:
    password, again = form.text("password"), form.text("again")
    if len(password) < LEAST_PASSWORD:
        raise Refusal(ProblemCode.VALIDATION, fields=(FieldProblem(field="password", code="short"),))
    if password != again:
        raise Refusal(ProblemCode.VALIDATION, fields=(FieldProblem(field="again", code="mismatch"),))
    return struct_of({"password": password}, NewPasswordRequest).password


PUBLIC = (show_forgotten, ask_for_letter, show_new_password, set_password)
