"""What the host may call about the customer's account; every call runs in the session that the user opened by a password.

Rules: a session that the shop has ended is LOGIN_AGAIN, whatever was asked for; somebody else's change comes back as it is now,
never overwritten; a file is written whole or not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from r2_renewal.agent import protocol, translate, translate_account
from r2_renewal.agent.deadline import Deadline
from r2_renewal.agent.failures import ShopError
from r2_renewal.agent.files import write_whole
from r2_renewal.agent.protocol import Method
from r2_renewal.contract.structs import DocumentBody, StorefrontBody
from r2_renewal.domain.account import CustomerChange, CustomerRecord
from r2_renewal.domain.consent import AUTO_RENEWAL
from r2_renewal.domain.errors import ErrorCode
from r2_renewal.version import VERSION

if TYPE_CHECKING:
    from r2_renewal.agent.methods import Desk


def state(desk: Desk, params: protocol.AccountStateParams) -> protocol.AccountState:
    """Return who is logged in."""
    return desk.account.check(desk.deadline()) if params.ask_shop else desk.account.state()


def login(desk: Desk, params: protocol.LoginParams) -> protocol.AccountState:
    """Open the customer's account."""
    return desk.account.login(params.email, params.password, stay=params.stay, deadline=desk.deadline())


def logout(desk: Desk, _params: protocol.Nothing) -> protocol.LogoutResult:
    """End the session, at the shop and here."""
    return desk.account.logout(desk.deadline())


def password_reset(desk: Desk, params: protocol.ResetParams) -> protocol.Nothing:
    """Ask for a letter with a way to a new password; answered alike whether there is such an account or not."""
    desk.account.client.ask_reset(params.email, desk.deadline())
    return protocol.Nothing()


def customer_load(desk: Desk, _params: protocol.Nothing) -> protocol.CustomerResult:
    """Return the customer's data and the consent in force."""
    deadline = desk.deadline()
    return desk.account.run(lambda token: _result(desk, _present(desk, token, deadline), token, deadline))


def customer_more(desk: Desk, params: protocol.PageParams) -> protocol.EnrolmentsResult:
    """Return the enrolments after those that came with the data."""
    deadline = desk.deadline()
    return desk.account.run(lambda token: _more(desk, params.cursor, token, deadline))


def _more(desk: Desk, cursor: str, token: str, deadline: Deadline) -> protocol.EnrolmentsResult:
    body = desk.account.client.enrolments(cursor, token, deadline)
    page = protocol.EnrolmentsResult(enrolments=translate_account.enrolments(body.enrolments), next=body.next or "")
    desk.news.tell({entry.licence_id: entry.auto_renewal for entry in page.enrolments})
    return page


def customer_change(desk: Desk, params: protocol.ChangeParams) -> protocol.CustomerResult:
    """Change the customer's data as the user has seen them, and return them.

    Raises:
        ShopError: CUSTOMER_CHANGED with the data as they are now; what the shop refused.
    """
    deadline = desk.deadline()
    return desk.account.run(
        lambda token: _result(desk, _changed(desk, params.change, token, deadline), token, deadline)
    )


def _changed(desk: Desk, change: CustomerChange, token: str, deadline: Deadline) -> CustomerRecord:
    request = translate_account.change_request(change, VERSION)
    try:
        record = translate_account.customer(*desk.account.client.change(change.tag, request, token, deadline))
        # What was changed may stand on a page that nobody asks for.
        given = {consent.licence_id: True for consent in change.consents}
        desk.news.tell(given | dict.fromkeys(change.revocations, False))
        return record
    except ShopError as error:
        if error.code is not ErrorCode.CUSTOMER_CHANGED:
            raise
        present = _present(desk, token, deadline)
        if change.is_done_in(_whole(desk, present, token, deadline)):
            return present  # the change had arrived, and its answer was lost
        raise ShopError(error.code, error.detail, error.delivery, customer=present) from error


