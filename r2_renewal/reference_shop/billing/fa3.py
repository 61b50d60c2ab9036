"""The FA(3) document of an invoice or a correction: what KSeF takes, in force since 1 February 2026.

Rules: the document says the invoice's own amounts; the VAT of a rate is counted once, on its net total (VAT act 106e(7)), and
only shared out among the lines so that the library's sums come to it; a document is checked, by the official schema and field
by field against the invoice, before anybody keeps it. Amounts are decimals throughout.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import ROUND_DOWN, Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

from r2_renewal.domain.dates import warsaw_date
from r2_renewal.domain.errors import ErrorCode, RenewalError
from r2_renewal.domain.money import GROSZ, Money
from r2_renewal.domain.recipient import Recipient
from r2_renewal.reference_shop.billing import fa3_check
from r2_renewal.reference_shop.pricing import vat_totals
from r2_renewal.reference_shop.tables import InvoiceKind, InvoiceLineRow, InvoiceRow, recipient_on

if TYPE_CHECKING:
    from ksef_client.documents.fa3 import Address, BaseFA3Builder, FA3Invoice, InvoiceLine, InvoiceParty, TaxCategory

SYSTEM = "R2 Renewal"
UNIT = "szt."
_ONE, _NOTHING = Decimal(1), Decimal("0.00")
_AT_ITS_OWN_DAY = "2"  # TypKorekty: the correction counts in the period in which it is issued


@cache
def make_ready() -> None:
    """Load the library and the schema: once a process, and best before a transaction that others wait for."""
    import ksef_client.documents.fa3  # noqa: F401

    fa3_check.schema()


def document_of(row: InvoiceRow, made_at: datetime) -> bytes:
    """Return the FA(3) document of an invoice: UTF-8 without BOM, valid, and saying what the invoice says.

    Args:
        row: the invoice, with its lines and, of a correction, what it corrects.
        made_at: when the document is made, aware.

    Raises:
        RenewalError: INVOICE_DOCUMENT, where its data make no document that KSeF takes; the detail names the field.
    """
    make_ready()
    try:
        content = _finished(_drafted(row).to_xml(), made_at)
    except ValueError as error:  # every refusal of the library; its message may quote a name
        raise RenewalError(ErrorCode.INVOICE_DOCUMENT, f"{row.number}: refused by the builder") from error
    fa3_check.check(content, row)
    return content


def _drafted(row: InvoiceRow) -> FA3Invoice:
    builder = _correction(row) if row.kind == InvoiceKind.CORRECTION.value else _invoice(row)
    builder.issued_on(warsaw_date(row.issued_at)).period(row.sold_from, row.sold_to)
    builder.seller(_party(row, "seller"))
    _take_buyer(builder, row)
    return builder.order_reference(number=row.order_number).build()


def _invoice(row: InvoiceRow) -> BaseFA3Builder:
    from ksef_client.documents.fa3 import BankAccount, BasicInvoiceBuilder, PaymentTerms

    builder = BasicInvoiceBuilder(invoice_number=row.number)
    for line in _lines(row.lines):
        builder.add_service_line(
            line.description,
            quantity=line.quantity,
            unit_net_price=line.unit_net_price,
            tax=line.tax,
            unit=line.unit,
            vat_amount=line.vat_amount,
        )
    # Not by payment_due(), which writes the day twice.
    builder.payment(PaymentTerms.transfer(due_date=row.due_on, bank_account=BankAccount(row.account)))
    return builder


def _correction(row: InvoiceRow) -> BaseFA3Builder:
    from dataclasses import replace

    from ksef_client.documents.fa3 import CorrectionInvoiceBuilder

    corrected = row.corrects
    if corrected is None:
        raise ValueError("a correction corrects an invoice")
    builder = CorrectionInvoiceBuilder(invoice_number=row.number)
    builder.corrects_invoice(
        number=corrected.number,
        issue_date=warsaw_date(corrected.issued_at),
        reason=row.reason,
        correction_type=_AT_ITS_OWN_DAY,
        ksef_number=fa3_check.number_named(row, corrected),
    )
    for before in _lines(row.lines):
        # A quantity of nothing is refused by the library, so what is left is one piece for nothing.
        after = replace(before, unit_net_price=_NOTHING, vat_amount=_NOTHING)
        builder.add_corrected_line_before_after(before=before, after=after)
    return builder


def _take_buyer(builder: BaseFA3Builder, row: InvoiceRow) -> None:
    """Take the buyer, and the recipient beside it as „Podmiot3"."""
    from dataclasses import replace

    from ksef_client.documents.fa3 import ThirdPartyRole

    buyer, recipient = _party(row, "buyer"), recipient_on(row)
    if recipient is None:
        builder.buyer(buyer)
        return
    role = ThirdPartyRole(fa3_check.ROLES[recipient.role])
    is_unit, is_member = role is ThirdPartyRole.JST_SUBUNIT, role is ThirdPartyRole.VAT_GROUP_MEMBER
    builder.buyer(replace(buyer, is_jst_subunit=is_unit, is_vat_group_member=is_member))
    builder.add_party(_third_party(row, recipient), role)


