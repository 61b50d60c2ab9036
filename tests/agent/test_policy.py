"""The administrator's word in the agent: no connection at all, or only through the given proxy."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import msgspec
import pytest

from r2_renewal.agent.protocol import Delivery, LicenceInstalled, Method, Nothing, PlaceParams
from r2_renewal.agent.protocol import ImportParams as Import
from r2_renewal.domain.errors import ErrorCode
from r2_renewal.domain.order import ConfirmedOrder
from r2_renewal.store.outbox import Outbox, OutboxState
from tests.agent.conversation import Hosts, RefusedError
from tests.agent.scripted_shop import ScriptedShop, free_port


@pytest.fixture
def proxy() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(10)
        yield listener


def test_offline_by_policy_reaches_nobody_and_says_who_decided(
    hosts: Hosts, shop: ScriptedShop, confirmed: ConfirmedOrder
) -> None:
    agent = hosts.greeted(offline_only=True)
    for method, params in ((Method.ESHOP_LOAD, Nothing()), (Method.ORDER_PLACE, PlaceParams(order=confirmed))):
        with pytest.raises(RefusedError) as refused:
            agent.call(method, params)
        assert refused.value.data.code == ErrorCode.OFFLINE_BY_POLICY.value
    assert refused.value.data.delivery == Delivery.NOT_SENT.value
    assert shop.requests == []


def test_offline_by_policy_still_installs_a_licence_from_a_file(hosts: Hosts, shop: ScriptedShop) -> None:
    agent = hosts.greeted(offline_only=True)
    installed = agent.call(Method.LICENCE_IMPORT, Import(path=str(hosts.licence)))
    assert isinstance(installed, LicenceInstalled)
    assert shop.requests == []


def test_offline_by_policy_gives_up_no_order_that_may_have_arrived(
    hosts: Hosts, shop: ScriptedShop, confirmed: ConfirmedOrder
) -> None:
    online = hosts.greeted()
    online.call(Method.ORDER_PLACE, PlaceParams(order=confirmed))
    online.close()
    before = len(shop.requests)
    offline = hosts.greeted(offline_only=True)
    with pytest.raises(RefusedError):
        offline.call(Method.ESHOP_LOAD, Nothing())
    (row,) = Outbox(hosts.state_dir).unsettled()
    assert (row.state, len(shop.requests)) == (OutboxState.ACCEPTED, before)


def test_the_given_proxy_goes_before_the_systems_and_its_exceptions(hosts: Hosts, proxy: socket.socket) -> None:
    dead = f"http://127.0.0.1:{free_port()}"
    agent = hosts.start({"HTTPS_PROXY": dead, "https_proxy": dead, "NO_PROXY": "*", "no_proxy": "*"})
    hello = hosts.hello(
        shop_url="https://sklep.example", proxy=f"http://kadry:haslo@127.0.0.1:{proxy.getsockname()[1]}"
    )
    agent.call(Method.HELLO, hello)
    number = agent.begin(Method.ESHOP_LOAD.value, Nothing())
    peer, _ = proxy.accept()
    with peer:
        asked = peer.recv(4096)
        peer.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
    assert asked.startswith(b"CONNECT sklep.example:443 ")
    answer = agent.end(number)
    assert answer.error is not None
    assert answer.error.data.code == ErrorCode.PROXY.value
    assert "kadry" not in hosts.log()


def test_the_proxy_is_not_for_loopback(hosts: Hosts, shop: ScriptedShop) -> None:
    agent = hosts.greeted(proxy=f"http://127.0.0.1:{free_port()}")
    agent.call(Method.ESHOP_LOAD, Nothing())
    assert shop.requests


def test_an_older_host_that_knows_of_no_policy_is_understood(hosts: Hosts) -> None:
    told = msgspec.to_builtins(hosts.hello())
    assert "proxy" not in told
    assert "offline_only" not in told
