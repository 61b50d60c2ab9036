"""eSklep on the screen: the basket, its search and sorting, and what it says when the shop cannot be reached."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QTableView
from pytestqt.qtbot import QtBot

from r2_renewal.domain.basket import BasketEntry
from r2_renewal.domain.errors import ErrorCode
from r2_renewal.domain.offer import ServiceKind, Wish
from r2_renewal.domain.order import OrderState
from r2_renewal.ui.basket_model import BasketModel
from r2_renewal.ui.basket_rows import Column, auto_renewal_text, days_left_text
from r2_renewal.ui.error_texts import sentence
from r2_renewal.ui.eshop_window import EshopWindow
from r2_renewal.ui.order_wizard.wizard import OrderWizard
from tests.driver import click, fill, find, wait_until
from tests.samples import PROGRAM, SUBSCRIPTION, TODAY, order_of, program, quote_for, storefront
from tests.ui.conftest import LINKS, Agent, failure

COLLATED = (
    "akacja",
    "ąkcja",
    "Cyna",
    "Ćma",
    "Lublin",
    "Łódź",
    "Osa",
    "Ósmy",
    "Sopot",
    "Śrem",
    "zebra",
    "źrebię",
    "żaba",
)


@pytest.fixture
def eshop(qtbot: QtBot, agent: Callable[..., Agent]) -> Callable[..., tuple[EshopWindow, Agent]]:
    """Return a maker of eSklep windows over a scripted agent."""

    def make(**script: list[dict[str, Any]]) -> tuple[EshopWindow, Agent]:
        made = agent(**script)
        window = EshopWindow(made.link, LINKS, lambda: TODAY)
        window.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
        qtbot.addWidget(window)
        window.show()
        qtbot.waitExposed(window)
        return window, made

    return make


def rows(window: EshopWindow, column: Column = Column.PROGRAM) -> list[str]:
    model = find(window, QTableView, "Koszyk posiadanych programów").model()
    return [model.index(row, column).data() for row in range(model.rowCount())]


def loaded(window: EshopWindow) -> EshopWindow:
    wait_until(lambda: rows(window))
    return window


def result(**changes: Any) -> dict[str, Any]:
    return {"result": {"storefront": msgspec.to_builtins(replace(storefront(), **changes))}}


def test_the_basket_shows_programs_limits_ends_and_renewals(eshop: Any) -> None:
    window, _ = eshop()
    loaded(window)
    assert window.windowTitle() == "eSklep"
    assert rows(window) == ["R2płatnik", "R2księga"]
    assert rows(window, Column.LIMITS) == ["do 50 pracowników"] * 2
    assert rows(window, Column.VALID_UNTIL) == ["22.12.2026", "31.03.2027"]
    assert rows(window, Column.DAYS_LEFT) == ["30 dni", "129 dni"]
    assert rows(window, Column.AUTO_RENEWAL) == ["nie", "tak, 01.04.2027"]


def test_search_narrows_the_basket(eshop: Any) -> None:
    window, _ = eshop()
    fill(loaded(window), "Szukaj", "księ")
    assert rows(window) == ["R2księga"]


def test_a_wish_selects_its_program_and_starts_the_form_with_its_service(eshop: Any) -> None:
    window, _ = eshop()
    window.wish(Wish("lic-1", ServiceKind.SUBSCRIPTION))
    loaded(window)
    click(window, "Zamów…")
    (wizard,) = window.findChildren(OrderWizard)
    assert wizard.flow.entries[0].program == PROGRAM
    assert wizard.flow.kind is ServiceKind.SUBSCRIPTION
    wait_until(lambda: wizard.flow.quote is not None, what="price")


def test_ordering_twice_brings_the_one_form_to_the_front(eshop: Any) -> None:
    window, _ = eshop()
    loaded(window)
    click(window, "Zamów…")
    click(window, "Zamów…")
    assert len(window.findChildren(OrderWizard)) == 1


@pytest.mark.parametrize(
    "code", [ErrorCode.OFFLINE, ErrorCode.TIMEOUT, ErrorCode.TLS, ErrorCode.NOT_THE_SHOP, ErrorCode.SHOP_FAILURE]
)
def test_a_shop_that_cannot_be_reached_is_said_and_asked_again(eshop: Any, code: ErrorCode) -> None:
    window, _ = eshop(eshop__load=[failure(code), {}])
    wait_until(lambda: code.value in window.messages.text)
    click(window, "Ponów")
    loaded(window)
    assert window.messages.text == ""


@pytest.mark.parametrize(
    "code", [ErrorCode.LICENCE_MISSING, ErrorCode.LICENCE_MALFORMED, ErrorCode.LICENCE_REFUSED_BY_SHOP]
)
def test_a_refused_licence_leaves_import_and_contact_open(eshop: Any, code: ErrorCode) -> None:
    window, _ = eshop(eshop__load=[failure(code)])
    wait_until(lambda: code.value in window.messages.text)
    assert find(window, QAbstractButton, "Wczytaj plik licencji…").isEnabled()
    assert find(window, QAbstractButton, "eBOK Symfonia").isEnabled()


def test_a_licence_from_a_file_is_installed_and_the_basket_opens(eshop: Any, tmp_path: Path) -> None:
    installed = {"result": {"licence_id": "lic-1", "valid_until": "2026-12-22"}}
    window, agent = eshop(eshop__load=[failure(ErrorCode.LICENCE_MISSING), {}], licence__import=[installed])
    wait_until(lambda: window.messages.text)
    window.import_licence(str(tmp_path / "nowa.lic"))
    loaded(window)
    assert agent.asked("licence.import") == [{"path": str(tmp_path / "nowa.lic")}]


def test_an_empty_basket_says_what_to_do(eshop: Any) -> None:
    window, _ = eshop(eshop__load=[result(basket=())])
    wait_until(lambda: "Nie znaleźliśmy programów" in window.messages.text)
    assert "526-283-15-03" in window.messages.text
    assert not window.order_button.isEnabled()


def test_a_program_with_an_order_on_its_way_is_not_ordered_again(eshop: Any) -> None:
    entry = BasketEntry(PROGRAM, auto_renewal=False, open_order=order_of(quote_for(SUBSCRIPTION), OrderState.ACCEPTED))
    window, _ = eshop(eshop__load=[result(basket=(entry,))])
    loaded(window)
    assert rows(window, Column.ORDER) == ["przyjęte, w realizacji"]
    assert not window.order_button.isEnabled()


def test_an_order_that_nobody_knows_of_is_said_and_not_placed_again(eshop: Any) -> None:
    load = result()["result"] | {"unanswered": ["lic-1"]}
    window, _ = eshop(eshop__load=[{"result": load}])
    loaded(window)
    assert sentence(ErrorCode.ORDER_UNKNOWN) in window.messages.text
    assert not window.order_button.isEnabled()


def test_the_renewed_licence_is_told_and_stays_told_after_the_refresh(eshop: Any) -> None:
    event = ["licence.installed", {"licence_id": "lic-1", "valid_until": "2027-12-22"}]
    window, agent = eshop(eshop__load=[{"events": [event]}, {}])
    wait_until(lambda: len(agent.asked("eshop.load")) == 2 and window.refresh_button.isEnabled())
    assert window.messages.text == "Odnowiono do 22.12.2027"


def test_a_renewal_is_told_as_one_though_the_basket_has_the_new_end_already(eshop: Any) -> None:
    event = ["licence.installed", {"licence_id": "lic-1", "valid_until": "2026-12-22"}]
    window, agent = eshop(eshop__load=[{}, {"events": [event]}, {}])
    loaded(window)
    click(window, "Odśwież")
    wait_until(lambda: len(agent.asked("eshop.load")) == 3 and window.refresh_button.isEnabled())
    assert window.messages.text == "Odnowiono do 22.12.2026"


def test_a_higher_limit_is_told_as_an_update(eshop: Any) -> None:
    event = ["licence.installed", {"licence_id": "lic-1", "valid_until": "2026-12-22", "renewed": False}]
    window, agent = eshop(eshop__load=[{"events": [event]}, {}])
    wait_until(lambda: len(agent.asked("eshop.load")) == 2 and window.refresh_button.isEnabled())
    assert window.messages.text == "Licencja zaktualizowana. Abonament do 22.12.2026"


def test_only_https_links_to_the_vendors_hosts_are_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toString()) or True)
    refused = (
        "http://panel.example/",
        "https://evil.example/",
        "https://panel.example@evil.example/",
        "file:///etc/passwd",
        "",
    )
    assert not any(LINKS.open(address) for address in refused)
    assert LINKS.open("https://panel.example/x")
    assert opened == ["https://panel.example/x"]


def test_sorting_is_polish(qtbot: QtBot) -> None:
    model = BasketModel()
    shuffled = sorted(COLLATED, key=lambda word: word[::-1])
    model.show(tuple(BasketEntry(program(word, "x", word, TODAY), False) for word in shuffled), TODAY)
    model.sort(Column.PROGRAM)
    assert tuple(model.index(row, Column.PROGRAM).data() for row in range(model.rowCount())) == COLLATED


def test_ends_are_sorted_as_dates(qtbot: QtBot) -> None:
    model = BasketModel()
    ends = (date(2027, 1, 2), date(2026, 12, 31), date(2026, 2, 1))
    model.show(tuple(BasketEntry(program(str(end), "x", "x", end), False) for end in ends), TODAY)
    model.sort(Column.VALID_UNTIL)
    shown = [model.index(row, Column.VALID_UNTIL).data() for row in range(3)]
    assert shown == ["01.02.2026", "31.12.2026", "02.01.2027"]


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (30, "30 dni"),
        (1, "kończy się jutro"),
        (0, "kończy się dzisiaj"),
        (-1, "wygasł wczoraj"),
        (-22, "wygasł 22 dni temu"),
    ],
)
def test_days_left_in_words(left: int, words: str) -> None:
    assert days_left_text(left) == words


def test_automatic_renewal_is_told_also_where_its_day_is_not_known() -> None:
    assert auto_renewal_text(BasketEntry(PROGRAM, auto_renewal=True)) == "tak"
    assert (
        auto_renewal_text(BasketEntry(PROGRAM, auto_renewal=True, renewal_date=date(2027, 12, 23))) == "tak, 23.12.2027"
    )
    assert auto_renewal_text(BasketEntry(PROGRAM, auto_renewal=False)) == "nie"


def test_every_line_has_a_buddy_and_every_button_a_name(eshop: Any) -> None:
    window, _ = eshop()
    loaded(window)
    assert find(window, QLineEdit, "Szukaj")
    for button in window.findChildren(QAbstractButton):
        if button.isVisible() and button.focusPolicy() != Qt.FocusPolicy.NoFocus and button.text():
            assert button.accessibleName() == button.text()


def test_a_shop_asked_once_more_is_said_until_it_has_answered(eshop: Callable[..., tuple[EshopWindow, Agent]]) -> None:
    progress = ["call.progress", {"attempt": 2, "tries": 3}]
    window, _ = eshop(eshop__load=[{"silent": True, "events": [progress]}, {}])
    wait_until(lambda: "Próbuję ponownie (2 z 3)" in window.messages.text, what="word of the second try")
    window.refresh()
    loaded(window)
    assert window.messages.text == ""
