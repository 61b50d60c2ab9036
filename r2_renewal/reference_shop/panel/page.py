"""Rendering: a template with the visit's words, cookies and headers; and the redirect after a change.

Rules: a page may load its own style sheet and nothing else, and be shown in no frame; no cache keeps it; its address is told to
nobody that it links to.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Response
from litestar.datastructures import Cookie
from litestar.enums import MediaType
from litestar.status_codes import HTTP_200_OK, HTTP_303_SEE_OTHER
from markupsafe import Markup, escape

from r2_renewal.domain.company import show_nip
from r2_renewal.domain.dates import NBSP
from r2_renewal.reference_shop.panel import addresses
from r2_renewal.reference_shop.panel.visit import NOTICE, VISITOR, Notice, Visit
from r2_renewal.settings import Vendor, vendor

TEMPLATES = Path(__file__).resolve().parent.parent / "templates" / "panel"
SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
}

# What was typed is shown again; HTML has no control characters but these.
_NO_CONTROLS = {code: None for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\t\n\r"}

# What no header and no file system minds; a product's code and an invoice's number are the vendor's own.
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]")

Page = Response[Any]


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["nip"] = show_nip
    environment.filters["typeset"] = _typeset
    environment.globals["addresses"] = addresses
    return environment


def _typeset(words: str) -> Markup:
    """Let a long address break after its @ rather than anywhere, and a company's form not at all."""
    return escape(words.replace("z o.o.", f"z{NBSP}o.o.")).replace("@", Markup("@<wbr>"))


def show(
    visit: Visit, template: str, *, status: int = HTTP_200_OK, seller: Vendor | None = None, **values: Any
) -> Page:
    """Return a page.

    Args:
        visit: whose.
        template: its file.
        status: of the answer.
        seller: the vendor whose names the page bears; None for this installation's.
        values: what the template names.
    """
    language = visit.language
    known = {
        "visit": visit,
        "language": language,
        "say": language.say,
        "told": _told(visit),
        "errors": {},
        **values,
    }
    words = _environment().get_template(template).render(vendor=seller or vendor(), **known)
    return Response(
        words.translate(_NO_CONTROLS),
        status_code=status,
        media_type=MediaType.HTML,
        headers={**SECURITY_HEADERS, "Content-Language": language.code, "Vary": "Accept-Language, Cookie"},
        cookies=_cookies(visit),
    )


def _told(visit: Visit) -> list[str]:
    try:
        return [visit.language.say(notice.phrase, **notice.values) for notice in visit.notices]
    except (KeyError, TypeError):
        return []  # a cookie that is not ours


def _cookies(visit: Visit) -> list[Cookie]:
    given = [visit.cookie(VISITOR, visit.visitor)] if visit.is_new and visit.caller is None else []
    return [*given, *([visit.cookie(NOTICE, "")] if visit.notices else [])]


def go(visit: Visit, address: str, *notices: Notice, cookies: tuple[Cookie, ...] = ()) -> Page:
    """Return a redirect to a page that tells the notices first, so that reloading it repeats nothing."""
    told = (visit.notice_cookie(notices),) if notices else ()
    return Response(
        None,
        status_code=HTTP_303_SEE_OTHER,
        media_type=MediaType.TEXT,
        headers={**SECURITY_HEADERS, "Location": address},
        cookies=[*cookies, *told],
    )


def download(content: bytes, name: str, media_type: str) -> Page:
    """Return a file to be saved."""
    safe = _UNSAFE.sub("-", name)
    headers = {**SECURITY_HEADERS, "Content-Disposition": f'attachment; filename="{safe}"'}
    return Response(content, media_type=media_type, headers=headers)
