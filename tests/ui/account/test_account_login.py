"""The login to „Moje konto" and the way out of it, whatever the agent answers."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QCheckBox, QLabel, QLineEdit

from r2_renewal.agent.protocol import AccountState
from r2_renewal.domain.errors import ErrorCode
from r2_renewal.ui.account.account_window import AccountWindow
from r2_renewal.ui.account.words import (
    OTHER_CUSTOMER,
)
from r2_renewal.ui.error_texts import logout_sentence, not_kept_hint, session_only_sentence
from tests.driver import fill, find, tick, wait_until
from tests.fakes.scripted_agent import EMAIL
from tests.ui.account.by_hand import (
    INVOICE_LINE,
    PASSWORD,
    chosen,
    has_focus,
    line,
    menu,
    menu_names,
    press,
    said,
    type_login,
)
from tests.ui.account.test_account_fates import NEW, NOBODY, Open, account, answer, data, opened, state
from tests.ui.conftest import LINKS, failure

__all__ = ["account", "opened"]


# The login


def test_nothing_is_ticked_and_the_password_is_hidden_until_it_is_to_be_seen(opened: Open) -> None:
    window, _ = opened(account__state=[NOBODY])
    assert not find(window, QCheckBox, "Pozostań zalogowany").isChecked()
    assert line(window, PASSWORD).echoMode() is QLineEdit.EchoMode.Password
    tick(window, "Pokaż hasło")
    assert line(window, PASSWORD).echoMode() is QLineEdit.EchoMode.Normal
    tick(window, "Ukryj hasło")
    assert line(window, PASSWORD).echoMode() is QLineEdit.EchoMode.Password


def test_empty_lines_are_asked_for_in_turn(opened: Open) -> None:
    window, agent = opened(account__state=[NOBODY])
    wait_until(lambda: has_focus(window, "E-mail"), what="focus")
    press(window, "Zaloguj")
    assert line(window, "E-mail").accessibleDescription() == "Podaj adres e-mail."
    assert has_focus(window, "E-mail")
    fill(window, "E-mail", EMAIL)
    press(window, "Zaloguj")
    assert line(window, PASSWORD).accessibleDescription() == "Podaj hasło."
    assert has_focus(window, PASSWORD)
    assert agent.asked("account.login") == []


def test_a_second_enter_sends_no_second_login(opened: Open) -> None:
    window, agent = opened(account__state=[NOBODY], account__login=[{"after": 0.4}])
    type_login(window, "haslo", stay=True)
    QTest.keyClick(line(window, PASSWORD), Qt.Key.Key_Return)
    wait_until(lambda: menu(window) is not None, what="the account")
    assert agent.asked("account.login") == [{"email": EMAIL, "password": "haslo", "stay": True}]


def test_a_password_does_not_stay_in_a_window_that_is_closed(opened: Open) -> None:
    window, _ = opened(account__state=[NOBODY])
    fill(window, PASSWORD, "tajne-haslo")
    tick(window, "Pokaż hasło")
    window.close()
    window.show()
    assert line(window, PASSWORD).text() == ""
    assert line(window, PASSWORD).echoMode() is QLineEdit.EchoMode.Password


def test_a_forgotten_password_needs_an_address_and_can_be_asked_for_again(opened: Open) -> None:
    window, agent = opened(account__state=[NOBODY], password__reset=[failure(ErrorCode.OFFLINE), {}])
    press(window, "Nie pamiętasz hasła?")
    press(window, "Wyślij odnośnik")
    assert line(window, "E-mail").accessibleDescription() == "Podaj adres e-mail."
    fill(window, "E-mail", f" {EMAIL} ")
    press(window, "Wyślij odnośnik")
    wait_until(lambda: ErrorCode.OFFLINE.value in said(window), what="failure")
    press(window, "Ponów")
    wait_until(lambda: said(window).startswith("Jeśli jest konto z tym adresem"), what="answer")
    assert agent.asked("password.reset") == [{"email": EMAIL}] * 2


def test_the_panel_in_the_browser_stays_a_way(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    addresses: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: addresses.append(url.toString()) or True)
    window, _ = opened(account__state=[NOBODY])
    press(window, "Panel w przeglądarce")
    assert addresses == [LINKS.panel]


@pytest.mark.parametrize("code", [code for code in ErrorCode if code.name.startswith("VAULT_")])
def test_a_login_that_cannot_be_kept_says_so_before_and_after(opened: Open, code: ErrorCode) -> None:
    window, _ = opened(
        account__state=[answer(AccountState(reason=code.value))], account__login=[state(reason=code.value)]
    )
    stay = find(window, QCheckBox, "Pozostań zalogowany")
    assert stay.accessibleDescription() == not_kept_hint(code)
    type_login(window, "haslo", stay=True)
    wait_until(lambda: session_only_sentence(code) in said(window), what="warning")


def test_a_corrupt_vault_asks_for_the_login(opened: Open) -> None:
    window, _ = opened(account__state=[answer(AccountState(reason=ErrorCode.LOGIN_AGAIN.value))])
    assert ErrorCode.LOGIN_AGAIN.value in said(window)
    assert line(window, "E-mail").isVisible()


@pytest.mark.parametrize("fate", [failure(ErrorCode.CONFIGURATION), {"die": True}])
def test_where_nobody_can_tell_who_is_logged_in_one_can_log_in(opened: Open, fate: dict[str, Any]) -> None:
    window, _ = opened(account__state=[fate])
    wait_until(lambda: "kod: R2-" in said(window), what="failure")
    type_login(window, "haslo")
    wait_until(lambda: menu(window) is not None, what="the account")


def test_somebody_who_stayed_logged_in_is_not_asked(account: AccountWindow) -> None:
    assert menu_names(account)[0] == chosen(account) == "Moje dane"
    assert find(account, QLabel, "Zalogowano jako").text() == f"Zalogowano jako {EMAIL}"


def test_the_account_of_another_customer_than_the_licences_is_warned_of(opened: Open) -> None:
    window, _ = opened(account__state=[state(customer_id="K-2", is_other_customer=True)])
    assert OTHER_CUSTOMER in said(window)


# „Wyloguj"


def test_logging_out_with_a_change_unsaved_asks_first(account: AccountWindow) -> None:
    fill(account, INVOICE_LINE, NEW)
    press(account, "Wyloguj")
    assert "niezapisane zmiany" in said(account)
    assert account.focusWidget() is find(account, QAbstractButton, "Wróć do danych")
    press(account, "Wróć do danych")
    assert line(account, INVOICE_LINE).text() == NEW
    press(account, "Wyloguj")
    press(account, "Wyloguj bez zapisu")
    wait_until(lambda: "Wylogowano" in said(account), what="logout")


@pytest.mark.parametrize(("revoked", "removed"), [(True, False), (False, True), (False, False)])
def test_a_logout_says_what_it_reached(opened: Open, revoked: bool, removed: bool) -> None:
    result = {"result": {"is_revoked": revoked, "is_removed": removed}}
    window, _ = opened(account__logout=[result])
    press(data(window), "Wyloguj")
    wait_until(lambda: logout_sentence(is_revoked=revoked, is_removed=removed) in said(window), what="sentence")
    assert (menu(window) is None) is (revoked or removed)


def test_a_logout_that_fails_can_be_tried_again(opened: Open) -> None:
    window, _ = opened(account__logout=[failure(ErrorCode.TIMEOUT), {}])
    press(data(window), "Wyloguj")
    wait_until(lambda: ErrorCode.TIMEOUT.value in said(window), what="failure")
    press(window, "Ponów")
    wait_until(lambda: "Wylogowano." in said(window), what="logout")
