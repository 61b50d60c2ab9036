"""What may go wrong with the shop, as our own errors.

Rules: a library's exception never leaves the agent's network code; every failure of an order says what is known of its delivery;
an answer that is not certainly the shop's own is NOT_THE_SHOP, and no proof that an order did not arrive; an error that was made
on this computer is never told as an answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from http.client import HTTPException, IncompleteRead, RemoteDisconnected
from ssl import SSLEOFError, SSLError, SSLZeroReturnError

from r2_renewal.agent import translate
from r2_renewal.agent.protocol import Delivery, ErrorData
from r2_renewal.contract.problems import Problem, ProblemCode
from r2_renewal.domain.account import CustomerRecord
from r2_renewal.domain.consent import Document
from r2_renewal.domain.errors import ErrorCode, RenewalError
from r2_renewal.domain.offer import Quote

_CODES = {
    ProblemCode.VALIDATION: ErrorCode.ORDER_INVALID,
    ProblemCode.UNAUTHORIZED: ErrorCode.SESSION_EXPIRED,
    ProblemCode.BAD_CREDENTIALS: ErrorCode.ACCOUNT_REFUSED,
    ProblemCode.LICENCE_REFUSED: ErrorCode.LICENCE_REFUSED_BY_SHOP,
    ProblemCode.SCOPE: ErrorCode.LOGIN_AGAIN,
    ProblemCode.NOT_FOUND: ErrorCode.NOT_FOUND,
    ProblemCode.KEY_IN_FLIGHT: ErrorCode.ORDER_IN_PROGRESS,
    ProblemCode.KEY_REUSED: ErrorCode.KEY_REUSED,
    ProblemCode.PRICE_CHANGED: ErrorCode.PRICE_CHANGED,
    ProblemCode.CONSENT_TEXT_CHANGED: ErrorCode.CONSENT_TEXT_CHANGED,
    ProblemCode.CONSENT_REQUIRED: ErrorCode.CONSENT_REQUIRED,
    ProblemCode.NIP_INVALID: ErrorCode.INVOICE_NIP_INVALID,
    ProblemCode.OFFER_WITHDRAWN: ErrorCode.OFFER_WITHDRAWN,
    ProblemCode.ORDER_OPEN: ErrorCode.ORDER_IN_PROGRESS,
    ProblemCode.CUSTOMER_CHANGED: ErrorCode.CUSTOMER_CHANGED,
    ProblemCode.WITHDRAWAL_TOO_LATE: ErrorCode.WITHDRAWAL_TOO_LATE,
    ProblemCode.ORDER_CLOSED: ErrorCode.ORDER_CLOSED,
    ProblemCode.TOO_MANY: ErrorCode.SHOP_BUSY,
    ProblemCode.INTERNAL: ErrorCode.SHOP_FAILURE,
    ProblemCode.NOT_READY: ErrorCode.SHOP_FAILURE,
}
_NOT_PROCESSED = (ErrorCode.SESSION_EXPIRED, ErrorCode.SHOP_BUSY)
_RETRIED = (ErrorCode.OFFLINE, ErrorCode.TIMEOUT, ErrorCode.SHOP_FAILURE, ErrorCode.SHOP_BUSY)


class ShopError(RenewalError):
    """A failed exchange with the shop.

    Attributes:
        delivery: what is known of a request that changes something: never sent, perhaps arrived, refused.
        quote: the new price, with PRICE_CHANGED.
        document: the new text, with CONSENT_TEXT_CHANGED.
        fields: refused fields, with ORDER_INVALID.
        customer: the data as they stand now, with CUSTOMER_CHANGED.
        retry_after: seconds that the shop asked to wait; None where it did not.
        key_in_flight: the shop is working on this very key just now.
        is_the_shops: whether the shop said so itself, and not something on the way.
    """

    def __init__(
        self,
        code: ErrorCode,
        detail: str = "",
        delivery: Delivery = Delivery.UNKNOWN,
        *,
        quote: Quote | None = None,
        document: Document | None = None,
        fields: tuple[str, ...] = (),
        customer: CustomerRecord | None = None,
        retry_after: float | None = None,
        key_in_flight: bool = False,
        is_the_shops: bool = False,
    ) -> None:
        super().__init__(code, detail)
        self.delivery = delivery
        self.quote = quote
        self.document = document
        self.fields = fields
        self.customer = customer
        self.retry_after = retry_after
        self.key_in_flight = key_in_flight
        self.is_the_shops = is_the_shops

    @property
    def may_pass(self) -> bool:
        """Whether another try has a chance."""
        return self.code in _RETRIED or self.key_in_flight

    def told_as(self, code: ErrorCode, delivery: Delivery) -> ShopError:
        """Return the same failure under another code and delivery; a wait that the shop asked for stays asked for."""
        return ShopError(
            code,
            self.detail,
            delivery,
            quote=self.quote,
            document=self.document,
            fields=self.fields,
            customer=self.customer,
            retry_after=self.retry_after,
        )


def error_data(error: RenewalError, *, of_order: bool = False) -> ErrorData:
    """Return the typed part of an error answer to the host; the delivery only where an order failed."""
    if not isinstance(error, ShopError):
        # Our own refusals come before anything is sent; a failure that nobody foresaw may come at any moment.
        delivery = Delivery.UNKNOWN if error.code is ErrorCode.INTERNAL else Delivery.NOT_SENT
        return ErrorData(code=error.code.value, delivery=delivery.value if of_order else "")
    return ErrorData(
        code=error.code.value,
        delivery=error.delivery.value if of_order else "",
        quote=error.quote,
        document=error.document,
        fields=error.fields,
        customer=error.customer,
    )


def of_problem(status: int, problem: Problem | None, retry_after: float | None) -> ShopError:
    """Return the failure that an error answer stands for.

    Args:
        status: HTTP status, anything but 2xx.
        problem: the shop's own body; None where something else answered, or nothing readable.
        retry_after: seconds to wait, already clamped.
    """
    if problem is None:
        return _of_status(status, retry_after)
    code = _code_of(status, problem)
    in_flight = problem.code == ProblemCode.KEY_IN_FLIGHT
    return ShopError(
        code,
        f"HTTP {status}",
        _delivery_of(status, code, in_flight),
        quote=translate.quote_or_none(problem.quote),
        document=translate.document_or_none(problem.document),
        fields=tuple(refused.field for refused in problem.fields),
        retry_after=retry_after,
        key_in_flight=in_flight,
        is_the_shops=True,
    )


def _code_of(status: int, problem: Problem) -> ErrorCode:
    """Return the code; of a problem unknown to this version, the one that its HTTP status stands for."""
    known = _CODES.get(ProblemCode(problem.code)) if problem.code in set(ProblemCode) else None
    if known is not None:
        return known
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return ErrorCode.SHOP_FAILURE
    by_status: dict[int, ErrorCode] = {
        HTTPStatus.UNAUTHORIZED: ErrorCode.SESSION_EXPIRED,
        HTTPStatus.NOT_FOUND: ErrorCode.NOT_FOUND,
        HTTPStatus.TOO_MANY_REQUESTS: ErrorCode.SHOP_BUSY,
    }
    return by_status.get(status, ErrorCode.ORDER_INVALID)


def _delivery_of(status: int, code: ErrorCode, in_flight: bool) -> Delivery:
    """Return what the shop's own refusal says of an order: by contract a problem means that none was made."""
    if in_flight:
        return Delivery.UNKNOWN
    passing = status >= HTTPStatus.INTERNAL_SERVER_ERROR or code in _NOT_PROCESSED
    return Delivery.NOT_SENT if passing else Delivery.REFUSED


