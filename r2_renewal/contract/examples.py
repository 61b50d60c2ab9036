"""An example of every body of the API: one customer's renewal from the storefront to the withdrawal, all „dane przykładowe".

Rule: an example is a body itself, so that it cannot have a field that the contract has not; figures, days and digests agree with
one another from example to example.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from hashlib import sha256

from msgspec import Struct

from r2_renewal.contract import accounts, structs
from r2_renewal.contract.structs import Amount, PriceBody

_LICENCE, _OFFER = "L-R2P-100482", "subscription.r2platnik-50"
_QUOTE, _ORDER, _NUMBER = "quo_KysYe72XB7jHlRF3", "ord_c1TmCsBZsOsubQaS", "ZAM/2026/000017"
_EMAIL, _LOGIN = "faktury@klosowska.example", "anna.klosowska@klosowska.example"
_PANEL, _CONTACT = "https://online.reset2.pl/", "kontakt@example.com"
_AT = datetime(2026, 11, 22, 9, 15, 30, tzinfo=UTC)
_LAST_DAY, _RENEWAL_DAY = date(2026, 12, 22), date(2027, 12, 23)
_TEXT = (
    "Wyrażam zgodę na automatyczne odnowienie abonamentu R2płatnik. Gdy 22.12.2027 skończy się zamawiany okres, abonament "
    "przedłuży się na kolejne 12 miesięcy po cenie z cennika obowiązującego w dniu odnowienia (dziś: 455,40\u00a0zł netto, "
    "560,14\u00a0zł brutto). Co najmniej 30 dni wcześniej otrzymam na adres faktury@klosowska.example wiadomość z datą i ceną "
    "odnowienia. Do dnia poprzedzającego odnowienie mogę z niego zrezygnować bezpłatnie i bez podania przyczyny: w programie "
    "(Pomoc → eSklep), w panelu https://online.reset2.pl/ lub e-mailem na kontakt@example.com. Rezygnacja nie skraca "
    "opłaconego okresu."
)


def examples() -> dict[type[Struct], Struct]:
    """Return an example of each body that a call takes or answers with, by its type."""
    return {type(body): body for body in (*_sessions(), *_shopping(), *_account(), *_receipts())}


def _price() -> PriceBody:
    return PriceBody(net=Amount(amount="455.40"), vat=Amount(amount="104.74"), gross=Amount(amount="560.14"))


def _renewal() -> structs.RenewalBody:
    return structs.RenewalBody(day=_RENEWAL_DAY, price=_price(), cancel_until=date(2027, 12, 22))


def _company() -> structs.CompanyBody:
    return structs.CompanyBody(
        name="Biuro Rachunkowe Kłosowska sp. z o.o.",
        nip="5262831503",
        street="ul. Świętokrzyska 12/4",
        postcode="00-116",
        city="Warszawa",
    )


def _consent() -> structs.ConsentBody:
    digest = sha256(_TEXT.encode()).hexdigest()
    return structs.ConsentBody(
        licence_id=_LICENCE, kind="auto_renewal", text_version="2", sha256=digest, locale="pl-PL"
    )


def _line() -> structs.LineBody:
    return structs.LineBody(
        licence_id=_LICENCE,
        program="R2płatnik",
        offer_id=_OFFER,
        kind="subscription",
        description="Abonament R2płatnik do 50 pracowników",
        limits={"employees": 50},
        net=Amount(amount="455.40"),
        vat_rate="0.23",
        period=structs.PeriodBody(first_day=date(2026, 12, 23), last_day=date(2027, 12, 22)),
        renewal=_renewal(),
    )


def _vat() -> tuple[structs.VatBody, ...]:
    return (structs.VatBody(rate="0.23", price=_price()),)


def _program() -> structs.ProgramBody:
    return structs.ProgramBody(
        licence_id=_LICENCE,
        program_id="P-R2P-100482",
        product="r2platnik",
        name="R2płatnik",
        edition="Standard",
        valid_until=_LAST_DAY,
        seq=3,
        limits={"employees": 50},
        services=("updates", "help", "online_data"),
        auto_renewal=False,
        renewal_date=None,
    )


def _offer() -> structs.OfferBody:
    return structs.OfferBody(
        offer_id=_OFFER,
        licence_id=_LICENCE,
        kind="subscription",
        name="Abonament R2płatnik do 50 pracowników",
        net=Amount(amount="455.40"),
        limits={"employees": 50},
    )


def _order() -> structs.OrderBody:
    return structs.OrderBody(
        order_id=_ORDER,
        number=_NUMBER,
        state="placed",
        placed_at=_AT,
        lines=(_line(),),
        vat=_vat(),
        price=_price(),
        email=_LOGIN,
    )


def _sessions() -> Sequence[Struct]:
    return (
        structs.LicenceSessionRequest(
            certificate="-----BEGIN LICENSE FILE-----\neyJlbmMiOiAi4oCmIn0=\n-----END LICENSE FILE-----\n"
        ),
        structs.AccountSessionRequest(email=_LOGIN, password="poranna kawa w biurze"),  # noqa: S106
        structs.SessionBody(
            token="-Kn7FdNscn7-7UAFekSz63dswD1deQmqAej1cKcr9bQ",  # noqa: S106
            scope="order",
            expires_at=datetime(2026, 11, 22, 17, 15, 30, tzinfo=UTC),
            customer_id="K-100482",
        ),
        accounts.PasswordResetRequest(email=_LOGIN),
        accounts.AcceptedBody(),
        accounts.NewPasswordRequest(password="nowe hasło z kilku słów"),  # noqa: S106
    )


def _shopping() -> Sequence[Struct]:
    return (
        structs.StorefrontBody(
            company=_company(),
            invoice_email=_EMAIL,
            programs=(_program(),),
            offers=(_offer(),),
            documents=(
                structs.DocumentRef(kind="auto_renewal", version="2"),
                structs.DocumentRef(kind="terms", version="1"),
            ),
            orders=(_order(),),
            consent_required=True,
            panel_url=_PANEL,
            contact_email=_CONTACT,
        ),
        structs.ProgramList(programs=(_program(),), offers=(_offer(),), orders=(), next=_LICENCE),
        _program(),
        structs.QuoteRequest(items=(structs.QuoteItem(licence_id=_LICENCE, offer_id=_OFFER),)),
        structs.QuoteBody(
            quote_id=_QUOTE,
            lines=(_line(),),
            vat=_vat(),
            price=_price(),
            expires_at=datetime(2026, 11, 22, 10, 15, 30, tzinfo=UTC),
            told_on=date(2026, 11, 21),
        ),
        structs.OrderRequest(
            quote_id=_QUOTE,
            nip="5262831503",
            company_confirmed=True,
            invoice_email=_EMAIL,
            orderer=structs.OrdererBody(first_name="Anna", last_name="Kłosowska", phone="+48601234567", email=_LOGIN),
            consents=(_consent(),),
            gross=Amount(amount="560.14"),
            channel="module",
            app_version="0.1.0",
        ),
        _order(),
        structs.OrderList(orders=(_order(),)),
        structs.DocumentBody(kind="terms", version="1", title="Regulamin", text="§ 1. Sprzedawcą jest…"),
        accounts.DataCorrectionRequest(message="Zmieniliśmy siedzibę: ul. Nowa 3, 53-326 Wrocław."),
        accounts.DataCorrectionBody(ticket="ZGL/2026/000004"),
    )


def _account() -> Sequence[Struct]:
    enrolment = accounts.EnrolmentBody(
        licence_id=_LICENCE, program="R2płatnik", last_day=date(2027, 12, 22), auto_renewal=True, renewal=_renewal()
    )
    return (
        accounts.CustomerBody(
            company=_company(), invoice_email=_EMAIL, enrolments=(enrolment,), panel_url=_PANEL, contact_email=_CONTACT
        ),
        accounts.CustomerChange(channel="module", invoice_email=_EMAIL, consents=(_consent(),), app_version="0.1.0"),
        accounts.EnrolmentList(enrolments=(enrolment,)),
        accounts.ConsentList(consents=(_consent_record(),)),
    )


def _consent_record() -> accounts.ConsentRecord:
    given, renewal = _consent(), _renewal()
    return accounts.ConsentRecord(
        consent_id="con_HoAXkrfhM6G__qlX",
        kind=given.kind,
        text_version=given.text_version,
        full_text=_TEXT,
        sha256=given.sha256,
        locale=given.locale,
        accepted_at=_AT,
        channel="module",
        licence_id=_LICENCE,
        order_id=_ORDER,
        nip="5262831503",
        person="Anna Kłosowska",
        email=_EMAIL,
        price=renewal.price,
        renewal_date=renewal.day,
        cancel_until=renewal.cancel_until,
        app_version="0.1.0",
        receipt_id="rcp_QoHbSnNWb9hsV-Qf",
        revoked_at=None,
        revoked_channel=None,
    )


def _receipts() -> Sequence[Struct]:
    invoice = accounts.InvoiceBody(
        invoice_id="inv_b7Zt0Wq3YpLk5VnE",
        number="FV/2026/000011",
        ksef_number="5252248481-20261122-0100A0B1C2D3-94",
        order_id=_ORDER,
        order_number=_NUMBER,
        issued_at=datetime(2026, 11, 22, 9, 16, 2, tzinfo=UTC),
        due_on=date(2026, 12, 6),
        price=_price(),
        paid_at=None,
    )
    declared = accounts.WithdrawalRequest(name="Anna Kłosowska", order_number=_NUMBER, email=_LOGIN, channel="module")
    return (
        accounts.InvoiceList(invoices=(invoice,)),
        declared,
        accounts.WithdrawalBody(
            receipt_id="rcp_8dUe2RfTg6HyJ4Ks",
            order_id=_ORDER,
            order_number=_NUMBER,
            name=declared.name,
            email=declared.email,
            content=f"Odstępuję od umowy zawartej 22.11.2026, godz. 10:15, zamówienie nr {_NUMBER}.",
            received_at=datetime(2026, 11, 24, 12, 1, 44, tzinfo=UTC),
        ),
        accounts.CancellationRequest(channel="module"),
    )
