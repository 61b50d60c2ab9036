"""Orders already placed, at the real shop: listed, cancelled, withdrawn from; and automatic renewal resigned from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from r2_renewal.agent import protocol
from r2_renewal.agent.placed_orders import ORDERS_A_PAGE
from r2_renewal.agent.protocol import Method, OrdersParams, PlaceParams, ResignParams, WithdrawParams
from r2_renewal.domain.errors import ErrorCode
from r2_renewal.domain.order import Order, OrderState
from tests.agent.conversation import Conversation, Hosts, RefusedError
from tests.agent.test_with_reference_shop import fill_in, load
from tests.real_shop import RealShop

PERSON, EMAIL = "Łucja Świątek", "lucja@klosowska.example"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealShop]:
    """A shop that accepts nothing by itself; each test is a customer of its own."""
    shop = RealShop(tmp_path_factory.mktemp("shop"), "--accept-after", "600")
    yield shop
    shop.close()


@pytest.fixture
def computer(shop: RealShop, tmp_path: Path) -> Iterator[Hosts]:
    hosts = shop.computer(tmp_path)
    yield hosts
    hosts.close()


def place(agent: Conversation) -> Order:
    """Order the subscription and return the order as it is listed then."""
    agent.call(Method.ORDER_PLACE, PlaceParams(order=fill_in(agent, load(agent))))
    return orders(agent)[0]


def orders(agent: Conversation, cursor: str = "") -> tuple[Order, ...]:
    result: protocol.OrdersResult = agent.call(Method.ORDERS_LOAD, OrdersParams(cursor=cursor))
    return result.orders


def declared(order: Order, **changes: str) -> WithdrawParams:
    fields = {"order_id": order.order_id, "number": order.number, "name": PERSON, "email": EMAIL}
    return WithdrawParams(**{**fields, **changes})


def test_an_order_is_listed_with_its_lines_price_and_state(computer: Hosts) -> None:
    agent = computer.greeted()
    assert orders(agent) == ()
    order = place(agent)
    (line,) = order.lines
    assert (order.state, order.number[:9], line.description) == (
        OrderState.PLACED,
        "ZAM/2026/",
        "Abonament R2płatnik do 5 pracowników",
    )
    assert (line.period_to - line.period_from).days == 364
    assert order.price.net == line.net


def test_more_orders_than_a_page_holds_come_by_its_cursor(computer: Hosts) -> None:
    agent = computer.greeted()
    placed = []
    for _ in range(ORDERS_A_PAGE + 1):
        placed.append(place(agent).order_id)
        agent.call(Method.ORDER_CANCEL, protocol.OrderCancelParams(order_id=placed[-1]))
    first = agent.call(Method.ORDERS_LOAD, OrdersParams())
    second = agent.call(Method.ORDERS_LOAD, OrdersParams(cursor=first.next))
    assert [order.order_id for order in (*first.orders, *second.orders)] == placed[::-1]
    assert (len(first.orders), second.next) == (ORDERS_A_PAGE, "")


def test_an_order_is_cancelled_once_and_for_ever(computer: Hosts) -> None:
    agent = computer.greeted()
    order = place(agent)
    for _ in range(2):
        cancelled = agent.call(Method.ORDER_CANCEL, protocol.OrderCancelParams(order_id=order.order_id)).order
        assert cancelled.state is OrderState.CANCELLED
    assert load(agent).basket[0].open_order is None
    with pytest.raises(RefusedError) as refused:
        agent.call(Method.ORDER_WITHDRAW, declared(order))
    assert refused.value.data.code == ErrorCode.ORDER_CLOSED.value


def test_a_withdrawal_has_one_receipt_however_often_it_is_declared(computer: Hosts, shop: RealShop) -> None:
    agent = computer.greeted()
    order = place(agent)
    shop.fulfil(order.order_id)
    receipts = [agent.call(Method.ORDER_WITHDRAW, declared(order)).receipt for _ in range(2)]
    assert receipts[0] == receipts[1]
    assert (receipts[0].name, receipts[0].order_number) == (PERSON, order.number)
    assert order.number in receipts[0].content
    assert orders(agent)[0].state is OrderState.WITHDRAWN


def test_an_accepted_order_is_cancelled_no_more(computer: Hosts, shop: RealShop) -> None:
    agent = computer.greeted()
    order = place(agent)
    shop.fulfil(order.order_id)
    with pytest.raises(RefusedError) as refused:
        agent.call(Method.ORDER_CANCEL, protocol.OrderCancelParams(order_id=order.order_id))
    assert refused.value.data.code == ErrorCode.ORDER_CLOSED.value


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"email": "lucja"}, {"email"}),
        ({"name": "   "}, {"name"}),
        ({"name": "", "email": ""}, {"name"}),  # the contract's own bound comes first
        ({"email": "", "number": "ZAM/1"}, {"email", "order_number"}),
    ],
)
def test_a_withdrawal_of_nobody_or_of_nothing_is_refused_field_by_field(
    computer: Hosts, changes: dict[str, str], fields: set[str]
) -> None:
    agent = computer.greeted()
    order = place(agent)
    with pytest.raises(RefusedError) as refused:
        agent.call(Method.ORDER_WITHDRAW, declared(order, **changes))
    assert refused.value.data.code == ErrorCode.ORDER_INVALID.value
    assert set(refused.value.data.fields) == fields
    assert orders(agent)[0].state is OrderState.PLACED


def test_a_renewal_is_resigned_from_and_its_consent_marked(computer: Hosts, shop: RealShop) -> None:
    agent = computer.greeted()
    order = place(agent)
    shop.fulfil(order.order_id)
    (entry,) = load(agent).basket
    assert (entry.auto_renewal, entry.renewal_date) == (True, order.lines[0].renewal_date)
    assert entry.renewal_price is not None
    licence_id = entry.program.licence_id
    agent.call(Method.RENEWAL_RESIGN, ResignParams(licence_ids=(licence_id,)))
    (after,) = load(agent).basket
    assert (after.auto_renewal, after.renewal_date, after.renewal_price) == (False, None, None)
    assert after.program.valid_until == entry.program.valid_until
    assert shop.consents(licence_id) == [("module", True)]
    # Once more changes nothing.
    agent.call(Method.RENEWAL_RESIGN, ResignParams(licence_ids=(licence_id,)))


def test_without_a_login_the_accounts_orders_are_not_there(computer: Hosts) -> None:
    with pytest.raises(RefusedError) as refused:
        computer.greeted().call(Method.ORDERS_LOAD, OrdersParams(account=True))
    assert refused.value.data.code == ErrorCode.LOGIN_AGAIN.value
