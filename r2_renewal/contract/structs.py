"""Bodies of the shop's API: what goes over the wire, field by field.

Rules: money is a decimal string with its currency; dates and times are ISO 8601, times with a zone; unknown fields are
ignored; enumerations travel as strings so that a value unknown to a client is no parse error; every text has a bound.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from r2_renewal.domain.licence import MAX_CERTIFICATE_BYTES

# A name, a title, a number for people: what is longer is none. A word is one of a list, or a version.
Text = Annotated[str, Meta(max_length=300)]
Word = Annotated[str, Meta(max_length=40)]
LongText = Annotated[str, Meta(max_length=100_000)]
Url = Annotated[str, Meta(max_length=2_000)]
Token = Annotated[str, Meta(max_length=4_000)]
Cursor = Annotated[str, Meta(max_length=300)]
Email = Annotated[str, Meta(max_length=254)]
Name = Annotated[str, Meta(min_length=1, max_length=80)]
Identifier = Annotated[str, Meta(min_length=1, max_length=64)]
MOST_LINES = 50
Decimals = Annotated[str, Meta(pattern=r"^-?[0-9]{1,12}\.[0-9]{2}$")]
Rate = Annotated[str, Meta(pattern=r"^0\.[0-9]{2}$")]
Sha256 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]
Certificate = Annotated[str, Meta(min_length=1, max_length=MAX_CERTIFICATE_BYTES)]
LicenceKey = Annotated[str, Meta(min_length=1, max_length=4_096)]


class Body(Struct, frozen=True, kw_only=True):
    """Base of every body: immutable, fields by name."""


class Amount(Body, frozen=True, kw_only=True):
    """Money. Attributes: amount: two decimal places; currency: ISO 4217."""

    amount: Decimals
    currency: Annotated[str, Meta(pattern=r"^[A-Z]{3}$")] = "PLN"


class PriceBody(Body, frozen=True, kw_only=True):
    """Net, VAT and gross that belong together."""

    net: Amount
    vat: Amount
    gross: Amount


class LicenceSessionRequest(Body, frozen=True, kw_only=True):
    """Opens eSklep with a licence file instead of a password.

    Attributes:
        certificate: the armoured file.
        licence_key: decrypts an encrypted file, and is sent with such a one only; it is used to read it and never stored.
    """

    certificate: Certificate
    licence_key: LicenceKey | UnsetType = UNSET


class AccountSessionRequest(Body, frozen=True, kw_only=True):
    """Opens the customer's account."""

    email: Email
    password: Annotated[str, Meta(max_length=1024)]


class SessionBody(Body, frozen=True, kw_only=True):
    """A session.

    Attributes:
        token: opaque bearer token.
        scope: ``order`` or ``account``.
        expires_at: when it ends.
        customer_id: whose it is; empty from a shop that does not tell.
    """

    token: Token
    scope: Word
    expires_at: datetime
    customer_id: Annotated[str, Meta(max_length=64)] = ""


class CompanyBody(Body, frozen=True, kw_only=True):
    """Invoice details on record with the vendor."""

    name: Text
    nip: Text
    street: Text
    postcode: Text
    city: Text


class RecipientBody(Body, frozen=True, kw_only=True):
    """A recipient („Odbiorca") of the customer's invoices, on record with the vendor.

    Attributes:
        recipient_id: identifier.
        name: name.
        nip: 10 digits; empty where it has none.
        internal_id: internal identifier (IDWew); empty where it has none.
        street: street and number.
        postcode: ``00-000``.
        city: town.
        role: ``recipient``, ``local_government_unit`` or ``vat_group_member``.
    """

    recipient_id: Identifier
    name: Text
    nip: Text = ""
    internal_id: Text = ""
    street: Text = ""
    postcode: Text = ""
    city: Text = ""
    role: Word = "recipient"


class ProgramBody(Body, frozen=True, kw_only=True):
    """An owned program.

    Attributes:
        licence_id: identifier of the licence.
        program_id: identifier of the installed program.
        product: product code.
        name: name for people.
        edition: edition for people.
        valid_until: last day of the subscription; 9999-12-31 for a perpetual licence.
        seq: counter of issued licences.
        limits: e.g. employees.
        services: what the subscription covers.
        auto_renewal: whether automatic renewal is on.
        renewal_date: its day; null where it is off.
        renewal_price: what it costs by today's price list; null where it is off, or has no price there.
    """

    licence_id: Identifier
    program_id: Identifier
    product: Text
    name: Text
    edition: Text
    valid_until: date
    seq: int
    limits: dict[str, int]
    services: tuple[Text, ...]
    auto_renewal: bool
    renewal_date: date | None
    renewal_price: PriceBody | None = None


