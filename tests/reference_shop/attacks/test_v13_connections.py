"""V13.1, V15.2: connections are bounded in number and in time; a full house costs nothing and is told once a minute."""

from __future__ import annotations

import os
import socket
import time

import httpx
import pytest

from r2_renewal.reference_shop import listening
from r2_renewal.reference_shop.http_protocol import Deadlines
from r2_renewal.reference_shop.rare_lines import RareLines
from r2_renewal.reference_shop.seed import PreparedShop
from tests.reference_shop.attacks.hardened import SHORT, answer, connections, exchange, hardened, status_of

POSIX = pytest.mark.skipif(os.name != "posix", reason="Windows has no such limit of open files")
HEAD = b"POST /v1/licence-sessions HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\n"


@POSIX
def test_hundreds_of_idle_connections_make_the_shop_neither_deaf_nor_talkative(prepared: PreparedShop) -> None:
    with hardened(prepared, files=256, **{**SHORT, "head": 60.0}) as served, connections(served, 250):
        for _ in range(3):
            assert served.ask("/readyz") == 200
        with connections(served, 250):
            assert served.ask("/panel/logowanie") == 200
        assert served.files() < 256
        assert len(served.errors) < 2_000


@POSIX
def test_connections_that_send_their_bodies_for_ever_make_room_as_well(prepared: PreparedShop) -> None:
    with hardened(prepared, files=256, **{**SHORT, "body": 60.0}) as served, connections(served, 250) as peers:
        for peer in peers:
            try:
                peer.sendall(HEAD + b"Content-Length: 1000\r\n\r\n{")
            except OSError:
                continue  # it made room for another
        assert served.ask("/readyz") == 200
        assert len(served.errors) < 2_000


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"", 0),
        (b"GET /healthz HTTP/1.1\r\nHost: sh", 408),
        (HEAD + b"Content-Length: 1000\r\n\r\n{", 408),
        (HEAD + b'Transfer-Encoding: chunked\r\n\r\n5\r\n{"cer\r\n', 408),
        (b"GET /healthz HTTP/1.1\r\nHost: shop\r\n\r\n", 200),
    ],
)
def test_every_wait_for_the_peer_ends(prepared: PreparedShop, sent: bytes, status: int) -> None:
    with hardened(prepared, **SHORT) as served:
        assert status_of(exchange(served, sent)) == status  # which comes back only when the shop closes
        assert served.ask() == 200
        assert served.errors == b""


def test_a_byte_now_and_then_buys_no_time(prepared: PreparedShop) -> None:
    with hardened(prepared, **SHORT) as served, served.connect() as peer:
        began = time.monotonic()
        with pytest.raises(OSError):  # noqa: PT011 - a reset or a broken pipe
            _drip(peer)
        assert time.monotonic() - began < 60


def _drip(peer: socket.socket) -> None:
    for byte in b"GET /healthz HTTP/1.1\r\n" + b"X" * 10_000:
        peer.sendall(bytes([byte]))
        time.sleep(0.05)


def test_a_connection_that_is_used_is_not_cut(prepared: PreparedShop) -> None:
    """Longer than any of its deadlines, request by request."""
    with hardened(prepared, **SHORT) as served, httpx.Client(base_url=served.url, trust_env=False) as http:
        until = time.monotonic() + 4 * SHORT["head"]
        while time.monotonic() < until:
            assert http.get("/healthz").status_code == 200


def test_a_slow_but_honest_upload_is_taken(prepared: PreparedShop) -> None:
    body = b'{"certificate": "x"}'
    with hardened(prepared, **{**SHORT, "body": 20.0}) as served, served.connect() as peer:
        peer.sendall(HEAD + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(body))
        for byte in body:
            peer.sendall(bytes([byte]))
            time.sleep(0.02)
        assert status_of(answer(peer)) == 403


@POSIX
@pytest.mark.parametrize(
    ("limit", "least", "most"), [(64, 16, 16), (256, 40, 100), (1024, 500, 1000), (10**6, 2000, 2000)]
)
def test_the_bound_leaves_room_below_the_limit(
    monkeypatch: pytest.MonkeyPatch, limit: int, least: int, most: int
) -> None:
    import resource

    monkeypatch.setattr(resource, "getrlimit", lambda _kind: (limit, limit))
    assert least <= listening.most_connections() <= most


def test_no_deadline_is_shorter_than_a_slow_line_needs() -> None:
    deadlines = Deadlines()
    assert deadlines.head >= 10
    assert deadlines.body >= 256 * 1024 * 8 / 56_000  # the largest body by the slowest modem
    assert max(deadlines.head, deadlines.answer, deadlines.idle) <= 60


def test_a_line_of_a_kind_is_written_once_a_minute_with_how_many_were_left_out() -> None:
    import logging

    now = [0.0]
    lines = RareLines(60.0, lambda: now[0])

    def line(*values: object) -> logging.LogRecord | None:
        record = logging.LogRecord("r2", logging.WARNING, "", 0, "full: %s", values, None)
        return record if lines.filter(record) else None

    first = line("a")
    assert first is not None
    assert first.getMessage() == "full: a"
    assert [line(number) for number in range(1_000)] == [None] * 1_000
    now[0] = 60.0
    again = line("b")
    assert again is not None
    assert again.getMessage() == "full: b (and 1000 more like it)"
