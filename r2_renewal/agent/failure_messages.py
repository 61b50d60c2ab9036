"""What host and agent say to each other of what failed."""

from __future__ import annotations

from r2_renewal.agent.messages import Message
from r2_renewal.domain.account import CustomerRecord
from r2_renewal.domain.consent import Document
from r2_renewal.domain.offer import Quote


class ErrorData(Message, frozen=True):
    """The typed part of a failure.

    Attributes:
        code: the ``ErrorCode``.
        delivery: the ``Delivery`` of a failed order; empty with every other call.
        quote: the new price, with PRICE_CHANGED.
        document: the new text, with CONSENT_TEXT_CHANGED.
        fields: refused fields, with ORDER_INVALID.
        customer: the data as they stand now, with CUSTOMER_CHANGED.
    """

    code: str
    delivery: str = ""
    quote: Quote | None = None
    document: Document | None = None
    fields: tuple[str, ...] = ()
    customer: CustomerRecord | None = None


class OrderRefused(Message, frozen=True):
    """The shop refused an order whose fate was unknown. Attributes: key; licence_ids: the programs; error: why."""

    key: str
    licence_ids: tuple[str, ...]
    error: ErrorData


class ErrorBody(Message, frozen=True):
    """A failure. Attributes: code: JSON-RPC's number; message: one line for the log; data: the typed part."""

    code: int
    message: str
    data: ErrorData
