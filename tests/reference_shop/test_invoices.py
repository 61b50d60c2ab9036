"""Invoices: numbered without gaps, true to their order, drawn as PDF that an independent reader opens and a bank's app scans."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from stdnum.iso7064 import mod_97_10

from r2_renewal.domain.company import nip_problem
from r2_renewal.domain.errors import ErrorCode, RenewalError
from r2_renewal.domain.money import Money, money
from r2_renewal.reference_shop import invoices, seller, transfer_qr
from r2_renewal.reference_shop.fulfilment import fulfil, invoice
from r2_renewal.reference_shop.invoice_pdf import invoice_pdf
from r2_renewal.reference_shop.ksef import checksum, made_up_number
from r2_renewal.reference_shop.problems import Refusal
from r2_renewal.reference_shop.seed import CUSTOMER_ID, LICENCE_ID, PreparedShop
from r2_renewal.reference_shop.shop import Shop
from r2_renewal.reference_shop.tables import ConsentRow, InvoiceLineRow, InvoiceRow, MailRow, OrderRow
from tests.reference_shop.conftest import POSTGRESQL, SQLITE, Calendar, add_customer
from tests.reference_shop.module import LATER_LICENCE_ID, Module

on_both = pytest.mark.parametrize("backend", [SQLITE, POSTGRESQL], indirect=True)

INVOICE = """
import sys
from pathlib import Path
from r2_renewal.reference_shop.folder import ShopFolder, settings_of
from r2_renewal.reference_shop.fulfilment import invoice
from r2_renewal.reference_shop.shop import opened
with opened(settings_of(ShopFolder(Path(sys.argv[1]), sys.argv[2]))) as shop:
    print("ready", flush=True)
    sys.stdin.readline()
    print(sum(invoice(shop, order) for order in sys.argv[3:]), flush=True)
"""


@pytest.fixture
def issued(module: Module, shop: Shop) -> InvoiceRow:
    """The invoice of the demo's order for R2płatnik, unpaid."""
    assert invoice(shop, module.order(LICENCE_ID)["order_id"])
    return only(shop)


def only(shop: Shop) -> InvoiceRow:
    with shop.database.reading() as session:
        return session.scalars(select(InvoiceRow)).one()


def text_of(pdf: bytes) -> str:
    """Return the words of a PDF as another library reads them."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return "\n".join(page.get_textpage().get_text_range().replace("\r\n", "\n") for page in document)
    finally:
        document.close()


def codes_in(pdf: bytes) -> list[str]:
    """Return what the QR codes of a PDF's first page say, scanned from its picture."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [code.text for code in zxingcpp.read_barcodes(document[0].render(scale=3).to_pil())]
    finally:
        document.close()


def row(**changes: Any) -> InvoiceRow:
    """Return an invoice that no shop issued."""
    party = {"name": "Zażółć gęślą jaźń", "street": "Łąkowa 3", "postcode": "90-001", "city": "Łódź"}
    own: dict[str, Any] = {
        **{f"{side}_{name}": value for side in ("seller", "buyer") for name, value in party.items()},
        "id": "inv_1",
        "kind": "invoice",
        "is_sample": True,
        "year": 2026,
        "running": 7,
        "ksef_number": made_up_number("1234563218", date(2026, 11, 22), "inv_1"),
        "issued_at": datetime(2026, 11, 22, 23, 30, tzinfo=UTC),
        "due_on": date(2026, 12, 7),
        "sold_from": date(2026, 12, 23),
        "sold_to": date(2027, 12, 22),
        "order_number": "ZAM/2026/000001",
        "seller_nip": "1234563218",
        "buyer_nip": "5262831503",
        "account": "83109000000000000012345678",
        "transfer_name": "Reset2",
        "net": Decimal("455.40"),
        "vat": Decimal("104.74"),
        "gross": Decimal("560.14"),
        "paid_at": None,
        "lines": [line(1, "455.40")],
    }
    return InvoiceRow(**{**own, **changes})