def _present(desk: Desk, token: str, deadline: Deadline) -> CustomerRecord:
    return translate_account.customer(*desk.account.client.customer(token, deadline))


def _whole(desk: Desk, record: CustomerRecord, token: str, deadline: Deadline) -> CustomerRecord:
    while record.next:
        page = _more(desk, record.next, token, deadline)
        record = replace(record, enrolments=record.enrolments + page.enrolments, next=page.next)
    return record


def _result(desk: Desk, record: CustomerRecord, token: str, deadline: Deadline) -> protocol.CustomerResult:
    desk.news.tell({entry.licence_id: entry.auto_renewal for entry in record.enrolments})
    texts = _texts(desk, desk.account.client.storefront(token, deadline), token, deadline)
    return protocol.CustomerResult(record=record, consent=translate.document(texts[AUTO_RENEWAL]))


def _texts(desk: Desk, shop: StorefrontBody, token: str, deadline: Deadline) -> Mapping[str, DocumentBody]:
    client = desk.account.client
    return desk.texts.of(shop, lambda ref: client.document(ref.kind, ref.version, token, deadline))


def programs_load(desk: Desk, _params: protocol.Nothing) -> protocol.LoadResult:
    """Return the programs of the account's customer, as eSklep shows those of the licence's."""
    from r2_renewal.agent.methods import load_result

    deadline = desk.deadline()

    def load(token: str) -> protocol.LoadResult:
        shop = desk.account.client.storefront(token, deadline)
        texts = _texts(desk, shop, token, deadline)
        desk.news.tell({entry.licence_id: entry.auto_renewal for entry in shop.programs})
        return load_result(desk, translate.storefront(shop, texts, desk.clock()), shop.next or "")

    return desk.account.run(load)


def consents_load(desk: Desk, params: protocol.PageParams) -> protocol.ConsentsResult:
    """Return a page of consents with their evidence."""
    client, deadline = desk.account.client, desk.deadline()
    body = desk.account.run(lambda token: client.consents(params.cursor, token, deadline))
    consents = tuple(translate_account.evidence(record) for record in body.consents)
    return protocol.ConsentsResult(consents=consents, next=body.next or "")


def invoices_load(desk: Desk, params: protocol.PageParams) -> protocol.InvoicesResult:
    """Return a page of invoices."""
    client, deadline = desk.account.client, desk.deadline()
    body = desk.account.run(lambda token: client.invoices(params.cursor, token, deadline))
    invoices = tuple(translate_account.invoice(invoice) for invoice in body.invoices)
    return protocol.InvoicesResult(invoices=invoices, next=body.next or "")


def invoice_pdf(desk: Desk, params: protocol.InvoicePdfParams) -> protocol.Nothing:
    """Save an invoice where the user chose to."""
    client, deadline = desk.account.client, desk.deadline()
    write_whole(params.path, desk.account.run(lambda token: client.invoice_pdf(params.invoice_id, token, deadline)))
    return protocol.Nothing()


def report(desk: Desk, message: str) -> protocol.CorrectResult:
    """Report wrong data of the account's company."""
    client, deadline = desk.account.client, desk.deadline()
    return protocol.CorrectResult(ticket=desk.account.run(lambda token: client.report(message, token, deadline)).ticket)


CALLS: Mapping[Method, Callable[[Desk, Any], protocol.Message]] = {
    Method.ACCOUNT_STATE: state,
    Method.ACCOUNT_LOGIN: login,
    Method.ACCOUNT_LOGOUT: logout,
    Method.PASSWORD_RESET: password_reset,
    Method.CUSTOMER_LOAD: customer_load,
    Method.CUSTOMER_MORE: customer_more,
    Method.CUSTOMER_CHANGE: customer_change,
    Method.CONSENTS_LOAD: consents_load,
    Method.INVOICES_LOAD: invoices_load,
    Method.INVOICE_PDF: invoice_pdf,
    Method.PROGRAMS_LOAD: programs_load,
}
