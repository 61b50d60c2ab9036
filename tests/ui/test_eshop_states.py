"""eSklep between two states: the last basket known, then the shop's; pages; several programs ordered; the links."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from r2_renewal.domain.basket import BasketEntry
from r2_renewal.domain.errors import ErrorCode
from r2_renewal.domain.offer import ServiceKind, Wish
from r2_renewal.ui.eshop_window import EshopWindow
from r2_renewal.ui.eshop_words import MOST_TOGETHER, selection_text, shown_text, stored_text
from r2_renewal.ui.order_wizard.wizard import OrderWizard
from tests.driver import click, find, wait_until
from tests.samples import NOW, OTHER_PROGRAM, PROGRAM, SUBSCRIPTION, TODAY, program, storefront
from tests.ui.conftest import LINKS, Agent, failure

WITH_HELP = replace(
    LINKS,
    community="https://panel.example/spolecznosc",
    help="https://panel.example/pomoc",
    contact_email="k@example.com",
)
Made = tuple[EshopWindow, Agent]


@pytest.fixture
def eshop(qtbot: QtBot, agent: Callable[..., Agent]) -> Callable[..., Made]:
    """Return a maker of eSklep windows over a scripted agent."""

    def make(**script: list[dict[str, Any]]) -> Made:
        made = agent(**script)
        window = EshopWindow(made.link, WITH_HELP, lambda: TODAY)
        window.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
        qtbot.addWidget(window)
        window.show()
        qtbot.waitExposed(window)
        return window, made

    return make


def entries(*licences: str) -> tuple[BasketEntry, ...]:
    return tuple(BasketEntry(program(one, f"p-{one}", f"R2 {one}", date(2027, 1, 1)), False) for one in licences)


def load(*shown: BasketEntry, following: str = "", **changes: Any) -> dict[str, Any]:
    shop = replace(storefront(), basket=shown, **changes)
    return {"storefront": msgspec.to_builtins(shop), **({"next": following} if following else {})}


def stored(*shown: BasketEntry, following: str = "") -> dict[str, Any]:
    return {"result": {"load": load(*shown, following=following, fetched_at=NOW - timedelta(days=3), offers=())}}


def more(*shown: BasketEntry, following: str = "", offers: Any = ()) -> dict[str, Any]:
    page = {"entries": msgspec.to_builtins(shown), "offers": msgspec.to_builtins(offers)}
    return {"result": {**page, **({"next": following} if following else {})}}


def names(window: EshopWindow) -> list[str]:
    model = window.basket.table.model()
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def says(window: EshopWindow, text: str) -> bool:
    return any(label.text() == text and label.isVisible() for label in window.findChildren(QLabel))


def test_the_last_basket_known_is_shown_with_its_age_and_gives_way_to_the_shops(eshop: Any) -> None:
    fresh = {"result": load(*entries("nowy")), "after": 0.6}
    window, _ = eshop(eshop__stored=[stored(*entries("stary"))], eshop__load=[fresh])
    wait_until(lambda: names(window) == ["R2 stary"])
    assert says(window, "Stan z 19.11.2026, 9:00 (3 dni temu)")
    assert not window.order_button.isEnabled()  # nothing is ordered from a basket of three days ago
    wait_until(lambda: names(window) == ["R2 nowy"])
    assert says(window, "Ostatnio sprawdzono: 22.11.2026, 9:00")


def test_without_the_shop_the_last_basket_stays_and_says_what_to_do(eshop: Any) -> None:
    window, agent = eshop(eshop__stored=[stored(*entries("a"))], eshop__load=[failure(ErrorCode.OFFLINE), {}])
    wait_until(lambda: ErrorCode.OFFLINE.value in window.messages.text and names(window) == ["R2 a"])
    assert "Na razie widzisz ostatnio znany stan; zamówisz po odzyskaniu połączenia." in window.messages.text
    click(window, "Ponów")
    wait_until(lambda: names(window) == ["R2płatnik", "R2księga"])
    assert window.messages.text == ""
    assert len(agent.asked("eshop.stored")) == 1  # what is on the screen is asked for no more


def test_a_late_last_basket_does_not_cover_the_shops(eshop: Any) -> None:
    late = {**stored(*entries("stary")), "after": 0.4}
    window, agent = eshop(eshop__load=[{"result": load(*entries("nowy"))}], eshop__stored=[late])
    wait_until(lambda: agent.asked("eshop.stored"))
    wait_until(window.refresh_button.isEnabled)
    QTest.qWait(100)
    assert names(window) == ["R2 nowy"]


def test_pages_come_one_after_another_and_the_last_one_known_stays_until_they_are_whole(eshop: Any) -> None:
    first = {"result": load(*entries("a"), following="a")}
    rest = [more(*entries("b"), following="b"), {**more(*entries("c")), "after": 0.5}]
    window, agent = eshop(
        eshop__stored=[stored(*entries("stary"))], eshop__load=[{**first, "after": 0.3}], eshop__more=rest
    )
    wait_until(lambda: names(window) == ["R2 stary"])
    wait_until(lambda: len(agent.asked("eshop.more")) == 2)
    assert names(window) == ["R2 stary"]
    wait_until(lambda: names(window) == ["R2 a", "R2 b", "R2 c"])
    assert [asked["cursor"] for asked in agent.asked("eshop.more")] == ["a", "b"]


def test_a_page_that_does_not_come_leaves_what_is_shown_and_can_be_asked_for_again(eshop: Any) -> None:
    first = {"result": load(*entries("a"), following="a")}
    rest = [failure(ErrorCode.TIMEOUT), more(*entries("b"))]
    window, _ = eshop(eshop__load=[first], eshop__more=rest)
    wait_until(lambda: ErrorCode.TIMEOUT.value in window.messages.text)
    click(window, "Ponów")
    wait_until(lambda: names(window) == ["R2 a", "R2 b"])


def test_a_program_of_a_later_page_is_ordered_with_its_own_offer(eshop: Any) -> None:
    later = BasketEntry(PROGRAM._replace(licence_id="lic-9", name="R2dalszy", valid_until=date(2027, 5, 1)), False)
    offer = replace(SUBSCRIPTION, licence_id="lic-9")
    window, _ = eshop(
        eshop__load=[{"result": load(*entries("a"), following="a")}], eshop__more=[more(later, offers=(offer,))]
    )
    wait_until(lambda: len(names(window)) == 2)
    window.basket.select("lic-9")
    click(window, "Zamów…")
    (wizard,) = window.findChildren(OrderWizard)
    assert wizard.flow.storefront.offers_for("lic-9", ServiceKind.SUBSCRIPTION) == (offer,)


def test_a_wish_for_a_program_of_a_later_page_is_granted_when_it_comes(eshop: Any) -> None:
    later = {**more(*entries("b")), "after": 0.3}
    window, _ = eshop(eshop__load=[{"result": load(*entries("a"), following="a")}], eshop__more=[later])
    window.wish(Wish("b", ServiceKind.SUBSCRIPTION))
    wait_until(lambda: names(window) == ["R2 a", "R2 b"])
    wait_until(lambda: [entry.program.licence_id for entry in window.basket.entries()] == ["b"])


def test_several_programs_are_ordered_together_from_the_keyboard(eshop: Any) -> None:
    window, _ = eshop()
    wait_until(lambda: window.refresh_button.isEnabled() and len(names(window)) == 2)
    window.basket.table.setFocus()
    QTest.keyClick(window.basket.table, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert says(window, "2 programy. Zaznaczono 2, do zamówienia 2")
    QTest.keyClick(window.basket.table, Qt.Key.Key_Return)
    (wizard,) = window.findChildren(OrderWizard)
    assert [entry.program for entry in wizard.flow.entries] == [PROGRAM, OTHER_PROGRAM]


def test_more_than_an_order_holds_is_said_and_not_begun(eshop: Any) -> None:
    many = entries(*(f"{number:03}" for number in range(MOST_TOGETHER + 1)))
    window, _ = eshop(eshop__load=[{"result": load(*many)}])
    wait_until(lambda: window.refresh_button.isEnabled() and len(names(window)) == len(many))
    window.basket.table.selectAll()
    wait_until(lambda: says(window, f"51 programów. {selection_text(51, 51)}"))
    assert not window.order_button.isEnabled()
    QTest.keyClick(window.basket.table, Qt.Key.Key_Return)
    assert not window.findChildren(OrderWizard)


def test_f5_asks_anew_and_ctrl_f_goes_to_the_search(eshop: Any, qtbot: QtBot) -> None:
    window, agent = eshop()
    wait_until(window.refresh_button.isEnabled)
    shortcuts = {action.text(): action for action in window.findChildren(type(window._pane.refresh_action))}
    assert shortcuts["Odśwież"].shortcut().toString() == "F5"
    assert shortcuts["Szukaj"].shortcut().toString() == "Ctrl+F"
    shortcuts["Odśwież"].trigger()
    wait_until(lambda: len(agent.asked("eshop.load")) == 2)
    shortcuts["Szukaj"].trigger()
    assert window.focusWidget() is window.basket.search


def test_the_tables_menu_offers_what_the_buttons_do(eshop: Any) -> None:
    window, _ = eshop()
    wait_until(window.refresh_button.isEnabled)
    actions = {action.text(): action for action in window.basket.table.actions()}
    assert list(actions) == ["Zamów…", "Zrezygnuj z automatycznego odnowienia…", "Odśwież"]
    assert actions["Zamów…"].isEnabled()
    assert not actions["Zrezygnuj z automatycznego odnowienia…"].isEnabled()
    actions["Zamów…"].trigger()
    assert window.findChildren(OrderWizard)


def test_every_link_is_the_vendors_configuration(eshop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toString()) or True)
    window, _ = eshop()
    menu = find(window, QPushButton, "Pomoc").menu()
    words = [action.text() for action in menu.actions()]
    assert words == [
        "Pomoc do eSklepu",
        "Zadaj pytanie Społeczności",
        "eBOK Symfonia",
        "Formularz kontaktowy",
        "Panel klienta",
    ]
    for action in menu.actions():
        action.trigger()
    assert opened == [WITH_HELP.help, WITH_HELP.community, LINKS.ebok, LINKS.contact_form, LINKS.panel]


def test_a_link_that_is_not_configured_is_not_offered(qtbot: QtBot, agent: Callable[..., Agent]) -> None:
    window = EshopWindow(agent().link, LINKS, lambda: TODAY)
    window.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
    qtbot.addWidget(window)
    assert [action.text() for action in window.help_button.menu().actions()] == [
        "eBOK Symfonia",
        "Formularz kontaktowy",
        "Panel klienta",
    ]


@pytest.mark.parametrize(
    ("fetched_at", "words"),
    [
        (datetime(2026, 11, 22, 7, 1, tzinfo=UTC), "Stan z 22.11.2026, 8:01 (dzisiaj)"),
        (datetime(2026, 11, 21, 22, 59, tzinfo=UTC), "Stan z 21.11.2026, 23:59 (wczoraj)"),
        (datetime(2026, 11, 21, 23, 1, tzinfo=UTC), "Stan z 22.11.2026, 0:01 (dzisiaj)"),
        (datetime(2026, 11, 1, 12, 0, tzinfo=UTC), "Stan z 01.11.2026, 13:00 (21 dni temu)"),
        (datetime(2027, 1, 1, 12, 0, tzinfo=UTC), "Stan z 01.01.2027, 13:00 (według innej daty niż w tym komputerze)"),
    ],
)
def test_s14_the_age_of_what_is_known_is_told_in_days(fetched_at: datetime, words: str) -> None:
    assert stored_text(fetched_at, TODAY) == words


@pytest.mark.parametrize(
    ("shown", "total", "words"),
    [
        (0, 0, ""),
        (1, 1, "1 program"),
        (22, 22, "22 programy"),
        (3, 12, "Pokazano 3 z 12 programów"),
        (0, 1, "Żaden z 1 programu nie pasuje. Wyczyść pole „Szukaj” albo wybór miesiąca."),
    ],
)
def test_how_much_is_shown_is_told(shown: int, total: int, words: str) -> None:
    assert shown_text(shown, total) == words
