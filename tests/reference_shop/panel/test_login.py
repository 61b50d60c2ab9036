"""Logging in and out: one session for one login, nothing told to strangers, nobody led elsewhere."""

from __future__ import annotations

import re
from collections.abc import Callable
from http.cookies import SimpleCookie
from xml.etree.ElementTree import Element

import pytest
from sqlalchemy import select

from r2_renewal.contract import paths
from r2_renewal.reference_shop.open_sessions import name_of
from r2_renewal.reference_shop.panel.visit import form_token
from r2_renewal.reference_shop.passwords import hash_password
from r2_renewal.reference_shop.seed import PreparedShop
from r2_renewal.reference_shop.sessions import digest
from r2_renewal.reference_shop.shop import Shop
from r2_renewal.reference_shop.tables import CorrectionRow, SessionRow, User
from tests.reference_shop.conftest import Calendar, add_customer
from tests.reference_shop.module import Module
from tests.reference_shop.panel.visitor import DATA, LOGIN, Page, Visitor, logged_in

LOGOUT, SESSIONS, REPORT = "/panel/wyloguj", "/panel/sesje", "/panel/moje-dane/zgloszenie"


def cookies_of(page: Page) -> SimpleCookie:
    """Return the cookies that an answer sets, with their attributes."""
    jar: SimpleCookie = SimpleCookie()
    for header in page.answer.headers.get_list("set-cookie"):
        jar.load(header)
    return jar


def but_for_tokens(page: Page) -> str:
    return re.sub(r'name="token" value="[^"]*"', "", page.answer.text)


def test_the_first_page_is_ones_data_behind_the_login(visitor: Visitor, prepared: PreparedShop) -> None:
    first = visitor.follow(visitor.get("/panel/"))
    assert (first.status, first.location) == (303, f"{LOGIN}?dalej={DATA}")
    page = visitor.follow(first)
    assert (page.status, page.title, page.language) == (200, "Logowanie", "pl")
    assert [node.text for node in page.every("button")] == ["Zaloguj"]
    assert "Nie pamiętasz hasła?" in page.text
    logged_in(visitor, prepared)
    own = visitor.get(DATA)
    assert (own.status, own.title) == (200, "Moje dane")
    assert [a.text for a in own.every("a") if a.text and a.get("href") in MENU] == list(MENU.values())


MENU = {
    "/panel/moje-dane": "Moje dane",
    "/panel/programy": "Moje programy",
    "/panel/zamowienia": "Zamówienia",
    "/panel/faktury": "Faktury",
    "/panel/sesje": "Sesje",
}


def test_an_unknown_email_and_a_wrong_password_are_answered_alike(visitor: Visitor, prepared: PreparedShop) -> None:
    wrong = visitor.log_in(prepared.account_email, "nie to hasło")
    unknown = visitor.log_in("nikt@example.com", "nie to hasło")
    assert wrong.status == unknown.status == 422
    assert wrong.errors() == {"email": "Nieprawidłowy e-mail lub hasło."}
    assert but_for_tokens(wrong).replace(prepared.account_email, "X") == but_for_tokens(unknown).replace(
        "nikt@example.com", "X"
    )
    assert visitor.session == ""


def test_what_is_left_empty_is_said_field_by_field(visitor: Visitor) -> None:
    page = visitor.send(LOGIN, email="", password="")
    assert page.errors() == {"email": "Podaj e-mail.", "password": "Podaj hasło."}
    (summary,) = page.every("div", role="alert")
    assert (summary.get("tabindex"), "autofocus" in summary.attrib) == ("-1", True)
    assert [a.get("href") for a in summary.iter("a")] == ["#email", "#password"]
    assert "".join(page.root.find(".//title").itertext()).startswith("Błąd: ")  # type: ignore[union-attr]
    assert not page.value("password")


