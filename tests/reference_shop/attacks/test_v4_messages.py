"""V4.2: a request is read in one way or not at all, and what is no request costs no line each in the log."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from r2_renewal.reference_shop.seed import PreparedShop
from tests.reference_shop.attacks.hardened import Served, answer, exchange, hardened, status_of
from tests.reference_shop.conftest import DAYS_LEFT, TODAY

HOST = b"Host: sklep.example\r\n"
JSON = b"Content-Type: application/json\r\n"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    from r2_renewal.reference_shop.seed import prepare

    prepared: PreparedShop = prepare(tmp_path_factory.mktemp("attacked") / "shop", DAYS_LEFT, TODAY)
    with hardened(prepared, head=20, body=20, idle=2) as served:
        yield served
        assert len(served.errors) < 4_000, bytes(served.errors[:4_000])
        assert b"Traceback" not in served.errors


def post(*headers: bytes, body: bytes = b"", version: bytes = b"1.1", path: bytes = b"/v1/licence-sessions") -> bytes:
    lines = b"".join(header + b"\r\n" for header in headers)
    return b"POST " + path + b" HTTP/" + version + b"\r\n" + HOST + JSON + lines + b"\r\n" + body


SMUGGLED = b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n"
TWICE = [
    post(b"Content-Length: 4", b"Transfer-Encoding: chunked", body=b"0\r\n\r\n" + SMUGGLED),
    post(b"Transfer-Encoding: chunked", b"Content-Length: 5", body=b"0\r\n\r\n" + SMUGGLED),
    post(b"transfer-ENCODING: chunked", b"content-length: 0", body=b"0\r\n\r\n" + SMUGGLED),
    post(b"Content-Length: 5", b"Content-Length: 50", body=b"0\r\n\r\n" + SMUGGLED),
    post(b"Transfer-Encoding: chunked", body=b"0\r\n\r\n" + SMUGGLED, version=b"1.0"),
    post(b"Content-Length: +5", body=b"0\r\n\r\n" + SMUGGLED),
    post(b"Content-Length: 5, 6", body=b"0\r\n\r\n" + SMUGGLED),
    post(b"Content-Length: -1", body=SMUGGLED),
    post(b"Content-Length: 0x5", body=b"0\r\n\r\n" + SMUGGLED),
    post(b"Content-Length : 5", body=b"0\r\n\r\n" + SMUGGLED),
    post(b"X: a\r\n Content-Length: 3", b"Content-Length: 5\x00", body=b"0\r\n\r\n" + SMUGGLED),
    post(b"Transfer-Encoding: chunked", body=b"-1\r\n\r\n" + SMUGGLED),
    post(b"Transfer-Encoding: chunked", body=b"0x1\r\nx\r\n0\r\n\r\n" + SMUGGLED),
    b"GET /healthz HTTP/1.1\r\n" + HOST + HOST.replace(b"sklep", b"zly") + b"\r\n" + SMUGGLED,
    b"GET /healthz HTTP/1.1\r\n\r\n" + SMUGGLED,
    b"GET /healthz HTTP/1.1\n" + b"\x00\x01\x02: x\r\n\r\n" + SMUGGLED,
    b"GET /heal\x00thz HTTP/1.1\r\n" + HOST + b"\r\n" + SMUGGLED,
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n" + SMUGGLED,
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + SMUGGLED,
]


@pytest.mark.parametrize("request_bytes", TWICE)
def test_a_request_of_two_lengths_or_of_none_is_refused_and_its_connection_closed(
    served: Served, request_bytes: bytes
) -> None:
    received = exchange(served, request_bytes)
    assert status_of(received) in (400, 501, 505)
    assert received.count(b"HTTP/1.1 ") == 1  # what came behind it is not read as a request
    assert b"connection: close" in received.lower()


@pytest.mark.parametrize("unsupported", [b"gzip, chunked", b"identity", b"chunked, chunked"])
def test_another_coding_of_the_transfer_is_refused(served: Served, unsupported: bytes) -> None:
    received = exchange(served, post(b"Transfer-Encoding: " + unsupported, body=b"0\r\n\r\n" + SMUGGLED))
    assert status_of(received) in (400, 501, 505)
    assert received.count(b"HTTP/1.1 ") == 1


@pytest.mark.parametrize(
    "head",
    [
        b"GET /healthz HTTP/1.1\r\n" + HOST + b"Cookie: " + b"a=b; " * 20_000 + b"\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\n" + HOST + b"".join(b"X-%d: y\r\n" % number for number in range(10_000)) + b"\r\n",
        b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n",
    ],
)
def test_a_head_of_any_length_is_refused_before_it_is_read(served: Served, head: bytes) -> None:
    assert status_of(exchange(served, head)) in (0, 400, 431)  # none, where the rest of it meets a closed connection
    assert served.ask() == 200


def test_a_body_that_breaks_off_into_rubbish_is_refused_while_it_is_awaited(served: Served) -> None:
    with served.connect() as peer:
        peer.sendall(post(b"Transfer-Encoding: chunked", body=b'5\r\n{"cer\r\n'))
        peer.sendall(b"rubbish\r\n\r\n")
        assert status_of(answer(peer)) == 400
    assert served.ask() == 200


def test_a_thousand_requests_that_are_none_write_no_thousand_lines(served: Served) -> None:
    for _ in range(50):
        exchange(served, b"rubbish\r\n\r\n")
        exchange(
            served, b"GET /healthz HTTP/1.1\r\n" + HOST + b"Connection: upgrade, close\r\nUpgrade: websocket\r\n\r\n"
        )
    assert served.errors.count(b"\n") < 20


@pytest.mark.parametrize("method", [b"TRACE", b"CONNECT", b"TRACK", b"DEBUG", b"PROPFIND"])
def test_no_other_method_is_answered_with_anything_of_the_request(served: Served, method: bytes) -> None:
    head = method + b" /panel/logowanie HTTP/1.1\r\n" + HOST + b"X-Secret: r2-secret\r\nConnection: close\r\n\r\n"
    received = exchange(served, head)
    assert status_of(received) in (400, 404, 405)
    assert b"r2-secret" not in received


@pytest.mark.parametrize(
    "header", [b"X-HTTP-Method-Override: DELETE", b"X-HTTP-Method: PATCH", b"X-Method-Override: PUT"]
)
def test_a_header_changes_no_method(served: Served, header: bytes) -> None:
    head = b"GET /healthz HTTP/1.1\r\n" + HOST + header + b"\r\nConnection: close\r\n\r\n"
    assert status_of(exchange(served, head)) == 200


@pytest.mark.parametrize(
    "path",
    [
        b"/panel/../../etc/passwd",
        b"/panel/%2e%2e/%2e%2e/etc/passwd",
        b"/panel/..%2f..%2fetc%2fpasswd",
        b"/panel/panel.css%00.html",
        b"/v1/documents/terms/..%2f..%2f..%2fsigning-key",
        b"/v1/documents/..%2f..%2fsigning-key/1",
        b"/v1/documents/terms/%00",
        b"/v1/licences/%2e%2e/file",
        b"/v1/orders/%ff%fe",
        b"/%ed%a0%80",
        b"/panel/haslo/" + b"a" * 5_000,
        b"http://evil.example/panel/logowanie",
        b"/panel\\..\\..\\etc",
    ],
)
def test_no_path_leads_out_of_the_shop(served: Served, path: bytes) -> None:
    received = exchange(served, b"GET " + path + b" HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n")
    assert status_of(received) in (400, 401, 404)
    assert b"root:" not in received
    assert b"Traceback" not in received
