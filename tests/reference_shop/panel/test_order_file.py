"""An order prepared on a PC without Internet, brought to the shop's page as a browser brings it: real forms, real uploads."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import select

from r2_renewal.agent.order_export import Wanted, prepare
from r2_renewal.contract.paths import ORDER_FILE_PAGE
from r2_renewal.contract.prepared_order import (
    PreparedItem,
    PreparedOrder,
    PreparedOrderer,
    ShownPrice,
    pack,
    to_letters,
)
from r2_renewal.contract.structs import Amount
from r2_renewal.domain.recipient import Recipient
from r2_renewal.licensing.armour import ORDER, wrap
from r2_renewal.licensing.reader import parse_certificate
from r2_renewal.reference_shop import recipients
from r2_renewal.reference_shop.fulfilment import fulfil
from r2_renewal.reference_shop.limit import Limit, Limits
from r2_renewal.reference_shop.seed import CUSTOMER_ID, LICENCE_ID, NIP, PreparedShop
from r2_renewal.reference_shop.shop import Shop
from r2_renewal.reference_shop.tables import ConsentRow, Customer, IdempotencyKey, OrderRow, PriceItem, QuoteRow
from tests.licence_files import Vendor
from tests.reference_shop.conftest import Calendar, add_customer
from tests.reference_shop.module import LATER_LICENCE_ID, Module
from tests.reference_shop.panel.visitor import ENGLISH, Page, Visitor

DETAILS, PLACE = f"{ORDER_FILE_PAGE}/dane", f"{ORDER_FILE_PAGE}/zamow"
BINDING = "Zamówienie z obowiązkiem zapłaty"
ORDERER = PreparedOrderer(first_name="Łucja", last_name="Żak", phone="601 234 567", email="l.zak@klosowska.example")
NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)


def prepared_order(certificate: str, *items: PreparedItem, **changes: Any) -> PreparedOrder:
    """Return an order as the module writes it."""
    wanted = Wanted(
        items or (PreparedItem(licence_id=LICENCE_ID, kind="subscription"),), "f@klosowska.example", ORDERER
    )
    return replace(prepare(certificate, wanted, NOW), **changes)


@pytest.fixture
def order(prepared: PreparedShop) -> PreparedOrder:
    """The demo customer's order, everything filled in."""
    return prepared_order(prepared.licence)


def as_file(order: PreparedOrder) -> bytes:
    return f"Zamówienie…\n\n{wrap(pack(order), ORDER)}".encode()


def upload(visitor: Visitor, content: bytes) -> Page:
    """Open the page and send a file by its form."""
    opened = visitor.get(ORDER_FILE_PAGE)
    assert (opened.status, opened.every("form")[0].get("enctype")) == (200, "multipart/form-data")
    answer = visitor.http.post(
        ORDER_FILE_PAGE,
        data={"token": opened.value("token"), "code": ""},
        files={"file": ("zamówienie.r2order", content)},
        follow_redirects=False,
    )
    return Page(answer)


def ticks(summary: Page) -> list[str]:
    return [box.get("value", "") for box in summary.every("input", type="checkbox", name="consent")]


def binding_button(page: Page) -> bool:
    return BINDING in ["".join(button.itertext()) for button in page.every("button")]


def confirm(visitor: Visitor, summary: Page, **changes: Any) -> Page:
    """Tick every box of a summary and press the button that binds."""
    return visitor.send_from(summary, PLACE, **{"company_confirmed": "1", "consent": ticks(summary), **changes})


def orders(shop: Shop) -> list[OrderRow]:
    with shop.database.reading() as session:
        return list(session.scalars(select(OrderRow)))