def _of_status(status: int, retry_after: float | None) -> ShopError:
    detail = f"HTTP {status} without a problem body"
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return ShopError(ErrorCode.SHOP_FAILURE, detail, retry_after=retry_after)
    match status:
        case HTTPStatus.TOO_MANY_REQUESTS:
            return ShopError(ErrorCode.SHOP_BUSY, detail, Delivery.NOT_SENT, retry_after=retry_after)
        case HTTPStatus.UNAUTHORIZED:
            return ShopError(ErrorCode.SESSION_EXPIRED, detail, Delivery.NOT_SENT)
        case HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
            return ShopError(ErrorCode.PROXY, detail, Delivery.NOT_SENT)
        case _:
            return ShopError(ErrorCode.NOT_THE_SHOP, detail)


def of_exception(error: Exception, *, reached: bool, at_proxy: bool = False) -> ShopError:
    """Return the failure that a library's exception stands for.

    Args:
        error: what ``requests`` or the libraries under it raised.
        reached: whether a connection was open, so that bytes of the request may have arrived.
        at_proxy: whether a proxy had not yet let the connection through.
    """
    code = _code_of_causes(tuple(_causes(error)), reached)
    if at_proxy and code in (ErrorCode.OFFLINE, ErrorCode.TIMEOUT, ErrorCode.NOT_THE_SHOP):
        code = ErrorCode.PROXY
    if code is ErrorCode.NOT_THE_SHOP and not reached:
        # Nobody was asked, so nobody can have answered.
        code = ErrorCode.INTERNAL
    # The message is left out: libraries put the URL and headers into it.
    return ShopError(code, type(error).__name__, Delivery.UNKNOWN if reached else Delivery.NOT_SENT)


