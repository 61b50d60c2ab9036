"""Rows N1–N8: names, connections and TLS. The agent is offline or refuses in time, and an order is sent later with its key."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from itertools import repeat
from pathlib import Path
from threading import Event

import pytest

from r2_renewal.agent.protocol import Delivery, Method
from r2_renewal.domain.errors import ErrorCode
from r2_renewal.domain.order import ConfirmedOrder
from r2_renewal.ui.error_texts import sentence
from tests.agent.conversation import COMMAND, Conversation, Hosts
from tests.agent.scripted_shop import Reception, ScriptedShop
from tests.faults.certificates import DAY, NOW, Identity, authority, server
from tests.faults.network import HASTY_SECONDS, LATE_SECONDS, Scene, deaf, is_order_of
from tests.faults.sealed_network import NameServer, Naming, SealedNetwork, sealed
from tests.licence_files import Vendor

__all__ = ["sealed"]

HOST = "sklep.example"
NOT_SENT = (ErrorCode.ORDER_NOT_SENT, Delivery.NOT_SENT)
ORDER_SECONDS = 1.5


def greeted(hosts: Hosts, environment: dict[str, str], *command: str, **hello: object) -> Conversation:
    agent = hosts.start(environment, command or COMMAND)
    agent.call(Method.HELLO, hosts.hello(**{"call_seconds": 30.0, **hello}))
    return agent


# Names


@pytest.fixture
def names(sealed: SealedNetwork) -> Iterator[NameServer]:
    with closing(NameServer(sealed)) as server_of_names:
        yield server_of_names


@contextmanager
def named_shop(network: SealedNetwork, hosts: Hosts, vendor: Vendor, **hello: object) -> Iterator[Scene]:
    """A shop under a name of a network of its own, by HTTPS."""
    root = authority("Root")
    store = hosts.licence.with_name("store.pem")
    store.write_bytes(root.pem)
    tls = server(HOST, root).served(hosts.licence.parent)
    listener = network.inside(lambda: socket.create_server(("127.0.0.1", 0)))
    with closing(ScriptedShop(vendor, listener=listener, tls=tls, host=HOST)) as shop:
        agent = greeted(hosts, {}, *network.command(*COMMAND), shop_url=shop.url, ca_file=str(store), **hello)
        yield Scene(shop, hosts, agent)


def test_n01_no_such_name(sealed: SealedNetwork, names: NameServer, hosts: Hosts, vendor: Vendor) -> None:
    with named_shop(sealed, hosts, vendor) as scene:
        names.naming = Naming.ABSENT
        assert scene.code() is ErrorCode.OFFLINE
        assert 1 <= names.asked <= 3
        assert "„Ponów”" in sentence(ErrorCode.OFFLINE)
        assert scene.shop.connections == 0
        names.naming = Naming.KNOWN
        scene.is_unharmed()


def test_n02_a_mute_name_server(sealed: SealedNetwork, names: NameServer, hosts: Hosts, vendor: Vendor) -> None:
    with named_shop(sealed, hosts, vendor, call_seconds=HASTY_SECONDS) as scene:
        names.naming = Naming.MUTE
        began = time.monotonic()
        assert scene.code() is ErrorCode.TIMEOUT
        assert time.monotonic() - began < LATE_SECONDS
        assert names.asked >= 1
        assert scene.shop.connections == 0
        names.naming = Naming.KNOWN
        scene.is_unharmed()


# Connections


@contextmanager
def shut_shop(listener: socket.socket, hosts: Hosts, vendor: Vendor, **hello: object) -> Iterator[Scene]:
    """A shop that nobody opened yet, at a socket."""
    with closing(ScriptedShop(vendor, listener=listener, is_open=False)) as shop:
        yield Scene(shop, hosts, greeted(hosts, {}, shop_url=shop.url, **hello))


def is_unharmed_and_sends(scene: Scene, confirmed: ConfirmedOrder) -> None:
    """With its shop open, the agent works, and the order that was not sent is sent once."""
    scene.shop.open()
    scene.is_unharmed()
    assert scene.shop.orders == {}
    scene.place(confirmed)
    assert scene.has_one_order(confirmed) == 1


def test_n03_a_refused_connection(hosts: Hosts, vendor: Vendor, confirmed: ConfirmedOrder) -> None:
    with shut_shop(deaf(), hosts, vendor) as scene:
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(scene.shop.address, 5)
        assert scene.code() is ErrorCode.OFFLINE
        assert scene.unplaced(confirmed) == NOT_SENT
        is_unharmed_and_sends(scene, confirmed)


@pytest.fixture
def black_hole() -> Iterator[socket.socket]:
    """A port on which SYNs are dropped: nobody accepts, and the queue of those who wait is full."""
    listener = deaf()
    listener.listen(0)
    with ExitStack() as waiting:
        with suppress(TimeoutError):
            for _ in range(64):
                waiting.enter_context(socket.create_connection(listener.getsockname(), 0.3))
            pytest.skip("this system's queue of connections is never full")
        yield listener


def test_n04_a_black_hole(black_hole: socket.socket, hosts: Hosts, vendor: Vendor, confirmed: ConfirmedOrder) -> None:
    with shut_shop(black_hole, hosts, vendor, call_seconds=HASTY_SECONDS, order_seconds=300.0) as scene:
        began = time.monotonic()
        assert scene.code() is ErrorCode.TIMEOUT
        assert time.monotonic() - began < LATE_SECONDS
        # By the connect limit of 5 s: nobody waits for the deadline of 300 s.
        assert scene.unplaced(confirmed) == NOT_SENT
        is_unharmed_and_sends(scene, confirmed)


# TLS


@pytest.fixture(scope="module")
def root() -> Identity:
    """Return a corporate root."""
    return authority("Corporate root")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tls")


@pytest.fixture(scope="module")
def secure(folder: Path, root: Identity, vendor: Vendor) -> Iterator[Scene]:
    """A shop behind a corporate proxy that re-signs it, and an agent on a computer whose store has the proxy's root."""
    (folder / "store.pem").write_bytes(root.pem)
    between = authority("Corporate proxy", root)
    stranger = folder / "stranger.pem"
    stranger.write_bytes(server("127.0.0.1", None).pem)
    # The administrator's file; the variables of OpenSSL, requests and curl must open no way round it.
    names = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")
    ways_round = dict.fromkeys(names, str(stranger)) | {"PYTHONHTTPSVERIFY": "0"}
    with (
        closing(ScriptedShop(vendor, tls=server("127.0.0.1", between).served(folder))) as shop,
        closing(Hosts(folder, vendor, shop.url)) as hosts,
    ):
        hosts.licence.write_bytes(vendor.certificate())
        agent = greeted(hosts, ways_round, ca_file=str(folder / "store.pem"))
        scene = Scene(shop, hosts, agent)
        scene.opens()
        yield scene


