"""The whole purchase for a PC without Internet: order to a file there, order on the shop's page elsewhere, licence back by file.

The PC's programs run in a network of their own in which there is nothing at all; what they do, they do without the shop.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest

from r2_renewal.contract.paths import ORDER_FILE_PAGE
from r2_renewal.domain.dates import plus_months
from tests.e2e.conftest import running_demo
from tests.e2e.panel_browser import PanelBrowser, needs_browser, open_browser
from tests.e2e.test_whole_way import QUESTION, orders_in
from tests.reference_shop.panel.visitor import Page, Visitor

CLI = (sys.executable, "-m", "r2_renewal.cli")
BINDING = "Zamówienie z obowiązkiem zapłaty"
PERSON = (
    "--email", "faktury@klosowska.example", "--first-name", "Anna", "--last-name", "Kłosowska",
    "--phone", "601 234 567", "--orderer-email", "anna@klosowska.example",
)  # fmt: skip


@dataclass(frozen=True)
class OfflinePc:
    """A PC whose programs have no network.

    Attributes:
        folder: what it has on its disk.
        demo: the shop's first line, for the address that the program was installed with.
    """

    folder: Path
    demo: dict[str, Any]

    @property
    def licence(self) -> Path:
        return self.folder / "R2platnik.lic"

    def run(self, *arguments: object) -> tuple[int, str]:
        """Run a command there; return its exit code and what it said on stdout."""
        command = ["unshare", "--net", *CLI, *map(str, arguments), "--trusted-keys", self.demo["trusted_keys"]]
        done = subprocess.run(command, capture_output=True, timeout=120, check=False)
        assert b"Traceback" not in done.stderr
        return done.returncode, done.stdout.decode()

    def export(self, *options: object) -> Path:
        """Prepare an order."""
        file = self.folder / "zamówienie.r2order"
        code, _ = self.run(
            "order", "export", file, "--licence", self.licence, "--shop-url", self.demo["shop_url"], *options
        )
        assert code == 0
        return file

    def status(self) -> tuple[dict[str, Any], int]:
        """Return what the program decides at its start, and the exit code."""
        code, out = self.run("status", "--json", "--licence", self.licence)
        return json.loads(out), code


@pytest.fixture
def shop(tmp_path: Path) -> Any:
    """A shop that waits for payments, as a real one does."""
    with running_demo("--state", str(tmp_path / "demo")) as announced:
        yield announced


@pytest.fixture
def pc(tmp_path: Path, shop: dict[str, Any]) -> OfflinePc:
    """A PC without Internet, with its copy of the licence."""
    if subprocess.run(["unshare", "--net", "true"], capture_output=True, check=False).returncode:
        pytest.skip("no network of one's own can be made here")
    folder = tmp_path / "pc"
    folder.mkdir()
    pc = OfflinePc(folder, shop)
    shutil.copy(shop["licence"], pc.licence)
    return pc


def mark_paid(shop: dict[str, Any], number: str) -> None:
    """Have the shop's keeper book the payment."""
    command = [*CLI, "shop", "mark-paid", number, "--state", str(Path(shop["state"]) / "shop")]
    subprocess.run(command, capture_output=True, timeout=60, check=True)


def number_in(text: str) -> str:
    return text.partition("zamówienie nr ")[2].partition(" ")[0]


def upload(visitor: Visitor, file: Path) -> Page:
    """Send the file by the page's own form."""
    opened = visitor.get(ORDER_FILE_PAGE)
    answer = visitor.http.post(
        ORDER_FILE_PAGE,
        data={"token": opened.value("token"), "code": ""},
        files={"file": (file.name, file.read_bytes())},
    )
    return Page(answer)


