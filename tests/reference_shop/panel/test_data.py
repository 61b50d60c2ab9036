"""„Moje dane" on the panel: what is read, changed, consented to and withdrawn, the same as the program sees it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select, update

from r2_renewal.contract import paths
from r2_renewal.domain.recipient import Recipient
from r2_renewal.reference_shop import recipients
from r2_renewal.reference_shop.pages import USUAL
from r2_renewal.reference_shop.panel import addresses
from r2_renewal.reference_shop.renewals import renew_due
from r2_renewal.reference_shop.seed import CUSTOMER_ID, LICENCE_ID, PreparedShop
from r2_renewal.reference_shop.shop import Shop
from r2_renewal.reference_shop.tables import CorrectionRow, Customer, LicenceRow, MailRow
from r2_renewal.settings import vendor
from tests.reference_shop.conftest import Calendar
from tests.reference_shop.module import INVOICE_EMAIL, Json, Module
from tests.reference_shop.panel.visitor import DATA, ENGLISH, Page, Visitor, logged_in

CONSENTS, REPORT = "/panel/zgody", f"{DATA}/zgloszenie"


def tick(page: Page, name: str = "consent", licence_id: str = LICENCE_ID) -> str:
    """Return the value of a program's box."""
    (value,) = [v for node in page.every("input", name=name) if (v := node.get("value", "")).startswith(licence_id)]
    return value


def give_consent(account: Visitor, **fields: Any) -> Page:
    opened = account.get(DATA)
    return account.send_from(opened, DATA, **{"invoice_email": INVOICE_EMAIL, "consent": tick(opened), **fields})


def enrolment(program: Module) -> Json:
    entries: list[Json] = program.get(paths.CUSTOMER).json()["enrolments"]
    return next(entry for entry in entries if entry["licence_id"] == LICENCE_ID)


def test_recipients_on_record_are_shown_with_the_company(account: Visitor, program: Module, shop: Shop) -> None:
    school = Recipient("", "Szkoła nr 3", street="Szkolna 7", city="Łódź")
    identifier = recipients.add(shop, CUSTOMER_ID, school)
    page = account.get(DATA)
    assert [node.text for node in page.every("dt")] == ["NIP", "Nazwa", "Adres", "Odbiorca na fakturach"]
    assert "Szkoła nr 3, Szkolna 7, Łódź" in page.text
    order = program.submit(program.body(program.quote(LICENCE_ID), recipient_id=identifier)).json()
    assert "OdbiorcaSzkoła nr 3" in account.get(addresses.order(order["order_id"])).text


def test_the_companys_data_are_read_only_with_the_nip_first(account: Visitor) -> None:
    page = account.get(DATA)
    assert [node.text for node in page.every("dt")] == ["NIP", "Nazwa", "Adres"]
    assert [node.text for node in page.every("dd")][:2] == [
        "526-283-15-03",
        "Biuro Rachunkowe Kłosowska sp. z\u00a0o.o.",
    ]
    visible = [node.get("name") for node in page.every("input") if node.get("type") != "hidden"]
    assert visible == ["invoice_email", "consent", "consent", "consent"]
    assert [node.text for node in page.every("h2")] == ["Dane firmy", "Dane dodatkowe firmy"]
    assert {vendor().ebok_url, vendor().contact_form_url} <= set(page.links())


def test_the_consents_full_text_stands_beside_a_box_that_is_empty(account: Visitor, program: Module) -> None:
    page = account.get(DATA)
    for box in page.every("input", type="checkbox"):
        assert "checked" not in box.attrib
        (text,) = page.every("blockquote", id=box.get("aria-describedby", ""))
        assert hashlib.sha256((text.text or "").encode()).hexdigest() == box.get("value", "").rpartition(" ")[2]
    assert INVOICE_EMAIL in page.text


def test_a_consent_on_the_panel_shows_in_the_program(account: Visitor, program: Module) -> None:
    assert enrolment(program)["auto_renewal"] is False
    text_shown = tick(account.get(DATA)).rpartition(" ")[2]
    page = account.follow(give_consent(account))
    assert "Zapisano zgodę na automatyczne odnowienie R2płatnik. Najbliższe odnowienie: 23 grudnia 2026 r." in page.text
    assert enrolment(program)["auto_renewal"] is True
    (record,) = program.get(paths.CONSENTS).json()["consents"]
    assert (record["channel"], record["sha256"], record["licence_id"]) == ("panel", text_shown, LICENCE_ID)
    reloaded = account.get(DATA)
    assert "Zapisano" not in reloaded.text
    assert "Automatyczne odnowienie: włączone" in reloaded.text


