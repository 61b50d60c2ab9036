"""Each page of the order form, by keyboard alone, in every state that it can be in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QCheckBox,
    QComboBox,
    QDialog,
    QLabel,
    QLineEdit,
    QRadioButton,
    QWizard,
)
from pytestqt.qtbot import QtBot

from r2_renewal.domain.basket import Storefront
from r2_renewal.domain.errors import ErrorCode
from r2_renewal.domain.money import money
from r2_renewal.domain.order import Orderer, Transfer
from r2_renewal.domain.order_flow import start
from r2_renewal.ui.order_wizard.summary_page import ORDER_BUTTON
from r2_renewal.ui.order_wizard.wizard import OrderWizard
from r2_renewal.ui.plain_text import PlainTextView, ProblemLabel
from tests.driver import click, fill, find, go_on, tick, wait_until
from tests.keyboard import choose, focused, press, tab_to, type_at
from tests.samples import (
    COMPANY,
    storefront,
    two_programs,
)
from tests.ui.conftest import LINKS, Agent, failure
from tests.ui.order_steps import ANNA, priced, to_consent, to_summary

AgentMaker = Callable[..., Agent]
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
