"""``order export`` and ``order import`` as a shell sees them: the file, the code, exit codes, and one line for every refusal."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from PIL import Image

from r2_renewal.agent.order_qr import order_code
from r2_renewal.cli import main
from r2_renewal.contract.prepared_order import PreparedOrder, PreparedOrderer, from_letters, unpack
from r2_renewal.licensing.armour import ORDER, unwrap
from r2_renewal.licensing.parts import Parts, put_together
from r2_renewal.licensing.reader import parse_certificate
from tests.licence_files import LAST_DAY, LICENCE, NOW, Vendor, licence_with

SHOP = "https://sklep.example.pl"
PAGE = f"{SHOP}/panel/zamowienie-z-pliku"
ORDERER = (
    "--first-name",
    "Łucja",
    "--last-name",
    "Żak-Świć",
    "--phone",
    "601 234 567",
    "--orderer-email",
    "l@zak.example",
)


@dataclass
class Shell:
    """A PC without Internet: a folder with a licence, the keys that signed it, and a command line."""

    folder: Path
    capture: pytest.CaptureFixture[str]
    vendor: Vendor

    @property
    def licence(self) -> Path:
        return self.folder / "licencja.lic"

    @property
    def file(self) -> Path:
        return self.folder / "zamówienie.r2order"

    def run(self, *arguments: object) -> tuple[int, str, str]:
        code = main([str(argument) for argument in (*arguments, "--trusted-keys", self.folder / "keys.json")])
        captured = self.capture.readouterr()
        assert "Traceback" not in captured.err
        return code, captured.out, captured.err

    def export(self, *options: object) -> tuple[int, str, str]:
        return self.run("order", "export", self.file, "--licence", self.licence, "--shop-url", SHOP, *options)

    def order(self) -> PreparedOrder:
        return unpack(unwrap(self.file.read_bytes(), ORDER))


@pytest.fixture
def shell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Shell:
    shell = Shell(tmp_path, capsys, Vendor())
    shell.licence.write_bytes(shell.vendor.certificate())
    (tmp_path / "keys.json").write_text(json.dumps(shell.vendor.keys_document), encoding="utf-8")
    return shell


def test_the_file_holds_the_licence_what_is_wanted_and_who_orders(shell: Shell) -> None:
    code, out, err = shell.export("--kind", "subscription", "--email", "faktury@zak.example", *ORDERER)
    assert (code, err) == (0, "")
    assert out == f"Zapisano zamówienie: {shell.file}\nTo jeszcze nie zamówienie: wczytaj plik na stronie {PAGE}\n"
    order = shell.order()
    assert [(item.licence_id, item.kind, item.offer_id) for item in order.items] == [("lic-1", "subscription", "")]
    assert order.items[0].runs_until == LICENCE.programs[0].valid_until
    assert order.invoice_email == "faktury@zak.example"
    assert order.orderer == PreparedOrderer(
        first_name="Łucja", last_name="Żak-Świć", phone="+48601234567", email="l@zak.example"
    )
    inside = put_together(Parts(order.licence, order.signature))
    assert parse_certificate(inside, shell.vendor.keys) == LICENCE


def test_the_file_says_in_words_what_it_is(shell: Shell) -> None:
    shell.export()
    words = shell.file.read_text(encoding="utf-8").splitlines()
    assert words[0] == "Zamówienie przygotowane na komputerze bez Internetu. Nie zostało jeszcze złożone."
    assert words[2] == PAGE


def test_each_export_is_an_order_of_its_own(shell: Shell) -> None:
    shell.export()
    first = shell.order().key
    shell.export()
    assert shell.order().key != first


def test_what_was_not_told_is_left_to_the_page(shell: Shell) -> None:
    shell.export()
    order = shell.order()
    assert (order.items[0].kind, order.invoice_email, order.orderer) == ("", "", PreparedOrderer())


@pytest.mark.parametrize("kind", ["png", "svg"])
def test_the_code_is_a_link_to_the_page_with_the_order_behind_the_hash(shell: Shell, kind: str) -> None:
    picture = shell.folder / f"kod.{kind}"
    code, out, _ = shell.export("--qr", picture, "--json", "--email", "faktury@zak.example", *ORDERER)
    assert (code, json.loads(out)) == (
        0,
        {"exported": True, "file": str(shell.file), "qr": str(picture), "page": PAGE},
    )
    if kind == "png":
        link = read_code(picture)
        assert link.startswith(f"{PAGE}#")
        assert from_letters(link) == shell.order()
    else:
        assert picture.read_bytes().startswith(b"<?xml")


def read_code(picture: Path) -> str:
    """Return what an independent reader sees in a picture."""
    with Image.open(picture) as image:
        (found,) = zxingcpp.read_barcodes(image.convert("L"))
    return str(found.text)


def test_the_code_is_shown_in_the_terminal(shell: Shell) -> None:
    code, out, _ = shell.export("--qr", "-")
    assert code == 0
    assert sum(line.count("█") + line.count("▀") + line.count("▄") for line in out.splitlines()) > 1000


def test_a_licence_of_many_programs_is_carried_as_a_file(shell: Shell) -> None:
    program = LICENCE.programs[0]
    many = [program._replace(licence_id=f"licence-of-a-branch-{hash_of(n)}", name=hash_of(n)) for n in range(60)]
    shell.licence.write_bytes(shell.vendor.certificate(LICENCE._replace(programs=(program, *many))))
    code, out, err = shell.export("--qr", shell.folder / "kod.png")
    assert (code, out) == (30, "")
    assert "(R2-O23)" in err
    assert "nie mieści się w kodzie QR" in err
    assert shell.order().items[0].licence_id == "lic-1"
    assert not (shell.folder / "kod.png").exists()


def hash_of(number: int) -> str:
    """Return a text that cannot be compressed."""
    return hashlib.sha256(str(number).encode()).hexdigest()


def broken(shell: Shell) -> None:
    text = shell.licence.read_text()
    shell.licence.write_text(text[:200] + ("A" if text[200] != "A" else "B") + text[201:])


def foreign(shell: Shell) -> None:
    shell.licence.write_bytes(Vendor(name="other").certificate())


def absent(shell: Shell) -> None:
    shell.licence.unlink()


def of_another_product(shell: Shell) -> None:
    shell.licence.write_bytes(shell.vendor.certificate(licence_with(product="r2fk")))


@pytest.mark.parametrize(
    ("harm", "codes"),
    [
        (broken, ("R2-L03", "R2-L04")),
        (foreign, ("R2-L05",)),
        (absent, ("R2-L01",)),
        (of_another_product, ("R2-L06",)),
    ],
)
def test_a_licence_that_the_shop_would_refuse_is_not_exported(shell: Shell, harm: Any, codes: tuple[str, ...]) -> None:
    harm(shell)
    code, out, err = shell.export("--json")
    assert code == 30
    assert len(err.splitlines()) == 1
    assert any(f"({known})" in err for known in codes)
    assert json.loads(out)["exported"] is False
    assert not shell.file.exists()


def test_an_expired_licence_is_exported(shell: Shell) -> None:
    shell.licence.write_bytes(shell.vendor.certificate(licence_with(valid_until=date(2020, 1, 1))))
    assert shell.export()[0] == 0


def test_a_place_that_cannot_be_written_is_said(shell: Shell) -> None:
    target = shell.folder / "brak" / "zamówienie.r2order"
    code, _, err = shell.run("order", "export", target, "--licence", shell.licence, "--shop-url", SHOP)
    assert (code, len(err.splitlines())) == (30, 1)
    assert "(R2-S15)" in err


def test_without_an_address_of_the_shop_there_is_no_order(shell: Shell) -> None:
    code, _, err = shell.run("order", "export", shell.file, "--licence", shell.licence)
    assert code == 30
    assert "(R2-S05)" in err


def test_the_licence_of_the_page_is_installed(shell: Shell) -> None:
    renewed = shell.folder / "pobrana.lic"
    longer = licence_with(valid_until=LAST_DAY + timedelta(days=365), seq=8, issued=NOW)
    renewed.write_bytes(shell.vendor.certificate(longer))
    code, out, err = shell.run("order", "import", renewed, "--licence", shell.licence)
    assert (code, out, err) == (0, f"Zainstalowano licencję: {shell.licence}\n", "")
    assert shell.licence.read_bytes() == renewed.read_bytes()


def test_the_order_itself_is_no_licence_to_import(shell: Shell) -> None:
    shell.export()
    before = shell.licence.read_bytes()
    code, _, err = shell.run("order", "import", shell.file, "--licence", shell.licence)
    assert code == 30
    assert "To plik zamówienia, a nie licencji." in err
    assert shell.licence.read_bytes() == before


def test_an_older_licence_is_not_imported(shell: Shell) -> None:
    older = shell.folder / "stara.lic"
    shutil.copy(shell.licence, older)
    shell.licence.write_bytes(shell.vendor.certificate(licence_with(seq=9, issued=NOW)))
    code, _, err = shell.run("order", "import", older, "--licence", shell.licence)
    assert code == 30
    assert "(R2-L10)" in err


def test_the_largest_picture_is_still_a_picture_for_a_screen(shell: Shell) -> None:
    shell.export("--email", "faktury@zak.example", *ORDERER)
    assert order_code(shell.order(), PAGE).symbol_size(scale=4)[0] < 700