def test_a_consent_in_the_program_shows_on_the_panel_with_the_same_hash(account: Visitor, program: Module) -> None:
    given = account.get(DATA)
    _, version, sha256 = tick(given).split(" ")
    consent = {
        "licence_id": LICENCE_ID,
        "kind": "auto_renewal",
        "text_version": version,
        "sha256": sha256,
        "locale": "pl-PL",
    }
    tag = program.get(paths.CUSTOMER).headers["etag"]
    headers = {**program.headers, paths.IF_MATCH: tag}
    answer = program.http.patch(paths.CUSTOMER, json={"channel": "module", "consents": [consent]}, headers=headers)
    assert answer.status_code == 200
    history = account.get(CONSENTS)
    assert sha256 in history.text
    assert "program (Pomoc → eSklep)" in history.text


def test_withdrawing_takes_the_same_form_and_says_what_it_means_and_from_when(
    account: Visitor, program: Module
) -> None:
    give_consent(account)
    opened = account.get(DATA)
    assert "Rezygnacja działa od chwili zapisania i jest bezpłatna" in opened.text
    assert "nie przedłuży się 23 grudnia 2026 r." in opened.text
    assert "zrezygnujesz do 22 grudnia 2026 r." in opened.text
    answer = account.send_from(opened, DATA, invoice_email=INVOICE_EMAIL, revocation=tick(opened, "revocation"))
    told = account.follow(answer).text
    assert "Zrezygnowano z automatycznego odnowienia R2płatnik ze skutkiem od 22.11.2026" in told
    assert "Opłacony okres trwa do 22 grudnia 2026 r. i nie przedłuży się sam." in told
    assert enrolment(program)["auto_renewal"] is False
    (record,) = program.get(paths.CONSENTS).json()["consents"]
    assert record["revoked_channel"] == "panel"
    history = account.get(CONSENTS).text
    assert "wycofana" in history
    assert "Wycofano" in history


def test_on_the_day_of_the_renewal_the_panel_says_that_it_is_still_made(
    serve: Callable[..., Module], prepared: PreparedShop, shop: Shop, calendar: Calendar
) -> None:
    account = logged_in(Visitor(serve(account_session=calendar_year()).http), prepared)
    give_consent(account)
    renew_due(shop)
    with shop.database.writing() as session:
        session.execute(update(MailRow).values(state="sent", sent_at=shop.settings.now()))
    calendar.pass_days(31)
    opened = account.get(DATA)
    assert "Dzisiaj jest dzień odnowienia" in opened.text
    answer = account.send_from(opened, DATA, invoice_email=INVOICE_EMAIL, revocation=tick(opened, "revocation"))
    told = account.follow(answer).text
    assert "Dzisiejsze odnowienie zostało jeszcze wykonane: opłacony okres trwa do 22 grudnia 2027 r." in told


def calendar_year() -> Any:
    from datetime import timedelta

    return timedelta(days=366)


def test_another_address_asks_for_another_tick(account: Visitor, program: Module) -> None:
    """The text beside the box names the address: a tick beside the old text is none to the new one."""
    opened = account.get(DATA)
    page = account.send_from(opened, DATA, invoice_email="nowe@klosowska.example", consent=tick(opened))
    assert page.status == 409
    assert "Przeczytaj treść poniżej i zaznacz zgodę ponownie" in page.text
    assert page.value("invoice_email") == "nowe@klosowska.example"
    assert all("checked" not in box.attrib for box in page.every("input", type="checkbox"))
    assert "otrzymam na adres nowe@klosowska.example" in page.text
    assert program.get(paths.CUSTOMER).json()["invoice_email"] == INVOICE_EMAIL
    fields = {"invoice_email": "nowe@klosowska.example", "consent": tick(page)}
    assert account.send_from(page, DATA, **fields).status == 303
    (record,) = program.get(paths.CONSENTS).json()["consents"]
    assert "nowe@klosowska.example" in record["full_text"]


