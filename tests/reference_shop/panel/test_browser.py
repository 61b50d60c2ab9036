"""The panel in a real browser: WCAG 2.1 A and AA by axe-core, a phone's width, the keyboard alone, in both languages.

One server and one browser a language walk every page and its error states; each is judged on a desktop in daylight and on a
phone in the dark.
"""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from sqlalchemy import delete, select

from r2_renewal.contract.paths import ORDER_FILE_PAGE
from r2_renewal.contract.prepared_order import PreparedItem
from r2_renewal.reference_shop.clock import set_to
from r2_renewal.reference_shop.folder import ShopFolder, settings_of
from r2_renewal.reference_shop.fulfilment import fulfil, invoice
from r2_renewal.reference_shop.panel.language import language as language_of
from r2_renewal.reference_shop.seed import LICENCE_ID, PreparedShop
from r2_renewal.reference_shop.shop import Shop, opened
from r2_renewal.reference_shop.tables import CorrectionRow, MailRow, SessionRow
from tests.e2e.panel_browser import DESKTOP, PHONE, PanelBrowser, needs_browser, open_browser, resize
from tests.reference_shop.conftest import TODAY, add_customer
from tests.reference_shop.module import LATER_LICENCE_ID, Module
from tests.reference_shop.panel.test_order_file import as_file, prepared_order
from tests.reference_shop.panel.visitor import reset_link
from tests.reference_shop.processes import servers

pytestmark = [needs_browser, pytest.mark.timeout(600)]

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
# Of the same levels, but to axe-core still an experiment: they are to be asked for by name.
EXPERIMENTS = [
    "label-content-name-mismatch",
    "css-orientation-lock",
    "p-as-heading",
    "table-fake-caption",
    "td-has-header",
]
AXE = """
const [tags, more, done] = arguments;
const rules = Object.fromEntries(more.map(name => [name, {enabled: true}]));
axe.run(document, {runOnly: tags, rules, resultTypes: ["violations"]}).then(
  found => done(found.violations.map(v => v.id + ": " + v.nodes.map(n => n.target + " " + n.failureSummary).join("; "))),
  error => done([String(error)]));
"""
OUTLINE = "const s = getComputedStyle(document.activeElement); return s.outlineStyle != 'none' && parseFloat(s.outlineWidth) >= 2"
NEW = "zupełnie nowe hasło"


@dataclass(frozen=True)
class World:
    """A served shop with a customer who has done a bit of everything. Attributes: paths: pages of objects, by name."""

    prepared: PreparedShop
    shop: Shop
    url: str
    paths: dict[str, str]

    def link(self) -> str:
        """Return the page of a new password, from a letter just asked for."""
        with httpx.Client(base_url=self.url, trust_env=False) as http:
            http.post("/v1/password-resets", json={"email": self.prepared.account_email})
        with self.shop.database.reading() as session:
            query = select(MailRow.text).where(MailRow.kind == "password_reset").order_by(MailRow.pk.desc())
            return reset_link(session.scalars(query).first() or "").removeprefix("/panel/")


@pytest.fixture(scope="module")
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    from dataclasses import replace

    seeded: PreparedShop = request.getfixturevalue("seeded")
    folder = ShopFolder(tmp_path_factory.mktemp("browser") / "shop")
    shutil.copytree(seeded.folder.path, folder.path)
    prepared = replace(seeded, folder=folder)
    with opened(settings_of(folder, clock=set_to(TODAY))) as shop, servers(prepared) as start:
        _, url = start("--public-url", "auto")
        with httpx.Client(base_url=url, timeout=30, trust_env=False) as http:
            module = Module(http).log_in(prepared.account_email, prepared.account_password)
            yield World(prepared, shop, url, _history(module, shop))


def _history(module: Module, shop: Shop) -> dict[str, str]:
    done, open_, withdrawn = (
        module.order(LICENCE_ID),
        module.order("L-R2K-100482"),
        module.order(LATER_LICENCE_ID, "extension"),
    )
    fulfil(shop, done["order_id"])
    invoice(shop, withdrawn["order_id"])
    names = {"done": done, "open": open_, "withdrawn": withdrawn}
    return {name: f"zamowienia/{order['order_id']}" for name, order in names.items()}


