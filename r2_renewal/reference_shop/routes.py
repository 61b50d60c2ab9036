"""The calls of the API, each a few lines: who calls, what is asked, which rule answers.

Rules: every handler that touches the database runs in a thread of its own, off the event loop; a call needs a session unless
it stands in ``PUBLIC``; an order's key is judged before its body is read.
"""

from __future__ import annotations

from typing import Any, cast

from litestar import Response, delete, get, post
from litestar.connection import ASGIConnection
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler
from litestar.params import FromPath, JSONBody
from litestar.status_codes import HTTP_201_CREATED, HTTP_204_NO_CONTENT
from sqlalchemy.exc import SQLAlchemyError

from r2_renewal.contract import paths
from r2_renewal.contract.accounts import DataCorrectionBody, DataCorrectionRequest
from r2_renewal.contract.problems import ProblemCode
from r2_renewal.contract.structs import (
    AccountSessionRequest,
    DocumentBody,
    LicenceSessionRequest,
    OrderBody,
    OrderRequest,
    ProgramBody,
    ProgramList,
    QuoteBody,
    QuoteRequest,
    SessionBody,
    StorefrontBody,
)
from r2_renewal.reference_shop import corrections, orders, quotes, sessions, storefront, texts
from r2_renewal.reference_shop.bodies import StrictBody
from r2_renewal.reference_shop.callers import Caller
from r2_renewal.reference_shop.conditional import tagged
from r2_renewal.reference_shop.openapi import problems
from r2_renewal.reference_shop.ordering import check_key, place
from r2_renewal.reference_shop.origins import Origin
from r2_renewal.reference_shop.pages import Wanted
from r2_renewal.reference_shop.parameters import Cursor, IfNoneMatch, KeyHeader, ProgramLimit
from r2_renewal.reference_shop.problems import Refusal
from r2_renewal.reference_shop.programs import MOST_PROGRAMS, licence_of
from r2_renewal.reference_shop.shop import Shop

DOCUMENT_CACHE = "public, max-age=3600"


@post(
    paths.LICENCE_SESSIONS,
    dto=StrictBody,
    sync_to_thread=True,
    operation_id="openLicenceSession",
    summary="Open eSklep with a licence file",
    responses=problems(ProblemCode.LICENCE_REFUSED, ProblemCode.TOO_MANY, body=True),
)
def open_licence_session(
    data: JSONBody[LicenceSessionRequest], shop: NamedDependency[Shop], address: NamedDependency[str]
) -> SessionBody:
    """Open a session for the customer of a licence file; an expired or older file of theirs will do."""
    key = data.licence_key if isinstance(data.licence_key, str) else None
    return sessions.open_by_licence(shop, data.certificate, address, key)


@post(
    paths.ACCOUNT_SESSIONS,
    dto=StrictBody,
    operation_id="openAccountSession",
    summary="Log in to the customer's account",
    responses=problems(ProblemCode.BAD_CREDENTIALS, ProblemCode.TOO_MANY, body=True),
)
async def open_account_session(
    data: JSONBody[AccountSessionRequest], shop: NamedDependency[Shop], origin: NamedDependency[Origin]
) -> SessionBody:
    """Open a session with e-mail and password; an unknown e-mail and a wrong password are answered alike."""
    return await sessions.open_pooled(shop, data.email, data.password, origin)


@delete(
    paths.CURRENT_SESSION,
    sync_to_thread=True,
    status_code=HTTP_204_NO_CONTENT,
    operation_id="closeSession",
    summary="Log out",
    responses=problems(ProblemCode.UNAUTHORIZED),
)
def close_session(shop: NamedDependency[Shop], caller: NamedDependency[Caller]) -> None:
    """End the session of the token."""
    sessions.close(shop, caller)


@get(
    paths.STOREFRONT,
    sync_to_thread=True,
    operation_id="getStorefront",
    summary="Everything that eSklep opens with",
    responses=problems(ProblemCode.UNAUTHORIZED, not_modified=True),
)
def get_storefront(
    shop: NamedDependency[Shop], caller: NamedDependency[Caller], if_none_match: IfNoneMatch = None
) -> Response[StorefrontBody]:
    """Return company, programs, offers, versions of the texts, orders and renewal state."""
    with shop.database.reading() as session:
        return tagged(if_none_match, storefront.storefront(session, shop.settings, caller.customer_id), paths.JSON_TYPE)


