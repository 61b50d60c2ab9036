"""TLS by the system's trust: a stranger's certificate is refused, with no way round it."""

from __future__ import annotations

import datetime as dt
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from r2_renewal.agent.protocol import Method, Nothing
from r2_renewal.contract.structs import SessionBody
from r2_renewal.domain.errors import ErrorCode
from tests.agent.conversation import Hosts, RefusedError
from tests.agent.scripted_shop import json_of

NOW = dt.datetime.now(dt.UTC)


def certificate(folder: Path, host: str, begins: dt.datetime, ends: dt.datetime) -> Path:
    """Write a self-signed certificate with its key; return the file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Test")])
    names: list[x509.GeneralName] = [x509.DNSName(host)]
    if host == "127.0.0.1":
        names = [x509.IPAddress(ipaddress.ip_address(host))]
    built = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), begins, ends)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = folder / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    pem.write_bytes(private + built.public_bytes(serialization.Encoding.PEM))
    return pem


@contextmanager
def listening(handle: Callable[[socket.socket], None]) -> Iterator[str]:
    """Serve connections one after another; yield the HTTPS address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.1)
        over = threading.Event()

        def serve() -> None:
            while not over.is_set():
                with suppress(OSError):
                    peer, _ = listener.accept()
                    peer.settimeout(5)
                    with peer:
                        handle(peer)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"https://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            over.set()
            thread.join(6)


@contextmanager
def tls_shop(pem: Path) -> Iterator[str]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)

    def handle(peer: socket.socket) -> None:
        with context.wrap_socket(peer, server_side=True) as secure:
            secure.recv(65536)
            secure.sendall(json_of(SessionBody(token="t", scope="order", expires_at=NOW), 201))

    with listening(handle) as url:
        yield url


def failure(hosts: Hosts, url: str, **hello: object) -> ErrorCode:
    with pytest.raises(RefusedError) as refused:
        hosts.greeted(shop_url=url, **hello).call(Method.ESHOP_LOAD, Nothing())
    return ErrorCode(refused.value.data.code)


DAY = dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("host", "begins", "ends"),
    [
        ("127.0.0.1", NOW - DAY, NOW + DAY),
        ("127.0.0.1", NOW - 9 * DAY, NOW - DAY),
        ("shop.example", NOW - DAY, NOW + DAY),
    ],
    ids=["self-signed", "expired", "another-host"],
)
def test_a_strangers_certificate_is_refused(
    hosts: Hosts, tmp_path: Path, host: str, begins: dt.datetime, ends: dt.datetime
) -> None:
    with tls_shop(certificate(tmp_path, host, begins, ends)) as url:
        assert failure(hosts, url) is ErrorCode.TLS


def test_a_certificate_that_the_system_trusts_is_accepted(hosts: Hosts, tmp_path: Path) -> None:
    pem = certificate(tmp_path, "127.0.0.1", NOW - DAY, NOW + DAY)
    with tls_shop(pem) as url:
        # OpenSSL's own way to the system's store; there is none of ours.
        agent = hosts.start({"SSL_CERT_FILE": str(pem)})
        agent.call(Method.HELLO, hosts.hello(shop_url=url))
        with pytest.raises(RefusedError) as refused:
            agent.call(Method.ESHOP_LOAD, Nothing())
    # The session was opened; this server has no storefront.
    assert refused.value.data.code == ErrorCode.NOT_THE_SHOP.value


def test_a_shop_that_speaks_no_tls_is_refused(hosts: Hosts) -> None:
    with listening(lambda peer: peer.sendall(b"HTTP/1.1 200 OK\r\n\r\n")) as url:
        assert failure(hosts, url) is ErrorCode.TLS


def test_a_handshake_that_stalls_is_cut_at_the_deadline(hosts: Hosts) -> None:
    with listening(lambda _peer: time.sleep(1.6)) as url:
        began = time.monotonic()
        assert failure(hosts, url, call_seconds=1.0) is ErrorCode.TIMEOUT
        assert time.monotonic() - began < 2.5
