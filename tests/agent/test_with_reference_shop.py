"""The real agent and the real reference shop, each a process of its own: the main job from end to end."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4

import pytest

from r2_renewal.agent import protocol
from r2_renewal.agent.protocol import CorrectParams, Delivery, Method, Nothing, PlaceParams, QuoteParams, StatusParams
from r2_renewal.clock import today_in_warsaw
from r2_renewal.domain.basket import Storefront
from r2_renewal.domain.consent import auto_renewal_text, give
from r2_renewal.domain.errors import ErrorCode
from r2_renewal.domain.offer import ServiceKind
from r2_renewal.domain.order import ConfirmedOrder, Orderer, OrderState
from r2_renewal.domain.program import OwnedProgram
from r2_renewal.reference_shop.seed import PreparedShop, prepare
from r2_renewal.store.outbox import Outbox
from tests.agent.conversation import Conversation, Hosts, RefusedError
from tests.agent.test_orders import is_changed_to, is_installed, until
from tests.licence_files import Vendor


@dataclass
class ShopProcess:
    """A reference shop being served. Attributes: prepared: its data; url: where."""

    prepared: PreparedShop
    url: str
    process: subprocess.Popen[bytes]


def serve(prepared: PreparedShop, *options: str) -> ShopProcess:
    command = [sys.executable, "-m", "r2_renewal.cli", "shop", "serve", "--state", str(prepared.folder.path)]
    process = subprocess.Popen(
        [*command, "--port", "0", "--stop-with-stdin", *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    return ShopProcess(prepared, json.loads(process.stdout.readline())["shop_url"], process)


def stop(shop: ShopProcess) -> None:
    shop.process.communicate(timeout=60)


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ShopProcess]:
    """A shop that fulfils an order in a moment; the tests order from it one after another."""
    folder = tmp_path_factory.mktemp("shop")
    shop = serve(prepare(folder, 30, today_in_warsaw()), "--auto-fulfil", "0.3")
    yield shop
    stop(shop)


def hosts_of(shop: ShopProcess, folder: Path) -> Hosts:
    hosts = Hosts(folder, Vendor(), shop.url)
    hosts.keys = tuple(protocol.KeyParam(**key) for key in shop.prepared.trusted_keys["keys"])
    hosts.licence.write_text(shop.prepared.licence, encoding="ascii")
    return hosts


@pytest.fixture
def real_hosts(reference: ShopProcess, tmp_path: Path) -> Iterator[Hosts]:
    hosts = hosts_of(reference, tmp_path)
    yield hosts
    hosts.close()


def load(agent: Conversation) -> Storefront:
    storefront: Storefront = agent.call(Method.ESHOP_LOAD, Nothing()).storefront
    return storefront


def program_of(storefront: Storefront) -> OwnedProgram:
    return next(entry.program for entry in storefront.basket if entry.program.product == "r2platnik")


def fill_in(agent: Conversation, storefront: Storefront) -> ConfirmedOrder:
    """Return what a customer confirms who orders the subscription of the first program."""
    program = program_of(storefront)
    [offer] = storefront.offers_for(program.licence_id, ServiceKind.SUBSCRIPTION)
    quote = agent.call(Method.ORDER_QUOTE, QuoteParams(offers={program.licence_id: offer.offer_id})).quote
    email = "księgowość@klosowska.example".encode("ascii", "ignore").decode()
    text = auto_renewal_text(storefront.consent, quote.lines[0], email, storefront.panel_url, storefront.contact_email)
    return ConfirmedOrder(
        key=str(uuid4()),
        quote=quote,
        nip=storefront.company.nip,
        invoice_email=email,
        orderer=Orderer("Łucja", "Świątek", "+48601234567", "lucja@klosowska.example"),
        consents={program.licence_id: give(storefront.consent, text)},
    )


def test_load_quote_place_fulfilled_and_the_licence_is_replaced_on_disk(
    real_hosts: Hosts, reference: ShopProcess
) -> None:
    agent = real_hosts.greeted()
    storefront = load(agent)
    assert len(storefront.basket) == 3
    confirmed = fill_in(agent, storefront)
    order = agent.call(Method.ORDER_PLACE, PlaceParams(order=confirmed)).order
    assert (order.lines[0].period_to, order.price) == (confirmed.quote.lines[0].period_to, confirmed.quote.price)
    installed = agent.wait_for(is_installed)
    assert installed.valid_until == confirmed.quote.lines[0].period_to
    assert real_hosts.licence.read_text(encoding="ascii") != reference.prepared.licence
    agent.wait_for(is_changed_to(OrderState.FULFILLED))
    status = agent.call(Method.ORDER_STATUS, StatusParams(order_id=order.order_id)).order
    assert status.state is OrderState.FULFILLED
    assert program_of(load(agent)).valid_until == confirmed.quote.lines[0].period_to


def test_one_key_is_one_order_for_ever(real_hosts: Hosts) -> None:
    agent = real_hosts.greeted()
    params = PlaceParams(order=fill_in(agent, load(agent)))
    first = agent.call(Method.ORDER_PLACE, params).order
    assert agent.call(Method.ORDER_PLACE, params).order.order_id == first.order_id
    agent.wait_for(is_installed)
    until(lambda: not Outbox(real_hosts.state_dir).unsettled())
    agent.close()
    again = real_hosts.greeted()
    assert again.call(Method.ORDER_PLACE, params).order.order_id == first.order_id


def test_restarted_while_pending_the_agent_installs_the_licence(real_hosts: Hosts) -> None:
    agent = real_hosts.greeted()
    confirmed = fill_in(agent, load(agent))
    agent.call(Method.ORDER_PLACE, PlaceParams(order=confirmed))
    agent.kill()
    again = real_hosts.start()
    assert again.call(Method.HELLO, real_hosts.hello()).open_orders == 1
    assert again.wait_for(is_installed).valid_until == confirmed.quote.lines[0].period_to


def test_the_shops_own_refusals_are_understood(real_hosts: Hosts) -> None:
    agent = real_hosts.greeted()
    confirmed = fill_in(agent, load(agent))
    mistyped = replace(confirmed.orderer, phone="112")
    wrong = [
        (replace(confirmed, key="k1", nip="1111111111"), ErrorCode.INVOICE_NIP_INVALID),
        (replace(confirmed, key="k2", consents={}), ErrorCode.CONSENT_REQUIRED),
        (replace(confirmed, key="k3", orderer=mistyped), ErrorCode.ORDER_INVALID),
    ]
    for order, code in wrong:
        with pytest.raises(RefusedError) as refused:
            agent.call(Method.ORDER_PLACE, PlaceParams(order=order))
        assert (refused.value.data.code, refused.value.data.delivery) == (code.value, Delivery.REFUSED.value)
    assert agent.call(Method.ORDER_PLACE, PlaceParams(order=confirmed)).order.state is not OrderState.CANCELLED
    agent.wait_for(is_installed)  # the next test orders for the same licence


def test_a_report_of_wrong_data_gets_a_ticket(real_hosts: Hosts) -> None:
    ticket = real_hosts.greeted().call(Method.DATA_CORRECT, CorrectParams(message="Zły kod pocztowy: 00-117")).ticket
    assert ticket


def test_a_licence_that_the_shop_did_not_issue_opens_nothing(real_hosts: Hosts) -> None:
    stranger = Vendor()
    real_hosts.licence.write_bytes(stranger.certificate())
    with pytest.raises(RefusedError) as refused:
        load(real_hosts.greeted())
    assert refused.value.data.code == ErrorCode.LICENCE_REFUSED_BY_SHOP.value
