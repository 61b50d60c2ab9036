"""Encrypted licences (``aes-256-gcm+ed25519``) given to a host: read, ordered with, replaced; the key is seen nowhere."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from PySide6.QtCore import QCoreApplication
from pytestqt.qtbot import QtBot

import r2_renewal
from r2_renewal.agent import protocol
from r2_renewal.agent.protocol import Method
from r2_renewal.cli import main
from r2_renewal.clock import today_in_warsaw
from r2_renewal.contract import paths
from r2_renewal.domain.errors import ErrorCode
from r2_renewal.domain.licence import VerdictKind
from r2_renewal.embedding.agent_keeper import hello_of
from r2_renewal.embedding.quiet_note import QuietNote, is_quiet
from r2_renewal.embedding.startup_check import check
from r2_renewal.licensing.issue import licence_payload
from r2_renewal.licensing.reader import parse_certificate
from r2_renewal.policy import Policy
from r2_renewal.reference_shop.keys import read_signing_key
from r2_renewal.reference_shop.seed import prepare
from r2_renewal.settings import settle
from r2_renewal.ui.agent_link import AgentLink
from tests.agent.conftest import hosts, shop, vendor
from tests.agent.conversation import Hosts, RefusedError
from tests.agent.scripted_shop import ScriptedShop
from tests.agent.test_with_reference_shop import ShopProcess, hosts_of, serve, stop
from tests.driver import wait_until
from tests.licence_files import LICENCE, PRODUCT, Vendor, encrypted, licence_with

__all__ = ["hosts", "shop", "vendor"]

KEY = "F3A91C-7D02E5-KLUCZ-ż-DO-LICENCJI"
VENDOR = Vendor()
SEALED = encrypted(licence_payload(LICENCE), VENDOR.private, KEY)
FAR = licence_with(valid_until=date(2999, 1, 1))
MAIN = (sys.executable, "-m", "r2_renewal.cli")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with an encrypted licence, its key and the trusted keys."""
    (tmp_path / "R2.lic").write_bytes(SEALED)
    (tmp_path / "key.txt").write_text(f"\ufeff{KEY}\r\n", encoding="utf-8")
    (tmp_path / "keys.json").write_text(json.dumps(VENDOR.keys_document))
    return tmp_path


def options(folder: Path, key: str | None = "key.txt") -> list[str]:
    given = ["--licence-key-file", str(folder / key)] if key else []
    return ["--trusted-keys", str(folder / "keys.json"), *given]


# The command line


COMMANDS: dict[str, Callable[[Path], list[str]]] = {
    "status": lambda folder: ["status", "--licence", str(folder / "R2.lic"), "--today", "2026-11-22"],
    "verify": lambda folder: ["licence", "verify", str(folder / "R2.lic")],
    "show": lambda folder: ["licence", "show", str(folder / "R2.lic")],
    "install": lambda folder: ["licence", "install", str(folder / "R2.lic"), "--licence", str(folder / "new.lic")],
    "import": lambda folder: ["order", "import", str(folder / "R2.lic"), "--licence", str(folder / "new.lic")],
    "startup": lambda folder: [
        "startup", "--licence", str(folder / "R2.lic"), "--unattended", "--today", "2026-11-22",
        "--state", str(folder / "state"), "--shop-url", "http://127.0.0.1:1",
    ],
    "eshop": lambda folder: [
        "eshop", "--licence", str(folder / "R2.lic"), "--unattended", "--today", "2026-11-22",
        "--state", str(folder / "state"),
    ],
}  # fmt: skip
CODES = {"status": 10, "eshop": 10}


@pytest.mark.parametrize(
    "name", [name for name in COMMANDS if name != "startup"]
)  # that one below, as a process of its own
def test_every_command_on_a_licence_reads_the_key_from_a_file(
    folder: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    code = main([*COMMANDS[name](folder), *options(folder)])
    captured = capsys.readouterr()
    assert (code, captured.err) == (CODES.get(name, 0), "")
    assert KEY not in captured.out
    if name in ("install", "import"):
        assert (folder / "new.lic").read_bytes() == SEALED


@pytest.mark.parametrize("name", COMMANDS)
def test_without_its_key_each_says_what_is_missing(folder: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    assert main([*COMMANDS[name](folder), *options(folder, None)]) == 30
    assert "R2-L13" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("another key", "R2-L15"), ("", "R2-L17"), (" \n", "R2-L17"), ("one\ntwo", "R2-L17"), (b"\xff\xfe\x00", "R2-L17"),
        ("x" * 5000, "R2-L17"), (None, "R2-L17"), ("folder", "R2-L17"),
    ],
)  # fmt: skip
def test_a_key_file_that_is_none_is_said_and_never_shown(
    folder: Path, capsys: pytest.CaptureFixture[str], content: str | bytes | None, code: str
) -> None:
    place = folder / "key.txt"
    place.unlink()
    if content == "folder":
        place.mkdir()
    elif content is not None:
        place.write_bytes(content if isinstance(content, bytes) else content.encode())
    assert main([*COMMANDS["status"](folder), *options(folder)]) == 30
    err = capsys.readouterr().err
    assert code in err
    assert err.count("\n") == 1
    assert "another key" not in err


