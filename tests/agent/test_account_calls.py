"""„Moje dane" through the agent at the real shop: data, consents and their evidence, invoices, a forgotten password."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from r2_renewal.agent.account_messages import ChangeParams, InvoicePdfParams, PageParams, ResetParams
from r2_renewal.agent.files import write_whole
from r2_renewal.agent.protocol import (
    AccountStateParams,
    CorrectParams,
    CustomerResult,
    Event,
    LoginParams,
    Method,
    Nothing,
)
from r2_renewal.clock import today_in_warsaw
from r2_renewal.contract import paths
from r2_renewal.domain.account import CustomerChange
from r2_renewal.domain.account_form import AccountForm, fresh
from r2_renewal.domain.errors import ErrorCode, RenewalError
from r2_renewal.reference_shop.folder import settings_of
from r2_renewal.reference_shop.fulfilment import fulfil
from r2_renewal.reference_shop.seed import ACCOUNT_EMAIL, INVOICE_EMAIL, LICENCE_ID, prepare
from r2_renewal.reference_shop.shop import opened
from r2_renewal.store.reminder_memory import recall
from tests.agent.conversation import Conversation, Hosts, RefusedError
from tests.agent.keyrings import agent_with, secrets_in
from tests.agent.scripted_shop import ScriptedShop, http, json_of, problem, raw, reset
from tests.agent.test_with_reference_shop import ShopProcess, fill_in, hosts_of, load, serve, stop
from tests.faults.relays import Relay
from tests.licence_files import Vendor

SESSION = {"token": "konto-tok-1", "scope": "account", "expires_at": "2030-01-01T00:00:00Z", "customer_id": "K-1"}
NEW = "nowe@klosowska.example"


@pytest.fixture
def reference(tmp_path: Path) -> Iterator[ShopProcess]:
    """A shop of this test's own: what is changed in it is not another test's surprise."""
    shop = serve(prepare(tmp_path / "shop", 60, today_in_warsaw()))
    yield shop
    stop(shop)


@pytest.fixture
def real_hosts(reference: ShopProcess, tmp_path: Path) -> Iterator[Hosts]:
    (tmp_path / "host").mkdir()
    hosts = hosts_of(reference, tmp_path / "host")
    yield hosts
    hosts.close()


@pytest.fixture
def agent(real_hosts: Hosts, reference: ShopProcess) -> Conversation:
    """An agent in whose account somebody is logged in."""
    return logged_in(real_hosts, reference)


def logged_in(hosts: Hosts, shop: ShopProcess) -> Conversation:
    agent = hosts.greeted(call_seconds=15.0)
    agent.call(Method.ACCOUNT_LOGIN, LoginParams(email=ACCOUNT_EMAIL, password=shop.prepared.account_password))
    return agent


def customer(agent: Conversation) -> CustomerResult:
    result: CustomerResult = agent.call(Method.CUSTOMER_LOAD, Nothing())
    return result


def form(agent: Conversation) -> AccountForm:
    result = customer(agent)
    return fresh(result.record, result.consent)


def change(agent: Conversation, wanted: CustomerChange) -> CustomerResult:
    result: CustomerResult = agent.call(Method.CUSTOMER_CHANGE, ChangeParams(change=wanted))
    return result


def refused(agent: Conversation, method: Method, params: Any) -> RefusedError:
    with pytest.raises(RefusedError) as error:
        agent.call(method, params)
    return error.value


def is_on(result: CustomerResult, licence_id: str = LICENCE_ID) -> bool:
    return next(entry for entry in result.record.enrolments if entry.licence_id == licence_id).auto_renewal


def test_the_data_come_with_the_consent_in_force(agent: Conversation) -> None:
    result = customer(agent)
    assert (result.record.invoice_email, result.record.company.nip) == (INVOICE_EMAIL, "5262831503")
    assert {entry.program for entry in result.record.enrolments} == {"R2płatnik", "R2faktury", "R2księga"}
    assert "{program}" in result.consent.text
    assert result.record.tag.startswith('"')


def test_a_consent_given_is_evidence_of_the_very_text_and_silences_the_reminder(
    agent: Conversation, real_hosts: Hosts
) -> None:
    wanted = form(agent).consent(LICENCE_ID, True).change()
    result = change(agent, wanted)
    assert is_on(result)
    [record] = agent.call(Method.CONSENTS_LOAD, PageParams()).consents
    [given] = wanted.consents
    assert (record.text, record.sha256, record.version) == (given.consent.text, given.consent.sha256, "2")
    assert hashlib.sha256(record.text.encode()).hexdigest() == record.sha256
    assert (record.channel, record.revoked_at, record.revoked_channel) == ("module", None, "")
    assert recall(real_hosts.state_dir, LICENCE_ID).enrolled
    told = agent.wait_for(lambda event, _: event is Event.ENROLMENT_TOLD)
    assert (told.licence_id, told.enrolled) == (LICENCE_ID, True)
    assert next(entry for entry in load(agent).basket if entry.program.licence_id == LICENCE_ID).auto_renewal


def test_a_consent_withdrawn_says_when_and_where_and_the_reminder_speaks_again(
    agent: Conversation, real_hosts: Hosts
) -> None:
    change(agent, form(agent).consent(LICENCE_ID, True).change())
    assert not is_on(change(agent, form(agent).revoke(LICENCE_ID, True).change()))
    [record] = agent.call(Method.CONSENTS_LOAD, PageParams()).consents
    assert (record.revoked_channel, record.revoked_at is not None) == ("module", True)
    assert not recall(real_hosts.state_dir, LICENCE_ID).enrolled


def test_a_consent_given_elsewhere_is_known_at_the_next_look_into_the_basket(
    agent: Conversation, real_hosts: Hosts, reference: ShopProcess
) -> None:
    load(agent)
    assert not recall(real_hosts.state_dir, LICENCE_ID).enrolled
    (real_hosts.licence.parent / "web").mkdir()
    elsewhere = hosts_of(reference, real_hosts.licence.parent / "web")
    panel = logged_in(elsewhere, reference)
    change(panel, form(panel).consent(LICENCE_ID, True).change())
    elsewhere.close()
    load(agent)
    assert recall(real_hosts.state_dir, LICENCE_ID).enrolled


def test_an_address_and_a_consent_that_names_it_are_changed_together(agent: Conversation) -> None:
    result = change(agent, form(agent).type_email(NEW).consent(LICENCE_ID, True).change())
    assert (result.record.invoice_email, is_on(result)) == (NEW, True)
    [record] = agent.call(Method.CONSENTS_LOAD, PageParams()).consents
    assert NEW in record.text


def test_somebody_elses_change_comes_back_and_is_not_overwritten(agent: Conversation) -> None:
    mine = form(agent).type_email("moje@klosowska.example")
    theirs = change(agent, form(agent).type_email(NEW).change())
    error = refused(agent, Method.CUSTOMER_CHANGE, ChangeParams(change=mine.change()))
    assert error.data.code == ErrorCode.CUSTOMER_CHANGED.value
    assert error.data.customer == theirs.record
    assert customer(agent).record.invoice_email == NEW
    met = mine.met(theirs.record)
    assert change(agent, met.change()).record.invoice_email == "moje@klosowska.example"


def test_a_change_whose_answer_was_lost_is_done_once_and_known_as_done(agent: Conversation) -> None:
    wanted = form(agent).type_email(NEW).consent(LICENCE_ID, True).change()
    first = change(agent, wanted)
    assert change(agent, wanted).record == first.record  # the tag is old: only what was wanted tells that it arrived
    assert len(agent.call(Method.CONSENTS_LOAD, PageParams()).consents) == 1


@pytest.mark.parametrize("tries", [1, 3])
def test_a_change_that_the_shop_made_and_whose_answer_was_cut_is_known_as_made(
    real_hosts: Hosts, reference: ShopProcess, vendor: Vendor, tries: int
) -> None:
    with closing(Relay(vendor, reference.url)) as relay:
        real_hosts.shop_url = relay.url
        agent = logged_in(real_hosts, reference)
        wanted = form(agent).type_email(NEW).consent(LICENCE_ID, True).change()
        relay.script("PATCH", paths.CUSTOMER, *([relay.commit(reset)] * tries))
        if tries < 3:
            assert is_on(change(agent, wanted))
        else:  # every try was cut: the user tries once more
            error = refused(agent, Method.CUSTOMER_CHANGE, ChangeParams(change=wanted))
            assert error.data.code == ErrorCode.OFFLINE.value
        assert is_on(change(agent, wanted))
        assert len(agent.call(Method.CONSENTS_LOAD, PageParams()).consents) == 1
        agent.close()


def test_an_address_that_the_shop_refuses_is_named(agent: Conversation) -> None:
    error = refused(
        agent, Method.CUSTOMER_CHANGE, ChangeParams(change=CustomerChange(form(agent).record.tag, "kłopot"))
    )
    assert (error.data.code, error.data.fields) == (ErrorCode.ORDER_INVALID.value, ("invoice_email",))


def test_a_consent_to_another_text_is_refused_with_the_text_in_force(agent: Conversation) -> None:
    mine = form(agent)
    other = fresh(mine.record, type(mine.template)("auto_renewal", "7", "Zgoda", "Inna treść")).consent(
        LICENCE_ID, True
    )
    error = refused(agent, Method.CUSTOMER_CHANGE, ChangeParams(change=other.change()))
    assert (error.data.code, error.data.document) == (ErrorCode.CONSENT_TEXT_CHANGED.value, mine.template)


def test_the_programs_of_the_account_come_as_in_eshop(agent: Conversation) -> None:
    mine, shop = agent.call(Method.PROGRAMS_LOAD, Nothing()).storefront, load(agent)
    assert [entry.program for entry in mine.basket] == [entry.program for entry in shop.basket]


def test_wrong_data_are_reported_in_the_account(agent: Conversation) -> None:
    params = CorrectParams(message="Zmieniła się ulica", in_account=True)
    assert agent.call(Method.DATA_CORRECT, params).ticket


def test_a_letter_is_promised_alike_for_any_address(real_hosts: Hosts, reference: ShopProcess) -> None:
    agent = real_hosts.greeted()
    answers = [
        agent.call(Method.PASSWORD_RESET, ResetParams(email=email)) for email in (ACCOUNT_EMAIL, "nikt@example.com")
    ]
    assert answers == [Nothing(), Nothing()]
    with closing(sqlite3.connect(reference.prepared.folder.path / "shop.db")) as database:
        letters = [to for (to,) in database.execute("SELECT recipient FROM outgoing_mail")]
    assert letters == [ACCOUNT_EMAIL]
    assert ACCOUNT_EMAIL not in repr(ResetParams(email=ACCOUNT_EMAIL))


# Invoices


@pytest.fixture
def invoiced(agent: Conversation, reference: ShopProcess) -> Conversation:
    """An account with one paid invoice."""
    from r2_renewal.agent.protocol import PlaceParams

    order = agent.call(Method.ORDER_PLACE, PlaceParams(order=fill_in(agent, load(agent)))).order
    with opened(settings_of(reference.prepared.folder)) as shop:
        assert fulfil(shop, order.order_id)
    return agent


def test_an_invoice_is_listed_and_saved_as_the_shop_made_it(invoiced: Conversation, tmp_path: Path) -> None:
    result = invoiced.call(Method.INVOICES_LOAD, PageParams())
    [invoice] = result.invoices
    assert (result.next, invoice.paid_at is not None) == ("", True)
    assert invoice.ksef_number
    assert invoice.price.net.amount + invoice.price.vat.amount == invoice.price.gross.amount
    path = tmp_path / "Faktura ąę.pdf"
    path.write_bytes(b"an older file")
    invoiced.call(Method.INVOICE_PDF, InvoicePdfParams(invoice_id=invoice.invoice_id, path=str(path)))
    assert path.read_bytes().startswith(b"%PDF-")
    assert [entry.name for entry in tmp_path.glob("*.pdf*")] == [path.name]


def test_another_invoice_than_ones_own_is_not_found_and_writes_nothing(invoiced: Conversation, tmp_path: Path) -> None:
    params = InvoicePdfParams(invoice_id="inv_obcy", path=str(tmp_path / "x.pdf"))
    assert refused(invoiced, Method.INVOICE_PDF, params).data.code == ErrorCode.NOT_FOUND.value
    assert not (tmp_path / "x.pdf").exists()


@pytest.mark.parametrize("place", ["", "relative.pdf", "missing/x.pdf", "folder"])
def test_where_no_file_can_be_written_none_is_begun(tmp_path: Path, place: str) -> None:
    (tmp_path / "folder").mkdir()
    path = place if place in ("", "relative.pdf") else str(tmp_path / place)
    with pytest.raises(RenewalError) as error:
        write_whole(path, b"%PDF-1.7")
    assert error.value.code is ErrorCode.FILE_NOT_WRITABLE
    assert list(tmp_path.iterdir()) == [tmp_path / "folder"]


def test_a_path_with_a_nul_is_no_path(tmp_path: Path) -> None:
    with pytest.raises(RenewalError) as error:
        write_whole(f"{tmp_path}/a\0b.pdf", b"%PDF-1.7")
    assert error.value.code is ErrorCode.FILE_NOT_WRITABLE


def test_a_file_that_cannot_be_replaced_stands(tmp_path: Path) -> None:
    target = tmp_path / "zajety.pdf"
    target.mkdir()
    (target / "inside").touch()
    with pytest.raises(RenewalError):
        write_whole(str(target), b"%PDF-1.7")
    assert list(tmp_path.iterdir()) == [target]


# A shop that says what a test wants


def scripted(hosts: Hosts, shop: ScriptedShop) -> Conversation:
    shop.script("POST", paths.ACCOUNT_SESSIONS, raw(json_of(SESSION, 201)))
    agent = hosts.greeted()
    agent.call(Method.ACCOUNT_LOGIN, LoginParams(email="a@b.example", password="haslo"))
    return agent


CALLS: list[tuple[Method, Any, str, str]] = [
    (Method.CUSTOMER_LOAD, Nothing(), "GET", paths.CUSTOMER),
    (Method.CUSTOMER_MORE, PageParams(cursor="L-1"), "GET", f"{paths.ENROLMENTS}?cursor=L-1"),
    (Method.CUSTOMER_CHANGE, ChangeParams(change=CustomerChange('"1"')), "PATCH", paths.CUSTOMER),
    (Method.CONSENTS_LOAD, PageParams(), "GET", paths.CONSENTS),
    (Method.INVOICES_LOAD, PageParams(), "GET", paths.INVOICES),
    (Method.INVOICE_PDF, InvoicePdfParams(invoice_id="i", path="/nowhere/x.pdf"), "GET", paths.invoice_pdf("i")),
    (Method.PROGRAMS_LOAD, Nothing(), "GET", paths.STOREFRONT),
    (Method.DATA_CORRECT, CorrectParams(message="x", in_account=True), "POST", paths.DATA_CORRECTIONS),
]


@pytest.mark.parametrize(("method", "params", "verb", "path"), CALLS, ids=[call[0].value for call in CALLS])
def test_a_session_that_has_ended_is_said_by_every_call(
    hosts: Hosts, shop: ScriptedShop, method: Method, params: Any, verb: str, path: str
) -> None:
    agent = scripted(hosts, shop)
    shop.script(verb, path, problem(401, "unauthorized"))
    assert refused(agent, method, params).data.code == ErrorCode.LOGIN_AGAIN.value
    [seen] = shop.seen(verb, path)
    assert seen.headers["authorization"] == "Bearer konto-tok-1"
    assert refused(agent, method, params).data.code == ErrorCode.LOGIN_AGAIN.value
    assert len(shop.seen(verb, path)) == 1


@pytest.mark.parametrize(("method", "params", "verb", "path"), CALLS, ids=[call[0].value for call in CALLS])
def test_nobody_logged_in_sends_nothing(
    hosts: Hosts, shop: ScriptedShop, method: Method, params: Any, verb: str, path: str
) -> None:
    assert refused(hosts.greeted(), method, params).data.code == ErrorCode.LOGIN_AGAIN.value
    assert shop.seen(verb, path) == []


def test_the_next_page_is_asked_for_by_its_cursor(hosts: Hosts, shop: ScriptedShop) -> None:
    agent = scripted(hosts, shop)
    shop.script("GET", paths.INVOICES, raw(json_of({"invoices": [], "next": "inv_1&x=ą"})))
    assert agent.call(Method.INVOICES_LOAD, PageParams()).next == "inv_1&x=ą"
    path = f"{paths.INVOICES}?cursor=inv_1%26x%3D%C4%85"
    shop.script("GET", path, raw(json_of({"invoices": [], "next": None})))
    assert agent.call(Method.INVOICES_LOAD, PageParams(cursor="inv_1&x=ą")).next == ""
    assert len(shop.seen("GET", path)) == 1


@pytest.mark.parametrize(
    "answer",
    [
        http(200, b"<html>hotel</html>", "text/html"),
        http(200, b"not a pdf", paths.PDF_TYPE),
        http(200, b"%PDF-1.7", "application/octet-stream"),
        b"HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\nContent-Length: 9999999999\r\nConnection: close\r\n\r\n%PDF-",
        b"HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\nContent-Length: 900\r\nConnection: close\r\n\r\n%PDF-",
    ],
    ids=["a portal", "no pdf", "another type", "too long", "cut"],
)
def test_what_is_no_whole_pdf_is_never_written(hosts: Hosts, shop: ScriptedShop, tmp_path: Path, answer: bytes) -> None:
    agent = scripted(hosts, shop)
    shop.script("GET", paths.invoice_pdf("inv_1"), *([raw(answer)] * 3))
    path = tmp_path / "faktura.pdf"
    path.write_bytes(b"an older file")
    error = refused(agent, Method.INVOICE_PDF, InvoicePdfParams(invoice_id="inv_1", path=str(path)))
    assert error.data.code in (ErrorCode.NOT_THE_SHOP.value, ErrorCode.OFFLINE.value)
    assert path.read_bytes() == b"an older file"


def test_no_token_is_in_any_answer_and_no_address_in_the_log(
    real_hosts: Hosts, reference: ShopProcess, tmp_path: Path
) -> None:
    agent = real_hosts.start(command=agent_with("Odd", tmp_path))
    agent.call(Method.HELLO, real_hosts.hello(call_seconds=15.0))
    password = reference.prepared.account_password
    calls: list[tuple[Method, Any]] = [
        (Method.ACCOUNT_LOGIN, LoginParams(email=ACCOUNT_EMAIL, password=password, stay=True)),
        (Method.ACCOUNT_STATE, AccountStateParams(ask_shop=True)),
        (Method.CUSTOMER_LOAD, Nothing()),
        (Method.CONSENTS_LOAD, PageParams()),
        (Method.INVOICES_LOAD, PageParams()),
        (Method.PROGRAMS_LOAD, Nothing()),
    ]
    answers = [agent.end(agent.begin(method.value, params)) for method, params in calls]
    assert [answer.error for answer in answers] == [None] * len(calls)
    [secret] = json.loads(secrets_in(tmp_path)).values()
    token = json.loads(secret)["token"]
    said = b"".join(bytes(answer.result or b"") for answer in answers) + agent.errors
    assert [text for text in (token, password) if text.encode() in said] == []
    change(agent, form(agent).type_email(NEW).consent(LICENCE_ID, True).change())
    written = {path: path.read_bytes() for path in real_hosts.state_dir.rglob("*") if path.is_file()}
    secrets = [text.encode() for text in (NEW, ACCOUNT_EMAIL, password, token, "Bearer")]
    assert [(path.name, text) for path, content in written.items() for text in secrets if text in content] == []
