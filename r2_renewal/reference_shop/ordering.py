"""Placing an order: at most one for a key, with its evidence, in one transaction.

Rules: the key, the order, its first state, the consent and the answer are committed together or not at all; the same key
with the same request is answered with the stored answer, byte for byte, for ever; with another request it is refused; a
refused request leaves its key unused.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlalchemy.orm import Session

from r2_renewal.contract.problems import ProblemCode
from r2_renewal.contract.structs import OrderRequest
from r2_renewal.domain.consent import TERMS, GivenConsent
from r2_renewal.domain.order import OrderState
from r2_renewal.reference_shop import attempts, texts
from r2_renewal.reference_shop.callers import Caller
from r2_renewal.reference_shop.given_consents import evidence
from r2_renewal.reference_shop.mail.letters import confirm_order
from r2_renewal.reference_shop.order_checks import Contact, check_consents, check_fields, check_nip
from r2_renewal.reference_shop.orders import has_open_order, order_body, order_lines
from r2_renewal.reference_shop.problems import Refusal
from r2_renewal.reference_shop.programs import amount, licences_named
from r2_renewal.reference_shop.quotes import (
    count,
    find_quote,
    holds,
    items_of,
    make_quote,
    price_of,
    quote_body,
    stored_line,
)
from r2_renewal.reference_shop.recipients import recipient_named
from r2_renewal.reference_shop.shop import Shop
from r2_renewal.reference_shop.tables import (
    ConsentRow,
    Customer,
    IdempotencyKey,
    OrderEvent,
    OrderLineRow,
    OrderRow,
    QuoteRow,
    RecipientRow,
)

_KEY = re.compile(r"[\x21-\x7e]{1,128}")


@dataclass(frozen=True, slots=True)
class _Accepted:
    """An order that has passed every check. Attributes: consents: by licence."""

    customer: Customer
    quote: QuoteRow
    nip: str
    contact: Contact
    consents: dict[str, GivenConsent]
    recipient: RecipientRow | None = None


def check_key(key: str | None) -> str:
    """Return the header's key.

    Raises:
        Refusal: KEY_MISSING, where it is absent or not 1–128 visible ASCII characters.
    """
    if key is None or not _KEY.fullmatch(key):
        raise Refusal(ProblemCode.KEY_MISSING)
    return key


def place(shop: Shop, caller: Caller, key: str, request: OrderRequest, address: str = "") -> bytes:
    """Place an order, or find the one that this key has made, and return the answer's body.

    Args:
        shop: the shop.
        caller: whose order it is.
        key: the idempotency key.
        request: what the customer confirmed.
        address: from where; empty where nobody can tell.

    Raises:
        Refusal: KEY_IN_FLIGHT, KEY_REUSED, NOT_FOUND, VALIDATION, NIP_INVALID, ORDER_OPEN, PRICE_CHANGED, OFFER_WITHDRAWN,
            CONSENT_REQUIRED, CONSENT_TEXT_CHANGED, or TOO_MANY.
    """
    with shop.in_flight.claim(caller.customer_id, key):
        with shop.database.writing(caller.customer_id) as session:
            known = _recall(session, caller, key, request)
            if known is not None:
                return known
            accepted = _check(shop, session, caller, request)
            if accepted is not None:
                named, now = [line.licence_id for line in accepted.quote.lines], shop.settings.now()
                attempts.count_each(session, shop.settings.limits.order, caller, named, now, address)
                return _record(shop, session, key, request, accepted)
        # The checks' transaction ends first: a refusal inside it would roll the new quote back.
        raise _price_changed(shop, caller, request, address)


def _fingerprint(request: OrderRequest) -> str:
    return hashlib.sha256(msgspec.json.encode(request)).hexdigest()


def _recall(session: Session, caller: Caller, key: str, request: OrderRequest) -> bytes | None:
    known = session.get(IdempotencyKey, (caller.customer_id, key))
    if known is None:
        return None
    if known.fingerprint != _fingerprint(request):
        raise Refusal(ProblemCode.KEY_REUSED)
    return known.response


def _check(shop: Shop, session: Session, caller: Caller, request: OrderRequest) -> _Accepted | None:
    quote = find_quote(session, caller.customer_id, request.quote_id)
    licences = licences_named(session, caller.customer_id, [line.licence_id for line in quote.lines])
    customer = session.get_one(Customer, caller.customer_id)
    contact = check_fields(request)
    nip = check_nip(customer.nip, request.nip)
    recipient = recipient_named(session, caller.customer_id, request.recipient_id)
    if has_open_order(session, licences):
        raise Refusal(ProblemCode.ORDER_OPEN)
    if not holds(quote, licences, shop.settings) or request.gross != amount(price_of(quote).gross):
        return None
    consents = check_consents(shop.settings, request, [stored_line(line) for line in quote.lines])
    return _Accepted(customer, quote, nip, contact, consents, recipient)


def _price_changed(shop: Shop, caller: Caller, request: OrderRequest, address: str) -> Refusal:
    with shop.database.writing(caller.customer_id) as session:
        old = find_quote(session, caller.customer_id, request.quote_id)
        count(session, shop.settings, caller, items_of(old), address)
        quote = make_quote(session, shop.settings, caller.customer_id, items_of(old))
        return Refusal(ProblemCode.PRICE_CHANGED, quote=quote_body(quote, shop.settings.today()))


def _record(shop: Shop, session: Session, key: str, request: OrderRequest, accepted: _Accepted) -> bytes:
    now = shop.settings.now()
    order = _order_row(request, accepted, now)
    session.add(order)
    session.flush()
    session.add(OrderEvent(order_pk=order.pk, state=order.state, at=now))
    consents = [
        _consent_row(order, line, accepted.consents[line.licence_id], now) for line in order.lines if line.enrolled
    ]
    session.add_all(consents)
    confirm_order(session, shop.settings, order, consents)
    response = msgspec.json.encode(order_body(order))
    session.add(_key_row(order, key, request, response))
    return response


def _order_row(request: OrderRequest, accepted: _Accepted, now: datetime) -> OrderRow:
    contact = accepted.contact
    return OrderRow(
        id=f"ord_{secrets.token_urlsafe(12)}",
        customer=accepted.customer,
        quote=accepted.quote,
        state=OrderState.PLACED.value,
        placed_at=now,
        nip=accepted.nip,
        invoice_email=contact.invoice_email,
        first_name=contact.first_name,
        last_name=contact.last_name,
        phone=contact.phone,
        email=contact.email,
        channel=request.channel,
        app_version=request.app_version,
        early_start=request.early_start,
        buyer_kind=request.buyer_kind,
        terms_version=texts.versions(TERMS)[-1],
        recipient=accepted.recipient,
        lines=order_lines(accepted.quote, accepted.consents),
    )


def _consent_row(order: OrderRow, line: OrderLineRow, consent: GivenConsent, now: datetime) -> ConsentRow:
    return evidence(
        consent,
        accepted_at=now,
        channel=order.channel,
        customer_id=order.customer_id,
        order_id=order.id,
        licence_id=line.licence_id,
        nip=order.nip,
        person=f"{order.first_name} {order.last_name}",
        email=order.email,
        price_net=line.sold.renewal_net,
        price_gross=line.sold.renewal_gross,
        renewal_date=line.sold.renewal_date,
        cancel_until=line.sold.cancel_until,
        app_version=order.app_version,
    )


def _key_row(order: OrderRow, key: str, request: OrderRequest, response: bytes) -> IdempotencyKey:
    return IdempotencyKey(
        customer_id=order.customer_id,
        key=key,
        fingerprint=_fingerprint(request),
        order_id=order.id,
        response=response,
        created_at=order.placed_at,
    )
