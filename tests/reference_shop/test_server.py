"""The server process: announced when it listens, the whole way over real HTTP, stopped without a trace."""

from __future__ import annotations

import contextlib
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from http.client import HTTPConnection

import httpx
import pytest

from r2_renewal.contract import paths
from r2_renewal.domain.errors import ErrorCode, RenewalError
from r2_renewal.licensing.keys import parse_trusted_keys
from r2_renewal.licensing.reader import parse_certificate
from r2_renewal.reference_shop.app import BODY_LIMIT
from r2_renewal.reference_shop.seed import LICENCE_ID, PreparedShop
from r2_renewal.reference_shop.server import address_of, bind
from r2_renewal.reference_shop.unread import MORE_BYTES
from tests.reference_shop.module import Module
from tests.reference_shop.processes import COMMAND, Server, module_at, stop


def test_the_whole_way_from_the_licence_to_the_renewed_licence(
    start: Callable[..., Server], prepared: PreparedShop
) -> None:
    process, url = start("--auto-fulfil", "0.3", "--stop-with-stdin")
    with module_at(url, prepared) as module:
        order = module.order(LICENCE_ID)
        until = time.monotonic() + 15
        while module.get(paths.order(order["order_id"])).json()["state"] != "fulfilled":
            assert time.monotonic() < until
            time.sleep(0.1)
        file = module.get(paths.licence_file(LICENCE_ID))
    licence = parse_certificate(file.content, parse_trusted_keys(prepared.trusted_keys))
    assert [(p.valid_until, p.seq) for p in licence.programs] == [(date(2027, 12, 22), 2)]
    assert licence.issued.date() == date(2026, 11, 22)
    output, errors = stop(process, lambda: process.stdin.close() if process.stdin else None)
    assert (process.returncode, output, errors) == (0, "", "")


def test_head_is_answered_wherever_get_is_and_without_a_body(start: Callable[..., Server]) -> None:
    _, url = start()
    with httpx.Client(base_url=url, trust_env=False) as http:
        for path in (
            "/panel/logowanie",
            "/panel/panel.css",
            "/panel/moje-dane",
            "/panel/nic",
            "/healthz",
            "/v1/storefront",
        ):
            whole, head = http.get(path), http.head(path)
            assert (head.status_code, head.content) == (whole.status_code, b""), path
            for name in ("content-type", "content-length", "content-security-policy", "cache-control", "location"):
                assert head.headers.get(name) == whole.headers.get(name), (path, name)
        assert http.head("/panel/wyloguj").status_code == http.head(paths.ACCOUNT_SESSIONS).status_code == 405


@pytest.mark.posix("Windows ends a process without a signal")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_the_server_though_a_client_holds_its_connection(
    start: Callable[..., Server], prepared: PreparedShop, number: signal.Signals
) -> None:
    process, url = start()
    with module_at(url, prepared) as module:
        module.storefront()
        output, errors = stop(process, lambda: process.send_signal(number))
    assert (process.returncode, output, errors) == (0, "", "")


def test_a_restarted_server_knows_sessions_keys_and_orders(
    start: Callable[..., Server], prepared: PreparedShop
) -> None:
    first, url = start()
    with module_at(url, prepared) as module:
        body = module.body(module.quote(LICENCE_ID))
        answer, token = module.submit(body, "key-1"), module.token
    first.kill()
    first.wait(timeout=10)
    _, url = start()
    with httpx.Client(base_url=url, timeout=10, trust_env=False) as http:
        module = Module(http).use(token)
        assert module.submit(body, "key-1").content == answer.content
        assert [order["number"] for order in module.storefront()["orders"]] == ["ZAM/2026/000001"]


def test_a_server_killed_in_the_middle_has_taken_the_order_whole_or_not_at_all(
    start: Callable[..., Server], prepared: PreparedShop, long_mode: bool
) -> None:
    kills = 40 if long_mode else 2
    process, url = start()
    with module_at(url, prepared) as module:
        body, token = module.body(module.quote(LICENCE_ID)), module.token
    for kill in range(kills):
        with httpx.Client(base_url=url, timeout=10, trust_env=False) as http, ThreadPoolExecutor(1) as pool:
            answer = pool.submit(Module(http).use(token).submit, body, "key-1")
            time.sleep(0.03 * kill / kills)
            process.kill()
            assert isinstance(answer.exception(timeout=10), httpx.TransportError | None)
        process, url = start()
    with httpx.Client(base_url=url, timeout=10, trust_env=False) as http:
        module = Module(http).use(token)
        order = module.submit(body, "key-1").json()
        assert [entry["order_id"] for entry in module.storefront()["orders"]] == [order["order_id"]]


def test_two_servers_on_one_database_make_one_order_for_a_key(
    start: Callable[..., Server], prepared: PreparedShop
) -> None:
    urls = [start()[1], start()[1]]
    with module_at(urls[0], prepared) as one, module_at(urls[1], prepared) as two, ThreadPoolExecutor(50) as pool:
        body = one.body(one.quote(LICENCE_ID))
        answers = list(pool.map(lambda n: (one, two)[n % 2].submit(body, "key-1"), range(50)))
        orders = one.storefront()["orders"]
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.content for answer in answers if answer.status_code == 201}) == len(orders) == 1


