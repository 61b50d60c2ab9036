"""Several agents over one state folder, as windows with other settings have: each order is sent by its own, and once."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing

import pytest

from r2_renewal.agent.protocol import Delivery, Method, Nothing, PlaceParams
from r2_renewal.contract import paths
from r2_renewal.domain.errors import ErrorCode
from r2_renewal.domain.order import ConfirmedOrder, OrderState
from r2_renewal.store.outbox import LEASE_SECONDS, OutboxState
from tests.agent.conversation import Conversation, Hosts
from tests.agent.scripted_shop import ScriptedShop, problem, reset, silence
from tests.agent.test_orders import is_changed_to, place, refusal, row_of, sent_alike, until
from tests.licence_files import LICENCE, Vendor

ANOTHERS = LICENCE._replace(customer_id="cust-2", company="Inna sp. z o.o.", nip="7010019252")
# In which an agent that would take an order up has done so: it begins at once, and looks again twice a second.
LONG_ENOUGH = 2.0


@pytest.fixture
def another_shop(vendor: Vendor) -> Iterator[ScriptedShop]:
    """A shop that knows nothing of the licence here."""
    with closing(ScriptedShop(vendor)) as shop:
        shop.script("POST", paths.LICENCE_SESSIONS, *[problem(403, "licence_refused")] * 99)
        yield shop


def settled(hosts: Hosts, agent: Conversation, confirmed: ConfirmedOrder) -> None:
    """Wait until an agent was told that the shop has the order."""
    agent.wait_for(is_changed_to(OrderState.PLACED))
    assert row_of(hosts, confirmed).state is OutboxState.ACCEPTED


def left_unknown(hosts: Hosts, shop: ScriptedShop, confirmed: ConfirmedOrder) -> None:
    """Have the shop take an order whose answer its agent, which is killed then, never gets."""
    shop.script("POST", paths.ORDERS, shop.commit(reset), *[reset] * 2)
    ours = hosts.greeted(order_seconds=1.0)
    assert refusal(ours, confirmed).delivery == Delivery.UNKNOWN.value
    ours.kill()


def test_agents_with_other_settings_send_an_order_once_at_a_time_and_the_same(
    hosts: Hosts, shop: ScriptedShop, confirmed: ConfirmedOrder
) -> None:
    shop.script("POST", paths.ORDERS, shop.commit(silence))
    first = hosts.greeted(order_seconds=LEASE_SECONDS, product_code="r2platnik")
    others = [hosts.greeted(call_seconds=seconds) for seconds in (3.0, 5.0)]
    number = first.begin(Method.ORDER_PLACE.value, PlaceParams(order=confirmed))
    until(lambda: shop.orders)
    others.append(hosts.greeted(call_seconds=6.0))  # finds it on its way, and leaves it to who sends it
    time.sleep(LONG_ENOUGH)
    assert sent_alike(shop, confirmed) == 1
    error = first.end(number).error
    assert error is not None
    assert (error.data.code, error.data.delivery) == (ErrorCode.ORDER_UNKNOWN.value, Delivery.UNKNOWN.value)
    until(lambda: row_of(hosts, confirmed).state is OutboxState.ACCEPTED)
    time.sleep(LONG_ENOUGH)
    assert (sent_alike(shop, confirmed), list(shop.orders)) == (2, [confirmed.key])


def test_another_customers_agent_neither_sends_nor_judges_an_order(
    hosts: Hosts, shop: ScriptedShop, vendor: Vendor, confirmed: ConfirmedOrder
) -> None:
    left_unknown(hosts, shop, confirmed)
    sent = sent_alike(shop, confirmed)
    shop.forget_scripts()
    # In another customer's session the shop knows nothing of it.
    shop.script("POST", paths.ORDERS, *[problem(404, "not_found")] * 9)
    theirs = hosts.state_dir.parent / "inna.lic"
    theirs.write_bytes(vendor.certificate(ANOTHERS))
    other = hosts.greeted(licence_path=str(theirs))
    other.call(Method.ESHOP_LOAD, Nothing())
    time.sleep(LEASE_SECONDS + LONG_ENOUGH)
    assert sent_alike(shop, confirmed) == sent
    assert row_of(hosts, confirmed).state in (OutboxState.UNKNOWN, OutboxState.SENDING)
    shop.forget_scripts()
    settled(hosts, hosts.greeted(), confirmed)
    assert list(shop.orders) == [confirmed.key]


def test_an_order_on_its_way_is_asked_about_by_its_own_agent_alone(
    hosts: Hosts, shop: ScriptedShop, vendor: Vendor, confirmed: ConfirmedOrder
) -> None:
    ours = hosts.greeted()
    place(ours, confirmed)
    ours.close()
    hosts.licence.write_bytes(vendor.certificate(ANOTHERS))
    asked = len(shop.seen("GET", paths.order("ord-1")))
    hosts.greeted().call(Method.ESHOP_LOAD, Nothing())
    time.sleep(LONG_ENOUGH)
    assert len(shop.seen("GET", paths.order("ord-1"))) == asked
    assert not row_of(hosts, confirmed).settled


def test_a_form_of_one_customer_is_not_sent_with_anothers_licence(
    hosts: Hosts, shop: ScriptedShop, vendor: Vendor, confirmed: ConfirmedOrder
) -> None:
    agent = hosts.greeted()
    hosts.licence.write_bytes(vendor.certificate(ANOTHERS))
    data = refusal(agent, confirmed, customer=LICENCE.customer_id)
    assert (data.code, data.delivery) == (ErrorCode.LICENCE_OTHER_CUSTOMER.value, Delivery.NOT_SENT.value)
    assert shop.seen("POST", paths.ORDERS) == []
    hosts.licence.write_bytes(vendor.certificate())
    assert place(agent, confirmed).order_id == "ord-1"


def test_another_shop_gets_nothing_of_an_order(
    hosts: Hosts, shop: ScriptedShop, another_shop: ScriptedShop, confirmed: ConfirmedOrder
) -> None:
    left_unknown(hosts, shop, confirmed)
    other = hosts.greeted(shop_url=another_shop.url)
    until(lambda: another_shop.seen("POST", paths.LICENCE_SESSIONS))
    time.sleep(LONG_ENOUGH)
    assert another_shop.seen("POST", paths.ORDERS) == []
    assert row_of(hosts, confirmed).state in (OutboxState.UNKNOWN, OutboxState.SENDING)
    other.close()
    shop.forget_scripts()
    settled(hosts, hosts.greeted(), confirmed)