def _code_of_causes(causes: tuple[BaseException, ...], reached: bool) -> ErrorCode:
    from requests import exceptions as http
    from urllib3 import exceptions as pool

    def any_of(*kinds: type[BaseException]) -> bool:
        return any(isinstance(cause, kinds) for cause in causes)

    # Only this computer runs out of its memory or stack, and only it writes letters that a header cannot hold.
    if any_of(MemoryError, RecursionError, UnicodeEncodeError) and not any_of(http.InvalidURL, pool.LocationValueError):
        return ErrorCode.INTERNAL
    if any_of(http.InvalidProxyURL, pool.ProxySchemeUnknown, pool.ProxySchemeUnsupported, http.InvalidSchema):
        return ErrorCode.PROXY_SETTING
    if any_of(pool.ProxyError, http.ProxyError):
        return ErrorCode.PROXY
    if any_of(http.InvalidURL, http.MissingSchema, pool.LocationValueError):
        return ErrorCode.CONFIGURATION
    if any(_is_timeout(cause) for cause in causes):
        return ErrorCode.TIMEOUT
    is_cut = any_of(SSLEOFError, SSLZeroReturnError)
    if any_of(SSLError, pool.SSLError) and not is_cut and not reached:
        return ErrorCode.TLS
    if is_cut or any_of(RemoteDisconnected, IncompleteRead, ConnectionError):
        return ErrorCode.OFFLINE
    if any_of(HTTPException, pool.InvalidChunkLength, pool.HeaderParsingError, pool.DecodeError, ValueError):
        return ErrorCode.NOT_THE_SHOP
    return ErrorCode.OFFLINE if any_of(OSError, pool.HTTPError, EOFError) else ErrorCode.INTERNAL


def _is_timeout(cause: BaseException) -> bool:
    from urllib3 import exceptions as pool

    # A refused connection is a kind of timeout to urllib3 2, for compatibility.
    late = isinstance(cause, pool.TimeoutError) and not isinstance(cause, pool.NewConnectionError)
    return late or isinstance(cause, TimeoutError)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield the exception and everything it was made from: libraries hide it in causes, arguments and ``reason``."""
    waiting, seen = [error], set[int]()
    while waiting:
        cause = waiting.pop()
        if id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        inner = (cause.__cause__, cause.__context__, getattr(cause, "reason", None), *cause.args)
        waiting.extend(item for item in inner if isinstance(item, BaseException))
