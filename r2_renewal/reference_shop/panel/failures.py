"""Pages that tell a refusal or a failure, each with a way on.

Rules: another customer's object and one that never was are the same page; an inner failure tells nothing of itself; what is
outside the panel is answered as the API answers.
"""

from __future__ import annotations

from http import HTTPStatus

from litestar import Response
from litestar.exceptions import HTTPException

from r2_renewal.reference_shop import problems
from r2_renewal.reference_shop.panel import addresses
from r2_renewal.reference_shop.panel.access import OldFormError, SessionEndedError, to_login
from r2_renewal.reference_shop.panel.page import Page, show
from r2_renewal.reference_shop.panel.resumption import resume
from r2_renewal.reference_shop.panel.visit import AnyRequest, visit_of
from r2_renewal.reference_shop.problems import Refusal
from r2_renewal.reference_shop.shop import Shop

_HEADERS = ("allow", "retry-after")
_PHRASES = {
    HTTPStatus.FORBIDDEN: "failure.stale",
    HTTPStatus.NOT_FOUND: "failure.not_found",
    HTTPStatus.METHOD_NOT_ALLOWED: "failure.not_found",
    HTTPStatus.CONFLICT: "failure.conflict",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "failure.too_large",
    HTTPStatus.TOO_MANY_REQUESTS: "failure.too_many",
    HTTPStatus.SERVICE_UNAVAILABLE: "failure.busy",
}


def on_session_ended(request: AnyRequest, ended: SessionEndedError) -> Page:
    """Lead to the login."""
    return to_login(request, _shop(request), ended.kept)


def on_old_form(request: AnyRequest, old: OldFormError) -> Page:
    """Show what was typed once more, in a form of this session."""
    shop = _shop(request)
    return resume(shop, visit_of(request, shop.settings), old.kept)


def on_refusal(request: AnyRequest, refusal: Refusal) -> Page:
    """Answer a refusal that no page tells by itself."""
    return _failure(request, problems.STATUS[refusal.code], dict(problems.answer(refusal).headers))


def on_http_error(request: AnyRequest, error: HTTPException) -> Response[bytes]:
    """Answer a refusal of the framework: in the panel by a page, elsewhere as a problem."""
    if not request.scope["path"].startswith(addresses.PANEL):
        return problems.on_http_error(request, error)
    if error.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return on_failure(request, error)
    return _failure(request, HTTPStatus(error.status_code), dict(error.headers or {}))


def on_storage_failure(request: AnyRequest, error: Exception) -> Page:
    """Answer a failure of the database."""
    refusal = problems.storage_refusal(error)
    return on_failure(request, error) if refusal is None else on_refusal(request, refusal)


def on_failure(request: AnyRequest, error: Exception) -> Page:
    """Answer a failure of the shop itself."""
    problems.on_failure(request, error)  # for its line in the log
    return _failure(request, HTTPStatus.INTERNAL_SERVER_ERROR, {})


def _failure(request: AnyRequest, status: HTTPStatus, headers: dict[str, str]) -> Page:
    shop = _shop(request)
    phrase = _PHRASES.get(status, "failure.malformed" if status < HTTPStatus.INTERNAL_SERVER_ERROR else "failure.inner")
    page = show(
        visit_of(request, shop.settings),
        "failure.html",
        status=status.value,
        seller=shop.settings.vendor,
        phrase=phrase,
        back=addresses.DATA,
    )
    page.headers.update({name: value for name, value in headers.items() if name.lower() in _HEADERS})
    return page


def _shop(request: AnyRequest) -> Shop:
    found: Shop = request.app.state.shop
    return found
