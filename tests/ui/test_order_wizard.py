"""The order form on the screen, driven as a person drives it, with an agent that can meet any fate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QCheckBox,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QRadioButton,
    QWizard,
)
from pytestqt.qtbot import QtBot

from r2_renewal.domain.errors import ErrorCode
from r2_renewal.domain.offer import ServiceKind
from r2_renewal.domain.order import OrderState
from r2_renewal.domain.order_flow import start
from r2_renewal.ui.correction_dialog import CorrectionDialog
from r2_renewal.ui.error_texts import sentence
from r2_renewal.ui.field import Field
from r2_renewal.ui.order_wizard.page import OrderPage
from r2_renewal.ui.order_wizard.summary_page import ORDER_BUTTON
from r2_renewal.ui.order_wizard.wizard import OrderWizard
from tests.driver import click, fill, find, go_on, tick, wait_until
from tests.samples import SUBSCRIPTION, order_of, quote_for, storefront
from tests.ui.conftest import LINKS, Agent, failure
from tests.ui.order_steps import to_consent, to_invoice, to_orderer, to_summary

AgentMaker = Callable[..., Agent]


@pytest.fixture
def opened(qtbot: QtBot, agent: AgentMaker) -> Callable[..., tuple[OrderWizard, Agent]]:
    """Return a maker of order forms, shown, over a scripted agent; ``nip`` sets the NIP on record."""

    def make(nip: str | None = None, **script: list[dict[str, Any]]) -> tuple[OrderWizard, Agent]:
        made, shop = agent(**script), storefront()
        if nip is not None:
            shop = replace(shop, company=replace(shop.company, nip=nip))
        wizard = OrderWizard(start(shop, shop.basket[:1]), made.link, LINKS)
        qtbot.addWidget(wizard)
        wizard.show()
        qtbot.waitExposed(wizard)
        return wizard, made

    return make


def page(wizard: QWizard) -> OrderPage:
    current = wizard.currentPage()
    assert isinstance(current, OrderPage)
    return current


def problem_at(wizard: QWizard, name: str) -> str:
    return next(field.problem for field in wizard.findChildren(Field) if field.label.text() == name)


def shown(wizard: QWizard) -> str:
    return page(wizard).messages.text


def test_nothing_is_ticked_or_chosen_when_the_form_opens(qtbot: QtBot, opened: Any) -> None:
    wizard, _ = opened()
    assert wizard.windowTitle() == "Zamówienie"
    assert not any(radio.isChecked() for radio in wizard.findChildren(QRadioButton))
    assert not any(box.isChecked() for box in wizard.findChildren(QCheckBox))


def test_the_whole_form_orders_exactly_once_and_thanks_for_the_shops_receipt(qtbot: QtBot, opened: Any) -> None:
    wizard, agent = opened()
    to_summary(wizard)
    button = find(wizard, QAbstractButton, ORDER_BUTTON)
    qtbot.mouseDClick(button, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    wait_until(lambda: wizard.currentPage().title() == "Potwierdzenie")
    (placed,) = agent.asked("order.place")
    assert placed["order"]["nip"] == "5262831503"
    assert placed["order"]["orderer"]["phone"] == "+48601234567"
    assert placed["order"]["consents"]["lic-1"]["text"] == wizard.flow.consent_text
    assert not find(wizard, QAbstractButton, "Zamknij").isHidden()


def test_missing_fields_are_named_and_the_first_gets_the_focus(qtbot: QtBot, opened: Any) -> None:
    wizard, _ = opened()
    to_orderer(wizard)
    click(wizard, "Dalej")
    assert problem_at(wizard, "Imię") == "Podaj imię."
    assert problem_at(wizard, "Nazwisko") == "Podaj nazwisko."
    assert problem_at(wizard, "Telefon") == "Podaj numer telefonu."
    assert problem_at(wizard, "E-mail") == "Podaj adres e-mail osoby zamawiającej."
    assert find(wizard, QLineEdit, "Imię").hasFocus()


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("Telefon", "112", "Ten numer telefonu jest za krótki. Numer w Polsce ma 9 cyfr, np. 601 234 567."),
        ("E-mail", "anna@", "Ten adres e-mail jest nieprawidłowy. Przykład: faktury@twojafirma.pl."),
        ("E-mail", "a@b.pl, c@d.pl", "Podaj tylko jeden adres e-mail."),
    ],
)
def test_a_malformed_contact_is_said_on_leaving_the_field_and_kept(
    qtbot: QtBot, opened: Any, name: str, text: str, words: str
) -> None:
    wizard, _ = opened()
    to_orderer(wizard)
    fill(wizard, name, text)
    find(wizard, QLineEdit, "Imię").setFocus()
    wait_until(lambda: problem_at(wizard, name) == words)
    assert find(wizard, QLineEdit, name).text() == text


def test_a_malformed_invoice_address_keeps_the_page(qtbot: QtBot, opened: Any) -> None:
    wizard, _ = opened()
    to_invoice(wizard)
    tick(wizard, "Dane do faktury są poprawne")
    fill(wizard, "e-mail do faktury", "faktury(at)firma")
    click(wizard, "Dalej")
    wait_until(lambda: problem_at(wizard, "e-mail do faktury") != "")
    assert wizard.currentPage().title() == "Dane do faktury"


def test_a_wrong_nip_on_record_stops_the_order_with_its_reason(qtbot: QtBot, opened: Any) -> None:
    wizard, _ = opened(nip="5262831504")
    to_invoice(wizard)
    tick(wizard, "Dane do faktury są poprawne")
    click(wizard, "Dalej")
    assert problem_at(wizard, "NIP") == "Ten NIP jest nieprawidłowy. Sprawdź, czy cyfry się zgadzają."
    assert wizard.currentPage().title() == "Dane do faktury"


def test_without_the_consent_there_is_no_going_on(qtbot: QtBot, opened: Any) -> None:
    wizard, agent = opened()
    to_consent(wizard)
    click(wizard, "Dalej")
    assert wizard.currentPage().title() == "Zgoda na automatyczne odnowienie"
    assert find(wizard, QCheckBox, "Wyrażam zgodę na automatyczne odnowienie").hasFocus()
    assert agent.asked("order.place") == []


def test_the_consent_shows_its_full_text(qtbot: QtBot, opened: Any) -> None:
    wizard, _ = opened()
    to_consent(wizard)
    text = find(wizard, QPlainTextEdit, "Treść zgody na automatyczne odnowienie").toPlainText()
    assert text == wizard.flow.consent_text.replace("\u00a0", " ")
    assert "22.12.2027" in text


def test_a_shop_down_at_the_order_keeps_everything_and_the_same_key_goes_again(qtbot: QtBot, opened: Any) -> None:
    wizard, agent = opened(order__place=[failure(ErrorCode.ORDER_NOT_SENT, delivery="not_sent"), {}])
    to_summary(wizard)
    typed = wizard.flow.orderer
    click(wizard, ORDER_BUTTON)
    wait_until(lambda: sentence(ErrorCode.ORDER_NOT_SENT) in shown(wizard))
    assert wizard.flow.orderer == typed
    click(wizard, "Ponów")
    wait_until(lambda: wizard.currentPage().title() == "Potwierdzenie")
    first, second = agent.asked("order.place")
    assert first["order"]["key"] == second["order"]["key"]


@pytest.mark.parametrize(
    "fate", [failure(ErrorCode.ORDER_UNKNOWN, delivery="unknown"), {"die": True}, {"garbage": "?"}]
)
def test_an_answer_lost_on_its_way_is_said_as_unknown_and_not_ordered_again(
    qtbot: QtBot, opened: Any, fate: dict[str, Any]
) -> None:
    wizard, agent = opened(order__place=[fate])
    to_summary(wizard)
    click(wizard, ORDER_BUTTON)
    wait_until(lambda: sentence(ErrorCode.ORDER_UNKNOWN) in shown(wizard))
    assert not find(wizard, QAbstractButton, ORDER_BUTTON).isEnabled()
    assert len(agent.asked("order.place")) == 1


def test_the_truth_about_an_unknown_order_arrives_by_itself(qtbot: QtBot, opened: Any) -> None:
    order = msgspec.to_builtins(order_of(quote_for(SUBSCRIPTION)))
    step = {**failure(ErrorCode.ORDER_UNKNOWN, delivery="unknown"), "events": [["order.changed", {"order": order}]]}
    wizard, _ = opened(order__place=[step])
    to_summary(wizard)
    click(wizard, ORDER_BUTTON)
    wait_until(lambda: wizard.currentPage().title() == "Potwierdzenie")


def test_a_refusal_that_arrives_late_gives_the_form_back(opened: Any) -> None:
    refused = {"licence_ids": ["lic-1"], "error": {"code": ErrorCode.ORDER_INVALID.value, "fields": ["orderer.phone"]}}
    unknown = failure(ErrorCode.ORDER_UNKNOWN, delivery="unknown")
    wizard, _ = opened(order__place=[{**unknown, "events": [["order.refused", refused]]}])
    to_summary(wizard)
    click(wizard, ORDER_BUTTON)
    wait_until(lambda: wizard.currentPage().title() == "Osoba zamawiająca")
    assert find(wizard, QLineEdit, "Imię").text() == "Anna"


def test_another_order_under_the_key_is_never_sent_again_under_a_new_one(opened: Any) -> None:
    wizard, agent = opened(order__place=[failure(ErrorCode.KEY_REUSED, delivery="refused"), {}])
    to_summary(wizard)
    click(wizard, ORDER_BUTTON)
    wait_until(lambda: ErrorCode.KEY_REUSED.value in shown(wizard))
    assert not find(wizard, QPushButton, ORDER_BUTTON).isEnabled()
    assert [one for one in wizard.findChildren(QPushButton) if one.isVisible() and one.text() == "Ponów"] == []
    click(wizard, "Zamknij zamówienie")
    assert not wizard.isVisible()
    assert len(agent.asked("order.place")) == 1


def test_a_refusal_without_a_field_is_said_and_sent_anew_under_a_new_key(opened: Any) -> None:
    wizard, agent = opened(order__place=[failure(ErrorCode.NOT_FOUND, delivery="refused"), {}])
    to_summary(wizard)
    click(wizard, ORDER_BUTTON)
    wait_until(lambda: ErrorCode.NOT_FOUND.value in shown(wizard))
    click(wizard, "Ponów")
    wait_until(lambda: wizard.currentPage().title() == "Potwierdzenie")
    first, second = agent.asked("order.place")
    assert first["order"]["key"] != second["order"]["key"]


def test_a_changed_consent_text_is_read_and_given_anew(opened: Any) -> None:
    document = {"kind": "auto_renewal", "version": "2", "title": "Zgoda", "text": "Nowa treść dla {program}."}
    wizard, agent = opened(
        order__place=[failure(ErrorCode.CONSENT_TEXT_CHANGED, delivery="refused", document=document), {}]
    )
    to_summary(wizard)
    click(wizard, ORDER_BUTTON)
    wait_until(lambda: wizard.currentPage().title() == "Zgoda na automatyczne odnowienie")
    assert (
        find(wizard, QPlainTextEdit, "Treść zgody na automatyczne odnowienie").toPlainText()
        == "Nowa treść dla R2płatnik."
    )
    tick(wizard, "Wyrażam zgodę na automatyczne odnowienie")
    go_on(wizard, "Podsumowanie")
    click(wizard, ORDER_BUTTON)
    wait_until(lambda: wizard.currentPage().title() == "Potwierdzenie")
    assert agent.asked("order.place")[1]["order"]["consents"]["lic-1"]["version"] == "2"


def test_a_changed_price_is_shown_and_consented_to_anew(qtbot: QtBot, opened: Any) -> None:
    quote = msgspec.to_builtins(quote_for(SUBSCRIPTION, net="500.00"))
    wizard, agent = opened(order__place=[failure(ErrorCode.PRICE_CHANGED, delivery="refused", quote=quote), {}])
    to_summary(wizard)
    click(wizard, ORDER_BUTTON)
    wait_until(lambda: wizard.currentPage().title() == "Zgoda na automatyczne odnowienie")
    assert "z 560,14\u00a0zł na 615,00\u00a0zł" in shown(wizard)
    assert not find(wizard, QCheckBox, "Wyrażam zgodę na automatyczne odnowienie").isChecked()
    tick(wizard, "Wyrażam zgodę na automatyczne odnowienie")
    go_on(wizard, "Podsumowanie")
    click(wizard, ORDER_BUTTON)
    wait_until(lambda: wizard.currentPage().title() == "Potwierdzenie")
    first, second = agent.asked("order.place")
    assert first["order"]["key"] != second["order"]["key"]


def test_fields_that_the_shop_refuses_lead_back_to_their_page(qtbot: QtBot, opened: Any) -> None:
    wizard, _ = opened(order__place=[failure(ErrorCode.ORDER_INVALID, delivery="refused", fields=["orderer.phone"])])
    to_summary(wizard)
    click(wizard, ORDER_BUTTON)
    wait_until(lambda: wizard.currentPage().title() == "Osoba zamawiająca")
    assert "601 234 567" in problem_at(wizard, "Telefon")
    assert find(wizard, QLineEdit, "Imię").text() == "Anna"


def test_no_price_is_said_with_a_way_to_ask_again(qtbot: QtBot, opened: Any) -> None:
    wizard, _ = opened(order__quote=[failure(ErrorCode.OFFLINE), {}])
    tick(wizard, "Abonament")
    wait_until(lambda: ErrorCode.OFFLINE.value in shown(wizard))
    click(wizard, "Ponów")
    wait_until(lambda: wizard.flow.quote is not None)
    assert shown(wizard) == ""


def test_back_and_forth_keeps_every_field(qtbot: QtBot, opened: Any) -> None:
    wizard, _ = opened()
    to_summary(wizard)
    for _ in range(4):
        click(wizard, "Wstecz")
    assert wizard.currentPage().title() == "Usługa"
    for title in ("Dane do faktury", "Osoba zamawiająca", "Zgoda na automatyczne odnowienie", "Podsumowanie"):
        go_on(wizard, title)
    assert wizard.flow.consent_given


def test_enter_on_the_summary_orders_nothing(qtbot: QtBot, opened: Any) -> None:
    wizard, agent = opened()
    to_summary(wizard)
    qtbot.keyClick(wizard, Qt.Key.Key_Return)
    assert not wizard.button(QWizard.WizardButton.CommitButton).isDefault()
    assert agent.asked("order.place") == []


def test_the_licence_that_comes_is_shown_as_renewed(qtbot: QtBot, opened: Any) -> None:
    events = [
        ["order.changed", {"order": msgspec.to_builtins(order_of(quote_for(SUBSCRIPTION), OrderState.FULFILLED))}],
        ["licence.installed", {"licence_id": "lic-1", "valid_until": "2027-12-22"}],
    ]
    wizard, _ = opened(order__place=[{"events": events}])
    to_summary(wizard)
    click(wizard, ORDER_BUTTON)
    wait_until(lambda: "Odnowiono do 22.12.2027" in _texts(wizard))
    assert "Stan zamówienia: zrealizowane." in _texts(wizard)


def _texts(wizard: QWizard) -> str:
    from PySide6.QtWidgets import QLabel

    return "\n".join(label.text() for label in wizard.currentPage().findChildren(QLabel))


def test_wrong_data_is_reported_and_the_ticket_is_told(qtbot: QtBot, opened: Any) -> None:
    wizard, agent = opened()
    to_invoice(wizard)
    click(wizard, "Zgłoś niepoprawne dane…")
    (dialog,) = wizard.findChildren(CorrectionDialog)
    find(dialog, QPlainTextEdit, "Zgłoszenie").appendPlainText("\u202aul. Nowa\t7\u200b\n00-\u00ad116 Łódź")
    click(dialog, "Wyślij zgłoszenie")
    wait_until(lambda: "K/2026/0001" in dialog._messages.text)
    (report,) = agent.asked("data.correct")
    assert "526-283-15-03" in report["message"]
    assert report["message"].endswith("Powinno być:\nul. Nowa 7\n00-116 Łódź")
    click(dialog, "Zamknij")


def test_a_report_is_sent_by_its_button_alone_and_once(opened: Any) -> None:
    wizard, agent = opened(data__correct=[{"after": 0.2}])
    to_invoice(wizard)
    click(wizard, "Zgłoś niepoprawne dane…")
    (dialog,) = wizard.findChildren(CorrectionDialog)
    send, text = find(dialog, QPushButton, "Wyślij zgłoszenie"), find(dialog, QPlainTextEdit, "Zgłoszenie")
    send.setFocus()
    text.setFocus()
    assert not (send.isDefault())
    assert not (send.autoDefault())
    QTest.keyClick(text, Qt.Key.Key_Return)
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    QTest.mouseDClick(send, Qt.MouseButton.LeftButton)
    QTest.mouseClick(send, Qt.MouseButton.LeftButton)
    wait_until(lambda: "K/2026/0001" in dialog._messages.text)
    QTest.keyClick(text, Qt.Key.Key_Return)  # nothing to type in any more: it goes to the dialog
    QTest.qWait(50)
    assert len(agent.asked("data.correct")) == 1
    assert dialog.isVisible()


def test_an_extension_that_the_shop_does_not_offer_cannot_be_chosen(qtbot: QtBot, agent: AgentMaker) -> None:
    shop = replace(storefront(), offers=(SUBSCRIPTION,))
    wizard = OrderWizard(start(shop, shop.basket[:1]), agent().link, LINKS)
    qtbot.addWidget(wizard)
    wizard.show()
    assert not find(wizard, QRadioButton, "Rozszerzenie").isEnabled()
    assert find(wizard, QRadioButton, "Abonament").isEnabled()


def test_an_extension_wants_a_limit(qtbot: QtBot, opened: Any) -> None:
    wizard, _ = opened()
    tick(wizard, "Rozszerzenie")
    click(wizard, "Dalej")
    assert wizard.currentPage().title() == "Usługa"
    assert "Wybierz limit większy niż obecny (do 50 pracowników)." in _texts(wizard)
    assert wizard.flow.kind is ServiceKind.EXTENSION
