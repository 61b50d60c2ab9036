"""V4.1, V4.2: a form is what the panel's pages send; anything else is refused before a byte of it is decoded."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator
from urllib.parse import urlencode

import pytest

from r2_renewal.contract.paths import ORDER_FILE_PAGE
from r2_renewal.reference_shop.panel.addresses import PASSWORD, REPORT
from r2_renewal.reference_shop.seed import PreparedShop
from tests.reference_shop.module import Module
from tests.reference_shop.panel.conftest import account, visitor
from tests.reference_shop.panel.visitor import DATA, LOGIN, Page, Visitor, is_hidden

__all__ = ["account", "visitor"]
URL_ENCODED = "application/x-www-form-urlencoded"
PAGES = [LOGIN, PASSWORD, ORDER_FILE_PAGE, DATA, REPORT]
OTHER_TYPES = [
    f"{URL_ENCODED}; charset=iso-8859-2",
    f"{URL_ENCODED}; charset=utf-16",
    f'{URL_ENCODED}; charset="utf-8"; charset=latin-1',
    f"{URL_ENCODED}; charset*=latin-1''utf-8",
    f"{URL_ENCODED}; charset=no-such-charset",
    f"{URL_ENCODED}, text/plain",
    f"{URL_ENCODED}; a={'x' * 300}",
    "text/plain",
    "application/json",
    "application/xml",
    "multipart/mixed; boundary=x",
    "multipart/form-data",
    "multipart/form-data; boundary=x; charset=latin-1",
    "x",
]


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The names of the charsets that were looked up; ``rot13`` stands for any that costs the shop its time."""
    asked: list[str] = []

    def search(name: str) -> None:
        asked.append(name)

    codecs.register(search)
    yield asked
    codecs.unregister(search)


def send(visitor: Visitor, page: str, content_type: str, content: bytes, **headers: str) -> Page:
    sent = {"content-type": content_type, **headers}
    return Page(visitor.http.post(page, content=content, headers=sent, follow_redirects=False))


@pytest.mark.parametrize("content_type", OTHER_TYPES)
@pytest.mark.parametrize("page", PAGES)
def test_another_media_type_or_charset_is_refused(visitor: Visitor, page: str, content_type: str) -> None:
    answer = send(visitor, page, content_type, b"token=x&email=a")
    assert answer.status in ((400, 415) if page != DATA else (400, 415, 303))
    assert answer.status != 303


def test_the_senders_charset_is_never_looked_up(visitor: Visitor, decoded: list[str]) -> None:
    head = b'--b\r\nContent-Disposition: form-data; name="token"\r\nContent-Type: text/plain; charset=r2_other'
    parts = head + b"\r\n\r\nx\r\n--b--\r\n"
    for page in PAGES:
        assert send(visitor, page, f"{URL_ENCODED}; charset=r2_other", b"token=x").status in (400, 415)
        assert send(visitor, page, "multipart/form-data; boundary=b", parts).status in (400, 415)
        assert send(visitor, page, "multipart/form-data; boundary=b; charset=r2_other", parts).status in (400, 415)
    assert [name for name in decoded if "r2" in name] == []


def test_a_form_that_is_compressed_is_refused(visitor: Visitor) -> None:
    assert send(visitor, LOGIN, URL_ENCODED, b"token=x", **{"content-encoding": "gzip"}).status == 415


def test_a_file_is_taken_by_the_upload_page_alone(account: Visitor) -> None:
    for page in (LOGIN, DATA, REPORT, PASSWORD):
        opened = account.get(page)
        fields = {node.get("name", ""): node.get("value", "") for node in opened.root.iter("input") if is_hidden(node)}
        answer = account.http.post(page, data=fields, files={"file": ("a.txt", b"x")}, follow_redirects=False)
        assert answer.status_code == 400, page


@pytest.mark.parametrize(
    "content_type", [f"{URL_ENCODED};charset=UTF-8", f'{URL_ENCODED}; charset="utf8"', URL_ENCODED.upper()]
)
def test_what_browsers_send_is_taken(visitor: Visitor, prepared: PreparedShop, content_type: str) -> None:
    token = visitor.get(LOGIN).value("token")
    fields = {"token": token, "email": prepared.account_email, "password": prepared.account_password}
    answer = send(visitor, LOGIN, content_type, urlencode(fields).encode())
    assert (answer.status, answer.location) == (303, DATA)


@pytest.mark.parametrize(
    "content",
    [
        b"&" * 200_000,
        b"a=" + b"%41" * 80_000,
        b"&".join(b"f%d=1" % number for number in range(5_000)),
        b"token=" + b"+" * 250_000,
        b"=" * 250_000,
    ],
)
def test_a_form_of_any_shape_is_answered(visitor: Visitor, content: bytes) -> None:
    assert send(visitor, LOGIN, URL_ENCODED, content).status in (400, 403)


def test_the_first_of_two_values_counts_everywhere(visitor: Visitor, prepared: PreparedShop) -> None:
    token = visitor.get(LOGIN).value("token")
    pairs = [("token", token), ("token", "x"), ("email", "nikt@example.com"), ("email", prepared.account_email)]
    answer = send(visitor, LOGIN, URL_ENCODED, urlencode([*pairs, ("password", prepared.account_password)]).encode())
    assert (answer.status, visitor.session) == (422, "")


def test_a_strangers_page_cannot_send_a_form_by_another_type(account: Visitor) -> None:
    """A cross-site form may be text/plain without a preflight (Fetch, CORS-safelisted)."""
    token = account.get(REPORT).every("input", name="token")[0].get("value")
    body = f'{{"token": "{token}", "invoice_email": "evil@example.com", "x": "="}}'
    assert send(account, DATA, "text/plain", body.encode()).status == 415
    assert "evil@example.com" not in account.get(DATA).answer.text


def test_a_program_and_a_panel_do_not_mix(account: Visitor, serve: Callable[..., Module]) -> None:
    """The panel's cookie opens no call of the API, so that no page of others can use it."""
    assert account.http.get("/v1/storefront").status_code == 401
    assert account.http.patch("/v1/customer", json={"channel": "panel"}, headers={"If-Match": '"x"'}).status_code == 401