def test_a_file_is_shown_ordered_and_answered_with_a_licence(
    visitor: Visitor, shop: Shop, order: PreparedOrder, prepared: PreparedShop
) -> None:
    summary = upload(visitor, as_file(order))
    assert (summary.status, summary.title) == (200, "Zamówienie z pliku: podsumowanie")
    assert orders(shop) == []

    receipt = visitor.follow(confirm(visitor, summary))

    (placed,) = orders(shop)
    assert f"Dziękujemy, zamówienie nr {placed.number} zostało przyjęte" in receipt.text
    assert (placed.invoice_email, placed.phone, placed.channel) == ("f@klosowska.example", "+48601234567", "web")
    assert (placed.early_start, placed.buyer_kind) == (False, "undeclared")
    assert f"Tytuł przelewu{placed.number}" in receipt.text
    assert receipt.every("a", **{"class": "button"})[0].get("href", "").startswith(ORDER_FILE_PAGE)
    fulfil(shop, placed.id)
    page = visitor.follow(upload(visitor, as_file(order)))
    assert "Z tego pliku złożono już zamówienie." in page.text
    (address,) = [link for link in page.links() if link.endswith(f"/licencja/{LICENCE_ID}")]
    file = visitor.get(address)
    assert file.answer.headers["content-disposition"] == 'attachment; filename="r2platnik.lic"'
    licence = parse_certificate(file.answer.content, shop.settings.trusted_keys)
    before = parse_certificate(prepared.licence, shop.settings.trusted_keys)
    assert licence.programs[0].seq > before.programs[0].seq
    assert licence.programs[0].valid_until == date(2027, 12, 22)


def test_everything_that_the_law_wants_stands_directly_above_the_button(visitor: Visitor, order: PreparedOrder) -> None:
    summary = upload(visitor, as_file(order))
    (section,) = [node for node in summary.every("section") if node.get("id") == "quote"]
    text = " ".join("".join(section.itertext()).split())
    for words in (
        "Abonament R2płatnik do 50 pracowników",
        "23 grudnia 2026 r. – 22 grudnia 2027 r.",
        "455,40 zł",
        "104,74 zł",
        "Do zapłaty560,14 zł",
        "23.12.2027 na kolejne 12 miesięcy po cenie z cennika z tego dnia (dziś 560,14 zł brutto)",
        "Zrezygnujesz bezpłatnie do 22.12.2027",
    ):
        assert words in text, words
    assert text.endswith(BINDING)
    assert binding_button(summary)
    assert not [box for box in summary.every("input", type="checkbox") if box.get("checked") is not None]
    assert "Wyrażam zgodę na automatyczne odnowienie abonamentu R2płatnik. Gdy 22.12.2027 skończy się" in summary.text


def test_the_consent_is_kept_with_the_text_of_the_page(visitor: Visitor, shop: Shop, order: PreparedOrder) -> None:
    summary = upload(visitor, as_file(order))
    confirm(visitor, summary)
    with shop.database.reading() as session:
        (consent,) = session.scalars(select(ConsentRow)).all()
    assert " ".join(consent.full_text.split()) in summary.text
    assert ticks(summary) == [f"{LICENCE_ID} {consent.text_version} {consent.sha256}"]
    assert (consent.channel, consent.person) == ("web", "Łucja Żak")


@pytest.mark.parametrize("left_out", ["company_confirmed", "consent"])
def test_without_a_tick_nothing_is_ordered(visitor: Visitor, shop: Shop, order: PreparedOrder, left_out: str) -> None:
    summary = upload(visitor, as_file(order))
    again = confirm(visitor, summary, **{left_out: [] if left_out == "consent" else ""})
    assert (again.status, orders(shop)) == (422, [])
    assert len(again.errors()) == 1
    assert again.value("quote") == summary.value("quote")
    assert confirm(visitor, again).status == 303


def test_uploaded_twice_it_is_one_order(visitor: Visitor, shop: Shop, order: PreparedOrder) -> None:
    first, second = upload(visitor, as_file(order)), upload(visitor, as_file(order))
    assert first.value("quote") != second.value("quote")
    placed, again = confirm(visitor, first), confirm(visitor, second)
    assert (placed.status, again.status) == (303, 303)
    assert placed.location == again.location == upload(visitor, as_file(order)).location
    assert len(orders(shop)) == 1


def test_the_letters_of_a_code_are_taken_as_the_file_is(visitor: Visitor, shop: Shop, order: PreparedOrder) -> None:
    link = f"http://127.0.0.1{ORDER_FILE_PAGE}#{to_letters(order)}"
    summary = visitor.send(ORDER_FILE_PAGE, code=link)
    assert summary.title == "Zamówienie z pliku: podsumowanie"
    confirm(visitor, summary)
    with shop.database.reading() as session:
        assert [row.key for row in session.scalars(select(IdempotencyKey))] == [order.key]


def tampered(order: PreparedOrder) -> bytes:
    text = as_file(order).decode()
    return text.replace("A", "B", 1).encode() if "A" in text else text.replace("b", "c", 1).encode()


