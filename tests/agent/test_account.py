"""The customer's account in the agent: real agents, the real shop, a keyring that works; and nothing secret anywhere else."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from r2_renewal.agent.account import Account, AccountSession
from r2_renewal.agent.protocol import (
    AccountState,
    AccountStateParams,
    LoginParams,
    LogoutResult,
    Method,
    Nothing,
    PlaceParams,
)
from r2_renewal.clock import today_in_warsaw
from r2_renewal.contract import paths
from r2_renewal.domain.errors import ErrorCode
from r2_renewal.reference_shop.seed import ACCOUNT_EMAIL, CUSTOMER_ID, prepare
from r2_renewal.store.outbox import Outbox
from r2_renewal.ui.error_texts import logout_sentence, sentence, session_only_sentence
from tests.agent.conversation import Conversation, Hosts, RefusedError
from tests.agent.keyrings import agent_with, calls, gnome_keyring, secrets_in
from tests.agent.scripted_shop import ScriptedShop, http, json_of, problem, raw
from tests.agent.test_orders import is_installed, until
from tests.agent.test_with_reference_shop import ShopProcess, fill_in, hosts_of, load, serve, stop
from tests.licence_files import LICENCE, Vendor

STATE = AccountStateParams()
SESSION = {"token": "konto-tok-1", "scope": "account", "expires_at": "2030-01-01T00:00:00Z", "customer_id": "K-1"}


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ShopProcess]:
    """A shop with the demo's customer, for all tests here."""
    shop = serve(prepare(tmp_path_factory.mktemp("shop"), 30, today_in_warsaw()), "--auto-fulfil", "0.3")
    yield shop
    stop(shop)


@pytest.fixture
def real_hosts(reference: ShopProcess, tmp_path: Path) -> Iterator[Hosts]:
    hosts = hosts_of(reference, tmp_path)
    yield hosts
    hosts.close()


def greeted(hosts: Hosts, folder: Path, kind: str = "Odd", **changes: Any) -> Conversation:
    """Return an agent at work whose keyring is of a kind."""
    agent = hosts.start(command=agent_with(kind, folder))
    agent.call(Method.HELLO, hosts.hello(**{"call_seconds": 15.0, **changes}))
    return agent


def state_of(agent: Conversation, *, ask_shop: bool = False) -> AccountState:
    state: AccountState = agent.call(Method.ACCOUNT_STATE, AccountStateParams(ask_shop=ask_shop))
    return state


def log_in(agent: Conversation, shop: ShopProcess, *, stay: bool, email: str = ACCOUNT_EMAIL) -> AccountState:
    params = LoginParams(email=email, password=shop.prepared.account_password, stay=stay)
    state: AccountState = agent.call(Method.ACCOUNT_LOGIN, params)
    return state


def refused(agent: Conversation, method: Method, params: Any) -> str:
    with pytest.raises(RefusedError) as error:
        agent.call(method, params)
    return error.value.data.code


def sessions(shop: ShopProcess) -> int:
    """Return how many account sessions the shop has open."""
    with closing(sqlite3.connect(shop.prepared.folder.path / "shop.db")) as database:
        [[count]] = database.execute("SELECT count(*) FROM sessions WHERE scope = 'account'")
    return int(count)


def test_a_login_that_stays_outlives_the_agent_until_the_logout(
    real_hosts: Hosts, reference: ShopProcess, tmp_path: Path
) -> None:
    agent = greeted(real_hosts, tmp_path)
    assert state_of(agent) == AccountState()
    before = sessions(reference)
    logged_in = AccountState(email=ACCOUNT_EMAIL, customer_id=CUSTOMER_ID, is_kept=True)
    assert log_in(agent, reference, stay=True) == logged_in
    assert sessions(reference) == before + 1
    agent.kill()
    again = greeted(real_hosts, tmp_path)
    assert state_of(again) == state_of(again, ask_shop=True) == logged_in
    assert again.call(Method.ACCOUNT_LOGOUT, Nothing()) == LogoutResult(is_revoked=True, is_removed=True)
    assert (state_of(again), secrets_in(tmp_path), sessions(reference)) == (AccountState(), "{}", before)
    assert state_of(greeted(real_hosts, tmp_path)) == AccountState()


