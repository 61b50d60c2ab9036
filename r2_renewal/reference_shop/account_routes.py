"""The calls about the customer's account, each a few lines: who calls, what is asked, which rule answers.

Rules: as in ``routes``; a call in ``ACCOUNT`` needs a session opened by a password, one in ``ORDER`` any session.
"""

from __future__ import annotations

from typing import cast

from litestar import Response, get, patch, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, JSONBody
from litestar.status_codes import HTTP_202_ACCEPTED, HTTP_204_NO_CONTENT

from r2_renewal.contract import paths
from r2_renewal.contract.accounts import (
    AcceptedBody,
    CancellationRequest,
    ConsentList,
    CustomerBody,
    CustomerChange,
    EnrolmentList,
    InvoiceList,
    NewPasswordRequest,
    PasswordResetRequest,
    WithdrawalBody,
    WithdrawalRequest,
)
from r2_renewal.contract.problems import ProblemCode
from r2_renewal.contract.structs import OrderBody, OrderList
from r2_renewal.reference_shop import customers, records, resets, withdrawals
from r2_renewal.reference_shop.bodies import StrictBody
from r2_renewal.reference_shop.callers import Caller
from r2_renewal.reference_shop.conditional import tagged
from r2_renewal.reference_shop.enrolments import enrolment_list
from r2_renewal.reference_shop.invoice_pdf import invoice_pdf
from r2_renewal.reference_shop.invoices import invoice_of, verification_of
from r2_renewal.reference_shop.openapi import problems
from r2_renewal.reference_shop.pages import USUAL, Wanted
from r2_renewal.reference_shop.parameters import Cursor, IfMatch, IfNoneMatch, PageLimit, Preference, ProgramLimit
from r2_renewal.reference_shop.programs import MOST_PROGRAMS
from r2_renewal.reference_shop.shop import Shop


@post(
    paths.PASSWORD_RESETS,
    dto=StrictBody,
    status_code=HTTP_202_ACCEPTED,
    operation_id="requestPasswordReset",
    summary="Ask for a letter with a way to a new password",
    responses=problems(ProblemCode.TOO_MANY, body=True),
)
async def request_password_reset(
    data: JSONBody[PasswordResetRequest], shop: NamedDependency[Shop], address: NamedDependency[str]
) -> AcceptedBody:
    """Send the letter where there is such an account; answer alike, in the same time, where there is none."""
    await resets.request_evenly(shop, data.email, address)
    return AcceptedBody()


@post(
    f"{paths.PASSWORD_RESETS}/{{token:str}}",
    dto=StrictBody,
    status_code=HTTP_204_NO_CONTENT,
    operation_id="resetPassword",
    summary="Set a new password with a letter's token",
    responses=problems(ProblemCode.NOT_FOUND, ProblemCode.TOO_MANY, body=True),
)
async def reset_password(
    token: FromPath[str],
    data: JSONBody[NewPasswordRequest],
    shop: NamedDependency[Shop],
    address: NamedDependency[str],
) -> None:
    """Set the password and end every session of the login; a token works once, for ten minutes."""
    await resets.use_pooled(shop, token, data.password, address)


@get(
    paths.CUSTOMER,
    sync_to_thread=True,
    operation_id="getCustomer",
    summary="The customer's data and automatic renewals",
    responses=problems(ProblemCode.UNAUTHORIZED, not_modified=True),
)
def get_customer(
    shop: NamedDependency[Shop], caller: NamedDependency[Caller], if_none_match: IfNoneMatch = None
) -> Response[CustomerBody]:
    """Return the data on record with the tag that a change needs."""
    with shop.database.reading() as session:
        known = customers.known(session, shop.settings, caller)
    return tagged(if_none_match, known.body, paths.JSON_TYPE, tag=known.tag)


@get(
    paths.ENROLMENTS,
    sync_to_thread=True,
    operation_id="listEnrolments",
    summary="Automatic renewal of every program",
    responses=problems(ProblemCode.UNAUTHORIZED, query=True),
)
def list_enrolments(
    shop: NamedDependency[Shop],
    caller: NamedDependency[Caller],
    cursor: Cursor = "",
    limit: ProgramLimit = MOST_PROGRAMS,
) -> EnrolmentList:
    """Return where automatic renewal stands, program by program: those that the customer's data have no room for."""
    with shop.database.reading() as session:
        return enrolment_list(session, shop.settings, caller.customer_id, Wanted(cursor, limit))


@patch(
    paths.CUSTOMER,
    dto=StrictBody,
    sync_to_thread=True,
    operation_id="changeCustomer",
    summary="Change the invoice e-mail, give or withdraw consents",
    responses=problems(
        ProblemCode.UNAUTHORIZED,
        ProblemCode.SCOPE,
        ProblemCode.NOT_FOUND,
        ProblemCode.OFFER_WITHDRAWN,
        ProblemCode.CONSENT_TEXT_CHANGED,
        ProblemCode.CUSTOMER_CHANGED,
        ProblemCode.IF_MATCH_MISSING,
        ProblemCode.TOO_MANY,
        body=True,
    ),
)
def change_customer(
    data: JSONBody[CustomerChange],
    shop: NamedDependency[Shop],
    caller: NamedDependency[Caller],
    if_match: IfMatch = None,
    prefer: Preference = None,
) -> Response[CustomerBody]:
    """Change what the caller has seen, or nothing; a licence's session can withdraw consents and no more."""
    changed = customers.change(shop, caller, if_match, data)
    answer = tagged(None, changed.body, paths.JSON_TYPE, tag=changed.tag)
    if prefer == paths.MINIMAL:
        # RFC 7240: an office's thousands of programs need not come back for the one that was changed.
        answer.content, answer.status_code = cast("CustomerBody", None), HTTP_204_NO_CONTENT
    return answer