class OfferBody(Body, frozen=True, kw_only=True):
    """What may be ordered for an owned program. Attributes: kind: ``subscription`` or ``extension``."""

    offer_id: Identifier
    licence_id: Identifier
    kind: Word
    name: Text
    net: Amount
    limits: dict[str, int]


class DocumentBody(Body, frozen=True, kw_only=True):
    """A versioned text of the vendor.

    Attributes:
        kind: ``auto_renewal``, ``terms`` or ``rodo``.
        version: the vendor's version.
        title: heading for people.
        text: plain text, with ``{placeholders}`` in a template.
    """

    kind: Word
    version: Word
    title: Text
    text: LongText


class DocumentRef(Body, frozen=True, kw_only=True):
    """Names the current version of a text."""

    kind: Word
    version: Word


class PeriodBody(Body, frozen=True, kw_only=True):
    """A paid period, both days included."""

    first_day: date
    last_day: date


class RenewalBody(Body, frozen=True, kw_only=True):
    """The automatic renewal that follows an order.

    Attributes:
        day: the day on which it happens.
        price: today's price of it.
        cancel_until: last day of free cancellation.
    """

    day: date
    price: PriceBody
    cancel_until: date


class QuoteItem(Body, frozen=True, kw_only=True):
    """One program and what is wanted for it."""

    licence_id: Identifier
    offer_id: Identifier


class QuoteRequest(Body, frozen=True, kw_only=True):
    """Asks for a price. Attributes: items: each of another program."""

    items: Annotated[tuple[QuoteItem, ...], Meta(min_length=1, max_length=MOST_LINES)]


class LineBody(Body, frozen=True, kw_only=True):
    """A line of a quote or of an order: one program.

    Attributes:
        licence_id: the licence that it extends.
        program: the program's name.
        offer_id: the offer.
        kind: ``subscription`` or ``extension``.
        description: what is sold.
        limits: the limits after it.
        net: its net price.
        vat_rate: e.g. ``0.23``.
        period: the paid period.
        renewal: the automatic renewal that follows; null in an order that does not enrol the licence.
    """

    licence_id: Identifier
    program: Text
    offer_id: Identifier
    kind: Word
    description: Text
    limits: dict[str, int]
    net: Amount
    vat_rate: Rate
    period: PeriodBody
    renewal: RenewalBody | None


Lines = Annotated[tuple[LineBody, ...], Meta(min_length=1, max_length=MOST_LINES)]


class VatBody(Body, frozen=True, kw_only=True):
    """What the lines of one VAT rate come to. Attributes: price: its VAT is counted on the lines' net total, half-up."""

    rate: Rate
    price: PriceBody


class QuoteBody(Body, frozen=True, kw_only=True):
    """A price with all that must be shown before the order.

    Attributes:
        quote_id: what the order refers to.
        lines: in the order asked for.
        vat: totals of each VAT rate.
        price: what is to pay for all.
        expires_at: until when it holds; no longer than an order of it begins within the withdrawal's 14 days just where one of
            ``told_on`` does.
        told_on: the shop's calendar day on which it is told, from which those 14 days are counted.
    """

    quote_id: Identifier
    lines: Lines
    vat: tuple[VatBody, ...]
    price: PriceBody
    expires_at: datetime
    told_on: date


class OrdererBody(Body, frozen=True, kw_only=True):
    """The ordering person. Attributes: phone: E.164, an extension as ``;ext=12`` (RFC 3966); email: one address."""

    first_name: Name
    last_name: Name
    phone: Word
    email: Email


class ConsentBody(Body, frozen=True, kw_only=True):
    """A consent as given, for one licence of the order.

    The shop renders the same text from its own quote, with „zamawiany okres" for its ``{okres}``; the address in it is the
    order's ``invoice_email`` exactly as sent. In a ``CustomerChange`` it is rendered as told there.

    Attributes:
        licence_id: the licence to be renewed.
        kind: the document's kind.
        text_version: the document's version.
        sha256: digest of the full text shown, in UTF-8.
        locale: language of the text.
    """

    licence_id: Identifier
    kind: Word
    text_version: Word
    sha256: Sha256
    locale: Word