def test_a_login_that_does_not_stay_ends_with_the_agent(
    real_hosts: Hosts, reference: ShopProcess, tmp_path: Path
) -> None:
    agent = greeted(real_hosts, tmp_path)
    assert log_in(agent, reference, stay=False) == AccountState(email=ACCOUNT_EMAIL, customer_id=CUSTOMER_ID)
    assert state_of(agent, ask_shop=True).email == ACCOUNT_EMAIL
    assert "set" not in calls(tmp_path)
    agent.close()
    assert state_of(greeted(real_hosts, tmp_path)) == AccountState()


def test_a_wrong_password_is_refused_and_the_older_session_stays(
    real_hosts: Hosts, reference: ShopProcess, tmp_path: Path
) -> None:
    agent = greeted(real_hosts, tmp_path)
    before = log_in(agent, reference, stay=True)
    for email in (ACCOUNT_EMAIL, "nikt@klosowska.example"):
        wrong = LoginParams(email=email, password="zgadywane", stay=True)
        assert refused(agent, Method.ACCOUNT_LOGIN, wrong) == ErrorCode.ACCOUNT_REFUSED.value
    assert state_of(agent, ask_shop=True) == before


def test_another_login_replaces_the_first_and_ends_it_at_the_shop(
    real_hosts: Hosts, reference: ShopProcess, tmp_path: Path
) -> None:
    agent = greeted(real_hosts, tmp_path)
    before = sessions(reference)
    log_in(agent, reference, stay=True)
    first = secrets_in(tmp_path)
    log_in(agent, reference, stay=True, email=f"  {ACCOUNT_EMAIL.upper()} ")
    assert secrets_in(tmp_path) not in ("{}", first)
    assert sessions(reference) == before + 1
    log_in(agent, reference, stay=False)
    assert (secrets_in(tmp_path), sessions(reference)) == ("{}", before + 1)
    agent.call(Method.ACCOUNT_LOGOUT, Nothing())
    assert sessions(reference) == before


def test_nothing_of_a_login_and_an_order_is_written_down_but_where_it_belongs(
    real_hosts: Hosts, reference: ShopProcess, tmp_path: Path
) -> None:
    """The password is nowhere, the token in the keyring only; once the order is settled, its personal data are gone as well."""
    keyring = tmp_path / "pierscien"
    keyring.mkdir()
    agent = greeted(real_hosts, keyring)
    log_in(agent, reference, stay=True)
    guess = LoginParams(email="haker@zly.example", password="zgadywane-haslo-1", stay=True)
    refused(agent, Method.ACCOUNT_LOGIN, guess)
    [text] = json.loads(secrets_in(keyring)).values()
    token = json.loads(text)["token"]
    confirmed = fill_in(agent, load(agent))
    agent.call(Method.ORDER_PLACE, PlaceParams(order=confirmed))
    agent.wait_for(is_installed)
    until(lambda: not Outbox(real_hosts.state_dir).unsettled())
    agent.call(Method.ACCOUNT_LOGOUT, Nothing())
    until(lambda: "account.logout" in real_hosts.log())  # the line follows the answer
    agent.close()
    orderer = confirmed.orderer
    personal = [
        orderer.first_name,
        orderer.last_name,
        orderer.phone,
        orderer.email,
        confirmed.nip,
        confirmed.invoice_email,
    ]
    account = [reference.prepared.account_password, token, guess.password, "haker", ACCOUNT_EMAIL, "Bearer"]
    secrets = [text.encode() for text in (*personal, *account)]
    written = {path: path.read_bytes() for path in real_hosts.state_dir.rglob("*") if path.is_file()}
    assert {"agent.log", "r2-renewal.db"} <= {path.name for path in written}
    assert [(path.name, text) for path, content in written.items() for text in secrets if text in content] == []
    assert agent.errors == b""
    lines = [json.loads(line) for line in real_hosts.log().splitlines()]
    done = [(line["what"], line["outcome"]) for line in lines if line["what"].startswith("account.")]
    assert done == [("account.login", "ok"), ("account.login", "R2-A01"), ("account.logout", "ok")]
    assert ("order.place", "ok") in [(line["what"], line["outcome"]) for line in lines]


