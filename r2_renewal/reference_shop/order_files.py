"""Orders prepared on a PC without Internet, as the shop takes them: by file or by the letters of a QR code.

Rules: the licence inside authenticates as it does in ``POST /licence-sessions``, and what is refused is counted with it; a
prepared order orders nothing by itself; its key makes at most one order, and whoever brings the file again is led to that one;
one whose program was renewed since, by whichever route, is refused: the purchase that it was prepared for has been made;
the address of an order's own page cannot be guessed and is not stored, it is made from the order and the shop's key.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from r2_renewal.contract.prepared_order import LONGEST_TEXT, PreparedItem, PreparedOrder, from_letters, unpack
from r2_renewal.contract.problems import FieldProblem, ProblemCode
from r2_renewal.domain.errors import ErrorCode, RenewalError
from r2_renewal.domain.offer import Offer, ServiceKind
from r2_renewal.licensing.armour import ORDER, text_of, unwrap
from r2_renewal.licensing.letters import mentions
from r2_renewal.licensing.parts import Parts, put_together
from r2_renewal.reference_shop import attempts
from r2_renewal.reference_shop.callers import Caller
from r2_renewal.reference_shop.pricing import Tier, offers
from r2_renewal.reference_shop.problems import Refusal
from r2_renewal.reference_shop.programs import licences_named, owned_program, price_list
from r2_renewal.reference_shop.sessions import SCOPE_ORDER, holder_of
from r2_renewal.reference_shop.settings import ShopSettings
from r2_renewal.reference_shop.shop import Shop
from r2_renewal.reference_shop.tables import IdempotencyKey, LicenceRow, OrderRow

FILE_FIELD = "file"
_FIELD_CODES = {
    ErrorCode.ORDER_FILE_NEWER: "newer",
    ErrorCode.LICENCE_UNKNOWN_KEY: "licence",
    ErrorCode.LICENCE_BAD_SIGNATURE: "licence",
}
_PURPOSE = b"r2-renewal: address of an order's page, 1"


@dataclass(frozen=True, slots=True)
class Brought:
    """A prepared order that was brought and may be placed.

    Attributes:
        caller: whose it is, by the licence inside.
        address: from where it was brought.
    """

    order: PreparedOrder
    caller: Caller
    address: str


@dataclass(frozen=True, slots=True)
class Choice:
    """What may be ordered for one program of a prepared order.

    Attributes:
        licence_id: its licence.
        program: its name and edition.
        last_day: of its subscription.
        offers: to choose from.
        chosen: the offer that is chosen; None while none is.
    """

    licence_id: str
    program: str
    last_day: date
    offers: tuple[Offer, ...]
    chosen: Offer | None


def bring(shop: Shop, given: bytes | str, address: str) -> Brought:
    """Read a prepared order: the content of its file, or the letters or the link of its code.

    Raises:
        Refusal: VALIDATION of ``file``, where it is none or was altered, or names programs that are not its customer's; TOO_MANY,
            where too many were refused from this address.
    """
    try:
        return _brought(shop, given, address)
    except Refusal:
        attempts.count(shop, shop.settings.limits.licence_from_address, address)
        raise


def _brought(shop: Shop, given: bytes | str, address: str) -> Brought:
    order = _read(given)
    try:
        customer_id, _ = holder_of(shop, put_together(Parts(order.licence, order.signature)))
        with shop.database.reading() as session:
            licences_named(session, customer_id, [item.licence_id for item in order.items])
    except Refusal as refusal:
        raise _no_file("licence") from refusal
    return Brought(order, Caller(customer_id, SCOPE_ORDER, ""), address)


def _read(given: bytes | str) -> PreparedOrder:
    if len(given) > LONGEST_TEXT:
        raise _no_file("malformed")
    text = given if isinstance(given, bytes) else given.encode("utf-8", "replace")
    try:
        letter = text_of(text)
        return unpack(unwrap(letter, ORDER)) if mentions(letter, ORDER) else from_letters(letter)
    except RenewalError as error:
        raise _no_file(_FIELD_CODES.get(error.code, "malformed")) from error


def _no_file(code: str) -> Refusal:
    return Refusal(ProblemCode.VALIDATION, fields=(FieldProblem(field=FILE_FIELD, code=code),))


def placed_with(session: Session, brought: Brought) -> OrderRow | None:
    """Return the order that was placed with this file; None while none was."""
    known = session.get(IdempotencyKey, (brought.caller.customer_id, brought.order.key))
    return None if known is None else _order(session, known.order_id)


def renewed_since(session: Session, brought: Brought) -> LicenceRow | None:
    """Return the first program whose subscription was extended since the order was prepared; None where none was.

    An extension is not bought twice either: what is owned already is not on sale.
    """
    known = {item.licence_id: item.runs_until for item in brought.order.items if item.kind != ServiceKind.EXTENSION}
    rows = licences_named(session, brought.caller.customer_id, known) if known else {}
    ends = ((rows[licence_id], runs_until) for licence_id, runs_until in known.items())
    return next((row for row, runs_until in ends if runs_until is not None and row.valid_until > runs_until), None)


def _order(session: Session, order_id: str) -> OrderRow | None:
    return session.scalar(select(OrderRow).where(OrderRow.id == order_id))


# What is wanted


def choices(
    session: Session, settings: ShopSettings, brought: Brought, chosen: Mapping[str, str]
) -> tuple[Choice, ...]:
    """Return what may be ordered for each program, with what is chosen.

    Args:
        session: a session.
        settings: the shop's.
        brought: the prepared order.
        chosen: offers chosen on the page, by licence; they win over those of the file.
    """
    licences = licences_named(session, brought.caller.customer_id, [item.licence_id for item in brought.order.items])
    tiers = price_list(session, {row.product for row in licences.values()}, settings.today())
    return tuple(
        _choice(licences[item.licence_id], item, tiers, settings.today(), chosen.get(item.licence_id, item.offer_id))
        for item in brought.order.items
    )


def _choice(row: LicenceRow, item: PreparedItem, tiers: list[Tier], today: date, offer_id: str) -> Choice:
    on_sale = offers(owned_program(row), tiers, today)
    wanted = tuple(offer for offer in on_sale if item.kind in ("", offer.kind.value))
    shown = wanted or on_sale
    found = next((offer for offer in shown if offer.offer_id == offer_id), None)
    # As in the form: the only subscription is chosen with its kind, an extension's limit never is.
    only = wanted[0] if item.kind == "subscription" and len(wanted) == 1 and not offer_id else None
    return Choice(row.id, f"{row.name} {row.edition}".strip(), row.valid_until, shown, found or only)


# The address of an order's own page


def token_of(settings: ShopSettings, order_id: str) -> str:
    """Return the part of the address that cannot be guessed."""
    digest = hmac.new(_link_key(settings), order_id.encode(), hashlib.sha256).digest()
    return f"{order_id}.{base64.urlsafe_b64encode(digest).decode().rstrip('=')}"


def order_of_token(session: Session, settings: ShopSettings, token: str) -> OrderRow:
    """Return the order of a page's address.

    Raises:
        Refusal: NOT_FOUND, where it is none.
    """
    order_id = token.partition(".")[0]
    if not hmac.compare_digest(token.encode(), token_of(settings, order_id).encode()):
        raise Refusal(ProblemCode.NOT_FOUND, "no such order")
    found = _order(session, order_id)
    if found is None:
        raise Refusal(ProblemCode.NOT_FOUND, "no such order")
    return found


def _link_key(settings: ShopSettings) -> bytes:
    # Derived, so that what signs licences is never used for anything else.
    return hmac.new(settings.signing_key.private, _PURPOSE, hashlib.sha256).digest()
