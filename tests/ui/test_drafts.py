"""Drafts on the screen: what is typed is kept, what was kept is asked about first, and nothing is overwritten unseen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QCheckBox, QLineEdit, QRadioButton, QTableView, QWizard
from pytestqt.qtbot import QtBot

from r2_renewal.agent.protocol import Event, Method, Nothing, OrderResult
from r2_renewal.domain.draft import Draft
from r2_renewal.domain.errors import ErrorCode
from r2_renewal.domain.offer import ServiceKind
from r2_renewal.domain.order import Orderer
from r2_renewal.domain.order_flow import Step, start
from r2_renewal.ui.basket_rows import Column
from r2_renewal.ui.error_texts import sentence
from r2_renewal.ui.eshop_window import EshopWindow
from r2_renewal.ui.message_bar import MessageBar
from r2_renewal.ui.order_wizard.summary_page import ORDER_BUTTON
from r2_renewal.ui.order_wizard.wizard import OrderWizard
from tests.driver import click, fill, find, tick, wait_until
from tests.samples import SUBSCRIPTION, TODAY, draft_for, order_of, quote_for, storefront
from tests.ui.conftest import LINKS, Agent, failure
from tests.ui.order_steps import to_invoice, to_orderer, to_summary
from tests.ui.test_order_wizard import shown

AgentMaker = Callable[..., Agent]
QUESTION = "Masz rozpoczęte zamówienie z 20.11. Kontynuować?"
ANNA = Orderer("Anna Łucja", "Kłosowska", "601 234 5", "anna@")
DRAFT = draft_for(ServiceKind.SUBSCRIPTION, "sub-50", "inny@klosowska.example", ANNA, Step.ORDERER)


def found(draft: Draft = DRAFT, saved_at: str = "2026-11-20T09:15:00Z") -> dict[str, Any]:
    return {"result": {"customer": "cust-1", "draft": msgspec.to_builtins(draft), "saved_at": saved_at}}


@pytest.fixture
def opened(qtbot: QtBot, agent: AgentMaker) -> Callable[..., tuple[OrderWizard, Agent]]:
    """Return a maker of order forms, shown, over a scripted agent."""

    def make(**script: list[dict[str, Any]]) -> tuple[OrderWizard, Agent]:
        made, shop = agent(**script), storefront()
        wizard = OrderWizard(start(shop, shop.basket[:1]), made.link, LINKS)
        qtbot.addWidget(wizard)
        wizard.show()
        qtbot.waitExposed(wizard)
        return wizard, made

    return make


@pytest.fixture
def asked(opened: Any) -> Callable[..., tuple[OrderWizard, Agent]]:
    """Return a maker of order forms in which the question stands."""

    def make(**script: list[dict[str, Any]]) -> tuple[OrderWizard, Agent]:
        wizard, agent = opened(**{"draft__load": [found()], **script})
        wait_until(lambda: question(wizard), what="question")
        return wizard, agent

    return make


def question(wizard: QWizard) -> str:
    bars = wizard.currentPage().findChildren(MessageBar)
    return next((bar.text for bar in bars if bar.text.startswith("Masz rozpoczęte")), "")


def saved(agent: Agent) -> list[Draft]:
    calls = agent.asked("draft.save")
    assert all((call["customer"], call["draft"]["items"][0]["licence_id"]) == ("cust-1", "lic-1") for call in calls)
    return [msgspec.convert(call["draft"], Draft) for call in calls]


def settle(wizard: OrderWizard, agent: Agent) -> None:
    """Wait until the agent answered whatever it was asked before."""
    answers: list[object] = []
    agent.link.call(Method.LICENCE_REFRESH, Nothing(), wizard).finished.connect(answers.append)
    wait_until(lambda: answers, what="an idle agent")


# Kept while it is typed


def test_what_is_typed_is_saved_while_it_is_typed(opened: Any) -> None:
    wizard, agent = opened()
    to_orderer(wizard)
    fill(wizard, "Nazwisko", "Kłosowska")
    wait_until(lambda: saved(agent) and saved(agent)[-1].orderer.last_name == "Kłosowska", what="saved draft")
    assert saved(agent)[-1] == draft_for(
        ServiceKind.SUBSCRIPTION,
        "sub-50",
        "faktury@klosowska.example",
        Orderer(last_name="Kłosowska"),
        Step.ORDERER,
    )


def test_typing_without_a_pause_is_saved_on_the_way(opened: Any) -> None:
    wizard, agent = opened()
    to_orderer(wizard)
    line = find(wizard, QLineEdit, "Imię")
    line.setFocus()
    texts: list[str] = []

    def saved_amid_typing() -> bool:
        QTest.keyClick(line, "a")
        texts[:] = [draft.orderer.first_name for draft in saved(agent) if draft.orderer.first_name]
        return bool(texts)

    wait_until(saved_amid_typing, what="a saving amid the typing")
    assert len(texts[0]) < len(line.text())


def test_an_untouched_form_leaves_no_draft(opened: Any) -> None:
    wizard, agent = opened()
    settle(wizard, agent)
    wizard.reject()
    settle(wizard, agent)
    assert agent.asked("draft.load") == [{"licence_ids": ["lic-1"], "nip": "5262831503"}]
    assert agent.asked("draft.save") == agent.asked("draft.discard") == []


def test_a_form_that_is_emptied_again_leaves_no_draft(opened: Any) -> None:
    wizard, agent = opened(draft__load=[found(draft_for(invoice_email="inny@klosowska.example"))])
    wait_until(lambda: question(wizard))
    click(wizard, "Kontynuuj")
    wizard._mirror(wizard.flow.type_invoice_email("faktury@klosowska.example"))
    wait_until(lambda: agent.asked("draft.discard"), what="discarded draft")
    assert agent.asked("draft.save") == []


def test_what_was_typed_last_is_saved_when_the_form_closes(opened: Any) -> None:
    wizard, agent = opened()
    to_orderer(wizard)
    fill(wizard, "Telefon", "601")
    wizard.close()
    wait_until(lambda: saved(agent) and saved(agent)[-1].orderer.phone == "601", what="saved draft")


def test_what_was_typed_last_is_saved_when_the_program_ends(opened: Any) -> None:
    wizard, agent = opened()
    to_orderer(wizard)
    fill(wizard, "Telefon", "602")
    agent.link.close()
    wait_until(lambda: saved(agent) and saved(agent)[-1].orderer.phone == "602", what="saved draft")


def test_what_a_dying_agent_did_not_save_is_saved_again(opened: Any) -> None:
    wizard, agent = opened(draft__save=[{"die": True}])
    tick(wizard, "Abonament")
    wait_until(lambda: len(saved(agent)) >= 2, what="another saving")
    assert len(set(saved(agent))) == 1
    assert len(agent.asked("hello")) >= 2
    assert shown(wizard) == ""


def test_a_disk_that_takes_nothing_is_said_and_tried_again(opened: Any) -> None:
    wizard, agent = opened(draft__save=[failure(ErrorCode.STORE), {}])
    tick(wizard, "Abonament")
    wait_until(lambda: sentence(ErrorCode.STORE) in shown(wizard), what="a word about it")
    wait_until(lambda: len(saved(agent)) == 2, what="another saving")


# Asked about before anything is typed over it


def test_a_draft_is_asked_about_and_nothing_else_can_be_done_meanwhile(asked: Any) -> None:
    wizard, agent = asked()
    assert question(wizard) == QUESTION
    assert not find(wizard, QRadioButton, "Abonament").isEnabled()
    assert not find(wizard, QAbstractButton, "Dalej").isEnabled()
    assert find(wizard, QAbstractButton, "Anuluj").isEnabled()
    assert find(wizard, QAbstractButton, "Kontynuuj").hasFocus()
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    assert find(wizard, QAbstractButton, "Zacznij od nowa").hasFocus()
    assert saved(agent) == []


def test_a_draft_of_another_year_is_told_with_its_year(opened: Any) -> None:
    wizard, _ = opened(draft__load=[found(saved_at="2025-12-31T22:59:00Z")])
    wait_until(lambda: question(wizard) == "Masz rozpoczęte zamówienie z 31.12.2025. Kontynuować?", what="question")


def test_going_on_gives_everything_back_but_ticks_and_asks_the_price_anew(asked: Any) -> None:
    wizard, agent = asked()
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    wait_until(lambda: wizard.currentPage().title() == "Dane do faktury", what="the page that wants something")
    assert question(wizard) == ""
    assert find(wizard, QLineEdit, "e-mail do faktury").text() == "inny@klosowska.example"
    assert not any(box.isChecked() for box in wizard.findChildren(QCheckBox))
    assert agent.asked("order.quote") == [{"offers": {"lic-1": "sub-50"}}]
    assert (wizard.flow.orderer, wizard.flow.items[0].offer) == (ANNA, SUBSCRIPTION)
    tick(wizard, "Dane do faktury są poprawne")
    click(wizard, "Dalej")
    wait_until(lambda: wizard.currentPage().title() == "Osoba zamawiająca")
    lines = {name: find(wizard, QLineEdit, name).text() for name in ("Imię", "Nazwisko", "Telefon", "E-mail")}
    assert list(lines.values()) == ["Anna Łucja", "Kłosowska", "601 234 5", "anna@"]


def test_a_draft_of_the_first_page_goes_on_there(opened: Any) -> None:
    wizard, _ = opened(draft__load=[found(replace(DRAFT, step=Step.SERVICE))])
    wait_until(lambda: question(wizard))
    click(wizard, "Kontynuuj")
    wait_until(lambda: wizard.flow.quote is not None, what="price")
    QTest.qWait(50)
    assert wizard.currentPage().title() == "Usługa"
    assert find(wizard, QRadioButton, "Abonament").isChecked()
    assert find(wizard, QAbstractButton, "Dalej").isEnabled()


def test_an_offer_that_is_gone_is_chosen_anew(opened: Any) -> None:
    wizard, _ = opened(draft__load=[found(replace(DRAFT, kind=ServiceKind.EXTENSION, offer_id="ext-999"))])
    wait_until(lambda: question(wizard))
    click(wizard, "Kontynuuj")
    assert wizard.currentPage().title() == "Usługa"
    assert find(wizard, QRadioButton, "Rozszerzenie").isChecked()
    assert wizard.flow.items[0].offer is None
    assert wizard.flow.orderer == ANNA


def test_a_price_that_cannot_be_had_leaves_the_draft_where_it_is(opened: Any) -> None:
    wizard, _ = opened(draft__load=[found()], order__quote=[failure(ErrorCode.OFFLINE), {}])
    wait_until(lambda: question(wizard))
    click(wizard, "Kontynuuj")
    wait_until(lambda: ErrorCode.OFFLINE.value in shown(wizard), what="offline")
    assert wizard.flow.orderer == ANNA
    click(wizard, "Ponów")
    wait_until(lambda: wizard.currentPage().title() == "Dane do faktury")


def test_beginning_anew_drops_the_draft_and_opens_a_fresh_form(asked: Any) -> None:
    wizard, agent = asked()
    click(wizard, "Zacznij od nowa")
    assert question(wizard) == ""
    assert (wizard.flow.kind, wizard.flow.orderer) == (None, Orderer())
    wait_until(lambda: agent.asked("draft.discard") == [{"customer": "cust-1", "licence_ids": ["lic-1"]}])
    tick(wizard, "Abonament")
    wait_until(lambda: saved(agent), what="a draft of the new form")
    assert saved(agent)[-1].orderer == Orderer()


def test_closing_the_form_on_the_question_loses_nothing(asked: Any) -> None:
    wizard, agent = asked()
    find(wizard, QAbstractButton, "Anuluj").click()
    assert not wizard.isVisible()
    settle(wizard, agent)
    assert agent.asked("draft.save") == agent.asked("draft.discard") == []


def test_what_goes_on_is_saved_as_it_changes(asked: Any) -> None:
    wizard, agent = asked()
    click(wizard, "Kontynuuj")
    wait_until(lambda: wizard.currentPage().title() == "Dane do faktury")
    fill(wizard, "e-mail do faktury", "trzeci@klosowska.example")
    wait_until(lambda: saved(agent) and saved(agent)[-1].invoice_email == "trzeci@klosowska.example")
    assert saved(agent)[-1].orderer == ANNA


def test_nothing_is_saved_over_a_draft_that_was_not_loaded_yet(opened: Any) -> None:
    wizard, agent = opened(draft__load=[failure(ErrorCode.STORE), found()])
    tick(wizard, "Rozszerzenie")
    wait_until(lambda: question(wizard), what="question")
    wizard._drafts.save()  # as the end of the program would
    settle(wizard, agent)
    assert agent.asked("draft.save") == []
    click(wizard, "Zacznij od nowa")
    wait_until(lambda: saved(agent), what="a draft of what was typed meanwhile")
    assert saved(agent)[-1].kind is ServiceKind.EXTENSION
    assert len(agent.asked("draft.discard")) == 1


# Ordered


def test_the_receipt_discards_the_draft(opened: Any) -> None:
    wizard, agent = opened()
    to_summary(wizard)
    click(wizard, ORDER_BUTTON)
    wait_until(lambda: wizard.currentPage().title() == "Potwierdzenie", what="receipt")
    wait_until(lambda: len(agent.asked("draft.discard")) == 1, what="discarded draft")
    before = len(saved(agent))
    wizard.close()
    settle(wizard, agent)
    assert len(saved(agent)) == before


@pytest.mark.parametrize("delivery", ["not_sent", "unknown", "refused"])
def test_without_a_receipt_the_draft_stays(opened: Any, delivery: str) -> None:
    wizard, agent = opened(order__place=[failure(ErrorCode.KEY_REUSED, delivery=delivery)])
    to_summary(wizard)
    typed = wizard.flow.orderer
    click(wizard, ORDER_BUTTON)
    wait_until(lambda: not wizard._calls.is_placing and shown(wizard), what="its fate")
    wizard.close()
    settle(wizard, agent)
    assert saved(agent)[-1].orderer == typed
    assert agent.asked("draft.discard") == []


# eSklep


@pytest.fixture
def eshop(qtbot: QtBot, agent: AgentMaker) -> Callable[..., tuple[EshopWindow, Agent]]:
    """Return a maker of eSklep windows over a scripted agent, with the basket loaded."""

    def make(**script: list[dict[str, Any]]) -> tuple[EshopWindow, Agent]:
        made = agent(**script)
        window = EshopWindow(made.link, LINKS, lambda: TODAY)
        window.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
        qtbot.addWidget(window)
        window.show()
        wait_until(lambda: window.basket.entry() is not None, what="basket")
        return window, made

    return make


def form(window: EshopWindow) -> OrderWizard:
    click(window, "Zamów…")
    (wizard,) = window.findChildren(OrderWizard)
    return wizard


def test_a_closed_form_is_offered_again_even_where_nothing_could_be_saved(eshop: Any) -> None:
    window, _ = eshop(draft__save=[failure(ErrorCode.STORE)])
    wizard = form(window)
    to_invoice(wizard)
    fill(wizard, "e-mail do faktury", "inny@klosowska.example")
    wizard.reject()
    wait_until(lambda: not window.findChildren(OrderWizard))
    wait_until(window.order_button.isEnabled)
    again = form(window)
    wait_until(lambda: question(again), what="question")
    click(again, "Kontynuuj")
    assert again.flow.contacts.invoice_email == "inny@klosowska.example"


def test_a_form_closed_on_the_question_asks_again(eshop: Any) -> None:
    window, _ = eshop(draft__load=[found()])
    for _ in range(2):
        wizard = form(window)
        wait_until(lambda wizard=wizard: question(wizard) == QUESTION, what="question")
        wizard.reject()
        wait_until(lambda: not window.findChildren(OrderWizard))
        wait_until(window.order_button.isEnabled)


def test_closing_eshop_keeps_what_is_typed_in_its_forms(eshop: Any) -> None:
    window, agent = eshop()
    wizard = form(window)
    to_orderer(wizard)
    fill(wizard, "Imię", "Ewa")
    window.close()
    wait_until(lambda: saved(agent) and saved(agent)[-1].orderer.first_name == "Ewa", what="saved draft")
    assert not wizard.isVisible()


# The fate of an order


def load_of(**changes: Any) -> dict[str, Any]:
    return {"result": {"storefront": msgspec.to_builtins(storefront()), **changes}}


def refused_order(code: ErrorCode, *fields: str) -> dict[str, Any]:
    return {
        "key": "k",
        "licence_ids": ["lic-1"],
        "error": {"code": code.value, "delivery": "refused", "fields": fields},
    }


def order_column(window: EshopWindow) -> str:
    model = find(window, QTableView, "Koszyk posiadanych programów").model()
    text: str = model.index(0, Column.ORDER).data()
    return text


def test_an_order_that_was_not_sent_is_told_at_the_next_start_with_the_way_back(eshop: Any) -> None:
    window, _ = eshop(eshop__load=[load_of(unsent=["lic-1"])], draft__load=[found()])
    assert "Zamówienie dla programu R2płatnik nie zostało wysłane. Zachowaliśmy wpisane dane" in window.messages.text
    assert ErrorCode.ORDER_NOT_SENT.value in window.messages.text
    assert order_column(window) == "nie wysłane"
    click(window, "Wróć do zamówienia")
    (wizard,) = window.findChildren(OrderWizard)
    wait_until(lambda: question(wizard) == QUESTION, what="question")


@pytest.mark.parametrize(
    ("code", "fields", "words"),
    [
        (ErrorCode.OFFER_WITHDRAWN, (), "Tej usługi nie ma już w sprzedaży."),
        (ErrorCode.ORDER_INVALID, ("orderer.email", "orderer.phone"), "Popraw pola: Telefon, E-mail."),
        (ErrorCode.ORDER_INVALID, (), "eSklep nie przyjął danych zamówienia."),
    ],
)
def test_an_order_that_was_refused_meanwhile_is_told_with_its_reason(
    eshop: Any, code: ErrorCode, fields: tuple[str, ...], words: str
) -> None:
    window, _ = eshop(eshop__load=[load_of(refused=[refused_order(code, *fields)])])
    assert f"Zamówienie dla programu R2płatnik nie zostało przyjęte. {words}" in window.messages.text
    assert order_column(window) == "nie przyjęte"
    assert window.order_button.isEnabled()


def test_an_order_of_a_program_that_is_not_in_the_basket_is_not_told(eshop: Any) -> None:
    refused = {**refused_order(ErrorCode.OFFER_WITHDRAWN), "licence_ids": ["lic-of-another"]}
    window, _ = eshop(eshop__load=[load_of(refused=[refused], unsent=["lic-of-another"])])
    assert window.messages.text == ""


def test_an_order_of_unknown_fate_is_told_as_such_and_then_as_received(eshop: Any) -> None:
    event = ["order.changed", {"order": msgspec.to_builtins(order_of(quote_for(SUBSCRIPTION)))}]
    window, _ = eshop(eshop__load=[load_of(), load_of(unanswered=["lic-1"]), load_of()])
    click(window, "Odśwież")
    wait_until(lambda: order_column(window) == "nie wiemy, czy dotarło", what="unknown")
    assert sentence(ErrorCode.ORDER_UNKNOWN) in window.messages.text
    assert not window.order_button.isEnabled()
    window._link.happened.emit(Event.ORDER_CHANGED, msgspec.convert(event[1], OrderResult))
    words = "Dziękujemy, zamówienie nr Z/2026/11/0001 zostało przyjęte 22.11.2026, godz.\N{NO-BREAK SPACE}9:00."
    wait_until(lambda: window.refresh_button.isEnabled() and window.messages.text == words, what="receipt")


@pytest.mark.parametrize(
    ("fate", "words"), [({}, ""), (failure(ErrorCode.ORDER_NOT_SENT, delivery="not_sent"), "nie zostało wysłane")]
)
def test_a_form_closed_while_its_order_is_sent_has_its_fate_told_by_eshop(
    eshop: Any, fate: dict[str, Any], words: str
) -> None:
    sending, after = load_of(unanswered=["lic-1"]), load_of(unsent=["lic-1"] if words else [])
    window, agent = eshop(order__place=[{**fate, "after": 1.0}], eshop__load=[load_of(), sending, after])
    wizard = form(window)
    to_summary(wizard)
    click(wizard, ORDER_BUTTON)
    find(wizard, QAbstractButton, "Zamknij").click()
    assert not wizard.isVisible()
    wait_until(lambda: len(agent.asked("eshop.load")) == 3 and window.refresh_button.isEnabled(), what="its fate")
    assert words in window.messages.text
    assert window.order_button.isEnabled()
    wait_until(lambda: not window.findChildren(OrderWizard), what="the form's end")


def test_the_basket_behind_an_open_form_is_asked_for_anew_with_the_receipt(eshop: Any) -> None:
    window, agent = eshop()
    to_summary(form(window))
    click(window.findChildren(OrderWizard)[0], ORDER_BUTTON)
    wait_until(lambda: len(agent.asked("eshop.load")) == 2, what="the basket")