class OrderRequest(Body, frozen=True, kw_only=True, omit_defaults=True):
    """An order with obligation to pay.

    What has a default is left out of the bytes where it is that, so that the digest of an earlier version's order stays its own.

    Attributes:
        quote_id: the quote it confirms.
        nip: the NIP that the customer confirmed.
        company_confirmed: the customer said the invoice details are right.
        invoice_email: „e-mail do faktury".
        orderer: the ordering person.
        consents: consents to automatic renewal, one a licence; one may be left out only where the shop does not require it.
        gross: the gross total shown.
        channel: ``module``, ``panel`` or ``web``.
        app_version: version of the program that ordered.
        early_start: the customer asks to begin before the withdrawal's 14 days are over.
        buyer_kind: ``company``, ``sole_professional``, ``sole_nonprofessional`` or ``undeclared``, as the customer declared.
        recipient_id: a recipient of the storefront, for the invoice; null for nobody but the customer.
    """

    quote_id: Identifier
    nip: Annotated[str, Meta(max_length=20)]
    company_confirmed: bool
    invoice_email: Email
    orderer: OrdererBody
    consents: Annotated[tuple[ConsentBody, ...], Meta(max_length=MOST_LINES)]
    gross: Amount
    channel: Word
    app_version: Word
    early_start: bool = False
    buyer_kind: Word = "undeclared"
    recipient_id: Identifier | None = None


class TransferBody(Body, frozen=True, kw_only=True):
    """How an order is paid.

    Attributes:
        recipient: name of the account's holder.
        account: Polish account number (NRB).
        title: what the transfer is for.
        amount: what to pay.
        qr: content of the code that a bank's application reads; null where the amount does not fit into one.
    """

    recipient: Text
    account: Annotated[str, Meta(pattern=r"^[0-9]{26}$")]
    title: Text
    amount: Amount
    qr: Annotated[str, Meta(max_length=200)] | None = None


class OrderBody(Body, frozen=True, kw_only=True):
    """An order as the shop has it.

    Attributes:
        order_id: identifier.
        number: number for people.
        state: ``placed``, ``accepted``, ``invoiced``, ``paid``, ``fulfilled``, ``cancelled`` or ``withdrawn``.
        placed_at: time of receipt.
        lines: what was sold, program by program.
        vat: totals of each VAT rate.
        price: what is to pay for all.
        email: where the confirmation goes.
        transfer: how to pay; null where nothing is to be paid any more.
        recipient: who gets it, beside the customer; null for nobody else.
    """

    order_id: Identifier
    number: Word
    state: Word
    placed_at: datetime
    lines: Lines
    vat: tuple[VatBody, ...]
    price: PriceBody
    email: Text
    transfer: TransferBody | None = None
    recipient: RecipientBody | None = None


class OrderList(Body, frozen=True, kw_only=True):
    """Orders of the customer, newest first. Attributes: next: cursor of the next page; null on the last one."""

    orders: tuple[OrderBody, ...]
    next: Cursor | None = None


class StorefrontBody(Body, frozen=True, kw_only=True):
    """Everything that eSklep opens with.

    Attributes:
        company: invoice details on record.
        invoice_email: „e-mail do faktury" on record; empty where none is.
        programs: the owned programs by name, a first page of them.
        offers: what may be ordered for these.
        documents: current versions of the texts.
        orders: the latest orders, newest first; then those under way for these programs, as in ``ProgramList``.
        consent_required: whether an order needs the consent to automatic renewal.
        panel_url: address of the web panel, as written in the consent.
        contact_email: the seller's e-mail for statements.
        next: cursor of the programs' next page; null where these are all.
        recipients: whom an invoice can name beside the customer, by name.
    """

    company: CompanyBody
    invoice_email: Text
    programs: tuple[ProgramBody, ...]
    offers: tuple[OfferBody, ...]
    documents: tuple[DocumentRef, ...]
    orders: tuple[OrderBody, ...]
    consent_required: bool
    panel_url: Url
    contact_email: Text
    next: Cursor | None = None
    recipients: tuple[RecipientBody, ...] = ()


class ProgramList(Body, frozen=True, kw_only=True):
    """A page of the owned programs, by name.

    Attributes:
        programs: the programs.
        offers: what may be ordered for them.
        orders: orders under way for them, newest first, each with its lines of these programs only.
        next: cursor of the next page; null on the last one.
    """

    programs: tuple[ProgramBody, ...]
    offers: tuple[OfferBody, ...]
    orders: tuple[OrderBody, ...]
    next: Cursor | None = None
