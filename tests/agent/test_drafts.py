"""Drafts through the real agent: saved before it answers, there after any kill, and never another customer's."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest

from r2_renewal.agent.protocol import (
    DraftDiscardParams,
    DraftLoadParams,
    DraftResult,
    DraftSaveParams,
    ErrorData,
    Event,
    LoadResult,
    Method,
    Nothing,
    OrdererForgetParams,
    OrdererRememberParams,
    PlaceParams,
)
from r2_renewal.clock import pc_clock
from r2_renewal.contract import paths
from r2_renewal.domain.company import Holder
from r2_renewal.domain.draft import LONGEST_TEXT, Draft, DraftItem, draft_of_order
from r2_renewal.domain.errors import ErrorCode
from r2_renewal.domain.offer import ServiceKind
from r2_renewal.domain.order import ConfirmedOrder, Orderer
from r2_renewal.domain.order_fields import Step
from r2_renewal.domain.order_service import MOST_PROGRAMS
from r2_renewal.store.database import FILE_NAME
from r2_renewal.store.outbox import Outbox
from tests.agent.conversation import Conversation, Hosts, RefusedError
from tests.agent.scripted_shop import ScriptedShop, free_port, problem, silence
from tests.agent.test_orders import until
from tests.licence_files import LICENCE, Vendor
from tests.samples import draft_for

NIP = "5262831503"
ANNA = Orderer("Anna Łucja", "Kłosowska-Świątek", "601 234 5", "anna@")
HOLDER = Holder(LICENCE.company, LICENCE.nip)
DRAFT = draft_for(ServiceKind.EXTENSION, "ext-100", " faktury@klosowska.example", ANNA, Step.ORDERER)


def load(agent: Conversation, licence_id: str = "lic-1", nip: str = NIP) -> DraftResult:
    result: DraftResult = agent.call(Method.DRAFT_LOAD, DraftLoadParams(licence_ids=(licence_id,), nip=nip))
    return result


def save(agent: Conversation, draft: Draft, customer: str = "cust-1") -> None:
    agent.call(Method.DRAFT_SAVE, DraftSaveParams(customer=customer, draft=draft))


def discard(agent: Conversation, customer: str = "cust-1", licence_id: str = "lic-1") -> None:
    agent.call(Method.DRAFT_DISCARD, DraftDiscardParams(customer=customer, licence_ids=(licence_id,)))


def saving(draft: Draft) -> DraftSaveParams:
    return DraftSaveParams(customer="cust-1", draft=draft)


def test_what_was_saved_is_loaded_by_another_agent_to_the_letter(hosts: Hosts) -> None:
    first, second = hosts.greeted(), hosts.greeted()
    assert load(first) == DraftResult(customer="cust-1", holder=HOLDER)
    before = pc_clock()
    save(first, DRAFT)
    found = load(second)
    assert (found.customer, found.draft) == ("cust-1", DRAFT)
    assert found.saved_at is not None
    assert before - timedelta(seconds=1) <= found.saved_at <= pc_clock()
    discard(second)
    assert load(first).draft is None


def test_who_asked_for_it_is_remembered_for_their_customer_until_they_ask_to_be_forgotten(hosts: Hosts) -> None:
    agent = hosts.greeted()
    agent.call(Method.ORDERER_REMEMBER, OrdererRememberParams(customer="cust-1", orderer=ANNA))
    assert load(hosts.greeted()).orderer == ANNA
    agent.call(Method.ORDERER_FORGET, OrdererForgetParams(customer="cust-2"))
    assert load(agent).orderer == ANNA
    agent.call(Method.ORDERER_FORGET, OrdererForgetParams(customer="cust-1"))
    assert load(agent).orderer is None
    assert "Kłosowska-Świątek".encode() not in (hosts.state_dir / FILE_NAME).read_bytes()


def test_a_person_that_cannot_be_read_is_nobody(hosts: Hosts) -> None:
    agent = hosts.greeted()
    agent.call(Method.ORDERER_REMEMBER, OrdererRememberParams(customer="cust-1", orderer=ANNA))
    with closing(sqlite3.connect(hosts.state_dir / FILE_NAME)) as database, database:
        database.execute("UPDATE orderer SET body = ?", (b"[not a person",))
    assert load(agent).orderer is None


def test_a_licence_that_cannot_be_read_names_no_holder(hosts: Hosts) -> None:
    hosts.licence.write_bytes(b"broken")
    assert load(hosts.greeted()).holder is None


def test_a_draft_of_several_programs_is_found_by_each_of_them(hosts: Hosts) -> None:
    agent = hosts.greeted()
    save(agent, DRAFT)
    both = replace(DRAFT, items=(DraftItem("lic-1", "ext-100"), DraftItem("lic-2", "", is_left_out=True)))
    save(agent, both)
    assert load(agent, "lic-1").draft == load(agent, "lic-2").draft == both
    discard(agent, licence_id="lic-2")
    assert load(agent, "lic-1").draft is None


def test_a_draft_of_an_earlier_version_is_read_as_one_of_today(hosts: Hosts) -> None:
    agent = hosts.greeted()
    save(agent, DRAFT)
    old = msgspec.to_builtins(DRAFT)
    del old["items"]
    with closing(sqlite3.connect(hosts.state_dir / FILE_NAME)) as database, database:
        database.execute("UPDATE draft SET body = ?", (msgspec.json.encode({**old, "offer_id": "ext-100"}),))
    assert load(agent).draft == DRAFT


def test_what_was_answered_survives_the_killed_agent(hosts: Hosts) -> None:
    agent = hosts.greeted()
    save(agent, DRAFT)
    agent.kill()
    assert load(hosts.greeted()).draft == DRAFT


def test_of_many_savings_the_last_one_stays(hosts: Hosts) -> None:
    agent = hosts.greeted()
    drafts = [replace(DRAFT, orderer=replace(ANNA, last_name="K" * length)) for length in range(1, 30)]
    calls = [agent.begin(Method.DRAFT_SAVE.value, saving(draft)) for draft in drafts]
    for call in calls:
        assert agent.end(call).error is None
    assert load(agent).draft == drafts[-1]


def test_what_is_said_last_is_saved_before_the_agent_ends(hosts: Hosts) -> None:
    for length in range(1, 3):
        agent, last = hosts.greeted(), replace(DRAFT, invoice_email="f" * length)
        for draft in (DRAFT, last):
            agent.begin(Method.DRAFT_SAVE.value, saving(draft))
        agent.close()
        assert load(hosts.greeted()).draft == last


def test_neither_the_shop_nor_the_network_is_asked(hosts: Hosts, shop: ScriptedShop) -> None:
    agent = hosts.greeted(shop_url="", offline_only=True)
    save(agent, DRAFT)
    assert load(agent).draft == DRAFT
    discard(agent)
    assert load(agent).draft is None
    assert shop.requests == []


def test_a_draft_is_found_for_its_customer_alone(hosts: Hosts, vendor: Vendor) -> None:
    agent = hosts.greeted()
    assert load(agent).customer == "cust-1"
    save(agent, DRAFT)
    hosts.licence.write_bytes(vendor.certificate(LICENCE._replace(customer_id="cust-2")))
    assert load(agent) == DraftResult(customer="cust-2", holder=HOLDER)
    # A form that was opened before goes on belonging to whom it was opened for.
    save(agent, replace(DRAFT, invoice_email="later@klosowska.example"), customer="cust-1")
    assert load(agent) == DraftResult(customer="cust-2", holder=HOLDER)
    hosts.licence.write_bytes(vendor.certificate())
    found = load(agent).draft
    assert found is not None
    assert found.invoice_email == "later@klosowska.example"


def test_without_a_readable_licence_the_nip_says_whose_it_is(hosts: Hosts) -> None:
    hosts.licence.unlink()
    agent = hosts.greeted()
    customer = load(agent, nip="PL 526-283-15-03").customer
    save(agent, DRAFT, customer)
    assert load(agent, nip="5262831503").draft == DRAFT
    assert load(agent, nip="1111111111").draft is None


@pytest.mark.parametrize(
    "body", [b"", b"{", b'{"kind": "lease"}', b'{"step": 99}', b"\xff\xfe", b"[" * 100_000, b"null"]
)
def test_a_row_that_makes_no_sense_is_no_draft(hosts: Hosts, body: bytes) -> None:
    agent = hosts.greeted()
    save(agent, DRAFT)
    with closing(sqlite3.connect(hosts.state_dir / FILE_NAME)) as connection, connection:
        connection.execute("UPDATE draft SET body = ?", (body,))
    assert load(agent).draft is None
    save(agent, DRAFT)
    assert load(agent).draft == DRAFT


def test_the_longest_form_fits_whatever_was_typed(hosts: Hosts) -> None:
    text = "\x01ł€😀" * (LONGEST_TEXT // 4)
    items = tuple(DraftItem(f"{number:064}", 64 * "x") for number in range(MOST_PROGRAMS))
    longest = Draft(ServiceKind.SUBSCRIPTION, "", text, Orderer(text, text, text, text), Step.SUMMARY, items)
    agent = hosts.greeted()
    save(agent, longest)
    assert load(agent, f"{7:064}").draft == longest


def refused(agent: Conversation, draft: Draft) -> ErrorData:
    with pytest.raises(RefusedError) as error:
        save(agent, draft)
    return error.value.data


def test_one_that_is_too_large_is_refused_and_the_one_before_stays(hosts: Hosts) -> None:
    agent = hosts.greeted()
    save(agent, DRAFT)
    assert refused(agent, replace(DRAFT, invoice_email="x" * 600_000)).code == ErrorCode.STORE.value
    assert load(agent).draft == DRAFT


def test_without_a_place_it_is_said_and_the_agent_lives(hosts: Hosts) -> None:
    hosts.state_dir.write_bytes(b"a file where the folder should be")
    agent = hosts.greeted()
    assert refused(agent, DRAFT).code == ErrorCode.STORE.value
    hosts.state_dir.unlink()
    save(agent, DRAFT)
    assert load(agent).draft == DRAFT


def test_nothing_of_a_draft_is_in_the_log_and_nothing_of_it_stays_when_it_is_dropped(hosts: Hosts) -> None:
    agent = hosts.greeted()
    save(agent, DRAFT)
    load(agent)  # a call is logged after its answer, and before the next one on drafts
    log = hosts.log()
    assert "draft.save" in log
    discard(agent)
    content = (hosts.state_dir / FILE_NAME).read_bytes().decode("utf-8", "replace")
    for text in (ANNA.last_name, ANNA.phone, "klosowska.example", "ext-100"):
        assert text not in log
        assert text not in content


def test_the_database_holds_no_tick_and_no_secret(hosts: Hosts) -> None:
    agent = hosts.greeted()
    save(agent, DRAFT)
    with closing(sqlite3.connect(hosts.state_dir / FILE_NAME)) as connection:
        ((body,),) = connection.execute("SELECT body FROM draft").fetchall()
    assert not [word for word in (b"consent", b"confirmed", b"token", b"key", b"true") if word in body]


# What becomes of the form of an order


def placed(agent: Conversation, confirmed: ConfirmedOrder) -> ErrorData | None:
    """Place an order; return its failure, None where there is none."""
    try:
        agent.call(Method.ORDER_PLACE, PlaceParams(order=confirmed))
    except RefusedError as error:
        return error.data
    return None


def fates(agent: Conversation) -> tuple[tuple[str, ...], tuple[str, ...], list[str]]:
    loaded: LoadResult = agent.call(Method.ESHOP_LOAD, Nothing())
    return loaded.unanswered, loaded.unsent, [refused.error.code for refused in loaded.refused]


def test_an_accepted_order_takes_its_draft_along(hosts: Hosts, confirmed: ConfirmedOrder) -> None:
    agent = hosts.greeted()
    save(agent, DRAFT)
    assert placed(agent, confirmed) is None
    assert load(agent).draft is None
    assert fates(agent) == ((), (), [])


def test_a_refused_order_gives_back_what_was_typed(hosts: Hosts, shop: ScriptedShop, confirmed: ConfirmedOrder) -> None:
    shop.script("POST", paths.ORDERS, problem(409, "offer_withdrawn"))
    agent = hosts.greeted()
    save(agent, DRAFT)
    assert placed(agent, confirmed) is not None
    agent.kill()
    again = hosts.greeted()
    assert load(again).draft == DRAFT
    assert fates(again) == ((), (), [ErrorCode.OFFER_WITHDRAWN.value])
    discard(again)
    assert fates(again) == ((), (), [])


def test_an_order_refused_in_the_background_gives_its_form_back(
    hosts: Hosts, shop: ScriptedShop, confirmed: ConfirmedOrder
) -> None:
    shop.script("POST", paths.ORDERS, shop.commit(silence))
    agent = hosts.greeted(order_seconds=30.0)
    agent.begin(Method.ORDER_PLACE.value, PlaceParams(order=confirmed))
    until(lambda: shop.orders)
    agent.kill()
    shop.script("POST", paths.ORDERS, problem(409, "offer_withdrawn"))
    again = hosts.greeted()
    refused = again.wait_for(lambda event, _: event is Event.ORDER_REFUSED)
    assert (refused.licence_ids, refused.error.code) == (("lic-1",), ErrorCode.OFFER_WITHDRAWN.value)
    assert load(again).draft == draft_of_order(confirmed)
    again.close()
    assert fates(hosts.greeted()) == ((), (), [ErrorCode.OFFER_WITHDRAWN.value])


def test_an_order_accepted_in_the_background_takes_its_draft_along(
    hosts: Hosts, shop: ScriptedShop, confirmed: ConfirmedOrder
) -> None:
    shop.script("POST", paths.ORDERS, shop.commit(silence))
    agent = hosts.greeted(order_seconds=30.0)
    save(agent, DRAFT)
    agent.begin(Method.ORDER_PLACE.value, PlaceParams(order=confirmed))
    until(lambda: shop.orders)
    agent.kill()
    waiting = hosts.greeted(offline_only=True)
    assert load(waiting).draft == DRAFT
    waiting.close()
    again = hosts.greeted()
    again.wait_for(lambda event, _: event is Event.ORDER_CHANGED)
    assert load(again).draft is None


def test_an_order_that_was_not_sent_waits_as_a_draft_and_is_told(hosts: Hosts, confirmed: ConfirmedOrder) -> None:
    offline = hosts.greeted(shop_url=f"http://127.0.0.1:{free_port()}")
    assert placed(offline, confirmed) is not None
    offline.close()
    agent = hosts.greeted()
    assert fates(agent) == ((), ("lic-1",), [])
    assert load(agent).draft == draft_of_order(confirmed)
    assert placed(agent, replace(confirmed, key="newer-key")) is None
    assert fates(agent) == ((), (), [])
    assert load(agent).draft is None


def test_a_refusal_that_makes_no_sense_is_told_all_the_same(hosts: Hosts, confirmed: ConfirmedOrder) -> None:
    offline = hosts.greeted(shop_url=f"http://127.0.0.1:{free_port()}")
    placed(offline, confirmed)
    Outbox(hosts.state_dir).reject(confirmed.key, b"\xff no refusal")
    assert fates(hosts.greeted()) == ((), (), [ErrorCode.INTERNAL.value])
