"""Rows K1–K6 and S8: keyrings that are absent, locked, raising, mute or corrupt, and a session that the shop has ended.

The agent and its vault's process are the real ones. A fault comes from a keyring in the list that the vault chooses from, or from
a Secret Service on a D-Bus session of its own.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from r2_renewal.agent.protocol import AccountState, AccountStateParams, LoginParams, LogoutResult, Method, Nothing
from r2_renewal.agent.vault import KEYRING_SECONDS, LONGEST_UTF16_UNITS
from r2_renewal.clock import today_in_warsaw
from r2_renewal.contract import paths
from r2_renewal.domain.errors import ErrorCode
from r2_renewal.reference_shop.folder import settings_of
from r2_renewal.reference_shop.seed import ACCOUNT_EMAIL, prepare
from r2_renewal.reference_shop.shop import opened
from r2_renewal.reference_shop.tables import SessionRow
from r2_renewal.ui.error_texts import sentence, session_only_sentence
from tests.agent.conversation import Conversation, Hosts, RefusedError
from tests.agent.keyrings import (
    agent_with,
    await_gone,
    calls,
    processes,
    secret_service,
    secrets_in,
    session_bus,
)
from tests.agent.scripted_shop import ScriptedShop, json_of, raw
from tests.agent.test_with_reference_shop import ShopProcess, hosts_of, serve, stop

EMAIL, PASSWORD, TOKEN = "anna@klosowska.example", "haslo-ktorego-nikt-nie-zna", "konto-tok-7f3a"
SESSION = {"token": TOKEN, "scope": "account", "expires_at": "2030-01-01T00:00:00Z", "customer_id": "K-1"}
STATE = AccountStateParams()
LOGIN = LoginParams(email=EMAIL, password=PASSWORD, stay=True)
LONGEST_WAIT = 60.0

Start = Callable[[str], Conversation]


@pytest.fixture
def keyring(tmp_path: Path) -> Path:
    """Return the folder in which a keyring tells what happened to it."""
    folder = tmp_path / "pierscien"
    folder.mkdir()
    return folder


@pytest.fixture
def start(hosts: Hosts, keyring: Path) -> Start:
    """Return a function that starts an agent with a keyring of a kind."""

    def start(kind: str) -> Conversation:
        agent = hosts.start(command=agent_with(kind, keyring))
        agent.call(Method.HELLO, hosts.hello())
        return agent

    return start


def start_in(hosts: Hosts, environment: dict[str, str]) -> Conversation:
    """Return an agent as it is delivered, in another environment."""
    agent = hosts.start(environment)
    agent.call(Method.HELLO, hosts.hello())
    return agent


def log_in(agent: Conversation, shop: ScriptedShop, **session: str) -> AccountState:
    shop.script("POST", paths.ACCOUNT_SESSIONS, raw(json_of({**SESSION, **session}, 201)))
    state: AccountState = agent.call(Method.ACCOUNT_LOGIN, LOGIN, LONGEST_WAIT)
    return state


def is_session_only(agent: Conversation, shop: ScriptedShop, hosts: Hosts, code: ErrorCode) -> None:
    """Log in, to be told that the login ends with the agent and why; then go on working with it."""
    state = log_in(agent, shop)
    assert (state.email, state.is_kept, state.reason) == (EMAIL, False, code.value)
    assert session_only_sentence(code).startswith("Zalogowano tylko do zamknięcia eSklepu: ")
    assert agent.call(Method.ACCOUNT_STATE, AccountStateParams(ask_shop=True), LONGEST_WAIT).email == EMAIL
    assert shop.seen("GET", paths.STOREFRONT)[-1].headers["authorization"] == f"Bearer {TOKEN}"
    agent.call(Method.ESHOP_LOAD, Nothing())
    is_clean(hosts)


def is_clean(hosts: Hosts) -> None:
    """No file of the state folder holds what only the user, the shop and a keyring may know."""
    for path in hosts.state_dir.rglob("*"):
        content = path.read_bytes()
        assert [text for text in (EMAIL, PASSWORD, TOKEN, "sekret") if text.encode() in content] == []
    assert {line["what"] for line in map(json.loads, hosts.log().splitlines())} >= {"account.login", "vault.keep"}


# K1


@pytest.mark.parametrize("kind", ["none", "Absent"])
def test_k1_without_a_keyring_the_login_is_for_the_session(
    start: Start, hosts: Hosts, shop: ScriptedShop, kind: str
) -> None:
    agent = start(kind)
    assert agent.call(Method.ACCOUNT_STATE, STATE) == AccountState(reason=ErrorCode.VAULT_ABSENT.value)
    is_session_only(agent, shop, hosts, ErrorCode.VAULT_ABSENT)
    logout = agent.call(Method.ACCOUNT_LOGOUT, Nothing())
    assert (logout.is_removed, agent.call(Method.ACCOUNT_STATE, STATE).email) == (True, "")


def test_k1_without_a_secret_service_on_the_bus(hosts: Hosts, shop: ScriptedShop, keyring: Path) -> None:
    with session_bus(keyring) as environment:
        is_session_only(start_in(hosts, environment), shop, hosts, ErrorCode.VAULT_ABSENT)


def test_k1_without_a_bus(hosts: Hosts, shop: ScriptedShop) -> None:
    agent = start_in(hosts, {"DBUS_SESSION_BUS_ADDRESS": "unix:path=/nowhere/at-all"})
    is_session_only(agent, shop, hosts, ErrorCode.VAULT_ABSENT)


# K2


def test_k2_a_locked_keyring_whose_prompt_is_dismissed(start: Start, hosts: Hosts, shop: ScriptedShop) -> None:
    is_session_only(start("Dismissed"), shop, hosts, ErrorCode.VAULT_LOCKED)


def test_k2_a_locked_secret_service_whose_prompt_is_dismissed(hosts: Hosts, shop: ScriptedShop, keyring: Path) -> None:
    with secret_service("locked", keyring) as environment:
        is_session_only(start_in(hosts, environment), shop, hosts, ErrorCode.VAULT_LOCKED)
    assert (keyring / "asked").exists()


# K3


@pytest.mark.parametrize("kind", ["Raising", "Ending", "Interrupting", "Exhausted", "Crashing", "Forgetful"])
def test_k3_whatever_a_keyring_raises(start: Start, hosts: Hosts, shop: ScriptedShop, kind: str) -> None:
    agent = start(kind)
    is_session_only(agent, shop, hosts, ErrorCode.VAULT_FAILED)
    assert agent.errors == b""


# K4


@pytest.mark.parametrize("kind", ["Hanging", "Greedy"])
def test_k4_a_keyring_that_hangs_is_cut(
    start: Start, hosts: Hosts, shop: ScriptedShop, keyring: Path, kind: str
) -> None:
    agent = start(kind)
    began = time.monotonic()
    is_session_only(agent, shop, hosts, ErrorCode.VAULT_MUTE)
    assert time.monotonic() - began >= KEYRING_SECONDS
    assert set(calls(keyring)) == {"get", "set"}
    for process in processes(keyring):
        await_gone(process)


def test_k4_a_mute_secret_service_is_cut(hosts: Hosts, shop: ScriptedShop, keyring: Path) -> None:
    with secret_service("mute", keyring) as environment:
        is_session_only(start_in(hosts, environment), shop, hosts, ErrorCode.VAULT_MUTE)
    assert (keyring / "asked").exists()


def test_k4_a_keyring_that_hangs_when_asked_whether_it_is_there(start: Start) -> None:
    state = start("SlowToStart").call(Method.ACCOUNT_STATE, STATE, LONGEST_WAIT)
    assert state == AccountState(reason=ErrorCode.VAULT_MUTE.value)


def test_k4_meanwhile_the_agent_answers_and_ends_within_a_second(start: Start, keyring: Path, hosts: Hosts) -> None:
    agent = start("Hanging")
    waiting = agent.begin(Method.ACCOUNT_STATE.value, STATE)
    await_call(keyring)
    agent.call(Method.ESHOP_LOAD, Nothing())
    assert agent.close() < 1.0
    for process in processes(keyring):
        await_gone(process)
    assert waiting


def test_k4_an_agent_that_is_killed_leaves_no_process_behind(start: Start, keyring: Path) -> None:
    agent = start("Hanging")
    agent.begin(Method.ACCOUNT_STATE.value, STATE)
    await_call(keyring)
    agent.kill()
    [process] = processes(keyring)
    await_gone(process)


def test_k4_even_where_the_library_keeps_the_interpreter(start: Start, keyring: Path, long_mode: bool) -> None:
    if not long_mode:
        pytest.skip("twenty seconds: only with --long")
    agent = start("Greedy")
    agent.begin(Method.ACCOUNT_STATE.value, STATE)
    await_call(keyring)
    agent.kill()
    [process] = processes(keyring)
    await_gone(process, LONGEST_WAIT)


def await_call(keyring: Path) -> None:
    """Wait until the keyring is called."""
    end = time.monotonic() + LONGEST_WAIT
    while not calls(keyring):
        assert time.monotonic() < end, "the keyring was never called"
        time.sleep(0.02)


# K5


def test_k5_what_windows_could_not_hold_never_reaches_a_keyring(
    start: Start, hosts: Hosts, shop: ScriptedShop, keyring: Path
) -> None:
    agent = start("Odd")
    state = log_in(agent, shop, token="t" * LONGEST_UTF16_UNITS)
    assert (state.email, state.is_kept, state.reason) == (EMAIL, False, ErrorCode.VAULT_TOO_LONG.value)
    assert "set" not in calls(keyring)
    agent.call(Method.ACCOUNT_STATE, AccountStateParams(ask_shop=True))
    is_clean(hosts)
    assert log_in(agent, shop).is_kept


# K6


@pytest.mark.parametrize("kind", ["Undecodable", "Numeric", "Surrogate"])
def test_k6_what_is_no_text_is_removed(start: Start, shop: ScriptedShop, keyring: Path, kind: str) -> None:
    good = start("Odd")
    assert log_in(good, shop).is_kept
    good.close()
    agent = start(kind)
    assert agent.call(Method.ACCOUNT_STATE, STATE) == AccountState(reason=ErrorCode.LOGIN_AGAIN.value)
    assert secrets_in(keyring) == "{}"
    assert agent.call(Method.ACCOUNT_STATE, STATE) == AccountState()
    assert "ponownie" in sentence(ErrorCode.LOGIN_AGAIN)


NO_SESSIONS = (
    "",
    "x",
    "\0",
    "[]",
    '{"token": "a\\nb", "email": "a@b.example", "customer_id": ""}',
    '{"token": "a", "email": "", "customer_id": ""}',
    '{"token": 7, "email": "a@b.example", "customer_id": ""}',
    "[" * 5000,
)


def test_k6_what_is_no_session_is_removed(start: Start, shop: ScriptedShop, keyring: Path) -> None:
    agent = start("Odd")
    log_in(agent, shop)
    agent.close()
    [place] = json.loads(secrets_in(keyring))
    agent = start("Odd")
    for text in NO_SESSIONS:
        (keyring / "secrets.json").write_text(json.dumps({place: text}))
        assert agent.call(Method.ACCOUNT_STATE, STATE) == AccountState(reason=ErrorCode.LOGIN_AGAIN.value)
        assert secrets_in(keyring) == "{}"
    assert log_in(agent, shop).is_kept


# S8


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ShopProcess]:
    """The real shop."""
    shop = serve(prepare(tmp_path_factory.mktemp("shop"), 30, today_in_warsaw()))
    yield shop
    stop(shop)


def end_every_session(shop: ShopProcess) -> None:
    """End all account sessions, as the customer does with „wyloguj wszędzie"."""
    with opened(settings_of(shop.prepared.folder)) as inside, inside.database.writing() as session:
        session.query(SessionRow).where(SessionRow.scope == "account").delete()


