"""Proxies with credentials that are no Latin-1, settings that name no proxy, and errors that were made on this computer."""

from __future__ import annotations

import base64
import errno
import importlib
import inspect
import pkgutil
import socket
import ssl
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http import client as http_client
from pathlib import Path
from types import ModuleType
from urllib.parse import quote

import idna
import pytest
import requests
import urllib3

from r2_renewal.agent.deadline import Deadline
from r2_renewal.agent.failures import ShopError, of_exception
from r2_renewal.agent.protocol import Delivery, Method, Nothing
from r2_renewal.agent.proxies import proxy_of
from r2_renewal.agent.transport import Message, Transport, _Adapter
from r2_renewal.domain.errors import ErrorCode
from r2_renewal.policy import proxy_address
from r2_renewal.system_trust import client_context
from r2_renewal.ui.error_texts import sentence
from tests.agent.conftest import hosts, shop, vendor
from tests.agent.conversation import Hosts, RefusedError
from tests.agent.scripted_shop import ScriptedShop, Seen, http
from tests.faults.certificates import authority, server
from tests.faults.relays import Proxy
from tests.licence_files import Vendor

__all__ = ["hosts", "shop", "vendor"]

HOST = "sklep.example"
CREDENTIALS = [
    ("kadry", "zażółć gęślą jaźń"), ("Łucja", "hasło"), ("kadry", "p@ss:w#rd/?"), ("kadry", "100% €"), ("kadry", ""),
    ("k", "日本"),    ("kadry", "ascii"), ("księgowość", "ł" * 100),
]  # fmt: skip


class Guarded(Proxy):
    """A proxy that lets through whom it knows, by Basic authentication in UTF-8 (RFC 7617)."""

    def __init__(self, behind: ScriptedShop, user: bytes, password: bytes) -> None:
        self.wanted = f"Basic {base64.b64encode(user + b':' + password).decode()}"
        self.asked: list[str] = []
        super().__init__(behind)

    def _healthy(self, peer: socket.socket, seen: Seen) -> None:
        self.asked.append(f"{seen.method} {seen.path}")
        if seen.headers.get("proxy-authorization") != self.wanted:
            peer.sendall(http(407, b"", "text/plain", "Proxy-Authenticate: Basic realm=x, charset=UTF-8"))
        elif seen.method == "CONNECT":
            super()._healthy(peer, seen)
        else:
            peer.sendall(http(200, b"through", "text/plain"))


@contextmanager
def guarded(folder: Path, vendor: Vendor, user: bytes, password: bytes) -> Iterator[tuple[Hosts, Guarded]]:
    """A shop by HTTPS behind a proxy that wants to know who comes."""
    root = authority("Root")
    (folder / "store.pem").write_bytes(root.pem)
    with (
        closing(ScriptedShop(vendor, tls=server(HOST, root).served(folder))) as shop,
        closing(Guarded(shop, user, password)) as proxy,
        closing(Hosts(folder, vendor, f"https://{HOST}")) as hosts,
    ):
        hosts.licence.write_bytes(vendor.certificate())
        yield hosts, proxy


def written(user: str, password: str, place: str, *, encoded: bool) -> str:
    if encoded:
        return f"http://{quote(user, safe='')}:{quote(password, safe='')}@{place}"
    return f"http://{user}:{password}@{place}"


def loads(hosts: Hosts, environment: dict[str, str], **hello: object) -> None:
    agent = hosts.start(environment)
    agent.call(Method.HELLO, hosts.hello(call_seconds=30.0, ca_file=str(hosts.licence.parent / "store.pem"), **hello))
    assert agent.call(Method.ESHOP_LOAD, Nothing()).storefront.company.name


@pytest.mark.parametrize("way", ["policy", "environment"])
@pytest.mark.parametrize("encoded", [True, False], ids=["percent-encoded", "as it stands"])
@pytest.mark.parametrize(("user", "password"), CREDENTIALS[:3])
def test_a_proxy_is_told_user_and_password_in_utf8(
    tmp_path: Path, vendor: Vendor, user: str, password: str, encoded: bool, way: str
) -> None:
    with guarded(tmp_path, vendor, user.encode(), password.encode()) as (hosts, proxy):
        setting = written(user, password, f"127.0.0.1:{proxy.address[1]}", encoded=encoded)
        if way == "policy":
            loads(hosts, {"NO_PROXY": "", "no_proxy": ""}, proxy=proxy_address(setting) or "")
        else:
            names = ("HTTPS_PROXY", "https_proxy")
            loads(hosts, dict.fromkeys(names, setting) | {"NO_PROXY": "", "no_proxy": ""})
        assert set(proxy.asked) == {f"CONNECT {HOST}:443"}


