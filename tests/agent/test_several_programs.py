"""Orders for several programs through the agent: priced, sent and told as one; what earlier versions left is read."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from r2_renewal.agent import translate
from r2_renewal.agent.outbox import refusal_of
from r2_renewal.agent.protocol import Delivery, Method, Nothing, PlaceParams, QuoteParams
from r2_renewal.contract import paths
from r2_renewal.contract.structs import OrderRequest, QuoteRequest
from r2_renewal.domain.consent import give
from r2_renewal.domain.errors import ErrorCode, RenewalError
from r2_renewal.domain.order import ConfirmedOrder
from r2_renewal.store.outbox import Outbox, OutboxRow, OutboxState
from tests.agent.conversation import Hosts
from tests.agent.scripted_shop import LINE, ScriptedShop, json_of, order_body, problem, quote_body, raw
from tests.samples import CONSENT, OTHER_SUBSCRIPTION, SUBSCRIPTION, line_for, quote_of

TWO_LINES = (LINE, msgspec.structs.replace(LINE, licence_id="lic-2", program="R2księga", offer_id="sub-k-50"))


@pytest.fixture
def of_both(confirmed: ConfirmedOrder) -> ConfirmedOrder:
    """What a customer confirmed for two programs."""
    quote = quote_of([line_for(SUBSCRIPTION), line_for(OTHER_SUBSCRIPTION)])
    consents = {licence_id: give(CONSENT, f"Zgoda {licence_id}") for licence_id in quote.licence_ids}
    return replace(confirmed, quote=quote, consents=consents)


def test_the_price_of_several_is_asked_for_at_once(hosts: Hosts, shop: ScriptedShop) -> None:
    shop.script("POST", paths.QUOTES, raw(json_of(msgspec.structs.replace(quote_body(), lines=TWO_LINES), 201)))
    offers = {"lic-1": "sub-50", "lic-2": "sub-k-50"}
    quote = hosts.greeted().call(Method.ORDER_QUOTE, QuoteParams(offers=offers)).quote
    assert quote.licence_ids == ("lic-1", "lic-2")
    (asked,) = shop.seen("POST", paths.QUOTES)
    items = msgspec.json.decode(asked.body, type=QuoteRequest).items
    assert {item.licence_id: item.offer_id for item in items} == offers


@pytest.mark.parametrize(
    "changed", [{"kind": "lease"}, {"kind": "extension"}, {"renewal": None}], ids=["unknown", "mixed", "no renewal"]
)
def test_a_quote_that_cannot_be_shown_rightly_is_none(changed: dict[str, object]) -> None:
    lines = (TWO_LINES[0], msgspec.structs.replace(TWO_LINES[1], **changed))
    with pytest.raises(RenewalError) as error:
        translate.quote(msgspec.structs.replace(quote_body(), lines=lines))
    assert error.value.code is ErrorCode.NOT_THE_SHOP


def test_one_order_is_sent_with_a_consent_for_each(hosts: Hosts, shop: ScriptedShop, of_both: ConfirmedOrder) -> None:
    shop.script(
        "POST", paths.ORDERS, raw(json_of(msgspec.structs.replace(order_body("o", "placed"), lines=TWO_LINES), 201))
    )
    order = hosts.greeted().call(Method.ORDER_PLACE, PlaceParams(order=of_both)).order
    assert order.licence_ids == ("lic-1", "lic-2")
    (sent,) = shop.seen("POST", paths.ORDERS)
    request = msgspec.json.decode(sent.body, type=OrderRequest)
    assert {consent.licence_id: consent.sha256 for consent in request.consents} == {
        licence_id: consent.sha256 for licence_id, consent in of_both.consents.items()
    }


def test_a_refused_order_is_told_of_each_program(hosts: Hosts, shop: ScriptedShop, of_both: ConfirmedOrder) -> None:
    shop.script("POST", paths.ORDERS, problem(409, "offer_withdrawn"))
    agent = hosts.greeted()
    answer = agent.end(agent.begin(Method.ORDER_PLACE.value, PlaceParams(order=of_both)))
    assert answer.error is not None
    (refused,) = agent.call(Method.ESHOP_LOAD, Nothing()).refused
    assert refused.licence_ids == ("lic-1", "lic-2")
    row = Outbox(hosts.state_dir).row(of_both.key)
    assert row is not None
    assert row.licence_ids == refused.licence_ids


@pytest.mark.parametrize(
    ("professional", "kind"), [(False, "undeclared"), (True, "sole_professional")], ids=["nothing", "declared"]
)
def test_what_was_declared_goes_with_the_order(confirmed: ConfirmedOrder, professional: bool, kind: str) -> None:
    declared = replace(confirmed, is_professional=professional, early_start=professional)
    request = translate.order_request(declared, "1")
    assert (request.buyer_kind, request.early_start) == (kind, professional)
    body = msgspec.json.encode(request)
    assert (b"buyer_kind" in body, b"early_start" in body) == (professional, professional)


def rejected(answer: bytes) -> OutboxRow:
    """Return a refused order as an outbox holds it."""
    return OutboxRow("k", "lic-1", "digest", b"", OutboxState.REJECTED, "", "", answer, False, "", 0.0, 0.0)


def test_a_refusal_that_an_earlier_version_wrote_keeps_its_reason() -> None:
    old = {
        "code": ErrorCode.PRICE_CHANGED.value,
        "delivery": "refused",
        "quote": {"quote_id": "q", "offer_id": "sub-50"},
    }
    found = refusal_of(rejected(msgspec.json.encode(old)))
    assert (found.code, found.delivery, found.quote) == (ErrorCode.PRICE_CHANGED.value, Delivery.REFUSED.value, None)


def test_a_refusal_that_cannot_be_read_is_an_internal_one() -> None:
    assert refusal_of(rejected(b"?")).code == ErrorCode.INTERNAL.value
