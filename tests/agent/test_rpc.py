"""The conversation itself: greeting, lines that make no sense, and the end."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from r2_renewal.agent import protocol, rpc
from r2_renewal.agent.agent_log import AgentLog
from r2_renewal.agent.protocol import ContactParams, Method, Nothing
from r2_renewal.agent.service import Service
from r2_renewal.contract import paths
from r2_renewal.domain.contact import ContactProblem
from r2_renewal.domain.errors import ErrorCode
from r2_renewal.version import VERSION
from tests.agent.conversation import Conversation, Hosts, RefusedError
from tests.agent.scripted_shop import ScriptedShop, silence
from tests.driver import wait_until
from tests.licence_files import Vendor

ENDS = 50


@pytest.fixture(scope="module")
def greeted(tmp_path_factory: pytest.TempPathFactory, vendor: Vendor) -> Iterator[Conversation]:
    """An agent that the tests of single lines share."""
    hosts = Hosts(tmp_path_factory.mktemp("rpc"), vendor, "http://127.0.0.1:9")
    yield hosts.greeted()
    hosts.close()


def test_greeting_is_answered_with_the_versions(hosts: Hosts) -> None:
    result = hosts.start().call(Method.HELLO, hosts.hello())
    assert (result.protocol, result.version, result.open_orders) == (protocol.VERSION, VERSION, 0)


def fits(method: Method, params: dict[str, Any]) -> bool:
    try:
        msgspec.convert(params, protocol.PARAMS[method])
    except msgspec.ValidationError:
        return False
    return True


def test_nothing_is_done_before_the_greeting(hosts: Hosts) -> None:
    agent = hosts.start()
    names = (
        "message",
        "order_id",
        "licence_id",
        "offer_id",
        "path",
        "nip",
        "customer",
        "email",
        "password",
        "invoice_id",
        "cursor",
        "number",
        "name",
    )
    params: dict[str, Any] = {
        **dict.fromkeys(names, "x"),
        "draft": {},
        "call": 1,
        "offers": {},
        "licence_ids": [],
        "content": "",
        "change": {"tag": "x"},
    }
    for method in set(Method) - {Method.HELLO}:
        answer = agent.end(agent.begin(method.value, params))
        assert answer.error is not None
        # An order that does not fit is refused for that before anybody asks whether it may be placed.
        expected = ErrorCode.CONFIGURATION if fits(method, params) else ErrorCode.AGENT_GARBLED
        assert answer.error.data.code == expected.value
    assert not fits(Method.ORDER_PLACE, params)
    assert fits(Method.ESHOP_LOAD, params)


def test_another_protocol_is_refused_and_the_right_one_still_welcome(hosts: Hosts) -> None:
    agent = hosts.start()
    with pytest.raises(RefusedError) as refused:
        agent.call(Method.HELLO, hosts.hello(protocol=protocol.VERSION + 1))
    assert refused.value.data.code == ErrorCode.CONFIGURATION.value
    agent.call(Method.HELLO, hosts.hello())


def test_a_second_greeting_is_refused(hosts: Hosts) -> None:
    with pytest.raises(RefusedError) as refused:
        hosts.greeted().call(Method.HELLO, hosts.hello())
    assert refused.value.data.code == ErrorCode.CONFIGURATION.value


def test_unusable_keys_are_said_at_the_greeting(hosts: Hosts) -> None:
    with pytest.raises(RefusedError) as refused:
        hosts.start().call(Method.HELLO, hosts.hello(trusted_keys=()))
    assert refused.value.data.code == ErrorCode.TRUSTED_KEYS.value


def test_calls_may_follow_the_greeting_without_waiting(hosts: Hosts) -> None:
    agent = hosts.start()
    agent.begin(Method.HELLO.value, hosts.hello())
    number = agent.begin(Method.CONTACT_CHECK.value, ContactParams(emails={"a": "anna@firma.pl"}))
    assert agent.end(number).error is None


@pytest.mark.parametrize(
    ("line", "code", "number"),
    [
        (b"{", protocol.PARSE_ERROR, None),
        (b"\xff\xfe", protocol.PARSE_ERROR, None),
        (b'{"id": 70000, "params": ' + b"[" * 100_000, protocol.PARSE_ERROR, None),
        (b"[]", protocol.INVALID_REQUEST, None),
        (b'{"id": 70000}', protocol.INVALID_REQUEST, 70000),
        (b'{"id": "seven", "method": "hello", "jsonrpc": "2.0"}', protocol.INVALID_REQUEST, None),
        (b'{"id": 70000, "method": "hello", "jsonrpc": "1.0"}', protocol.INVALID_REQUEST, 70000),
        (b'{"id": 70000, "method": "order.eat", "jsonrpc": "2.0"}', protocol.METHOD_NOT_FOUND, 70000),
        (b'{"id": 70000, "method": "order.quote", "params": [1], "jsonrpc": "2.0"}', protocol.INVALID_PARAMS, 70000),
        (b'"' + b"x" * (5 * 1024 * 1024) + b'"', protocol.PARSE_ERROR, None),
    ],
    ids=["cut", "not-utf8", "deep", "list", "no-method", "text-id", "version", "unknown", "params", "too-long"],
)
def test_a_line_that_makes_no_sense_is_answered_and_survived(
    greeted: Conversation, line: bytes, code: int, number: int | None
) -> None:
    greeted.send(line)
    answer = greeted.end(number)
    assert answer.error is not None
    assert (answer.error.code, answer.error.data.code) == (code, ErrorCode.AGENT_GARBLED.value)
    assert greeted.call(Method.CONTACT_CHECK, ContactParams()).verdicts == {}


def test_contact_fields_are_judged_under_the_callers_names(hosts: Hosts) -> None:
    params = ContactParams(
        emails={"invoice_email": " \u202afaktury@fir\u00adma.pl\u200b "}, phones={"orderer.phone": "112"}
    )
    verdicts = hosts.greeted().call(Method.CONTACT_CHECK, params).verdicts
    assert verdicts["invoice_email"].value == "faktury@firma.pl"
    assert verdicts["orderer.phone"].problem is ContactProblem.TOO_SHORT


def test_ends_at_once_with_a_call_under_way_fifty_times(hosts: Hosts, shop: ScriptedShop) -> None:
    shop.script("GET", paths.STOREFRONT, *[silence] * ENDS)
    for ended in range(ENDS):
        agent = hosts.greeted(call_seconds=15.0)
        agent.begin(Method.ESHOP_LOAD.value, Nothing())
        wait_until(lambda so_far=ended: len(shop.seen("GET", paths.STOREFRONT)) > so_far, what="the call at the shop")
        assert agent.close() < 1.0
        assert (agent.process.returncode, agent.errors) == (0, b"")


def test_ctrl_c_in_the_terminal_is_the_hosts_business(hosts: Hosts) -> None:
    import signal

    agent = hosts.greeted()
    agent.process.send_signal(signal.SIGINT)
    assert agent.call(Method.CONTACT_CHECK, ContactParams()).verdicts == {}


def test_stray_output_never_reaches_the_host() -> None:
    code = (
        "import os, subprocess, sys\n"
        "from r2_renewal.agent.stdio import take_over\n"
        "calls, answers = take_over()\n"
        "print('stray'); os.write(1, b'raw'); sys.stdout.flush()\n"
        "subprocess.run([sys.executable, '-c', 'print(input.__name__)'], check=True)\n"
        "answers.write(b'answer'); answers.flush()\n"
    )
    done = subprocess.run([sys.executable, "-I", "-c", code], input=b"", capture_output=True, check=True)
    assert done.stdout == b"answer"
    assert b"stray" in done.stderr


@pytest.mark.posix("closing descriptors from a shell")
@pytest.mark.parametrize("closed", ["<&-", ">&-", "<&- >&- 2>&-"])
def test_without_pipes_it_ends_in_silence(closed: str) -> None:
    command = f'"{sys.executable}" -I -m r2_renewal.agent {closed}'
    done = subprocess.run(
        ["/bin/sh", "-c", command], check=False, stdin=subprocess.DEVNULL, capture_output=True, timeout=20
    )
    assert (done.returncode, done.stdout, done.stderr) == (1, b"", b"")


def test_eshop_can_be_looked_at_without_a_place_for_state(hosts: Hosts, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    agent = hosts.greeted(state_dir=str(tmp_path / "file" / "state"))
    assert agent.call(Method.ESHOP_LOAD, Nothing()).unanswered == ()


def test_the_greeting_imports_no_network_library() -> None:
    code = (
        "import sys, r2_renewal.agent.__main__\n"
        "print([name for name in ('requests', 'truststore', 'keyring', 'PySide6', 'ssl') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, check=True, text=True)
    assert done.stdout.strip() == "[]"


def test_every_request_names_its_protocol_on_the_wire() -> None:
    line = msgspec.json.encode(protocol.Request(id=1, method="hello"))
    assert b'"jsonrpc":"2.0"' in line


def test_an_answer_longer_than_a_line_costs_the_call_and_not_the_agent(monkeypatch: pytest.MonkeyPatch) -> None:
    said, log = io.BytesIO(), AgentLog()
    monkeypatch.setattr(rpc, "LONGEST_LINE", 200)
    server = rpc.Server(io.BytesIO(), rpc.Channel(said), Service.__new__(Service), log)
    assert server._say(Method.CONTACT_CHECK, 7, protocol.CorrectResult(ticket="x" * 300)) is ErrorCode.AGENT_GARBLED
    (line,) = said.getvalue().splitlines()
    assert msgspec.json.decode(line)["error"]["data"]["code"] == ErrorCode.AGENT_GARBLED.value
