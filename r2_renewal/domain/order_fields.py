"""Pages and fields of the order form, and why a field is refused: the names that flow, windows and words share."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Step(IntEnum):
    """Pages of the order form, in order."""

    SERVICE = 0
    INVOICE = 1
    ORDERER = 2
    CONSENT = 3
    SUMMARY = 4
    CONFIRMATION = 5


class Field(StrEnum):
    """What can be wrong on a page."""

    KIND = "kind"
    PROGRAMS = "programs"
    OFFER = "offer"
    QUOTE = "quote"
    NIP = "nip"
    COMPANY_CONFIRMED = "company_confirmed"
    INVOICE_EMAIL = "invoice_email"
    RECIPIENT = "recipient_id"
    FIRST_NAME = "orderer.first_name"
    LAST_NAME = "orderer.last_name"
    PHONE = "orderer.phone"
    EMAIL = "orderer.email"
    CONSENT = "consent"
    RECEIPT = "receipt"


class Reason(StrEnum):
    """Why a field is refused."""

    EMPTY = "empty"
    TOO_SHORT = "too_short"
    INVALID = "invalid"
    SEVERAL = "several"
    CHARACTERS = "characters"
    LENGTH = "length"
    CHECKSUM = "checksum"
    FOREIGN = "foreign"
    REFUSED = "refused"
    TOO_LONG = "too_long"
    TOO_MANY = "too_many"
    NOT_OFFERED = "not_offered"


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One field that keeps the user on the page.

    Attributes:
        field: which one.
        reason: why.
        licence_id: of which program; empty for a field that the form has once.
    """

    field: Field
    reason: Reason
    licence_id: str = ""