@get(
    paths.PROGRAMS,
    sync_to_thread=True,
    operation_id="listPrograms",
    summary="Owned programs with what may be ordered for them",
    responses=problems(ProblemCode.UNAUTHORIZED, query=True),
)
def list_programs(
    shop: NamedDependency[Shop],
    caller: NamedDependency[Caller],
    cursor: Cursor = "",
    limit: ProgramLimit = MOST_PROGRAMS,
) -> ProgramList:
    """Return the programs by name, page by page: those that the storefront has no room for."""
    with shop.database.reading() as session:
        return storefront.program_list(session, shop.settings, caller.customer_id, Wanted(cursor, limit))


@get(
    f"{paths.PROGRAMS}/{{licence_id:str}}",
    sync_to_thread=True,
    operation_id="getProgram",
    summary="One owned program",
    responses=problems(ProblemCode.UNAUTHORIZED, ProblemCode.NOT_FOUND),
)
def get_program(licence_id: FromPath[str], shop: NamedDependency[Shop], caller: NamedDependency[Caller]) -> ProgramBody:
    """Return a program as it stands now."""
    with shop.database.reading() as session:
        return storefront.program(session, shop.settings, caller.customer_id, licence_id)


@post(
    paths.QUOTES,
    dto=StrictBody,
    sync_to_thread=True,
    operation_id="createQuote",
    summary="Price offers",
    responses=problems(
        ProblemCode.UNAUTHORIZED,
        ProblemCode.NOT_FOUND,
        ProblemCode.OFFER_WITHDRAWN,
        ProblemCode.TOO_MANY,
        body=True,
    ),
)
def create_quote(
    data: JSONBody[QuoteRequest],
    shop: NamedDependency[Shop],
    caller: NamedDependency[Caller],
    address: NamedDependency[str],
) -> QuoteBody:
    """Return the price and period of every offer asked for, held until ``expires_at``."""
    with shop.database.writing(caller.customer_id) as session:
        quotes.count(session, shop.settings, caller, data.items, address)
        quote = quotes.make_quote(session, shop.settings, caller.customer_id, data.items)
        return quotes.quote_body(quote, shop.settings.today())


def _has_key(connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler) -> None:
    check_key(connection.headers.get(paths.IDEMPOTENCY_KEY))


@post(
    paths.ORDERS,
    guards=[_has_key],
    dto=StrictBody,
    sync_to_thread=True,
    operation_id="placeOrder",
    summary="Order with obligation to pay",
    responses=problems(
        ProblemCode.KEY_MISSING,
        ProblemCode.UNAUTHORIZED,
        ProblemCode.NOT_FOUND,
        ProblemCode.KEY_IN_FLIGHT,
        ProblemCode.PRICE_CHANGED,
        ProblemCode.CONSENT_TEXT_CHANGED,
        ProblemCode.OFFER_WITHDRAWN,
        ProblemCode.ORDER_OPEN,
        ProblemCode.KEY_REUSED,
        ProblemCode.CONSENT_REQUIRED,
        ProblemCode.NIP_INVALID,
        ProblemCode.TOO_MANY,
        body=True,
    ),
)
def place_order(
    data: JSONBody[OrderRequest],
    shop: NamedDependency[Shop],
    caller: NamedDependency[Caller],
    address: NamedDependency[str],
    idempotency_key: KeyHeader = None,
) -> Response[OrderBody]:
    """Place at most one order for a key; the same key and request are answered with the same bytes for ever."""
    raw = place(shop, caller, check_key(idempotency_key), data, address)
    return Response(cast("OrderBody", raw), status_code=HTTP_201_CREATED, media_type=paths.JSON_TYPE)


@get(
    f"{paths.ORDERS}/{{order_id:str}}",
    sync_to_thread=True,
    operation_id="getOrder",
    summary="One order",
    responses=problems(ProblemCode.UNAUTHORIZED, ProblemCode.NOT_FOUND),
)
def get_order(order_id: FromPath[str], shop: NamedDependency[Shop], caller: NamedDependency[Caller]) -> OrderBody:
    """Return an order as it stands now."""
    with shop.database.reading() as session:
        return orders.order_body(orders.order_of(session, caller.customer_id, order_id))


