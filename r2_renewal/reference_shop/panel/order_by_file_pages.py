"""The own page of an order that was placed from a file: its receipt, how far it is, its licence files, and the way out of it.

Rules: who knows the page's address needs no login, and it cannot be guessed; a licence is given only once the order is fulfilled,
and only one that the order has extended; a withdrawal is declared where the contract was made, as in the account
(Directive 2023/2673, art. 11a).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from r2_renewal.contract import paths
from r2_renewal.contract.accounts import WithdrawalBody, WithdrawalRequest
from r2_renewal.contract.problems import ProblemCode
from r2_renewal.contract.structs import OrderBody
from r2_renewal.domain.order import OrderState
from r2_renewal.reference_shop import withdrawals
from r2_renewal.reference_shop.bodies import struct_of
from r2_renewal.reference_shop.order_files import order_of_token
from r2_renewal.reference_shop.orders import order_body
from r2_renewal.reference_shop.panel import addresses
from r2_renewal.reference_shop.panel.forms import Form, errors_of
from r2_renewal.reference_shop.panel.order_file_pages import CHANNEL
from r2_renewal.reference_shop.panel.page import Page, download, go, show
from r2_renewal.reference_shop.panel.visit import Notice, Visit
from r2_renewal.reference_shop.problems import STATUS, Refusal
from r2_renewal.reference_shop.seller import show_account
from r2_renewal.reference_shop.shop import Shop

_WITHDRAWAL = addresses.ORDER_FILE + "/{token:str}/odstapienie"


@dataclass(frozen=True, slots=True)
class _Order:
    """An order as its page shows it.

    Attributes:
        body: the order.
        customer_id: whose.
        receipt: of a withdrawal from its contract; None where none was declared.
        can_withdraw: whether one can be declared.
        withdraw_until: the last day for that.
    """

    body: OrderBody
    customer_id: str
    receipt: WithdrawalBody | None
    can_withdraw: bool
    withdraw_until: date


def _read(shop: Shop, token: str) -> _Order:
    with shop.database.reading() as session:
        row = order_of_token(session, shop.settings, token)
        return _Order(
            body=order_body(row),
            customer_id=row.customer_id,
            receipt=withdrawals.receipt_of(session, row),
            can_withdraw=withdrawals.can_withdraw(shop.settings, row),
            withdraw_until=withdrawals.last_day_of(row),
        )


@get(addresses.ORDER_FILE + "/{token:str}", sync_to_thread=True)
def show_placed(token: FromPath[str], shop: NamedDependency[Shop], visit: NamedDependency[Visit]) -> Page:
    """Return the receipt, how far the order is, and in the end its licence files."""
    order = _read(shop, token)
    return show(
        visit,
        "order_file_placed.html",
        seller=shop.settings.vendor,
        order=order.body,
        placed=order,
        account=show_account(order.body.transfer.account) if order.body.transfer else "",
        link=token,
        is_fulfilled=order.body.state == OrderState.FULFILLED,
        is_ended=OrderState(order.body.state).is_final,
    )


@get(addresses.ORDER_FILE + "/{token:str}/licencja/{licence:str}", sync_to_thread=True)
def get_licence(token: FromPath[str], licence: FromPath[str], shop: NamedDependency[Shop]) -> Page:
    """Return the signed file of a licence that the order has extended."""
    with shop.database.reading() as session:
        row = order_of_token(session, shop.settings, token)
        found = next((line.licence for line in row.lines if line.licence_id == licence), None)
        if found is None or row.state != OrderState.FULFILLED:
            raise Refusal(ProblemCode.NOT_FOUND, "no such licence in this order, or not yet")
        return download(found.certificate.encode("ascii"), f"{found.product}.lic", paths.LICENCE_TYPE)


@get(_WITHDRAWAL, sync_to_thread=True)
def show_withdrawal(token: FromPath[str], shop: NamedDependency[Shop], visit: NamedDependency[Visit]) -> Page:
    """Return the form of a withdrawal, or the receipt of the one that was declared."""
    order = _read(shop, token)
    if order.receipt is None and not order.can_withdraw:
        return go(visit, addresses.order_by_file(token), Notice("order.too_late"))
    if order.receipt is None:
        return _form(shop, visit, token, order, {"name": "", "order_number": order.body.number, "email": ""}, {})
    back, vendor = addresses.order_by_file(token), shop.settings.vendor
    return show(visit, "withdrawn.html", seller=vendor, order=order, receipt=order.receipt, back=back)


def _form(shop: Shop, visit: Visit, token: str, order: _Order, typed: dict[str, str], errors: dict[str, str]) -> Page:
    return show(
        visit,
        "withdrawal.html",
        status=STATUS[ProblemCode.VALIDATION].value if errors else 200,
        seller=shop.settings.vendor,
        order=order,
        typed=typed,
        errors=errors,
        action=addresses.withdrawal_by_file(token),
        back=addresses.order_by_file(token),
    )


@post(_WITHDRAWAL, sync_to_thread=True)
def withdraw(
    token: FromPath[str], shop: NamedDependency[Shop], visit: NamedDependency[Visit], form: NamedDependency[Form]
) -> Page:
    """Take the declaration and lead to its receipt."""
    order = _read(shop, token)
    typed = {name: form.text(name) for name in ("name", "order_number", "email")}
    try:
        wanted = struct_of({**typed, "channel": CHANNEL}, WithdrawalRequest)
        withdrawals.withdraw(shop, order.customer_id, order.body.order_id, wanted)
    except Refusal as refusal:
        if refusal.code is not ProblemCode.VALIDATION:
            return go(visit, addresses.order_by_file(token), Notice("order.too_late"))
        return _form(shop, visit, token, order, typed, errors_of(visit.language, refusal))
    return go(visit, addresses.withdrawal_by_file(token))


PUBLIC = (show_placed, get_licence, show_withdrawal, withdraw)
