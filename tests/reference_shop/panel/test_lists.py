"""Programs, orders, invoices and sessions on the panel: what is listed, downloaded, cancelled and withdrawn from."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from r2_renewal.contract import paths
from r2_renewal.reference_shop.fulfilment import fulfil, invoice
from r2_renewal.reference_shop.pages import USUAL
from r2_renewal.reference_shop.seed import LICENCE_ID, PreparedShop
from r2_renewal.reference_shop.shop import Shop
from r2_renewal.reference_shop.tables import LicenceRow, MailRow, OrderRow, SessionRow
from tests.reference_shop.conftest import Calendar
from tests.reference_shop.module import LATER_LICENCE_ID, Module
from tests.reference_shop.panel.visitor import ENGLISH, Page, Visitor, logged_in

PROGRAMS, ORDERS, INVOICES = "/panel/programy", "/panel/zamowienia", "/panel/faktury"
ORDERER = {"name": "Anna Kłosowska", "email": "anna.klosowska@klosowska.example"}


@pytest.fixture
def order(program: Module) -> dict[str, Any]:
    """An order for R2płatnik, just placed."""
    return program.order(LICENCE_ID)


def facts(page: Page) -> dict[str, str]:
    """Return what a page's description lists say, by label."""
    labels, values = ([" ".join("".join(n.itertext()).split()) for n in page.every(tag)] for tag in ("dt", "dd"))
    return dict(zip(labels, values, strict=True))


def rows(page: Page) -> list[list[str]]:
    return [[" ".join("".join(cell.itertext()).split()) for cell in row.iter("td")] for row in page.every("tr")][1:]


def test_each_program_tells_its_end_and_the_days_left(account: Visitor) -> None:
    page = account.get(PROGRAMS)
    assert [node.text for node in page.every("h2")] == ["R2faktury", "R2księga", "R2płatnik"]
    told = facts(page)  # the last one's, R2płatnik's
    assert (told["Abonament do"], told["Pozostało"], told["Limity"]) == (
        "22 grudnia 2026 r.",
        "30 dni",
        "50 pracowników",
    )
    assert told["Automatyczne odnowienie"] == "wyłączone"


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (29, "1 dzień"),
        (30, "Dziś jest ostatni dzień abonamentu."),
        (31, "Abonament wygasł 22 grudnia 2026 r. Dane i program pozostają dostępne"),
    ],
)
def test_the_last_days_are_told_plainly(
    serve: Callable[..., Module], prepared: PreparedShop, calendar: Calendar, days: int, words: str
) -> None:
    account = logged_in(Visitor(serve(account_session=timedelta(days=90)).http), prepared)
    calendar.pass_days(days)
    assert words in account.get(PROGRAMS).text


def test_the_licence_file_is_the_one_that_the_program_gets(
    account: Visitor, program: Module, order: dict[str, Any], shop: Shop
) -> None:
    fulfil(shop, order["order_id"])
    answer = account.http.get(f"{PROGRAMS}/{LICENCE_ID}/licencja")
    assert answer.content == program.get(paths.licence_file(LICENCE_ID)).content
    assert answer.headers["content-disposition"] == 'attachment; filename="r2platnik.lic"'
    told = facts(account.get(PROGRAMS))
    assert told["Automatyczne odnowienie"] == "włączone, następne 23 grudnia 2027 r."
    assert told["Cena odnowienia dzisiaj"] == "455,40 zł netto, 560,14 zł brutto"


def test_long_lists_go_on_over_the_page(account: Visitor, shop: Shop) -> None:
    with shop.database.writing() as session:
        first = session.get_one(LicenceRow, LICENCE_ID)
        for number in range(USUAL):
            session.add(LicenceRow(**{**_columns(first), "id": f"L-{number:03}", "name": f"Program {number:03}"}))
    page = account.get(PROGRAMS)
    (older,) = [a.get("href", "") for a in page.every("a") if a.text == "Następna strona"]
    following = account.get(older)
    assert len(page.every("h2")) + len(following.every("h2")) == USUAL + 3
    assert [a.text for a in following.every("a") if a.get("href") == PROGRAMS and a.get("aria-current") is None] == [
        "Początek listy"
    ]
    assert account.get(f"{PROGRAMS}?po=obcy").status == 422


def _columns(row: LicenceRow) -> dict[str, Any]:
    return {column.name: getattr(row, column.name) for column in LicenceRow.__table__.columns}


