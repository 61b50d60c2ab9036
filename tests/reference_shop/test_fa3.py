"""FA(3) documents: valid by the official schema, true to the invoice to the grosz, kept as issued, found by their code."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ksef_client.documents.fa3 import validate_fa3_xml_xsd
from ksef_client.utils.ksef_number import is_valid_ksef_number
from lxml import etree
from sqlalchemy import select

from r2_renewal.contract import paths
from r2_renewal.contract.accounts import WithdrawalRequest
from r2_renewal.domain.errors import ErrorCode, RenewalError
from r2_renewal.domain.money import Money
from r2_renewal.reference_shop import invoices, withdrawals
from r2_renewal.reference_shop.billing import fa3, fa3_check
from r2_renewal.reference_shop.fulfilment import fulfil, invoice
from r2_renewal.reference_shop.invoice_pdf import invoice_pdf
from r2_renewal.reference_shop.pricing import vat_totals
from r2_renewal.reference_shop.seed import CUSTOMER_ID, LICENCE_ID, PreparedShop
from r2_renewal.reference_shop.shop import Shop
from r2_renewal.reference_shop.tables import (
    Customer,
    InvoiceDocument,
    InvoiceRow,
    InvoiceSeries,
    MailRow,
)
from tests.reference_shop.conftest import POSTGRESQL, SQLITE, add_customer
from tests.reference_shop.module import LATER_LICENCE_ID, Module
from tests.reference_shop.test_invoices import codes_in, line, row, text_of

NOW = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
on_both = pytest.mark.parametrize("backend", [SQLITE, POSTGRESQL], indirect=True)
rates = st.sampled_from([Decimal("0.23"), Decimal("0.08"), Decimal("0.05"), Decimal(0)])
sold = st.lists(st.tuples(rates, st.decimals("0.01", "99999.99", places=2)), min_size=1, max_size=9)


def sale(*lines: tuple[Decimal, Decimal], **changes: Any) -> InvoiceRow:
    """Return an invoice of lines, each a VAT rate and a net amount, that no shop issued."""
    totals = vat_totals((rate, Money(net)) for rate, net in lines)
    net, vat = (sum(getattr(total.price, name).amount for total in totals) for name in ("net", "vat"))
    rows = [line(number, str(net), str(rate)) for number, (rate, net) in enumerate(lines, 1)]
    return row(lines=rows, net=net, vat=vat, gross=net + vat, **changes)


def correction_of(corrected: InvoiceRow, **changes: Any) -> InvoiceRow:
    amounts = {name: -getattr(corrected, name) for name in ("net", "vat", "gross")}
    lines = [line(own.position, str(own.net), str(own.vat_rate)) for own in corrected.lines]
    own = {"id": "inv_2", "kind": "correction", "corrects": corrected, "reason": "Odstąpienie od umowy"}
    return row(**{**own, **amounts, "lines": lines, **changes})


def fields(content: bytes) -> dict[str, list[str]]:
    """Return the texts of a document by their elements' names."""
    found: dict[str, list[str]] = {}
    for element in etree.fromstring(content).iter("{*}*"):
        if element.text is not None:
            found.setdefault(etree.QName(element).localname, []).append(element.text)
    return found


def kept(shop: Shop) -> list[tuple[InvoiceRow, InvoiceDocument]]:
    """Return every invoice with its document, the oldest first."""
    query = select(InvoiceRow, InvoiceDocument).join(InvoiceDocument).order_by(InvoiceRow.issued_at)
    with shop.database.reading() as session:
        return [(row, document) for row, document in session.execute(query)]


def refusal(change: Callable[[], object]) -> str:
    with pytest.raises(RenewalError) as refused:
        change()
    assert refused.value.code is ErrorCode.INVOICE_DOCUMENT
    return refused.value.detail


def test_an_invoice_is_kept_as_the_document_that_it_is(module: Module, shop: Shop) -> None:
    assert invoice(shop, module.order(LICENCE_ID)["order_id"])
    ((issued, document),) = kept(shop)
    validate_fa3_xml_xsd(document.content)
    said = fields(document.content)
    assert (said["P_2"], said["RodzajFaktury"], said["P_1"]) == (["FV/2026/000001"], ["VAT"], ["2026-11-22"])
    assert said["NIP"] == [shop.settings.seller.company.nip, "5262831503"]
    assert (said["P_13_1"], said["P_14_1"], said["P_15"]) == (["455.40"], ["104.74"], ["560.14"])
    assert (said["Termin"], said["NrRB"]) == (["2026-12-06"], [issued.account])
    assert document.sha256 == hashlib.sha256(document.content).hexdigest()