def refused_certificates(root: Identity) -> dict[str, Identity]:
    """Return certificates that nobody should believe; the first three are signed by the root in the store."""
    return {
        "expired": server("127.0.0.1", root, NOW - 9 * DAY, NOW - DAY),
        "not-yet-valid": server("127.0.0.1", root, NOW + DAY, NOW + 9 * DAY),
        "wrong-host": server(HOST, root),
        "self-signed": server("127.0.0.1", None),
        "unknown-root": server("127.0.0.1", authority("Stranger")),
    }


@pytest.mark.parametrize("kind", ["expired", "not-yet-valid", "wrong-host", "self-signed", "unknown-root"])
def test_n05_a_certificate_that_nobody_should_believe(secure: Scene, root: Identity, folder: Path, kind: str) -> None:
    right, secure.shop.tls = secure.shop.tls, refused_certificates(root)[kind].served(folder)
    before, requests = secure.shop.connections, len(secure.shop.requests)
    try:
        assert secure.code() is ErrorCode.TLS
    finally:
        secure.shop.tls = right
    # Refused at the first, with no second try and no byte of a request.
    assert (secure.shop.connections - before, len(secure.shop.requests) - requests) == (1, 0)
    assert "licencj" not in sentence(ErrorCode.TLS)
    secure.is_unharmed()


