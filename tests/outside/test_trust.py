"""Whom TLS believes: the system and an administrator's file, on no variable's word."""

from __future__ import annotations

import os
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from r2_renewal.agent.protocol import Method, Nothing
from r2_renewal.domain.errors import ErrorCode, RenewalError
from r2_renewal.embedding.agent_keeper import hello_of
from r2_renewal.policy import UNUSABLE_CA_FILE, policy_of_file, policy_of_registry
from r2_renewal.reference_shop.mail.transports import SmtpServer
from r2_renewal.settings import settle
from r2_renewal.system_trust import client_context
from r2_renewal.ui.error_texts import sentence
from r2_renewal.ui.managed_text import managed_text
from tests.agent.conftest import hosts, shop, vendor
from tests.agent.conversation import Hosts, RefusedError
from tests.agent.scripted_shop import ScriptedShop
from tests.faults.certificates import Identity, authority, server
from tests.licence_files import Vendor
from tests.test_policy import FakeRegistry

__all__ = ["hosts", "shop", "vendor"]

VARIABLES = ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


@pytest.fixture(scope="module")
def root() -> Identity:
    """Return a root of our own, which no system's store has."""
    return authority("Root of nobody's")


@pytest.fixture
def secure(tmp_path: Path, root: Identity, vendor: Vendor) -> Iterator[Hosts]:
    """A computer whose shop shows a certificate of that root; the root's file lies beside the licence."""
    (tmp_path / "store.pem").write_bytes(root.pem)
    (tmp_path / "hashed").mkdir()
    (tmp_path / "hashed" / "root.pem").write_bytes(root.pem)
    subprocess.run(["openssl", "rehash", str(tmp_path / "hashed")], check=True, capture_output=True)
    with (
        closing(ScriptedShop(vendor, tls=server("127.0.0.1", root).served(tmp_path))) as shop,
        closing(Hosts(tmp_path, vendor, shop.url)) as hosts,
    ):
        hosts.licence.write_bytes(vendor.certificate())
        yield hosts


def code_with(hosts: Hosts, environment: dict[str, str] | None = None, **hello: object) -> ErrorCode | None:
    """Return why eSklep is not loaded; None where it is."""
    agent = hosts.start(environment)
    agent.call(Method.HELLO, hosts.hello(call_seconds=30.0, **hello))
    try:
        agent.call(Method.ESHOP_LOAD, Nothing())
    except RefusedError as refused:
        return ErrorCode(refused.data.code)
    return None