def test_a_real_gnome_keyring_keeps_the_login_for_the_next_agent(
    real_hosts: Hosts, reference: ShopProcess, tmp_path: Path
) -> None:
    folder = tmp_path / "pulpit"
    folder.mkdir()
    with gnome_keyring(folder) as environment:
        agent = real_hosts.start(environment)
        agent.call(Method.HELLO, real_hosts.hello())
        assert log_in(agent, reference, stay=True).is_kept
        agent.kill()
        again = real_hosts.start(environment)
        again.call(Method.HELLO, real_hosts.hello())
        assert state_of(again, ask_shop=True) == AccountState(
            email=ACCOUNT_EMAIL, customer_id=CUSTOMER_ID, is_kept=True
        )
        assert again.call(Method.ACCOUNT_LOGOUT, Nothing()) == LogoutResult(is_revoked=True, is_removed=True)
        last = real_hosts.start(environment)
        last.call(Method.HELLO, real_hosts.hello())
        assert state_of(last) == AccountState()


# A shop that says what a test wants


@pytest.fixture
def keyring(tmp_path: Path) -> Path:
    folder = tmp_path / "pierscien"
    folder.mkdir()
    return folder


def scripted_login(agent: Conversation, shop: ScriptedShop, *, stay: bool = True, **session: str) -> AccountState:
    shop.script("POST", paths.ACCOUNT_SESSIONS, raw(json_of({**SESSION, **session}, 201)))
    state: AccountState = agent.call(
        Method.ACCOUNT_LOGIN, LoginParams(email="a@b.example", password="haslo", stay=stay)
    )
    return state


def test_a_401_of_something_on_the_way_ends_no_session(hosts: Hosts, shop: ScriptedShop, keyring: Path) -> None:
    agent = greeted(hosts, keyring)
    scripted_login(agent, shop)
    shop.script("GET", paths.STOREFRONT, raw(http(401, b"<html>hotel</html>", "text/html")))
    code = refused(agent, Method.ACCOUNT_STATE, AccountStateParams(ask_shop=True))
    assert code == ErrorCode.NOT_THE_SHOP.value
    assert state_of(agent).is_kept
    assert "konto-tok-1" in secrets_in(keyring)


def test_the_shop_is_asked_in_the_accounts_session_not_in_the_licences(
    hosts: Hosts, shop: ScriptedShop, keyring: Path
) -> None:
    agent = greeted(hosts, keyring)
    scripted_login(agent, shop)
    state_of(agent, ask_shop=True)
    [seen] = shop.seen("GET", paths.STOREFRONT)
    assert seen.headers["authorization"] == "Bearer konto-tok-1"


def test_a_logout_without_the_shop_still_ends_it_here(hosts: Hosts, shop: ScriptedShop, keyring: Path) -> None:
    agent = greeted(hosts, keyring)
    scripted_login(agent, shop)
    shop.close()
    assert agent.call(Method.ACCOUNT_LOGOUT, Nothing()) == LogoutResult(is_revoked=False, is_removed=True)
    assert (state_of(agent), secrets_in(keyring)) == (AccountState(), "{}")