def test_a_password_of_another_encoding_goes_as_its_bytes(tmp_path: Path, vendor: Vendor) -> None:
    """An old Polish system's, percent-encoded in ISO 8859-2."""
    with guarded(tmp_path, vendor, b"kadry", b"has\xb3o") as (hosts, proxy):
        loads(hosts, {}, proxy=f"http://kadry:has%B3o@127.0.0.1:{proxy.address[1]}")


def test_a_wrong_password_is_the_proxys_word(tmp_path: Path, vendor: Vendor) -> None:
    with guarded(tmp_path, vendor, b"kadry", b"other") as (hosts, proxy):
        with pytest.raises(RefusedError) as refused:
            loads(hosts, {}, proxy=f"http://kadry:ż@127.0.0.1:{proxy.address[1]}")
        assert refused.value.data.code == ErrorCode.PROXY.value
        assert proxy.asked


@pytest.mark.parametrize(("user", "password"), CREDENTIALS)
@pytest.mark.parametrize("encoded", [True, False])
def test_plain_http_through_a_proxy_too(vendor: Vendor, user: str, password: str, encoded: bool) -> None:
    """Our adapter over a real proxy: what the product itself does by TLS only."""
    if not encoded and "%" in password:
        pytest.skip("a percent sign is written %25")
    with (
        closing(ScriptedShop(vendor)) as behind,
        closing(Guarded(behind, user.encode(), password.encode())) as proxy,
        requests.Session() as session,
    ):
        found = proxy_of(written(user, password, f"127.0.0.1:{proxy.address[1]}", encoded=encoded))
        assert found.url == f"http://127.0.0.1:{proxy.address[1]}"
        session.trust_env = False
        session.mount("http://", _Adapter(client_context(), found.authorization))
        answer = session.get(f"http://{HOST}/", proxies={"http": found.url}, timeout=20)
        assert answer.text == "through"
        assert proxy.asked == [f"GET http://{HOST}/"]


MALFORMED = [
    "http://", "http://[", "://", "socks5://127.0.0.1:9", "ftp://127.0.0.1:9", "http://proxy:abc", "http://proxy:99999",
    "http://proxy:0",     "proxy.example/proxy.pac", "http://a..b:3128", "http://..:3128", f"http://{'a' * 70}.example:3128", "http://u:p@",
    "http://pro xy:3128",
    "http://[::1:3128", "http://proxy:3128/path", "javascript:alert(1)", "http://ż\x00ó:1",
]  # fmt: skip


@pytest.mark.parametrize("setting", MALFORMED)
def test_a_setting_that_names_no_proxy_has_a_sentence_of_its_own(monkeypatch: pytest.MonkeyPatch, setting: str) -> None:
    transport = Transport(f"https://{HOST}", "test")
    monkeypatch.setattr("r2_renewal.agent.proxies.getproxies", lambda: {"https": setting})
    monkeypatch.setattr("r2_renewal.agent.proxies.proxy_bypass", lambda _host: False)
    with pytest.raises(ShopError) as refused:
        transport.exchange(Message("GET", "/v1/storefront", {}), Deadline(20))
    assert (refused.value.code, refused.value.delivery) == (ErrorCode.PROXY_SETTING, Delivery.NOT_SENT)
    assert sentence(ErrorCode.PROXY_SETTING) not in (sentence(ErrorCode.PROXY), sentence(ErrorCode.NOT_THE_SHOP))


@pytest.mark.parametrize("setting", ["http://[", "socks5://127.0.0.1:9", "http://ż:ó@:3128"])
def test_the_environments_own_malformed_setting(hosts: Hosts, setting: str) -> None:
    agent = hosts.start(dict.fromkeys(("HTTPS_PROXY", "https_proxy"), setting) | {"NO_PROXY": "", "no_proxy": ""})
    agent.call(Method.HELLO, hosts.hello(shop_url=f"https://{HOST}"))
    with pytest.raises(RefusedError) as refused:
        agent.call(Method.ESHOP_LOAD, Nothing())
    assert refused.value.data.code == ErrorCode.PROXY_SETTING.value


# Errors that were made here

LIBRARIES = (requests, urllib3, http_client, ssl, socket, idna)
ANSWERS = (ErrorCode.NOT_THE_SHOP, ErrorCode.SHOP_FAILURE, ErrorCode.SHOP_BUSY, ErrorCode.SESSION_EXPIRED)