def test_s8_a_session_that_the_shop_has_ended_leaves_the_vault(
    reference: ShopProcess, tmp_path: Path, keyring: Path
) -> None:
    hosts = hosts_of(reference, tmp_path)
    agent, other = (hosts.start(command=agent_with("Odd", keyring)) for _ in range(2))
    login = LoginParams(email=ACCOUNT_EMAIL, password=reference.prepared.account_password, stay=True)
    for one in (agent, other):
        one.call(Method.HELLO, hosts.hello())
    assert agent.call(Method.ACCOUNT_LOGIN, login).is_kept
    assert other.call(Method.ACCOUNT_STATE, AccountStateParams(ask_shop=True)).is_kept
    end_every_session(reference)
    assert log_in_again_is_the_answer(agent)
    assert secrets_in(keyring) == "{}"
    assert agent.call(Method.ACCOUNT_STATE, STATE) == AccountState()
    agent.call(Method.ESHOP_LOAD, Nothing())  # the licence's own session is another one
    assert agent.call(Method.ACCOUNT_LOGIN, login).is_kept
    # The other agent still holds the old session: its end does not take the new one away.
    assert log_in_again_is_the_answer(other)
    assert other.call(Method.ACCOUNT_STATE, AccountStateParams(ask_shop=True)).is_kept
    assert agent.call(Method.ACCOUNT_LOGOUT, Nothing()) == LogoutResult(is_revoked=True, is_removed=True)
    hosts.close()


def log_in_again_is_the_answer(agent: Conversation) -> bool:
    with pytest.raises(RefusedError) as error:
        agent.call(Method.ACCOUNT_STATE, AccountStateParams(ask_shop=True))
    return error.value.data.code == ErrorCode.LOGIN_AGAIN.value
