"""Where the panel's pages are, and what its menu holds.

Rule: a page that is added to the menu is a line of ``MENU`` and a phrase ``menu.…`` in every language.
"""

from __future__ import annotations

import re

from r2_renewal.contract.paths import ORDER_FILE_PAGE

PANEL = "/panel/"
STYLE = f"{PANEL}panel.css"
LOGIN = f"{PANEL}logowanie"
LOGOUT = f"{PANEL}wyloguj"
PASSWORD = f"{PANEL}haslo"
DATA = f"{PANEL}moje-dane"
REPORT = f"{DATA}/zgloszenie"
PUT_BACK_EMAIL = f"{DATA}/adres"
CONSENTS = f"{PANEL}zgody"
PROGRAMS = f"{PANEL}programy"
ORDERS = f"{PANEL}zamowienia"
INVOICES = f"{PANEL}faktury"
SESSIONS = f"{PANEL}sesje"
END_SESSIONS = f"{SESSIONS}/wyloguj"
ORDER_FILE = ORDER_FILE_PAGE
ORDER_FILE_SCRIPT = f"{ORDER_FILE}.js"
ORDER_FILE_DETAILS = f"{ORDER_FILE}/dane"
ORDER_FILE_PLACE = f"{ORDER_FILE}/zamow"

MENU = (
    ("menu.data", DATA),
    ("menu.programs", PROGRAMS),
    ("menu.orders", ORDERS),
    ("menu.invoices", INVOICES),
    ("menu.sessions", SESSIONS),
)

_OWN_PAGE = re.compile(r"/panel/[A-Za-z0-9_-]+(?:/[A-Za-z0-9_-]+)*(?:\?[A-Za-z0-9_=&-]*)?")


def own_page(address: str) -> str:
    """Return the address where it is a page of the panel, else the first page's: nobody is led elsewhere by a link."""
    return address if _OWN_PAGE.fullmatch(address) else DATA


def belongs(address: str, page: str) -> bool:
    """Whether an address is of what a page of the menu leads to."""
    return address.startswith(page) or (page == DATA and address.startswith(CONSENTS))


def order(order_id: str) -> str:
    """Return the page of an order."""
    return f"{ORDERS}/{order_id}"


def cancellation(order_id: str) -> str:
    """Return where an order is cancelled."""
    return f"{ORDERS}/{order_id}/anulowanie"


def withdrawal(order_id: str) -> str:
    """Return the page of a withdrawal from an order's contract: the form, then its receipt."""
    return f"{ORDERS}/{order_id}/odstapienie"


def invoice_pdf(invoice_id: str) -> str:
    """Return an invoice as PDF."""
    return f"{INVOICES}/{invoice_id}/pdf"


def end_session(name: str) -> str:
    """Return where one session is ended."""
    return f"{SESSIONS}/{name}/wyloguj"


def consent_pdf(consent_id: str) -> str:
    """Return the confirmation of a consent as PDF."""
    return f"{CONSENTS}/{consent_id}/pdf"


def licence_file(licence_id: str) -> str:
    """Return a licence's signed file."""
    return f"{PROGRAMS}/{licence_id}/licencja"


def new_password(token: str) -> str:
    """Return where the token of a letter sets a new password."""
    return f"{PASSWORD}/{token}"


def order_by_file(token: str) -> str:
    """Return the page of an order that was placed from a file."""
    return f"{ORDER_FILE}/{token}"


def withdrawal_by_file(token: str) -> str:
    """Return the page of a withdrawal from the contract of such an order."""
    return f"{ORDER_FILE}/{token}/odstapienie"


def licence_by_file(token: str, licence_id: str) -> str:
    """Return a licence's signed file, for an order that was placed from a file."""
    return f"{ORDER_FILE}/{token}/licencja/{licence_id}"
