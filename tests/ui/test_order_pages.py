"""Each page of the order form, by keyboard alone, in every state that it can be in."""

from __future__ import annotations

from collections.abc import Callable
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
    QApplication,
    QCheckBox,
    QComboBox,
    QDialog,
    QFileDialog,
    QGroupBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QWizard,
)
from pytestqt.qtbot import QtBot

from r2_renewal.domain.basket import Storefront
from r2_renewal.domain.dates import plus_months
from r2_renewal.domain.errors import ErrorCode
from r2_renewal.domain.money import money, show_money
from r2_renewal.domain.order import Orderer, OrderState, Transfer
from r2_renewal.domain.order_flow import start
from r2_renewal.domain.order_list import WithdrawalReceipt
from r2_renewal.ui.order_wizard.changes_box import EARLY_NOW
from r2_renewal.ui.order_wizard.summary_page import DECLARATION, EARLY_START, ORDER_BUTTON
from r2_renewal.ui.order_wizard.wizard import OrderWizard
from r2_renewal.ui.plain_text import PlainTextView, ProblemLabel
from r2_renewal.ui.qr_code import QrCode
from r2_renewal.ui.withdrawal_dialog import WithdrawalDialog
from tests.driver import click, fill, find, go_on, tick, wait_until
from tests.keyboard import choose, focused, press, tab_to, type_at
from tests.samples import (
    COMPANY,
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
from tests.ui.conftest import LINKS, Agent, failure

AgentMaker = Callable[..., Agent]
ANNA = {"Imię": "Anna", "Nazwisko": "Kłosowska", "Telefon": "601 234 567", "E-mail": "anna@firma.pl"}
TRANSFER = Transfer("Reset2", "83109000000000000012345678", "ZAM/2026/000001", money("560.14"), ("101", "010", "111"))


@pytest.fixture
def opened(qtbot: QtBot, agent: AgentMaker) -> Callable[..., tuple[OrderWizard, Agent]]:
    """Return a maker of order forms, shown, over a scripted agent; for the first program, or for all of them."""

    def make(
        shop: Storefront | None = None, *, of_all: bool = False, **script: list[dict[str, Any]]
    ) -> tuple[OrderWizard, Agent]:
        made, shop = agent(**script), shop or storefront()
        wizard = OrderWizard(start(shop, shop.basket if of_all else shop.basket[:1]), made.link, LINKS)
        qtbot.addWidget(wizard)
        wizard.show()
        qtbot.waitExposed(wizard)
        wizard.activateWindow()
        wait_until(lambda: QApplication.focusWidget() is not None, what="focus")
        return wizard, made

    return make


def texts(root: Any) -> str:
    """Return every word that can be seen under a widget."""
    labels = [label.text() for label in root.findChildren(QLabel) if label.isVisible()]
    views = [view.toPlainText() for view in root.findChildren(PlainTextView) if view.isVisible()]
    return "\n".join([*labels, *views]).replace("\u00a0", " ")


def problems(wizard: QWizard) -> list[str]:
    labels = wizard.currentPage().findChildren(ProblemLabel)
    return [label.problem for label in labels if label.isVisible() and label.problem]


def at(wizard: QWizard) -> str:
    return wizard.currentPage().title()


def go(wizard: QWizard, to: str, by: str = "Dalej") -> None:
    """Press Enter on „Dalej" and wait for a page."""
    tab_to(by)
    press(Qt.Key.Key_Return)
    wait_until(lambda: at(wizard) == to, what=f"page {to!r}")


def choose_extension() -> None:
    """Tab into the two services, where the arrow chooses the other one."""
    tab_to("Abonament")
    press(Qt.Key.Key_Down)
    if not find(focused().window(), QRadioButton, "Rozszerzenie").isChecked():
        press(Qt.Key.Key_Space)


def priced(wizard: OrderWizard) -> None:
    wait_until(lambda: wizard.flow.quote is not None, what="price")


def to_consent(wizard: OrderWizard) -> None:
    tick(wizard, "Abonament")
    priced(wizard)
    go_on(wizard, "Dane do faktury")
    tick(wizard, "Dane do faktury są poprawne")
    go_on(wizard, "Osoba zamawiająca")
    for name, text in ANNA.items():
        fill(wizard, name, text)
    go_on(wizard, "Zgoda na automatyczne odnowienie")


def to_summary(wizard: OrderWizard) -> None:
    to_consent(wizard)
    tick(wizard, "Wyrażam zgodę na automatyczne odnowienie")
    go_on(wizard, "Podsumowanie")


# The whole form without a mouse


def test_the_whole_order_is_made_by_keyboard_alone(opened: Any) -> None:
    wizard, agent = opened()
    choose("Abonament")
    priced(wizard)
    go(wizard, "Dane do faktury")
    choose("Dane do faktury są poprawne")
    go(wizard, "Osoba zamawiająca")
    for name, text in ANNA.items():
        type_at(name, text)
    go(wizard, "Zgoda na automatyczne odnowienie")
    choose("Wyrażam zgodę na automatyczne odnowienie")
    go(wizard, "Podsumowanie")
    go(wizard, "Potwierdzenie", ORDER_BUTTON)
    (placed,) = agent.asked("order.place")
    assert placed["order"]["orderer"]["last_name"] == "Kłosowska"


@pytest.mark.parametrize("page", ["Usługa", "Dane do faktury", "Osoba zamawiająca", "Zgoda na automatyczne odnowienie"])
def test_every_page_is_edited_from_the_summary_by_keyboard_and_leads_back(opened: Any, page: str) -> None:
    wizard, _ = opened()
    to_summary(wizard)
    block = {"Usługa": "Zamawiasz", "Zgoda na automatyczne odnowienie": "Zgoda"}.get(page, page)
    choose(f"Zmień: {block}")
    wait_until(lambda: at(wizard) == page, what="page to edit")
    go(wizard, "Podsumowanie", "Wróć do podsumowania")
    assert wizard.flow.consent_given
    for title in ("Zgoda na automatyczne odnowienie", "Osoba zamawiająca", "Dane do faktury", "Usługa"):
        click(wizard, "Wstecz")
        assert at(wizard) == title


def test_another_address_leads_back_by_the_consent(opened: Any) -> None:
    wizard, _ = opened()
    to_summary(wizard)
    click(wizard, "Zmień: Dane do faktury")
    type_at("e-mail do faktury", "ksiegowosc@klosowska.example")
    go(wizard, "Zgoda na automatyczne odnowienie", "Wróć do podsumowania")
    assert "ksiegowosc@klosowska.example" in texts(wizard.currentPage())
    assert not find(wizard, QCheckBox, "Wyrażam zgodę na automatyczne odnowienie").isChecked()
    choose("Wyrażam zgodę na automatyczne odnowienie")
    go(wizard, "Podsumowanie", "Wróć do podsumowania")
    assert "ksiegowosc@klosowska.example" in texts(wizard.currentPage())
    assert find(wizard, QAbstractButton, ORDER_BUTTON).isEnabled()


# Usługa


def test_the_live_price_shows_amounts_period_new_end_and_the_days_that_are_not_lost(opened: Any) -> None:
    wizard, _ = opened()
    choose("Abonament")
    priced(wizard)
    shown = texts(wizard.currentPage())
    for words in (
        "455,40 zł",
        "104,74 zł",
        "560,14 zł",
        "23 grudnia 2026 r. – 22 grudnia 2027 r.",
        "22 grudnia 2027 r.",
    ):
        assert words in shown
    assert "Nie tracisz 30 dni: nowy okres zaczyna się po obecnym." in shown


def test_an_extension_is_chosen_by_arrows_and_shows_the_days_it_pays_for(opened: Any) -> None:
    wizard, _ = opened()
    choose_extension()
    limit = tab_to("Nowy limit")
    assert isinstance(limit, QComboBox)
    press(Qt.Key.Key_Down)
    limit.activated.emit(limit.currentIndex())  # a closed list takes the arrow at once; the signal is the user's choice
    priced(wizard)
    assert "Cena za 31 dni, do końca obecnego abonamentu." in texts(wizard.currentPage())


def test_what_is_missing_is_said_and_has_the_focus(opened: Any) -> None:
    wizard, _ = opened()
    tab_to("Dalej")
    press(Qt.Key.Key_Return)
    assert problems(wizard) == ["Wybierz usługę: Abonament lub Rozszerzenie."]
    assert focused().accessibleName() == "Abonament"


def test_several_programs_have_one_price_and_each_its_own(opened: Any) -> None:
    wizard, agent = opened(two_programs(), of_all=True)
    assert "Zamówienie dla 2 programów" in texts(wizard.currentPage())
    assert not any(radio.isChecked() for radio in wizard.findChildren(QRadioButton))
    choose("Abonament")
    priced(wizard)
    shown = texts(wizard.currentPage())
    assert "Abonament R2płatnik do 50 pracowników: 455,40 zł netto, okres 23.12.2026–22.12.2027" in shown
    assert "Abonament R2księga do 50 pracowników: 186,30 zł netto, okres 01.04.2027–31.03.2028" in shown
    assert "Nie tracisz 129 dni" in shown
    for amount in ("641,70 zł", "147,59 zł", "789,29 zł"):
        assert amount in shown
    assert agent.asked("order.quote")[-1] == {"offers": {"lic-1": "sub-50", "lic-2": "sub-k-50"}}


def test_a_program_without_an_extension_says_so_and_is_left_out_by_keyboard(opened: Any) -> None:
    wizard, agent = opened(two_programs(), of_all=True)
    choose_extension()
    assert problems(wizard) == [
        "Tego programu nie można teraz tak zamówić. Odznacz go, aby zamówić pozostałe, albo wybierz inną usługę."
    ]
    tab_to("Dalej")
    press(Qt.Key.Key_Return)
    assert len(problems(wizard)) == 2
    assert focused().accessibleName() == "Nowy limit: R2płatnik Standard"
    choose("R2księga Standard")
    limit = tab_to("Nowy limit: R2płatnik Standard")
    assert isinstance(limit, QComboBox)
    limit.setCurrentIndex(1)
    limit.activated.emit(1)
    priced(wizard)
    assert agent.asked("order.quote")[-1] == {"offers": {"lic-1": "ext-100"}}
    go(wizard, "Dane do faktury")


def test_no_program_at_all_is_said(opened: Any) -> None:
    wizard, _ = opened(two_programs(), of_all=True)
    tick(wizard, "Abonament")
    for name in ("R2płatnik Standard", "R2księga Standard"):
        tick(wizard, name)
    click(wizard, "Dalej")
    assert problems(wizard) == ["Zaznacz co najmniej jeden program."]


def test_programs_of_one_name_are_told_apart(opened: Any) -> None:
    shop = two_programs()
    twin = replace(shop.basket[1], program=shop.basket[1].program._replace(name="R2płatnik"))
    wizard, _ = opened(replace(shop, basket=(shop.basket[0], twin)), of_all=True)
    assert find(wizard, QCheckBox, "R2płatnik Standard, licencja lic-1").isChecked()
    assert find(wizard, QCheckBox, "R2płatnik Standard, licencja lic-2").isChecked()


def test_further_programs_come_into_the_open_form(opened: Any) -> None:
    shop = two_programs()
    wizard, _ = opened(shop)
    to_summary(wizard)
    wizard.add(shop.basket)
    assert at(wizard) == "Usługa"
    priced(wizard)
    assert "Zamówienie dla 2 programów" in texts(wizard.currentPage())
    assert wizard.flow.orderer.last_name == "Kłosowska"


def test_an_order_of_several_has_a_consent_for_each(opened: Any) -> None:
    wizard, agent = opened(two_programs(), of_all=True)
    to_summary(wizard)
    shown = texts(wizard.currentPage())
    assert "Automatyczne odnowienie: 23.12.2027" in shown
    assert "Automatyczne odnowienie: 01.04.2028" in shown
    assert "789,29 zł" in shown
    click(wizard, ORDER_BUTTON)
    wait_until(lambda: at(wizard) == "Potwierdzenie", what="receipt")
    (placed,) = agent.asked("order.place")
    assert set(placed["order"]["consents"]) == {"lic-1", "lic-2"}
    receipt = texts(wizard.currentPage())
    assert "Abonament R2księga do 50 pracowników, okres 01.04.2027–31.03.2028." in receipt
    assert "Kolejne odnowienie R2płatnik: 23.12.2027." in receipt


# Dane do faktury


HOLDER = {"customer": "cust-1", "holder": {"name": "Kłosowska s.c.", "nip": "8992390846"}}


def test_what_the_licence_says_otherwise_stands_beside_the_record(opened: Any) -> None:
    wizard, _ = opened(draft__load=[{"result": HOLDER}])
    tick(wizard, "Abonament")
    priced(wizard)
    wait_until(lambda: wizard.flow.holder is not None, what="the licence's holder")
    go_on(wizard, "Dane do faktury")
    shown = texts(wizard.currentPage())
    for words in ("U sprzedawcy", "W tym programie", "526-283-15-03", "899-239-08-46", "Kłosowska s.c."):
        assert words in shown


def test_nothing_is_shown_beside_a_record_that_agrees(opened: Any) -> None:
    same = {"customer": "cust-1", "holder": {"name": COMPANY.name, "nip": COMPANY.nip}}
    wizard, _ = opened(draft__load=[{"result": same}])
    tick(wizard, "Abonament")
    priced(wizard)
    wait_until(lambda: wizard.flow.holder is not None, what="the licence's holder")
    go_on(wizard, "Dane do faktury")
    assert "U sprzedawcy" not in texts(wizard.currentPage())


def test_a_report_has_the_differences_in_it_and_other_ways_beside_it(
    opened: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    visited: list[str] = []
    monkeypatch.setattr("r2_renewal.ui.links.QDesktopServices.openUrl", lambda url: visited.append(url.toString()))
    wizard, agent = opened(draft__load=[{"result": HOLDER}])
    tick(wizard, "Abonament")
    priced(wizard)
    go_on(wizard, "Dane do faktury")
    click(wizard, "Zgłoś niepoprawne dane…")
    (dialog,) = (found for found in wizard.findChildren(QDialog) if found.windowTitle() == "Zgłoś niepoprawne dane")
    click(dialog, "eBOK Symfonia")
    click(dialog, "Formularz kontaktowy")
    assert visited == [LINKS.ebok, LINKS.contact_form]
    click(dialog, "Wyślij zgłoszenie")
    wait_until(lambda: agent.asked("data.correct"), what="report")
    assert "W licencji programu: NIP 899-239-08-46" in agent.asked("data.correct")[0]["message"]
    wait_until(lambda: "K/2026/0001" in texts(dialog), what="ticket")
    dialog.reject()


def test_a_nip_that_stops_the_order_says_why_at_once(opened: Any) -> None:
    wizard, _ = opened(replace(storefront(), company=replace(COMPANY, nip="5262831504")))
    tick(wizard, "Abonament")
    priced(wizard)
    go_on(wizard, "Dane do faktury")
    shown = texts(wizard.currentPage())
    assert "nie dotarłaby w KSeF" in shown
    assert ErrorCode.INVOICE_NIP_INVALID.value in shown
    click(wizard, "Dalej")
    assert problems(wizard) == [
        "Ten NIP jest nieprawidłowy. Sprawdź, czy cyfry się zgadzają."
    ]  # nobody is to confirm it


# Osoba zamawiająca


def test_nobody_is_remembered_who_did_not_ask(opened: Any) -> None:
    wizard, agent = opened()
    to_consent(wizard)
    assert agent.asked("orderer.remember") == []


def test_who_asks_is_remembered_and_can_be_forgotten(opened: Any) -> None:
    wizard, agent = opened()
    tick(wizard, "Abonament")
    priced(wizard)
    go_on(wizard, "Dane do faktury")
    tick(wizard, "Dane do faktury są poprawne")
    go_on(wizard, "Osoba zamawiająca")
    for name, text in ANNA.items():
        type_at(name, text)
    assert not find(wizard, QCheckBox, "Zapamiętaj mnie na tym komputerze").isChecked()
    choose("Zapamiętaj mnie na tym komputerze")
    go(wizard, "Zgoda na automatyczne odnowienie")
    wait_until(lambda: wizard.flow.remembered is not None, what="memory")
    (asked,) = agent.asked("orderer.remember")
    assert asked["customer"] == "cust-1"
    assert asked["orderer"]["phone"] == "+48601234567"
    click(wizard, "Wstecz")
    assert "Na tym komputerze zapamiętano: Anna Kłosowska." in texts(wizard.currentPage())
    choose("Zapomnij mnie")
    wait_until(lambda: wizard.flow.remembered is None, what="forgetting")
    assert agent.asked("orderer.forget") == [{"customer": "cust-1"}]
    assert not find(wizard, QCheckBox, "Zapamiętaj mnie na tym komputerze").isChecked()


def test_the_remembered_person_is_filled_in_and_is_no_draft(opened: Any) -> None:
    person = msgspec.to_builtins(Orderer("Anna", "Kłosowska", "+48601234567", "anna@firma.pl"))
    wizard, agent = opened(draft__load=[{"result": {"customer": "cust-1", "orderer": person}}])
    wait_until(lambda: wizard.flow.remembered is not None, what="memory")
    assert wizard.flow.orderer.first_name == "Anna"
    wizard.reject()
    assert agent.asked("draft.save") == []


def test_a_memory_that_cannot_be_written_is_said(opened: Any) -> None:
    wizard, _ = opened(orderer__remember=[failure(ErrorCode.STORE)])
    tick(wizard, "Abonament")
    priced(wizard)
    go_on(wizard, "Dane do faktury")
    tick(wizard, "Dane do faktury są poprawne")
    go_on(wizard, "Osoba zamawiająca")
    for name, text in ANNA.items():
        fill(wizard, name, text)
    tick(wizard, "Zapamiętaj mnie na tym komputerze")
    go_on(wizard, "Zgoda na automatyczne odnowienie")
    wait_until(lambda: ErrorCode.STORE.value in texts(wizard.currentPage()), what="message")


@pytest.mark.parametrize("text", ["0048601234567", "+48 601-234-567", "(22) 123-45-67", " 601 234 567 "])
def test_a_telephone_is_pasted_in_any_usual_form(opened: Any, text: str) -> None:
    wizard, _ = opened()
    tick(wizard, "Abonament")
    priced(wizard)
    go_on(wizard, "Dane do faktury")
    tick(wizard, "Dane do faktury są poprawne")
    go_on(wizard, "Osoba zamawiająca")
    for name, typed in ANNA.items():
        if name != "Telefon":
            fill(wizard, name, typed)
    QApplication.clipboard().setText(text)
    tab_to("Telefon")
    press(Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert find(wizard, QLineEdit, "Telefon").text() == text
    go_on(wizard, "Zgoda na automatyczne odnowienie")
    assert wizard.flow.contacts.settled_orderer.phone.startswith("+48")


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