@contextmanager
def connected(url: str) -> Iterator[socket.socket]:
    host, _, port = url.removeprefix("http://").rpartition(":")
    with socket.create_connection((host, int(port)), timeout=10) as peer:
        yield peer


def head(path: str, *headers: str) -> bytes:
    return "\r\n".join([f"POST {path} HTTP/1.1", "Host: shop", *headers, "", ""]).encode()


@pytest.mark.parametrize("framing", ["Content-Length: 5000", "Transfer-Encoding: chunked"])
def test_a_client_that_goes_away_in_its_body_is_not_worth_a_line(start: Callable[..., Server], framing: str) -> None:
    process, url = start("--stop-with-stdin")
    with connected(url) as peer:
        peer.sendall(head(paths.LICENCE_SESSIONS, "Content-Type: application/json", framing) + b'5\r\n{"cer')
        time.sleep(0.3)
    assert httpx.get(f"{url}/health", trust_env=False).status_code == 200
    _, errors = stop(process, lambda: process.stdin.close() if process.stdin else None)
    assert errors == ""


def accepted(peer: socket.socket, most: int) -> int:
    """Return how many bytes of a body without an end go out before the connection is closed."""
    block, sent = b"10000\r\n" + b"x" * 0x10000 + b"\r\n", 0
    with contextlib.suppress(ConnectionError):
        while sent < most:
            sent += peer.send(block)
    return sent


@pytest.mark.parametrize("path", [paths.LICENCE_SESSIONS, paths.QUOTES])
def test_a_body_without_an_end_is_cut_off(start: Callable[..., Server], path: str) -> None:
    _, url = start()
    with connected(url) as peer:
        peer.sendall(head(path, "Transfer-Encoding: chunked"))
        # The last term is what the system's buffers may hold.
        assert accepted(peer, 200_000_000) < BODY_LIMIT + MORE_BYTES + 16_000_000


@pytest.mark.parametrize(
    ("path", "size", "status"), [(paths.LICENCE_SESSIONS, BODY_LIMIT + 1, 413), (paths.QUOTES, 9, 401)]
)
def test_a_refused_body_of_moderate_size_loses_neither_answer_nor_connection(
    start: Callable[..., Server], path: str, size: int, status: int
) -> None:
    _, url = start()
    with contextlib.closing(HTTPConnection(url.removeprefix("http://"), timeout=10)) as connection:
        for _ in range(2):
            connection.request("POST", path, body=b"x" * size)
            answer = connection.getresponse()
            assert (answer.status, bool(answer.read()), answer.will_close) == (status, True, False)


def test_a_client_that_asks_first_is_not_told_to_send_what_is_refused(start: Callable[..., Server]) -> None:
    _, url = start()
    with connected(url) as peer:
        peer.sendall(head(paths.QUOTES, "Content-Length: 1000", "Expect: 100-continue"))
        answer = peer.recv(4096)
        assert answer.split()[1] == b"401"
        assert b"connection: close" in answer.lower()


def test_the_answers_carry_the_shops_own_date(start: Callable[..., Server]) -> None:
    _, url = start()
    answer = httpx.get(f"{url}/health", trust_env=False)
    assert answer.json() == {"status": "ok", "api": "v1"}
    assert answer.headers.get_list("date") == [answer.headers["date"]]
    assert "22 Nov 2026" in answer.headers["date"]
    assert "server" not in answer.headers


def test_a_busy_port_is_told_as_such(prepared: PreparedShop) -> None:
    with bind("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(RenewalError) as refusal:
            bind("127.0.0.1", port)
        assert refusal.value.code is ErrorCode.PORT_BUSY
        command = [*COMMAND, "--state", str(prepared.folder.path), "--port", str(port)]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "R2-S07" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize(
    ("host", "port"), [("192.0.2.1", 0), ("127.0.0.1", 70000), ("nie ma takiego hosta", 0), ("ł" * 70, 0)]
)
def test_an_address_that_cannot_be_used_is_told_as_such(host: str, port: int) -> None:
    with pytest.raises(RenewalError) as refusal:
        bind(host, port)
    assert refusal.value.code is ErrorCode.ADDRESS_UNUSABLE


def test_an_answer_does_not_wait_for_the_last_acknowledgement(
    start: Callable[..., Server], prepared: PreparedShop
) -> None:
    _, url = start()
    with module_at(url, prepared) as module:
        took = sorted(module.get("/health").elapsed.total_seconds() for _ in range(20))
    assert took[2] < 0.04  # the delay would be in every one of them


def test_an_ipv6_address_stands_in_brackets() -> None:
    if not socket.has_ipv6:
        pytest.skip("no IPv6 here")
    try:
        bound = bind("::1", 0)
    except RenewalError:
        pytest.skip("no IPv6 loopback here")
    with bound:
        assert address_of(bound).startswith("http://[::1]:")