def test_an_order_tells_its_state_lines_and_way(
    account: Visitor, program: Module, order: dict[str, Any], shop: Shop
) -> None:
    assert "Nie ma jeszcze" not in account.get(ORDERS).text
    (listed,) = rows(account.get(ORDERS))
    assert (listed[0], listed[2], listed[3], listed[4]) == (
        "ZAM/2026/000001",
        "Abonament R2płatnik do 50 pracowników",
        "560,14 zł",
        "złożone",
    )
    fulfil(shop, order["order_id"])
    page = account.get(f"{ORDERS}/{order['order_id']}")
    told = facts(page)
    assert (told["Stan"], told["Netto"], told["VAT"], told["Razem brutto"]) == (
        "zrealizowane",
        "455,40 zł",
        "104,74 zł",
        "560,14 zł",
    )
    (line,) = rows(page)
    assert line == [
        "R2płatnik",
        "Abonament R2płatnik do 50 pracowników",
        "23.12.2026–22.12.2027",
        "455,40 zł",
        "23.12.2027, rezygnacja do 22.12.2027",
    ]
    way = ["".join(node.itertext()).split(" –")[0] for node in page.every("ol")[0]]
    assert way == ["złożone", "przyjęte", "zafakturowane", "opłacone", "zrealizowane"]
    assert "Faktura FV/2026/000001 (PDF)" in page.text
    assert page.every("form", action=f"{ORDERS}/{order['order_id']}/anulowanie") == []


def test_an_order_is_cancelled_until_it_is_accepted(
    account: Visitor, program: Module, order: dict[str, Any], shop: Shop
) -> None:
    page = f"{ORDERS}/{order['order_id']}"
    opened = account.get(page)
    answer = account.send_from(opened, f"{page}/anulowanie")
    told = account.follow(answer)
    assert "Zamówienie zostało anulowane." in told.text
    assert program.get(paths.order(order["order_id"])).json()["state"] == "cancelled"
    assert account.send_from(opened, f"{page}/anulowanie").status == 303  # again: it stays so
    second = program.order(LICENCE_ID)
    page = f"{ORDERS}/{second['order_id']}"
    opened = account.get(page)
    fulfil(shop, second["order_id"])
    late = account.follow(account.send_from(opened, f"{page}/anulowanie"))
    assert "nie można już zmienić w ten sposób" in late.text
    assert facts(late)["Stan"] == "zrealizowane"


def test_a_withdrawal_takes_two_steps_and_gives_a_receipt(
    account: Visitor, program: Module, order: dict[str, Any], shop: Shop
) -> None:
    page = f"{ORDERS}/{order['order_id']}"
    shown = account.get(page)
    assert "w ciągu 14 dni od jej zawarcia, do 6 grudnia 2026 r." in shown.text
    (way,) = [a.get("href", "") for a in shown.every("a") if a.text == "Odstąp od umowy tutaj"]
    opened = account.get(way)
    assert [node.text for node in opened.every("button")][-1] == "Potwierdź odstąpienie od umowy"
    assert (opened.value("name"), opened.value("order_number"), opened.value("email")) == (
        "",
        order["number"],
        "anna.klosowska@klosowska.example",
    )
    answer = account.send_from(opened, way, **ORDERER, order_number=order["number"])
    receipt = account.follow(answer)
    told = facts(receipt)
    assert told["Otrzymano"].startswith("22.11.2026, godz. ")
    assert told["Treść oświadczenia"].startswith("Odstępuję od umowy zawartej 22.11.2026")
    assert (told["Imię i nazwisko"], told["Potwierdzenie wysłano na"]) == (ORDERER["name"], ORDERER["email"])
    assert program.get(paths.order(order["order_id"])).json()["state"] == "withdrawn"
    with shop.database.reading() as session:
        assert "withdrawal_receipt" in session.scalars(select(MailRow.kind)).all()
    again = account.follow(account.send_from(opened, way, **ORDERER, order_number=order["number"]))
    assert facts(again) == told  # declared once, the same receipt
    assert "Zobacz potwierdzenie odstąpienia" in account.get(page).text


def test_what_is_wrong_in_a_withdrawal_is_said(account: Visitor, order: dict[str, Any]) -> None:
    way = f"{ORDERS}/{order['order_id']}/odstapienie"
    page = account.send(way, name="", order_number="ZAM/2026/000009", email="to nie adres")
    assert page.errors() == {
        "name": "Podaj imię i nazwisko: litery, spacje, łączniki, apostrofy i kropki (po kropce spacja), do 80 znaków."
    }
    page = account.send(way, name=" ", order_number="ZAM/2026/000009", email="to nie adres")
    assert page.errors() == {
        "name": "Podaj imię i nazwisko.",
        "order_number": "To nie jest numer tego zamówienia.",
        "email": "Ten adres e-mail jest nieprawidłowy. Przykład: faktury@twojafirma.pl.",
    }
    assert page.value("email") == "to nie adres"


