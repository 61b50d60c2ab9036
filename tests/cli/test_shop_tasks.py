"""``r2-renewal shop renew-due | send-mail | seed-demo``: what each prints and does, and that it may be run again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from r2_renewal.cli import main
from r2_renewal.licensing.keys import read_trusted_keys
from r2_renewal.licensing.reader import parse_certificate
from r2_renewal.reference_shop.clock import set_to
from r2_renewal.reference_shop.folder import ShopFolder, settings_of
from r2_renewal.reference_shop.fulfilment import fulfil
from r2_renewal.reference_shop.seed import LICENCE_ID
from r2_renewal.reference_shop.shop import opened
from r2_renewal.reference_shop.tables import LicenceRow
from tests.cli.test_shop_commands import failure
from tests.reference_shop.conftest import TODAY
from tests.reference_shop.module import Module
from tests.reference_shop.test_auto_fulfilment import served

NOTHING = {"notices": 0, "renewals": 0, "refused": 0, "postponed": 0, "failed": 0}


@pytest.fixture
def demo(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """What ``seed-demo`` made and told."""
    assert main(["shop", "seed-demo", "--state", str(tmp_path / "shop"), "--today", TODAY.isoformat()]) == 0
    return dict(json.loads(capsys.readouterr().out))


def told(capsys: pytest.CaptureFixture[str], *command: str) -> tuple[int, dict[str, Any]]:
    code = main(["shop", *command])
    return code, dict(json.loads(capsys.readouterr().out))


def test_the_demo_is_a_shop_with_a_licence_and_a_login(demo: dict[str, Any]) -> None:
    keys = read_trusted_keys(Path(demo["trusted_keys"]))
    (program,) = parse_certificate(Path(demo["licence"]).read_bytes(), keys).programs
    assert (program.licence_id, program.valid_until.isoformat()) == (LICENCE_ID, "2026-12-22")
    with served(settings_of(ShopFolder(Path(demo["state"])), clock=set_to(TODAY))) as module:
        module.log_in(**demo["account"])


def test_a_renewal_from_the_command_line_and_nothing_the_second_time(
    demo: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place, mail = ["--state", demo["state"]], tmp_path / "mail"
    with served(settings_of(ShopFolder(Path(demo["state"])), clock=set_to(TODAY))) as module:
        order = ordered(module, demo)
    with opened(settings_of(ShopFolder(Path(demo["state"])), clock=set_to(TODAY))) as shop:
        fulfil(shop, order)
    assert told(capsys, "renew-due", *place, "--today", "2027-11-10") == (0, {**NOTHING, "notices": 1})
    assert told(capsys, "renew-due", *place, "--today", "2027-11-10") == (0, NOTHING)
    code, posted = told(capsys, "send-mail", *place, "--mail-folder", str(mail))
    assert (code, posted["failed"]) == (0, 0)
    assert any("renewal_notice" in file.name for file in mail.iterdir())
    assert told(capsys, "renew-due", *place, "--today", "2027-12-23") == (0, {**NOTHING, "renewals": 1})
    assert told(capsys, "renew-due", *place, "--today", "2027-12-23") == (0, NOTHING)
    with opened(settings_of(ShopFolder(Path(demo["state"])))) as shop, shop.database.reading() as session:
        assert session.scalars(select(LicenceRow.seq).where(LicenceRow.id == LICENCE_ID)).one() == 3


def ordered(module: Module, demo: dict[str, Any]) -> str:
    module.open(Path(demo["licence"]).read_text(encoding="utf-8"))
    return str(module.order(LICENCE_ID)["order_id"])


@pytest.mark.parametrize(
    "options",
    [
        ["--smtp", "mail.example"],
        ["--smtp", "smtp://u:secret@h"],
        ["--smtp", "smtp://h", "--smtp-password-file", "none"],
    ],
)
def test_mail_settings_that_are_wrong_are_one_line(
    demo: dict[str, Any], capsys: pytest.CaptureFixture[str], options: list[str]
) -> None:
    assert main(["shop", "send-mail", "--state", demo["state"], *options]) == 1
    line = failure(capsys)
    assert "(R2-S16)" in line
    assert "secret" not in line


def test_a_server_that_is_down_is_an_exit_code(demo: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    with served(settings_of(ShopFolder(Path(demo["state"])))) as module:
        ordered(module, demo)
    assert told(capsys, "send-mail", "--state", demo["state"], "--smtp", "smtp://127.0.0.1:1") == (
        1,
        {"sent": 0, "failed": 1},
    )


def test_without_a_shop_there_is_nothing_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for command in (["renew-due"], ["send-mail", "--mail-folder", str(tmp_path / "mail")]):
        assert main(["shop", *command, "--state", str(tmp_path / "none")]) == 1
        assert "(R2-S09)" in failure(capsys)
