"""Work under a deadline: what hangs is let go of, and what was let go of can never send."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from queue import Queue
from typing import Any

import pytest
from requests import Request

from r2_renewal.agent.deadline import Deadline
from r2_renewal.agent.failures import ShopError
from r2_renewal.agent.protocol import Delivery
from r2_renewal.agent.transport import Message, Transport
from r2_renewal.agent.watched import Line, LineCutError, WatchedConnection, run
from r2_renewal.domain.errors import RenewalError

# requests writes these addresses in another way than they are configured.
REWRITTEN = ("https://sklep.żółw.example", "https://shop.example/%7Esklep", "https://shop.example/żółw")


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(5)
        yield server


def port_of(listener: socket.socket) -> int:
    return int(listener.getsockname()[1])


def test_the_result_comes_through() -> None:
    assert run(lambda: 7, Line(), Deadline(5)) == 7


def test_a_failure_comes_through() -> None:
    with pytest.raises(ZeroDivisionError):
        run(lambda: 1 / 0, Line(), Deadline(5))


def test_work_that_cannot_be_interrupted_is_let_go_of() -> None:
    over = threading.Event()
    began = time.monotonic()
    with pytest.raises(TimeoutError):
        run(lambda: over.wait(60), Line(), Deadline(0.1))
    assert time.monotonic() - began < 30
    over.set()


def test_at_the_deadline_the_connection_is_shut(listener: socket.socket) -> None:
    transport = Transport(f"http://127.0.0.1:{port_of(listener)}", "test")
    with pytest.raises(RenewalError):
        transport.exchange(Message("GET", "/", {}), Deadline(0.3))
    peer, _ = listener.accept()
    with peer:
        peer.settimeout(30)
        assert peer.recv(65536).startswith(b"GET / HTTP/1.1")
        assert peer.recv(1) == b""


def test_what_was_let_go_of_connects_but_never_sends(listener: socket.socket) -> None:
    resume, told = threading.Event(), Queue[LineCutError]()

    def slow_lookup_then_send() -> None:
        resume.wait(5)
        connection = WatchedConnection("127.0.0.1", port_of(listener))
        try:
            connection.request("POST", "/v1/orders", body=b"an order")
        except LineCutError as error:
            told.put(error)
        finally:
            connection.close()

    line = Line()
    with pytest.raises(TimeoutError):
        run(slow_lookup_then_send, line, Deadline(0.1))
    assert not line.reached
    resume.set()
    peer, _ = listener.accept()
    with peer:
        peer.settimeout(5)
        assert peer.recv(65536) == b""
    assert told.get(timeout=5)


def test_an_answer_after_the_cut_is_none() -> None:
    line = Line()

    def late() -> int:
        time.sleep(0.15)
        return 7

    with pytest.raises(TimeoutError):
        run(late, line, Deadline(0.1))


@pytest.mark.parametrize("base", ["https://shop.example", *REWRITTEN])
def test_nobody_but_the_system_says_whom_to_trust(base: str) -> None:
    session = Transport(base, "test")._new_session()
    request = session.prepare_request(Request("GET", f"{base}/v1/storefront"))
    adapter: Any = session.get_adapter(request.url or "")
    pool = adapter.get_connection_with_tls_context(request, verify=True)
    adapter.cert_verify(pool, request.url, True, None)
    assert (pool.ca_certs, pool.ca_cert_dir, pool.cert_reqs) == (None, None, "CERT_REQUIRED")
    context = pool.conn_kw["ssl_context"]
    assert (context.check_hostname, context.verify_mode) == (True, ssl.CERT_REQUIRED)
    session.close()


@pytest.mark.parametrize("path", ["", "/%7Esklep", "/żółw", "/a/../sklep"])
def test_what_went_out_is_known_however_the_address_is_written(listener: socket.socket, path: str) -> None:
    base = f"http://127.0.0.1:{port_of(listener)}{path}"
    with pytest.raises(ShopError) as failure:
        Transport(base, "test").exchange(Message("POST", "/v1/orders", {}, b"{}"), Deadline(0.3))
    assert failure.value.delivery is Delivery.UNKNOWN
