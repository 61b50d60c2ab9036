"""Whatever answers instead of a healthy shop, on real sockets: one stable code, in time, and the agent goes on."""

from __future__ import annotations

import gzip
import json
import socket
import time
from collections.abc import Iterator
from itertools import repeat
from pathlib import Path

import pytest

from r2_renewal.agent.protocol import Method, Nothing, StatusParams
from r2_renewal.contract import paths
from r2_renewal.domain.errors import ErrorCode
from r2_renewal.domain.order import OrderState
from tests.agent.conversation import Conversation, Hosts, RefusedError
from tests.agent.scripted_shop import (
    TOKEN,
    Reply,
    ScriptedShop,
    Seen,
    free_port,
    http,
    problem,
    raw,
    reset,
    silence,
)
from tests.licence_files import LICENCE, Vendor

HASTY_SECONDS = 0.6
# The promise is 250 ms over the deadline; the rest is a busy test machine.
TOLERANCE_SECONDS = 0.75
HTML = b"<html><body>Zaloguj sie do Wi-Fi</body></html>"


@pytest.fixture(scope="module")
def faulty(vendor: Vendor) -> Iterator[ScriptedShop]:
    """A shop that the tests of this module share, each with its own fault."""
    shop = ScriptedShop(vendor)
    yield shop
    shop.close()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, vendor: Vendor, faulty: ScriptedShop) -> Iterator[Hosts]:
    started = Hosts(tmp_path_factory.mktemp("hosts"), vendor, faulty.url)
    started.licence.write_bytes(vendor.certificate())
    yield started
    started.close()


@pytest.fixture(scope="module")
def hasty(shared: Hosts) -> Conversation:
    """Return an agent with a deadline of a second, with its session already open."""
    agent = shared.greeted(call_seconds=HASTY_SECONDS)
    agent.call(Method.ESHOP_LOAD, Nothing())
    return agent


@pytest.fixture(scope="module")
def patient(shared: Hosts) -> Conversation:
    """Return an agent with time for three tries."""
    agent = shared.greeted(call_seconds=8.0)
    agent.call(Method.ESHOP_LOAD, Nothing())
    return agent


@pytest.fixture(autouse=True)
def _healthy_again(faulty: ScriptedShop) -> Iterator[None]:
    yield
    faulty.forget_scripts()


def failure(agent: Conversation) -> ErrorCode:
    with pytest.raises(RefusedError) as refused:
        agent.call(Method.ESHOP_LOAD, Nothing())
    return ErrorCode(refused.value.data.code)


def json_bytes(body: bytes, *headers: str, media_type: str = paths.JSON_TYPE) -> Reply:
    return raw(http(200, body, media_type, *headers))


def endless(status: bytes, *headers: bytes) -> Reply:
    """Send a body of ten gigabytes, as far as the client lets us."""
    lines = (b"HTTP/1.1 " + status, b"Content-Type: application/json", b"Content-Length: 10000000000", *headers)

    def reply(peer: socket.socket, _seen: Seen) -> None:
        peer.sendall(b"\r\n".join(lines) + b"\r\n\r\n")
        for block in repeat(b" " * 65536, 150_000):
            peer.sendall(block)

    return reply


