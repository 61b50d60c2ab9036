"""A customer of the shop without HTTP: the same functions that the calls use, so that long histories are quick."""

from __future__ import annotations

import uuid

import msgspec

from r2_renewal.contract.accounts import CancellationRequest, WithdrawalRequest
from r2_renewal.contract.structs import ConsentBody, OrderBody, OrdererBody, OrderRequest, QuoteItem
from r2_renewal.reference_shop import ordering, withdrawals
from r2_renewal.reference_shop.order_checks import expected_consent
from r2_renewal.reference_shop.pricing import offers
from r2_renewal.reference_shop.programs import amount, licence_of, owned_program, price_list
from r2_renewal.reference_shop.quotes import make_quote, price_of, stored_line
from r2_renewal.reference_shop.sessions import SCOPE_ORDER, Caller
from r2_renewal.reference_shop.shop import Shop
from r2_renewal.reference_shop.tables import Customer, OrderRow

ORDERER = OrdererBody(first_name="Anna", last_name="Żak", phone="601 234 567", email="anna@zak.example")
EMAIL = "faktury@klosowska.example"


def offer_ids(shop: Shop, customer_id: str, licence_id: str) -> list[str]:
    """Return what may be ordered for a licence today, the subscription first."""
    with shop.database.reading() as session:
        row, today = licence_of(session, customer_id, licence_id), shop.settings.today()
        return [
            offer.offer_id for offer in offers(owned_program(row), price_list(session, {row.product}, today), today)
        ]


def order(shop: Shop, customer_id: str, licence_id: str, offer_id: str, *, email: str = EMAIL) -> OrderBody:
    """Order an offer for a licence, with its consent to automatic renewal."""
    with shop.database.writing(customer_id) as session:
        quote = make_quote(session, shop.settings, customer_id, [QuoteItem(licence_id=licence_id, offer_id=offer_id)])
        given = expected_consent(shop.settings, stored_line(quote.lines[0]), email)
        nip, gross, quote_id = session.get_one(Customer, customer_id).nip, amount(price_of(quote).gross), quote.id
    consent = ConsentBody(
        licence_id=licence_id, kind=given.kind, text_version=given.version, sha256=given.sha256, locale=given.locale
    )
    request = OrderRequest(
        quote_id=quote_id,
        nip=nip,
        company_confirmed=True,
        invoice_email=email,
        orderer=ORDERER,
        consents=(consent,),
        gross=gross,
        channel="module",
        app_version="0.1.0",
        early_start=True,
    )
    caller = Caller(customer_id, SCOPE_ORDER, "")
    return msgspec.json.decode(ordering.place(shop, caller, str(uuid.uuid4()), request), type=OrderBody)


def subscribe(shop: Shop, customer_id: str, licence_id: str) -> OrderBody:
    """Order a year."""
    return order(shop, customer_id, licence_id, offer_ids(shop, customer_id, licence_id)[0])


def extend(shop: Shop, customer_id: str, licence_id: str) -> OrderBody:
    """Order the next higher limit."""
    return order(shop, customer_id, licence_id, offer_ids(shop, customer_id, licence_id)[1])


def withdraw(shop: Shop, customer_id: str, order_id: str) -> None:
    """Withdraw from an order's contract."""
    with shop.database.reading() as session:
        number = session.query(OrderRow).filter_by(id=order_id).one().number
    declared = WithdrawalRequest(name="Anna Żak", order_number=number, email=ORDERER.email, channel="module")
    withdrawals.withdraw(shop, customer_id, order_id, declared)


def cancel(shop: Shop, customer_id: str, order_id: str) -> None:
    """Cancel an order."""
    withdrawals.cancel(shop, customer_id, order_id, CancellationRequest(channel="module"))
