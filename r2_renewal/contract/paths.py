"""Addresses and headers of the shop's API, version 1."""

from __future__ import annotations

from urllib.parse import quote

PREFIX = "/v1"
LICENCE_SESSIONS = f"{PREFIX}/licence-sessions"
ACCOUNT_SESSIONS = f"{PREFIX}/account-sessions"
CURRENT_SESSION = f"{ACCOUNT_SESSIONS}/current"
STOREFRONT = f"{PREFIX}/storefront"
QUOTES = f"{PREFIX}/quotes"
ORDERS = f"{PREFIX}/orders"
LICENCES = f"{PREFIX}/licences"
DOCUMENTS = f"{PREFIX}/documents"
DATA_CORRECTIONS = f"{PREFIX}/data-corrections"

IDEMPOTENCY_KEY = "Idempotency-Key"
JSON_TYPE = "application/json"
PROBLEM_TYPE = "application/problem+json"
LICENCE_TYPE = "application/vnd.r2.licence"


def order(order_id: str) -> str:
    """Return the address of one order."""
    return f"{ORDERS}/{quote(order_id, safe='')}"


def licence_file(licence_id: str) -> str:
    """Return the address of the signed licence file."""
    return f"{LICENCES}/{quote(licence_id, safe='')}/file"


def document(kind: str, version: str) -> str:
    """Return the address of one version of a text."""
    return f"{DOCUMENTS}/{quote(kind, safe='')}/{quote(version, safe='')}"
