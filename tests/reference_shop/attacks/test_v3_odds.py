"""V3, V8, V1: hosts, cookies, fields and texts that a caller makes up change nothing that is not theirs."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from sqlalchemy import select

from r2_renewal.contract import paths
from r2_renewal.reference_shop.mail.sender import message_of
from r2_renewal.reference_shop.panel.visit import NOTICE, SESSION, VISITOR
from r2_renewal.reference_shop.seed import CUSTOMER_ID, LICENCE_ID, PreparedShop
from r2_renewal.reference_shop.shop import Shop
from r2_renewal.reference_shop.tables import Customer, LicenceRow, MailRow
from tests.reference_shop.module import Module, problem
from tests.reference_shop.panel.conftest import account, visitor
from tests.reference_shop.panel.visitor import DATA, LOGIN, Visitor

__all__ = ["account", "visitor"]
EVIL_HOSTS = {"Host": "zly.example", "X-Forwarded-Host": "zly.example", "Forwarded": "host=zly.example;proto=https"}


def test_no_host_that_a_caller_names_gets_into_a_letter(stranger: Module, prepared: PreparedShop, shop: Shop) -> None:
    for name, value in EVIL_HOSTS.items():
        body = {"email": prepared.account_email}
        assert stranger.http.post(paths.PASSWORD_RESETS, json=body, headers={name: value}).status_code == 202
    with shop.database.reading() as session:
        letters = list(session.scalars(select(MailRow)))
    assert letters
    assert all("zly.example" not in message_of(row, shop.settings.seller).as_string() for row in letters)


@pytest.mark.parametrize("name", EVIL_HOSTS)
def test_no_host_that_a_caller_names_gets_into_a_page_or_a_redirect(visitor: Visitor, name: str) -> None:
    for page in ("/", "/panel/", LOGIN, DATA, "/panel/nic"):
        answer = visitor.http.get(page, headers={name: EVIL_HOSTS[name]}, follow_redirects=False)
        assert "zly.example" not in answer.text + answer.headers.get("location", "")


def test_a_cookie_that_a_neighbour_has_tossed_opens_nothing(account: Visitor, serve: Callable[..., Module]) -> None:
    """Over https only a cookie of this very host counts; another name for it is none (RFC 6265bis, 4.1.3.2)."""
    token = account.session
    http = serve(public_url="https://sklep.example").http
    for name in (SESSION, VISITOR, f"__host-{SESSION}", f"__Secure-{SESSION}"):
        answer = http.get(DATA, headers={"Cookie": f"{name}={token}"}, follow_redirects=False)
        assert answer.status_code == 303, name
    answer = http.get(DATA, headers={"Cookie": f"__Host-{SESSION}={token}"}, follow_redirects=False)
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "cookie", [f"{NOTICE}=" + "x" * 4_000, f"{SESSION}=\x7f\xff", "=; ; =;;a", f"{VISITOR}=" + "%00" * 500]
)
def test_a_cookie_of_any_shape_is_answered(visitor: Visitor, cookie: str) -> None:
    answer = visitor.http.get(LOGIN, headers={"Cookie": cookie.encode("latin-1")}, follow_redirects=False)  # type: ignore[dict-item]
    assert answer.status_code == 200


def test_fields_that_are_nobodys_to_set_are_left_alone(module: Module, shop: Shop) -> None:
    """Mass assignment: what a caller adds to a request beside the contract's fields does nothing."""
    more = {
        "state": "fulfilled",
        "customer_id": "K-2",
        "placed_at": "2020-01-01T00:00:00Z",
        "number": "ZAM/1",
        "paid_at": "2026-01-01",
    }
    order = module.submit({**module.body(module.quote(LICENCE_ID)), **more}).json()
    assert (order["state"], order["number"]) == ("placed", "ZAM/2026/000001")
    headers = {**module.headers, "If-Match": module.get(paths.CUSTOMER).headers["etag"]}
    wanted = {
        "channel": "module",
        "revocations": [],
        "name": "Inna",
        "nip": "1234563218",
        "auto_renewal": True,
        "company": {"nip": "1"},
    }
    assert module.http.patch(paths.CUSTOMER, json=wanted, headers=headers).status_code == 200
    with shop.database.reading() as session:
        customer, licence = session.get_one(Customer, CUSTOMER_ID), session.get_one(LicenceRow, LICENCE_ID)
    assert (customer.nip, customer.name != "Inna", licence.auto_renewal, licence.seq) == ("5262831503", True, False, 1)


def test_a_field_that_is_sent_twice_is_read_as_everybody_reads_it(module: Module) -> None:
    body = json.dumps(module.body(module.quote(LICENCE_ID)))
    doubled = body[:-1] + ', "company_confirmed": false}'
    headers = {**module.headers, paths.IDEMPOTENCY_KEY: "k", "Content-Type": "application/json"}
    answer = module.http.post(paths.ORDERS, content=doubled, headers=headers)
    problem(answer, 422, "validation_failed")  # the last counts, as in every reader of JSON that we know


@pytest.mark.parametrize(
    "query",
    ["limit=1&limit=100000", "limit=-1", "limit=" + "9" * 5_000, "cursor=%00", "cursor=" + "x" * 65, "limit=1e3"],
)
def test_a_query_of_any_shape_is_refused_or_answered(module: Module, query: str) -> None:
    assert module.get(f"{paths.ORDERS}?{query}").status_code in (200, 400, 422)


DEEP = [
    b"[" * 250_000,
    b'{"a":' * 50_000,
    b'{"certificate": "' + b"\\u0041" * 40_000 + b'"}',
    b"1" * 250_000,
    b'"' + b"\\ud800" * 40_000 + b'"',
]


@pytest.mark.parametrize("content", DEEP, ids=range(len(DEEP)))
def test_json_of_any_shape_is_answered_without_a_failure(stranger: Module, content: bytes) -> None:
    answer = stranger.http.post(paths.LICENCE_SESSIONS, content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 403, 422)


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/json; charset=utf-7", "multipart/form-data; boundary=x", "x"]
)
def test_a_body_of_the_api_is_json_in_utf_8_whatever_it_says_to_be(stranger: Module, kind: str) -> None:
    body = {"email": "nikt@example.com", "password": "ż"}
    answer = stranger.http.post(
        paths.ACCOUNT_SESSIONS, content=json.dumps(body).encode(), headers={"Content-Type": kind}
    )
    assert answer.status_code in (400, 401, 415)
