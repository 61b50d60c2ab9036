"""An agent that speaks the real protocol over real pipes and answers by a script, so that windows can be shown any fate.

Run as ``python scripted_agent.py SCRIPT LOG``. SCRIPT is JSON: method → list of steps taken in turn (the last one repeats):
``{"result": …}``, ``{"error": {…}}``, ``{"silent": true}``, ``{"die": true}``, ``{"garbage": "…"}``; a step may add
``"events": [[name, content], …]``, sent after its answer, and ``"after": seconds``, to wait before it. A method without a script
is answered as a healthy shop would. Each request is appended to LOG as a line.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import msgspec

from r2_renewal.agent import protocol
from r2_renewal.agent.protocol import Method
from r2_renewal.contract.contact import check_email, check_phone
from r2_renewal.domain.order import OrderState
from r2_renewal.domain.order_list import WithdrawalReceipt
from tests.samples import (
    CONSENT,
    EXTENSION,
    NOW,
    OTHER_SUBSCRIPTION,
    PROGRAM,
    SUBSCRIPTION,
    customer_record,
    evidence,
    invoice,
    line_for,
    order_of,
    quote_for,
    quote_of,
    storefront,
)

EMAIL = "anna.klosowska@klosowska.example"
OFFERS = {offer.offer_id: offer for offer in (SUBSCRIPTION, EXTENSION, OTHER_SUBSCRIPTION)}
RECEIPT = WithdrawalReceipt(
    "rcp-1", "Z/2026/11/0001", "Anna Kłosowska", "anna@klosowska.example", "Odstępuję od umowy.", NOW
)
THE_SAME_FOR_ALL: dict[Method, protocol.Message] = {
    Method.HELLO: protocol.HelloResult(protocol=protocol.VERSION, version="0", open_orders=0),
    Method.CANCEL: protocol.CancelResult(cancelled=True),
    Method.ORDER_EXPORT: protocol.ExportResult(
        page="https://sklep.example/panel/zamowienie-z-pliku", qr=("101", "010", "111")
    ),
    Method.ESHOP_LOAD: protocol.LoadResult(storefront=storefront()),
    Method.ESHOP_STORED: protocol.StoredResult(),
    Method.ORDERS_LOAD: protocol.OrdersResult(orders=(order_of(quote_for(SUBSCRIPTION)),)),
    Method.ORDER_CANCEL: protocol.OrderCancelResult(order=order_of(quote_for(SUBSCRIPTION), OrderState.CANCELLED)),
    Method.ORDER_WITHDRAW: protocol.WithdrawResult(receipt=RECEIPT),
    Method.RENEWAL_RESIGN: protocol.Nothing(),
    Method.LICENCE_REFRESH: protocol.RefreshResult(valid_until=PROGRAM.valid_until, enrolled=False),
    Method.DRAFT_LOAD: protocol.DraftResult(customer="cust-1"),
    Method.DRAFT_SAVE: protocol.Nothing(),
    Method.ORDERER_REMEMBER: protocol.Nothing(),
    Method.ORDERER_FORGET: protocol.Nothing(),
    Method.DRAFT_DISCARD: protocol.Nothing(),
    Method.DATA_CORRECT: protocol.CorrectResult(ticket="K/2026/0001"),
}


def healthy(method: Method, params: Any) -> Any:
    """Return what a healthy shop answers."""
    if method in THE_SAME_FOR_ALL:
        return THE_SAME_FOR_ALL[method]
    match method:
        case Method.CONTACT_CHECK:
            emails = {name: check_email(text) for name, text in params.emails.items()}
            return protocol.ContactResult(verdicts=emails | {n: check_phone(t) for n, t in params.phones.items()})
        case Method.ORDER_QUOTE:
            return protocol.QuoteResult(
                quote=quote_of([line_for(OFFERS[offer_id]) for offer_id in params.offers.values()])
            )
        case Method.ORDER_PLACE:
            return protocol.OrderResult(order=order_of(params.order.quote))
        case _:
            return healthy_account(method, params)


def healthy_account(method: Method, params: Any) -> Any:
    """Return what a healthy shop answers about the account of somebody who stayed logged in."""
    match method:
        case Method.ACCOUNT_STATE:
            return protocol.AccountState(email=EMAIL, customer_id="cust-1")
        case Method.ACCOUNT_LOGIN:
            return protocol.AccountState(email=params.email, customer_id="cust-1")
        case Method.ACCOUNT_LOGOUT:
            return protocol.LogoutResult(is_revoked=True, is_removed=True)
        case Method.CUSTOMER_LOAD | Method.CUSTOMER_CHANGE:
            return protocol.CustomerResult(record=customer_record(), consent=CONSENT)
        case Method.CUSTOMER_MORE:
            return protocol.EnrolmentsResult(enrolments=())
        case Method.CONSENTS_LOAD:
            return protocol.ConsentsResult(consents=(evidence(),))
        case Method.INVOICES_LOAD:
            return protocol.InvoicesResult(invoices=(invoice(2), invoice(1, paid_at=NOW)))
        case Method.PROGRAMS_LOAD:
            return protocol.LoadResult(storefront=storefront())
        case Method.PASSWORD_RESET | Method.INVOICE_PDF | Method.FILE_SAVE:
            return protocol.Nothing()
        case _:
            raise KeyError(method)


def answer(number: int, step: dict[str, Any], method: Method, params: Any) -> None:
    """Write one answer and its events."""
    time.sleep(step.get("after", 0))
    if step.get("die"):
        sys.exit(1)
    if "garbage" in step:
        sys.stdout.write(step["garbage"] + "\n")
        sys.stdout.flush()
        return
    if not step.get("silent"):
        scripted = {name: step[name] for name in ("error", "result") if name in step}
        send({"jsonrpc": "2.0", "id": number, **(scripted or {"result": healthy(method, params)})})
    key = {"key": params.order.key} if method is Method.ORDER_PLACE else {}
    about = {"order": key, "call": {"call": number}}
    for name, content in step.get("events", ()):
        send({"jsonrpc": "2.0", "method": name, "params": content | about.get(name.partition(".")[0], {})})


def send(message: dict[str, Any]) -> None:
    """Write one line."""
    sys.stdout.buffer.write(msgspec.json.encode(message) + b"\n")
    sys.stdout.buffer.flush()


def main(script_path: str, log_path: str) -> None:
    """Answer until stdin closes."""
    script: dict[str, list[dict[str, Any]]] = json.loads(Path(script_path).read_text(encoding="utf-8"))
    for line in sys.stdin.buffer:
        request = msgspec.json.decode(line, type=protocol.Request)
        with Path(log_path).open("ab") as log:
            log.write(line)
        method = Method(request.method)
        steps = script.get(method.value, [{}])
        step = steps.pop(0) if len(steps) > 1 else steps[0]
        answer(request.id, step, method, msgspec.json.decode(request.params, type=protocol.PARAMS[method]))


if __name__ == "__main__":
    main(*sys.argv[1:])
