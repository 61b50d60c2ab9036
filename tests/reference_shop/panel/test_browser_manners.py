"""What the panel leaves to a real browser and what it keeps from it: tables, paper, scripts, cookies, strangers' pages."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

from selenium.webdriver.common.by import By
from sqlalchemy import select

from r2_renewal.reference_shop.panel.language import language as language_of
from r2_renewal.reference_shop.panel.visit import form_token
from r2_renewal.reference_shop.tables import CorrectionRow
from tests.e2e.panel_browser import DESKTOP, PHONE, PanelBrowser, open_browser, resize
from tests.reference_shop.panel.test_browser import World, browser, pytestmark, world

__all__ = ["browser", "pytestmark", "world"]


def test_a_table_that_is_a_list_on_a_phone_stays_a_table_to_a_screen_reader(
    world: World, browser: tuple[PanelBrowser, str]
) -> None:
    at, code = browser
    at.open("logowanie")
    at.fill("email", world.prepared.account_email)
    at.fill("password", world.prepared.account_password)
    at.press(language_of(code).say("login.submit"))
    for size in (DESKTOP, PHONE):
        resize(at.driver, size)
        for page, columns, rows in (("zamowienia", 5, 3), ("faktury", 8, 3)):
            at.open(page)
            roles = _roles(at)
            counts = [roles.count(role) for role in ("table", "row", "columnheader", "cell")]
            assert counts == [1, 1 + rows, columns, rows * columns], (size, page)


def _roles(at: PanelBrowser) -> list[str]:
    """Return the role of everything that the browser tells assistive technology of."""
    nodes = at.driver.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]  # type: ignore[attr-defined]
    return [node["role"]["value"] for node in nodes if not node["ignored"]]


def test_a_page_is_printed_dark_on_white_whatever_the_screen_is(world: World, tmp_path: Path) -> None:
    import pypdfium2

    with open_browser(tmp_path / "profile") as driver:
        media = {"features": [{"name": "prefers-color-scheme", "value": "dark"}]}
        driver.execute_cdp_cmd("Emulation.setEmulatedMedia", media)  # type: ignore[attr-defined]
        PanelBrowser(driver, f"{world.url}/panel/").open("logowanie")
        printed = driver.execute_cdp_cmd("Page.printToPDF", {})  # type: ignore[attr-defined]
    with pypdfium2.PdfDocument(base64.b64decode(printed["data"])) as document:
        darkest, lightest = document[0].render(scale=1, grayscale=True).to_pil().getextrema()
    assert darkest < 60
    assert lightest == 255


def test_no_script_is_needed(world: World, tmp_path: Path) -> None:
    """The browser that runs none logs in and saves just the same."""
    with open_browser(tmp_path / "profile") as driver:
        driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})  # type: ignore[attr-defined]
        at = PanelBrowser(driver, f"{world.url}/panel/")
        at.log_in(world.prepared.account_email, world.prepared.account_password)
        at.fill("invoice_email", "bez.skryptu@klosowska.example")
        at.press("Zmień dane firmy")
        assert "Zapisano „e-mail do faktury”." in at.text


def test_the_browser_keeps_the_session_from_scripts_and_from_other_pages(world: World, tmp_path: Path) -> None:
    with open_browser(tmp_path / "profile") as driver:
        at = PanelBrowser(driver, f"{world.url}/panel/")
        at.log_in(world.prepared.account_email, world.prepared.account_password)
        assert driver.execute_script("return document.cookie") == ""
        kept: dict[str, Any] = next(c for c in driver.get_cookies() if c["name"] == "r2_session")
        assert (kept["httpOnly"], kept["sameSite"], kept["path"]) == (True, "Lax", "/")
        html = tmp_path / "obca.html"
        html.write_text(f'<iframe src="{world.url}/panel/moje-dane"></iframe>', encoding="utf-8")
        driver.get(html.as_uri())
        driver.switch_to.frame(0)
        assert "Moje dane" not in driver.page_source  # no frame shows the panel


def test_a_form_on_a_strangers_page_reaches_nobodys_session(world: World, tmp_path: Path) -> None:
    """The cookie stays at home (SameSite), so that even a form with a guessed token would change nothing."""
    with open_browser(tmp_path / "profile") as driver:
        at = PanelBrowser(driver, f"{world.url}/panel/")
        at.log_in(world.prepared.account_email, world.prepared.account_password)
        own = form_token(next(c["value"] for c in driver.get_cookies() if c["name"] == "r2_session"))
        fields = f'<input name="token" value="{own}"><input name="message" value="podłożone">'
        page = tmp_path / "obca.html"
        page.write_text(f'<form method="post" action="{world.url}/panel/moje-dane/zgloszenie">{fields}</form>')
        driver.get(page.as_uri())
        driver.find_element(By.TAG_NAME, "form").submit()
        at.until(lambda: at.title.startswith("Logowanie"))
        with world.shop.database.reading() as session:
            assert "podłożone" not in session.scalars(select(CorrectionRow.message)).all()
