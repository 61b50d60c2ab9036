"""Invoices on their way to KSeF: nothing without configuration; with it sent once, numbered, the receipt kept, tried again."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from sqlalchemy import select, update

from r2_renewal.cli import main
from r2_renewal.contract import paths
from r2_renewal.domain.errors import ErrorCode, RenewalError
from r2_renewal.reference_shop.billing.ksef_client import LibrarySender
from r2_renewal.reference_shop.billing.ksef_settings import FILE, KsefSettings, read_settings
from r2_renewal.reference_shop.billing.submissions import Posted, is_anything_due, send_due, sender_of
from r2_renewal.reference_shop.folder import settings_of
from r2_renewal.reference_shop.fulfilment import invoice
from r2_renewal.reference_shop.seed import LICENCE_ID, PreparedShop
from r2_renewal.reference_shop.settings import ShopSettings
from r2_renewal.reference_shop.shop import Shop, opened
from r2_renewal.reference_shop.tables import KsefSubmission, MailRow
from tests.reference_shop.conftest import POSTGRESQL, SQLITE, Calendar
from tests.reference_shop.ksef_server import TOKEN, Ksef, certificate_of, served
from tests.reference_shop.module import LATER_LICENCE_ID, Module
from tests.reference_shop.test_fa3 import fields, kept, module_pdf, withdraw
from tests.reference_shop.test_invoices import codes_in, text_of

QR = "https://qr-test.example"
on_both = pytest.mark.parametrize("backend", [SQLITE, POSTGRESQL], indirect=True)


@pytest.fixture
def ksef() -> Iterator[Ksef]:
    with served(Ksef()) as ksef:
        yield ksef


def connect(folder: Path, url: str, **changes: str) -> None:
    """Write the configuration of a connection, by a token, as a vendor does."""
    table = {"url": url, "qr_url": QR, "token_file": "ksef-token", **changes}
    write(folder / FILE, "".join(f"{name} = {json.dumps(value)}\n" for name, value in table.items() if value))
    write(folder / "ksef-token", TOKEN + "\n")


def write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)


@pytest.fixture
def connected(ksef: Ksef, prepared: PreparedShop, calendar: Calendar) -> Iterator[Shop]:
    """The shop with KSeF connected by its folder."""
    connect(prepared.folder.path, ksef.url)
    with opened(settings_of(prepared.folder, clock=calendar)) as shop:
        yield shop


def sender(shop: Shop) -> LibrarySender:
    made = sender_of(shop.settings)
    assert made is not None
    made.poll_seconds = 0
    return made


def round_of(shop: Shop) -> Posted:
    """Make everything due, and do one round."""
    with shop.database.writing() as session:
        session.execute(update(KsefSubmission).values(due_at=None))
    return send_due(shop, sender(shop))


def submissions(shop: Shop) -> list[KsefSubmission]:
    with shop.database.reading() as session:
        return list(session.scalars(select(KsefSubmission).order_by(KsefSubmission.created_at)))


def test_without_configuration_nothing_is_sent_and_numbers_are_made_up(module: Module, shop: Shop) -> None:
    assert invoice(shop, module.order(LICENCE_ID)["order_id"])
    assert (sender_of(shop.settings), submissions(shop)) == (None, [])
    ((issued, _),) = kept(shop)
    assert (issued.is_sample, bool(issued.ksef_number)) == (True, True)


@on_both
def test_an_invoice_is_sent_as_it_is_kept_and_gets_its_number_and_receipt(
    module: Module, connected: Shop, ksef: Ksef
) -> None:
    assert invoice(connected, module.order(LICENCE_ID)["order_id"])
    ((issued, document),) = kept(connected)
    assert (issued.ksef_number, issued.is_sample) == (None, False)
    assert "OFFLINE" in text_of(module_pdf(connected, issued))
    assert send_due(connected, sender(connected)) == Posted(sent=1)
    assert not is_anything_due(connected)
    assert ksef.taken == [document.content]
    assert round_of(connected) == Posted(accepted=1)
    ((numbered, _),) = kept(connected)
    assert numbered.ksef_number == ksef.numbers[document.content]
    (submission,) = submissions(connected)
    assert (submission.state, submission.failure) == ("accepted", None)
    assert submission.upo == f"<UPO>{numbered.ksef_number}</UPO>".encode()
    pdf = module_pdf(connected, numbered)
    assert any(code.startswith(f"{QR}/invoice/1234563218/22-11-2026/") for code in codes_in(pdf))
    assert "przykładowe, faktury nie wysłano" not in text_of(pdf)
    assert round_of(connected) == Posted()
    assert len(ksef.taken) == 1
    assert ("POST", "/v2/sessions/online/session-1/close") in ksef.asked


def test_an_invoice_that_ksef_works_on_is_asked_after_again(module: Module, connected: Shop, ksef: Ksef) -> None:
    ksef.statuses = [100, 150, 200]
    assert invoice(connected, module.order(LICENCE_ID)["order_id"])
    assert [round_of(connected) for _ in range(4)] == [
        Posted(sent=1),
        Posted(failed=1),
        Posted(failed=1),
        Posted(accepted=1),
    ]
    assert len(ksef.taken) == 1


def test_an_invoice_whose_answer_was_lost_is_sent_again_and_found_as_a_duplicate(
    module: Module, connected: Shop, ksef: Ksef
) -> None:
    assert invoice(connected, module.order(LICENCE_ID)["order_id"])
    ksef.lose_answers = True
    assert round_of(connected) == Posted(failed=1)
    ksef.lose_answers = False
    assert [round_of(connected), round_of(connected)] == [Posted(sent=1), Posted(accepted=1)]
    ((issued, document),) = kept(connected)
    assert ksef.taken == [document.content] * 2
    assert issued.ksef_number == ksef.numbers[document.content]


def test_an_invoice_that_ksef_called_off_is_sent_again(module: Module, connected: Shop, ksef: Ksef) -> None:
    ksef.statuses = [550]
    assert invoice(connected, module.order(LICENCE_ID)["order_id"])
    assert [round_of(connected), round_of(connected)] == [Posted(sent=1), Posted(failed=1)]
    assert submissions(connected)[0].state == "queued"
    assert submissions(connected)[0].failure == "status 550"


def test_a_refused_invoice_is_told_by_its_status_and_sent_no_more(
    module: Module, connected: Shop, ksef: Ksef, caplog: pytest.LogCaptureFixture
) -> None:
    ksef.statuses = [430]
    assert invoice(connected, module.order(LICENCE_ID)["order_id"])
    assert [round_of(connected) for _ in range(3)] == [Posted(sent=1), Posted(refused=1), Posted()]
    (submission,) = submissions(connected)
    assert (submission.state, submission.failure) == ("refused", "status 430")
    assert "status 430" in caplog.text


@pytest.mark.parametrize("path", ["/auth/challenge", "/auth/ksef-token", "/sessions/online", "/invoices"])
def test_what_fails_is_tried_again_ever_later_and_tells_no_secret(
    module: Module, connected: Shop, ksef: Ksef, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    ksef.failing = {path: 503}
    assert invoice(connected, module.order(LICENCE_ID)["order_id"])
    assert send_due(connected, sender(connected)) == Posted(failed=1)
    assert send_due(connected, sender(connected)) == Posted()
    waits = []
    for _ in range(3):
        assert round_of(connected).failed == 1
        (submission,) = submissions(connected)
        assert submission.due_at is not None
        waits.append(submission.due_at - connected.settings.now())
    assert waits == sorted(waits)
    assert waits[-1] > timedelta(minutes=2)
    assert submission.failure == "http 503"
    assert "secret-of-the-test" not in caplog.text
    ksef.failing = {}
    assert round_of(connected) == Posted(sent=1)


def test_a_wrong_token_is_no_way_in(module: Module, connected: Shop, ksef: Ksef, prepared: PreparedShop) -> None:
    assert invoice(connected, module.order(LICENCE_ID)["order_id"])
    settings = KsefSettings(ksef.url, QR, token="another")
    assert send_due(connected, LibrarySender(settings, "1234563218", 0)) == Posted(failed=1)
    assert ksef.taken == []


def test_several_invoices_go_in_one_session(module: Module, connected: Shop, ksef: Ksef) -> None:
    for licence in (LICENCE_ID, LATER_LICENCE_ID):
        assert invoice(connected, module.order(licence)["order_id"])
    assert round_of(connected) == Posted(sent=2)
    assert [path for method, path in ksef.asked if path.endswith("/online")] == ["/v2/sessions/online"]
    assert round_of(connected) == Posted(accepted=2)


def test_a_correction_waits_for_the_number_that_it_names(
    serve: Callable[..., Module], prepared: PreparedShop, connected: Shop, ksef: Ksef
) -> None:
    module = serve(ksef=connected.settings.ksef).open(prepared.licence)
    order = module.order(LICENCE_ID)
    assert invoice(connected, order["order_id"])
    withdraw(module, order)
    assert len(kept(connected)) == 1
    assert [round_of(connected), round_of(connected)] == [Posted(sent=1), Posted(sent=1, accepted=1)]
    (issued, _), (correction, document) = kept(connected)
    assert fields(document.content)["NrKSeFFaKorygowanej"] == [issued.ksef_number]
    with connected.database.reading() as session:
        assert session.scalars(select(MailRow).where(MailRow.kind == "correction_invoice")).one()
    assert round_of(connected) == Posted(accepted=1)
    assert kept(connected)[1][0].ksef_number == ksef.numbers[document.content]
    assert correction.ksef_number is None


def test_a_made_up_number_is_never_told_to_ksef(
    module: Module, serve: Callable[..., Module], prepared: PreparedShop, shop: Shop, ksef: Ksef
) -> None:
    order = module.order(LICENCE_ID)
    assert invoice(shop, order["order_id"])
    connect(prepared.folder.path, ksef.url)
    withdraw(serve(ksef=read_settings(prepared.folder.path)).open(prepared.licence), order)
    _issued, (correction, document) = kept(shop)
    assert (correction.is_sample, fields(document.content)["NrKSeFN"]) == (False, ["1"])


def test_the_api_tells_an_empty_number_while_there_is_none(
    serve: Callable[..., Module], prepared: PreparedShop, connected: Shop
) -> None:
    module = serve().open(prepared.licence)
    assert invoice(connected, module.order(LICENCE_ID)["order_id"])
    account = serve().log_in(prepared.account_email, prepared.account_password)
    assert account.get(paths.INVOICES).json()["invoices"][0]["ksef_number"] == ""


def test_a_shop_that_serves_sends_by_itself(
    serve: Callable[..., Module], prepared: PreparedShop, connected: Shop, ksef: Ksef
) -> None:
    from tests.reference_shop.test_auto_fulfilment import wait_for

    module = serve(ksef=connected.settings.ksef, invoicing=True).open(prepared.licence)
    module.order(LICENCE_ID)
    wait_for(lambda: [row.state for row in submissions(connected)] == ["sent"])
    assert len(ksef.taken) == 1


def test_a_certificate_lets_in_as_well(module: Module, connected: Shop, ksef: Ksef, prepared: PreparedShop) -> None:
    key = rsa.generate_private_key(65537, 2048)
    folder = prepared.folder.path
    write(folder / "own.crt", certificate_of(key).public_bytes(serialization.Encoding.PEM).decode())
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    write(folder / "own.key", pem)
    connect(folder, ksef.url, token_file="", certificate_file="own.crt", key_file="own.key")
    assert invoice(connected, module.order(LICENCE_ID)["order_id"])
    settings = read_settings(folder)
    assert settings is not None
    assert send_due(connected, LibrarySender(settings, "1234563218", 0)) == Posted(sent=1)
    assert b"SignatureValue" in ksef.signed[0]
    assert b"1234563218" in ksef.signed[0]


# The configuration


@pytest.mark.parametrize(
    "changes",
    [
        {"url": "http://ksef.example"},
        {"url": "ftp://ksef.example"},
        {"url": ""},
        {"url": "https://user@ksef.example"},
        {"qr_url": "https://qr-ksef.invalid"},
        {"qr_url": "http://qr.example"},
        {"token_file": ""},
        {"token_file": "absent"},
        {"certificate_file": "ksef-token", "key_file": "ksef-token"},
        {"tokn": "x"},
    ],
)
def test_a_connection_that_is_wrong_is_refused(tmp_path: Path, changes: dict[str, str]) -> None:
    connect(tmp_path, "https://ksef.example")
    assert read_settings(tmp_path) is not None
    table = {"url": "https://ksef.example", "qr_url": QR, "token_file": "ksef-token", **changes}
    write(tmp_path / FILE, "".join(f"{name} = {json.dumps(value)}\n" for name, value in table.items() if value))
    with pytest.raises(RenewalError) as refused:
        read_settings(tmp_path)
    assert refused.value.code is ErrorCode.KSEF_SETTINGS
    assert "secret" not in refused.value.detail


@pytest.mark.skipif(os.name != "posix", reason="rights of POSIX")
@pytest.mark.parametrize("name", [FILE, "ksef-token"])
def test_files_that_others_may_read_are_refused(tmp_path: Path, name: str) -> None:
    connect(tmp_path, "https://ksef.example")
    (tmp_path / name).chmod(0o640)
    with pytest.raises(RenewalError, match="chmod 600"):
        read_settings(tmp_path)


def test_the_token_is_not_printed(tmp_path: Path) -> None:
    connect(tmp_path, "https://ksef.example")
    assert "secret-of-the-test" not in repr(read_settings(tmp_path))


def test_the_command_line_sends_and_says_where_nothing_is_connected(
    module: Module, connected: Shop, prepared: PreparedShop, capsys: pytest.CaptureFixture[str]
) -> None:
    assert invoice(connected, module.order(LICENCE_ID)["order_id"])
    command = ["shop", "send-invoices", "--state", str(prepared.folder.path)]
    assert main(command) == 0
    assert json.loads(capsys.readouterr().out)["sent"] == 1
    (prepared.folder.path / FILE).unlink()
    assert main(command) == 1
    assert "R2-S22" in capsys.readouterr().err


def test_the_settings_of_a_shop_that_is_not_connected_say_so(settings: ShopSettings) -> None:
    assert settings.ksef is None
