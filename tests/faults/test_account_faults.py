"""Rows K1–K6, S8 and S9 in „Moje konto", by the keyboard: odd keyrings, a session ended elsewhere, another customer's login.

The agent and its vault's process are the real ones, and so is the shop.
"""

from __future__ import annotations

import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtWidgets import QAbstractButton, QCheckBox, QLineEdit

from r2_renewal.domain.errors import ErrorCode
from r2_renewal.reference_shop.folder import settings_of
from r2_renewal.reference_shop.passwords import hash_password
from r2_renewal.reference_shop.seed import ACCOUNT_EMAIL, CUSTOMER_ID
from r2_renewal.reference_shop.shop import opened
from r2_renewal.reference_shop.tables import User
from r2_renewal.ui.account.words import OTHER_CUSTOMER
from r2_renewal.ui.error_texts import not_kept_hint, session_only_sentence
from r2_renewal.ui.order_wizard.summary_page import ORDER_BUTTON
from tests.agent.keyrings import agent_with, gnome_keyring, secrets_in, session_bus
from tests.driver import click, find, wait_until
from tests.faults.shopping import (
    CustomersComputer,
    RealShop,
    customer,
    filled_form,
    is_received,
    real_shop,
    stock,
)
from tests.reference_shop.conftest import add_customer
from tests.ui.account.by_hand import chosen, group, log_in, menu, open_account, press, said

__all__ = ["customer", "real_shop", "stock"]

OTHER_EMAIL, OTHER_PASSWORD = "jan@zak.example", "inne-haslo-do-konta"


@pytest.fixture
def keyring(tmp_path: Path) -> Path:
    """Return the folder in which a keyring tells what happened to it."""
    folder = tmp_path / "pierscien"
    folder.mkdir()
    return folder


def agent_in(environment: dict[str, str]) -> tuple[str, ...]:
    """Return the command of an agent as it is delivered, in another environment."""
    values = (f"{name}={value}" for name, value in environment.items())
    return ("env", *values, sys.executable, "-I", "-m", "r2_renewal.agent")


def is_session_only(
    customer: CustomersComputer, agent: tuple[str, ...], code: ErrorCode, *, known: bool = True
) -> None:
    """A login that was to be kept is for the session, says so before and after, and works."""
    window = open_account(customer.open_eshop(agent_command=agent))
    hint = find(window, QCheckBox, "Pozostań zalogowany").accessibleDescription()
    assert hint == not_kept_hint(code)
    log_in(window, customer.shop.prepared.account_password, stay=True)
    assert session_only_sentence(code) in said(window)
    group(window, "Dane dodatkowe firmy")
    customer.close()
    again = open_account(customer.open_eshop(agent_command=agent))
    assert menu(again) is None
    assert find(again, QLineEdit, "E-mail").isVisible()


def test_k1_without_a_keyring_the_account_is_open_until_eshop_closes(
    customer: CustomersComputer, keyring: Path
) -> None:
    is_session_only(customer, agent_with("Absent", keyring), ErrorCode.VAULT_ABSENT)


def test_k1_without_a_secret_service_on_the_bus_the_window_says_so(customer: CustomersComputer, keyring: Path) -> None:
    with session_bus(keyring) as environment:
        is_session_only(customer, agent_in(environment), ErrorCode.VAULT_ABSENT)
        customer.close()


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        pytest.param("Dismissed", ErrorCode.VAULT_LOCKED, marks=pytest.mark.rows("K2")),
        pytest.param("Raising", ErrorCode.VAULT_FAILED, marks=pytest.mark.rows("K3")),
        pytest.param("Hanging", ErrorCode.VAULT_MUTE, marks=pytest.mark.rows("K4")),
    ],
)
def test_a_keyring_that_does_not_work_costs_only_the_remembering(
    customer: CustomersComputer, keyring: Path, kind: str, code: ErrorCode
) -> None:
    is_session_only(customer, agent_with(kind, keyring), code)