def _third_party(row: InvoiceRow, recipient: Recipient) -> InvoiceParty:
    from ksef_client.documents.fa3 import InvoiceParty, PartyIdentifier

    identifier = PartyIdentifier.none()
    if recipient.nip:
        identifier = PartyIdentifier.polish_nip(recipient.nip)
    elif recipient.internal_id:
        identifier = PartyIdentifier.internal(recipient.internal_id)
    return InvoiceParty(recipient.name, identifier, _address(row, "recipient"))


def _party(row: InvoiceRow, side: str) -> InvoiceParty:
    from ksef_client.documents.fa3 import InvoiceParty

    return InvoiceParty.polish_company(
        nip=getattr(row, f"{side}_nip"), name=getattr(row, f"{side}_name"), address=_address(row, side)
    )


def _address(row: InvoiceRow, side: str) -> Address | None:
    from ksef_client.documents.fa3 import Address

    street, postcode, city = (getattr(row, f"{side}_{name}") for name in ("street", "postcode", "city"))
    lines = [line for line in (street.strip(), f"{postcode} {city}".strip()) if line]
    return Address.polish(*lines) if lines else None


def _lines(rows: list[InvoiceLineRow]) -> list[InvoiceLine]:
    from ksef_client.documents.fa3 import InvoiceLine

    shares = vat_of_lines([(row.vat_rate, row.net) for row in rows])
    return [
        InvoiceLine.create(
            row.description,
            quantity=_ONE,
            unit_net_price=row.net,
            tax=_tax(row.vat_rate),
            unit=UNIT,
            vat_amount=share,
        )
        for row, share in zip(rows, shares, strict=True)
    ]


def _tax(rate: Decimal) -> TaxCategory:
    from ksef_client.documents.fa3 import TaxCategory

    return TaxCategory.from_vat_rate(rate * 100)


def vat_of_lines(lines: list[tuple[Decimal, Decimal]]) -> list[Decimal]:
    """Share out the VAT of each rate among its lines, in grosze, so that the shares come to the VAT on the rate's net total.

    Args:
        lines: VAT rate and net amount of each line.
    """
    exact = [rate * net for rate, net in lines]
    shares = [amount.quantize(GROSZ, ROUND_DOWN) for amount in exact]
    for total in vat_totals((rate, Money(net)) for rate, net in lines):
        own = [at for at, (rate, _net) in enumerate(lines) if rate == total.rate]
        missing = int((total.price.vat.amount - sum((shares[at] for at in own), _NOTHING)) / GROSZ)
        # The greatest remainders get a grosz each.
        for at in sorted(own, key=lambda at: shares[at] - exact[at])[:missing]:
            shares[at] += GROSZ
    return shares


def _finished(content: bytes, made_at: datetime) -> bytes:
    """Return the library's document with our clock and name in its head, and without the VAT of lines.

    A line's VAT is said where prices are counted from gross alone (VAT act 106e(8), (10)); the library says it always.
    """
    root = fa3_check.parsed(content)
    head = fa3_check.NAMES
    _only(root, "Naglowek/DataWytworzeniaFa").text = f"{made_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    _only(root, "Naglowek/SystemInfo").text = SYSTEM
    for line in root.findall("f:Fa/f:FaWiersz", head):
        for share in line.findall("f:P_11Vat", head):
            line.remove(share)
    return fa3_check.written(root)


def _only(root: Any, path: str) -> Any:
    (found,) = root.findall("/".join(f"f:{name}" for name in path.split("/")), fa3_check.NAMES)
    return found
