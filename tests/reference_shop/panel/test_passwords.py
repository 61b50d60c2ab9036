"""„Nie pamiętasz hasła?" on the panel: a letter's link, once, for ten minutes, and nobody learns of an account by it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from r2_renewal.reference_shop import resets
from r2_renewal.reference_shop.seed import PreparedShop
from r2_renewal.reference_shop.shop import Shop
from r2_renewal.reference_shop.tables import MailRow, PasswordReset, SessionRow
from tests.reference_shop.module import Module
from tests.reference_shop.panel.visitor import DATA, LOGIN, Visitor, logged_in, reset_link

FORGOTTEN = "/panel/haslo"
NEW = "zupełnie nowe hasło"


def letters(shop: Shop) -> list[str]:
    with shop.database.reading() as session:
        return list(session.scalars(select(MailRow.text).where(MailRow.kind == "password_reset").order_by(MailRow.pk)))


@pytest.fixture
def link(visitor: Visitor, prepared: PreparedShop, shop: Shop) -> str:
    """The address of a link just sent."""
    visitor.send(FORGOTTEN, email=prepared.account_email)
    return reset_link(letters(shop)[-1])


def set_password(visitor: Visitor, link: str, password: str = NEW, again: str | None = None) -> object:
    return visitor.send(link, password=password, again=password if again is None else again)


def test_the_answer_is_the_same_for_every_email(visitor: Visitor, prepared: PreparedShop, shop: Shop) -> None:
    told = []
    for email in (prepared.account_email, "nikt@example.com", "to nie adres"):
        began = time.monotonic()
        answer = visitor.send(FORGOTTEN, email=email)
        assert time.monotonic() - began >= resets.RESET_SECONDS
        told.append((answer.status, answer.location, visitor.follow(answer).text))
    assert len(set(told)) == 1
    assert "Jeśli istnieje konto" in told[0][2]
    assert len(letters(shop)) == 1


def test_without_an_email_there_is_nothing_to_send(visitor: Visitor) -> None:
    assert visitor.send(FORGOTTEN, email=" ").errors() == {"email": "Podaj e-mail."}


def test_a_link_sets_a_new_password_and_ends_every_session(
    visitor: Visitor, link: str, prepared: PreparedShop, shop: Shop
) -> None:
    logged_in(visitor, prepared)
    page = visitor.get(link)
    assert page.title == "Nowe hasło"
    answer = visitor.send(link, password=NEW, again=NEW)
    assert "Hasło zostało zmienione" in visitor.follow(answer).text
    with shop.database.reading() as session:
        assert session.scalars(select(SessionRow)).all() == []
    assert visitor.log_in(prepared.account_email, prepared.account_password).status == 422
    assert visitor.log_in(prepared.account_email, NEW).location == DATA


def test_a_link_works_once(visitor: Visitor, link: str) -> None:
    opened = visitor.get(link)
    assert visitor.send_from(opened, link, password=NEW, again=NEW).location == LOGIN
    again = visitor.get(link)
    assert (again.status, again.title) == (404, "Ten odnośnik już nie działa")
    assert visitor.send_from(opened, link, password=NEW + "!", again=NEW + "!").status == 404


def test_a_link_that_is_looked_at_still_works(visitor: Visitor, link: str) -> None:
    for _ in range(3):  # as a mail server's scanner does
        assert visitor.get(link).status == 200
    assert visitor.send(link, password=NEW, again=NEW).status == 303


def test_a_link_ends_after_ten_minutes(visitor: Visitor, link: str, shop: Shop) -> None:
    opened = visitor.get(link)
    with shop.database.writing() as session:
        (row,) = session.scalars(select(PasswordReset)).all()
        row.expires_at = shop.settings.now()
    assert visitor.get(link).status == 404
    assert visitor.send_from(opened, link, password=NEW, again=NEW).status == 404


@pytest.mark.parametrize(
    ("password", "again", "error"),
    [
        ("za krótkie", "za krótkie", {"password": "Hasło jest za krótkie: potrzeba co najmniej 12 znaków."}),
        (NEW, NEW + "!", {"again": "Hasła nie są takie same."}),
        ("x" * 1025, "x" * 1025, {"password": "Hasło może mieć od 12 do 1024 znaków."}),
        (
            "anna.klosowska@klosowska.example",
            "anna.klosowska@klosowska.example",
            {"password": "Hasło nie może być takie samo jak adres e-mail."},
        ),
    ],
)
def test_a_password_that_will_not_do(
    visitor: Visitor, link: str, password: str, again: str, error: dict[str, str]
) -> None:
    page = visitor.send(link, password=password, again=again)
    assert (page.status, {name: words.split(" Co najmniej")[0] for name, words in page.errors().items()}) == (
        422,
        error,
    )
    assert visitor.send(link, password=NEW, again=NEW).status == 303  # the link was not used up


def test_the_links_page_tells_its_address_to_nobody(visitor: Visitor, link: str) -> None:
    page = visitor.get(link)
    assert page.answer.headers["referrer-policy"] == "no-referrer"
    assert page.answer.headers["cache-control"] == "no-store"
    assert all(address.startswith(("/panel/", "#")) for address in page.links())
    assert {node.get("href") for node in page.every("link")} == {"/panel/panel.css"}
    answer = visitor.send(link, password=NEW, again=NEW)
    assert link not in answer.location


def test_a_link_leads_to_where_customers_find_the_shop(
    serve: Callable[..., Module], prepared: PreparedShop, shop: Shop
) -> None:
    Visitor(serve(public_url="http://sklep.example.pl").http).send(FORGOTTEN, email=prepared.account_email)
    assert "http://sklep.example.pl/panel/haslo/" in letters(shop)[-1]


def test_a_shop_that_was_told_no_address_links_to_a_page_that_it_has(
    serve: Callable[..., Module], prepared: PreparedShop, shop: Shop
) -> None:
    visitor = Visitor(serve().http)
    visitor.send(FORGOTTEN, email=prepared.account_email)
    (address,) = re.findall(r"https://\S+/haslo/\S+", letters(shop)[-1])
    vendors, link = urlsplit(shop.settings.vendor.panel_url), urlsplit(address)
    assert (link.scheme, link.netloc) == (vendors.scheme, vendors.netloc)
    assert visitor.get(link.path).status == 200
    # The address that consents and letters name for the panel leads there as well.
    assert visitor.get(vendors.path).answer.headers["location"] == DATA


def test_tokens_that_are_guessed_at_are_counted(visitor: Visitor) -> None:
    answers = [visitor.get(f"{FORGOTTEN}/zgadywany").status for _ in range(31)]
    assert answers == [404] * 30 + [429]
