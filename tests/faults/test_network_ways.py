"""Rows N28–N32: redirects and proxies. No way is taken that nobody chose, and the token stays ours."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from r2_renewal.agent.protocol import CorrectParams, Delivery, Method, Nothing
from r2_renewal.contract import paths
from r2_renewal.domain.errors import ErrorCode
from r2_renewal.domain.order import ConfirmedOrder
from r2_renewal.ui.error_texts import sentence
from tests.agent.conversation import COMMAND, Hosts, RefusedError
from tests.agent.scripted_shop import TOKEN, Reply, ScriptedShop, Seen, http, raw, reset, silence
from tests.faults.certificates import authority, server
from tests.faults.network import HASTY_SECONDS, Scene, deaf, is_order_of, patient, started
from tests.faults.relays import Proxy
from tests.faults.sealed_network import NameServer, Naming, SealedNetwork, sealed
from tests.licence_files import Vendor

__all__ = ["patient", "sealed", "started"]

HOST = "sklep.example"
TUNNEL = ("CONNECT", f"{HOST}:443")


@pytest.fixture
def elsewhere(vendor: Vendor) -> Iterator[ScriptedShop]:
    """Where a redirect leads: a shop that nobody must ever come to."""
    with closing(ScriptedShop(vendor)) as shop:
        yield shop
        assert shop.connections == 0


@dataclass
class Tunnelled(Scene):
    """A shop by HTTPS that is reached through a proxy only. Attributes: proxy."""

    proxy: Proxy


def environment_of(folder: Path, proxy: Proxy) -> dict[str, str]:
    """Return an environment with a proxy and somebody's ``.netrc``."""
    netrc = folder / ".netrc"
    netrc.write_text(
        f"machine {HOST} login eve password eve\nmachine 127.0.0.1 login eve password eve\n", encoding="ascii"
    )
    netrc.chmod(0o600)
    proxies = dict.fromkeys(("HTTPS_PROXY", "https_proxy"), proxy.url) | dict.fromkeys(("NO_PROXY", "no_proxy"), "")
    return {"HOME": str(folder), **proxies}


@contextmanager
def tunnelled_shop(folder: Path, vendor: Vendor, *, is_open: bool = True, **hello: object) -> Iterator[Tunnelled]:
    root = authority("Root")
    (folder / "store.pem").write_bytes(root.pem)
    with (
        closing(ScriptedShop(vendor, tls=server(HOST, root).served(folder))) as shop,
        closing(Proxy(shop, None if is_open else deaf(), is_open=is_open)) as proxy,
        closing(Hosts(folder, vendor, f"https://{HOST}")) as hosts,
    ):
        hosts.licence.write_bytes(vendor.certificate())
        agent = hosts.start(environment_of(folder, proxy))
        agent.call(Method.HELLO, hosts.hello(**{"call_seconds": 30.0, "ca_file": str(folder / "store.pem"), **hello}))
        yield Tunnelled(shop, hosts, agent, proxy)


@pytest.fixture(scope="module")
def tunnelled(tmp_path_factory: pytest.TempPathFactory, vendor: Vendor) -> Iterator[Tunnelled]:
    """An agent that the rows of a working proxy share, its session open."""
    with tunnelled_shop(tmp_path_factory.mktemp("tunnel"), vendor) as scene:
        scene.opens()
        yield scene


def redirect(status: int, location: str) -> Reply:
    return raw(http(status, b"<h1>over there</h1>", "text/html", f"Location: {location}"))


# Redirects


def is_refused_at_the_first(scene: Scene, reply: Reply) -> None:
    """A redirect is a stranger's answer, and nothing is sent again."""
    scene.shop.script("GET", paths.STOREFRONT, *[reply] * 9)
    requests = len(scene.shop.requests)
    with scene.tries(1):
        assert scene.code() is ErrorCode.NOT_THE_SHOP
    assert len(scene.shop.requests) == requests + 1
    scene.is_unharmed()


@pytest.mark.parametrize("status", [300, 301, 302, 303, 304, 305, 307, 308])
def test_n28_a_redirect_loop(patient: Scene, status: int) -> None:
    is_refused_at_the_first(patient, redirect(status, paths.STOREFRONT))


