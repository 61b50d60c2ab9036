"""A visit: one request to the panel, with its cookies, its language and who is logged in.

Rules: the cookie holds the opaque token of an account session and is out of a script's reach; over https it has the prefix
``__Host-``, so that no neighbour of this host can set it; a login gives a new one. Each form carries a token made from the
session's, or before the login from a cookie of the visitor's own, and is compared in constant time.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass, field
from typing import Any, Literal

from litestar import Request
from litestar.datastructures import Cookie

from r2_renewal.reference_shop.callers import Caller
from r2_renewal.reference_shop.panel.kept import owner_of
from r2_renewal.reference_shop.panel.language import Language, wanted
from r2_renewal.reference_shop.sessions import TOKEN_BYTES
from r2_renewal.reference_shop.settings import ShopSettings

AnyRequest = Request[Any, Any, Any]
SESSION, VISITOR, NOTICE = "r2_session", "r2_visitor", "r2_notice"
MOST_NOTICES = 8
_HOST_PREFIX = "__Host-"


@dataclass(frozen=True, slots=True)
class Notice:
    """What the next page tells first. Attributes: phrase: its name; values: what it says of this time."""

    phrase: str
    values: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Visit:
    """One request to the panel.

    Attributes:
        language: the language of the answer.
        is_secure: whether customers reach the panel by https.
        token: of the session; empty before the login.
        visitor: the visitor's own secret before the login.
        is_new: whether that secret is yet to be given.
        caller: who is logged in; None before the login.
        owner: what the forms carry to say whose they are; empty before the login.
        address: path and query of the request.
        notices: what the page tells first.
    """

    language: Language
    is_secure: bool
    token: str
    visitor: str
    is_new: bool
    caller: Caller | None
    owner: str
    address: str
    notices: tuple[Notice, ...]

    @property
    def form_token(self) -> str:
        """The token that this visit's forms carry."""
        return form_token(self.token if self.caller is not None else self.visitor)

    @property
    def who(self) -> Caller:
        """Who is logged in, on a page that only such people see."""
        if self.caller is None:
            raise LookupError("a page for people who are logged in")
        return self.caller

    def is_own(self, given: str) -> bool:
        """Whether a form's token is this visit's."""
        return hmac.compare_digest(given.encode(), self.form_token.encode())

    def cookie(self, name: str, value: str) -> Cookie:
        """Return a cookie of the panel; an empty value takes it away."""
        age = None if value else 0
        return Cookie(
            key=cookie_name(name, is_secure=self.is_secure),
            value=value,
            path="/",
            max_age=age,
            httponly=True,
            samesite=_LAX,
            secure=self.is_secure,
        )

    def notice_cookie(self, notices: tuple[Notice, ...]) -> Cookie:
        """Return the cookie that takes notices over to the next page."""
        document = json.dumps([[notice.phrase, notice.values] for notice in notices[:MOST_NOTICES]])
        return self.cookie(NOTICE, base64.urlsafe_b64encode(document.encode()).decode())


# Lax, not strict: who follows a letter's link to an order is logged in there.
_LAX: Literal["lax"] = "lax"


def form_token(secret: str) -> str:
    """Return what forms carry for a session's or a visitor's secret; the secret cannot be told from it."""
    return hmac.new(secret.encode(), b"form", hashlib.sha256).hexdigest()


def cookie_name(name: str, *, is_secure: bool) -> str:
    """Return the name that a cookie goes by."""
    return f"{_HOST_PREFIX}{name}" if is_secure else name


def is_secure(request: AnyRequest, settings: ShopSettings) -> bool:
    """Whether customers reach the panel by https: the request says so, or the shop's public address does."""
    return request.scope["scheme"] == "https" or settings.public_url.startswith("https://")


def session_token(request: AnyRequest, settings: ShopSettings) -> str:
    """Return the session's token that a request brings; empty where it brings none."""
    return request.cookies.get(cookie_name(SESSION, is_secure=is_secure(request, settings)), "")


def visit_of(request: AnyRequest, settings: ShopSettings) -> Visit:
    """Return the visit of a request, whose caller the guard has found where there is one."""
    secure = is_secure(request, settings)
    visitor = request.cookies.get(cookie_name(VISITOR, is_secure=secure), "")
    caller: Caller | None = request.scope.get("user")
    return Visit(
        language=wanted(request.headers.get("Accept-Language", "")),
        is_secure=secure,
        token=session_token(request, settings),
        visitor=visitor or secrets.token_urlsafe(TOKEN_BYTES),
        is_new=not visitor,
        caller=caller,
        owner=owner_of(settings, caller.login) if caller is not None else "",
        address=_address(request),
        notices=_notices(request.cookies.get(cookie_name(NOTICE, is_secure=secure), "")),
    )


def _address(request: AnyRequest) -> str:
    query = request.scope["query_string"].decode("ascii", "replace")
    return request.scope["path"] + (f"?{query}" if query else "")


def _notices(value: str) -> tuple[Notice, ...]:
    try:
        entries = json.loads(base64.urlsafe_b64decode(value.encode())) if value else []
        return tuple(Notice(phrase, {**values}) for phrase, values in entries)[:MOST_NOTICES]
    except (binascii.Error, ValueError, TypeError, RecursionError):
        return ()  # not ours
