"""Refusals and failures as ``application/problem+json`` (RFC 9457) with the contract's pinned codes.

Rules: a code has one status; an inner failure says nothing about itself to the caller, and its log line holds its kind and
place but never its text, which may quote personal data.
"""

from __future__ import annotations

import logging
import traceback
from http import HTTPStatus
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException
from msgspec import UNSET

from r2_renewal.contract.paths import PROBLEM_TYPE
from r2_renewal.contract.problems import FieldProblem, Problem, ProblemCode
from r2_renewal.contract.structs import DocumentBody, QuoteBody
from r2_renewal.reference_shop.passing_failures import passing_failure
from r2_renewal.reference_shop.rare_lines import RareLines

LOGGER = logging.getLogger("r2_renewal.shop")
STORAGE_LOGGER = logging.getLogger("r2_renewal.shop.storage")
STORAGE_LOGGER.addFilter(RareLines())
STORAGE_SECONDS = 30
RETRY_AFTER_SECONDS = 1

STATUS: dict[ProblemCode, HTTPStatus] = {
    ProblemCode.VALIDATION: HTTPStatus.UNPROCESSABLE_ENTITY,
    ProblemCode.MALFORMED: HTTPStatus.BAD_REQUEST,
    ProblemCode.UNAUTHORIZED: HTTPStatus.UNAUTHORIZED,
    ProblemCode.BAD_CREDENTIALS: HTTPStatus.UNAUTHORIZED,
    ProblemCode.LICENCE_REFUSED: HTTPStatus.FORBIDDEN,
    ProblemCode.SCOPE: HTTPStatus.FORBIDDEN,
    ProblemCode.NOT_FOUND: HTTPStatus.NOT_FOUND,
    ProblemCode.METHOD_NOT_ALLOWED: HTTPStatus.METHOD_NOT_ALLOWED,
    ProblemCode.KEY_MISSING: HTTPStatus.BAD_REQUEST,
    ProblemCode.KEY_IN_FLIGHT: HTTPStatus.CONFLICT,
    ProblemCode.KEY_REUSED: HTTPStatus.UNPROCESSABLE_ENTITY,
    ProblemCode.PRICE_CHANGED: HTTPStatus.CONFLICT,
    ProblemCode.CONSENT_TEXT_CHANGED: HTTPStatus.CONFLICT,
    ProblemCode.CONSENT_REQUIRED: HTTPStatus.UNPROCESSABLE_ENTITY,
    ProblemCode.NIP_INVALID: HTTPStatus.UNPROCESSABLE_ENTITY,
    ProblemCode.OFFER_WITHDRAWN: HTTPStatus.CONFLICT,
    ProblemCode.ORDER_OPEN: HTTPStatus.CONFLICT,
    ProblemCode.IF_MATCH_MISSING: HTTPStatus.PRECONDITION_REQUIRED,
    ProblemCode.CUSTOMER_CHANGED: HTTPStatus.PRECONDITION_FAILED,
    ProblemCode.WITHDRAWAL_TOO_LATE: HTTPStatus.CONFLICT,
    ProblemCode.ORDER_CLOSED: HTTPStatus.CONFLICT,
    ProblemCode.TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    ProblemCode.TOO_MANY: HTTPStatus.TOO_MANY_REQUESTS,
    ProblemCode.INTERNAL: HTTPStatus.INTERNAL_SERVER_ERROR,
    ProblemCode.NOT_READY: HTTPStatus.SERVICE_UNAVAILABLE,
}

TITLES: dict[ProblemCode, str] = {
    ProblemCode.VALIDATION: "Some fields are not acceptable",
    ProblemCode.MALFORMED: "The request cannot be read",
    ProblemCode.UNAUTHORIZED: "A session is needed",
    ProblemCode.BAD_CREDENTIALS: "Wrong e-mail or password",
    ProblemCode.LICENCE_REFUSED: "The licence file does not open the shop",
    ProblemCode.SCOPE: "The session does not reach so far: log in to the account",
    ProblemCode.NOT_FOUND: "Not found",
    ProblemCode.METHOD_NOT_ALLOWED: "Method not allowed",
    ProblemCode.KEY_MISSING: "The Idempotency-Key header is missing or not a key",
    ProblemCode.KEY_IN_FLIGHT: "An order with this key is being placed",
    ProblemCode.KEY_REUSED: "The key belongs to another order",
    ProblemCode.PRICE_CHANGED: "The quote no longer holds",
    ProblemCode.CONSENT_TEXT_CHANGED: "The consent was given to another text",
    ProblemCode.CONSENT_REQUIRED: "The consent to automatic renewal is required",
    ProblemCode.NIP_INVALID: "The NIP on record is invalid or was not the one confirmed",
    ProblemCode.OFFER_WITHDRAWN: "The offer is no longer on sale for this program",
    ProblemCode.ORDER_OPEN: "The program has an order in progress",
    ProblemCode.IF_MATCH_MISSING: "The If-Match header is missing",
    ProblemCode.CUSTOMER_CHANGED: "The customer's data have changed meanwhile",
    ProblemCode.WITHDRAWAL_TOO_LATE: "The time for a withdrawal has passed",
    ProblemCode.ORDER_CLOSED: "The order can no longer be changed in this way",
    ProblemCode.TOO_LARGE: "The request is too large",
    ProblemCode.TOO_MANY: "Too many requests",
    ProblemCode.INTERNAL: "The shop failed",
    ProblemCode.NOT_READY: "The shop cannot serve at the moment",
}

