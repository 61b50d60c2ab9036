"""What is withdrawn in eSklep is taken back on the computer: the agent installs the shop's newest file, also a smaller one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest

from r2_renewal.agent.protocol import Method, Nothing, PlaceParams, QuoteParams, WithdrawParams
from r2_renewal.domain.consent import auto_renewal_text, give
from r2_renewal.domain.offer import ServiceKind
from r2_renewal.domain.order import ConfirmedOrder, Order, Orderer
from r2_renewal.domain.program import OwnedProgram
from r2_renewal.licensing.keys import parse_trusted_keys
from r2_renewal.licensing.reader import parse_certificate
from tests.agent.conversation import Conversation, Hosts
from tests.agent.test_orders import until
from tests.agent.test_with_reference_shop import load
from tests.real_shop import RealShop

EMAIL = "faktury@zak.example"
FIRST_END, NEXT_END = date(2026, 12, 22), date(2027, 12, 22)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealShop]:
    """A shop that accepts nothing by itself."""
    shop = RealShop(tmp_path_factory.mktemp("shop"), "--accept-after", "600")
    yield shop
    shop.close()


@pytest.fixture
def computer(shop: RealShop, tmp_path: Path) -> Iterator[Hosts]:
    hosts = shop.computer(tmp_path)
    yield hosts
    hosts.close()


def installed(computer: Hosts, shop: RealShop) -> OwnedProgram:
    """Return the program as the licence on the disk has it, which is all that the host reads."""
    keys = parse_trusted_keys(shop.trusted_keys)
    (program,) = parse_certificate(computer.licence.read_bytes(), keys).programs
    return program


def place(agent: Conversation, kind: ServiceKind) -> Order:
    """Order the first offer of a kind."""
    storefront = load(agent)
    licence_id = storefront.basket[0].program.licence_id
    offer = storefront.offers_for(licence_id, kind)[0]
    quote = agent.call(Method.ORDER_QUOTE, QuoteParams(offers={licence_id: offer.offer_id})).quote
    text = auto_renewal_text(storefront.consent, quote.lines[0], EMAIL, storefront.panel_url, storefront.contact_email)
    confirmed = ConfirmedOrder(
        key=str(uuid4()),
        quote=quote,
        nip=storefront.company.nip,
        invoice_email=EMAIL,
        orderer=Orderer("Łucja", "Świątek", "+48601234567", "lucja@zak.example"),
        consents={licence_id: give(storefront.consent, text)},
        early_start=kind is ServiceKind.EXTENSION,
    )
    order: Order = agent.call(Method.ORDER_PLACE, PlaceParams(order=confirmed)).order
    return order


def withdraw(agent: Conversation, order: Order) -> None:
    declared = WithdrawParams(order_id=order.order_id, number=order.number, name="Łucja Świątek", email=EMAIL)
    agent.call(Method.ORDER_WITHDRAW, declared)


def test_an_extension_withdrawn_in_eshop_takes_the_limit_back_at_the_next_refresh(
    computer: Hosts, shop: RealShop
) -> None:
    agent = computer.greeted()
    year = place(agent, ServiceKind.SUBSCRIPTION)
    shop.fulfil(year.order_id)
    until(lambda: installed(computer, shop).valid_until == NEXT_END, 60)
    larger = place(agent, ServiceKind.EXTENSION)
    shop.fulfil(larger.order_id)
    until(lambda: installed(computer, shop).limits == {"employees": 50}, 60)
    withdraw(agent, larger)
    agent.close()
    # The next start of the program asks the shop once, by an agent of its own.
    assert computer.greeted().call(Method.LICENCE_REFRESH, Nothing()).valid_until == NEXT_END
    after = installed(computer, shop)
    assert (after.limits, after.valid_until, after.seq) == ({"employees": 5}, NEXT_END, 4)


def test_a_year_withdrawn_in_eshop_is_taken_back_at_the_next_refresh(computer: Hosts, shop: RealShop) -> None:
    agent = computer.greeted()
    year = place(agent, ServiceKind.SUBSCRIPTION)
    shop.fulfil(year.order_id)
    until(lambda: installed(computer, shop).valid_until == NEXT_END, 60)
    withdraw(agent, year)
    agent.close()
    result = computer.greeted().call(Method.LICENCE_REFRESH, Nothing())
    assert (result.valid_until, result.enrolled) == (FIRST_END, False)
    assert (installed(computer, shop).valid_until, installed(computer, shop).seq) == (FIRST_END, 3)
