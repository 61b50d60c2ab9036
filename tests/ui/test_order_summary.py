"""The end of the order form, from the consent to the confirmation, by keyboard alone, in every state that it can be in."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QCheckBox,
    QDialog,
    QFileDialog,
    QGroupBox,
    QLabel,
    QLineEdit,
    QPushButton,
)

from r2_renewal.domain.dates import plus_months
from r2_renewal.domain.errors import ErrorCode
from r2_renewal.domain.money import money, show_money
from r2_renewal.domain.order import OrderState, Transfer
from r2_renewal.domain.order_list import WithdrawalReceipt
from r2_renewal.ui.order_wizard.changes_box import EARLY_NOW
from r2_renewal.ui.order_wizard.summary_page import DECLARATION, EARLY_START, ORDER_BUTTON
from r2_renewal.ui.plain_text import PlainTextView
from r2_renewal.ui.qr_code import QrCode
from r2_renewal.ui.withdrawal_dialog import WithdrawalDialog
from tests.driver import click, fill, find, go_on, tick, wait_until
from tests.keyboard import choose, press
from tests.samples import (
    NOW,
    OTHER_SUBSCRIPTION,
    SUBSCRIPTION,
    line_for,
    order_of,
    quote_for,
    quote_of,
    storefront,
    two_programs,
)
from tests.ui.conftest import failure
from tests.ui.order_steps import priced, to_consent, to_summary
from tests.ui.test_order_pages import TRANSFER, at, go, opened, texts

__all__ = ["opened"]


# Zgoda


def test_the_consent_says_whether_it_is_needed_and_how_to_leave_it(opened: Any) -> None:
    wizard, _ = opened()
    to_consent(wizard)
    shown = texts(wizard.currentPage())
    assert "Zgoda jest wymagana do złożenia zamówienia." in shown
    assert "w panelu https://online.reset2.pl/ albo e-mailem na kontakt@example.com" in shown


def test_without_the_duty_the_order_goes_without_the_consent(opened: Any) -> None:
    wizard, agent = opened(replace(storefront(), consent_required=False))
    to_consent(wizard)
    assert "Zgoda jest dobrowolna." in texts(wizard.currentPage())
    go_on(wizard, "Podsumowanie")
    assert "Zgoda na odnowienie: nie" in [label.accessibleName() for label in wizard.findChildren(QLabel)]
    click(wizard, ORDER_BUTTON)
    wait_until(lambda: at(wizard) == "Potwierdzenie", what="receipt")
    assert agent.asked("order.place")[0]["order"]["consents"] == {}


def test_consent_and_terms_are_saved_before_the_order(opened: Any, tmp_path: Path) -> None:
    wizard, agent = opened(file__save=[{"result": {}}])
    to_consent(wizard)
    choose("Zapisz PDF")
    (dialog,) = wizard.currentPage().findChildren(QFileDialog)
    dialog.fileSelected.emit(str(tmp_path / "Zgoda.pdf"))
    dialog.reject()
    wait_until(lambda: f"Zapisano: {tmp_path}" in texts(wizard.currentPage()), what="saved consent")
    click(wizard, "Regulamin…")
    (terms,) = (found for found in wizard.findChildren(QDialog) if found.windowTitle() == "Warunki sprzedaży")
    click(terms, "Zapisz PDF")
    (dialog,) = terms.findChildren(QFileDialog)
    assert "Regulamin.pdf" in dialog.selectedFiles()[0]
    dialog.fileSelected.emit(str(tmp_path / "Regulamin.pdf"))
    dialog.reject()
    wait_until(lambda: len(agent.asked("file.save")) == 2, what="saved terms")
    terms.reject()


def test_a_changed_text_is_shown_as_it_was_and_as_it_is(opened: Any) -> None:
    text = storefront().consent.text.replace("rezygnacja w panelu", "rezygnacja tylko w panelu")
    document = {"kind": "auto_renewal", "version": "2", "title": "Zgoda", "text": text}
    changed = failure(ErrorCode.CONSENT_TEXT_CHANGED, delivery="refused", document=document)
    wizard, _ = opened(order__place=[changed, {}])
    to_summary(wizard)
    click(wizard, ORDER_BUTTON)
    wait_until(lambda: at(wizard) == "Zgoda na automatyczne odnowienie", what="consent")
    box = find(wizard, PlainTextView, "Co się zmieniło")
    was, now = box.toPlainText().splitlines()
    assert was.startswith("Było: ")
    assert "rezygnacja w panelu" in was
    assert now.startswith("Jest: ")
    assert "rezygnacja tylko w panelu https://online.reset2.pl/" in now
    tick(wizard, "Wyrażam zgodę na automatyczne odnowienie")
    go_on(wizard, "Podsumowanie")
    click(wizard, ORDER_BUTTON)
    wait_until(lambda: at(wizard) == "Potwierdzenie", what="receipt")


def test_a_changed_price_is_shown_program_by_program(opened: Any) -> None:
    quote = quote_of([line_for(SUBSCRIPTION, "500.00"), line_for(OTHER_SUBSCRIPTION)])
    changed = failure(ErrorCode.PRICE_CHANGED, delivery="refused", quote=msgspec.to_builtins(quote))
    wizard, _ = opened(two_programs(), of_all=True, order__place=[changed])
    to_summary(wizard)
    click(wizard, ORDER_BUTTON)
    wait_until(lambda: at(wizard) == "Zgoda na automatyczne odnowienie", what="consent")
    shown = find(wizard, PlainTextView, "Co się zmieniło").toPlainText().replace("\u00a0", " ")
    assert "Do zapłaty było: 789,29 zł\nDo zapłaty jest: 844,15 zł" in shown
    assert "Było: Abonament R2płatnik do 50 pracowników: 455,40 zł netto" in shown
    assert "Jest: Abonament R2płatnik do 50 pracowników: 500,00 zł netto" in shown
    assert "R2księga" not in shown


# Podsumowanie


def test_everything_the_law_wants_stands_right_above_the_button(opened: Any) -> None:
    wizard, _ = opened()
    to_summary(wizard)
    groups = [group for group in wizard.currentPage().findChildren(QGroupBox) if group.isVisible()]
    lowest = max(groups, key=lambda group: group.mapTo(wizard, group.rect().bottomLeft()).y())
    assert lowest.title() == "Zamawiasz"
    shown = texts(lowest)
    for words in (
        "Abonament R2płatnik",
        "23 grudnia 2026 r. – 22 grudnia 2027 r.",
        "455,40 zł",
        "104,74 zł",
        "560,14 zł",
    ):
        assert words in shown
    assert "23.12.2027 na kolejne 12 miesięcy po cenie z cennika" in shown
    assert "Zrezygnujesz bezpłatnie do 22.12.2027" in shown
    button = find(wizard, QAbstractButton, ORDER_BUTTON)
    between = button.mapTo(wizard, button.rect().topLeft()).y() - lowest.mapTo(wizard, lowest.rect().bottomLeft()).y()
    assert 0 < between < 2 * button.height()


def test_the_early_start_is_asked_for_only_where_something_starts_early(opened: Any) -> None:
    wizard, _ = opened()
    to_summary(wizard)
    assert EARLY_START not in texts(wizard.currentPage())
    assert DECLARATION.replace("\u00a0", " ") in texts(wizard.currentPage())


def test_an_early_start_and_the_declaration_are_ticked_by_keyboard_and_go_with_the_order(opened: Any) -> None:
    shop = storefront()
    ended = replace(shop.basket[0], program=shop.basket[0].program._replace(valid_until=shop.fetched_at.date()))
    early = replace(line_for(SUBSCRIPTION), period_from=shop.fetched_at.date())
    priced_early = {"result": {"quote": msgspec.to_builtins(quote_of([early]))}}
    wizard, agent = opened(replace(shop, basket=(ended,)), order__quote=[priced_early])
    to_summary(wizard)
    assert EARLY_START in texts(wizard.currentPage())
    boxes = [box for box in wizard.currentPage().findChildren(QCheckBox) if box.isVisible()]
    assert [box.isChecked() for box in boxes] == [False, False]
    choose("Żądam rozpoczęcia przed upływem 14 dni")
    choose("Umowa ma dla mnie charakter zawodowy")
    go(wizard, "Potwierdzenie", ORDER_BUTTON)
    (placed,) = agent.asked("order.place")
    assert (placed["order"]["early_start"], placed["order"]["is_professional"]) == (True, True)


def test_a_form_left_open_over_midnight_asks_for_the_early_start_once_it_applies(opened: Any) -> None:
    today = storefront().fetched_at.date()
    line = replace(line_for(SUBSCRIPTION), period_from=today + timedelta(days=15))
    before = quote_of([line])
    after = replace(before, quote_id="quote-after-midnight", told_on=today + timedelta(days=1))
    refusal = failure(ErrorCode.PRICE_CHANGED, delivery="refused", quote=msgspec.to_builtins(after))
    priced = {"result": {"quote": msgspec.to_builtins(before)}}
    wizard, agent = opened(order__quote=[priced], order__place=[refusal, {}])
    to_summary(wizard)
    assert EARLY_START not in texts(wizard.currentPage())
    click(wizard, ORDER_BUTTON)
    wait_until(lambda: at(wizard) == "Zgoda na automatyczne odnowienie", what="the consent, to be given anew")
    assert "cena pozostała ta sama: 560,14 zł" in texts(wizard.currentPage())
    choose("Wyrażam zgodę na automatyczne odnowienie")
    go(wizard, "Podsumowanie")
    assert EARLY_NOW in texts(wizard.currentPage())
    choose("Żądam rozpoczęcia przed upływem 14 dni")
    go(wizard, "Potwierdzenie", ORDER_BUTTON)
    assert [placed["order"].get("early_start", False) for placed in agent.asked("order.place")] == [False, True]


def test_what_was_renewed_by_another_route_meanwhile_is_said_before_it_could_be_ordered_once_more(opened: Any) -> None:
    line = line_for(SUBSCRIPTION)
    year_after = replace(
        line, period_from=line.period_to + timedelta(days=1), period_to=plus_months(line.period_to, 12)
    )
    refusal = failure(ErrorCode.PRICE_CHANGED, delivery="refused", quote=msgspec.to_builtins(quote_of([year_after])))
    wizard, _ = opened(order__place=[refusal])
    to_summary(wizard)
    click(wizard, ORDER_BUTTON)
    wait_until(lambda: at(wizard) == "Zgoda na automatyczne odnowienie", what="the consent, to be given anew")
    assert "Abonament już odnowiono: R2płatnik do 22.12.2027. To zamówienie nie zostało złożone" in texts(
        wizard.currentPage()
    )
    assert not find(wizard, QCheckBox, "Wyrażam zgodę na automatyczne odnowienie").isChecked()


def test_the_boxes_gate_nothing(opened: Any) -> None:
    wizard, agent = opened()
    to_summary(wizard)
    click(wizard, ORDER_BUTTON)
    wait_until(lambda: at(wizard) == "Potwierdzenie", what="receipt")
    (placed,) = agent.asked("order.place")
    assert not placed["order"].get("early_start")
    assert not placed["order"].get("is_professional")


def test_what_is_on_its_way_cannot_be_edited(opened: Any) -> None:
    wizard, _ = opened(order__place=[failure(ErrorCode.ORDER_UNKNOWN, delivery="unknown")])
    to_summary(wizard)
    click(wizard, ORDER_BUTTON)
    wait_until(lambda: ErrorCode.ORDER_UNKNOWN.value in texts(wizard.currentPage()), what="unknown")
    assert not find(wizard, QAbstractButton, "Zmień: Zamawiasz").isEnabled()
    assert not find(wizard, QCheckBox, "Umowa ma dla mnie charakter zawodowy").isEnabled()
    wizard.add(two_programs().basket)
    assert wizard.flow.licence_ids == ("lic-1",)


def test_a_withdrawn_offer_leads_to_another_one_and_not_to_the_same_order_once_more(opened: Any) -> None:
    wizard, agent = opened(order__place=[failure(ErrorCode.OFFER_WITHDRAWN, delivery="refused")])
    to_summary(wizard)
    click(wizard, ORDER_BUTTON)
    wait_until(lambda: ErrorCode.OFFER_WITHDRAWN.value in texts(wizard.currentPage()), what="refusal")
    click(wizard, "Wybierz inną usługę")
    wait_until(lambda: at(wizard) == "Usługa", what="page of the services")
    assert len(agent.asked("order.place")) == 1


def test_the_box_that_keeps_one_here_shows_that_it_has_the_focus(opened: Any) -> None:
    wizard, _ = opened()
    to_consent(wizard)
    click(wizard, "Dalej")
    box = find(wizard, QCheckBox, "Wyrażam zgodę na automatyczne odnowienie")
    wait_until(box.hasFocus, what="focus")
    assert wizard.testAttribute(Qt.WidgetAttribute.WA_KeyboardFocusChange)  # or no style draws it


def test_enter_goes_on_again_once_the_summary_was_left(opened: Any) -> None:
    wizard, _ = opened()
    to_summary(wizard)
    click(wizard, "Zmień: Osoba zamawiająca")
    wait_until(lambda: at(wizard) == "Osoba zamawiająca", what="page")
    QTest.qWait(50)  # for the focus, which comes a turn after the page
    assert find(wizard, QPushButton, "Wróć do podsumowania").isDefault()
    find(wizard, QLineEdit, "Imię").setFocus()
    press(Qt.Key.Key_Return)
    wait_until(lambda: at(wizard) == "Podsumowanie", what="summary")
    press(Qt.Key.Key_Return)
    assert at(wizard) == "Podsumowanie"  # and there it orders nothing


# Potwierdzenie


def receipt(state: OrderState, transfer: Transfer | None = TRANSFER) -> dict[str, Any]:
    return {"order": msgspec.to_builtins(replace(order_of(quote_for(SUBSCRIPTION), state), transfer=transfer))}


def test_the_receipt_tells_how_to_pay_with_the_banks_code_until_it_is_paid(opened: Any) -> None:
    wizard, _ = opened(order__place=[{"result": receipt(OrderState.PLACED)}])
    to_summary(wizard)
    click(wizard, ORDER_BUTTON)
    wait_until(lambda: at(wizard) == "Potwierdzenie", what="receipt")
    shown = texts(wizard.currentPage())
    for words in (
        "Dziękujemy, zamówienie nr Z/2026/11/0001 zostało przyjęte 22.11.2026, godz. 9:00.",
        "Do zapłaty: 560,14 zł (w tym VAT 104,74 zł).",
        "Rachunek: 83 1090 0000 0000 0000 1234 5678",
        "Tytuł przelewu: ZAM/2026/000001",
        "● złożone → przyjęte → faktura wystawiona → opłacone → zrealizowane",
        "w ciągu 14 dni od jej zawarcia, do 06.12.2026",
        "Co dalej: przyjmiemy zamówienie",
    ):
        assert words in shown
    assert find(wizard, QrCode, "Kod QR przelewu").isVisible()
    wizard._on_placed(msgspec.convert(receipt(OrderState.PAID, None)["order"], type(order_of(quote_for(SUBSCRIPTION)))))
    assert "Rachunek" not in texts(wizard.currentPage())
    assert "✓ złożone → ✓ przyjęte → ✓ faktura wystawiona → ● opłacone → zrealizowane" in texts(wizard.currentPage())


@pytest.mark.parametrize("state", OrderState)
def test_every_state_is_told_with_what_comes_next(opened: Any, state: OrderState) -> None:
    wizard, _ = opened(order__place=[{"result": receipt(state, None)}])
    to_summary(wizard)
    click(wizard, ORDER_BUTTON)
    wait_until(lambda: at(wizard) == "Potwierdzenie", what="receipt")
    lines = texts(wizard.currentPage()).splitlines()
    assert any(line.startswith("Stan zamówienia: ") for line in lines)
    assert any(line.startswith(("Co dalej: ", "Gotowe: ", "Zamówienie zostało", "Odstąpiono")) for line in lines)
    assert len(lines) == len(set(lines))  # nothing is said twice


@pytest.mark.parametrize(
    ("state", "price", "is_carried_out"),
    [
        (OrderState.PLACED, "Do zapłaty", True),
        (OrderState.INVOICED, "Do zapłaty", True),
        (OrderState.PAID, "Zapłacono", True),
        (OrderState.FULFILLED, "Zapłacono", True),
        (OrderState.CANCELLED, "Wartość zamówienia", False),
        (OrderState.WITHDRAWN, "Wartość zamówienia", False),
    ],
)
def test_nobody_is_told_to_pay_what_is_paid_or_to_withdraw_from_what_is_called_off(
    opened: Any, state: OrderState, price: str, is_carried_out: bool
) -> None:
    wizard, _ = opened(order__place=[{"result": receipt(state, None)}])
    to_summary(wizard)
    click(wizard, ORDER_BUTTON)
    wait_until(lambda: at(wizard) == "Potwierdzenie", what="receipt")
    shown = texts(wizard.currentPage())
    assert f"{price}: 560,14 zł (w tym VAT 104,74 zł)." in shown
    for words in ("Dziękujemy", "Kolejne odnowienie", "Możesz od niej odstąpić"):
        assert (words in shown) == is_carried_out
    offered = [button for button in wizard.findChildren(QAbstractButton) if button.isVisible()]
    assert ("Odstąp od umowy tutaj" in [button.text() for button in offered]) == is_carried_out


def test_the_confirmation_is_saved_with_everything_agreed_to(opened: Any, tmp_path: Path) -> None:
    import base64

    from tests.ui.test_printout import read

    wizard, agent = opened(order__place=[{"result": receipt(OrderState.PLACED)}], file__save=[{"result": {}}])
    to_summary(wizard)
    click(wizard, ORDER_BUTTON)
    wait_until(lambda: at(wizard) == "Potwierdzenie", what="receipt")
    choose("Zapisz PDF")
    (dialog,) = wizard.currentPage().findChildren(QFileDialog)
    dialog.fileSelected.emit(str(tmp_path / "Potwierdzenie.pdf"))
    dialog.reject()
    wait_until(lambda: agent.asked("file.save"), what="saved confirmation")
    text = " ".join(read(base64.b64decode(agent.asked("file.save")[0]["content"])).split())
    for words in ("Z/2026/11/0001", "Rachunek: 83 1090", "Wyrażam zgodę", "Odstąpienie od umowy", "Treść warunków."):
        assert words in text


def test_the_contract_is_withdrawn_from_right_where_the_receipt_tells_of_it(opened: Any) -> None:
    taken = WithdrawalReceipt("rcp-1", "Z/2026/11/0001", "Anna", "a@b.example", "Odstępuję od umowy.", NOW)
    wizard, agent = opened(
        order__place=[{"result": receipt(OrderState.PLACED)}],
        order__withdraw=[{"result": {"receipt": msgspec.to_builtins(taken)}}],
        order__status=[{"result": receipt(OrderState.WITHDRAWN, None)}],
    )
    to_summary(wizard)
    click(wizard, ORDER_BUTTON)
    wait_until(lambda: at(wizard) == "Potwierdzenie", what="receipt")
    choose("Odstąp od umowy tutaj")
    (dialog,) = wizard.currentPage().findChildren(WithdrawalDialog)
    wait_until(dialog.isVisible)
    fill(dialog, "Imię i nazwisko", "Anna Kłosowska")
    click(dialog, "Potwierdź odstąpienie od umowy")
    wait_until(lambda: "Odstąpiono" in texts(wizard.currentPage()), what="state")
    assert agent.asked("order.withdraw")[0]["number"] == "Z/2026/11/0001"
    click(dialog, "Zamknij")
    buttons = [button for button in wizard.currentPage().findChildren(QAbstractButton) if button.isVisible()]
    assert "Odstąp od umowy tutaj" not in [button.text() for button in buttons]


# Golden numbers on the screen


def test_golden_amounts_are_on_the_screen_as_people_write_them(opened: Any) -> None:
    amounts = {"0.01": "0,01 zł", "999.99": "999,99 zł", "1000.00": "1 000,00 zł", "1234567.89": "1 234 567,89 zł"}
    for net, words in amounts.items():
        answer = {"result": {"quote": msgspec.to_builtins(quote_for(SUBSCRIPTION, net=net))}}
        wizard, _ = opened(order__quote=[answer])
        tick(wizard, "Abonament")
        priced(wizard)
        assert words in texts(wizard.currentPage())
        assert show_money(money(net)).replace("\u00a0", " ") == words
        wizard.reject()


@pytest.mark.parametrize(
    ("days", "words"),
    [(1, "Nie tracisz 1 dnia"), (2, "Nie tracisz 2 dni"), (22, "Nie tracisz 22 dni"), (100, "Nie tracisz 100 dni")],
)
def test_golden_plurals_are_on_the_screen(opened: Any, days: int, words: str) -> None:
    from datetime import timedelta

    shop = storefront()
    end = shop.fetched_at.date() + timedelta(days=days)
    entry = replace(shop.basket[0], program=shop.basket[0].program._replace(valid_until=end))
    line = replace(line_for(SUBSCRIPTION), period_from=end + timedelta(days=1))
    answer = {"result": {"quote": msgspec.to_builtins(quote_of([line]))}}
    wizard, _ = opened(replace(shop, basket=(entry,)), order__quote=[answer])
    tick(wizard, "Abonament")
    priced(wizard)
    assert words in texts(wizard.currentPage())