def line(position: int, net: str, rate: str = "0.23", description: str = "Abonament") -> InvoiceLineRow:
    return InvoiceLineRow(position=position, description=description, net=Decimal(net), vat_rate=Decimal(rate))


def test_an_invoice_is_its_order_as_it_stood(issued: InvoiceRow, shop: Shop) -> None:
    with shop.database.reading() as session:
        order = session.scalars(select(OrderRow)).one()
    assert (issued.order_id, issued.order_number, issued.number) == (order.id, order.number, "FV/2026/000001")
    assert (issued.net, issued.vat, issued.gross) == (Decimal("455.40"), Decimal("104.74"), Decimal("560.14"))
    assert (issued.buyer_nip, issued.seller_nip) == ("5262831503", shop.settings.seller.company.nip)
    assert (issued.sold_from, issued.sold_to) == (date(2026, 12, 23), date(2027, 12, 22))
    assert issued.due_on == date(2026, 12, 6)
    assert [(item.description, item.net, item.vat_rate) for item in issued.lines] == [
        ("Abonament R2płatnik do 50 pracowników", Decimal("455.40"), Decimal("0.23"))
    ]


def test_an_order_of_several_programs_is_one_invoice_and_one_letter_with_every_consent(
    module: Module, shop: Shop
) -> None:
    quote = module.quote_all((LICENCE_ID, "subscription"), (LATER_LICENCE_ID, "extension"))
    answer = module.submit(module.body(quote))
    assert answer.status_code == 201, answer.text
    assert invoice(shop, answer.json()["order_id"])
    own = only(shop)
    assert [(item.position, item.net) for item in own.lines] == [
        (number, Decimal(sold["net"]["amount"])) for number, sold in enumerate(quote["lines"], 1)
    ]
    assert own.gross == Decimal(quote["price"]["gross"]["amount"])
    assert sum(total.price.gross.amount for total in invoices.totals(own.lines)) == own.gross
    text = text_of(invoice_pdf(own)).replace("\u00a0", " ")
    assert all(sold["description"] in text for sold in quote["lines"])
    with shop.database.reading() as session:
        mail = session.scalars(select(MailRow).where(MailRow.kind == "order_confirmation")).one()
        consents = session.scalars(select(ConsentRow)).all()
    assert len(consents) == 2
    assert all(consent.full_text in mail.text for consent in consents)


def test_an_order_is_invoiced_once(issued: InvoiceRow, shop: Shop) -> None:
    assert not invoice(shop, issued.order_id)
    assert fulfil(shop, issued.order_id)
    assert not invoice(shop, issued.order_id)
    assert only(shop).paid_at is not None


def test_an_order_that_is_none_is_refused(shop: Shop) -> None:
    with pytest.raises(RenewalError) as refusal:
        invoice(shop, "ord_0")
    assert refusal.value.code is ErrorCode.NO_SUCH_ORDER


def test_a_year_begins_with_number_one_in_warsaw(module: Module, shop: Shop, calendar: Calendar) -> None:
    fulfil(shop, module.order(LICENCE_ID)["order_id"])
    later = module.order(LATER_LICENCE_ID)
    calendar.day = date(2027, 1, 1)
    fulfil(shop, later["order_id"])
    with shop.database.reading() as session:
        numbers = [each.number for each in session.scalars(select(InvoiceRow).order_by(InvoiceRow.year))]
    assert numbers == ["FV/2026/000001", "FV/2027/000001"]