@get(
    f"{paths.LICENCES}/{{licence_id:str}}/file",
    sync_to_thread=True,
    media_type=paths.LICENCE_TYPE,
    operation_id="getLicenceFile",
    summary="The signed licence file",
    responses=problems(ProblemCode.UNAUTHORIZED, ProblemCode.NOT_FOUND, not_modified=True),
)
def get_licence_file(
    licence_id: FromPath[str],
    shop: NamedDependency[Shop],
    caller: NamedDependency[Caller],
    if_none_match: IfNoneMatch = None,
) -> Response[str]:
    """Return the newest signed file of a licence."""
    with shop.database.reading() as session:
        certificate = licence_of(session, caller.customer_id, licence_id).certificate
    return tagged(if_none_match, certificate, paths.LICENCE_TYPE)


@get(
    f"{paths.DOCUMENTS}/{{kind:str}}/{{version:str}}",
    sync_to_thread=True,
    operation_id="getDocument",
    summary="One version of a text",
    responses=problems(ProblemCode.NOT_FOUND),
)
def get_document(kind: FromPath[str], version: FromPath[str], shop: NamedDependency[Shop]) -> Response[DocumentBody]:
    """Return a published text; terms are open to everybody before ordering (UŚUDE 8)."""
    found = texts.document(kind, version, shop.settings.vendor)
    if found is None:
        raise Refusal(ProblemCode.NOT_FOUND, "no such text")
    return Response(texts.body_of(found), headers={"Cache-Control": DOCUMENT_CACHE})


@post(
    paths.DATA_CORRECTIONS,
    dto=StrictBody,
    sync_to_thread=True,
    operation_id="reportWrongData",
    summary="Report wrong company data",
    responses=problems(ProblemCode.UNAUTHORIZED, ProblemCode.TOO_MANY, body=True),
)
def report_wrong_data(
    data: JSONBody[DataCorrectionRequest], shop: NamedDependency[Shop], caller: NamedDependency[Caller]
) -> DataCorrectionBody:
    """Keep the report and return its ticket."""
    return corrections.report(shop, caller.customer_id, data.message)


@get(
    "/health",
    sync_to_thread=True,
    operation_id="getHealth",
    summary="Whether the shop and its database answer",
    responses=problems(),
)
def get_health(shop: NamedDependency[Shop]) -> dict[str, str]:
    """Return ``{"status": "ok", "api": "v1"}`` where the database answers."""
    if not shop.database.is_ready():
        raise Refusal(ProblemCode.INTERNAL, "the database has no tables")
    return {"status": "ok", "api": paths.PREFIX.strip("/")}


@get(
    "/healthz",
    sync_to_thread=False,
    operation_id="isAlive",
    summary="Whether the process answers",
    responses=problems(),
)
def is_alive() -> dict[str, str]:
    """Return ``{"status": "ok"}`` without a look at the database: for who would start a dead process again."""
    return {"status": "ok"}


@get(
    "/readyz",
    sync_to_thread=True,
    operation_id="isReady",
    summary="Whether the shop can serve",
    responses=problems(ProblemCode.NOT_READY),
)
def is_ready(shop: NamedDependency[Shop]) -> dict[str, str]:
    """Return ``{"status": "ok"}`` where the database can be written and its migrations are this release's."""
    try:
        ready = shop.database.is_ready() and shop.probe.is_writable(shop)
    except SQLAlchemyError:
        ready = False
    if not ready:
        raise Refusal(ProblemCode.NOT_READY)
    return {"status": "ok"}


PUBLIC: tuple[HTTPRouteHandler, ...] = (
    open_licence_session,
    open_account_session,
    get_document,
    get_health,
    is_alive,
    is_ready,
)
SECURED: tuple[HTTPRouteHandler, ...] = (
    close_session,
    get_storefront,
    list_programs,
    get_program,
    create_quote,
    place_order,
    get_order,
    get_licence_file,
    report_wrong_data,
)
