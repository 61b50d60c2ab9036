"""An order written to a file, or shown as a QR code, on a PC without Internet.

Rules: the licence goes into it and is verified first, so that a file that the shop would refuse is never carried there; the file
is replaced whole or not at all; the link's data stand behind ``#``, which no browser sends and no server logs.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from r2_renewal.agent.protocol import ExportParams, WantedItem
from r2_renewal.contract.paths import ORDER_FILE_PAGE
from r2_renewal.contract.prepared_order import (
    LONGEST_FIELD,
    PROFILE,
    PreparedItem,
    PreparedOrder,
    PreparedOrderer,
    ShownPrice,
    pack,
)
from r2_renewal.contract.structs import Amount
from r2_renewal.domain.errors import ErrorCode, RenewalError
from r2_renewal.domain.money import Money
from r2_renewal.version import VERSION

_KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the customer wants and has typed so far.

    Attributes:
        items: what is wanted for which program.
        invoice_email: „e-mail do faktury".
        orderer: the ordering person.
        shown: the price that was shown; None where none was known.
    """

    items: tuple[PreparedItem, ...]
    invoice_email: str = ""
    orderer: PreparedOrderer = field(default_factory=PreparedOrderer)
    shown: ShownPrice | None = None


def wanted_of(params: ExportParams, items: Iterable[WantedItem]) -> Wanted:
    """Return what the form asks for, as it goes into the file; what is longer than any address or name can be is cut."""
    orderer = params.orderer
    return Wanted(
        items=tuple(
            PreparedItem(
                licence_id=item.licence_id, kind=item.kind or "", offer_id=item.offer_id, runs_until=item.runs_until
            )
            for item in items
        ),
        invoice_email=_kept(params.invoice_email),
        orderer=PreparedOrderer(
            first_name=_kept(orderer.first_name),
            last_name=_kept(orderer.last_name),
            phone=_kept(orderer.phone),
            email=_kept(orderer.email),
        ),
        shown=_shown(params.gross, params.told_on),
    )


def _kept(text: str) -> str:
    # A lone surrogate, such as half of a pasted emoji, has no bytes to be saved as.
    return text.strip()[:LONGEST_FIELD].encode("utf-8", "replace").decode("utf-8")


def _shown(gross: Money | None, told_on: date | None) -> ShownPrice | None:
    if gross is None or told_on is None:
        return None
    return ShownPrice(gross=Amount(amount=f"{gross.amount:.2f}", currency=gross.currency), told_on=told_on)


def prepare(certificate: bytes | str, wanted: Wanted, now: datetime) -> PreparedOrder:
    """Return a new order, with a key of its own.

    Args:
        certificate: the customer's licence file, already verified.
        wanted: what goes into it.
        now: the PC's clock, aware.

    Raises:
        RenewalError: ORDER_FILE_ENCRYPTED_LICENCE, where the licence file is encrypted: whoever takes the order's file to
            the shop has no key to it, and the key must not travel with it.
    """
    from r2_renewal.licensing.parts import take_apart

    try:
        parts = take_apart(certificate)
    except RenewalError as error:
        if error.code is not ErrorCode.LICENCE_KEY_NEEDED:
            raise
        raise RenewalError(ErrorCode.ORDER_FILE_ENCRYPTED_LICENCE, error.detail) from error
    return PreparedOrder(
        profile=PROFILE,
        key=secrets.token_urlsafe(_KEY_BYTES),
        created_at=now.replace(microsecond=0),
        app_version=VERSION,
        licence=parts.payload,
        signature=parts.signature,
        items=wanted.items,
        invoice_email=wanted.invoice_email,
        orderer=wanted.orderer,
        shown=wanted.shown,
    )


def page_of(shop_url: str) -> str:
    """Return the address of the shop's page that takes the order.

    Raises:
        RenewalError: CONFIGURATION, where no shop is configured.
    """
    if not shop_url:
        raise RenewalError(ErrorCode.CONFIGURATION, "no shop URL")
    return shop_url.rstrip("/") + ORDER_FILE_PAGE


def write(path: Path, order: PreparedOrder, page: str) -> None:
    """Write the order's file: first what it is, in words, then the order in armour.

    Raises:
        RenewalError: FILE_NOT_WRITABLE, ORDER_FILE_TOO_LARGE; what stood there before still stands.
    """
    from r2_renewal.licensing.armour import ORDER, wrap
    from r2_renewal.licensing.atomic_file import NotWritableError, replace_file

    text = f"{_covering_words(page)}\n\n{wrap(pack(order), ORDER)}"
    try:
        replace_file(path, text.encode("utf-8"))
    except NotWritableError as error:
        raise RenewalError(ErrorCode.FILE_NOT_WRITABLE, error.detail) from error


def _covering_words(page: str) -> str:
    return (
        "Zamówienie przygotowane na komputerze bez Internetu. Nie zostało jeszcze złożone.\n"
        "Na komputerze z Internetem otwórz podaną stronę, wczytaj ten plik, sprawdź cenę i potwierdź zamówienie:\n"
        f"{page}"
    )