_BY_STATUS: dict[int, ProblemCode] = {
    HTTPStatus.BAD_REQUEST: ProblemCode.MALFORMED,
    HTTPStatus.UNAUTHORIZED: ProblemCode.UNAUTHORIZED,
    HTTPStatus.NOT_FOUND: ProblemCode.NOT_FOUND,
    HTTPStatus.METHOD_NOT_ALLOWED: ProblemCode.METHOD_NOT_ALLOWED,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: ProblemCode.TOO_LARGE,
    HTTPStatus.TOO_MANY_REQUESTS: ProblemCode.TOO_MANY,
    HTTPStatus.SERVICE_UNAVAILABLE: ProblemCode.NOT_READY,
}


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not an error of the shop
    """The shop refuses a request.

    Attributes:
        code: the pinned code.
        detail: one line for engineers; no personal datum.
        fields: what was refused, field by field.
        quote: the new price, with PRICE_CHANGED.
        document: the new text, with CONSENT_TEXT_CHANGED.
        retry_after: seconds to wait, with TOO_MANY.
    """

    def __init__(
        self,
        code: ProblemCode,
        detail: str = "",
        *,
        fields: tuple[FieldProblem, ...] = (),
        quote: QuoteBody | None = None,
        document: DocumentBody | None = None,
        retry_after: int = RETRY_AFTER_SECONDS,
    ) -> None:
        super().__init__(code.value)
        self.code = code
        self.detail = detail
        self.fields = fields
        self.quote = quote
        self.document = document
        self.retry_after = retry_after


def body_of(refusal: Refusal) -> Problem:
    """Return the body that tells a refusal."""
    return Problem(
        type=f"urn:r2-renewal:problem:{refusal.code.value}",
        title=TITLES[refusal.code],
        status=STATUS[refusal.code].value,
        code=refusal.code.value,
        detail=refusal.detail,
        fields=refusal.fields,
        quote=refusal.quote or UNSET,
        document=refusal.document or UNSET,
    )


def answer(refusal: Refusal, headers: dict[str, str] | None = None) -> Response[bytes]:
    """Return the answer that tells a refusal."""
    return Response(
        msgspec.json.encode(body_of(refusal)),
        status_code=STATUS[refusal.code],
        media_type=PROBLEM_TYPE,
        headers={**(headers or {}), **_headers(refusal)},
    )


def _headers(refusal: Refusal) -> dict[str, str]:
    match refusal.code:
        case ProblemCode.UNAUTHORIZED | ProblemCode.BAD_CREDENTIALS:
            return {"WWW-Authenticate": 'Bearer realm="r2-renewal"'}
        case ProblemCode.SCOPE:
            return {"WWW-Authenticate": 'Bearer realm="r2-renewal", error="insufficient_scope", scope="account"'}
        case ProblemCode.KEY_IN_FLIGHT | ProblemCode.TOO_MANY | ProblemCode.NOT_READY:
            return {"Retry-After": str(refusal.retry_after)}
        case _:
            return {}


def on_refusal(_request: Request[Any, Any, Any], refusal: Refusal) -> Response[bytes]:
    """Answer a refusal of ours."""
    return answer(refusal)


def on_http_error(request: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    """Answer a refusal of the framework: no such route, method not allowed, body too large."""
    if error.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return on_failure(request, error)
    return answer(Refusal(_BY_STATUS.get(error.status_code, ProblemCode.MALFORMED)), dict(error.headers or {}))


def on_storage_failure(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """Answer a failure of the database: 503 where it passes (a full disk, a lock), else as any failure of the shop."""
    refusal = storage_refusal(error)
    return on_failure(request, error) if refusal is None else answer(refusal)


def storage_refusal(error: Exception) -> Refusal | None:
    """Return what a failure of the database that passes is answered with, after telling the log once a minute."""
    failure = passing_failure(error)
    if failure is None:
        return None
    STORAGE_LOGGER.error("the database cannot be used at the moment: %s", failure)
    return Refusal(ProblemCode.NOT_READY, "the database cannot be used at the moment", retry_after=STORAGE_SECONDS)


def on_failure(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """Answer a failure of the shop itself: generic to the caller, kind and place to the log."""
    place = "".join(traceback.format_tb(error.__traceback__))
    # The route's own address: the request's may hold a token.
    where = request.scope.get("path_template", "")
    LOGGER.error("%s %s failed: %s\n%s", request.method, where, type(error).__name__, place)
    return answer(Refusal(ProblemCode.INTERNAL))