NOT_THE_SHOP = {
    "captive-portal": json_bytes(HTML, media_type="text/html"),
    "html-called-json": json_bytes(HTML),
    "json-called-html": json_bytes(b"{}", media_type="text/html"),
    "duplicate-keys": json_bytes(b'{"company": 1, "company": 2}'),
    "nan": json_bytes(b'{"limit": NaN}'),
    "infinity": json_bytes(b'{"limit": -Infinity}'),
    "deep": json_bytes(b"[" * 100_000 + b"]" * 100_000),
    "rather-deep": json_bytes(b"[" * 40 + b"]" * 40),
    "huge-number": json_bytes(b'{"limit": ' + b"9" * 100_000 + b"}"),
    "not-utf8": json_bytes(b'{"name": "\xb3"}'),
    "utf-16": json_bytes('{"name": "x"}'.encode("utf-16")),
    "cut-without-length": raw(b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{"company": {"name": "R'),
    "fields-missing": json_bytes(b"{}"),
    "empty": json_bytes(b""),
    "gzip": json_bytes(gzip.compress(b"{}"), "Content-Encoding: gzip"),
    "redirect": raw(http(302, b"", "text/html", "Location: https://example.com/")),
    "redirect-malformed": raw(http(307, b"", "text/html", "Location: http://[")),
    "redirect-bomb": raw(http(301, gzip.compress(b"0" * 10_000_000), "text/html", "Content-Encoding: gzip")),
    "not-modified": raw(b"HTTP/1.1 304 Not Modified\r\n\r\n"),
    "ten-gigabytes": endless(b"200 OK"),
    "redirect-endless": endless(b"302 Found", b"Location: /v1/storefront"),
    "over-the-cap": json_bytes(b" " * (1024 * 1024) + b"{}"),
    "cut-in-the-headers": raw(b"HTTP/1.1 200 OK\r\nContent-"),
    "random-bytes": raw(bytes(range(256)) * 4),
    "long-header": raw(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 70_000 + b"\r\n\r\n"),
    "many-headers": raw(b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 200 + b"\r\n"),
    "forbidden-by-somebody": raw(http(403, HTML, "text/html")),
}


@pytest.mark.parametrize("reply", NOT_THE_SHOP.values(), ids=NOT_THE_SHOP.keys())
def test_what_is_not_certainly_the_shop_is_not_believed(
    hasty: Conversation, faulty: ScriptedShop, reply: Reply
) -> None:
    before = len(faulty.seen("GET", paths.STOREFRONT))
    faulty.script("GET", paths.STOREFRONT, reply)
    assert failure(hasty) is ErrorCode.NOT_THE_SHOP
    assert len(faulty.seen("GET", paths.STOREFRONT)) == before + 1
    assert len(hasty.call(Method.ESHOP_LOAD, Nothing()).storefront.basket) == 1


HANGING = {
    "mute": silence,
    "header-drip": raw(b"HTTP/1.1 200 OK\r\n", *(b"X-Drip: 1\r\n",) * 200, pause=0.05),
    "body-drip": raw(
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9999\r\n\r\n", *(b" ",) * 200, pause=0.05
    ),
    "endless-continue": raw(*(b"HTTP/1.1 100 Continue\r\n\r\n",) * 200, pause=0.05),
}


@pytest.mark.parametrize("reply", HANGING.values(), ids=HANGING.keys())
def test_a_drip_does_not_stretch_the_deadline(hasty: Conversation, faulty: ScriptedShop, reply: Reply) -> None:
    faulty.script("GET", paths.STOREFRONT, reply)
    began = time.monotonic()
    assert failure(hasty) is ErrorCode.TIMEOUT
    assert HASTY_SECONDS - 0.1 < time.monotonic() - began < HASTY_SECONDS + TOLERANCE_SECONDS


BROKEN = {
    "reset": reset,
    "closed": raw(),
    "cut-with-length": raw(b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{"'),
    "cut-chunk": raw(b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{"'),
}


@pytest.mark.parametrize("reply", BROKEN.values(), ids=BROKEN.keys())
def test_a_cut_answer_is_asked_for_again(patient: Conversation, faulty: ScriptedShop, reply: Reply) -> None:
    faulty.script("GET", paths.STOREFRONT, reply, reply)
    assert len(patient.call(Method.ESHOP_LOAD, Nothing()).storefront.basket) == 1


def test_an_answer_cut_again_and_again_is_no_connection(patient: Conversation, faulty: ScriptedShop) -> None:
    faulty.script("GET", paths.STOREFRONT, reset, reset, reset)
    assert failure(patient) is ErrorCode.OFFLINE


@pytest.mark.parametrize("status", [500, 503])
def test_a_storm_of_failures_is_tried_three_times(patient: Conversation, faulty: ScriptedShop, status: int) -> None:
    before = len(faulty.seen("GET", paths.STOREFRONT))
    faulty.script("GET", paths.STOREFRONT, *[raw(http(status, HTML, "text/html"))] * 3)
    assert failure(patient) is ErrorCode.SHOP_FAILURE
    assert len(faulty.seen("GET", paths.STOREFRONT)) == before + 3


def test_three_tries_are_three_for_the_session_too(hosts: Hosts, shop: ScriptedShop) -> None:
    shop.script("POST", paths.LICENCE_SESSIONS, *[raw(http(502, HTML, "text/html"))] * 9)
    assert failure(hosts.greeted(call_seconds=8.0)) is ErrorCode.SHOP_FAILURE
    assert len(shop.seen("POST", paths.LICENCE_SESSIONS)) == 3


@pytest.mark.parametrize("wait", ["0", "-5", "soon", "Mon, 01 Jan 2001 00:00:00 GMT", "1.5"])
def test_a_busy_shop_is_asked_again(patient: Conversation, faulty: ScriptedShop, wait: str) -> None:
    faulty.script("GET", paths.STOREFRONT, problem(429, "too_many_requests", f"Retry-After: {wait}"))
    assert len(patient.call(Method.ESHOP_LOAD, Nothing()).storefront.basket) == 1


@pytest.mark.parametrize("wait", ["1000000000", "9" * 5000, "60", "Mon, 01 Jan 2125 00:00:00 GMT"])
def test_a_wait_beyond_the_deadline_is_not_waited_for(patient: Conversation, faulty: ScriptedShop, wait: str) -> None:
    faulty.script("GET", paths.STOREFRONT, problem(429, "too_many_requests", f"Retry-After: {wait}"))
    began = time.monotonic()
    before = len(faulty.seen("GET", paths.STOREFRONT))
    assert failure(patient) is ErrorCode.SHOP_BUSY
    assert time.monotonic() - began < 2.0
    assert len(faulty.seen("GET", paths.STOREFRONT)) == before + 1


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("wait", ["1000000000", "60", "Mon, 01 Jan 2125 00:00:00 GMT"])
def test_a_wait_asked_for_where_the_session_is_opened_is_kept_to_as_well(
    hosts: Hosts, shop: ScriptedShop, wait: str, status: int
) -> None:
    code = "too_many_requests" if status == 429 else "internal_error"
    shop.script("POST", paths.LICENCE_SESSIONS, *[problem(status, code, f"Retry-After: {wait}")] * 9)
    began = time.monotonic()
    assert failure(hosts.greeted(call_seconds=8.0)) in (ErrorCode.SHOP_BUSY, ErrorCode.SHOP_FAILURE)
    assert time.monotonic() - began < 4.0  # with the start of the agent
    assert len(shop.seen("POST", paths.LICENCE_SESSIONS)) == 1


def test_a_short_wait_asked_for_where_the_session_is_opened_is_waited(hosts: Hosts, shop: ScriptedShop) -> None:
    agent = hosts.greeted(call_seconds=8.0)
    shop.script("POST", paths.LICENCE_SESSIONS, problem(429, "too_many_requests", "Retry-After: 2"))
    began = time.monotonic()
    agent.call(Method.ESHOP_LOAD, Nothing())
    assert time.monotonic() - began >= 2.0


def test_a_lost_session_is_renewed_once_and_in_silence(patient: Conversation, faulty: ScriptedShop) -> None:
    sessions = len(faulty.seen("POST", paths.LICENCE_SESSIONS))
    faulty.script("GET", paths.STOREFRONT, problem(401, "unauthorized"))
    patient.call(Method.ESHOP_LOAD, Nothing())
    faulty.script("GET", paths.STOREFRONT, problem(401, "unauthorized"), problem(401, "unauthorized"))
    assert failure(patient) is ErrorCode.SESSION_EXPIRED
    assert len(faulty.seen("POST", paths.LICENCE_SESSIONS)) == sessions + 2


def test_another_licence_file_gets_a_session_of_its_own(hosts: Hosts, shop: ScriptedShop, vendor: Vendor) -> None:
    agent = hosts.greeted()
    agent.call(Method.ESHOP_LOAD, Nothing())
    agent.call(Method.ESHOP_LOAD, Nothing())
    other = vendor.certificate(LICENCE._replace(customer_id="cust-2"))
    hosts.licence.write_bytes(other)
    agent.call(Method.ESHOP_LOAD, Nothing())
    sent = [json.loads(seen.body)["certificate"].encode() for seen in shop.seen("POST", paths.LICENCE_SESSIONS)]
    assert sent == [vendor.certificate(), other]


def test_a_session_outlives_a_licence_file_that_is_gone_for_a_moment(hosts: Hosts, shop: ScriptedShop) -> None:
    agent = hosts.greeted()
    agent.call(Method.ESHOP_LOAD, Nothing())
    hosts.licence.unlink()
    agent.call(Method.ESHOP_LOAD, Nothing())
    assert len(shop.seen("POST", paths.LICENCE_SESSIONS)) == 1


def test_texts_are_fetched_once_a_version(patient: Conversation, faulty: ScriptedShop) -> None:
    patient.call(Method.ESHOP_LOAD, Nothing())
    terms = paths.document("terms", "1")
    before = len(faulty.seen("GET", terms))
    storefront = patient.call(Method.ESHOP_LOAD, Nothing()).storefront
    assert len(faulty.seen("GET", terms)) == before
    assert (storefront.terms.kind, storefront.terms.text) == ("terms", "Treść {email}")


def test_what_this_version_does_not_know_is_left_out_or_pending(patient: Conversation) -> None:
    storefront = patient.call(Method.ESHOP_LOAD, Nothing()).storefront
    assert [offer.offer_id for offer in storefront.offers] == ["sub-50"]
    assert storefront.basket[0].open_order.state is OrderState.PENDING


def test_an_order_that_is_not_there_is_said_so(patient: Conversation) -> None:
    with pytest.raises(RefusedError) as refused:
        patient.call(Method.ORDER_STATUS, StatusParams(order_id="../storefront"))
    assert refused.value.data.code == ErrorCode.NOT_FOUND.value


def test_nobody_listens(hosts: Hosts) -> None:
    agent = hosts.greeted(shop_url=f"http://127.0.0.1:{free_port()}")
    assert failure(agent) is ErrorCode.OFFLINE


@pytest.mark.parametrize(
    "url",
    ["http://example.com", "ftp://127.0.0.1", "https://", "https://a:b@example.com", "https://example.com?x=1", ""],
)
def test_an_address_that_is_no_shops_is_a_matter_of_configuration(hosts: Hosts, url: str) -> None:
    assert failure(hosts.greeted(shop_url=url)) is ErrorCode.CONFIGURATION


def test_neither_netrc_nor_a_proxy_for_others_touches_the_token(
    hosts: Hosts, shop: ScriptedShop, tmp_path: Path
) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login eve password eve\n")
    (tmp_path / ".netrc").chmod(0o600)
    dead = f"http://127.0.0.1:{free_port()}"
    agent = hosts.start({"HOME": str(tmp_path), "HTTP_PROXY": dead, "http_proxy": dead, "ALL_PROXY": dead})
    agent.call(Method.HELLO, hosts.hello())
    agent.call(Method.ESHOP_LOAD, Nothing())
    [seen] = shop.seen("GET", paths.STOREFRONT)
    assert seen.headers["authorization"] == f"Bearer {TOKEN}"
    assert seen.headers["accept-encoding"] == "identity"
    assert "cookie" not in seen.headers


def test_a_dead_proxy_is_called_a_proxy(hosts: Hosts) -> None:
    dead = f"http://127.0.0.1:{free_port()}"
    agent = hosts.start({"HTTPS_PROXY": dead, "https_proxy": dead, "NO_PROXY": "", "no_proxy": ""})
    agent.call(Method.HELLO, hosts.hello(shop_url="https://shop.example"))
    assert failure(agent) is ErrorCode.PROXY


LICENCES = {
    "missing": (None, ErrorCode.LICENCE_MISSING),
    "empty": (b"", ErrorCode.LICENCE_MALFORMED),
    "no-licence": (b"PK\x03\x04" * 1000, ErrorCode.LICENCE_MALFORMED),
    "forged": (Vendor().certificate().replace(b"test-1", b"test-1"), ErrorCode.LICENCE_REFUSED_BY_SHOP),
}


@pytest.mark.parametrize(("content", "code"), LICENCES.values(), ids=LICENCES.keys())
def test_without_a_licence_the_reason_is_said_and_garbage_is_sent_nowhere(
    hosts: Hosts, shop: ScriptedShop, content: bytes | None, code: ErrorCode
) -> None:
    shop.script("POST", paths.LICENCE_SESSIONS, problem(403, "licence_refused"))
    hosts.licence.unlink() if content is None else hosts.licence.write_bytes(content)
    assert failure(hosts.greeted()) is code
    sent = bool(shop.seen("POST", paths.LICENCE_SESSIONS))
    assert sent == (code is ErrorCode.LICENCE_REFUSED_BY_SHOP)