@dataclass
class Judge:
    """Looks at a page in every way. Attributes: found: what was wrong, by page; seen: the pages looked at."""

    browser: PanelBrowser
    code: str
    found: dict[str, object] = field(default_factory=dict)
    seen: list[str] = field(default_factory=list)

    def look(self, name: str) -> None:
        self.seen.append(name)
        driver = self.browser.driver
        driver.execute_script(_axe())
        for size, scheme in ((DESKTOP, "light"), (PHONE, "dark")):
            resize(driver, size)
            media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
            driver.execute_cdp_cmd("Emulation.setEmulatedMedia", media)  # type: ignore[attr-defined]
            self._note(f"{name} {scheme}", driver.execute_async_script(AXE, RULES, EXPERIMENTS))
            wide = driver.execute_script("return document.documentElement.scrollWidth")
            self._note(f"{name} {size[0]} wide", wide if wide > size[0] else None)
        self._note(f"{name} lang", None if self._attribute("html", "lang") == self.code else "wrong")

    def _attribute(self, tag: str, name: str) -> str:
        return str(self.browser.driver.find_element(By.TAG_NAME, tag).get_attribute(name))

    def _note(self, where: str, what: object) -> None:
        if what:
            self.found[where] = what


def _axe() -> str:
    found = importlib.util.find_spec("axe_playwright_python")
    assert found is not None
    assert found.origin is not None
    return (Path(found.origin).parent / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture(params=["pl", "en"])
def browser(request: pytest.FixtureRequest, world: World, tmp_path: Path) -> Iterator[tuple[PanelBrowser, str]]:
    with open_browser(tmp_path / "profile", language=request.param) as driver:
        yield PanelBrowser(driver, f"{world.url}/panel/"), request.param


def test_every_page_is_accessible_and_fits_a_phone(world: World, browser: tuple[PanelBrowser, str]) -> None:
    at, code = browser
    judge, press = Judge(at, code), _presser(at, code)
    _judge_before_the_login(world, judge, press)
    at.open("logowanie")
    at.fill("email", world.prepared.account_email)
    at.fill("password", world.prepared.account_password)
    press("login.submit")
    for page in ("moje-dane", "moje-dane/zgloszenie", "zgody", "programy", "zamowienia", "faktury", "sesje", "nic"):
        at.open(page)
        judge.look(page)
    _judge_forms(judge, press)
    _judge_orders(world, judge, press)
    assert judge.found == {}
    _judge_the_end_of_the_session(world, judge, press)
    assert judge.found == {}
    assert len(judge.seen) == len(set(judge.seen)) == 30


def test_the_pages_of_a_prepared_order_are_accessible(
    world: World, browser: tuple[PanelBrowser, str], tmp_path: Path
) -> None:
    at, code = browser
    judge, press, file = Judge(at, code), _presser(at, code), tmp_path / "order.r2order"
    certificate = add_customer(world.shop, f"K-{code}", f"L-{code}")
    file.write_bytes(as_file(prepared_order(certificate, PreparedItem(licence_id=f"L-{code}", kind="subscription"))))
    start = ORDER_FILE_PAGE.removeprefix("/panel/")
    at.open(start)
    judge.look("file")
    press("order_file.read")
    judge.look("no file")
    _send_file(at, file, press)
    judge.look("summary")
    at.press("Zamówienie z obowiązkiem zapłaty")
    judge.look("summary refused")
    press("order_file.change")
    judge.look("details")
    at.fill("phone", "112")
    press("order_file.next")
    judge.look("details refused")
    _send_file(at.open(start), file, press)
    for name in ("company_confirmed", "consent"):
        at.driver.find_element(By.NAME, name).click()
    at.press("Zamówienie z obowiązkiem zapłaty")
    judge.look("placed")
    placed = at.driver.current_url
    fulfil(world.shop, placed.rpartition("/")[2].partition(".")[0])
    at.driver.get(placed)
    assert at.driver.find_elements(By.CSS_SELECTOR, "a[href*='/licencja/']")
    judge.look("placed and fulfilled")
    at.driver.get(f"{placed}/odstapienie")
    judge.look("withdrawal from it")
    press("withdrawal.submit")
    judge.look("withdrawal from it refused")
    at.fill("name", "Łucja Żak")
    at.fill("email", "l.zak@klosowska.example")
    press("withdrawal.submit")
    judge.look("its receipt")
    at.driver.get(placed)
    judge.look("withdrawn from")
    assert judge.found == {}


def _send_file(at: PanelBrowser, file: Path, press: Callable[[str], None]) -> None:
    at.driver.find_element(By.NAME, "file").send_keys(str(file))
    press("order_file.read")


def test_the_judge_sees_what_is_wrong(world: World, browser: tuple[PanelBrowser, str]) -> None:
    at, code = browser
    at.open("logowanie")
    at.driver.execute_script(
        "document.querySelector('label').remove(); document.querySelector('h1').style.color = '#999'"
    )
    at.driver.execute_script("document.querySelector('main').style.minWidth = '1400px'")
    at.driver.execute_script("document.querySelector('main a').setAttribute('aria-label', 'Inaczej')")
    judge = Judge(at, code)
    judge.look("spoilt")
    assert set(judge.found) == {"spoilt light", "spoilt dark", "spoilt 1280 wide", "spoilt 320 wide"}
    assert "label" in str(judge.found["spoilt light"])
    assert "color-contrast" in str(judge.found["spoilt light"])
    assert "label-content-name-mismatch" in str(judge.found["spoilt light"])


def _presser(at: PanelBrowser, code: str) -> Callable[[str], None]:
    return lambda phrase: at.press(language_of(code).say(phrase))


def _judge_before_the_login(world: World, judge: Judge, press: Callable[[str], None]) -> None:
    at = judge.browser
    for page in ("logowanie", "haslo", "haslo/x"):
        at.open(page)
        judge.look(page)
    at.open("logowanie")
    press("login.submit")
    judge.look("login refused")
    at.open("haslo")
    press("forgotten.submit")
    judge.look("letter refused")
    at.fill("email", "nikt@example.com")
    press("forgotten.submit")
    judge.look("letter sent")
    at.open(world.link())
    judge.look("new password")
    at.fill("password", "krótkie")
    press("new_password.submit")
    judge.look("new password refused")


def _judge_forms(judge: Judge, press: Callable[[str], None]) -> None:
    at = judge.browser
    at.open("moje-dane")
    at.fill("invoice_email", "to nie adres")
    press("data.submit")
    judge.look("data refused")
    at.open("moje-dane")
    at.fill("invoice_email", "nowe@klosowska.example")
    at.driver.find_element(By.NAME, "consent").click()
    press("data.submit")
    judge.look("another text")
    at.open("moje-dane/zgloszenie")
    press("report.submit")
    judge.look("report refused")


def _judge_orders(world: World, judge: Judge, press: Callable[[str], None]) -> None:
    at = judge.browser
    for name, path in world.paths.items():
        at.open(path)
        judge.look(name)
    _judge_what_is_given_back(world, judge, press)
    at.open(f"{world.paths['withdrawn']}/odstapienie")
    if at.driver.find_elements(By.NAME, "name"):  # the other language's walk has withdrawn already
        press("withdrawal.submit")
        judge.look("withdrawal refused")
        at.fill("name", "Anna Kłosowska")
        press("withdrawal.submit")
    else:
        at.open(f"{world.paths['open']}/odstapienie")
        press("withdrawal.submit")
        judge.look("withdrawal refused")
        at.open(f"{world.paths['withdrawn']}/odstapienie")
    judge.look("receipt")


def _judge_what_is_given_back(world: World, judge: Judge, press: Callable[[str], None]) -> None:
    """A consent that is given and withdrawn again, told at once and in the history."""
    at, say = judge.browser, language_of(judge.code).say
    at.open("moje-dane")
    at.labelled(say("data.consent", program="R2księga")).click()
    press("data.submit")
    judge.look("consent given")
    at.labelled(say("data.revoke", program="R2księga")).click()
    press("data.submit")
    judge.look("consent withdrawn")
    at.open("zgody")
    assert say("consents.revoked") in at.text
    judge.look("history with a withdrawn consent")


def _judge_the_end_of_the_session(world: World, judge: Judge, press: Callable[[str], None]) -> None:
    """The session ends while a report is typed: the login is in place, and the report comes back."""
    at, say, words = judge.browser, language_of(judge.code).say, "Zły numer domu,\nma być 14"
    at.open("moje-dane/zgloszenie")
    at.fill("message", words)
    with world.shop.database.writing() as session:
        session.execute(delete(SessionRow))
    press("report.submit")
    judge.look("ended")
    at.fill("email", world.prepared.account_email)
    at.fill("password", "nie to hasło")
    press("ended.login")
    judge.look("ended refused")
    at.fill("password", world.prepared.account_password)
    press("ended.login")
    judge.look("come back")
    assert at.driver.find_element(By.NAME, "message").get_attribute("value") == words
    press("report.submit")
    at.until(lambda: at.title.startswith(say("data.title")))
    with world.shop.database.reading() as session:
        assert words in {message.replace("\r\n", "\n") for message in session.scalars(select(CorrectionRow.message))}


def test_the_keyboard_alone_logs_in_and_changes_the_data(world: World, browser: tuple[PanelBrowser, str]) -> None:
    at, code = browser
    say = language_of(code).say
    at.open("logowanie")
    at.type_keys(Keys.TAB)
    assert say("panel.skip") in at.focused.text
    at.type_keys(Keys.ENTER)
    assert at.driver.current_url.endswith("#tresc")
    _type_into(at, say("login.email"), world.prepared.account_email)
    _type_into(at, say("login.password"), "nie to hasło")
    at.type_keys(Keys.ENTER)
    at.until(lambda: "errors" in str(at.focused.get_attribute("class")))  # the focus is on what is wrong
    assert say("login.refused") in at.focused.text
    at.type_keys(Keys.TAB, Keys.ENTER)
    assert at.focused.get_attribute("id") == "email"
    _type_into(at, say("login.password"), world.prepared.account_password)
    _enter(at, say("login.submit"), say("data.title"))
    _type_into(at, say("data.invoice_email"), f"nowe.{code}@klosowska.example")
    _enter(at, say("data.submit"), say("data.title"))
    at.until(lambda: say("data.email_saved") in at.text)
    _tick_and_save(at, code, say("data.consent", program="R2księga"))
    _tick_and_save(at, code, say("data.revoke", program="R2księga"))  # as easily as it was given
    _enter(at, say("logout.submit"), say("login.title"))


def _tick_and_save(at: PanelBrowser, code: str, label: str) -> None:
    box = at.tab_to(label)
    assert box.get_attribute("type") == "checkbox"
    at.type_keys(Keys.SPACE)
    assert box.is_selected()
    say = language_of(code).say
    _enter(at, say("data.submit"), say("data.title"))
    at.until(lambda: "R2księga" in at.driver.find_element(By.CSS_SELECTOR, "[role=status]").text)


def _type_into(at: PanelBrowser, name: str, text: str) -> None:
    at.tab_to(name)
    assert at.driver.execute_script(OUTLINE), name
    at.focused.send_keys(Keys.CONTROL, "a")
    at.type_keys(text)


def _enter(at: PanelBrowser, name: str, title: str) -> None:
    """Press what is named so by Enter, and wait for the page that it leads to."""
    at.tab_to(name)
    assert at.driver.execute_script(OUTLINE), name
    page = at.driver.find_element(By.TAG_NAME, "html")
    at.type_keys(Keys.ENTER)
    at.until(lambda: at.driver.find_element(By.TAG_NAME, "html") != page and at.title.startswith(title))