def test_key_and_key_file_exclude_each_other(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main([*COMMANDS["verify"](folder), *options(folder), "--licence-key", "x"])
    assert left.value.code == 2
    assert main([*COMMANDS["verify"](folder), *options(folder, None), "--licence-key", KEY]) == 0
    assert KEY not in capsys.readouterr().out


@pytest.mark.parametrize("name", ["startup", "install"])
def test_a_key_in_place_of_its_file_is_not_printed(folder: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    assert main([*COMMANDS[name](folder), *options(folder, None), "--licence-key-file", KEY]) == 30
    captured = capsys.readouterr()
    assert KEY not in captured.out + captured.err


def test_an_order_for_a_file_is_refused_with_the_way_on(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["order", "export", str(folder / "o.r2order"), "--licence", str(folder / "R2.lic")]
    assert main([*command, "--shop-url", "https://shop.example", *options(folder)]) == 30
    err = capsys.readouterr().err
    assert "R2-O25" in err
    assert "niezaszyfrowany" in err
    assert not (folder / "o.r2order").exists()


# The host


def config(folder: Path, **more: Any) -> r2_renewal.Config:
    given = {
        "licence_path": folder / "R2.lic", "trusted_keys": VENDOR.keys, "product_code": PRODUCT,
        "state_dir": folder / "state", "licence_key": KEY,
    }  # fmt: skip
    return r2_renewal.Config(**{**given, **more})


def judged(folder: Path, **more: Any) -> VerdictKind:
    settings = settle(config(folder, **more), Policy())
    return check(settings, date(2026, 11, 22)).verdict.kind


def test_a_host_gives_the_key(folder: Path) -> None:
    assert judged(folder) is VerdictKind.EXPIRING
    assert judged(folder, licence_key=f" {KEY}\n") is VerdictKind.EXPIRING
    assert judged(folder, licence_key="") is judged(folder, licence_key="wrong") is VerdictKind.UNREADABLE


def test_no_representation_shows_the_key(folder: Path) -> None:
    given = config(folder)
    settings = settle(given, Policy())
    for record in (given, settings, hello_of(settings)):
        for shown in (repr(record), str(record), f"{record}", f"{[record]}"):
            assert KEY not in shown
            assert "R2.lic" in shown
    assert "licence_key=''" in repr(config(folder, licence_key=""))
    assert hello_of(settings).licence_key == KEY


def everything_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def test_the_note_of_silence_works_and_holds_nothing_of_the_key(folder: Path) -> None:
    import hashlib

    (folder / "R2.lic").write_bytes(encrypted(licence_payload(FAR), VENDOR.private, KEY))
    given = config(folder)
    settings = settle(given, Policy())
    note = QuietNote(given, settings)
    note.keep(check(settings, today_in_warsaw()))
    assert is_quiet(given)
    assert not is_quiet(given._replace(licence_key=""))
    kept = everything_in(folder / "state")
    digests = [hashlib.new(kind, KEY.encode()).hexdigest() for kind in ("sha256", "sha1", "md5")]
    assert not any(secret.encode() in kept for secret in (KEY, *digests))


# The agent and the shop


@pytest.fixture
def sealed_hosts(hosts: Hosts, vendor: Vendor) -> Hosts:
    """Hosts whose licence is encrypted."""
    hosts.licence.write_bytes(encrypted(licence_payload(LICENCE), vendor.private, KEY))
    return hosts


def session_bodies(shop: ScriptedShop) -> list[dict[str, Any]]:
    return [msgspec.json.decode(seen.body) for seen in shop.seen("POST", paths.LICENCE_SESSIONS)]


def test_the_shop_gets_the_key_with_an_encrypted_file_only(
    sealed_hosts: Hosts, shop: ScriptedShop, vendor: Vendor
) -> None:
    agent = sealed_hosts.greeted(licence_key=KEY)
    agent.call(Method.ESHOP_LOAD, protocol.Nothing())
    sealed_hosts.licence.write_bytes(vendor.certificate())
    agent.call(Method.ESHOP_LOAD, protocol.Nothing())
    first, second = session_bodies(shop)
    assert first["licence_key"] == KEY
    assert "licence_key" not in second
    agent.close()
    assert KEY.encode() not in everything_in(sealed_hosts.state_dir)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")
def test_the_key_stands_in_no_command_line_and_no_environment(qtbot: QtBot, folder: Path) -> None:
    settings = settle(config(folder, shop_url="http://127.0.0.1:1"), Policy())
    link = AgentLink(settings.agent_command, hello_of(settings))
    link.resume()
    wait_until(_children, what="the agent")
    wait_until((folder / "state" / "agent.log").exists, what="the greeting")
    for child in _children():
        for part in ("cmdline", "environ"):
            assert KEY.encode() not in Path(f"/proc/{child}/{part}").read_bytes()
    link.close()
    wait_until(lambda: not _children(), what="the agent's end")
    link.deleteLater()
    QCoreApplication.processEvents()
    assert KEY.encode() not in everything_in(folder / "state")


def _children() -> list[int]:
    listed = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()
    return [int(child) for child in listed if b"r2_renewal.agent" in Path(f"/proc/{child}/cmdline").read_bytes()]


def test_a_renewed_licence_replaces_an_encrypted_one(sealed_hosts: Hosts, shop: ScriptedShop, vendor: Vendor) -> None:
    shop.certificate = encrypted(
        licence_payload(LICENCE._replace(issued=datetime(2026, 1, 1, tzinfo=UTC))), vendor.private, KEY
    )
    agent = sealed_hosts.greeted(licence_key=KEY)
    agent.call(Method.LICENCE_REFRESH, protocol.RefreshParams(anew=True))
    assert sealed_hosts.licence.read_bytes() == shop.certificate


def test_an_order_for_a_file_is_refused_by_the_agent_too(sealed_hosts: Hosts, tmp_path: Path) -> None:
    agent = sealed_hosts.greeted(licence_key=KEY)
    with pytest.raises(RefusedError) as refused:
        agent.call(Method.ORDER_EXPORT, protocol.ExportParams(path=str(tmp_path / "o.r2order")))
    assert refused.value.data.code == ErrorCode.ORDER_FILE_ENCRYPTED_LICENCE.value


@pytest.fixture
def reference(tmp_path: Path) -> Iterator[ShopProcess]:
    """A shop of real processes whose licence ends in 30 days."""
    served = serve(prepare(tmp_path / "shop", 30, today_in_warsaw()))
    yield served
    stop(served)


def test_the_reference_shop_opens_esklep_for_an_encrypted_licence(reference: ShopProcess, tmp_path: Path) -> None:
    computers = hosts_of(reference, tmp_path)
    keys = read_signing_key(reference.prepared.folder.signing_key)
    from r2_renewal.licensing.keys import parse_trusted_keys

    licence = parse_certificate(reference.prepared.licence, parse_trusted_keys(reference.prepared.trusted_keys))
    computers.licence.write_bytes(encrypted(licence_payload(licence), keys.private, KEY))
    loaded = computers.greeted(licence_key=KEY).call(Method.ESHOP_LOAD, protocol.Nothing())
    assert loaded.storefront.company.nip == licence.nip
    refused = {"": ErrorCode.LICENCE_REFUSED_BY_SHOP, "wrong": ErrorCode.LICENCE_KEY_WRONG}
    for key, code in refused.items():
        with pytest.raises(RefusedError) as refusal:
            computers.greeted(licence_key=key).call(Method.ESHOP_LOAD, protocol.Nothing())
        assert refusal.value.data.code == code.value
    computers.close()
    assert KEY.encode() not in everything_in(reference.prepared.folder.path)


def test_a_host_that_is_not_python_gives_the_key_by_file(folder: Path) -> None:
    command = [*MAIN, *COMMANDS["startup"](folder), *options(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, json.loads(done.stdout)["verdict"]) == (10, "expiring")
    assert KEY not in done.stdout + done.stderr
    assert KEY.encode() not in everything_in(folder / "state")
