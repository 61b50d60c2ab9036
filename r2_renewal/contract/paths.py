"""Addresses and headers of the shop's API, version 1."""

from __future__ import annotations

from urllib.parse import quote

PREFIX = "/v1"
LICENCE_SESSIONS = f"{PREFIX}/licence-sessions"
ACCOUNT_SESSIONS = f"{PREFIX}/account-sessions"
CURRENT_SESSION = f"{ACCOUNT_SESSIONS}/current"
STOREFRONT = f"{PREFIX}/storefront"
PROGRAMS = f"{PREFIX}/programs"
QUOTES = f"{PREFIX}/quotes"
ORDERS = f"{PREFIX}/orders"
LICENCES = f"{PREFIX}/licences"
DOCUMENTS = f"{PREFIX}/documents"
DATA_CORRECTIONS = f"{PREFIX}/data-corrections"
PASSWORD_RESETS = f"{PREFIX}/password-resets"
CUSTOMER = f"{PREFIX}/customer"
ENROLMENTS = f"{CUSTOMER}/enrolments"
CONSENTS = f"{PREFIX}/consents"
INVOICES = f"{PREFIX}/invoices"

# The shop's page that takes a prepared order, for people; under the shop's base URL like the API.
ORDER_FILE_PAGE = "/panel/zamowienie-z-pliku"

IDEMPOTENCY_KEY = "Idempotency-Key"
IF_MATCH = "If-Match"
PREFER = "Prefer"
MINIMAL = "return=minimal"
JSON_TYPE = "application/json"
PROBLEM_TYPE = "application/problem+json"
PDF_TYPE = "application/pdf"
LICENCE_TYPE = "application/vnd.r2.licence"


def order(order_id: str) -> str:
    """Return the address of one order."""
    return f"{ORDERS}/{quote(order_id, safe='')}"


def program(licence_id: str) -> str:
    """Return the address of one owned program."""
    return f"{PROGRAMS}/{quote(licence_id, safe='')}"


def licence_file(licence_id: str) -> str:
    """Return the address of the signed licence file."""
    return f"{LICENCES}/{quote(licence_id, safe='')}/file"


def document(kind: str, version: str) -> str:
    """Return the address of one version of a text."""
    return f"{DOCUMENTS}/{quote(kind, safe='')}/{quote(version, safe='')}"


def withdrawals(order_id: str) -> str:
    """Return where withdrawals from an order's contract are declared."""
    return f"{order(order_id)}/withdrawals"


def cancellations(order_id: str) -> str:
    """Return where an order that is not yet accepted is cancelled."""
    return f"{order(order_id)}/cancellations"


def password_reset(token: str) -> str:
    """Return where the token of a letter sets a new password."""
    return f"{PASSWORD_RESETS}/{quote(token, safe='')}"


def invoice_pdf(invoice_id: str) -> str:
    """Return the address of an invoice as PDF."""
    return f"{INVOICES}/{quote(invoice_id, safe='')}/pdf"