def test_no_variable_brings_a_root_in(secure: Hosts, tmp_path: Path) -> None:
    places = {name: str(tmp_path / ("hashed" if name.endswith("DIR") else "store.pem")) for name in VARIABLES}
    # OpenSSL itself, as most programs use it, would believe them.
    probe = "import ssl; print(len(ssl.create_default_context().get_ca_certs()))"
    told = subprocess.run(
        [sys.executable, "-c", probe],
        env={**os.environ, **places},
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert int(told.stdout) == 1
    assert code_with(secure, places) is ErrorCode.TLS


def test_no_variable_takes_the_systems_roots_away(tmp_path: Path) -> None:
    """A variable that leads nowhere would leave OpenSSL without anybody to believe."""
    count = "from r2_renewal.system_trust import client_context as made; print(made().cert_store_stats())"
    (tmp_path / "none").mkdir()
    bare = {name: value for name, value in os.environ.items() if name not in VARIABLES}
    nowhere = bare | dict.fromkeys(VARIABLES, str(tmp_path / "none"))
    told = [
        subprocess.run(
            [sys.executable, "-c", count], env=env, check=True, capture_output=True, text=True, timeout=60
        ).stdout
        for env in (bare, nowhere)
    ]
    assert told[0] == told[1]


def test_an_administrators_file_is_believed(secure: Hosts, tmp_path: Path) -> None:
    assert code_with(secure) is ErrorCode.TLS
    assert code_with(secure, ca_file=str(tmp_path / "store.pem")) is None


def forms(root: Identity) -> dict[str, bytes]:
    der = root.certificate.public_bytes(Encoding.DER)
    other = authority("Another").pem
    return {
        "pem": root.pem,
        "crlf": root.pem.replace(b"\n", b"\r\n"),
        "der": der,
        "utf-16": root.pem.decode().encode("utf-16"),
        "bom": b"\xef\xbb\xbf" + root.pem,
        "bundle": other + root.pem,
        "remarks": "# Główny urząd certyfikacji „Żółw”\n".encode("cp1250") + root.pem + b"\xff\xfe end",
    }


@pytest.mark.parametrize("form", ["pem", "crlf", "der", "utf-16", "bom", "bundle", "remarks"])
def test_the_file_comes_in_any_form_that_tools_write(tmp_path: Path, root: Identity, form: str) -> None:
    (tmp_path / "root").write_bytes(forms(root)[form])
    known = client_context(tmp_path / "root").get_ca_certs(binary_form=True)
    assert root.certificate.public_bytes(Encoding.DER) in known


@pytest.mark.parametrize(
    "content",
    [None, b"", b"no certificate", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", b"x" * 2**21],
)
def test_a_file_that_cannot_be_used_refuses_every_connection(
    secure: Hosts, tmp_path: Path, content: bytes | None
) -> None:
    file = tmp_path / "broken.pem"
    if content is not None:
        file.write_bytes(content)
    assert code_with(secure, ca_file=str(file)) is ErrorCode.CA_FILE
    assert "CaFile" in sentence(ErrorCode.CA_FILE)


@pytest.mark.parametrize("path", ["store.pem", "?", "relative/store.pem", "/dev/zero", "/", "/\0"])
def test_a_path_that_leads_to_no_file_is_refused(path: str) -> None:
    with pytest.raises(RenewalError) as refused:
        client_context(Path(path))
    assert refused.value.code is ErrorCode.CA_FILE


def test_a_pipe_in_the_files_place_holds_nobody_up(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "store.pem")
    with pytest.raises(RenewalError):
        client_context(tmp_path / "store.pem")


def test_the_policy_names_the_file(tmp_path: Path) -> None:
    (tmp_path / "policy.toml").write_text("ca_file = '/etc/firma/root.pem'\n", encoding="utf-8")
    read = policy_of_file(str(tmp_path / "policy.toml"))
    assert read == policy_of_registry(FakeRegistry({"CaFile": "/etc/firma/root.pem"}))
    assert (read.ca_file, read.decided) == ("/etc/firma/root.pem", ("ca_file",))
    assert "certyfikaty" in managed_text(read.decided)
    from r2_renewal import Config

    assert hello_of(settle(Config(tmp_path / "R2.lic"), read)).ca_file == "/etc/firma/root.pem"


@pytest.mark.parametrize("text", ["ca_file = 1", "ca_file = ''", "ca_file = ['/etc/root.pem']", "ca_file = true"])
def test_a_broken_value_is_not_as_if_there_were_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "policy.toml").write_text(text, encoding="utf-8")
    assert policy_of_file(str(tmp_path / "policy.toml")).ca_file == UNUSABLE_CA_FILE


def test_no_session_key_is_written_down(secure: Hosts, tmp_path: Path) -> None:
    keys = tmp_path / "keys.log"
    assert code_with(secure, {"SSLKEYLOGFILE": str(keys)}, ca_file=str(tmp_path / "store.pem")) is None
    assert not keys.exists()


def test_what_is_believed_is_never_less_than_a_checked_name(root: Identity, tmp_path: Path) -> None:
    (tmp_path / "root.pem").write_bytes(root.pem)
    for context in (client_context(), client_context(tmp_path / "root.pem")):
        assert (context.check_hostname, context.verify_mode) == (True, ssl.CERT_REQUIRED)
        assert context.minimum_version >= ssl.TLSVersion.TLSv1_2
        assert context.keylog_filename is None


def test_the_shops_mail_goes_by_the_same_trust(monkeypatch: pytest.MonkeyPatch, root: Identity, tmp_path: Path) -> None:
    (tmp_path / "store.pem").write_bytes(root.pem)
    for name in VARIABLES:
        monkeypatch.setenv(name, str(tmp_path / "store.pem"))
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "keys.log"))
    ours = root.certificate.public_bytes(Encoding.DER)
    server_of = SmtpServer("mail.example", 465, sealed=True)
    assert ours not in server_of._context().get_ca_certs(binary_form=True)
    named = SmtpServer("mail.example", 465, sealed=True, ca_file=tmp_path / "store.pem")
    assert ours in named._context().get_ca_certs(binary_form=True)
    assert not (tmp_path / "keys.log").exists()
