"""Bodies of the shop's API turned into values of the domain, and the confirmed order turned into a body.

Rules: an order state unknown to this version is PENDING; an offer of an unknown kind is left out, for it could not be shown
rightly; anything else that does not fit is NOT_THE_SHOP.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal

import msgspec
from msgspec import UnsetType
from msgspec.structs import replace

from r2_renewal.agent.transfer_code import transfer_code
from r2_renewal.contract import accounts, structs
from r2_renewal.domain.basket import BasketEntry, Storefront
from r2_renewal.domain.company import Company
from r2_renewal.domain.consent import AUTO_RENEWAL, RODO, TERMS, Document, GivenConsent
from r2_renewal.domain.errors import ErrorCode, RenewalError
from r2_renewal.domain.money import Money, Price
from r2_renewal.domain.offer import Offer, Quote, QuoteLine, ServiceKind
from r2_renewal.domain.order import BuyerKind, ConfirmedOrder, Order, Orderer, OrderLine, OrderState, Transfer
from r2_renewal.domain.order_list import WithdrawalReceipt
from r2_renewal.domain.program import OwnedProgram
from r2_renewal.domain.recipient import Recipient

CHANNEL = "module"
_KINDS = frozenset(kind.value for kind in ServiceKind)
DOCUMENT_KINDS = (AUTO_RENEWAL, TERMS, RODO)


def money(body: structs.Amount) -> Money:
    """Return an amount."""
    return Money(Decimal(body.amount), body.currency)


def price(body: structs.PriceBody) -> Price:
    """Return net, VAT and gross."""
    return Price(money(body.net), money(body.vat), money(body.gross))


def service_kind(text: str) -> ServiceKind:
    """Return the kind of a service.

    Raises:
        RenewalError: NOT_THE_SHOP, where this version knows no such kind.
    """
    try:
        return ServiceKind(text)
    except ValueError as error:
        raise RenewalError(ErrorCode.NOT_THE_SHOP, "unknown kind of service") from error


def order_state(text: str) -> OrderState:
    """Return the state of an order; PENDING for one unknown to this version."""
    return OrderState(text) if text in set(OrderState) else OrderState.PENDING


def document(body: structs.DocumentBody) -> Document:
    """Return a text of the vendor."""
    return Document(body.kind, body.version, body.title, body.text)


def document_or_none(body: structs.DocumentBody | UnsetType) -> Document | None:
    """Return a text where a problem carries one."""
    return None if isinstance(body, UnsetType) else document(body)


def quote(body: structs.QuoteBody) -> Quote:
    """Return the price of what was asked about, with periods and renewals.

    Raises:
        RenewalError: NOT_THE_SHOP, where a kind is unknown, kinds are mixed, or a renewal is missing.
    """
    lines = tuple(_quote_line(line) for line in body.lines)
    if len({line.kind for line in lines}) > 1:
        raise RenewalError(ErrorCode.NOT_THE_SHOP, "a quote of several kinds")
    return Quote(body.quote_id, lines, price(body.price), body.expires_at, body.told_on)


def _quote_line(body: structs.LineBody) -> QuoteLine:
    if body.renewal is None:
        raise RenewalError(ErrorCode.NOT_THE_SHOP, "a quote without a renewal")
    return QuoteLine(
        offer_id=body.offer_id,
        licence_id=body.licence_id,
        program=body.program,
        kind=service_kind(body.kind),
        description=body.description,
        net=money(body.net),
        period_from=body.period.first_day,
        period_to=body.period.last_day,
        renewal_date=body.renewal.day,
        renewal_price=price(body.renewal.price),
        cancel_until=body.renewal.cancel_until,
    )


def quote_or_none(body: structs.QuoteBody | UnsetType) -> Quote | None:
    """Return a price where a problem carries one that this version understands."""
    if isinstance(body, UnsetType):
        return None
    try:
        return quote(body)
    except RenewalError:
        return None


def order(body: structs.OrderBody) -> Order:
    """Return an order.

    Raises:
        RenewalError: NOT_THE_SHOP, where a kind is unknown.
    """
    return Order(
        order_id=body.order_id,
        number=body.number,
        state=order_state(body.state),
        placed_at=body.placed_at,
        lines=tuple(_order_line(line) for line in body.lines),
        price=price(body.price),
        email=body.email,
        transfer=_transfer(body.transfer) if body.transfer else None,
        recipient=body.recipient.name if body.recipient else "",
    )


def _transfer(body: structs.TransferBody) -> Transfer:
    return Transfer(body.recipient, body.account, body.title, money(body.amount), transfer_code(body.qr or ""))


def _order_line(body: structs.LineBody) -> OrderLine:
    return OrderLine(
        licence_id=body.licence_id,
        program=body.program,
        kind=service_kind(body.kind),
        description=body.description,
        net=money(body.net),
        period_from=body.period.first_day,
        period_to=body.period.last_day,
        renewal_date=body.renewal.day if body.renewal else None,
        cancel_until=body.renewal.cancel_until if body.renewal else None,
    )


def storefront(
    body: structs.StorefrontBody, documents: Mapping[str, structs.DocumentBody], fetched_at: datetime
) -> Storefront:
    """Return everything that eSklep opens with.

    Args:
        body: the shop's answer.
        documents: the texts of ``DOCUMENT_KINDS``.
        fetched_at: when the shop answered, aware.
    """
    return Storefront(
        company=company(body.company),
        invoice_email=body.invoice_email,
        basket=basket(body),
        offers=offers(body),
        consent=document(documents[AUTO_RENEWAL]),
        terms=document(documents[TERMS]),
        privacy=document(documents[RODO]),
        consent_required=body.consent_required,
        panel_url=body.panel_url,
        contact_email=body.contact_email,
        fetched_at=fetched_at,
        recipients=tuple(_recipient(one) for one in body.recipients),
    )


def _recipient(body: structs.RecipientBody) -> Recipient:
    return Recipient(
        recipient_id=body.recipient_id,
        name=body.name,
        nip=body.nip,
        internal_id=body.internal_id,
        street=body.street,
        postcode=body.postcode,
        city=body.city,
        role=body.role,
    )


def basket(body: structs.StorefrontBody | structs.ProgramList) -> tuple[BasketEntry, ...]:
    """Return the rows of the basket that the shop's answer holds."""
    on_sale = {offer.licence_id for offer in body.offers}
    under_way: dict[str, Order] = {}
    for entry in reversed(listed_orders(body.orders)):
        if not entry.state.is_final:
            under_way.update(dict.fromkeys(entry.licence_ids, entry))
    return tuple(
        _entry(program, under_way.get(program.licence_id), program.licence_id in on_sale) for program in body.programs
    )


