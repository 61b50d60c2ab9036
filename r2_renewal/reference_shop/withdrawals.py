"""„Odstąp od umowy tutaj": withdrawal within 14 days, and cancellation of an order that is not yet accepted.

Rules: the last of the 14 days (``withdrawal_right``) counts to its end; nobody has to prove to be a consumer; a withdrawal is
declared once, and its receipt is the same however often it is asked for; what the order gave is taken back, whatever was
ordered since (``ledger_rules``), and its consent to automatic renewal with it; an automatic renewal's takes the consents with it
that had led to it.
"""

from __future__ import annotations

import secrets
from datetime import date

from sqlalchemy.orm import Session

from r2_renewal.contract.accounts import CancellationRequest, WithdrawalBody, WithdrawalRequest
from r2_renewal.contract.contact import check_email
from r2_renewal.contract.problems import FieldProblem, ProblemCode
from r2_renewal.contract.structs import OrderBody
from r2_renewal.domain.dates import sentence_moment, warsaw_date
from r2_renewal.domain.order import OrderState
from r2_renewal.domain.withdrawal_right import last_day
from r2_renewal.reference_shop import invoice_email, invoices, ledger
from r2_renewal.reference_shop.billing import fa3
from r2_renewal.reference_shop.mail.letters import acknowledge_withdrawal, tell_of_correction
from r2_renewal.reference_shop.order_checks import CHANNELS, check_name
from r2_renewal.reference_shop.orders import AUTOMATIC, order_body, order_of
from r2_renewal.reference_shop.problems import Refusal
from r2_renewal.reference_shop.renewal import consents_of
from r2_renewal.reference_shop.settings import ShopSettings
from r2_renewal.reference_shop.shop import Shop
from r2_renewal.reference_shop.tables import ConsentRow, OrderEvent, OrderRow, WithdrawalRow


def withdraw(shop: Shop, customer_id: str, order_id: str, request: WithdrawalRequest) -> WithdrawalBody:
    """Take a customer's withdrawal from the contract of an order, and return its receipt.

    Raises:
        Refusal: NOT_FOUND, VALIDATION, ORDER_CLOSED for an order that was cancelled, or WITHDRAWAL_TOO_LATE.
    """
    fa3.make_ready()
    with shop.database.writing(customer_id) as session:
        order = order_of(session, customer_id, order_id)
        person, email = _checked(request, order)
        row = session.get(WithdrawalRow, order.id)
        if row is None:
            _check_time(shop.settings, order)
            row = _declared(shop.settings, order, person, email, request.channel)
            session.add(row)
            _undo(session, shop.settings, order, request.channel)
            acknowledge_withdrawal(session, shop.settings, order, person=person, to=email, received_at=row.received_at)
        return _receipt(row, order)


def _checked(request: WithdrawalRequest, order: OrderRow) -> tuple[str, str]:
    name, email = check_name(request.name), check_email(request.email)
    faults = {
        "name": name.problem.value if name.problem else "",
        "order_number": "" if request.order_number.strip() == order.number else "mismatch",
        "email": email.problem.value if email.problem else "",
        "channel": "" if request.channel in CHANNELS else "unknown",
    }
    refused = tuple(FieldProblem(field=field, code=code) for field, code in faults.items() if code)
    if refused:
        raise Refusal(ProblemCode.VALIDATION, fields=refused)
    return name.value, email.value


def _check_time(settings: ShopSettings, order: OrderRow) -> None:
    if order.state == OrderState.CANCELLED.value:
        raise Refusal(ProblemCode.ORDER_CLOSED)
    if settings.today() > last_day_of(order):
        raise Refusal(ProblemCode.WITHDRAWAL_TOO_LATE)


def last_day_of(order: OrderRow) -> date:
    """Return the last day on which the customer can withdraw from an order's contract."""
    return last_day(warsaw_date(order.placed_at))


def can_withdraw(settings: ShopSettings, order: OrderRow) -> bool:
    """Whether a withdrawal from an order's contract can still be declared."""
    ended = (OrderState.CANCELLED.value, OrderState.WITHDRAWN.value)
    return order.state not in ended and settings.today() <= last_day_of(order)


def can_cancel(order: OrderRow) -> bool:
    """Whether an order can still be cancelled, before the shop accepts it."""
    return order.state == OrderState.PLACED.value


def receipt_of(session: Session, order: OrderRow) -> WithdrawalBody | None:
    """Return the receipt of a withdrawal from an order's contract; None where none was declared."""
    row = session.get(WithdrawalRow, order.id)
    return _receipt(row, order) if row is not None else None


def _declared(settings: ShopSettings, order: OrderRow, person: str, email: str, channel: str) -> WithdrawalRow:
    return WithdrawalRow(
        order_id=order.id,
        customer_id=order.customer_id,
        receipt_id=f"rcp_{secrets.token_urlsafe(12)}",
        person=person,
        email=email,
        content=f"Odstępuję od umowy zawartej {sentence_moment(order.placed_at)}, zamówienie nr {order.number}.",
        channel=channel,
        received_at=settings.now(),
    )


def _undo(session: Session, settings: ShopSettings, order: OrderRow, channel: str) -> None:
    _end(session, settings, order, OrderState.WITHDRAWN)
    _correct_invoice(session, settings, order)
    _withdraw_consent(session, settings, order, channel)
    for line in order.lines:
        ledger.take_back(session, settings, line)
    invoice_email.withdraw(session, settings, order)


def _correct_invoice(session: Session, settings: ShopSettings, order: OrderRow) -> None:
    correction = invoices.correct(session, settings, order)
    if correction is not None:
        tell_of_correction(session, settings, correction, order.invoice_email)


def _end(session: Session, settings: ShopSettings, order: OrderRow, state: OrderState) -> None:
    session.add(OrderEvent(order_pk=order.pk, state=state.value, at=settings.now()))
    order.state = state.value
    for line in order.lines:
        line.enrolled = False


def _withdraw_consent(session: Session, settings: ShopSettings, order: OrderRow, channel: str) -> None:
    for line in order.lines:
        for consent in consents_of(session, line.licence_id):
            if _led_to(consent, order):
                consent.revoked_at, consent.revoked_channel = settings.now(), channel


def _led_to(consent: ConsentRow, order: OrderRow) -> bool:
    if order.channel == AUTOMATIC:
        return consent.accepted_at <= order.placed_at  # whoever turns the renewal down turns down what had led to it
    return consent.order_id == order.id


def _receipt(row: WithdrawalRow, order: OrderRow) -> WithdrawalBody:
    return WithdrawalBody(
        receipt_id=row.receipt_id,
        order_id=order.id,
        order_number=order.number,
        name=row.person,
        email=row.email,
        content=row.content,
        received_at=row.received_at,
    )


def cancel(shop: Shop, customer_id: str, order_id: str, request: CancellationRequest) -> OrderBody:
    """Cancel an order that the shop has not accepted yet; a cancelled one stays so.

    Raises:
        Refusal: NOT_FOUND, VALIDATION, or ORDER_CLOSED where it is accepted already.
    """
    if request.channel not in CHANNELS:
        raise Refusal(ProblemCode.VALIDATION, fields=(FieldProblem(field="channel", code="unknown"),))
    with shop.database.writing(customer_id) as session:
        order = order_of(session, customer_id, order_id)
        if can_cancel(order):
            _end(session, shop.settings, order, OrderState.CANCELLED)
            _withdraw_consent(session, shop.settings, order, request.channel)
        elif order.state != OrderState.CANCELLED.value:
            raise Refusal(ProblemCode.ORDER_CLOSED)
        return order_body(order)
