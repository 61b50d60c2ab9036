"""``r2-renewal shop …``: what each command prints, writes and exits with."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path

import pytest

from r2_renewal.cli import main
from r2_renewal.licensing.keys import read_trusted_keys
from r2_renewal.licensing.reader import parse_certificate
from r2_renewal.reference_shop.seed import LICENCE_ID, PreparedShop, prepare
from r2_renewal.resources import resource


@pytest.fixture
def prepared(tmp_path: Path) -> PreparedShop:
    return prepare(tmp_path / "shop", 30, date(2026, 11, 22))


def failure(capsys: pytest.CaptureFixture[str]) -> str:
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.startswith("r2-renewal: ")
    assert len(output.err.splitlines()) == 1
    return output.err


def test_init_tells_what_it_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["shop", "init", "--state", str(tmp_path / "shop")]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["state"] == str(tmp_path / "shop")
    assert read_trusted_keys(Path(told["trusted_keys"]))
    assert (tmp_path / "shop" / "shop.db").exists()


def test_a_licence_is_issued_to_a_file_or_to_stdout(
    prepared: PreparedShop, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["shop", "issue-licence", LICENCE_ID, "--state", str(prepared.folder.path)]
    assert main([*command, "--output", str(tmp_path / "r2.lic")]) == 0
    assert main(command) == 0
    keys = read_trusted_keys(prepared.folder.trusted_keys)
    for text in ((tmp_path / "r2.lic").read_text(encoding="utf-8"), capsys.readouterr().out):
        (program,) = parse_certificate(text, keys).programs
        assert (program.licence_id, program.seq, program.valid_until) == (LICENCE_ID, 1, date(2026, 12, 22))


def test_an_unknown_licence_is_one_line_on_stderr(prepared: PreparedShop, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["shop", "issue-licence", "L-0", "--state", str(prepared.folder.path)]) == 1
    assert "nie ma takiej licencji" in (told := failure(capsys))
    assert "(R2-S13)" in told


def test_a_file_that_cannot_be_written(
    prepared: PreparedShop, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "none" / "r2.lic"
    command = ["shop", "issue-licence", LICENCE_ID, "--state", str(prepared.folder.path), "--output", str(target)]
    assert main(command) == 1
    assert "(R2-S15)" in failure(capsys)


def test_an_address_that_is_not_this_computers(prepared: PreparedShop, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["shop", "serve", "--state", str(prepared.folder.path), "--host", "192.0.2.1", "--port", "0"]
    assert main(command) == 1
    assert "(R2-S14)" in failure(capsys)


def test_a_description_that_cannot_be_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["shop", "export-openapi", str(tmp_path / "none" / "api.json")]) == 1
    assert "(R2-S15)" in failure(capsys)


def test_a_database_that_is_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["shop", "init", "--state", str(tmp_path), "--database", "nonsense"]) == 1
    assert "(R2-S10)" in failure(capsys)


@pytest.mark.parametrize(
    "command", [["serve", "--port", "0"], ["issue-licence", LICENCE_ID], ["mark-paid", "ZAM/2026/000001"]]
)
def test_a_folder_without_a_shop(tmp_path: Path, capsys: pytest.CaptureFixture[str], command: list[str]) -> None:
    for folder in (tmp_path, tmp_path / "none"):
        assert main(["shop", *command, "--state", str(folder)]) == 1
        assert "W tym katalogu nie ma sklepu" in (told := failure(capsys))
        assert "(R2-S09)" in told


def test_an_unknown_order(prepared: PreparedShop, capsys: pytest.CaptureFixture[str]) -> None:
    for order in ("ZAM/2026/000001", "NOPE"):
        assert main(["shop", "mark-paid", order, "--state", str(prepared.folder.path)]) == 1
        assert "nie ma takiego zamówienia" in (told := failure(capsys))
        assert "(R2-S12)" in told


def test_the_api_is_exported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "api.json"
    assert main(["shop", "export-openapi", str(target)]) == 0
    assert main(["shop", "export-openapi", "-"]) == 0
    committed = resource("shop-api.openapi.json").read_text(encoding="utf-8")
    assert target.read_text(encoding="utf-8") == capsys.readouterr().out == committed


def test_a_missing_extra_is_told_with_its_remedy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "litestar", None)
    assert main(["shop", "init", "--state", str(tmp_path)]) == 1
    told = failure(capsys)
    assert "R2-S08" in told
    assert "litestar" in told


@pytest.mark.parametrize("option", [["--auto-fulfil", "-1"], ["--auto-fulfil", "nan"], ["--today", "22.11.2026"]])
def test_an_option_that_makes_no_sense(tmp_path: Path, option: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["shop", "serve", "--state", str(tmp_path), *option])
    assert ended.value.code == 2