def test_after_fourteen_days_there_is_no_withdrawal(
    serve: Callable[..., Module], prepared: PreparedShop, calendar: Calendar, program: Module
) -> None:
    account = logged_in(Visitor(serve(account_session=timedelta(days=90)).http), prepared)
    order = program.order(LICENCE_ID)
    page = f"{ORDERS}/{order['order_id']}"
    calendar.pass_days(14)
    opened = account.get(f"{page}/odstapienie")
    assert opened.status == 200
    calendar.pass_days(1)
    assert "Odstąp od umowy tutaj" not in account.get(page).text
    assert "minęło 14 dni" in account.follow(account.get(f"{page}/odstapienie")).text
    late = account.send_from(opened, f"{page}/odstapienie", **ORDERER, order_number=order["number"])
    assert "minęło 14 dni" in account.follow(late).text


def test_invoices_tell_numbers_amounts_and_whether_they_are_paid(
    account: Visitor, program: Module, order: dict[str, Any], shop: Shop
) -> None:
    assert "Nie ma jeszcze żadnej faktury." in account.get(INVOICES).text
    fulfil(shop, order["order_id"])
    second = program.order(LATER_LICENCE_ID, "extension")
    invoice(shop, second["order_id"])
    unpaid, paid = rows(account.get(INVOICES))
    issued = program.get(paths.INVOICES).json()["invoices"]
    assert [paid[1], unpaid[1]] == [issued[1]["ksef_number"], issued[0]["ksef_number"]]
    assert (paid[0], paid[2], paid[3]) == ("FV/2026/000001 (PDF)", "22.11.2026", "06.12.2026")
    assert paid[7] == "opłacona 22.11.2026"
    assert (paid[4], paid[5], paid[6]) == ("455,40 zł", "104,74 zł", "560,14 zł")
    assert unpaid[7] == "do zapłaty"


def test_an_invoice_that_is_late_is_said_to_be(
    serve: Callable[..., Module], prepared: PreparedShop, calendar: Calendar, program: Module, shop: Shop
) -> None:
    account = logged_in(Visitor(serve(account_session=timedelta(days=90)).http), prepared)
    invoice(shop, program.order(LICENCE_ID)["order_id"])
    calendar.pass_days(14)
    assert rows(account.get(INVOICES))[0][7] == "do zapłaty"
    calendar.pass_days(1)
    assert rows(account.get(INVOICES))[0][7] == "po terminie"


def test_an_invoice_is_the_programs_pdf(account: Visitor, program: Module, order: dict[str, Any], shop: Shop) -> None:
    invoice(shop, order["order_id"])
    identifier = program.get(paths.INVOICES).json()["invoices"][0]["invoice_id"]
    answer = account.http.get(f"{INVOICES}/{identifier}/pdf")
    assert answer.content == program.get(paths.invoice_pdf(identifier)).content
    assert answer.headers["content-disposition"] == 'attachment; filename="FV-2026-000001.pdf"'


def test_a_state_that_is_not_known_is_in_progress(account: Visitor, order: dict[str, Any], shop: Shop) -> None:
    with shop.database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE order_events SET state = 'nowy'")
    assert "w realizacji – 22.11.2026" in account.get(f"{ORDERS}/{order['order_id']}").text
    with shop.database.reading() as session:
        assert session.scalars(select(OrderRow.state)).all() == ["placed"]


def test_a_session_of_the_first_release_has_no_date(account: Visitor, shop: Shop) -> None:
    with shop.database.writing() as session:
        (row,) = session.scalars(select(SessionRow)).all()
        row.opened_at = None
    assert "nieznana data" in account.get("/panel/sesje").text


def test_amounts_and_days_are_written_as_the_language_writes_them(account: Visitor, order: dict[str, Any]) -> None:
    page = account.get(f"{ORDERS}/{order['order_id']}", **ENGLISH)
    assert page.language == "en"
    told = facts(page)
    assert told["Total gross"] == "PLN 560.14"
    assert told["Placed"].startswith("22 Nov 2026, ")
    assert "23 Dec 2026 – 22 Dec 2027" in page.text
    assert "within 14 days of its conclusion, until 6 December 2026." in page.text
    assert page.every("td", lang="pl")[1].text == "Abonament R2płatnik do 50 pracowników"