def forged(order: PreparedOrder) -> bytes:
    """Return a file whose licence was made another customer's, its digest right."""
    return as_file(replace(order, licence=order.licence.replace("K-100482", "K-100483")))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (tampered, "został uszkodzony lub zmieniony"),
        (forged, "Licencja w tym pliku nie pochodzi z tego sklepu albo została zmieniona"),
        (lambda order: as_file(order)[:400], "To nie jest plik zamówienia"),
        (lambda _: b"", "To nie jest plik zamówienia"),
        (lambda _: b"\x00" * 70_000, "To nie jest plik zamówienia"),
        (lambda order: as_file(replace(order, profile="r2-order/9")), "nowsza wersja programu"),
        (lambda _: as_file(prepared_order(Vendor().certificate().decode())), "nie pochodzi z tego sklepu"),
        (
            lambda order: as_file(replace(order, items=(PreparedItem(licence_id="L-2"),))),
            "nie pochodzi z tego sklepu",
        ),
    ],
)
def test_what_was_tampered_with_is_refused_in_clear_words(
    visitor: Visitor, shop: Shop, order: PreparedOrder, content: Callable[[PreparedOrder], bytes], words: str
) -> None:
    page = upload(visitor, content(order))
    assert page.status == 422
    assert words in page.errors()["file"]
    assert orders(shop) == []


def test_what_another_customer_owns_cannot_be_ordered_with_ones_own_licence(
    visitor: Visitor, shop: Shop, prepared: PreparedShop
) -> None:
    add_customer(shop, "K-2", "L-2")
    page = upload(visitor, as_file(prepared_order(prepared.licence, PreparedItem(licence_id="L-2"))))
    assert "nie pochodzi z tego sklepu" in page.errors()["file"]


def test_a_file_as_mail_and_editors_leave_it_is_still_read(visitor: Visitor, order: PreparedOrder) -> None:
    for content in (
        as_file(order).replace(b"\n", b"\r\n"),
        b"\xef\xbb\xbf" + as_file(order),
        as_file(order).decode().encode("utf-16"),
        as_file(order).rstrip(b"-\n"),
    ):
        assert upload(visitor, content).title == "Zamówienie z pliku: podsumowanie"


def test_what_the_file_does_not_say_is_asked_for(visitor: Visitor, shop: Shop, prepared: PreparedShop) -> None:
    bare = prepared_order(
        prepared.licence, PreparedItem(licence_id=LATER_LICENCE_ID), invoice_email="", orderer=PreparedOrderer()
    )
    details = upload(visitor, as_file(bare))
    assert (details.title, details.status) == ("Zamówienie z pliku: dane", 200)
    radios = details.every("input", type="radio")
    assert not [radio for radio in radios if radio.get("checked") is not None]
    empty = visitor.send_from(details, DETAILS)
    assert empty.status == 422
    assert set(empty.errors()) == {"offer-1", "invoice_email", "first_name", "last_name", "phone", "orderer_email"}
    extension = next(radio.get("value", "") for radio in radios if "10" in radio.get("value", ""))
    typed = {
        "invoice_email": "f@klosowska.example", "first_name": "Łucja", "last_name": "Żak",
        "phone": "+48 601 234 567", "orderer_email": "l.zak@klosowska.example",
    }  # fmt: skip
    summary = visitor.send_from(empty, DETAILS, **{"offer-1": extension, **typed})
    assert "R2faktury" in summary.text
    assert confirm(visitor, summary).status == 303
    (placed,) = orders(shop)
    assert (placed.first_name, placed.email) == ("Łucja", "l.zak@klosowska.example")


def test_the_details_can_be_changed_from_the_summary(visitor: Visitor, shop: Shop, order: PreparedOrder) -> None:
    summary = upload(visitor, as_file(order))
    fields = {node.get("name", ""): node.get("value", "") for node in summary.every("input", type="hidden")}
    details = visitor.post(DETAILS, {**fields, "change": "1"})
    assert details.title == "Zamówienie z pliku: dane"
    assert details.value("invoice_email") == "f@klosowska.example"
    changed = visitor.send_from(details, DETAILS, **contact_of(details), invoice_email="inny@klosowska.example")
    assert "otrzymam na adres inny@klosowska.example" in changed.text
    assert confirm(visitor, changed).status == 303
    assert orders(shop)[0].invoice_email == "inny@klosowska.example"


