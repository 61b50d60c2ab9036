"""``/panel/``: one page that says what this shop is, until the customer panel comes. Rendered here, no script, no login.

Rules: everything is escaped; the page may load its own style sheet and nothing else.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.enums import MediaType
from litestar.handlers import HTTPRouteHandler

from r2_renewal.contract.paths import PREFIX
from r2_renewal.reference_shop.openapi import API_VERSION
from r2_renewal.reference_shop.shop import Shop

TEMPLATES = Path(__file__).resolve().parent / "templates"
SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
}


@cache
def _environment() -> Environment:
    return Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined)


@get("/panel/", sync_to_thread=True, include_in_schema=False, media_type=MediaType.HTML)
def get_panel(shop: NamedDependency[Shop]) -> Response[str]:
    """Return the page."""
    page = _environment().get_template("panel.html")
    words = page.render(vendor=shop.settings.vendor, prefix=PREFIX, version=API_VERSION)
    return Response(words, media_type=MediaType.HTML, headers=SECURITY_HEADERS)


@get("/panel/panel.css", sync_to_thread=True, include_in_schema=False, media_type=MediaType.CSS)
def get_style() -> Response[str]:
    """Return the page's style sheet."""
    return Response((TEMPLATES / "panel.css").read_text(encoding="utf-8"), media_type=MediaType.CSS)


HANDLERS: tuple[HTTPRouteHandler, ...] = (get_panel, get_style)
