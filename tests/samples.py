"""A customer, programs and prices for tests: made up, complete, and the same everywhere."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from r2_renewal.domain.account import ConsentEvidence, CustomerRecord, Enrolment, Invoice, NextRenewal
from r2_renewal.domain.basket import BasketEntry, Storefront
from r2_renewal.domain.company import Company
from r2_renewal.domain.consent import AUTO_RENEWAL, RODO, TERMS, Document
from r2_renewal.domain.dates import plus_months
from r2_renewal.domain.draft import Draft, DraftItem
from r2_renewal.domain.money import money, price_with_vat
from r2_renewal.domain.offer import Offer, Quote, QuoteLine, ServiceKind
from r2_renewal.domain.order import Order, Orderer, OrderLine, OrderState
from r2_renewal.domain.order_fields import Step
from r2_renewal.domain.program import OwnedProgram

VAT = Decimal("0.23")
NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
TODAY = date(2026, 11, 22)

COMPANY = Company("Biuro Rachunkowe Kłosowska sp. z o.o.", "5262831503", "ul. Świętokrzyska 12/4", "00-116", "Warszawa")


def program(licence_id: str, product: str, name: str, valid_until: date) -> OwnedProgram:
    """Return an owned program to 50 employees."""
    return OwnedProgram(
        licence_id=licence_id,
        program_id=f"prog-{licence_id}",
        product=product,
        name=name,
        edition="Standard",
        valid_until=valid_until,
        seq=1,
        limits={"employees": 50},
        services=("updates", "help", "online_data"),
    )


PROGRAM = program("lic-1", "r2platnik", "R2płatnik", date(2026, 12, 22))
OTHER_PROGRAM = program("lic-2", "r2ksiega", "R2księga", date(2027, 3, 31))
SUBSCRIPTION = Offer(
    "sub-50",
    "lic-1",
    ServiceKind.SUBSCRIPTION,
    "Abonament R2płatnik do 50 pracowników",
    money("455.40"),
    {"employees": 50},
)
EXTENSION = Offer(
    "ext-100",
    "lic-1",
    ServiceKind.EXTENSION,
    "Rozszerzenie R2płatnik do 100 pracowników",
    money("17.00"),
    {"employees": 100},
)
OTHER_SUBSCRIPTION = Offer(
    "sub-k-50",
    "lic-2",
    ServiceKind.SUBSCRIPTION,
    "Abonament R2księga do 50 pracowników",
    money("186.30"),
    {"employees": 50},
)
CONSENT = Document(
    AUTO_RENEWAL,
    "1",
    "Zgoda na automatyczne odnowienie",
    "Wyrażam zgodę na automatyczne odnowienie abonamentu {program}. Gdy {data_końca} skończy się {okres}, cena wynosi "
    "{netto} netto, {brutto} brutto. Wiadomość na {email}; rezygnacja w panelu {panel} lub e-mailem na {kontakt}.",
)


def quote_for(offer: Offer, net: str | None = None) -> Quote:
    """Return the shop's price for an offer."""
    return quote_of([line_for(offer, net)])


def quote_of(lines: Sequence[QuoteLine]) -> Quote:
    """Return the shop's price for several lines."""
    return Quote(
        quote_id="quote-" + "-".join(f"{line.offer_id}-{line.net.amount}" for line in lines),
        lines=tuple(lines),
        price=price_with_vat([line.net for line in lines], VAT),
        expires_at=datetime(2026, 11, 23, 8, 0, tzinfo=UTC),
        told_on=TODAY,
    )


def line_for(offer: Offer, net: str | None = None) -> QuoteLine:
    """Return an offer with its period and renewal."""
    program = next(owned for owned in (PROGRAM, OTHER_PROGRAM) if owned.licence_id == offer.licence_id)
    subscription = offer.kind is ServiceKind.SUBSCRIPTION
    end = plus_months(program.valid_until, 12) if subscription else program.valid_until
    return QuoteLine(
        offer_id=offer.offer_id,
        licence_id=offer.licence_id,
        program=program.name,
        kind=offer.kind,
        description=offer.name,
        net=money(net) if net else offer.net,
        period_from=program.valid_until + timedelta(days=1) if subscription else TODAY,
        period_to=end,
        renewal_date=end + timedelta(days=1),
        renewal_price=price_with_vat([money("455.40")], VAT),
        cancel_until=end,
    )