def test_a_document_is_what_ksefs_rules_of_form_ask_for() -> None:
    content = fa3.document_of(row(), NOW)
    assert content.startswith(b"<?xml version='1.0' encoding='UTF-8'?>")
    assert content.count(b"<?") == 1
    said = fields(content)
    assert (said["DataWytworzeniaFa"], said["SystemInfo"]) == (["2026-11-22T23:30:00Z"], ["R2 Renewal"])
    assert said["P_1"] == ["2026-11-23"]  # in Warsaw


def test_three_lines_have_the_vat_of_their_rates_total() -> None:
    # 23 % of 10.02 is 2.30, three times 6.90; 23 % of 30.06 is 6.91.
    said = fields(fa3.document_of(sale(*[(Decimal("0.23"), Decimal("10.02"))] * 3), NOW))
    assert (said["P_13_1"], said["P_14_1"], said["P_15"]) == (["30.06"], ["6.91"], ["36.97"])
    assert "P_11Vat" not in said


@given(sold)
def test_the_lines_shares_of_vat_come_to_the_rates(lines: list[tuple[Decimal, Decimal]]) -> None:
    shares = fa3.vat_of_lines(lines)
    for total in vat_totals((rate, Money(net)) for rate, net in lines):
        own = [share for share, (rate, _net) in zip(shares, lines, strict=True) if rate == total.rate]
        assert sum(own) == total.price.vat.amount
    assert all(abs(share - rate * net) < Decimal("0.01") for share, (rate, net) in zip(shares, lines, strict=True))


@settings(deadline=None, max_examples=25)
@given(sold)
def test_any_sale_and_its_correction_make_valid_documents_that_say_their_totals(
    lines: list[tuple[Decimal, Decimal]],
) -> None:
    invoiced = sale(*lines)
    taken_back = correction_of(invoiced)
    for issued in (invoiced, taken_back):
        said = fields(fa3.document_of(issued, NOW))
        nets = [Decimal(text) for name, texts in said.items() if name.startswith("P_13") for text in texts]
        vats = [Decimal(text) for name, texts in said.items() if name.startswith("P_14") for text in texts]
        assert (sum(nets), sum(vats), [Decimal(said["P_15"][0])]) == (issued.net, issued.vat, [issued.gross])


@pytest.mark.parametrize(
    "change",
    [
        {"net": Decimal("455.41")},
        {"vat": Decimal("104.73"), "gross": Decimal("560.13")},
        {"gross": Decimal("560.15")},
        {"lines": [line(1, "455.40", "0.19")]},
        {"buyer_nip": "526283150"},
        {"buyer_name": " "},
        {"seller_nip": "PL1234563218"},
        {"account": "1"},
    ],
)
def test_an_invoice_that_contradicts_itself_or_the_schema_makes_no_document(change: dict[str, Any]) -> None:
    assert "FV/2026/000007" in refusal(lambda: fa3.document_of(row(**change), NOW))


@pytest.mark.parametrize(
    "character", ["\x01", "\x7f", "\x80", "\x9f", "\ufdd0", "\ufdef", "\ufffe", "\U0001fffe", "\U0010ffff"]
)
def test_discouraged_characters_make_no_document(character: str) -> None:
    detail = refusal(lambda: fa3.document_of(row(buyer_name=f"Firma{character}SA"), NOW))
    assert "Firma" not in detail


def test_letters_that_xml_writes_otherwise_arrive_as_they_are() -> None:
    name = "\u0085 <Żółw> & „Syn” 'S' \"A\" ]]> 😀 Вінниця".strip("\u0085 ")
    assert name in fields(fa3.document_of(row(buyer_name=name), NOW))["Nazwa"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"<P_15>560.14", b"<P_15>560.15"),
        (b"<P_13_1>455.40", b"<P_13_1>455.41"),
        (b"<P_11>455.40", b"<P_11>455.41"),
        (b"<NIP>5262831503", b"<NIP>7010019252"),
        (b"<P_2>FV/2026/000007", b"<P_2>FV/2026/000008"),
        (b"<Termin>2026-12-07", b"<Termin>2026-12-08"),
        (b"<P_12>23", b"<P_12>8"),
        (b"<Faktura", b"<?a b?><Faktura"),
        (b"<?xml", b"\xef\xbb\xbf<?xml"),
        (b"<JST>2</JST>", b"<JST>3</JST>"),
        (b"</P_11>", b"</P_11><P_11Vat>104.74</P_11Vat>"),
    ],
)
def test_a_document_that_says_anything_else_is_refused(old: bytes, new: bytes) -> None:
    content = fa3.document_of(row(), NOW)
    assert old in content
    refusal(lambda: fa3_check.check(content.replace(old, new, 1), row()))


