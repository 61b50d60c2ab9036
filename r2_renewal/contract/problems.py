"""Problems of the shop's API (RFC 9457): the pinned codes and the body that carries them.

Rules: a code never changes its meaning; a client that does not know a code goes by the HTTP status; the texts have no bound but
the answer's, so that a refusal is understood as one whatever words it brings.
"""

from __future__ import annotations

from enum import StrEnum

from msgspec import UNSET, Struct, UnsetType

from r2_renewal.contract.structs import DocumentBody, QuoteBody


class ProblemCode(StrEnum):
    """Stable codes of problems."""

    VALIDATION = "validation_failed"
    MALFORMED = "malformed_request"
    UNAUTHORIZED = "unauthorized"
    BAD_CREDENTIALS = "bad_credentials"
    LICENCE_REFUSED = "licence_refused"
    SCOPE = "insufficient_scope"
    NOT_FOUND = "not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    KEY_MISSING = "idempotency_key_missing"
    KEY_IN_FLIGHT = "idempotency_key_in_flight"
    KEY_REUSED = "idempotency_key_reused"
    PRICE_CHANGED = "price_changed"
    CONSENT_TEXT_CHANGED = "consent_text_changed"
    CONSENT_REQUIRED = "consent_required"
    NIP_INVALID = "nip_invalid"
    OFFER_WITHDRAWN = "offer_withdrawn"
    ORDER_OPEN = "order_open"
    IF_MATCH_MISSING = "if_match_missing"
    CUSTOMER_CHANGED = "customer_changed"
    WITHDRAWAL_TOO_LATE = "withdrawal_too_late"
    ORDER_CLOSED = "order_closed"
    TOO_LARGE = "too_large"
    TOO_MANY = "too_many_requests"
    INTERNAL = "internal_error"
    NOT_READY = "not_ready"


class FieldProblem(Struct, frozen=True, kw_only=True):
    """One field that was refused.

    Attributes:
        field: path of the field, e.g. ``orderer.phone``.
        code: why, e.g. ``invalid``.
    """

    field: str
    code: str


class Problem(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Body of an error answer.

    Attributes:
        type: URI reference of the problem's kind.
        title: short English title for engineers.
        status: the HTTP status.
        code: the stable code.
        detail: one line for engineers; never shown to users as it is.
        fields: what was refused, field by field.
        quote: the new price, with ``price_changed``.
        document: the new text, with ``consent_text_changed``.
    """

    type: str
    title: str
    status: int
    code: str
    detail: str = ""
    fields: tuple[FieldProblem, ...] = ()
    quote: QuoteBody | UnsetType = UNSET
    document: DocumentBody | UnsetType = UNSET