def modules_of(library: ModuleType) -> Iterator[ModuleType]:
    yield library
    for found in pkgutil.walk_packages(getattr(library, "__path__", ()), f"{library.__name__}."):
        if not found.name.startswith(("urllib3.contrib.emscripten", "urllib3.http2", "idna.__main__", "idna.cli")):
            try:
                yield importlib.import_module(found.name)
            except ImportError:
                continue


def exceptions() -> list[type[Exception]]:
    """Return every kind of exception that the libraries under the agent define or use, and Python's own."""
    import builtins

    kinds = {
        thing
        for library in (*LIBRARIES, builtins)
        for module in modules_of(library)
        for thing in vars(module).values()
        if inspect.isclass(thing) and issubclass(thing, Exception) and not issubclass(thing, Warning)
    }
    return sorted(kinds, key=lambda kind: f"{kind.__module__}.{kind.__qualname__}")


def raised(kind: type[Exception]) -> Exception:
    """Return an exception of a kind without asking its constructor for what only the library knows."""
    if issubclass(kind, UnicodeEncodeError):
        return kind("latin-1", "ł", 0, 1, "ordinal not in range(256)")
    if issubclass(kind, UnicodeDecodeError):
        return kind("utf-8", b"\xb3", 0, 1, "invalid start byte")
    if issubclass(kind, ExceptionGroup):
        return kind("x", [ValueError("x")])
    made = kind.__new__(kind)
    made.args = ("x",)
    return made


@pytest.mark.parametrize("kind", exceptions(), ids=lambda kind: f"{kind.__module__}.{kind.__qualname__}")
def test_no_error_made_here_is_told_as_an_answer(kind: type[Exception]) -> None:
    for at_proxy in (False, True):
        failure = of_exception(raised(kind), reached=False, at_proxy=at_proxy)
        assert failure.code not in ANSWERS
        assert failure.delivery is Delivery.NOT_SENT
    inner = urllib3.exceptions.MaxRetryError(None, "/")  # type: ignore[arg-type]
    inner.reason = raised(kind)
    wrapped = requests.exceptions.ConnectionError(inner)
    assert of_exception(wrapped, reached=False).code not in ANSWERS
    assert of_exception(raised(kind), reached=True).delivery is Delivery.UNKNOWN


def test_the_walk_has_found_the_libraries_own() -> None:
    names = {kind.__qualname__ for kind in exceptions()}
    assert {
        "LocationParseError",
        "InvalidProxyURL",
        "BadStatusLine",
        "SSLCertVerificationError",
        "gaierror",
        "IDNAError",
    } <= names
    assert {"UnicodeEncodeError", "MemoryError", "RecursionError", "ValueError", "OSError"} <= names
    assert len(names) > 100


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UnicodeEncodeError("latin-1", "ł", 0, 1, "x"), ErrorCode.INTERNAL),
        (MemoryError(), ErrorCode.INTERNAL),
        (RecursionError(), ErrorCode.INTERNAL),
        (ValueError("x"), ErrorCode.INTERNAL),
        (TypeError("x"), ErrorCode.INTERNAL),
        (urllib3.exceptions.LocationParseError("x"), ErrorCode.CONFIGURATION),
        (OSError(errno.ENETUNREACH, "x"), ErrorCode.OFFLINE),
        (http_client.BadStatusLine("x"), ErrorCode.INTERNAL),
    ],
)
def test_what_is_told_instead(error: Exception, code: ErrorCode) -> None:
    assert of_exception(error, reached=False).code is code


@pytest.mark.parametrize("error", [MemoryError(), RecursionError(), UnicodeEncodeError("latin-1", "ł", 0, 1, "x")])
def test_not_even_while_an_answer_is_awaited(error: Exception) -> None:
    told = of_exception(error, reached=True)
    assert (told.code, told.delivery) == (ErrorCode.INTERNAL, Delivery.UNKNOWN)


@pytest.mark.parametrize("error", [MemoryError(), RecursionError(), KeyError("x"), AttributeError("x")])
def test_whatever_a_library_raises_leaves_the_transport_as_our_error(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(requests.Session, "send", fail)
    with pytest.raises(ShopError) as told:
        Transport("http://127.0.0.1:9", "test").exchange(Message("POST", "/v1/orders", {}, b"{}"), Deadline(5))
    assert (told.value.code, told.value.delivery) == (ErrorCode.INTERNAL, Delivery.NOT_SENT)