def test_a_login_gives_a_session_that_nobody_has_seen_before(visitor: Visitor, prepared: PreparedShop) -> None:
    visitor.http.cookies.set("r2_session", "podlozona")
    visitor.http.cookies.set("r2_visitor", "podlozony")
    answer = visitor.log_in(prepared.account_email, prepared.account_password)
    given = cookies_of(answer)
    assert given["r2_session"].value not in ("", "podlozona")
    assert given["r2_visitor"]["max-age"] == "0"
    stranger = Visitor(visitor.http)
    visitor.http.cookies.clear()
    visitor.http.cookies.set("r2_session", "podlozona")
    assert stranger.get(DATA).location.startswith(LOGIN)


def test_a_second_login_ends_the_first_session(account: Visitor, prepared: PreparedShop) -> None:
    first = account.session
    logged_in(account, prepared)
    assert account.session != first
    account.http.cookies.clear()
    account.http.cookies.set("r2_session", first)
    assert account.get(DATA).status == 303


def test_the_cookie_is_out_of_a_scripts_reach(visitor: Visitor, prepared: PreparedShop) -> None:
    page = visitor.get(LOGIN)
    answer = visitor.log_in(prepared.account_email, prepared.account_password)
    for cookie in (cookies_of(page)["r2_visitor"], cookies_of(answer)["r2_session"]):
        assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "lax", "/")
        assert (cookie["domain"], cookie["secure"]) == ("", "")  # this was no https


def test_over_https_the_cookies_are_this_hosts_alone(serve: Callable[..., Module], prepared: PreparedShop) -> None:
    module = serve(public_url="https://sklep.example.pl")
    module.http.base_url = "https://sklep.example.pl"
    answer = Visitor(module.http).log_in(prepared.account_email, prepared.account_password)
    cookie = cookies_of(answer)["__Host-r2_session"]
    assert (cookie["secure"], cookie["path"], cookie["domain"]) == (True, "/", "")
    assert Visitor(module.http).get(DATA).status == 200
    module.http.cookies.clear()
    module.http.cookies.set("r2_session", cookie.value)  # by a neighbour that can set only a cookie without the prefix
    assert Visitor(module.http).get(DATA).status == 303


def test_the_forms_token_tells_nothing_of_the_session(account: Visitor) -> None:
    page = account.get(DATA)
    assert account.session not in page.answer.text
    (token,) = {node.get("value") for node in page.every("input", name="token")}
    assert token == form_token(account.session)


def test_logging_out_ends_the_session_on_the_shop(account: Visitor, shop: Shop) -> None:
    token = account.session
    answer = account.send(DATA, to=LOGOUT)
    assert "Wylogowano." in account.follow(answer).text
    with shop.database.reading() as session:
        assert session.scalars(select(SessionRow)).all() == []
    account.http.cookies.set("r2_session", token)
    assert account.get(DATA).status == 303


def test_logging_out_everywhere_ends_the_programs_session_too(account: Visitor, program: Module) -> None:
    listed = account.get(SESSIONS)
    assert (len(listed.every("tr")), listed.text.count("ta sesja")) == (1 + 2, 1)
    answer = account.send(SESSIONS, to=f"{SESSIONS}/wyloguj")
    assert "Wylogowano wszędzie." in account.follow(answer).text
    assert program.get(paths.STOREFRONT).status_code == 401
    assert account.get(DATA).status == 303


def test_each_session_says_with_what_and_from_where_it_was_opened(
    serve: Callable[..., Module], prepared: PreparedShop
) -> None:
    visitor, program = Visitor(serve().http), serve()
    visitor.headers["User-Agent"] = FIREFOX
    program.http.headers["User-Agent"] = "r2-renewal/1.2.3"
    program.log_in(prepared.account_email, prepared.account_password)
    page = logged_in(visitor, prepared).get(SESSIONS)
    own, other = (row_of(node) for node in page.every("tr")[1:])
    assert own[:2] == ["Firefox, Windows (ta sesja)", "nieznany"]  # the test's client has no address
    assert other[0] == "Moje konto w programie (R2 Renewal 1.2.3)"
    assert own[4] == "Wyloguj"
    assert other[4] == "Zakończ"
    assert program.token not in page.answer.text
    assert digest(program.token) not in page.answer.text


