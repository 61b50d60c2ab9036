"""The panel's pages composed: who may see which, and what every handler of a page is given."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, Router, get
from litestar.di import NamedDependency, Provide
from litestar.enums import MediaType
from litestar.exceptions import HTTPException
from sqlalchemy.exc import SQLAlchemyError

from r2_renewal.reference_shop.panel import (
    addresses,
    consent_pages,
    data_pages,
    failures,
    invoice_pages,
    login_pages,
    order_by_file_pages,
    order_file_pages,
    order_pages,
    password_pages,
    program_pages,
    session_pages,
)
from r2_renewal.reference_shop.panel.access import OldFormError, SessionEndedError, form_of, logged_in
from r2_renewal.reference_shop.panel.page import TEMPLATES, Page, go
from r2_renewal.reference_shop.panel.visit import Visit, visit_of
from r2_renewal.reference_shop.problems import Refusal
from r2_renewal.reference_shop.shop import Shop

_STYLE_CACHE = "public, max-age=3600"


@get(["/", addresses.PANEL], sync_to_thread=False)
def show_first(visit: NamedDependency[Visit]) -> Page:
    """Lead to the first page."""
    return go(visit, addresses.DATA)


@get(addresses.STYLE, sync_to_thread=True, media_type=MediaType.CSS)
def get_style() -> Response[str]:
    """Return the style sheet of every page."""
    words = (TEMPLATES / "panel.css").read_text(encoding="utf-8")
    return Response(words, media_type=MediaType.CSS, headers={"Cache-Control": _STYLE_CACHE})


PUBLIC = (
    show_first,
    get_style,
    *login_pages.PUBLIC,
    *password_pages.PUBLIC,
    *order_file_pages.PUBLIC,
    *order_by_file_pages.PUBLIC,
)
ACCOUNT = (
    *login_pages.ACCOUNT,
    *data_pages.ACCOUNT,
    *consent_pages.ACCOUNT,
    *program_pages.ACCOUNT,
    *order_pages.ACCOUNT,
    *invoice_pages.ACCOUNT,
    *session_pages.ACCOUNT,
)


def routers(shop: Shop) -> tuple[Router, Router]:
    """Return the pages for everybody, and those for people who are logged in."""
    return _router(PUBLIC), _router(ACCOUNT, guards=[logged_in(shop)])


def _router(handlers: tuple[Any, ...], **options: Any) -> Router:
    return Router(
        "/",
        route_handlers=handlers,
        dependencies={
            "visit": Provide(_visit, sync_to_thread=False),
            "form": Provide(form_of),
        },
        exception_handlers={
            SessionEndedError: failures.on_session_ended,
            OldFormError: failures.on_old_form,
            Refusal: failures.on_refusal,
            HTTPException: failures.on_http_error,
            SQLAlchemyError: failures.on_storage_failure,
            Exception: failures.on_failure,
        },
        include_in_schema=False,
        **options,
    )


def _visit(request: Request[Any, Any, Any], shop: NamedDependency[Shop]) -> Visit:
    return visit_of(request, shop.settings)