def speak_no_tls(peer: socket.socket) -> None:
    """Answer before anything was asked, in plain HTTP."""
    peer.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    peer.recv(65536)


def test_n05_a_shop_that_speaks_no_tls(secure: Scene) -> None:
    before = secure.shop.connections
    secure.shop.receive(*[speak_no_tls] * 3)
    assert secure.code() is ErrorCode.TLS
    assert secure.shop.connections - before == 1
    secure.is_unharmed()


def test_n06_a_corporate_root_in_the_systems_store(secure: Scene) -> None:
    secure.opens()
    secure.is_unharmed()


def stall(peer: socket.socket) -> None:
    """Take the greeting of TLS and say nothing."""
    while peer.recv(65536):
        pass


def drip(peer: socket.socket) -> None:
    """Send a server's greeting a byte at a time, so that no limit on one read ever strikes."""
    for byte in b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc", *repeat(b"\0", 1000):
        peer.sendall(byte)
        Event().wait(0.05)


def break_off(peer: socket.socket) -> None:
    """Take the greeting of TLS and go."""
    peer.recv(65536)


def test_n07_a_handshake_that_breaks_off(secure: Scene) -> None:
    secure.shop.receive(break_off, break_off)
    before = secure.shop.connections
    secure.opens()
    assert secure.shop.connections - before == 3
    secure.shop.receive(*[break_off] * 3)
    assert secure.code() is ErrorCode.OFFLINE
    secure.is_unharmed()


def test_n07_an_order_whose_handshake_breaks_off(secure: Scene, confirmed: ConfirmedOrder) -> None:
    secure.shop.receive(*[break_off] * 3)
    before = secure.shop.connections
    # Told at once: nothing was sent, and the user is there to choose.
    assert secure.unplaced(confirmed) == NOT_SENT
    assert secure.shop.connections - before == 1
    secure.is_unharmed()


@pytest.mark.parametrize("reception", [stall, drip])
def test_n07_a_handshake_that_stalls(
    hosts: Hosts, folder: Path, root: Identity, vendor: Vendor, confirmed: ConfirmedOrder, reception: Reception
) -> None:
    gone = Event()

    def until_gone(peer: socket.socket) -> None:
        with suppress(OSError):
            reception(peer)
        gone.set()

    (folder / "store.pem").write_bytes(root.pem)
    with closing(ScriptedShop(vendor, tls=server("127.0.0.1", root).served(folder))) as shop:
        given = {"ca_file": str(folder / "store.pem"), "order_seconds": ORDER_SECONDS}
        scene = Scene(shop, hosts, greeted(hosts, {}, shop_url=shop.url, **given))
        scene.opens()
        shop.receive(until_gone)
        began = time.monotonic()
        assert scene.unplaced(confirmed) == NOT_SENT
        assert time.monotonic() - began < 10 * ORDER_SECONDS
        # The connection was ended with the call, though the handshake never ended.
        assert gone.wait(10)
        scene.place(confirmed)
        assert scene.has_one_order(confirmed) == 1
        scene.is_unharmed()


def test_n08_a_server_that_never_reads(hosts: Hosts, shop: ScriptedShop, confirmed: ConfirmedOrder) -> None:
    over = Event()
    scene = Scene(shop, hosts, hosts.greeted(order_seconds=ORDER_SECONDS))
    scene.opens()

    def read_nothing(_peer: socket.socket) -> None:
        over.wait(30)

    shop.receive(read_nothing)
    began = time.monotonic()
    assert scene.unplaced(confirmed) == (ErrorCode.ORDER_UNKNOWN, Delivery.UNKNOWN)
    assert time.monotonic() - began < 10 * ORDER_SECONDS
    scene.agent.wait_for(is_order_of(confirmed))
    over.set()
    assert scene.has_one_order(confirmed) == 1
    scene.is_unharmed()
