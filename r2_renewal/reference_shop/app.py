"""The shop as one ASGI application, composed in one place.

Rules: a session is asked for before a body is read; a body is at most 256 KiB; what is not said to be public is never stored
by a cache; the ``Date`` of every answer is the shop's own clock, since clients compare theirs with it.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.utils import format_datetime
from typing import Any

from litestar import Litestar, Request, Router
from litestar.connection import ASGIConnection
from litestar.datastructures import MutableScopeHeaders, State
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.handlers import BaseRouteHandler
from litestar.types import Guard, Message, Scope
from sqlalchemy.exc import SQLAlchemyError

from r2_renewal.contract.problems import ProblemCode
from r2_renewal.licensing.keys import ED25519_KEY_BYTES
from r2_renewal.reference_shop import account_routes, fault_hooks, openapi, sessions, sweeping
from r2_renewal.reference_shop.attempts import counted_address
from r2_renewal.reference_shop.auto_fulfilment import watch
from r2_renewal.reference_shop.billing.submissions import KsefPost, sender_of
from r2_renewal.reference_shop.callers import Caller
from r2_renewal.reference_shop.fault_hooks import Faults
from r2_renewal.reference_shop.keys import signing_key_of
from r2_renewal.reference_shop.mail.sender import MailSender
from r2_renewal.reference_shop.origins import Origin
from r2_renewal.reference_shop.panel.failures import on_http_error
from r2_renewal.reference_shop.panel.routes import routers
from r2_renewal.reference_shop.problems import Refusal, on_failure, on_refusal, on_storage_failure
from r2_renewal.reference_shop.routes import PUBLIC, SECURED
from r2_renewal.reference_shop.settings import ShopSettings
from r2_renewal.reference_shop.shop import Shop, open_shop
from r2_renewal.reference_shop.unread import ClientGoneError, on_client_gone

AnyConnection = ASGIConnection[Any, Any, Any, Any]
BODY_LIMIT = 256 * 1024
SECURITY_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
TWO_YEARS = "max-age=63072000"


def create_app(settings: ShopSettings, faults: Faults | None = None) -> Litestar:
    """Return the shop's application; it opens its database when the server starts it.

    Args:
        settings: the shop's.
        faults: where the fault hooks put what tests ask for; None, as in any real shop, leaves no hook to be called.
    """
    shop = open_shop(settings)
    public = Router("/", route_handlers=[*PUBLIC, *account_routes.PUBLIC])
    # Two handlers of one path must come in one router: given one by one, the framework prepares the first of them twice, and
    # a handler that runs in a thread does not survive that (litestar#4738).
    signed_in = _signed_in(shop)
    orders = [*SECURED, *account_routes.ORDER]
    secured = Router("/", route_handlers=orders, guards=[signed_in], security=openapi.SECURITY)
    account = Router(
        "/", route_handlers=account_routes.ACCOUNT, guards=[signed_in, _in_account], security=openapi.SECURITY
    )
    return Litestar(
        route_handlers=[
            public,
            secured,
            account,
            *routers(shop),
            *([fault_hooks.router(faults)] if faults is not None else []),
        ],
        dependencies={
            "shop": Provide(lambda: shop, sync_to_thread=False),
            "caller": Provide(_caller, sync_to_thread=False),
            "address": Provide(_address, sync_to_thread=False),
            "origin": Provide(_origin, sync_to_thread=False),
        },
        exception_handlers={
            Refusal: on_refusal,
            ClientGoneError: on_client_gone,
            HTTPException: on_http_error,
            SQLAlchemyError: on_storage_failure,
            Exception: on_failure,
        },
        lifespan=[_life(shop)],
        before_send=[_Headers(settings)],
        openapi_config=openapi.config(),
        request_max_body_size=BODY_LIMIT,
        logging_config=None,
        debug=False,  # whatever the environment says: a debug page would show the inside
        state=State({"shop": shop}),
    )


def _signed_in(shop: Shop) -> Guard:
    async def signed_in(connection: AnyConnection, _handler: BaseRouteHandler) -> None:
        authorization = connection.headers.get("Authorization", "")
        connection.scope["user"] = await asyncio.to_thread(sessions.caller_of, shop, authorization)

    return signed_in


def _in_account(connection: AnyConnection, _handler: BaseRouteHandler) -> None:
    if connection.user.scope != sessions.SCOPE_ACCOUNT:
        raise Refusal(ProblemCode.SCOPE)


def _address(request: Request[Any, Any, Any]) -> str:
    return counted_address(request.client.host if request.client is not None else "")


def _origin(request: Request[Any, Any, Any]) -> Origin:
    return Origin(_address(request), request.headers.get("User-Agent", ""))


def _caller(request: Request[Caller, Any, Any]) -> Caller:
    return request.user


def api_description() -> str:
    """Return the API's OpenAPI description; it needs no shop, so one that is never opened will do."""
    key = signing_key_of(bytes(ED25519_KEY_BYTES))
    return openapi.text(
        create_app(ShopSettings(database_url="sqlite:///unopened.db", signing_key=key, trusted_keys=()))
    )


def _life(shop: Shop) -> Any:
    @asynccontextmanager
    async def life(_app: Litestar) -> AsyncIterator[None]:
        settings = shop.settings
        moves = settings.invoicing or settings.auto_fulfil is not None
        task = asyncio.create_task(watch(shop)) if moves else None
        sweeper = asyncio.create_task(sweeping.watch(shop))
        senders = _senders(shop)
        for sender in senders:
            sender.start()
        try:
            yield
        finally:
            await _end(task)
            await _end(sweeper)
            for sender in senders:
                sender.stop()
            shop.close()

    return life


def _senders(shop: Shop) -> list[MailSender | KsefPost]:
    """Return what sends while the shop serves: mail, and invoices to KSeF, each where it is told where to."""
    senders: list[MailSender | KsefPost] = []
    if shop.settings.mail is not None:
        senders.append(MailSender(shop, shop.settings.mail))
    to_ksef = sender_of(shop.settings)
    if to_ksef is not None:
        senders.append(KsefPost(shop, to_ksef))
    return senders


async def _end(task: asyncio.Task[None] | None) -> None:
    if task is not None:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


class _Headers:
    """Adds the headers of every answer, refusals included."""

    def __init__(self, settings: ShopSettings) -> None:
        self._settings = settings

    async def __call__(self, message: Message, scope: Scope) -> None:
        if message["type"] != "http.response.start":
            return
        headers = MutableScopeHeaders.from_message(message)
        for name, value in SECURITY_HEADERS.items():
            headers.setdefault(name, value)  # a page of the panel says more exactly what it loads
        # Behind a proxy that ends TLS the request itself is plain; a browser minds the header on https alone (RFC 6797, 8.1).
        if scope["scheme"] == "https" or self._settings.public_url.startswith("https://"):
            headers["Strict-Transport-Security"] = TWO_YEARS
        headers["Date"] = format_datetime(self._settings.now(), usegmt=True)
