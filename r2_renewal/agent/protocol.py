"""What host and agent say to each other: JSON-RPC 2.0, one object a line, over stdin and stdout of the agent.

Rules: every call and answer is typed on both sides; a failure carries the stable ``ErrorCode`` in ``data.code``; the agent
sends notifications (no ``id``) when something happens by itself. No other file of the agent is for the windows.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from msgspec import Raw

from r2_renewal.agent.account_messages import (
    AccountState,
    AccountStateParams,
    ChangeParams,
    ConsentsResult,
    CustomerResult,
    EnrolmentsResult,
    EnrolmentTold,
    InvoicePdfParams,
    InvoicesResult,
    LoginParams,
    LogoutResult,
    PageParams,
    ResetParams,
)
from r2_renewal.agent.basket_messages import LoadResult, MoreParams, MoreResult, StoredResult
from r2_renewal.agent.failure_messages import ErrorBody, ErrorData, OrderRefused
from r2_renewal.agent.form_messages import (
    ContactParams,
    ContactResult,
    CorrectParams,
    CorrectResult,
    DraftDiscardParams,
    DraftLoadParams,
    DraftParams,
    DraftResult,
    DraftSaveParams,
    ExportParams,
    ExportResult,
    OrdererForgetParams,
    OrdererRememberParams,
    OrderResult,
    PlaceParams,
    QuoteParams,
    QuoteResult,
    StatusParams,
    WantedItem,
)
from r2_renewal.agent.greeting import HelloParams, HelloResult, KeyParam
from r2_renewal.agent.licence_messages import (
    ImportParams,
    LicenceInstalled,
    LicenceNotes,
    LicenceNotInstalled,
    RefreshParams,
    RefreshResult,
)
from r2_renewal.agent.messages import CallProgress, CancelParams, CancelResult, FileSaveParams, Message, Nothing
from r2_renewal.agent.order_messages import (
    OrderCancelParams,
    OrderCancelResult,
    OrdersParams,
    OrdersResult,
    ResignParams,
    WithdrawParams,
    WithdrawResult,
)

__all__ = [
    "AccountState",
    "AccountStateParams",
    "CallProgress",
    "CancelParams",
    "CancelResult",
    "ChangeParams",
    "ConsentsResult",
    "ContactParams",
    "ContactResult",
    "CorrectParams",
    "CorrectResult",
    "CustomerResult",
    "DraftDiscardParams",
    "DraftLoadParams",
    "DraftParams",
    "DraftResult",
    "DraftSaveParams",
    "EnrolmentTold",
    "EnrolmentsResult",
    "ErrorBody",
    "ErrorData",
    "ExportParams",
    "ExportResult",
    "FileSaveParams",
    "HelloParams",
    "HelloResult",
    "ImportParams",
    "InvoicePdfParams",
    "InvoicesResult",
    "KeyParam",
    "LicenceInstalled",
    "LicenceNotInstalled",
    "LicenceNotes",
    "LoadResult",
    "LoginParams",
    "LogoutResult",
    "Message",
    "MoreParams",
    "MoreResult",
    "Nothing",
    "OrderCancelParams",
    "OrderCancelResult",
    "OrderRefused",
    "OrderResult",
    "OrdererForgetParams",
    "OrdererRememberParams",
    "OrdersParams",
    "OrdersResult",
    "PageParams",
    "PlaceParams",
    "QuoteParams",
    "QuoteResult",
    "RefreshParams",
    "RefreshResult",
    "ResetParams",
    "ResignParams",
    "StatusParams",
    "StoredResult",
    "WantedItem",
    "WithdrawParams",
    "WithdrawResult",
]

VERSION = 1
# Bytes of a line with its end, in both directions: whoever reads refuses longer ones, so whoever writes sends none.
LONGEST_LINE = 4 * 1024 * 1024
SERVER_ERROR = -32000
INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
PARSE_ERROR = -32700


class Method(StrEnum):
    """Calls of the host."""

    HELLO = "hello"
    CANCEL = "call.cancel"
    ESHOP_LOAD = "eshop.load"
    ESHOP_MORE = "eshop.more"
    ESHOP_STORED = "eshop.stored"
    CONTACT_CHECK = "contact.check"
    ORDER_QUOTE = "order.quote"
    ORDER_PLACE = "order.place"
    ORDER_STATUS = "order.status"
    ORDERS_LOAD = "orders.load"
    ORDER_CANCEL = "order.cancel"
    ORDER_WITHDRAW = "order.withdraw"
    RENEWAL_RESIGN = "renewal.resign"
    DATA_CORRECT = "data.correct"
    ORDER_EXPORT = "order.export"
    LICENCE_IMPORT = "licence.import"
    LICENCE_REFRESH = "licence.refresh"
    ACCOUNT_STATE = "account.state"
    ACCOUNT_LOGIN = "account.login"
    ACCOUNT_LOGOUT = "account.logout"
    CUSTOMER_LOAD = "customer.load"
    CUSTOMER_MORE = "customer.more"
    CUSTOMER_CHANGE = "customer.change"
    CONSENTS_LOAD = "consents.load"
    INVOICES_LOAD = "invoices.load"
    INVOICE_PDF = "invoice.pdf"
    PROGRAMS_LOAD = "programs.load"
    PASSWORD_RESET = "password.reset"  # noqa: S105 - a method's name
    FILE_SAVE = "file.save"
    DRAFT_LOAD = "draft.load"
    DRAFT_SAVE = "draft.save"
    DRAFT_DISCARD = "draft.discard"
    ORDERER_REMEMBER = "orderer.remember"
    ORDERER_FORGET = "orderer.forget"


# Calls that change nothing at the shop: these alone may be cancelled.
CANCELLABLE = frozenset(
    {
        Method.ESHOP_LOAD, Method.ORDER_QUOTE, Method.ORDER_STATUS, Method.LICENCE_REFRESH, Method.ACCOUNT_STATE,
        Method.CUSTOMER_LOAD, Method.CUSTOMER_MORE, Method.CONSENTS_LOAD, Method.INVOICES_LOAD, Method.INVOICE_PDF,
        Method.PROGRAMS_LOAD,
    }
)  # fmt: skip


class Event(StrEnum):
    """Notifications of the agent."""

    CALL_PROGRESS = "call.progress"
    ORDER_CHANGED = "order.changed"
    ORDER_REFUSED = "order.refused"
    LICENCE_INSTALLED = "licence.installed"
    LICENCE_NOT_INSTALLED = "licence.not_installed"
    ENROLMENT_TOLD = "enrolment.told"


class Delivery(StrEnum):
    """What a failed ``order.place`` knows of the order: which of „nie wysłane", „nie wiemy", „odrzucone" is true."""

    NOT_SENT = "not_sent"
    UNKNOWN = "unknown"
    REFUSED = "refused"