def test_from_a_pc_without_internet_to_its_silent_start_a_year_further(
    shop: dict[str, Any], pc: OfflinePc, host: Callable[..., dict[str, Any]]
) -> None:
    before, code = pc.status()
    assert (before["prompt"], code) == (QUESTION, 10)
    file = pc.export("--kind", "subscription", *PERSON)
    with httpx.Client(base_url=shop["shop_url"], timeout=60) as browser:
        visitor = Visitor(browser)
        summary = upload(visitor, file)
        ticks = [box.get("value", "") for box in summary.every("input", name="consent")]
        placed = visitor.send_from(summary, f"{ORDER_FILE_PAGE}/zamow", company_confirmed="1", consent=ticks)
        receipt = visitor.follow(placed)
        assert upload(visitor, file).location == placed.location  # brought again: the same order
        assert orders_in(shop) == 1
        mark_paid(shop, number_in(receipt.text))
        (link,) = [link for link in visitor.get(placed.location).links() if "/licencja/" in link]
        (pc.folder / "pobrana.lic").write_bytes(visitor.get(link).answer.content)

    code, out = pc.run("order", "import", pc.folder / "pobrana.lic", "--licence", pc.licence)

    assert (code, out) == (0, f"Zainstalowano licencję: {pc.licence}\n")
    after, code = pc.status()
    until = plus_months(date.fromisoformat(before["valid_until"]), 12)
    assert (after["verdict"], after["valid_until"], after["prompt"], code) == ("valid", until.isoformat(), None, 0)
    start = host("quiet", {**shop, "licence": str(pc.licence), "state": str(pc.folder)})
    assert (start["dialogs"], start["children"], start["state"]) == ([], [], "silent")
    assert orders_in(shop) == 1


def test_a_purchase_prepared_twice_is_made_once(shop: dict[str, Any], pc: OfflinePc) -> None:
    first, second = (
        pc.export("--kind", "subscription", *PERSON).rename(pc.folder / f"{number}.r2order") for number in (1, 2)
    )
    with httpx.Client(base_url=shop["shop_url"], timeout=60) as browser:
        visitor = Visitor(browser)
        summary = upload(visitor, first)
        ticks = [box.get("value", "") for box in summary.every("input", name="consent")]
        receipt = visitor.follow(
            visitor.send_from(summary, f"{ORDER_FILE_PAGE}/zamow", company_confirmed="1", consent=ticks)
        )
        mark_paid(shop, number_in(receipt.text))
        page = upload(visitor, second)
    assert page.status == 422
    assert "odnowiono już do" in page.errors()["file"]
    assert orders_in(shop) == 1


def test_a_tampered_file_is_refused_in_clear_words_and_orders_nothing(shop: dict[str, Any], pc: OfflinePc) -> None:
    file = pc.export()
    text = file.read_text(encoding="utf-8")
    middle = text.index("\n", text.index("BEGIN R2 ORDER") + 100) + 20
    file.write_text(text[:middle] + ("A" if text[middle] != "A" else "B") + text[middle + 1 :], encoding="utf-8")
    with httpx.Client(base_url=shop["shop_url"], timeout=60) as browser:
        page = upload(Visitor(browser), file)
    assert page.status == 422
    assert "został uszkodzony lub zmieniony" in page.errors()["file"]
    assert orders_in(shop) == 0


@needs_browser
def test_a_telephone_that_scanned_the_code_orders_on_the_page(
    shop: dict[str, Any], pc: OfflinePc, tmp_path: Path
) -> None:
    from tests.cli.test_order_commands import read_code

    picture = pc.folder / "kod.png"
    pc.export("--qr", picture)
    link = read_code(picture)
    with open_browser(tmp_path / "profile", size=(360, 740)) as driver:
        phone = PanelBrowser(driver, f"{shop['shop_url']}/panel/")
        driver.get(link)
        phone.until(lambda: "#" not in driver.current_url)
        phone.press("Wczytaj")
        assert phone.title.startswith("Zamówienie z pliku: dane")
        phone.labelled("Abonament R2płatnik").click()
        for name, text in (
            ("invoice_email", "faktury@klosowska.example"), ("first_name", "Anna"), ("last_name", "Kłosowska"),
            ("phone", "601 234 567"), ("orderer_email", "anna@klosowska.example"),
        ):  # fmt: skip
            phone.fill(name, text)
        phone.press("Dalej")
        phone.labelled("Dane do faktury są poprawne").click()
        phone.labelled("Wyrażam zgodę na automatyczne odnowienie").click()
        phone.press(BINDING)
        assert "Dziękujemy, zamówienie nr ZAM/" in phone.text
        assert phone.text.index("Tytuł przelewu") > 0
    assert orders_in(shop) == 1