def offers(body: structs.StorefrontBody | structs.ProgramList) -> tuple[Offer, ...]:
    """Return what may be ordered for the programs of the shop's answer, as far as this version understands it."""
    return tuple(_offer(offer) for offer in body.offers if offer.kind in _KINDS)


def listed_orders(bodies: Iterable[structs.OrderBody]) -> tuple[Order, ...]:
    """Return orders, but for those of a kind that this version could not show rightly."""
    return tuple(order(body) for body in bodies if _is_known(body))


def receipt(body: accounts.WithdrawalBody) -> WithdrawalReceipt:
    """Return the receipt of a withdrawal."""
    return WithdrawalReceipt(body.receipt_id, body.order_number, body.name, body.email, body.content, body.received_at)


def company(body: structs.CompanyBody) -> Company:
    """Return invoice details."""
    return Company(body.name, body.nip, body.street, body.postcode, body.city)


def _offer(body: structs.OfferBody) -> Offer:
    return Offer(body.offer_id, body.licence_id, ServiceKind(body.kind), body.name, money(body.net), body.limits)


def _entry(body: structs.ProgramBody, under_way: Order | None, on_sale: bool) -> BasketEntry:
    return BasketEntry(
        program=_program(body),
        auto_renewal=body.auto_renewal,
        renewal_date=body.renewal_date,
        open_order=under_way,
        on_sale=on_sale,
        renewal_price=price(body.renewal_price) if body.renewal_price else None,
    )


def _is_known(body: structs.OrderBody) -> bool:
    return {line.kind for line in body.lines} <= _KINDS


def _program(body: structs.ProgramBody) -> OwnedProgram:
    return OwnedProgram(
        licence_id=body.licence_id,
        program_id=body.program_id,
        product=body.product,
        name=body.name,
        edition=body.edition,
        valid_until=None if body.valid_until == date.max else body.valid_until,
        seq=body.seq,
        limits=body.limits,
        services=body.services,
    )


def order_request(confirmed: ConfirmedOrder, app_version: str) -> structs.OrderRequest:
    """Return the body of what the customer confirmed."""
    gross = confirmed.quote.price.gross
    return structs.OrderRequest(
        quote_id=confirmed.quote.quote_id,
        nip=confirmed.nip,
        company_confirmed=True,
        invoice_email=confirmed.invoice_email,
        orderer=_orderer(confirmed.orderer),
        consents=tuple(consent(given, licence_id) for licence_id, given in confirmed.consents.items()),
        gross=structs.Amount(amount=f"{gross.amount:.2f}", currency=gross.currency),
        channel=CHANNEL,
        app_version=app_version,
        early_start=confirmed.early_start,
        buyer_kind=(BuyerKind.SOLE_PROFESSIONAL if confirmed.is_professional else BuyerKind.UNDECLARED).value,
        recipient_id=confirmed.recipient_id or None,
    )


def digest(request: structs.OrderRequest) -> str:
    """Return the SHA-256 of what was confirmed, whichever version of the program confirmed it."""
    return hashlib.sha256(msgspec.json.encode(replace(request, app_version=""))).hexdigest()


def _orderer(orderer: Orderer) -> structs.OrdererBody:
    return structs.OrdererBody(
        first_name=orderer.first_name, last_name=orderer.last_name, phone=orderer.phone, email=orderer.email
    )


def consent(given: GivenConsent, licence_id: str) -> structs.ConsentBody:
    """Return the body of a consent to the renewal of a licence."""
    return structs.ConsentBody(
        licence_id=licence_id,
        kind=given.kind,
        text_version=given.version,
        sha256=given.sha256,
        locale=given.locale,
    )
