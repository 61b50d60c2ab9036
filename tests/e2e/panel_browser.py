"""The shop's panel in a real browser, headless: opened by ``open_browser``, driven through a ``PanelBrowser`` as a person does.

A machine without Chromium or its driver skips the tests that need it (``needs_browser``) and says so.
"""

from __future__ import annotations

import base64
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from selenium.common.exceptions import WebDriverException
from selenium.webdriver import ActionChains, Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

WAIT_SECONDS = 30
DESKTOP, PHONE = (1280, 900), (320, 700)
FLAGS = (
    "--headless=new",
    "--no-sandbox",  # the tests may be root
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_CHROMIUM, _DRIVER = shutil.which("chromium"), shutil.which("chromedriver")

needs_browser = pytest.mark.skipif(not (_CHROMIUM and _DRIVER), reason="chromium and chromium-driver are not installed")


@contextmanager
def open_browser(profile: Path, *, language: str = "pl", size: tuple[int, int] = DESKTOP) -> Iterator[WebDriver]:
    """Open a browser with an empty profile of its own.

    Args:
        profile: folder that the profile is made in.
        language: what its ``Accept-Language`` says.
        size: width and height of a page, in CSS pixels.
    """
    options = ChromeOptions()
    options.binary_location = str(_CHROMIUM)
    for flag in (*FLAGS, f"--user-data-dir={profile}", f"--lang={language}", f"--accept-lang={language}"):
        options.add_argument(flag)
    options.add_experimental_option("prefs", {"intl.accept_languages": language})
    # Named outright: the library's own finder would look for one to download.
    driver = Chrome(options=options, service=Service(str(_DRIVER)))
    try:
        # A scroll bar would be cut off a picture of the whole page, and some of the page with it.
        driver.execute_cdp_cmd("Emulation.setScrollbarsHidden", {"hidden": True})
        resize(driver, size)
        yield driver
    finally:
        driver.quit()


def resize(driver: WebDriver, size: tuple[int, int]) -> None:
    """Give a page another size; a window of a real screen cannot be as narrow as a phone."""
    width, height = size
    # A phone's scroll bar takes no room.
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < DESKTOP[0]}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)  # type: ignore[attr-defined]


@dataclass
class PanelBrowser:
    """Somebody at the panel. Attributes: driver: the browser; url: the panel's, with its final slash."""

    driver: WebDriver
    url: str

    def open(self, page: str = "") -> PanelBrowser:
        """Open a page by its address within the panel, e.g. ``zgody``."""
        self.driver.get(self.url + page)
        return self

    def log_in(self, email: str, password: str) -> PanelBrowser:
        """Log in and wait for „Moje dane"."""
        self.open("logowanie")
        self.fill("email", email)
        self.fill("password", password)
        self.press("Zaloguj")
        self.until(lambda: self.title.startswith("Moje dane"))
        return self

    def consent(self, program: str) -> PanelBrowser:
        """Tick the consent to a program's renewal and save."""
        self.labelled(f"Wyrażam zgodę na automatyczne odnowienie – {program}").click()
        return self._save("Zapisano zgodę")

    def revoke(self, program: str) -> PanelBrowser:
        """Resign from a program's renewal and save."""
        self.labelled(f"Rezygnuję z automatycznego odnowienia – {program}").click()
        return self._save("Zrezygnowano")

    def renewal_of(self, program: str) -> str:
        """Return what „Moje dane" says of a program's automatic renewal: ``włączone`` or ``wyłączone``."""
        self.open("moje-dane")
        heading = self.driver.find_element(By.XPATH, f"//h3[normalize-space()={program!r}]/following-sibling::p[1]")
        found = re.search("Automatyczne odnowienie: (włączone|wyłączone)", heading.text)
        assert found is not None, heading.text
        return found[1]

    def consents(self) -> list[dict[str, str]]:
        """Return the history of consents, newest first: each as its labels and values, its text as ``text``."""
        self.open("zgody")
        return [_facts(card) for card in self.driver.find_elements(By.CSS_SELECTOR, "main .card")]

    @property
    def title(self) -> str:
        return self.driver.title

    @property
    def text(self) -> str:
        """What the page shows."""
        return self.driver.find_element(By.TAG_NAME, "main").text

    @property
    def focused(self) -> WebElement:
        return self.driver.switch_to.active_element

    def fill(self, name: str, text: str) -> None:
        """Type into a field by its name, in place of what is there."""
        field = self.driver.find_element(By.NAME, name)
        field.clear()
        field.send_keys(text)

    def labelled(self, label: str) -> WebElement:
        """Return the field of a label."""
        found = self.driver.find_element(By.XPATH, f"//label[contains(normalize-space(), {label!r})]")
        return self.driver.find_element(By.ID, str(found.get_attribute("for")))

    def press(self, name: str) -> None:
        """Press a button by its words, and wait for another page."""
        page = self.driver.find_element(By.TAG_NAME, "html")
        self.driver.find_element(By.XPATH, f"//button[normalize-space()={name!r}]").click()
        self.until(lambda: self.driver.find_element(By.TAG_NAME, "html") != page)

    def type_keys(self, *keys: str) -> None:
        """Type on the keyboard, wherever the focus is."""
        for key in keys:
            ActionChains(self.driver).send_keys(key).perform()

    def tab_to(self, what: str, most: int = 60) -> WebElement:
        """Press Tab until what has the focus is named so; return it."""
        for _ in range(most):
            if what in self._name_of(self.focused):
                return self.focused
            self.type_keys(Keys.TAB)
        raise AssertionError(f"{what} cannot be reached by Tab")

    def until(self, happened: Callable[[], object]) -> None:
        """Wait for something on the page."""
        # While one page gives way to the next, what was found on the first is gone; the driver says so in several ways.
        between = (WebDriverException,)
        WebDriverWait(self.driver, WAIT_SECONDS, ignored_exceptions=between).until(lambda _driver: happened())

    def screenshot(self, file: Path) -> None:
        """Picture the whole page."""
        shot = self.driver.execute_cdp_cmd("Page.captureScreenshot", {"captureBeyondViewport": True})  # type: ignore[attr-defined]
        file.write_bytes(base64.b64decode(shot["data"]))

    def _save(self, told: str) -> PanelBrowser:
        self.press("Zmień dane firmy")
        assert told in self.text, self.text
        return self

    def _name_of(self, element: WebElement) -> str:
        return str(element.accessible_name)


def _facts(card: WebElement) -> dict[str, str]:
    labels, values = (card.find_elements(By.TAG_NAME, tag) for tag in ("dt", "dd"))
    facts: dict[str, Any] = {label.text: value.text for label, value in zip(labels, values, strict=True)}
    return {"program": card.find_element(By.TAG_NAME, "h2").text.rpartition(" – ")[2], **facts, **_text(card)}


def _text(card: WebElement) -> dict[str, str]:
    return {"text": card.find_element(By.TAG_NAME, "blockquote").text}
