"""Every page: two languages with the same phrases, headers that leave a browser no choice, and nothing unescaped."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from string import Formatter

import pytest
from sqlalchemy import update

from r2_renewal.contract.structs import Amount
from r2_renewal.domain.contact import ContactProblem
from r2_renewal.reference_shop import panel
from r2_renewal.reference_shop.panel import addresses
from r2_renewal.reference_shop.panel.language import CODES, language, wanted
from r2_renewal.reference_shop.panel.links import safe_link
from r2_renewal.reference_shop.panel.page import TEMPLATES
from r2_renewal.reference_shop.seed import PreparedShop
from r2_renewal.reference_shop.shop import Shop
from r2_renewal.reference_shop.tables import Customer
from r2_renewal.settings import vendor
from tests.reference_shop.module import Module
from tests.reference_shop.panel.visitor import DATA, ENGLISH, LOGIN, Visitor, logged_in

CODE = Path(panel.__file__).parent
EVIL = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
PAGES = (addresses.DATA, addresses.REPORT, addresses.CONSENTS, addresses.PROGRAMS, addresses.ORDERS, addresses.INVOICES)
SAID = re.compile(r'"([a-z_]+(?:\.[a-z_0-9]+)+)"')


def named(text: str) -> set[str]:
    return {field for _, field, _, _ in Formatter().parse(text) if field}


def said() -> set[str]:
    """Return every phrase that a template or the code names outright."""
    texts = [file.read_text() for file in (*TEMPLATES.glob("*.html"), *CODE.glob("*.py"))]
    found = {name for text in texts for name in SAID.findall(text)}
    return {name for name in found if not name.endswith((".html", ".css", ".js", ".toml", ".lic"))}


def test_the_languages_have_the_same_phrases_with_the_same_values() -> None:
    polish, english = (language(code).phrases for code in CODES)
    assert set(polish) == set(english)
    assert {name for name in polish if named(polish[name]) != named(english[name])} == set()


def test_every_phrase_that_is_said_is_there_and_none_is_left_over() -> None:
    there = set(language("pl").phrases)
    assert said() - there - {"days", "channel.", "state.", "data.email_changed_by_"} == set()
    made = (
        "error.",
        "state.",
        "channel.",
        "limit.",
        "days.",
        "ended.",
        "data.email_changed_by_",
    )  # named by a field, a state, a number
    assert {name for name in there - said() if not name.startswith(made)} == set()


def test_every_refusal_of_a_contact_field_has_its_words() -> None:
    for code in CODES:
        phrases = language(code).phrases
        of_an_email = set(ContactProblem) - {ContactProblem.TOO_SHORT, ContactProblem.TOO_LONG}
        assert {f"error.invoice_email.{problem.value}" for problem in of_an_email} <= set(phrases)
        assert {f"error.email.{problem.value}" for problem in of_an_email} <= set(phrases)
        assert {f"error.phone.{problem.value}" for problem in ContactProblem} <= set(phrases)


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("", "pl"),
        ("en", "en"),
        ("en-GB,en;q=0.9", "en"),
        ("pl-PL,pl;q=0.9,en;q=0.8", "pl"),
        ("pl;q=0.5,en;q=0.8", "en"),
        ("de,fr;q=0.9", "pl"),
        ("de,en;q=0.1", "en"),
        ("EN-us", "en"),
        ("en;q=0", "pl"),
        ("en;q=zażółć", "pl"),
        ("en;q=NaN, en;q=Infinity", "pl"),
        ("*", "pl"),
        (",;=,,", "pl"),
    ],
)
def test_the_language_is_the_one_asked_for(header: str, code: str) -> None:
    assert wanted(header).code == code


def test_numbers_are_written_as_each_language_does() -> None:
    amount = Amount(amount="1234567.50")
    assert language("pl").money(amount) == "1\u00a0234\u00a0567,50\u00a0zł"
    assert language("en").money(amount) == "PLN\u00a01,234,567.50"
    polish, english = (language(code) for code in CODES)
    assert [polish.counted("limit.stations", n) for n in (1, 2, 5, 12, 22)] == [
        "1 stanowisko",
        "2 stanowiska",
        "5 stanowisk",
        "12 stanowisk",
        "22 stanowiska",
    ]
    assert [english.counted("days", n) for n in (1, 2)] == ["1 day", "2 days"]
    assert polish.limits({"employees": 5, "nowe": 3}) == "5 pracowników, nowe: 3"


def test_a_page_comes_in_the_language_of_the_browser(account: Visitor) -> None:
    for address in PAGES:
        polish, english = account.get(address), account.get(address, **ENGLISH)
        assert (polish.language, english.language) == ("pl", "en")
        assert (polish.answer.headers["content-language"], english.answer.headers["content-language"]) == ("pl", "en")
        assert "accept-language" in polish.answer.headers["vary"].lower()
        assert polish.title != english.title


def test_no_script_may_run_and_nothing_else_be_loaded(account: Visitor) -> None:
    for address in (*PAGES, addresses.SESSIONS, LOGIN, "/panel/nic"):
        page = account.get(address)
        policy = page.answer.headers["content-security-policy"]
        for rule in ("default-src 'none'", "style-src 'self'", "form-action 'self'", "frame-ancestors 'none'"):
            assert rule in policy
        assert "unsafe" not in policy
        assert "script" not in page.answer.text
        assert not [node for node in page.root.iter() if {"style", "onclick"} & set(node.attrib)]
        assert page.answer.headers["cache-control"] == "no-store"
        assert page.answer.headers["x-frame-options"] == "DENY"
        assert page.answer.headers["cross-origin-opener-policy"] == "same-origin"


def test_the_style_sheet_is_served_and_loads_nothing(visitor: Visitor) -> None:
    answer = visitor.http.get(addresses.STYLE)
    assert (answer.status_code, answer.headers["content-type"].split(";")[0]) == (200, "text/css")
    assert not re.search(r"url\(|@import", answer.text)


def test_what_the_vendor_and_the_customer_are_called_is_escaped(
    serve: Callable[..., Module], prepared: PreparedShop, shop: Shop
) -> None:
    with shop.database.writing() as session:
        session.execute(update(Customer).values(name=EVIL, street=EVIL))
    evil = vendor()._replace(product_name=EVIL, contact_email=EVIL, ebok_url="javascript:alert(1)")
    account = logged_in(Visitor(serve(vendor=evil).http), prepared)
    for address in PAGES:
        page = account.get(address)
        assert not page.every("script")
        assert not page.every("img")
        assert not [link for link in page.links() if not link.startswith(("/panel/", "#", "https://"))]
    page = account.send(DATA, invoice_email=EVIL)
    assert (page.value("invoice_email"), page.every("script")) == (EVIL, [])


@pytest.mark.parametrize(
    ("url", "is_safe"),
    [
        (vendor().ebok_url, True),
        ("http://ebok.example.com/", False),
        ("https://example.org/", False),
        ("javascript:alert(1)", False),
        ("https://ebok.example.com@example.org/", False),
        ("https://[", False),
        ("", False),
    ],
)
def test_links_lead_to_listed_hosts_by_https_only(url: str, is_safe: bool) -> None:
    assert bool(safe_link(vendor(), url)) is is_safe


@pytest.mark.parametrize(
    "value", ["x", "bm90IGpzb24=", "W1sieCIsIHt9XV0=", "W1sibG9naW4ub3V0IiwgWyJ4Il1dXQ==", "%%%", "W1tbW1tb"]
)
def test_a_notice_that_is_not_ours_is_not_told(visitor: Visitor, value: str) -> None:
    visitor.http.cookies.set("r2_notice", value)
    page = visitor.get(LOGIN)
    assert (page.status, page.every("p", role="status")) == (200, [])


def test_a_notice_is_told_once(account: Visitor) -> None:
    account.send(DATA, invoice_email="nowe@klosowska.example")
    assert len(account.get(DATA).every("p", role="status")) == 1
    assert account.get(DATA).every("p", role="status") == []


def test_a_failure_is_a_page_that_tells_nothing_of_itself(
    account: Visitor, shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    with shop.database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE price_items RENAME TO lost")
    page = account.get(DATA)
    assert (page.status, page.title) == (500, "Nie udało się")
    assert "price_items" not in page.answer.text
    assert "GET /panel/moje-dane" in caplog.text
    assert "klosowska" not in caplog.text


def test_what_is_not_there_is_a_page_too(visitor: Visitor) -> None:
    for method, address, status in (("GET", "/panel/nic", 404), ("DELETE", DATA, 405), ("PUT", "/panel/nic", 404)):
        answer = visitor.http.request(method, address)
        assert (answer.status_code, answer.headers["content-type"].split(";")[0]) == (status, "text/html")
    assert set(visitor.http.delete(DATA).headers["allow"].split(", ")) == {"GET", "POST", "OPTIONS"}
    assert visitor.http.get("/v1/nic").headers["content-type"] == "application/problem+json"
    too_much = visitor.http.post(
        LOGIN, content=b"x" * 300_000, headers={"Content-Type": "application/x-www-form-urlencoded"}
    )
    assert too_much.status_code == 413
