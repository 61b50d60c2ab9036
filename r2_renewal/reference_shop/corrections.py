"""Reports of wrong company data: „Zgłoś niepoprawne dane" gets a ticket number."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from r2_renewal.contract.accounts import DataCorrectionBody
from r2_renewal.contract.problems import FieldProblem, ProblemCode
from r2_renewal.reference_shop import attempts
from r2_renewal.reference_shop.mail.letters import acknowledge_correction
from r2_renewal.reference_shop.problems import Refusal
from r2_renewal.reference_shop.shop import Shop
from r2_renewal.reference_shop.tables import CorrectionRow, Customer, User


def report(shop: Shop, customer_id: str, message: str) -> DataCorrectionBody:
    """Keep a customer's report and return its ticket.

    Raises:
        Refusal: VALIDATION, where the message is blank or holds characters that no keyboard gives; TOO_MANY.
    """
    lines = message.split()
    if not lines or not "".join(lines).isprintable():
        code = "invalid" if lines else "empty"
        raise Refusal(ProblemCode.VALIDATION, fields=(FieldProblem(field="message", code=code),))
    attempts.count(shop, shop.settings.limits.report_of_customer, customer_id)
    row = CorrectionRow(customer_id=customer_id, message=message.strip(), created_at=shop.settings.now())
    with shop.database.writing() as session:
        session.add(row)
        session.flush()
        to = _address(session, customer_id)
        if to:
            acknowledge_correction(session, shop.settings, row, to)
        return DataCorrectionBody(ticket=row.ticket)


def _address(session: Session, customer_id: str) -> str:
    """Return where the customer reads mail: the invoices' address, or else a login's; empty where neither is known."""
    own = session.get_one(Customer, customer_id).invoice_email
    return own or session.scalar(select(User.email).where(User.customer_id == customer_id).limit(1)) or ""
