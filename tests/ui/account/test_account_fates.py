"""„Moje konto" whatever the agent answers: a scripted agent behind the real windows, the keyboard in front."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QCheckBox, QLineEdit
from pytestqt.qtbot import QtBot

from r2_renewal.agent.protocol import AccountState, CustomerResult
from r2_renewal.domain.consent import Document
from r2_renewal.domain.errors import ErrorCode
from r2_renewal.ui.account.account_window import AccountWindow
from r2_renewal.ui.account.consent_box import GIVE, REVOKE
from r2_renewal.ui.account.words import (
    CANNOT_ENROL,
    OTHER_CUSTOMER,
    REFUSED_DATA,
    TEXT_CHANGED,
)
from r2_renewal.ui.plain_text import PlainLabel
from tests.driver import fill, find, wait_until
from tests.fakes.scripted_agent import EMAIL
from tests.samples import COMPANY, CONSENT, TODAY, customer_record, enrolment
from tests.ui.account.by_hand import (
    INVOICE_LINE,
    SAVE,
    box,
    chosen,
    consent,
    go_to,
    group,
    has_focus,
    line,
    menu,
    menu_names,
    press,
    program,
    revoke,
    said,
    save,
    type_login,
)
from tests.ui.conftest import LINKS, Agent, failure

NOBODY: dict[str, Any] = {"result": {}}
NEW = "nowe@klosowska.example"
Open = Callable[..., tuple[AccountWindow, Agent]]


@pytest.fixture
def opened(qtbot: QtBot, agent: Callable[..., Agent]) -> Open:
    """Return a maker of account windows over a scripted agent."""

    def make(**script: list[dict[str, Any]]) -> tuple[AccountWindow, Agent]:
        made = agent(**script)
        window = AccountWindow(made.link, LINKS, lambda: TODAY)
        qtbot.addWidget(window)
        window.show()
        wait_until(lambda: "Sprawdzam" not in said(window), what="the state of the account")
        return window, made

    return make


@pytest.fixture
def account(opened: Open) -> AccountWindow:
    """An account with its data on the screen."""
    window, _ = opened()
    group(window, "Dane dodatkowe firmy")
    return window


def data(window: AccountWindow) -> AccountWindow:
    group(window, "Dane dodatkowe firmy")
    return window


def answer(content: Any) -> dict[str, Any]:
    return {"result": msgspec.to_builtins(content)}


def customer(**changes: Any) -> dict[str, Any]:
    return answer(CustomerResult(record=customer_record(**changes), consent=CONSENT))


def state(**changes: Any) -> dict[str, Any]:
    return answer(AccountState(email=EMAIL, **changes))


def shown_labels(window: AccountWindow) -> list[str]:
    return [label.text() for label in window.findChildren(PlainLabel) if label.isVisible()]


# „Moje dane"


def test_the_companys_data_are_to_read_with_the_nip_first(account: AccountWindow) -> None:
    lines = group(account, "Dane firmy").findChildren(QLineEdit)
    assert [entry.accessibleName() for entry in lines] == ["NIP", "Nazwa firmy", "Adres"]
    assert (lines[0].text(), all(entry.isReadOnly() for entry in lines)) == ("526-283-15-03", True)


def test_every_box_opens_unticked_beside_its_full_text(account: AccountWindow) -> None:
    give, take_back = box(account, "R2płatnik"), box(account, "R2księga", REVOKE)
    assert (give.isChecked(), take_back.isChecked()) == (False, False)
    assert give.accessibleDescription() in [
        label.text() for label in program(account, "R2płatnik").findChildren(PlainLabel)
    ]
    assert "abonamentu R2płatnik" in give.accessibleDescription()
    assert "nie odnowi się 01.04.2027" in take_back.accessibleDescription()
    assert [entry for entry in program(account, "R2księga").findChildren(QCheckBox) if entry.isVisible()] == [take_back]


def test_boxes_follow_the_address_in_the_order_of_the_tab_key(account: AccountWindow) -> None:
    line(account, INVOICE_LINE).setFocus()
    for wanted in (box(account, "R2płatnik"), box(account, "R2księga", REVOKE), find(account, QAbstractButton, SAVE)):
        QTest.keyClick(account.focusWidget(), Qt.Key.Key_Tab)
        assert account.focusWidget() is wanted


def test_what_is_sent_is_the_text_that_was_shown(opened: Open) -> None:
    window, agent = opened()
    consent(data(window), "R2płatnik")
    revoke(window, "R2księga")
    text = box(window, "R2płatnik").accessibleDescription()
    save(window, "Zapisano dane firmy")
    [sent] = agent.asked("customer.change")
    [given] = sent["change"]["consents"]
    assert (given["licence_id"], given["consent"]["text"]) == ("lic-1", text)
    assert (sent["change"]["revocations"], sent["change"]["invoice_email"]) == (["lic-2"], None)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Podaj e-mail do faktury."),
        ("kłopot", "Ten adres e-mail jest nieprawidłowy. Przykład: faktury@twojafirma.pl."),
        ("a@b.pl, c@d.pl", "Podaj tylko jeden adres e-mail."),
    ],
)
def test_an_address_that_is_none_is_judged_as_in_the_order_form(opened: Open, text: str, words: str) -> None:
    window, agent = opened()
    fill(data(window), INVOICE_LINE, text)
    press(window, SAVE)
    wait_until(lambda: line(window, INVOICE_LINE).accessibleDescription() == words, what="judgement")
    wait_until(lambda: has_focus(window, INVOICE_LINE), what="focus")
    assert agent.asked("customer.change") == []


def test_nothing_changed_is_nothing_sent(opened: Open) -> None:
    window, agent = opened()
    save(data(window), "Nie ma czego zmieniać")
    assert agent.asked("customer.change") == []


def test_a_tick_that_a_new_address_takes_back_is_told(account: AccountWindow) -> None:
    consent(account, "R2płatnik")
    fill(account, INVOICE_LINE, NEW)
    assert not box(account, "R2płatnik").isChecked()
    told = [label.text() for label in program(account, "R2płatnik").findChildren(PlainLabel) if label.isVisible()]
    assert f"⚠ {TEXT_CHANGED}" in told
    consent(account, "R2płatnik")
    told = [label.text() for label in program(account, "R2płatnik").findChildren(PlainLabel) if label.isVisible()]
    assert f"⚠ {TEXT_CHANGED}" not in told


def test_an_office_with_hundreds_of_programs_sees_them_page_by_page_and_sends_what_it_ticked_on_any(
    opened: Open,
) -> None:
    many = tuple(enrolment(f"lic-{number}", f"Program {number:03}", on=number == 1) for number in range(300))
    window, agent = opened(customer__load=[customer(enrolments=many)])
    revoke(data(window), "Program 001")
    assert "Programy 1–6 z 300" in shown_labels(window)
    press(window, "Następne programy")
    consent(window, "Program 007")
    fill(window, "Szukaj programu", "program 299")
    assert "Programy 1–1 z 1" in shown_labels(window)
    consent(window, "Program 299")
    assert "Zaznaczone, do zapisania: 2 zgody, 1 rezygnacja." in shown_labels(window)
    save(window, "Zapisano")
    [sent] = agent.asked("customer.change")
    assert {given["licence_id"] for given in sent["change"]["consents"]} == {"lic-7", "lic-299"}
    assert sent["change"]["revocations"] == ["lic-1"]


def test_hundreds_of_programs_stop_nobody_from_typing(opened: Open) -> None:
    many = tuple(enrolment(f"lic-{number}", f"Program {number:03}") for number in range(300))
    window, _ = opened(customer__load=[customer(enrolments=many)])
    edit = line(data(window), INVOICE_LINE)
    edit.setFocus()
    took = []
    for _ in range(20):
        began = time.process_time()
        QTest.keyClick(edit, Qt.Key.Key_A)
        QApplication.sendPostedEvents()
        took.append(time.process_time() - began)
    assert sorted(took)[10] < 0.05


def changed_elsewhere(**changes: Any) -> dict[str, Any]:
    return failure(ErrorCode.CUSTOMER_CHANGED, customer=msgspec.to_builtins(customer_record('"2"', **changes)))


def test_somebody_elses_change_can_be_taken_instead(opened: Open) -> None:
    window, _ = opened(customer__change=[changed_elsewhere(invoice_email="inne@klosowska.example")])
    fill(data(window), INVOICE_LINE, NEW)
    save(window, ErrorCode.CUSTOMER_CHANGED.value)
    group(window, "Zmieniono w innym miejscu")
    press(window, "Przyjmij aktualne dane")
    assert line(window, INVOICE_LINE).text() == "inne@klosowska.example"
    assert said(window) == ""


def test_what_nobody_sees_is_sent_on_once_and_never_in_a_circle(opened: Open) -> None:
    window, agent = opened(customer__change=[changed_elsewhere()])
    fill(data(window), INVOICE_LINE, NEW)
    save(window, ErrorCode.CUSTOMER_CHANGED.value)
    assert [sent["change"]["tag"] for sent in agent.asked("customer.change")] == ['"1"', '"2"']


def test_a_price_that_changed_meanwhile_is_consented_to_anew(opened: Open) -> None:
    dearer = replace(enrolment(), last_day=date(2027, 12, 22))
    window, agent = opened(customer__change=[changed_elsewhere(enrolments=(dearer,)), customer()])
    consent(data(window), "R2płatnik")
    save(window, ErrorCode.CUSTOMER_CHANGED.value)
    assert not box(window, "R2płatnik").isChecked()
    assert "22.12.2027" in box(window, "R2płatnik").accessibleDescription()
    assert len(agent.asked("customer.change")) == 1


def test_a_new_text_of_the_vendor_is_shown_and_consented_to_anew(opened: Open) -> None:
    other = Document(CONSENT.kind, "2", CONSENT.title, "Nowa treść zgody dla {program}.")
    refusal = failure(ErrorCode.CONSENT_TEXT_CHANGED, document=msgspec.to_builtins(other))
    window, agent = opened(customer__change=[refusal, customer()])
    consent(data(window), "R2płatnik")
    save(window, TEXT_CHANGED)
    assert not box(window, "R2płatnik").isChecked()
    assert box(window, "R2płatnik").accessibleDescription() == "Nowa treść zgody dla R2płatnik."
    consent(window, "R2płatnik")
    save(window, "Zapisano")
    assert agent.asked("customer.change")[-1]["change"]["consents"][0]["consent"]["version"] == "2"


@pytest.mark.parametrize(
    ("refusal", "words"),
    [
        (failure(ErrorCode.OFFER_WITHDRAWN), CANNOT_ENROL),
        (failure(ErrorCode.NOT_FOUND), CANNOT_ENROL),
        (failure(ErrorCode.ORDER_INVALID), REFUSED_DATA),
    ],
)
def test_a_refusal_has_words_of_its_own_and_fresh_data_as_the_way_on(
    opened: Open, refusal: dict[str, Any], words: str
) -> None:
    gone = customer(enrolments=(replace(enrolment(), renewal=None),))
    window, agent = opened(customer__change=[refusal], customer__load=[customer(), gone])
    consent(data(window), "R2płatnik")
    save(window, words)
    press(window, "Pobierz aktualne dane")
    wait_until(lambda: said(window) == "", what="fresh data")
    assert [entry for entry in program(window, "R2płatnik").findChildren(QCheckBox) if entry.isVisible()] == []
    assert len(agent.asked("customer.load")) == 2


def test_an_address_that_the_shop_refuses_is_told_at_its_line(opened: Open) -> None:
    window, _ = opened(customer__change=[failure(ErrorCode.ORDER_INVALID, fields=["invoice_email"])])
    fill(data(window), INVOICE_LINE, NEW)
    press(window, SAVE)
    wait_until(lambda: "nieprawidłowy" in line(window, INVOICE_LINE).accessibleDescription(), what="refusal")
    assert has_focus(window, INVOICE_LINE)


def test_a_change_that_was_cut_can_be_sent_again_and_nothing_is_typed_meanwhile(opened: Open) -> None:
    window, agent = opened(customer__change=[{**failure(ErrorCode.TIMEOUT), "after": 0.3}, customer()])
    fill(data(window), INVOICE_LINE, NEW)
    press(window, SAVE)
    wait_until(lambda: "Zapisuję" in said(window), what="saving")
    assert not line(window, INVOICE_LINE).isEnabled()
    wait_until(lambda: ErrorCode.TIMEOUT.value in said(window), what="failure")
    assert (line(window, INVOICE_LINE).text(), line(window, INVOICE_LINE).isEnabled()) == (NEW, True)
    press(window, "Ponów")
    wait_until(lambda: "Zapisano" in said(window), what="saved")
    assert len(agent.asked("customer.change")) == 2


def test_what_is_typed_while_fresh_data_are_on_their_way_stays(opened: Open) -> None:
    fresh = {**customer(tag='"2"', company=replace(COMPANY, name="Kłosowska S.A.")), "after": 0.5}
    window, agent = opened(customer__load=[customer(), fresh])
    go_to(data(window), "Faktury")
    go_to(window, "Moje dane")
    fill(window, INVOICE_LINE, NEW)
    wait_until(lambda: ErrorCode.CUSTOMER_CHANGED.value in said(window), what="fresh data")
    assert line(window, INVOICE_LINE).text() == NEW
    assert line(window, "Nazwa firmy").text() == "Kłosowska S.A."
    group(window, "Zmieniono w innym miejscu")
    save(window, "Zapisano")
    assert agent.asked("customer.change")[0]["change"]["tag"] == '"2"'


def test_fresh_data_that_are_the_same_leave_what_is_typed_alone(opened: Open) -> None:
    window, agent = opened(customer__load=[customer(), {**customer(tag='"2"'), "after": 0.5}])
    go_to(data(window), "Faktury")
    go_to(window, "Moje dane")
    consent(window, "R2płatnik")
    wait_until(lambda: len(agent.asked("customer.load")) == 2 and said(window) == "", what="fresh data")
    assert box(window, "R2płatnik").isChecked()


def test_what_changed_elsewhere_is_seen_when_asked_for_or_when_the_window_opens_again(opened: Open) -> None:
    steps = [customer(), customer(invoice_email="a@klosowska.example"), customer(invoice_email="b@klosowska.example")]
    window, _ = opened(customer__load=steps)
    press(data(window), "Odśwież")
    wait_until(lambda: line(window, INVOICE_LINE).text() == "a@klosowska.example", what="fresh data")
    window.close()
    window.show()
    wait_until(lambda: line(window, INVOICE_LINE).text() == "b@klosowska.example", what="fresher data")


def test_an_agent_that_dies_in_the_saving_costs_nothing_that_was_typed(opened: Open) -> None:
    window, _ = opened(customer__change=[{"die": True}])
    fill(data(window), INVOICE_LINE, NEW)
    consent(window, "R2płatnik")
    save(window, ErrorCode.AGENT_DIED.value)
    assert (line(window, INVOICE_LINE).text(), box(window, "R2płatnik").isChecked()) == (NEW, True)
    assert find(window, QAbstractButton, "Ponów").isEnabled()


def test_where_no_consent_can_be_given_the_way_on_is_said(opened: Open) -> None:
    over = replace(enrolment("lic-3", "R2faktury", date(2026, 11, 1)), renewal=None)
    window, _ = opened(customer__load=[customer(enrolments=(replace(enrolment(), renewal=None), over))])
    for name, words in (("R2płatnik", "zostało za mało czasu"), ("R2faktury", "skończył się 01.11.2026")):
        shown = program(data(window), name)
        assert [entry for entry in shown.findChildren(QCheckBox) if entry.isVisible()] == []
        [text] = [label.text() for label in shown.findChildren(PlainLabel) if label.isVisible()]
        assert words in text
        assert "Pomoc → eSklep" in text


def test_data_that_cannot_be_had_are_asked_for_again(opened: Open) -> None:
    window, _ = opened(customer__load=[failure(ErrorCode.OFFLINE), customer()])
    wait_until(lambda: ErrorCode.OFFLINE.value in said(window), what="failure")
    press(window, "Ponów")
    data(window)
    assert said(window) == ""


# A session that ends


@pytest.mark.parametrize(
    ("page", "method"),
    [
        ("Moje programy", "programs__load"),
        ("Zamówienia", "orders__load"),
        ("Faktury", "invoices__load"),
        ("Moje dane", "consents__load"),
    ],
)
def test_s7_a_page_that_met_the_end_of_the_session_loads_after_the_login(opened: Open, page: str, method: str) -> None:
    window, agent = opened(**{method: [failure(ErrorCode.LOGIN_AGAIN), {}]})
    if page != "Moje dane":
        go_to(data(window), page)
    wait_until(lambda: ErrorCode.LOGIN_AGAIN.value in said(window), what="login")
    assert line(window, "E-mail").text() == EMAIL
    type_login(window, "haslo")
    wait_until(lambda: chosen(window) == page, what="the page")
    wait_until(lambda: len(agent.asked(method.replace("__", "."))) == 2, what="another try")


def test_s9_another_customers_login_finds_nothing_of_the_firsts_typing(opened: Open) -> None:
    other = state(customer_id="K-2", is_other_customer=True)
    window, agent = opened(customer__change=[failure(ErrorCode.LOGIN_AGAIN), {}], account__login=[other])
    fill(data(window), INVOICE_LINE, NEW)
    consent(window, "R2płatnik")
    save(window, ErrorCode.LOGIN_AGAIN.value)
    type_login(window, "haslo", "inna@firma.example")
    wait_until(lambda: menu(window) is not None, what="the account")
    data(window)
    assert OTHER_CUSTOMER in said(window)
    assert line(window, INVOICE_LINE).text() == customer_record().invoice_email
    assert not box(window, "R2płatnik").isChecked()
    assert len(agent.asked("customer.change")) == 1


def test_h2_answers_to_a_window_that_is_gone_are_dropped(qtbot: QtBot, agent: Callable[..., Agent]) -> None:
    made = agent(account__state=[{"after": 0.3}])
    window = AccountWindow(made.link, LINKS, lambda: TODAY)
    window.show()
    gone: list[bool] = []
    window.destroyed.connect(lambda: gone.append(True))
    window.deleteLater()
    wait_until(lambda: gone, what="destroyed window")
    wait_until(lambda: made.asked("account.state"), what="the question")
    qtbot.wait(500)


def test_every_line_has_a_name_and_every_button_its_words(opened: Open) -> None:
    window, _ = opened()
    for page in menu_names(data(window)):
        go_to(window, page)
        wait_until(lambda: "Pobieram" not in said(window), what="page")
        for entry in window.findChildren(QLineEdit):
            assert entry.accessibleName() or not entry.isVisible()
        for button in window.findChildren(QAbstractButton):
            if button.isVisible() and button.focusPolicy() != Qt.FocusPolicy.NoFocus and button.text():
                assert button.accessibleName() == button.text()
    assert GIVE.startswith("Wyrażam")