def test_a_recipient_on_record_is_asked_for_told_and_named_by_the_order(
    visitor: Visitor, shop: Shop, order: PreparedOrder
) -> None:
    school = Recipient("", "Szkoła nr 3", street="Szkolna 7", city="Łódź")
    identifier = recipients.add(shop, CUSTOMER_ID, school)
    details = upload(visitor, as_file(order))
    assert details.title == "Zamówienie z pliku: dane"
    (choice,) = details.every("select", name="recipient_id")
    assert [option.get("value") for option in choice.iter() if option.get("value") is not None] == ["", identifier]
    sent = {**contact_of(details), "invoice_email": "f@klosowska.example"}
    wrong = visitor.send_from(details, DETAILS, **sent, recipient_id="rec_0")
    assert (wrong.status, set(wrong.errors())) == (422, {"recipient_id"})
    summary = visitor.send_from(details, DETAILS, **sent, recipient_id=identifier)
    assert "OdbiorcaSzkoła nr 3, Szkolna 7, Łódź" in summary.text
    assert confirm(visitor, summary).status == 303
    assert orders(shop)[0].recipient_id == identifier


def contact_of(details: Page) -> dict[str, Any]:
    """Return what a person who changes one field sends of the others."""
    chosen = {
        radio.get("name", ""): radio.get("value", "")
        for radio in details.every("input", type="radio")
        if radio.get("checked") is not None
    }
    names = ("first_name", "last_name", "phone", "orderer_email")
    return {**chosen, **{name: details.value(name) for name in names}}


def test_an_early_start_is_asked_for_only_where_it_applies_and_a_declaration_never_gates(
    visitor: Visitor, shop: Shop, prepared: PreparedShop
) -> None:
    assert not upload(visitor, as_file(prepared_order(prepared.licence))).every("input", name="early_start")
    ten = PreparedItem(licence_id=LATER_LICENCE_ID, kind="extension")
    details = upload(visitor, as_file(prepared_order(prepared.licence, ten)))
    offer = details.every("input", type="radio")[0].get("value", "")
    names = ("invoice_email", "first_name", "last_name", "phone", "orderer_email")
    typed = {name: details.value(name) for name in names}
    summary = visitor.send_from(details, DETAILS, **{"offer-1": offer, **typed})
    assert "Żądam rozpoczęcia świadczenia przed upływem 14 dni." in summary.text
    assert confirm(visitor, summary, early_start="1", professional="1").status == 303
    (placed,) = orders(shop)
    assert (placed.early_start, placed.buyer_kind) == (True, "sole_professional")


def test_another_price_than_the_pc_showed_is_said(visitor: Visitor, order: PreparedOrder) -> None:
    shown = ShownPrice(gross=Amount(amount="500.00"), told_on=date(2026, 10, 1))
    words = (
        "Na komputerze bez Internetu widoczna była cena 500,00 zł (z dnia 01.10.2026). Dzisiejsza cena to 560,14 zł."
    )
    assert words in upload(visitor, as_file(replace(order, shown=shown))).text
    same = replace(shown, gross=Amount(amount="560.14"))
    assert "widoczna była cena" not in upload(visitor, as_file(replace(order, shown=same))).text


def test_a_price_that_changed_meanwhile_is_confirmed_anew(visitor: Visitor, shop: Shop, order: PreparedOrder) -> None:
    summary = upload(visitor, as_file(order))
    with shop.database.writing() as session:
        for item in session.scalars(select(PriceItem)):
            item.net += 10
        for quote in session.scalars(select(QuoteRow)):
            quote.expires_at = shop.settings.now() - timedelta(seconds=1)
    again = confirm(visitor, summary)
    assert (again.status, orders(shop)) == (422, [])
    assert "Cena zmieniła się z 560,14 zł na 572,44 zł." in again.text
    assert confirm(visitor, again).status == 303
    assert len(orders(shop)) == 1


def test_a_tick_to_another_text_is_no_consent(visitor: Visitor, shop: Shop, order: PreparedOrder) -> None:
    summary = upload(visitor, as_file(order))
    again = confirm(visitor, summary, consent=[f"{LICENCE_ID} 1 {'0' * 64}"])
    assert (again.status, orders(shop)) == (422, [])
    assert "Zmieniła się treść zgody." in again.text


def test_a_wrong_nip_on_record_stops_the_order(visitor: Visitor, shop: Shop, order: PreparedOrder) -> None:
    with shop.database.writing() as session:
        session.get_one(Customer, "K-100482").nip = "1234567890"
    summary = upload(visitor, as_file(order))
    assert "NIP w danych do faktury jest nieprawidłowy" in summary.text
    assert not binding_button(summary)
    assert NIP not in summary.text