@get(
    paths.CONSENTS,
    sync_to_thread=True,
    operation_id="listConsents",
    summary="Consents with their evidence",
    responses=problems(ProblemCode.UNAUTHORIZED, ProblemCode.SCOPE, query=True),
)
def list_consents(
    shop: NamedDependency[Shop], caller: NamedDependency[Caller], cursor: Cursor = "", limit: PageLimit = USUAL
) -> ConsentList:
    """Return the consents given, newest first, withdrawn ones included."""
    with shop.database.reading() as session:
        return records.consent_list(session, caller.customer_id, Wanted(cursor, limit))


@get(
    paths.INVOICES,
    sync_to_thread=True,
    operation_id="listInvoices",
    summary="The customer's invoices",
    responses=problems(ProblemCode.UNAUTHORIZED, ProblemCode.SCOPE, query=True),
)
def list_invoices(
    shop: NamedDependency[Shop], caller: NamedDependency[Caller], cursor: Cursor = "", limit: PageLimit = USUAL
) -> InvoiceList:
    """Return the invoices, newest first."""
    with shop.database.reading() as session:
        return records.invoice_list(session, caller.customer_id, Wanted(cursor, limit))


@get(
    f"{paths.INVOICES}/{{invoice_id:str}}/pdf",
    sync_to_thread=True,
    media_type=paths.PDF_TYPE,
    operation_id="getInvoicePdf",
    summary="An invoice as PDF",
    responses=problems(ProblemCode.UNAUTHORIZED, ProblemCode.SCOPE, ProblemCode.NOT_FOUND),
)
def get_invoice_pdf(
    invoice_id: FromPath[str], shop: NamedDependency[Shop], caller: NamedDependency[Caller]
) -> Response[bytes]:
    """Return an invoice to be read, printed and kept."""
    with shop.database.reading() as session:
        row = invoice_of(session, caller.customer_id, invoice_id)
        name = f"{row.number.replace('/', '-')}.pdf"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        code = verification_of(session, shop.settings, row)
        return Response(invoice_pdf(row, code), media_type=paths.PDF_TYPE, headers=headers)


@get(
    paths.ORDERS,
    sync_to_thread=True,
    operation_id="listOrders",
    summary="The customer's orders",
    responses=problems(ProblemCode.UNAUTHORIZED, query=True),
)
def list_orders(
    shop: NamedDependency[Shop], caller: NamedDependency[Caller], cursor: Cursor = "", limit: PageLimit = USUAL
) -> OrderList:
    """Return the orders, newest first."""
    with shop.database.reading() as session:
        return records.order_list(session, caller.customer_id, Wanted(cursor, limit))


@post(
    f"{paths.ORDERS}/{{order_id:str}}/withdrawals",
    dto=StrictBody,
    sync_to_thread=True,
    operation_id="withdraw",
    summary="Withdraw from an order's contract",
    responses=problems(
        ProblemCode.UNAUTHORIZED,
        ProblemCode.NOT_FOUND,
        ProblemCode.ORDER_CLOSED,
        ProblemCode.WITHDRAWAL_TOO_LATE,
        body=True,
    ),
)
def withdraw(
    order_id: FromPath[str],
    data: JSONBody[WithdrawalRequest],
    shop: NamedDependency[Shop],
    caller: NamedDependency[Caller],
) -> WithdrawalBody:
    """Take the declaration, once, and return its receipt; asked again, the same receipt."""
    return withdrawals.withdraw(shop, caller.customer_id, order_id, data)


@post(
    f"{paths.ORDERS}/{{order_id:str}}/cancellations",
    dto=StrictBody,
    sync_to_thread=True,
    operation_id="cancelOrder",
    summary="Cancel an order that is not yet accepted",
    responses=problems(ProblemCode.UNAUTHORIZED, ProblemCode.NOT_FOUND, ProblemCode.ORDER_CLOSED, body=True),
)
def cancel_order(
    order_id: FromPath[str],
    data: JSONBody[CancellationRequest],
    shop: NamedDependency[Shop],
    caller: NamedDependency[Caller],
) -> OrderBody:
    """Cancel the order and return it as it stands; a cancelled one stays so."""
    return withdrawals.cancel(shop, caller.customer_id, order_id, data)


PUBLIC: tuple[HTTPRouteHandler, ...] = (request_password_reset, reset_password)
ORDER: tuple[HTTPRouteHandler, ...] = (
    get_customer,
    list_enrolments,
    change_customer,
    list_orders,
    withdraw,
    cancel_order,
)
ACCOUNT: tuple[HTTPRouteHandler, ...] = (list_consents, list_invoices, get_invoice_pdf)
