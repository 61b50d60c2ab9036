"""Texts that want to be more than text: names on record, what is typed, addresses, cookies, uploads, headers of mail."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from email import message_from_bytes
from email.policy import default
from html import unescape

import pytest
from sqlalchemy import select

from r2_renewal.contract.paths import ORDER_FILE_PAGE
from r2_renewal.contract.prepared_order import PreparedItem, PreparedOrderer, to_letters
from r2_renewal.reference_shop.fulfilment import fulfil, invoice
from r2_renewal.reference_shop.mail.rendering import one_line
from r2_renewal.reference_shop.mail.sender import message_of
from r2_renewal.reference_shop.panel import addresses
from r2_renewal.reference_shop.panel.visit import NOTICE
from r2_renewal.reference_shop.seed import LICENCE_ID, PreparedShop
from r2_renewal.reference_shop.shop import Shop
from r2_renewal.reference_shop.tables import Customer, LicenceRow, MailRow, OrderRow
from tests.reference_shop.conftest import add_customer
from tests.reference_shop.module import Module
from tests.reference_shop.panel.conftest import account, program, visitor
from tests.reference_shop.panel.test_order_file import as_file, prepared_order, upload
from tests.reference_shop.panel.visitor import DATA, Page, Visitor

__all__ = ["account", "program", "visitor"]
BOTH_DATABASES = True
ENDS_OF_A_LINE = ["\r\n", "\n", "\r", "\v", "\f", "\x1c", "\x85", "\u2028", "\u2029"]
EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{7*7}} \u202e𝓡2 👩‍💻"
LISTS = (addresses.PROGRAMS, addresses.ORDERS, addresses.INVOICES, addresses.CONSENTS, addresses.SESSIONS)
PAGES = (DATA, addresses.REPORT, *LISTS)


def rename(shop: Shop, name: str) -> None:
    """Give customer and program a name that an importer of data let through."""
    with shop.database.writing() as session:
        licence = session.get_one(LicenceRow, LICENCE_ID)
        licence.name = licence.edition = name
        session.scalars(select(Customer)).one().name = name


def is_plain(page: Page) -> bool:
    """Return whether a page has nothing that only a script or a picture would bring."""
    handlers = [key for node in page.root.iter() for key in node.attrib if key.startswith("on") or key == "style"]
    return not (page.every("script") or page.every("img") or handlers)


def test_a_name_is_text_on_every_page_and_in_every_letter(account: Visitor, program: Module, shop: Shop) -> None:
    rename(shop, EVIL)
    order = program.order(LICENCE_ID)
    invoice(shop, order["order_id"])
    fulfil(shop, order["order_id"])
    pages = [account.get(address) for address in (*PAGES, addresses.order(order["order_id"]))]
    assert [page.status for page in pages] == [200] * len(pages)
    assert all(is_plain(page) for page in pages)
    assert all("{{7*7}}" in pages[number].text for number in (0, 2, 7))
    with shop.database.reading() as session:
        letters = list(session.scalars(select(MailRow)))
    assert letters
    for letter in letters:
        assert "<script" not in letter.html
        assert "<img" not in letter.html
        assert len(message_of(letter, shop.settings.seller).as_bytes()) > 0
    assert any(EVIL in unescape(letter.html) for letter in letters)


@pytest.mark.parametrize("product", ['r2"; x="', "r2płatnik", "../r2\r\nX: y", "𝓡2"])
def test_a_products_code_is_no_more_than_a_files_name(account: Visitor, shop: Shop, product: str) -> None:
    with shop.database.writing() as session:
        session.get_one(LicenceRow, LICENCE_ID).product = product
    answer = account.http.get(addresses.licence_file(LICENCE_ID))
    assert answer.status_code == 200
    assert re.fullmatch(r'attachment; filename="[A-Za-z0-9._-]+\.lic"', answer.headers["content-disposition"])


def test_a_name_of_hundreds_of_letters_stops_no_page(account: Visitor, shop: Shop) -> None:
    rename(shop, "Ż" * 300)
    assert [account.get(address).status for address in PAGES] == [200] * len(PAGES)


@pytest.mark.parametrize("end", ENDS_OF_A_LINE)
def test_no_end_of_a_line_makes_a_header_or_stops_a_letter(shop: Shop, prepared: PreparedShop, end: str) -> None:
    subject = one_line(f"Abonament R2płatnik{end}Bcc: wszyscy@example.com")
    row = MailRow(pk=1, message_id="<1@example.com>", recipient=prepared.account_email, subject=subject)
    row.text, row.html, row.created_at = "x", "x", shop.settings.now()
    message = message_from_bytes(message_of(row, shop.settings.seller).as_bytes(), policy=default)
    assert (message["Bcc"], message["To"]) == (None, prepared.account_email)
    assert message["Subject"] == "Abonament R2płatnik Bcc: wszyscy@example.com"


@pytest.mark.parametrize("end", ENDS_OF_A_LINE)
def test_an_address_that_would_be_two_headers_is_refused_everywhere(
    account: Visitor, program: Module, shop: Shop, end: str
) -> None:
    evil = f"a@b.example{end}Bcc: wszyscy@example.com"
    assert "invoice_email" in account.send(DATA, invoice_email=evil).errors()
    order = program.order(LICENCE_ID)
    page = account.send(addresses.withdrawal(order["order_id"]), name="Łucja", order_number=order["number"], email=evil)
    assert "email" in page.errors()
    account.send(addresses.PASSWORD, email=evil)
    with shop.database.reading() as session:
        recipients = set(session.scalars(select(MailRow.recipient)))
    assert all("\n" not in one and "wszyscy" not in one for one in recipients)


@pytest.mark.parametrize(
    "name",
    ["Łucja\nBcc: x@example.com", "a\x00b", "\u202eaicuŁ", "x" * 81, "<b>", "👩‍💻", " \t ", "Łucja O'Hara-Kłos"],
)
def test_a_name_that_is_none_is_refused_and_any_other_is_text(account: Visitor, program: Module, name: str) -> None:
    order = program.order(LICENCE_ID)
    form = addresses.withdrawal(order["order_id"])
    answer = account.send(form, name=name, order_number=order["number"], email="l@klosowska.example")
    page = account.follow(answer) if answer.status == 303 else answer
    assert page.status in (200, 422)
    assert is_plain(page)
    assert (answer.status == 303) is (name == "Łucja O'Hara-Kłos")


@pytest.mark.parametrize(
    "query", ["po=%00", "po=" + "x" * 65, "po=L-%ED%A0%80", "po=..%2F..%2Fetc", "po=a&po=b", "po=%27%20OR%201%3D1--"]
)
def test_an_odd_place_in_a_list_is_refused_or_the_first_page(account: Visitor, query: str) -> None:
    statuses = [account.get(f"{address}?{query}").status for address in (DATA, *LISTS)]
    assert set(statuses) <= {200, 400, 404, 422}


@pytest.mark.parametrize(
    "part", ["..%2F..%2F..%2Fetc%2Fpasswd", "%00", "%ED%A0%80", "x" * 5000, "%2e%2e", "a%0d%0aSet-Cookie:x=1", "ą"]
)
def test_an_odd_name_of_a_file_is_not_there(account: Visitor, part: str) -> None:
    for page in (
        f"{addresses.PROGRAMS}/{part}/licencja",
        f"{addresses.INVOICES}/{part}/pdf",
        f"{addresses.CONSENTS}/{part}/pdf",
        f"{addresses.ORDERS}/{part}",
        f"{ORDER_FILE_PAGE}/{part}",
        f"{ORDER_FILE_PAGE}/{part}/licencja/{part}",
        f"{addresses.PASSWORD}/{part}",
    ):
        answer = account.get(page)
        assert answer.status in (400, 404), page
        assert "x" not in answer.answer.cookies


@pytest.mark.parametrize(
    "notices",
    [
        [["order.placed", {"number": EVIL}]],
        [["data.consented", {"program": EVIL, "day": EVIL}]],
        [["{0.__class__}", {}], ["data.consented", {"program": [1], "day": {"a": 1}}]],
        [[["a"], {}]],
        [["data.consented", {"self": 1, "name": "x"}]],
        {"a": 1},
        [[1, 2]],
        [[None, None]] * 1000,
    ],
    ids=str,
)
def test_a_forged_notice_is_text_or_nothing(account: Visitor, notices: object) -> None:
    account.http.cookies.set(NOTICE, base64.urlsafe_b64encode(json.dumps(notices).encode()).decode())
    page = account.get(DATA)
    assert page.status == 200
    assert is_plain(page)
    assert "__class__" not in page.text


def test_a_file_whose_name_leads_elsewhere_is_only_read(visitor: Visitor, prepared: PreparedShop) -> None:
    opened = visitor.get(ORDER_FILE_PAGE)
    for name in ("../../../etc/cron.d/x", "a\r\nX: y", "\x00", "x" * 5000, "<script>"):
        answer = visitor.http.post(
            ORDER_FILE_PAGE,
            data={"token": opened.value("token"), "code": ""},
            files={"file": (name, prepared.licence.encode())},
            follow_redirects=False,
        )
        assert answer.status_code in (400, 422)
        assert "<script>" not in answer.text


@pytest.mark.parametrize("fields", [2_000, 100])
def test_a_form_of_very_many_parts_is_refused(visitor: Visitor, fields: int) -> None:
    opened = visitor.get(ORDER_FILE_PAGE)
    parts = {f"f{number}": (f"{number}.txt", b"x" * (100 if fields > 100 else 10_000)) for number in range(fields)}
    answer = visitor.http.post(ORDER_FILE_PAGE, data={"token": opened.value("token")}, files=parts)
    assert answer.status_code in (400, 413)


def test_a_prepared_order_is_text_whatever_was_typed_into_it(visitor: Visitor, prepared: PreparedShop) -> None:
    typed = PreparedOrderer(first_name=EVIL[:80], last_name="\u202eŻak", phone="<b>1", email=f'"{EVIL[:20]}"@b.example')
    page = upload(visitor, as_file(prepared_order(prepared.licence, orderer=typed)))
    assert page.title == "Zamówienie z pliku: dane"
    assert is_plain(page)


def test_an_order_with_anothers_licence_inside_orders_nothing_of_theirs(
    serve: Callable[..., Module], visitor: Visitor, prepared: PreparedShop, shop: Shop
) -> None:
    theirs = add_customer(shop, "K-2", "L-2")
    mine = prepared_order(prepared.licence)
    stolen = prepared_order(theirs, PreparedItem(licence_id="L-2", kind="subscription"), key=mine.key)
    first = visitor.send(ORDER_FILE_PAGE, code=to_letters(mine))
    second = visitor.send(ORDER_FILE_PAGE, code=to_letters(stolen))
    assert (first.status, second.status) == (200, 200)
    assert "Kłosowska" not in second.text
    # A summary of the one with the letters of the other: neither the quote nor the ticks are theirs.
    hidden = {node.get("name", ""): node.get("value", "") for node in first.every("input", type="hidden")}
    ticks = [box.get("value", "") for box in first.every("input", type="checkbox", name="consent")]
    crossed = {**hidden, "code": to_letters(stolen), "company_confirmed": "1", "consent": ticks}
    answer = visitor.post(f"{ORDER_FILE_PAGE}/zamow", crossed)
    assert answer.status in (404, 422)
    with shop.database.reading() as session:
        assert list(session.scalars(select(OrderRow))) == []


@pytest.mark.parametrize("token", ["", "0" * 64, "ż", "\ud800", "x" * 10_000, "\x00"])
def test_a_forms_token_that_is_none_is_refused_and_breaks_nothing(account: Visitor, token: str) -> None:
    encoded = "".join(f"%{byte:02X}" for byte in token.encode("utf-8", "surrogatepass"))
    answer = account.http.post(
        DATA,
        content=f"token={encoded}&invoice_email=x%40example.com",
        headers={"content-type": "application/x-www-form-urlencoded"},
    )
    assert answer.status_code == 403
