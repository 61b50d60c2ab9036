"""The shop's tables.

Rules: every row of a customer carries the customer's identifier, and every query is bound to it; an order's numbers are its
quote's, which never change; an idempotency key is unique for ever; consents and the licences' ledger are append-only, held by
triggers. The tables are made and changed by the migrations alone; a test compares the two.
"""

from r2_renewal.reference_shop.tables.accounts import Attempts, PasswordReset, SessionRow, User
from r2_renewal.reference_shop.tables.base import Base
from r2_renewal.reference_shop.tables.billing import (
    RECIPIENT_FIELDS,
    InvoiceDocument,
    InvoiceKind,
    InvoiceLineRow,
    InvoiceRow,
    InvoiceSeries,
    recipient_on,
)
from r2_renewal.reference_shop.tables.catalogue import LicenceRow, PriceItem, PriceList
from r2_renewal.reference_shop.tables.consents import ConsentRow
from r2_renewal.reference_shop.tables.customers import CorrectionRow, Customer, RecipientRow
from r2_renewal.reference_shop.tables.invoice_email_changes import InvoiceEmailChange
from r2_renewal.reference_shop.tables.ksef import KsefSubmission
from r2_renewal.reference_shop.tables.ledger import LedgerEntry, LedgerKind
from r2_renewal.reference_shop.tables.mail import MailRow
from r2_renewal.reference_shop.tables.orders import (
    IdempotencyKey,
    OrderEvent,
    OrderLineRow,
    OrderRow,
    QuoteLineRow,
    QuoteRow,
)
from r2_renewal.reference_shop.tables.renewals import RenewalNotice, RenewalRow
from r2_renewal.reference_shop.tables.withdrawals import WithdrawalRow

__all__ = [
    "RECIPIENT_FIELDS",
    "Attempts",
    "Base",
    "ConsentRow",
    "CorrectionRow",
    "Customer",
    "IdempotencyKey",
    "InvoiceDocument",
    "InvoiceEmailChange",
    "InvoiceKind",
    "InvoiceLineRow",
    "InvoiceRow",
    "InvoiceSeries",
    "KsefSubmission",
    "LedgerEntry",
    "LedgerKind",
    "LicenceRow",
    "MailRow",
    "OrderEvent",
    "OrderLineRow",
    "OrderRow",
    "PasswordReset",
    "PriceItem",
    "PriceList",
    "QuoteLineRow",
    "QuoteRow",
    "RecipientRow",
    "RenewalNotice",
    "RenewalRow",
    "SessionRow",
    "User",
    "WithdrawalRow",
    "recipient_on",
]
