"""Recipients („Odbiorca") on record: added by the vendor, listed for their customer, found with it alone.

Rule: what is on record is checked when it is added, so that every invoice for a recipient is one that KSeF takes.
"""

from __future__ import annotations

import secrets

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from r2_renewal.contract.problems import FieldProblem, ProblemCode
from r2_renewal.contract.structs import RecipientBody
from r2_renewal.domain.company import nip_problem, normalize_nip
from r2_renewal.domain.errors import ErrorCode, RenewalError
from r2_renewal.domain.recipient import Recipient, is_internal_id
from r2_renewal.domain.recipient_role import RecipientRole
from r2_renewal.reference_shop.billing.fa3_check import is_discouraged
from r2_renewal.reference_shop.problems import Refusal
from r2_renewal.reference_shop.shop import Shop
from r2_renewal.reference_shop.tables import Customer, RecipientRow

MOST = 200  # of one customer, so that a storefront has a bound


def add(shop: Shop, customer_id: str, wanted: Recipient) -> str:
    """Put a recipient on a customer's record, and return its identifier.

    Args:
        shop: the shop.
        customer_id: whose recipient it is.
        wanted: the recipient; its identifier is not read.

    Raises:
        RenewalError: RECIPIENT, naming what is wrong; there is no such customer, or it has ``MOST`` already.
    """
    with shop.database.writing(customer_id) as session:
        customer = session.get(Customer, customer_id)
        if customer is None:
            raise RenewalError(ErrorCode.RECIPIENT, "customer")
        wrong = _fault(wanted, normalize_nip(customer.nip))
        held = session.scalar(select(func.count()).where(RecipientRow.customer_id == customer_id)) or 0
        if wrong or held >= MOST:
            raise RenewalError(ErrorCode.RECIPIENT, wrong or "too many")
        row = RecipientRow(
            id=f"rec_{secrets.token_urlsafe(12)}",
            customer_id=customer_id,
            name=wanted.name.strip(),
            nip=normalize_nip(wanted.nip) if wanted.nip else "",
            internal_id=wanted.internal_id,
            street=wanted.street.strip(),
            postcode=wanted.postcode.strip(),
            city=wanted.city.strip(),
            role=wanted.role,
        )
        session.add(row)
        return row.id


def _fault(wanted: Recipient, buyer_nip: str) -> str:
    texts = (wanted.name, wanted.street, wanted.postcode, wanted.city)
    faults = {
        "name": not wanted.name.strip(),
        "characters": any(not text.isprintable() or is_discouraged(text) for text in texts),
        "nip": bool(wanted.nip) and nip_problem(wanted.nip) is not None,
        "internal-id": bool(wanted.internal_id) and not is_internal_id(wanted.internal_id, buyer_nip),
        "nip, internal-id": bool(wanted.nip and wanted.internal_id),
        "city": not wanted.city.strip(),
        "role": wanted.role not in set(RecipientRole),
    }
    return next((name for name, is_wrong in faults.items() if is_wrong), "")


def recipient_named(session: Session, customer_id: str, recipient_id: str | None) -> RecipientRow | None:
    """Return a recipient of the customer; None where none is named.

    Raises:
        Refusal: VALIDATION, where the customer has none of that identifier.
    """
    if recipient_id is None:
        return None
    row = session.get(RecipientRow, recipient_id)
    if row is None or row.customer_id != customer_id:
        raise Refusal(ProblemCode.VALIDATION, fields=(FieldProblem(field="recipient_id", code="unknown"),))
    return row


def recipients_of(session: Session, customer_id: str) -> list[Recipient]:
    """Return a customer's recipients, by name."""
    query = select(RecipientRow).where(RecipientRow.customer_id == customer_id)
    return [recipient_of(row) for row in session.scalars(query.order_by(RecipientRow.name, RecipientRow.id))]


def recipient_of(row: RecipientRow) -> Recipient:
    """Return a recipient as the rules know it."""
    return Recipient(row.id, row.name, row.nip, row.internal_id, row.street, row.postcode, row.city, row.role)


def recipient_body(row: RecipientRow) -> RecipientBody:
    """Return a recipient as it goes over the wire."""
    return RecipientBody(
        recipient_id=row.id,
        name=row.name,
        nip=row.nip,
        internal_id=row.internal_id,
        street=row.street,
        postcode=row.postcode,
        city=row.city,
        role=row.role,
    )