def test_a_logout_that_reaches_neither_the_shop_nor_the_keyring_says_so_and_can_be_tried_again(
    hosts: Hosts, shop: ScriptedShop, keyring: Path
) -> None:
    agent = greeted(hosts, keyring, "Raising")
    assert scripted_login(agent, shop).reason == ErrorCode.VAULT_FAILED.value
    shop.script("DELETE", paths.CURRENT_SESSION, *([problem(503, "internal_error", "Retry-After: 60")] * 3))
    assert agent.call(Method.ACCOUNT_LOGOUT, Nothing()) == LogoutResult(is_revoked=False, is_removed=False)
    assert state_of(agent).email == "a@b.example"
    shop.forget_scripts()
    shop.script("DELETE", paths.CURRENT_SESSION, raw(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"))
    assert agent.call(Method.ACCOUNT_LOGOUT, Nothing()).is_revoked
    assert state_of(agent).email == ""


def test_a_session_that_the_shop_has_ended_already_is_logged_out(
    hosts: Hosts, shop: ScriptedShop, keyring: Path
) -> None:
    agent = greeted(hosts, keyring)
    scripted_login(agent, shop)
    shop.script("DELETE", paths.CURRENT_SESSION, problem(401, "unauthorized"))
    assert agent.call(Method.ACCOUNT_LOGOUT, Nothing()).is_revoked


def test_the_account_of_another_customer_than_the_licences_is_said_so(
    hosts: Hosts, shop: ScriptedShop, keyring: Path
) -> None:
    agent = greeted(hosts, keyring)
    assert scripted_login(agent, shop, customer_id="K-777").is_other_customer
    assert not scripted_login(agent, shop, customer_id="").is_other_customer


def test_another_licence_on_this_computer_knows_nothing_of_the_first_ones_login(
    hosts: Hosts, shop: ScriptedShop, keyring: Path, vendor: Vendor
) -> None:
    agent = greeted(hosts, keyring)
    scripted_login(agent, shop)
    mine = hosts.licence.read_bytes()
    hosts.licence.write_bytes(vendor.certificate(LICENCE._replace(customer_id="K-2")))
    assert state_of(agent) == AccountState()
    hosts.licence.write_bytes(b"broken")
    assert state_of(agent) == AccountState()
    hosts.licence.write_bytes(mine)
    assert state_of(agent).is_kept


@pytest.mark.parametrize("token", ["", "dwie\nlinie", "zażółć", "a b"])
def test_a_token_that_no_header_can_carry_is_not_the_shops(
    hosts: Hosts, shop: ScriptedShop, keyring: Path, token: str
) -> None:
    agent = greeted(hosts, keyring)
    with pytest.raises(RefusedError) as error:
        scripted_login(agent, shop, token=token)
    assert error.value.data.code == ErrorCode.NOT_THE_SHOP.value
    assert secrets_in(keyring) == ""


def test_a_login_is_sent_once(hosts: Hosts, shop: ScriptedShop, keyring: Path) -> None:
    agent = greeted(hosts, keyring)
    shop.script("POST", paths.ACCOUNT_SESSIONS, problem(503, "internal_error"))
    params = LoginParams(email="a@b.example", password="haslo")
    assert refused(agent, Method.ACCOUNT_LOGIN, params) == ErrorCode.SHOP_FAILURE.value
    assert len(shop.seen("POST", paths.ACCOUNT_SESSIONS)) == 1


def test_what_holds_a_secret_does_not_show_it() -> None:
    session = AccountSession(token="tajny", email="a@b.example", customer_id="K-1")
    assert "tajny" not in repr(session)
    assert "tajne" not in repr(LoginParams(email="a@b.example", password="tajne"))
    assert Account.__doc__


VAULT_CODES = [code for code in ErrorCode if code.name.startswith("VAULT_")]


def test_every_failure_of_the_account_has_words_and_a_way_on() -> None:
    assert len({sentence(code) for code in (*VAULT_CODES, ErrorCode.LOGIN_AGAIN, ErrorCode.ACCOUNT_REFUSED)}) == 7
    told = {session_only_sentence(code) for code in VAULT_CODES}
    assert len(told) == len(VAULT_CODES)
    assert all(text.startswith("Zalogowano tylko do zamknięcia eSklepu: ") for text in told)
    ended = {
        logout_sentence(is_revoked=revoked, is_removed=removed)
        for revoked in (True, False)
        for removed in (True, False)
    }
    assert len(ended) == 3