def test_the_invoice_email_is_changed_and_told(account: Visitor, program: Module) -> None:
    page = account.follow(account.send(DATA, invoice_email=" nowe@klosowska.example "))
    assert "Zapisano „e-mail do faktury”." in page.text
    assert page.value("invoice_email") == "nowe@klosowska.example"
    assert program.storefront()["invoice_email"] == "nowe@klosowska.example"
    assert "Nic się nie zmieniło." in account.follow(account.send(DATA, invoice_email="nowe@klosowska.example")).text


@pytest.mark.parametrize(
    ("email", "words"),
    [
        ("", "Podaj e-mail do faktury."),
        ("to nie adres", "Ten adres e-mail jest nieprawidłowy. Przykład: faktury@twojafirma.pl."),
        ("a@example.com, b@example.com", "Podaj tylko jeden adres e-mail."),
        ("x" * 255, "Ten adres e-mail jest nieprawidłowy. Przykład: faktury@twojafirma.pl."),
    ],
)
def test_an_address_that_is_none(account: Visitor, email: str, words: str) -> None:
    page = account.send(DATA, invoice_email=email)
    assert (page.status, page.errors(), page.value("invoice_email")) == (422, {"invoice_email": words}, email)


def test_ticks_that_an_error_takes_away_are_asked_for_anew(account: Visitor) -> None:
    opened = account.get(DATA)
    page = account.send_from(opened, DATA, invoice_email="to nie adres", consent=tick(opened))
    assert page.errors() == {
        "invoice_email": "Ten adres e-mail jest nieprawidłowy. Przykład: faktury@twojafirma.pl.",
        "consents": "Zgody i rezygnacje zaznacz ponownie.",
    }
    assert set(account.send(DATA, invoice_email="to nie adres").errors()) == {"invoice_email"}


def test_somebody_elses_change_meanwhile_is_shown_not_overwritten(account: Visitor, program: Module) -> None:
    opened = account.get(DATA)
    headers = {**program.headers, paths.IF_MATCH: "*"}
    theirs = {"channel": "module", "invoice_email": "cudze@klosowska.example"}
    assert program.http.patch(paths.CUSTOMER, json=theirs, headers=headers).status_code == 200
    page = account.send_from(opened, DATA, invoice_email="moje@klosowska.example", consent=tick(opened))
    assert page.status == 412
    assert "Ktoś zmienił te dane" in page.text
    assert "Teraz zapisane: cudze@klosowska.example" in page.text
    assert page.value("invoice_email") == "moje@klosowska.example"
    assert program.get(paths.CUSTOMER).json()["invoice_email"] == "cudze@klosowska.example"
    assert program.get(paths.CONSENTS).json()["consents"] == []
    assert account.send_from(page, DATA, invoice_email="moje@klosowska.example").status == 303
    assert program.get(paths.CUSTOMER).json()["invoice_email"] == "moje@klosowska.example"


def test_without_an_address_on_record_it_is_asked_for_first(account: Visitor, shop: Shop) -> None:
    with shop.database.writing() as session:
        session.execute(update(Customer).values(invoice_email=""))
    page = account.get(DATA)
    assert "Najpierw podaj „e-mail do faktury”" in page.text
    assert page.every("input", type="checkbox") == []
    assert len(account.follow(account.send(DATA, invoice_email=INVOICE_EMAIL)).every("input", type="checkbox")) == 3


def test_no_consent_is_offered_that_could_not_be_kept(
    serve: Callable[..., Module], prepared: PreparedShop, calendar: Calendar
) -> None:
    account = logged_in(Visitor(serve(account_session=calendar_year()).http), prepared)
    opened = account.get(DATA)
    calendar.pass_days(1)
    page = account.get(DATA)
    assert "Zgody na odnowienie po tym okresie nie można już wyrazić" in page.text
    assert len(page.every("input", name="consent")) == 2
    fresh = {"token": page.every("input", name="token")[0].get("value", "")}
    late = account.post(
        DATA, {**fresh, "tag": page.value("tag"), "invoice_email": INVOICE_EMAIL, "consent": tick(opened)}
    )
    assert late.status == 409
    assert "Zgody na odnowienie nie można już wyrazić. Niczego nie zapisano." in late.text