def two_programs() -> Storefront:
    """Return what eSklep opens with where both programs can be ordered, but only one be extended."""
    return replace(storefront(), offers=(SUBSCRIPTION, EXTENSION, OTHER_SUBSCRIPTION))


def draft_for(
    kind: ServiceKind | None = None,
    offer_id: str = "",
    invoice_email: str = "",
    orderer: Orderer | None = None,
    step: Step = Step.SERVICE,
    licence_id: str = "lic-1",
) -> Draft:
    """Return the draft of an order form of one program."""
    item = DraftItem(licence_id, offer_id)
    return Draft(kind, "", invoice_email, orderer or Orderer(), step, (item,))


def storefront() -> Storefront:
    """Return what eSklep opens with."""
    return Storefront(
        company=COMPANY,
        invoice_email="faktury@klosowska.example",
        basket=(BasketEntry(PROGRAM, auto_renewal=False), BasketEntry(OTHER_PROGRAM, True, date(2027, 4, 1))),
        offers=(SUBSCRIPTION, EXTENSION),
        consent=CONSENT,
        terms=Document(TERMS, "1", "Warunki sprzedaży", "Treść warunków."),
        privacy=Document(RODO, "1", "Dane osobowe", "Administratorem Twoich danych jest sprzedawca."),
        consent_required=True,
        panel_url="https://online.reset2.pl/",
        contact_email="kontakt@example.com",
        fetched_at=NOW,
    )


def order_of(quote: Quote, state: OrderState = OrderState.PLACED) -> Order:
    """Return the shop's receipt for a quote."""
    return Order(
        order_id="order-1",
        number="Z/2026/11/0001",
        state=state,
        placed_at=NOW,
        lines=tuple(_ordered(line) for line in quote.lines),
        price=quote.price,
        email="anna.klosowska@klosowska.example",
    )


def _ordered(line: QuoteLine) -> OrderLine:
    return OrderLine(
        licence_id=line.licence_id,
        program=line.program,
        kind=line.kind,
        description=line.description,
        net=line.net,
        period_from=line.period_from,
        period_to=line.period_to,
        renewal_date=line.renewal_date,
        cancel_until=line.cancel_until,
    )


# The account


RENEWAL_PRICE = price_with_vat([money("455.40")], VAT)


def enrolment(
    licence_id: str = "lic-1", name: str = "R2płatnik", last_day: date = PROGRAM.valid_until, *, on: bool = False
) -> Enrolment:
    """Return where automatic renewal of a program stands."""
    renewal = NextRenewal(date.fromordinal(last_day.toordinal() + 1), RENEWAL_PRICE, last_day)
    return Enrolment(licence_id, name, last_day, on, renewal)


def customer_record(tag: str = '"1"', **changes: Any) -> CustomerRecord:
    """Return the customer's data: R2płatnik does not renew by itself, R2księga does."""
    record = CustomerRecord(
        tag=tag,
        company=COMPANY,
        invoice_email="faktury@klosowska.example",
        enrolments=(enrolment(), enrolment("lic-2", "R2księga", OTHER_PROGRAM.valid_until, on=True)),
        panel_url="https://online.reset2.pl/",
        contact_email="kontakt@example.com",
    )
    return replace(record, **changes)


def evidence(number: int = 1, **changes: Any) -> ConsentEvidence:
    """Return a consent on record."""
    text = f"Wyrażam zgodę na automatyczne odnowienie abonamentu R2księga nr {number}."
    consent = ConsentEvidence(
        consent_id=f"con_{number}",
        licence_id="lic-2",
        version="1",
        text=text,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        accepted_at=NOW,
        channel="panel",
        person="anna.klosowska@klosowska.example",
        email="anna.klosowska@klosowska.example",
        nip=COMPANY.nip,
        renewal_date=date(2027, 4, 1),
        cancel_until=date(2027, 3, 31),
        receipt_id=f"rcp_{number}",
    )
    return replace(consent, **changes)


def invoice(number: int = 1, **changes: Any) -> Invoice:
    """Return an invoice that is not paid yet."""
    made = Invoice(
        invoice_id=f"inv_{number}",
        number=f"FV/2026/{number:06}",
        ksef_number="1234563218-20261122-0000A0-B1C2D3-7F",
        order_number=f"ZAM/2026/{number:06}",
        issued_at=NOW,
        due_on=date(2026, 12, 6),
        price=RENEWAL_PRICE,
    )
    return replace(made, **changes)