def test_an_order_in_progress_stops_a_second_one(
    visitor: Visitor, module: Module, shop: Shop, order: PreparedOrder
) -> None:
    summary = upload(visitor, as_file(order))
    module.order(LICENCE_ID)
    assert "jest już zamówienie w realizacji" in confirm(visitor, summary).text
    later = upload(visitor, as_file(order))
    assert "jest już zamówienie w realizacji" in later.text
    assert not binding_button(later)
    assert len(orders(shop)) == 1


def renew(module: Module, shop: Shop) -> None:
    """Buy the year that follows 22.12.2026 by the form, and let it be fulfilled."""
    fulfil(shop, module.order(LICENCE_ID)["order_id"])


UNTIL = PreparedItem(licence_id=LICENCE_ID, kind="subscription", runs_until=date(2026, 12, 22))


@pytest.mark.parametrize("kind", ["subscription", ""])
def test_what_was_bought_by_the_form_since_is_not_bought_by_a_file_as_well(
    visitor: Visitor, module: Module, shop: Shop, prepared: PreparedShop, kind: str
) -> None:
    order = prepared_order(prepared.licence, replace(UNTIL, kind=kind))
    renew(module, shop)
    page = upload(visitor, as_file(order))
    assert page.status == 422
    assert "Abonament programu R2płatnik odnowiono już do 22.12.2027" in page.errors()["file"]
    assert not binding_button(page)
    assert len(orders(shop)) == 1


def test_what_was_bought_while_a_files_summary_stood_open_is_not_bought_by_its_button(
    visitor: Visitor, module: Module, shop: Shop, prepared: PreparedShop
) -> None:
    summary = upload(visitor, as_file(prepared_order(prepared.licence, UNTIL)))
    renew(module, shop)
    again = confirm(visitor, summary)
    assert (again.status, len(orders(shop))) == (422, 1)
    assert "odnowiono już do 22.12.2027" in again.errors()["file"]


def test_of_two_files_of_one_purchase_the_second_is_refused_also_once_the_first_is_fulfilled(
    visitor: Visitor, shop: Shop, prepared: PreparedShop
) -> None:
    first, second = (prepared_order(prepared.licence, UNTIL) for _ in range(2))
    assert first.key != second.key
    assert confirm(visitor, upload(visitor, as_file(first))).status == 303
    (placed,) = orders(shop)
    fulfil(shop, placed.id)
    assert "odnowiono już do" in upload(visitor, as_file(second)).errors()["file"]
    # The first still leads to its own order, and to its licence.
    assert upload(visitor, as_file(first)).status == 303
    assert len(orders(shop)) == 1


def test_a_file_of_the_year_after_is_an_order_of_its_own(
    visitor: Visitor, module: Module, shop: Shop, prepared: PreparedShop
) -> None:
    renew(module, shop)
    later = prepared_order(prepared.licence, replace(UNTIL, runs_until=date(2027, 12, 22)))
    summary = upload(visitor, as_file(later))
    assert "23 grudnia 2027 r. – 22 grudnia 2028 r." in summary.text
    assert confirm(visitor, summary).status == 303


def test_an_extension_bought_since_is_not_on_sale_for_a_file(
    visitor: Visitor, module: Module, shop: Shop, prepared: PreparedShop
) -> None:
    bought = module.order(LATER_LICENCE_ID, "extension")
    offer_id = bought["lines"][0]["offer_id"]
    fulfil(shop, bought["order_id"])
    item = PreparedItem(licence_id=LATER_LICENCE_ID, kind="extension", offer_id=offer_id, runs_until=date(2027, 3, 28))
    details = upload(visitor, as_file(prepared_order(prepared.licence, item)))
    assert not binding_button(details)
    assert offer_id not in [radio.get("value") for radio in details.every("input", type="radio")]
    assert len(orders(shop)) == 1


def test_the_page_of_an_order_cannot_be_guessed(visitor: Visitor, shop: Shop, order: PreparedOrder) -> None:
    location = confirm(visitor, upload(visitor, as_file(order))).location
    (placed,) = orders(shop)
    token = location.rpartition("/")[2]
    for guess in (placed.id, f"{placed.id}.", f"{placed.id}.{'A' * 43}", token[:-1], f"{token}A", order.key, "ą"):
        assert visitor.get(f"{ORDER_FILE_PAGE}/{guess}").status == 404
    assert visitor.get(location).status == 200