def row_of(row: Element) -> list[str]:
    return [" ".join("".join(cell.itertext()).split()) for cell in row.iter("td")]


FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


def test_one_session_is_ended_alone(account: Visitor, program: Module, serve: Callable[..., Module]) -> None:
    page = account.get(SESSIONS)
    (way,) = [
        action
        for node in page.every("form")
        if (action := node.get("action", "")).startswith(f"{SESSIONS}/") and action != f"{SESSIONS}/wyloguj"
    ]
    answer = account.send_from(page, way)
    assert answer.location == SESSIONS
    assert "Sesja została zakończona." in account.follow(answer).text
    assert program.get(paths.STOREFRONT).status_code == 401
    assert len(account.get(SESSIONS).every("tr")) == 1 + 1
    again = account.send_from(page, way)
    assert (again.status, again.title) == (404, "Nie udało się")


def test_ones_own_session_ended_by_its_name_is_a_logout(account: Visitor) -> None:
    own = f"{SESSIONS}/{name_of(digest(account.session))}/wyloguj"
    answer = account.post(own, {"token": form_token(account.session)})
    assert (answer.location, account.session) == (LOGIN, "")


def test_a_licences_session_is_none_of_the_accounts(
    account: Visitor, serve: Callable[..., Module], prepared: PreparedShop
) -> None:
    licence = serve().open(prepared.licence)
    account.send(SESSIONS, to=f"{SESSIONS}/wyloguj")
    assert licence.get(paths.STOREFRONT).status_code == 200


def test_a_session_that_ends_is_said_and_one_comes_back_to_the_page(
    account: Visitor, prepared: PreparedShop, calendar: Calendar
) -> None:
    calendar.pass_days(1)
    away = account.get("/panel/faktury?po=x")
    page = account.follow(away)
    assert "Sesja wygasła. Zaloguj się ponownie." in page.text
    fields = {"email": prepared.account_email, "password": prepared.account_password}
    assert account.send_from(page, LOGIN, **fields).location == "/panel/faktury?po=x"


def test_what_was_typed_when_the_session_ended_is_not_lost(
    account: Visitor, prepared: PreparedShop, calendar: Calendar, shop: Shop
) -> None:
    opened = account.get(REPORT)
    calendar.pass_days(1)
    page = account.send_from(opened, REPORT, message=REPORTED)
    assert (page.status, page.title) == (403, "Sesja wygasła")
    assert REPORTED in [node.text for node in page.every("dd")]
    wrong = account.send_from(page, LOGIN, email=prepared.account_email, password="nie to")
    assert (wrong.status, wrong.errors()) == (422, {"email": "Nieprawidłowy e-mail lub hasło."})
    back = log_in_over(wrong, account, prepared)
    assert (back.status, back.title, back.every("textarea")[0].text) == (200, "Zgłoś niepoprawne dane", REPORTED)
    assert "jeszcze nie zostały wysłane" in back.text
    with shop.database.reading() as session:
        assert session.scalars(select(CorrectionRow)).all() == []  # nothing is sent but by the user's own hand
    account.send_from(back, REPORT, message=REPORTED)
    with shop.database.reading() as session:
        assert session.scalars(select(CorrectionRow.message)).all() == [REPORTED]


REPORTED = "Zły numer domu,\nma być 14 <b>A</b>"


def log_in_over(page: Page, visitor: Visitor, prepared: PreparedShop) -> Page:
    """Log in on the page that says that the session has ended."""
    return visitor.send_from(page, LOGIN, email=prepared.account_email, password=prepared.account_password)


