"""The basket page by page, and the last one known: gathered, kept for its customer alone, shown before the shop answers."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

import msgspec
import pytest

from r2_renewal.agent import protocol
from r2_renewal.agent.protocol import Method, MoreParams, Nothing
from r2_renewal.contract import paths, structs
from r2_renewal.domain.errors import ErrorCode
from r2_renewal.domain.offer import Offer
from r2_renewal.domain.order import ConfirmedOrder
from r2_renewal.store import database
from tests.agent.conversation import Conversation, Hosts, RefusedError
from tests.agent.scripted_shop import TOKEN, Reply, ScriptedShop, json_of, order_body, raw, storefront_body
from tests.agent.test_orders import until
from tests.licence_files import LICENCE, PROGRAM, Vendor

FIRST = storefront_body()


def more(cursor: str) -> str:
    return f"{paths.PROGRAMS}?cursor={cursor}"


def first_page(following: str | None) -> Reply:
    return raw(json_of(msgspec.structs.replace(FIRST, next=following)))


def later_page(licence_id: str, following: str | None = None, state: str = "accepted") -> Reply:
    """Answer with one program more, its offer and its order."""
    program = msgspec.structs.replace(FIRST.programs[0], licence_id=licence_id, name=f"R2płatnik {licence_id}")
    offers = tuple(msgspec.structs.replace(offer, licence_id=licence_id) for offer in FIRST.offers)
    order = order_body(f"ord-{licence_id}", state)
    line = msgspec.structs.replace(order.lines[0], licence_id=licence_id)
    orders = (msgspec.structs.replace(order, lines=(line,)),)
    return raw(json_of(structs.ProgramList(programs=(program,), offers=offers, orders=orders, next=following)))


def three_pages(shop: ScriptedShop) -> None:
    shop.script("GET", paths.STOREFRONT, first_page("lic-1"))
    shop.script("GET", more("lic-1"), later_page("lic-2", "lic-2"))
    shop.script("GET", more("lic-2"), later_page("lic-3", state="fulfilled"))


def load(agent: Conversation) -> protocol.LoadResult:
    result: protocol.LoadResult = agent.call(Method.ESHOP_LOAD, Nothing())
    return result


def rest(agent: Conversation, cursor: str, *, stored: bool = False) -> list[protocol.MoreResult]:
    """Ask for page after page."""
    pages = []
    while cursor:
        pages.append(agent.call(Method.ESHOP_MORE, MoreParams(cursor=cursor, stored=stored)))
        cursor = pages[-1].next
    return pages


def stored(agent: Conversation) -> protocol.LoadResult | None:
    result: protocol.LoadResult | None = agent.call(Method.ESHOP_STORED, Nothing()).load
    return result


def kept(hosts: Hosts) -> list[tuple[Any, ...]]:
    if not database.exists(hosts.state_dir):
        return []
    with closing(sqlite3.connect(hosts.state_dir / database.FILE_NAME)) as connection:
        return connection.execute("SELECT customer, page, body FROM storefront ORDER BY page").fetchall()


def licences(*pages: protocol.MoreResult) -> list[str]:
    return [entry.program.licence_id for page in pages for entry in page.entries]


def test_a_basket_comes_page_by_page_and_each_program_with_its_order_and_offers(
    hosts: Hosts, shop: ScriptedShop
) -> None:
    three_pages(shop)
    agent = hosts.greeted()
    first = load(agent)
    assert ([entry.program.licence_id for entry in first.storefront.basket], first.next) == (["lic-1"], "lic-1")
    pages = rest(agent, first.next)
    assert licences(*pages) == ["lic-2", "lic-3"]
    second, third = (page.entries[0] for page in pages)
    assert second.open_order is not None
    assert second.open_order.licence_ids == ("lic-2",)
    assert (third.open_order, third.on_sale) == (None, True)
    offers = msgspec.json.decode(pages[0].offers, type=tuple[Offer, ...])
    # One of a kind that this version does not know is left out.
    assert [(offer.licence_id, offer.offer_id) for offer in offers] == [("lic-2", "sub-50")]


def test_the_last_one_known_is_shown_by_another_agent_without_the_shop(hosts: Hosts, shop: ScriptedShop) -> None:
    three_pages(shop)
    agent = hosts.greeted()
    first = load(agent)
    pages = rest(agent, first.next)
    until(lambda: len(kept(hosts)) == 3)
    asked = len(shop.requests)
    again = hosts.greeted()
    remembered = stored(again)
    assert remembered is not None
    names = [entry.program for entry in remembered.storefront.basket]
    assert names == [entry.program for entry in first.storefront.basket]
    assert remembered.storefront.fetched_at == first.storefront.fetched_at
    later = rest(again, remembered.next, stored=True)
    assert licences(*later) == licences(*pages)
    assert [page.entries[0].open_order is None for page in later] == [False, True]
    assert len(shop.requests) == asked


def test_where_nothing_was_ever_loaded_nothing_is_known(hosts: Hosts) -> None:
    assert stored(hosts.greeted()) is None
    assert kept(hosts) == []


def test_a_basket_that_did_not_come_whole_leaves_the_one_before(hosts: Hosts, shop: ScriptedShop) -> None:
    three_pages(shop)
    agent = hosts.greeted()
    rest(agent, load(agent).next)
    until(lambda: len(kept(hosts)) == 3)
    before = kept(hosts)
    shop.script("GET", paths.STOREFRONT, first_page("lic-1"), first_page(None))
    load(agent)
    assert kept(hosts) == before
    load(agent)
    until(lambda: len(kept(hosts)) == 1)


def test_it_is_another_customers_no_more_than_a_draft_is(hosts: Hosts, vendor: Vendor) -> None:
    agent = hosts.greeted()
    load(agent)
    until(lambda: len(kept(hosts)) == 1)
    mine = hosts.licence.read_bytes()
    hosts.licence.write_bytes(vendor.certificate(LICENCE._replace(customer_id="cust-2")))
    assert stored(agent) is None
    hosts.licence.write_bytes(mine)
    assert stored(agent) is not None
    hosts.licence.unlink()
    assert stored(agent) is None


def test_a_licence_exchanged_while_pages_come_keeps_nothing(hosts: Hosts, shop: ScriptedShop, vendor: Vendor) -> None:
    three_pages(shop)
    agent = hosts.greeted()
    first = load(agent)
    hosts.licence.write_bytes(vendor.certificate(LICENCE._replace(customer_id="cust-2")))
    rest(agent, first.next)
    agent.close()
    assert kept(hosts) == []


@pytest.mark.parametrize("body", [b"", b"{}", b'{"storefront": 1}', b"\xff", b"[" * 10_000])
def test_a_page_that_cannot_be_read_is_none(hosts: Hosts, body: bytes) -> None:
    agent = hosts.greeted()
    load(agent)
    until(lambda: len(kept(hosts)) == 1)
    with database.writing(hosts.state_dir) as connection:
        connection.execute("UPDATE storefront SET body = ?", (body,))
    assert stored(agent) is None
    with pytest.raises(RefusedError) as refused:
        agent.call(Method.ESHOP_MORE, MoreParams(cursor="0", stored=True))
    assert refused.value.data.code == ErrorCode.STORE.value


@pytest.mark.parametrize("cursor", ["", "9", "-1", "x", "१"])
def test_a_page_that_was_never_kept_is_said(hosts: Hosts, cursor: str) -> None:
    with pytest.raises(RefusedError) as refused:
        hosts.greeted().call(Method.ESHOP_MORE, MoreParams(cursor=cursor, stored=True))
    assert refused.value.data.code == ErrorCode.STORE.value


def test_no_secret_is_kept_and_nobodys_data(hosts: Hosts, shop: ScriptedShop) -> None:
    three_pages(shop)
    agent = hosts.greeted()
    first = load(agent)
    rest(agent, first.next)
    until(lambda: len(kept(hosts)) == 3)
    content = (hosts.state_dir / database.FILE_NAME).read_bytes()
    company = first.storefront.company
    personal = (company.name, company.nip, company.street, first.storefront.invoice_email, "anna.nowak@")
    assert [text for text in (TOKEN, "BEGIN LICENSE", *personal) if text.encode() in content] == []


def test_whose_it_is_stands_in_the_licence(hosts: Hosts) -> None:
    agent = hosts.greeted()
    load(agent)
    until(lambda: len(kept(hosts)) == 1)
    remembered = stored(agent)
    assert remembered is not None
    assert (remembered.storefront.company.name, remembered.storefront.company.nip) == (LICENCE.company, LICENCE.nip)


def test_an_order_placed_since_is_known_also_of_the_last_basket(
    hosts: Hosts, shop: ScriptedShop, confirmed: ConfirmedOrder
) -> None:
    agent = hosts.greeted()
    load(agent)
    until(lambda: len(kept(hosts)) == 1)
    shop.close()
    with pytest.raises(RefusedError):
        agent.call(Method.ORDER_PLACE, protocol.PlaceParams(order=confirmed))
    remembered = stored(agent)
    assert remembered is not None
    assert remembered.unsent == ("lic-1",)


def test_a_program_on_a_later_page_is_refreshed_by_itself(hosts: Hosts, shop: ScriptedShop) -> None:
    other = msgspec.structs.replace(FIRST.programs[0], licence_id="lic-0")
    page = raw(json_of(msgspec.structs.replace(FIRST, programs=(other,), next="lic-0")))
    own = raw(json_of(msgspec.structs.replace(FIRST.programs[0], auto_renewal=True)))
    shop.script("GET", paths.STOREFRONT, page, page)
    shop.script("GET", paths.program(PROGRAM.licence_id), own, own)
    agent = hosts.greeted()
    for _ in range(2):
        result = agent.call(Method.LICENCE_REFRESH, Nothing())
        assert (result.valid_until, result.enrolled) == (PROGRAM.valid_until, True)
    # The first page's tag says nothing of it, so it is never asked by that tag.
    assert {seen.headers.get("if-none-match") for seen in shop.seen("GET", paths.STOREFRONT)} == {None}