@on_both
def test_two_processes_at_once_number_without_gaps_and_repeats(
    shop: Shop, prepared: PreparedShop, serve: Callable[..., Module]
) -> None:
    orders = []
    for number in range(6):
        certificate = add_customer(shop, f"K-{number}", f"L-{number}")
        module = serve().open(certificate)
        orders.append(module.submit(module.body(module.quote(f"L-{number}"), nip="7010019252")).json()["order_id"])
    folder = prepared.folder
    command = [sys.executable, "-c", INVOICE, str(folder.path), folder.database, *orders]
    with ExitStack() as stack:
        workers = [
            stack.enter_context(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
            for _ in range(2)
        ]
        for worker in workers:
            assert worker.stdout is not None
            assert worker.stdout.readline() == "ready\n"
        for worker in workers:
            assert worker.stdin is not None
            worker.stdin.write("go\n")
            worker.stdin.flush()
        done = [int(worker.communicate()[0]) for worker in workers]
    with shop.database.reading() as session:
        numbers = sorted(session.scalars(select(InvoiceRow.running)))
    assert (sum(done), numbers) == (6, [1, 2, 3, 4, 5, 6])


@on_both
def test_an_invoice_that_fails_leaves_no_gap(module: Module, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    order, later = module.order(LICENCE_ID), module.order(LATER_LICENCE_ID)

    def fail(*_arguments: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr("r2_renewal.reference_shop.fulfilment.tell_of_invoice", fail)
        with pytest.raises(ZeroDivisionError):
            invoice(shop, order["order_id"])
    with shop.database.reading() as session:
        assert session.scalars(select(InvoiceRow)).all() == []
        assert session.scalars(select(MailRow).where(MailRow.kind == "invoice")).all() == []
    invoice(shop, later["order_id"])
    assert only(shop).number == "FV/2026/000001"


def test_another_customers_invoice_is_not_found(issued: InvoiceRow, shop: Shop) -> None:
    with shop.database.reading() as session:
        assert invoices.invoice_of(session, CUSTOMER_ID, issued.id).id == issued.id
        for customer, identifier in (("K-2", issued.id), (CUSTOMER_ID, "inv_0")):
            with pytest.raises(Refusal):
                invoices.invoice_of(session, customer, identifier)


def test_the_pdf_says_what_the_invoice_says(issued: InvoiceRow) -> None:
    text = text_of(invoice_pdf(issued))
    for words in (
        "Faktura FV/2026/000001",
        issued.ksef_number,
        "dane przykładowe",
        "Data wystawienia: 22.11.2026",
        "Okres usługi: 23.12.2026–22.12.2027",
        "Biuro Rachunkowe Kłosowska sp. z o.o.",
        "NIP: 526-283-15-03",
        "NIP: 123-456-32-18",
        "Abonament R2płatnik do 50 pracowników",
        "Do zapłaty: 560,14\u00a0zł",
        "Termin płatności: 06.12.2026",
        "Rachunek: 83 1090 0000 0000 0000 1234 5678",
        "Tytuł przelewu: FV/2026/000001",
    ):
        assert words.replace("\u00a0", " ") in text.replace("\u00a0", " "), words


def test_the_pdf_is_the_same_to_the_byte_and_carries_its_fonts() -> None:
    pdf = invoice_pdf(row())
    assert pdf == invoice_pdf(row())
    assert pdf.startswith(b"%PDF-")
    document = pypdfium2.PdfDocument(pdf)
    assert document.get_metadata_dict()["Title"] == "Faktura FV/2026/000007"
    assert len(document) == 1
    document.close()
    assert b"/FontFile2" in pdf


def test_a_day_of_issue_is_a_day_in_warsaw() -> None:
    assert "Data wystawienia: 23.11.2026" in text_of(invoice_pdf(row()))  # 23:30 UTC is half past midnight


def test_names_in_other_letters_and_long_ones_are_written() -> None:
    name = "Товариство „Вінниця” Łódź GmbH & Co. KG – " + "Ω" * 40
    text = text_of(invoice_pdf(row(buyer_name=name)))
    assert "".join(name.split()) in "".join(text.split())


def test_many_lines_run_over_pages_and_every_rate_has_its_total() -> None:
    lines = [*(line(number, "10.01") for number in range(1, 41)), line(41, "99.99", "0.08", "Książka")]
    pdf = invoice_pdf(row(lines=lines, net=Decimal("500.39"), vat=Decimal("100.09"), gross=Decimal("600.48")))
    text = text_of(pdf).replace("\u00a0", " ")
    assert "23% 400,40 zł 92,09 zł 492,49 zł" in text
    assert "8% 99,99 zł 8,00 zł 107,99 zł" in text
    assert "Razem 500,39 zł 100,09 zł 600,48 zł" in text
    assert text.count("Abonament") == 40


def test_vat_is_counted_on_the_total_of_a_rate() -> None:
    (total,) = invoices.totals([line(1, "0.02"), line(2, "0.02"), line(3, "0.02")])
    assert (total.price.vat, total.price.gross) == (money("0.01"), money("0.07"))


def test_a_bank_reads_the_transfer_from_an_unpaid_invoice(issued: InvoiceRow) -> None:
    assert codes_in(invoice_pdf(issued)) == ["1234563218|PL|83109000000000000012345678|056014|Reset2|FV/2026/000001|||"]


def test_a_paid_invoice_asks_for_nothing() -> None:
    pdf = invoice_pdf(row(paid_at=datetime(2026, 11, 30, 12, tzinfo=UTC)))
    text = text_of(pdf).replace("\u00a0", " ")
    assert "Zapłacono: 560,14 zł, 30.11.2026" in text
    assert "Rachunek" not in text
    assert codes_in(pdf) == []


def test_an_amount_that_six_digits_do_not_hold_has_no_code() -> None:
    assert codes_in(invoice_pdf(row(gross=Decimal("10000.00")))) == []
    assert len(codes_in(invoice_pdf(row(gross=Decimal("9999.99"))))) == 1


@given(
    st.decimals("0.01", "9999.99", places=2),
    st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=60),
    st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=60),
)
def test_a_transfers_fields_keep_their_places(amount: Decimal, recipient: str, title: str) -> None:
    content = transfer_qr.payload("1234563218", "83109000000000000012345678", Money(amount), recipient, title)
    assert content is not None
    fields = content.split("|")
    assert len(fields) == 9
    assert (len(fields[2]), len(fields[3])) == (26, 6)
    assert Decimal(fields[3]) == amount * 100
    assert (len(fields[4]) <= 20, len(fields[5]) <= 32, fields[6:]) == (True, True, ["", "", ""])


@pytest.mark.parametrize("amount", ["0.00", "-1.00", "10000.00"])
def test_amounts_without_a_code(amount: str) -> None:
    assert transfer_qr.payload("1", "2", money(amount), "a", "b") is None


def test_a_made_up_number_is_one_that_ksefs_own_check_takes() -> None:
    # The example of the Ministry of Finance's documentation of KSeF 2.0.
    assert checksum("5265877635-20250826-0100001AF629") == "AF"
    number = made_up_number("1234563218", date(2026, 11, 22), "inv_1")
    assert (len(number), number[:20]) == (35, "1234563218-20261122-")
    assert number[33:] == checksum(number[:32])
    assert number == made_up_number("1234563218", date(2026, 11, 22), "inv_1")
    assert number != made_up_number("1234563218", date(2026, 11, 22), "inv_2")


def test_the_sellers_numbers_are_right() -> None:
    own = seller.seller()
    assert nip_problem(own.company.nip) is None
    assert mod_97_10.is_valid(own.account[2:] + "PL" + own.account[:2])
    assert seller.show_account(own.account) == "83 1090 0000 0000 0000 1234 5678"


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"account": "84109000000000000012345678"}, "account"),
        ({"account": "8310900000000000001234567"}, "account"),
        ({"transfer_name": "x" * 21}, "transfer_name"),
        ({"transfer_name": "a|b"}, "transfer_name"),
        ({"payment_days": 0}, "payment_days"),
        ({"mail_from": "esklep"}, "mail_from"),
    ],
)
def test_a_wrong_number_of_the_seller_is_named(change: dict[str, Any], named: str) -> None:
    from dataclasses import replace

    with pytest.raises(RenewalError) as refusal:
        seller.checked(replace(seller.seller(), **change))
    assert refusal.value.code is ErrorCode.CONFIGURATION
    assert refusal.value.detail.endswith(named)


def test_an_unpaid_invoice_is_due_after_the_days_that_the_seller_gives(issued: InvoiceRow, shop: Shop) -> None:
    assert issued.due_on - date(2026, 11, 22) == timedelta(days=shop.settings.seller.payment_days)