def test_k6_what_is_no_session_any_more_asks_for_the_login(customer: CustomersComputer, keyring: Path) -> None:
    agent = agent_with("Odd", keyring)
    log_in(open_account(customer.open_eshop(agent_command=agent)), customer.shop.prepared.account_password, stay=True)
    customer.close()
    (keyring / "secrets.json").write_text(secrets_in(keyring).replace("token", "zeton"))
    window = open_account(customer.open_eshop(agent_command=agent))
    assert ErrorCode.LOGIN_AGAIN.value in said(window)
    log_in(window, customer.shop.prepared.account_password)
    assert chosen(window) == "Moje dane"
    assert secrets_in(keyring) == "{}"


def test_a_real_gnome_keyring_keeps_the_login_until_the_logout(customer: CustomersComputer, keyring: Path) -> None:
    with gnome_keyring(keyring) as environment:
        agent = agent_in(environment)
        window = open_account(customer.open_eshop(agent_command=agent))
        assert find(window, QCheckBox, "Pozostań zalogowany").accessibleDescription() == ""
        log_in(window, customer.shop.prepared.account_password, stay=True)
        assert said(window).count("Zalogowano tylko") == 0
        customer.close()
        again = open_account(customer.open_eshop(agent_command=agent))
        group(again, "Dane dodatkowe firmy")  # nobody asked for a password
        press(again, "Wyloguj")
        wait_until(lambda: "Wylogowano." in said(again), what="logout")
        customer.close()
        last = open_account(customer.open_eshop(agent_command=agent))
        assert menu(last) is None
        customer.close()


def test_s8_a_kept_session_that_was_ended_elsewhere_asks_for_the_login_and_leaves_the_keyring(
    customer: CustomersComputer, keyring: Path
) -> None:
    agent = agent_with("Odd", keyring)
    log_in(open_account(customer.open_eshop(agent_command=agent)), customer.shop.prepared.account_password, stay=True)
    customer.close()
    assert "token" in secrets_in(keyring)
    customer.shop.change("DELETE FROM sessions WHERE scope = 'account'")
    window = open_account(customer.open_eshop(agent_command=agent))
    wait_until(lambda: ErrorCode.LOGIN_AGAIN.value in said(window), what="login")
    assert secrets_in(keyring) == "{}"
    assert find(window, QLineEdit, "E-mail").text() == ACCOUNT_EMAIL


# S9


def add_other(shop: RealShop) -> None:
    """Give the shop another customer with an account."""
    with opened(settings_of(shop.prepared.folder)) as inside:
        add_customer(inside, "K-7", "L-7")
        with inside.database.writing() as session:
            session.add(User(email=OTHER_EMAIL, customer_id="K-7", password_hash=hash_password(OTHER_PASSWORD)))


def customers_of_orders(shop: RealShop) -> list[str]:
    with closing(sqlite3.connect(shop.prepared.folder.database_file, timeout=20)) as database:
        return [customer for (customer,) in database.execute("SELECT customer_id FROM orders")]


def test_s9_another_customers_account_is_warned_of_and_a_form_is_never_sent_as_theirs(
    customer: CustomersComputer, real_shop: RealShop
) -> None:
    add_other(real_shop)
    eshop = customer.open_eshop()
    wizard = filled_form(eshop)
    window = open_account(eshop)
    log_in(window, OTHER_PASSWORD, OTHER_EMAIL)
    assert OTHER_CUSTOMER in said(window)
    assert find(group(window, "Dane firmy"), QLineEdit, "Nazwa firmy").text() == "Zakład Ślusarski Żak"
    assert find(wizard, QAbstractButton, ORDER_BUTTON).isEnabled()
    click(wizard, ORDER_BUTTON)
    wait_until(lambda: is_received(wizard), what="receipt")
    assert customers_of_orders(real_shop) == [CUSTOMER_ID]