@pytest.mark.parametrize("value", ["", "x", f"{LICENCE_ID} 1 zz", f"{LICENCE_ID} 1 {'0' * 64}", f"L-OBCA 1 {'0' * 64}"])
def test_a_box_that_was_never_shown_is_no_consent(account: Visitor, program: Module, value: str) -> None:
    answer = account.send(DATA, invoice_email=INVOICE_EMAIL, consent=value)
    assert answer.status in (404, 409, 422)
    assert program.get(paths.CONSENTS).json()["consents"] == []


def test_wrong_data_are_reported_and_get_a_number(account: Visitor, shop: Shop) -> None:
    page = account.get(REPORT)
    assert "526-283-15-03" in page.text
    told = account.follow(account.send_from(page, REPORT, message="Zły numer domu:\r\nma być 14")).text
    assert "Przyjęliśmy zgłoszenie nr ZGL/2026/000001." in told
    with shop.database.reading() as session:
        assert session.scalars(select(CorrectionRow.message)).all() == ["Zły numer domu:\r\nma być 14"]


@pytest.mark.parametrize("message", ["", "  \n ", "x" * 4001, "a\x00b"])
def test_a_report_that_will_not_do(account: Visitor, shop: Shop, message: str) -> None:
    page = account.send(REPORT, message=message)
    assert (page.status, list(page.errors())) == (422, ["message"])
    with shop.database.reading() as session:
        assert session.scalars(select(CorrectionRow)).all() == []


def test_the_history_tells_each_consents_evidence(account: Visitor, program: Module) -> None:
    assert "Nie ma jeszcze żadnej zgody." in account.get(CONSENTS).text
    give_consent(account)
    page = account.get(CONSENTS)
    (record,) = program.get(paths.CONSENTS).json()["consents"]
    (quoted,) = page.every("blockquote")
    assert quoted.text == record["full_text"]
    for fact in (
        record["sha256"],
        record["receipt_id"],
        "panel klienta",
        "455,40 zł netto, 560,14 zł brutto",
        "obowiązuje",
    ):
        assert " ".join(fact.split()) in page.text
    english = account.get(CONSENTS, **ENGLISH)
    assert english.every("blockquote", lang="pl")[0].text == record["full_text"]


def test_a_consents_confirmation_is_a_pdf_with_its_text_and_hash(account: Visitor, program: Module, shop: Shop) -> None:
    import pypdfium2

    give_consent(account)
    (record,) = program.get(paths.CONSENTS).json()["consents"]
    (address,) = [link for link in account.get(CONSENTS).links() if link.endswith("/pdf")]
    answer = account.http.get(address)
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"].startswith("attachment")
    with pypdfium2.PdfDocument(answer.content) as document:
        words = " ".join(document[0].get_textpage().get_text_bounded().split())
    assert record["sha256"] in words
    assert f"Sprzedawca: {shop.settings.seller.company.name}" in words
    assert " ".join(record["full_text"].split()) in words
    assert answer.content == account.http.get(address).content  # the same file for ever


def test_prices_gone_from_the_list_are_said(account: Visitor, shop: Shop) -> None:
    with shop.database.writing() as session:
        session.execute(update(LicenceRow).where(LicenceRow.id == LICENCE_ID).values(product="niesprzedawany"))
    assert "programu nie ma w cenniku" in account.get(DATA).text


def test_many_programs_go_on_over_the_page_and_a_change_comes_back_to_it(
    account: Visitor, program: Module, shop: Shop
) -> None:
    with shop.database.writing() as session:
        first = session.get_one(LicenceRow, LICENCE_ID)
        columns = {column.name: getattr(first, column.name) for column in LicenceRow.__table__.columns}
        for number in range(USUAL):
            session.add(LicenceRow(**{**columns, "id": f"L-{number:03}", "name": f"Program {number:03}"}))
    page = account.get(DATA)
    (older,) = [a.get("href", "") for a in page.every("a") if a.text == "Następna strona"]
    opened = account.get(older)
    assert len(page.every("h3")) + len(opened.every("h3")) == USUAL + 3
    saved = account.send_from(opened, DATA, invoice_email=INVOICE_EMAIL, consent=tick(opened))
    assert saved.location == older
    assert "Zapisano zgodę na automatyczne odnowienie R2płatnik" in account.follow(saved).text
    refused = account.send_from(account.get(older), DATA, invoice_email="to nie adres")
    assert [node.text for node in refused.every("h3")] == [node.text for node in opened.every("h3")]
    assert account.get(f"{DATA}?po=obcy").every("h3")[0].text == page.every("h3")[0].text