def test_nothing_is_kept_of_an_invoice_whose_document_is_refused(module: Module, shop: Shop) -> None:
    order, later = module.order(LICENCE_ID), module.order(LATER_LICENCE_ID)
    with shop.database.writing() as session:
        customer = session.get_one(Customer, CUSTOMER_ID)
        right, customer.name = customer.name, "Firma\x9fSA"
    refusal(lambda: invoice(shop, order["order_id"]))
    assert kept(shop) == []
    with shop.database.writing() as session:
        session.get_one(Customer, CUSTOMER_ID).name = right
    for each in (later, order):
        assert invoice(shop, each["order_id"])
    assert [row.number for row, _document in kept(shop)] == ["FV/2026/000001", "FV/2026/000002"]


# KOD I


def test_the_pdf_carries_the_code_by_which_the_document_is_found(module: Module, shop: Shop) -> None:
    assert invoice(shop, module.order(LICENCE_ID)["order_id"])
    ((issued, document),) = kept(shop)
    pdf = module_pdf(shop, issued)
    digest = base64.urlsafe_b64encode(hashlib.sha256(document.content).digest()).decode().rstrip("=")
    link = f"https://qr-ksef.invalid/invoice/{issued.seller_nip}/22-11-2026/{digest}"
    assert link in codes_in(pdf)
    text = text_of(pdf)
    assert issued.ksef_number is not None
    assert text.count(issued.ksef_number) == 2  # in the head, and under the code
    assert "dane przykładowe" in text
    assert is_valid_ksef_number(issued.ksef_number)


def test_an_invoice_without_a_number_says_offline(module: Module, shop: Shop) -> None:
    assert invoice(shop, module.order(LICENCE_ID)["order_id"])
    with shop.database.writing() as session:
        issued = session.scalars(select(InvoiceRow)).one()
        issued.ksef_number, issued.is_sample = None, False
    text = text_of(module_pdf(shop, issued))
    assert "OFFLINE" in text
    assert "przykładowe" not in text.replace("Reset2 (dane przykładowe)", "")


def module_pdf(shop: Shop, issued: InvoiceRow) -> bytes:
    with shop.database.reading() as session:
        found = session.get_one(InvoiceRow, issued.id)
        return invoice_pdf(found, invoices.verification_of(session, shop.settings, found))


# Corrections


@pytest.fixture
def account(serve: Callable[..., Module], prepared: PreparedShop) -> Module:
    """The demo customer's account, opened by its password."""
    return serve().log_in(prepared.account_email, prepared.account_password)


def withdraw(module: Module, order: dict[str, Any]) -> None:
    answer = module.post(
        paths.withdrawals(order["order_id"]),
        {
            "name": "Anna Kłosowska",
            "order_number": order["number"],
            "email": "anna@klosowska.example",
            "channel": "module",
        },
    )
    assert answer.status_code == 201, answer.text


@on_both
@pytest.mark.parametrize("paid", [False, True])
def test_a_withdrawn_orders_invoice_is_corrected_to_nothing(module: Module, shop: Shop, *, paid: bool) -> None:
    order = module.order(LICENCE_ID)
    assert (fulfil if paid else invoice)(shop, order["order_id"])
    withdraw(module, order)
    withdraw(module, order)
    (issued, _), (correction, document) = kept(shop)
    assert (correction.number, correction.gross) == ("KOR/2026/000001", Decimal("-560.14"))
    validate_fa3_xml_xsd(document.content)
    said = fields(document.content)
    assert (said["P_2"], said["RodzajFaktury"], said["P_15"]) == (["KOR/2026/000001"], ["KOR"], ["-560.14"])
    assert said["NrFaKorygowanej"] == [issued.number]
    assert said["NrKSeFFaKorygowanej"] == [issued.ksef_number]
    assert (said["P_11"], said["StanPrzed"]) == (["455.40", "0.00"], ["1"])
    assert order["number"] in said["PrzyczynaKorekty"][0]
    with shop.database.reading() as session:
        letter = session.scalars(select(MailRow).where(MailRow.kind == "correction_invoice")).one()
    assert all(number in letter.text for number in (issued.number, correction.number))
    assert ("Zwrócimy" in letter.text, "nie trzeba płacić" in letter.text) == (paid, not paid)


