"""The seller as invoices, transfers and mail name it: the table ``[invoices]`` of ``resources/vendor.toml``.

Rule: what is there is checked when it is read, so that no invoice goes out with an account number or a NIP that is none.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit

from r2_renewal.domain.company import Company, nip_problem
from r2_renewal.domain.errors import ErrorCode, RenewalError
from r2_renewal.resources import resource

_NRB_DIGITS = 26
_PL = "2521"  # „PL" in the digits of ISO 13616
_ROOM_OF_QR_NAME = 20


@dataclass(frozen=True, slots=True)
class Seller:
    """Who sells, as invoices and transfers name it.

    Attributes:
        company: name, NIP and address.
        account: bank account, 26 digits (NRB).
        transfer_name: recipient of a transfer, at most 20 characters.
        payment_days: days to pay an invoice.
        mail_from: address that the shop's mail comes from.
        ksef_qr_url: where an invoice's verification code (KOD I) leads, KSeF's environment for it; https.
    """

    company: Company
    account: str
    transfer_name: str
    payment_days: int
    mail_from: str
    ksef_qr_url: str


@cache
def seller() -> Seller:
    """Return the seller of this installation.

    Raises:
        RenewalError: CONFIGURATION, where the vendor file tells none, or a number in it is wrong.
    """
    try:
        table = tomllib.loads(resource("vendor.toml").read_text(encoding="utf-8"))["invoices"]
        found = Seller(
            company=Company(table["name"], table["nip"], table["street"], table["postcode"], table["city"]),
            account=table["account"].replace(" ", ""),
            transfer_name=table["transfer_name"],
            payment_days=int(table["payment_days"]),
            mail_from=table["mail_from"],
            ksef_qr_url=table["ksef_qr_url"],
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise RenewalError(ErrorCode.CONFIGURATION, f"vendor.toml: {type(error).__name__} {error}") from error
    return checked(found)


def checked(found: Seller) -> Seller:
    """Return the seller where its numbers are right.

    Raises:
        RenewalError: CONFIGURATION, naming the first that is wrong.
    """
    faults = {
        "nip": nip_problem(found.company.nip) is not None,
        "account": not is_account(found.account),
        "transfer_name": not 0 < len(found.transfer_name) <= _ROOM_OF_QR_NAME or "|" in found.transfer_name,
        "payment_days": found.payment_days < 1,
        "mail_from": found.mail_from.count("@") != 1 or not found.mail_from.isascii(),
        "ksef_qr_url": not is_https_base(found.ksef_qr_url),
    }
    wrong = next((name for name, is_wrong in faults.items() if is_wrong), None)
    if wrong is not None:
        raise RenewalError(ErrorCode.CONFIGURATION, f"vendor.toml: invoices.{wrong}")
    return found


def is_https_base(url: str) -> bool:
    """Whether the text is an https address to which a path can be added."""
    parts = urlsplit(url)
    return parts.scheme == "https" and bool(parts.hostname) and not (parts.query or parts.fragment or parts.username)


def is_account(text: str) -> bool:
    """Whether the text is a Polish account number: 26 digits with the check digits of ISO 13616."""
    if len(text) != _NRB_DIGITS or not (text.isascii() and text.isdigit()):
        return False
    return int(text[2:] + _PL + text[:2]) % 97 == 1


def show_account(account: str) -> str:
    """Return ``83 1090 0000 0000 0000 1234 5678``."""
    rest = account[2:]
    return " ".join([account[:2], *(rest[start : start + 4] for start in range(0, len(rest), 4))])