def test_n28_a_redirect_whose_body_never_comes(patient: Scene) -> None:
    def reply(peer: socket.socket, seen: Seen) -> None:
        peer.sendall(b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 9999\r\n\r\n")
        silence(peer, seen)

    # Not a byte of it is waited for.
    is_refused_at_the_first(patient, reply)


def test_n29_a_redirect_to_another_host(patient: Scene, elsewhere: ScriptedShop) -> None:
    is_refused_at_the_first(patient, redirect(302, elsewhere.url + paths.STOREFRONT))
    is_refused_at_the_first(patient, redirect(308, elsewhere.url.removeprefix("http:") + paths.STOREFRONT))


def test_n29_a_redirect_to_http(tunnelled: Tunnelled, elsewhere: ScriptedShop) -> None:
    is_refused_at_the_first(tunnelled, redirect(301, elsewhere.url + paths.STOREFRONT))
    is_refused_at_the_first(tunnelled, redirect(307, f"http://{HOST}{paths.STOREFRONT}"))


@pytest.mark.parametrize("status", [302, 307])
def test_n29_a_redirect_of_an_order(
    hosts: Hosts, shop: ScriptedShop, elsewhere: ScriptedShop, confirmed: ConfirmedOrder, status: int
) -> None:
    scene = Scene(shop, hosts, hosts.greeted())
    shop.script("POST", paths.ORDERS, redirect(status, elsewhere.url + paths.ORDERS))
    with scene.tries(1, "POST", paths.ORDERS):
        assert scene.unplaced(confirmed) == (ErrorCode.ORDER_UNKNOWN, Delivery.UNKNOWN)
    # A redirect proves nothing, so the shop itself is asked later, with the same key.
    scene.agent.wait_for(is_order_of(confirmed))
    assert scene.has_one_order(confirmed) == 2
    scene.is_unharmed()


def test_n29_a_redirect_of_a_report(patient: Scene, elsewhere: ScriptedShop) -> None:
    patient.shop.script("POST", paths.DATA_CORRECTIONS, redirect(307, elsewhere.url + paths.DATA_CORRECTIONS))
    with patient.tries(1, "POST", paths.DATA_CORRECTIONS):
        assert patient.failure(Method.DATA_CORRECT, CorrectParams(message="x")).code == ErrorCode.NOT_THE_SHOP.value
        patient.is_unharmed()


def test_n29_a_redirect_of_the_licence_files_session(hosts: Hosts, shop: ScriptedShop, elsewhere: ScriptedShop) -> None:
    shop.script("POST", paths.LICENCE_SESSIONS, redirect(308, elsewhere.url + paths.LICENCE_SESSIONS))
    scene = Scene(shop, hosts, hosts.greeted())
    with scene.tries(1, "POST", paths.LICENCE_SESSIONS):
        assert scene.code() is ErrorCode.NOT_THE_SHOP
    scene.is_unharmed()


MALFORMED = [
    "http://[",
    "http://[::1",
    "//",
    "http://",
    "http://a:99999/",
    "javascript:alert(1)",
    "\x00",
    "\xff\xfe",
    "",
    "?" * 60_000,
]


@pytest.mark.parametrize("location", MALFORMED)
def test_n30_a_malformed_location(patient: Scene, location: str) -> None:
    is_refused_at_the_first(patient, redirect(302, location))


def test_n30_no_location(patient: Scene) -> None:
    is_refused_at_the_first(patient, raw(http(302, b"", "text/html")))


# Proxies


def proxy_is_blamed(scene: Tunnelled, reply: Reply) -> None:
    """The proxy is asked once, told as a proxy, and nothing reaches the shop."""
    scene.proxy.script(*TUNNEL, *[reply] * 9)
    asked, requests = len(scene.proxy.requests), len(scene.shop.requests)
    assert scene.code() is ErrorCode.PROXY
    assert (len(scene.proxy.requests) - asked, len(scene.shop.requests) - requests) == (1, 0)
    scene.proxy.forget_scripts()
    scene.is_unharmed()


REFUSED_TUNNELS = {
    "407": raw(http(407, b"<h1>who?</h1>", "text/html", 'Proxy-Authenticate: Basic realm="x"')),
    "407-ntlm": raw(b"HTTP/1.1 407 Who\r\nProxy-Authenticate: NTLM\r\nContent-Length: 10000000000\r\n\r\n"),
    "403": raw(http(403, b"<h1>blocked</h1>", "text/html")),
    "502": raw(http(502, b"<h1>no such host</h1>", "text/html")),
    "302": raw(http(302, b"", "text/html", "Location: http://127.0.0.1:9/login")),
    "garbage": raw(bytes(range(256))),
    "closed": raw(),
    "reset": reset,
    "cut": raw(b"HTTP/1.1 200 Conn"),
}


@pytest.mark.parametrize("reply", REFUSED_TUNNELS.values(), ids=REFUSED_TUNNELS.keys())
def test_n31_a_proxy_that_lets_nobody_through(tunnelled: Tunnelled, reply: Reply) -> None:
    assert "proxy" in sentence(ErrorCode.PROXY)
    proxy_is_blamed(tunnelled, reply)


def test_n31_a_mute_proxy(tmp_path: Path, vendor: Vendor) -> None:
    with tunnelled_shop(tmp_path, vendor, call_seconds=HASTY_SECONDS) as scene:
        proxy_is_blamed(scene, silence)


def test_n31_a_dead_proxy(tmp_path: Path, vendor: Vendor, confirmed: ConfirmedOrder) -> None:
    with tunnelled_shop(tmp_path, vendor, is_open=False) as scene:
        assert scene.code() is ErrorCode.PROXY
        assert scene.unplaced(confirmed) == (ErrorCode.ORDER_NOT_SENT, Delivery.NOT_SENT)
        scene.proxy.open()
        scene.is_unharmed()
        scene.place(confirmed)
        assert scene.has_one_order(confirmed) == 1


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:9", "ftp://127.0.0.1:9", "http://", "http://[", "://"])
def test_n31_a_proxy_of_no_kind_that_we_know(hosts: Hosts, proxy: str) -> None:
    environment = dict.fromkeys(("HTTPS_PROXY", "https_proxy"), proxy) | {"NO_PROXY": "", "no_proxy": ""}
    agent = hosts.start(environment)
    agent.call(Method.HELLO, hosts.hello(shop_url=f"https://{HOST}"))
    with pytest.raises(RefusedError) as refused:
        agent.call(Method.ESHOP_LOAD, Nothing())
    assert refused.value.data.code == ErrorCode.PROXY_SETTING.value
    assert "proxy" in sentence(ErrorCode.PROXY_SETTING)


def test_n31_a_proxy_script_only(sealed: SealedNetwork, hosts: Hosts, vendor: Vendor, tmp_path: Path) -> None:
    root = authority("Root")
    (tmp_path / "store.pem").write_bytes(root.pem)
    listener = sealed.inside(deaf)
    environment = {"auto_proxy": "http://wpad.example/proxy.pac"}
    with (
        closing(NameServer(sealed)) as names,
        closing(ScriptedShop(vendor, listener=listener, tls=server(HOST, root).served(tmp_path), host=HOST)) as shop,
    ):
        agent = hosts.start(environment, sealed.command(*COMMAND))
        store = str(tmp_path / "store.pem")
        agent.call(Method.HELLO, hosts.hello(shop_url=shop.url, call_seconds=30.0, ca_file=store))
        scene = Scene(shop, hosts, agent)
        names.naming = Naming.ABSENT
        assert scene.code() is ErrorCode.PROXY_SCRIPT
        assert "PAC" in sentence(ErrorCode.PROXY_SCRIPT)
        # The script is not asked: where the straight way is open, it is taken.
        names.naming = Naming.KNOWN
        scene.is_unharmed()


def test_the_systems_proxy_is_not_for_loopback(hosts: Hosts, shop: ScriptedShop) -> None:
    with deaf() as dead:
        proxy = f"http://127.0.0.1:{dead.getsockname()[1]}"
        agent = hosts.start(dict.fromkeys(("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"), proxy))
        agent.call(Method.HELLO, hosts.hello())
        Scene(shop, hosts, agent).is_unharmed()


# Somebody's passwords


def token_is_ours(seen: list[Seen]) -> None:
    """Every request but the one for the token has the token, and nothing else that was not asked for."""
    told = {(one.path, one.headers.get("authorization")) for one in seen}
    assert {path for path, told_as in told if told_as is None} == {paths.LICENCE_SESSIONS}
    assert {told_as for _, told_as in told if told_as is not None} == {f"Bearer {TOKEN}"}
    assert not [one for one in seen if {"cookie", "proxy-authorization"} & set(one.headers)]


def test_n32_a_netrc_for_the_shop(hosts: Hosts, shop: ScriptedShop, tmp_path: Path) -> None:
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine 127.0.0.1 login eve password eve\ndefault login eve password eve\n", encoding="ascii")
    netrc.chmod(0o600)
    agent = hosts.start({"HOME": str(tmp_path), "NETRC": str(netrc)})
    agent.call(Method.HELLO, hosts.hello())
    Scene(shop, hosts, agent).is_unharmed()
    token_is_ours(shop.requests)


def test_n32_a_netrc_for_the_shop_behind_a_proxy(tunnelled: Tunnelled) -> None:
    tunnelled.is_unharmed()
    token_is_ours(tunnelled.shop.requests)
    assert {one.headers.get("proxy-authorization") for one in tunnelled.proxy.requests} == {None}