def test_no_licence_before_the_order_is_fulfilled_and_none_of_another_program(
    visitor: Visitor, shop: Shop, order: PreparedOrder
) -> None:
    location = confirm(visitor, upload(visitor, as_file(order))).location
    assert visitor.get(f"{location}/licencja/{LICENCE_ID}").status == 404
    fulfil(shop, orders(shop)[0].id)
    assert visitor.get(f"{location}/licencja/{LICENCE_ID}").status == 200
    assert visitor.get(f"{location}/licencja/{LATER_LICENCE_ID}").status == 404


def test_a_withdrawal_is_declared_on_the_orders_own_page(visitor: Visitor, shop: Shop, order: PreparedOrder) -> None:
    location = confirm(visitor, upload(visitor, as_file(order))).location
    page = visitor.get(location)
    (link,) = [link for link in page.links() if link.endswith("/odstapienie")]
    assert "Odstąp od umowy tutaj" in page.text
    refused = visitor.send(link, name="Łucja Żak", order_number="ZAM/1", email="x")
    assert (refused.status, set(refused.errors())) == (422, {"order_number", "email"})
    declared = visitor.send_from(
        refused, link, name="Łucja Żak", order_number=orders(shop)[0].number, email="l@zak.example"
    )
    receipt = visitor.follow(declared)
    assert f"zamówienie nr {orders(shop)[0].number}" in receipt.text
    assert receipt.title == "Potwierdzenie odstąpienia od umowy"
    assert location in receipt.links()
    assert orders(shop)[0].state == "withdrawn"
    again = visitor.get(location)
    assert "Zobacz potwierdzenie odstąpienia" in again.text
    assert "Tytuł przelewu" not in again.text
    assert visitor.get(f"{link[:-12]}x/odstapienie").status == 404


def test_a_withdrawal_that_comes_too_late_is_said(
    visitor: Visitor, shop: Shop, order: PreparedOrder, calendar: Calendar
) -> None:
    location = confirm(visitor, upload(visitor, as_file(order))).location
    calendar.pass_days(15)
    page = visitor.get(location)
    assert "Odstąp od umowy tutaj" not in page.text
    late = visitor.follow(visitor.get(f"{location}/odstapienie"))
    assert "minęło 14 dni" in late.text


def test_a_form_without_its_token_is_not_read(visitor: Visitor, shop: Shop, order: PreparedOrder) -> None:
    summary = upload(visitor, as_file(order))
    assert visitor.post(ORDER_FILE_PAGE, {"code": to_letters(order)}).status == 403
    fields = {node.get("name", ""): node.get("value", "") for node in summary.every("input", type="hidden")}
    forged = {**fields, "token": "0" * 64, "company_confirmed": "1", "consent": ticks(summary)}
    assert visitor.post(PLACE, forged).status == 403
    assert orders(shop) == []


def test_refused_files_are_counted_by_address(serve: Callable[..., Module], order: PreparedOrder) -> None:
    limits = Limits(licence_from_address=Limit("licence_from_address", 2))
    visitor = Visitor(serve(limits=limits).http)
    assert [upload(visitor, b"x").status for _ in range(3)] == [422, 422, 429]
    assert upload(visitor, as_file(order)).status == 200


def test_the_one_script_is_the_pages_own_and_the_others_have_none(visitor: Visitor, order: PreparedOrder) -> None:
    opened = visitor.get(ORDER_FILE_PAGE)
    assert [node.get("src") for node in opened.every("script")] == [f"{ORDER_FILE_PAGE}.js"]
    assert "script-src 'self'" in opened.answer.headers["content-security-policy"]
    script = visitor.get(f"{ORDER_FILE_PAGE}.js")
    assert script.answer.headers["content-type"].startswith("text/javascript")
    summary = upload(visitor, as_file(order))
    assert summary.every("script") == []
    assert "script-src" not in summary.answer.headers["content-security-policy"]


def test_it_speaks_english_but_for_the_words_that_bind(visitor: Visitor, order: PreparedOrder) -> None:
    visitor.headers = dict(ENGLISH)
    summary = visitor.send(ORDER_FILE_PAGE, code=to_letters(order))
    assert (summary.language, summary.title) == ("en", "Order from a file: summary")
    assert binding_button(summary)