def test_neither_the_invoice_nor_its_correction_asks_for_money(module: Module, shop: Shop) -> None:
    order = module.order(LICENCE_ID)
    assert invoice(shop, order["order_id"])
    withdraw(module, order)
    (issued, _), (correction, _document) = kept(shop)
    first, second = (text_of(module_pdf(shop, row)).replace("\u00a0", " ") for row in (issued, correction))
    for text in (first, second):
        assert "Do zapłaty: 0,00 zł" in text
        assert "Tytuł przelewu" not in text
    assert f"skorygowano do zera fakturą korygującą {correction.number}" in first
    for words in (
        f"Faktura korygująca {correction.number}",
        f"Koryguje fakturę {issued.number} z dnia 22.11.2026",
        f"{issued.ksef_number}",
        "Przed korektą",
        "Po korekcie",
        "Razem, zmiana -455,40 zł -104,74 zł -560,14 zł",
    ):
        assert words in second, words
    assert [code.partition("/invoice/")[0] for code in codes_in(module_pdf(shop, correction))] == [
        "https://qr-ksef.invalid"
    ]


def test_the_correction_of_a_paid_invoice_tells_what_comes_back(module: Module, shop: Shop) -> None:
    order = module.order(LICENCE_ID)
    assert fulfil(shop, order["order_id"])
    withdraw(module, order)
    assert "Do zwrotu: 560,14" in text_of(module_pdf(shop, kept(shop)[1][0])).replace("\u00a0", " ")


def test_an_order_withdrawn_before_its_invoice_needs_no_correction(module: Module, shop: Shop) -> None:
    withdraw(module, module.order(LICENCE_ID))
    assert kept(shop) == []


def test_each_kind_has_numbers_of_its_own_without_gaps(module: Module, shop: Shop) -> None:
    orders = [module.order(licence) for licence in (LICENCE_ID, LATER_LICENCE_ID)]
    for order in orders:
        assert invoice(shop, order["order_id"])
        withdraw(module, order)
    assert [row.number for row, _document in kept(shop)] == [
        "FV/2026/000001",
        "KOR/2026/000001",
        "FV/2026/000002",
        "KOR/2026/000002",
    ]
    with shop.database.reading() as session:
        assert {(row.kind, row.last) for row in session.scalars(select(InvoiceSeries))} == {
            ("invoice", 2),
            ("correction", 2),
        }


@on_both
def test_corrections_of_many_customers_at_once_are_numbered_without_gaps(
    shop: Shop, serve: Callable[..., Module]
) -> None:
    taken_back = []
    for number in range(4):
        module = serve().open(add_customer(shop, f"K-{number}", f"L-{number}"))
        order = module.submit(module.body(module.quote(f"L-{number}"), nip="7010019252")).json()
        assert invoice(shop, order["order_id"])
        declared = WithdrawalRequest(
            name="Jan Żak", order_number=order["number"], email="jan@zak.example", channel="module"
        )
        taken_back.append((f"K-{number}", order["order_id"], declared))
    with ThreadPoolExecutor(len(taken_back)) as pool:
        list(pool.map(lambda each: withdrawals.withdraw(shop, *each), taken_back))
    with shop.database.reading() as session:
        numbers = session.scalars(select(InvoiceRow.running).where(InvoiceRow.kind == "correction")).all()
    assert sorted(numbers) == [1, 2, 3, 4]


def test_a_correction_of_an_invoice_without_a_number_in_ksef_says_so() -> None:
    said = fields(fa3.document_of(correction_of(row(ksef_number=None)), NOW))
    assert said["NrKSeFN"] == ["1"]
    assert "NrKSeFFaKorygowanej" not in said


def test_the_api_lists_both_and_what_corrects_what(module: Module, shop: Shop, account: Module) -> None:
    order = module.order(LICENCE_ID)
    assert invoice(shop, order["order_id"])
    withdraw(module, order)
    correction, issued = account.get(paths.INVOICES).json()["invoices"]
    assert (issued["kind"], issued["corrected_by"]) == ("invoice", correction["number"])
    assert (correction["kind"], correction["corrects"]) == ("correction", issued["number"])
    assert correction["price"]["gross"]["amount"] == "-560.14"
    assert account.get(paths.invoice_pdf(correction["invoice_id"])).content.startswith(b"%PDF-")