def test_an_address_that_was_typed_comes_back_and_its_ticks_are_asked_for_anew(
    account: Visitor, prepared: PreparedShop, calendar: Calendar, program: Module
) -> None:
    opened = account.get(DATA)
    box = opened.every("input", name="consent")[0].get("value", "")
    calendar.pass_days(1)
    page = account.send_from(opened, DATA, invoice_email="nowe@klosowska.example", consent=box)
    back = log_in_over(page, account, prepared)
    assert (back.title, back.value("invoice_email")) == ("Moje dane", "nowe@klosowska.example")
    assert "Zgody i rezygnacje zaznacz ponownie." in back.text
    assert not [node for node in back.every("input") if "checked" in node.attrib]
    assert back.every("a", **{"aria-current": "page"})[0].text == "Moje dane"
    program.log_in(prepared.account_email, prepared.account_password)
    theirs = {"channel": "module", "invoice_email": "cudze@klosowska.example"}
    program.http.patch(paths.CUSTOMER, json=theirs, headers={**program.headers, paths.IF_MATCH: "*"})
    saved = account.send_from(back, DATA, invoice_email="nowe@klosowska.example")
    assert (saved.status, "Teraz zapisane: cudze@klosowska.example" in saved.text) == (412, True)


def test_a_declaration_that_was_typed_comes_back(
    account: Visitor, prepared: PreparedShop, calendar: Calendar, program: Module
) -> None:
    order = program.order("L-R2F-100482")
    form = f"/panel/zamowienia/{order['order_id']}/odstapienie"
    opened = account.get(form)
    calendar.pass_days(1)
    page = account.send_from(opened, form, name="Anna Kłosowska", email="inny@klosowska.example")
    back = log_in_over(page, account, prepared)
    assert (back.value("name"), back.value("email")) == ("Anna Kłosowska", "inny@klosowska.example")
    typed = {name: back.value(name) for name in ("name", "order_number", "email")}
    assert account.send_from(back, form, **typed).location == form


def test_what_was_typed_comes_back_to_nobody_elses_login(account: Visitor, calendar: Calendar, shop: Shop) -> None:
    add_customer(shop, "K-2", "L-2")
    with shop.database.writing() as session:
        session.add(
            User(email="jan@zak.example", customer_id="K-2", password_hash=hash_password("inne hasło niż tamto"))
        )
    opened = account.get(REPORT)
    calendar.pass_days(1)
    page = account.send_from(opened, REPORT, message=REPORTED)
    answer = account.send_from(page, LOGIN, email="jan@zak.example", password="inne hasło niż tamto")
    assert (answer.status, answer.location) == (303, DATA)
    assert "Wpisanych danych nie przeniesiono." in account.follow(answer).text
    assert account.get(REPORT).every("textarea")[0].text in (None, "")


def test_a_form_of_an_earlier_session_is_not_taken_and_not_lost(
    account: Visitor, prepared: PreparedShop, shop: Shop
) -> None:
    """As in a second tab: logged out and in again meanwhile."""
    opened = account.get(REPORT)
    logged_in(account, prepared)
    page = account.send_from(opened, REPORT, message=REPORTED)
    assert (page.title, page.every("textarea")[0].text) == ("Zgłoś niepoprawne dane", REPORTED)
    with shop.database.reading() as session:
        assert session.scalars(select(CorrectionRow)).all() == []
    assert account.send_from(page, REPORT, message=REPORTED).location == DATA


@pytest.mark.parametrize("owner", ["", "x", "ż", "0" * 64])
def test_a_strangers_form_is_not_shown_to_somebody_logged_in(account: Visitor, owner: str) -> None:
    page = account.post(REPORT, {"message": "Zadzwoń pod 0 700", "token": "x", "owner": owner})
    assert (page.status, page.title) == (403, "Nie udało się")
    assert "0 700" not in page.text


