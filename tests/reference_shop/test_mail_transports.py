"""The ways that letters go: SMTP by a trusted certificate, or a folder; and what an address of either may be."""

from __future__ import annotations

import email
import email.policy
import sys
from email.message import EmailMessage
from pathlib import Path
from typing import cast

import pytest

from r2_renewal.domain.errors import ErrorCode, RenewalError
from r2_renewal.reference_shop.mail.sender import Posted, send_due
from r2_renewal.reference_shop.mail.transports import (
    MailFolder,
    SmtpServer,
    UndeliveredError,
    read_password,
    smtp_server,
)
from r2_renewal.reference_shop.seed import LICENCE_ID
from r2_renewal.reference_shop.shop import Shop
from tests.faults import certificates
from tests.reference_shop.module import Module
from tests.reference_shop.postbox import PASSWORD, USER, Postbox, body
from tests.reference_shop.test_mail import postbox, queue, stored

__all__ = ["postbox"]


@pytest.mark.parametrize("sealed", [True, False])
def test_a_login_travels_in_tls_by_a_trusted_certificate(shop: Shop, tmp_path: Path, sealed: bool) -> None:
    root = certificates.authority("Urząd")
    (tmp_path / "ca.pem").write_bytes(root.pem)
    shown = certificates.server("127.0.0.1", root).served(tmp_path)
    with Postbox(shown, sealed=sealed, auth_require_tls=not sealed) as postbox:
        queue(shop)
        stranger = SmtpServer("127.0.0.1", postbox.port, sealed, USER, PASSWORD)
        assert send_due(shop, stranger) == Posted(failed=1)
        assert (stored(shop)[0].failure, postbox.logins) == ("SSLCertVerificationError", [])
        queue(shop, "2")
        known = SmtpServer("127.0.0.1", postbox.port, sealed, USER, PASSWORD, tmp_path / "ca.pem")
        assert send_due(shop, known) == Posted(sent=1)
        assert postbox.logins == [USER]
        queue(shop, "3")
        wrong = SmtpServer("127.0.0.1", postbox.port, sealed, USER, "inne", tmp_path / "ca.pem")
        assert send_due(shop, wrong) == Posted(failed=1)
        assert (stored(shop)[2].state, stored(shop)[2].failure) == ("queued", "SMTPAuthenticationError 535")


@pytest.mark.skipif(sys.platform != "linux", reason="an address that is not called this computer's, but is")
def test_a_server_elsewhere_without_tls_gets_nothing(shop: Shop, postbox: Postbox) -> None:
    queue(shop)
    assert send_due(shop, SmtpServer("0.0.0.0", postbox.port)) == Posted(failed=1)
    assert (stored(shop)[0].failure, postbox.messages) == ("SMTPNotSupportedError", [])


def test_a_folder_takes_letters_as_files(shop: Shop, tmp_path: Path, module: Module) -> None:
    module.order(LICENCE_ID)
    folder = MailFolder(tmp_path / "poczta")
    assert send_due(shop, folder) == Posted(sent=1)
    (file,) = folder.path.iterdir()
    assert file.name == "000001-order_confirmation.eml"
    message = cast("EmailMessage", email.message_from_bytes(file.read_bytes(), policy=email.policy.default))
    assert "Wyrażam zgodę" in body(message)
    folder.deliver(message, file.stem)
    assert len(list(folder.path.iterdir())) == 1


def test_a_folder_that_is_a_file_is_a_failure_for_now(tmp_path: Path) -> None:
    (tmp_path / "poczta").write_text("")
    with pytest.raises(UndeliveredError) as failure:
        MailFolder(tmp_path / "poczta").deliver(EmailMessage(), "1")
    assert (failure.value.failure, failure.value.for_good) == ("FileExistsError", False)


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.example", SmtpServer("mail.example", 587)),
        ("smtp://mail.example:25/", SmtpServer("mail.example", 25)),
        ("smtps://esklep%40example.com@mail.example", SmtpServer("mail.example", 465, True, "esklep@example.com", "x")),
        ("smtp://[::1]:2525", SmtpServer("::1", 2525)),
    ],
)
def test_addresses_of_mail_servers(url: str, server: SmtpServer) -> None:
    assert smtp_server(url, password=server.password) == server
    assert "hasło" not in repr(SmtpServer("mail.example", 25, password="hasło"))


@pytest.mark.parametrize(
    "url",
    [
        "",
        "mail.example",
        "http://mail.example",
        "smtp://",
        "smtp://h:port",
        "smtp://h/x",
        "smtp://u:secret@h",
        "smtp://h?x",
    ],
)
def test_an_address_that_is_none_or_tells_the_password_is_refused(url: str) -> None:
    with pytest.raises(RenewalError) as refusal:
        smtp_server(url)
    assert refusal.value.code is ErrorCode.MAIL_SETTINGS
    assert "secret" not in str(refusal.value)


def test_the_password_comes_from_a_file_or_a_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "p").write_text("z pliku\r\ninne\n", encoding="utf-8")
    monkeypatch.setenv("R2_TEST_PASSWORD", "ze zmiennej")
    assert read_password(tmp_path / "p", "") == "z pliku"
    assert read_password(None, "R2_TEST_PASSWORD") == "ze zmiennej"
    assert read_password(None, "") == ""
    for file, variable in ((tmp_path / "none", ""), (None, "R2_TEST_NO_SUCH")):
        with pytest.raises(RenewalError):
            read_password(file, variable)
