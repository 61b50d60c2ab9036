"""Sessions: what opens one, what does not, and what is kept of it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from r2_renewal.contract import paths
from r2_renewal.licensing.issue import generate_private_key
from r2_renewal.reference_shop import passwords
from r2_renewal.reference_shop.keys import signing_key_of
from r2_renewal.reference_shop.licence_files import sign
from r2_renewal.reference_shop.seed import LICENCE_ID, PreparedShop
from r2_renewal.reference_shop.shop import Shop
from r2_renewal.reference_shop.tables import Base, Customer, LicenceRow, SessionRow
from tests.reference_shop.conftest import Calendar
from tests.reference_shop.module import Module, problem

BOTH_DATABASES = True

CURRENT = f"{paths.ACCOUNT_SESSIONS}/current"


def test_a_licence_file_opens_the_shop_for_its_customer(stranger: Module, prepared: PreparedShop) -> None:
    answer = stranger.post(paths.LICENCE_SESSIONS, {"certificate": prepared.licence})
    assert answer.status_code == 201
    assert answer.json()["scope"] == "order"
    assert answer.headers["cache-control"] == "no-store"
    assert stranger.use(answer.json()["token"]).storefront()["company"]["nip"] == "5262831503"


def test_an_ended_subscription_still_opens_the_shop(
    stranger: Module, prepared: PreparedShop, calendar: Calendar
) -> None:
    calendar.pass_days(500)
    assert stranger.open(prepared.licence).storefront()["programs"]


def test_an_older_copy_still_opens_the_shop(stranger: Module, prepared: PreparedShop, shop: Shop) -> None:
    with shop.database.writing() as session:
        row = session.get_one(LicenceRow, LICENCE_ID)
        row.seq = 7
        sign(shop.settings, row)
    assert stranger.open(prepared.licence).storefront()["programs"]


def test_a_file_signed_by_a_stranger_is_refused(stranger: Module, shop: Shop) -> None:
    with shop.database.reading() as session:
        row = session.get_one(LicenceRow, LICENCE_ID)
        forged = sign(_with_another_key(shop).settings, row)
    problem(stranger.post(paths.LICENCE_SESSIONS, {"certificate": forged}), 403, "licence_refused")


def _with_another_key(shop: Shop) -> Shop:
    return replace(shop, settings=replace(shop.settings, signing_key=signing_key_of(generate_private_key())))


@pytest.mark.parametrize("certificate", ["x", "-----BEGIN LICENSE FILE-----\n!\n-----END LICENSE FILE-----"])
def test_what_is_no_licence_file_is_refused(stranger: Module, certificate: str) -> None:
    problem(stranger.post(paths.LICENCE_SESSIONS, {"certificate": certificate}), 403, "licence_refused")


def test_a_changed_letter_is_refused(stranger: Module, prepared: PreparedShop) -> None:
    middle = len(prepared.licence) // 2
    letter = "A" if prepared.licence[middle] != "A" else "B"
    changed = prepared.licence[:middle] + letter + prepared.licence[middle + 1 :]
    problem(stranger.post(paths.LICENCE_SESSIONS, {"certificate": changed}), 403, "licence_refused")


def test_a_customer_who_is_not_on_record_is_refused(stranger: Module, shop: Shop, prepared: PreparedShop) -> None:
    with shop.database.writing() as session:
        unknown = Customer(id="K-404", name="X", nip="5262831503", street="", postcode="", city="")
        row = session.get_one(LicenceRow, LICENCE_ID)
        session.expunge(row)
        row.customer_id, row.customer = unknown.id, unknown
        certificate = sign(shop.settings, row)
        session.expunge_all()
    problem(stranger.post(paths.LICENCE_SESSIONS, {"certificate": certificate}), 403, "licence_refused")


def test_the_password_opens_the_account(stranger: Module, prepared: PreparedShop) -> None:
    body = {"email": f" {prepared.account_email.upper()} ", "password": prepared.account_password}
    answer = stranger.post(paths.ACCOUNT_SESSIONS, body)
    assert answer.status_code == 201
    assert answer.json()["scope"] == "account"
    assert stranger.use(answer.json()["token"]).storefront()["programs"]


def test_wrong_password_and_unknown_email_are_answered_alike(stranger: Module, prepared: PreparedShop) -> None:
    wrong = stranger.post(paths.ACCOUNT_SESSIONS, {"email": prepared.account_email, "password": "nie to hasło"})
    unknown = stranger.post(paths.ACCOUNT_SESSIONS, {"email": "nikt@example.com", "password": "nie to hasło"})
    problem(wrong, 401, "bad_credentials")
    assert (unknown.status_code, unknown.content) == (wrong.status_code, wrong.content)
    assert wrong.headers["www-authenticate"].startswith("Bearer")


def test_the_dummy_hash_costs_what_a_real_one_costs() -> None:
    def cost(stored: str) -> list[str]:
        return stored.split("$")[1:4]

    assert cost(passwords.dummy_hash()) == cost(passwords.hash_password("hasło"))
    assert cost(passwords.dummy_hash())[0] == "argon2id"
    assert not passwords.matches(passwords.dummy_hash(), "")
    assert not passwords.matches("not a hash", "hasło")


def test_logging_out_ends_the_session(stranger: Module, prepared: PreparedShop) -> None:
    account = stranger.log_in(prepared.account_email, prepared.account_password)
    assert account.http.delete(CURRENT, headers=account.headers).status_code == 204
    problem(account.get(paths.STOREFRONT), 401, "unauthorized")
    problem(account.http.delete(CURRENT, headers=account.headers), 401, "unauthorized")


def test_a_session_ends_by_itself(serve: Callable[..., Module], prepared: PreparedShop, calendar: Calendar) -> None:
    module = serve(order_session=timedelta(hours=20)).open(prepared.licence)
    calendar.pass_days(1)
    problem(module.get(paths.STOREFRONT), 401, "unauthorized")


def test_ended_sessions_are_swept_away(module: Module, prepared: PreparedShop, shop: Shop, calendar: Calendar) -> None:
    calendar.pass_days(2)
    module.open(prepared.licence)
    with shop.database.reading() as session:
        assert len(session.scalars(select(SessionRow)).all()) == 1


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Bearer nobody", "Basic YWJjOmRlZg==", "Bearer zażółć"])
def test_without_a_session_there_is_no_answer(stranger: Module, header: str) -> None:
    answer = stranger.http.get(paths.STOREFRONT, headers=[(b"authorization", header.encode())])
    problem(answer, 401, "unauthorized")


def test_the_session_is_asked_for_before_the_body(stranger: Module) -> None:
    problem(stranger.http.post(paths.ORDERS, content=b"{", headers={}), 401, "unauthorized")


def test_neither_token_nor_password_is_stored_in_clear(stranger: Module, prepared: PreparedShop, shop: Shop) -> None:
    tokens = [
        stranger.open(prepared.licence).token,
        stranger.log_in(prepared.account_email, prepared.account_password).token,
    ]
    stored = b"".join(path.read_bytes() for path in _files(prepared.folder.path)) + _rows(shop)
    assert all(hashlib.sha256(token.encode()).hexdigest().encode() in stored for token in tokens)
    for secret in (*tokens, prepared.account_password):
        assert secret.encode() not in stored


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def _rows(shop: Shop) -> bytes:
    with shop.database.reading() as session:
        tables = [session.execute(select(table)).all() for table in Base.metadata.sorted_tables]
    return repr([tuple(row) for rows in tables for row in rows]).encode()