@pytest.mark.parametrize(
    "page",
    ["https://example.com/", "//example.com", "/panel/wyloguj", "/panel/zamowienia/x/odstapienie", "/panel/sesje"],
)
def test_what_is_kept_leads_nowhere_else(
    account: Visitor, prepared: PreparedShop, calendar: Calendar, page: str
) -> None:
    opened = account.get(REPORT)
    calendar.pass_days(1)
    ended = account.send_from(opened, REPORT, message=REPORTED)
    fields = {"email": prepared.account_email, "password": prepared.account_password, "kept-page": page}
    answer = account.send_from(ended, LOGIN, **fields)
    assert answer.status in (200, 303, 404)
    assert answer.location in ("", page)
    assert account.get(DATA).status == 200  # logged in all the same


def test_a_strangers_words_are_shown_to_nobody(account: Visitor, calendar: Calendar) -> None:
    calendar.pass_days(1)
    for token in ("", "x", form_token("cudzy")):
        page = account.post(REPORT, {"message": "Zadzwoń pod 0 700", "token": token})
        assert (page.status, page.location.partition("?")[0]) == (303, LOGIN)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    much = account.http.post(REPORT, content=b"x" * 300_000, headers=headers, follow_redirects=False)
    assert much.status_code == 413


@pytest.mark.parametrize(
    "address",
    [
        "https://example.com/",
        "//example.com/",
        "/\\example.com",
        "/panel/../v1/storefront",
        "/panel//example.com",
        "/panel/moje-dane\r\nX: y",
        "javascript:alert(1)",
        "/panel/moje-dane#x",
        "/v1/storefront",
        "",
    ],
)
def test_nobody_is_led_elsewhere(visitor: Visitor, prepared: PreparedShop, address: str) -> None:
    fields = {"email": prepared.account_email, "password": prepared.account_password, "dalej": address}
    assert visitor.send(LOGIN, **fields).location == DATA


def test_attempts_are_counted_with_those_of_the_program(
    visitor: Visitor, serve: Callable[..., Module], prepared: PreparedShop
) -> None:
    program = serve()
    for _ in range(5):
        assert visitor.log_in(prepared.account_email, "nie to").status == 422
        body = {"email": prepared.account_email, "password": "nie to"}
        assert program.http.post(paths.ACCOUNT_SESSIONS, json=body).status_code == 401
    answer = visitor.log_in(prepared.account_email, prepared.account_password)
    assert (answer.status, visitor.session) == (429, "")
    assert 1 <= int(answer.answer.headers["retry-after"]) <= 15 * 60
    assert "Zbyt wiele prób" in answer.errors()["email"]


@pytest.mark.parametrize(
    "fields", [{"email": "x" * 255, "password": "x"}, {"email": "a@example.com", "password": "x" * 1025}]
)
def test_what_is_too_long_is_refused_in_words(visitor: Visitor, fields: dict[str, str]) -> None:
    page = visitor.send(LOGIN, **fields)
    assert page.status == 422
    assert len(page.errors()) == 1


def test_a_form_that_is_no_form_is_refused(visitor: Visitor) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    for content in (b"", b"\xff\xfe=%ff&token=%", b"token", b"&" * 5000):
        answer = Page(visitor.http.post(LOGIN, content=content, headers=headers, follow_redirects=False))
        assert answer.status in (400, 403)
    multipart = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = Page(visitor.http.post(LOGIN, content=b"--x\r\nrubbish", headers=multipart, follow_redirects=False))
    assert answer.status in (400, 403)


def test_a_login_needs_the_visitors_own_form(visitor: Visitor, prepared: PreparedShop) -> None:
    """Else a stranger's page could log somebody in to an account of the stranger's."""
    visitor.get(LOGIN)
    fields = {"email": prepared.account_email, "password": prepared.account_password}
    foreign = form_token("cudzy")
    page = visitor.post(LOGIN, {**fields, "token": foreign})
    assert (page.status, page.title) == (403, "Nie udało się")
    assert visitor.session == ""
