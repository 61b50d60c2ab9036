"""A server behind another one: whose word is taken for who calls, and by which way."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest
from sqlalchemy import select

from r2_renewal.cli import main
from r2_renewal.contract import paths
from r2_renewal.reference_shop.seed import PreparedShop
from r2_renewal.reference_shop.shop import Shop
from r2_renewal.reference_shop.tables import Attempts, MailRow
from tests.reference_shop.processes import Server

FORWARDED = {"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https"}


@pytest.mark.parametrize(
    ("options", "is_believed"),
    [([], False), (["--trusted-proxy", "192.0.2.0/24"], False), (["--trusted-proxy", "127.0.0.1"], True)],
)
def test_only_a_trusted_proxy_is_believed(
    start: Callable[..., Server], shop: Shop, options: list[str], is_believed: bool
) -> None:
    _, url = start(*options)
    for address in ("203.0.113.7", "203.0.113.8"):
        headers = {**FORWARDED, "X-Forwarded-For": address}
        body = {"email": "a@example.com", "password": "x"}
        answer = httpx.post(f"{url}{paths.ACCOUNT_SESSIONS}", json=body, headers=headers, trust_env=False)
    assert ("strict-transport-security" in answer.headers) is is_believed
    with shop.database.reading() as session:
        by_address = select(Attempts.count).where(Attempts.kind == "login_from_address")
        assert sorted(session.scalars(by_address)) == ([1, 1] if is_believed else [2])


@pytest.mark.parametrize(
    ("public_url", "cookie"),
    [
        ("auto", "r2_visitor"),
        ("http://sklep.example.pl/", "r2_visitor"),
        ("https://sklep.example.pl", "__Host-r2_visitor"),
    ],
)
def test_the_address_that_customers_know_is_told_by_letters_and_kept_by_cookies(
    start: Callable[..., Server], shop: Shop, prepared: PreparedShop, public_url: str, cookie: str
) -> None:
    _, url = start("--public-url", public_url)
    page = httpx.get(f"{url}/panel/logowanie", trust_env=False)
    assert page.headers["set-cookie"].startswith(f"{cookie}=")
    httpx.post(f"{url}{paths.PASSWORD_RESETS}", json={"email": prepared.account_email}, trust_env=False)
    with shop.database.reading() as session:
        (letter,) = session.scalars(select(MailRow.text)).all()
    known = url if public_url == "auto" else public_url.rstrip("/")
    assert f"{known}/panel/haslo/" in letter


def test_behind_a_trusted_proxy_by_https_a_cookie_is_for_https_alone(start: Callable[..., Server]) -> None:
    _, url = start("--trusted-proxy", "127.0.0.1")
    page = httpx.get(f"{url}/panel/logowanie", headers=FORWARDED, trust_env=False)
    cookie = page.headers["set-cookie"]
    assert cookie.startswith("__Host-r2_visitor=")
    assert "Secure" in cookie


def test_a_proxy_that_is_no_address(tmp_path: object, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["shop", "serve", "--state", str(tmp_path), "--trusted-proxy", "wszyscy"])
    assert ended.value.code == 2
    assert "podaj adres IP albo sieć" in capsys.readouterr().err