class Request(Message, frozen=True, omit_defaults=False):
    """A call of the host; ``jsonrpc`` is always on the wire. Attributes: id: number of the call; method; params."""

    id: int
    method: str
    params: Raw = Raw(b"{}")
    jsonrpc: str = "2.0"


class Incoming(Message, frozen=True):
    """Anything the agent sends: an answer (``id``) or a notification (``method``)."""

    jsonrpc: str
    id: int | None = None
    result: Raw = Raw()
    error: ErrorBody | None = None
    method: str | None = None
    params: Raw = Raw(b"{}")


RESULTS: dict[Method, type[Any]] = {
    Method.HELLO: HelloResult,
    Method.CANCEL: CancelResult,
    Method.ESHOP_LOAD: LoadResult,
    Method.ESHOP_MORE: MoreResult,
    Method.ESHOP_STORED: StoredResult,
    Method.CONTACT_CHECK: ContactResult,
    Method.ORDER_QUOTE: QuoteResult,
    Method.ORDER_PLACE: OrderResult,
    Method.ORDER_STATUS: OrderResult,
    Method.ORDERS_LOAD: OrdersResult,
    Method.ORDER_CANCEL: OrderCancelResult,
    Method.ORDER_WITHDRAW: WithdrawResult,
    Method.RENEWAL_RESIGN: Nothing,
    Method.DATA_CORRECT: CorrectResult,
    Method.ORDER_EXPORT: ExportResult,
    Method.LICENCE_IMPORT: LicenceInstalled,
    Method.LICENCE_REFRESH: RefreshResult,
    Method.ACCOUNT_STATE: AccountState,
    Method.ACCOUNT_LOGIN: AccountState,
    Method.ACCOUNT_LOGOUT: LogoutResult,
    Method.CUSTOMER_LOAD: CustomerResult,
    Method.CUSTOMER_MORE: EnrolmentsResult,
    Method.CUSTOMER_CHANGE: CustomerResult,
    Method.CONSENTS_LOAD: ConsentsResult,
    Method.INVOICES_LOAD: InvoicesResult,
    Method.INVOICE_PDF: Nothing,
    Method.PROGRAMS_LOAD: LoadResult,
    Method.PASSWORD_RESET: Nothing,
    Method.FILE_SAVE: Nothing,
    Method.DRAFT_LOAD: DraftResult,
    Method.DRAFT_SAVE: Nothing,
    Method.DRAFT_DISCARD: Nothing,
    Method.ORDERER_REMEMBER: Nothing,
    Method.ORDERER_FORGET: Nothing,
}
PARAMS: dict[Method, type[Any]] = {
    Method.HELLO: HelloParams,
    Method.CANCEL: CancelParams,
    Method.ESHOP_LOAD: Nothing,
    Method.ESHOP_MORE: MoreParams,
    Method.ESHOP_STORED: Nothing,
    Method.CONTACT_CHECK: ContactParams,
    Method.ORDER_QUOTE: QuoteParams,
    Method.ORDER_PLACE: PlaceParams,
    Method.ORDER_STATUS: StatusParams,
    Method.ORDERS_LOAD: OrdersParams,
    Method.ORDER_CANCEL: OrderCancelParams,
    Method.ORDER_WITHDRAW: WithdrawParams,
    Method.RENEWAL_RESIGN: ResignParams,
    Method.DATA_CORRECT: CorrectParams,
    Method.ORDER_EXPORT: ExportParams,
    Method.LICENCE_IMPORT: ImportParams,
    Method.LICENCE_REFRESH: RefreshParams,
    Method.ACCOUNT_STATE: AccountStateParams,
    Method.ACCOUNT_LOGIN: LoginParams,
    Method.ACCOUNT_LOGOUT: Nothing,
    Method.CUSTOMER_LOAD: Nothing,
    Method.CUSTOMER_MORE: PageParams,
    Method.CUSTOMER_CHANGE: ChangeParams,
    Method.CONSENTS_LOAD: PageParams,
    Method.INVOICES_LOAD: PageParams,
    Method.INVOICE_PDF: InvoicePdfParams,
    Method.PROGRAMS_LOAD: Nothing,
    Method.PASSWORD_RESET: ResetParams,
    Method.FILE_SAVE: FileSaveParams,
    Method.DRAFT_LOAD: DraftLoadParams,
    Method.DRAFT_SAVE: DraftSaveParams,
    Method.DRAFT_DISCARD: DraftDiscardParams,
    Method.ORDERER_REMEMBER: OrdererRememberParams,
    Method.ORDERER_FORGET: OrdererForgetParams,
}
EVENTS: dict[Event, type[Any]] = {
    Event.CALL_PROGRESS: CallProgress,
    Event.ORDER_CHANGED: OrderResult,
    Event.ORDER_REFUSED: OrderRefused,
    Event.LICENCE_INSTALLED: LicenceInstalled,
    Event.LICENCE_NOT_INSTALLED: LicenceNotInstalled,
    Event.ENROLMENT_TOLD: EnrolmentTold,
}
