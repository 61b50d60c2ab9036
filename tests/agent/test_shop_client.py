"""The shop's API as calls: sessions, texts, what is new or not there. What a network does to them is in ``tests/faults``."""

from __future__ import annotations

import json
import time

import pytest
from msgspec.structs import replace

from r2_renewal.agent.protocol import Method, Nothing, StatusParams
from r2_renewal.contract import paths
from r2_renewal.domain.errors import ErrorCode
from r2_renewal.domain.order import OrderState
from tests.agent.conversation import Conversation, Hosts, RefusedError
from tests.agent.scripted_shop import (
    ScriptedShop,
    http,
    json_of,
    problem,
    raw,
    storefront_body,
)
from tests.faults.network import Scene, patient, started
from tests.licence_files import LICENCE, Vendor

__all__ = ["patient", "started"]


def failure(agent: Conversation) -> ErrorCode:
    with pytest.raises(RefusedError) as refused:
        agent.call(Method.ESHOP_LOAD, Nothing())
    return ErrorCode(refused.value.data.code)


def test_three_tries_are_three_for_the_session_too(hosts: Hosts, shop: ScriptedShop) -> None:
    shop.script("POST", paths.LICENCE_SESSIONS, *[raw(http(502, b"<h1>oops</h1>", "text/html"))] * 9)
    assert failure(hosts.greeted(call_seconds=8.0)) is ErrorCode.SHOP_FAILURE
    assert len(shop.seen("POST", paths.LICENCE_SESSIONS)) == 3


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("wait", ["1000000000", "60"])
def test_a_wait_asked_for_where_the_session_is_opened_is_kept_to_as_well(
    hosts: Hosts, shop: ScriptedShop, wait: str, status: int
) -> None:
    code = "too_many_requests" if status == 429 else "internal_error"
    shop.script("POST", paths.LICENCE_SESSIONS, *[problem(status, code, f"Retry-After: {wait}")] * 9)
    assert failure(hosts.greeted(call_seconds=8.0)) in (ErrorCode.SHOP_BUSY, ErrorCode.SHOP_FAILURE)
    assert len(shop.seen("POST", paths.LICENCE_SESSIONS)) == 1


def test_a_short_wait_asked_for_where_the_session_is_opened_is_waited(hosts: Hosts, shop: ScriptedShop) -> None:
    agent = hosts.greeted(call_seconds=8.0)
    shop.script("POST", paths.LICENCE_SESSIONS, problem(429, "too_many_requests", "Retry-After: 2"))
    began = time.monotonic()
    agent.call(Method.ESHOP_LOAD, Nothing())
    assert time.monotonic() - began >= 2.0


def test_a_lost_session_is_renewed_once_and_in_silence(patient: Scene) -> None:
    sessions = len(patient.shop.seen("POST", paths.LICENCE_SESSIONS))
    patient.shop.script("GET", paths.STOREFRONT, problem(401, "unauthorized"))
    patient.agent.call(Method.ESHOP_LOAD, Nothing())
    patient.shop.script("GET", paths.STOREFRONT, problem(401, "unauthorized"), problem(401, "unauthorized"))
    assert patient.code() is ErrorCode.SESSION_EXPIRED
    assert len(patient.shop.seen("POST", paths.LICENCE_SESSIONS)) == sessions + 2


def test_another_licence_file_gets_a_session_of_its_own(hosts: Hosts, shop: ScriptedShop, vendor: Vendor) -> None:
    agent = hosts.greeted()
    agent.call(Method.ESHOP_LOAD, Nothing())
    agent.call(Method.ESHOP_LOAD, Nothing())
    other = vendor.certificate(LICENCE._replace(customer_id="cust-2"))
    hosts.licence.write_bytes(other)
    agent.call(Method.ESHOP_LOAD, Nothing())
    sent = [json.loads(seen.body)["certificate"].encode() for seen in shop.seen("POST", paths.LICENCE_SESSIONS)]
    assert sent == [vendor.certificate(), other]


def test_a_session_outlives_a_licence_file_that_is_gone_for_a_moment(hosts: Hosts, shop: ScriptedShop) -> None:
    agent = hosts.greeted()
    agent.call(Method.ESHOP_LOAD, Nothing())
    hosts.licence.unlink()
    agent.call(Method.ESHOP_LOAD, Nothing())
    assert len(shop.seen("POST", paths.LICENCE_SESSIONS)) == 1


def test_texts_are_fetched_once_a_version(patient: Scene) -> None:
    patient.agent.call(Method.ESHOP_LOAD, Nothing())
    terms = paths.document("terms", "1")
    before = len(patient.shop.seen("GET", terms))
    storefront = patient.agent.call(Method.ESHOP_LOAD, Nothing()).storefront
    assert len(patient.shop.seen("GET", terms)) == before
    assert (storefront.terms.kind, storefront.terms.text) == ("terms", "Treść {email}")


def test_what_this_version_does_not_know_is_left_out_or_pending(patient: Scene) -> None:
    storefront = patient.agent.call(Method.ESHOP_LOAD, Nothing()).storefront
    assert [offer.offer_id for offer in storefront.offers] == ["sub-50"]
    assert storefront.basket[0].open_order.state is OrderState.PENDING


@pytest.mark.parametrize("length", [300, 301, 200_000])
def test_names_longer_than_the_contract_lets_any_be_are_not_the_shops(patient: Scene, length: int) -> None:
    shown = storefront_body()
    named = replace(shown, company=replace(shown.company, name="Ż" * length))
    patient.shop.script("GET", paths.STOREFRONT, raw(json_of(named)))
    if length <= 300:
        assert patient.agent.call(Method.ESHOP_LOAD, Nothing()).storefront.company.name == "Ż" * length
    else:
        assert failure(patient.agent) is ErrorCode.NOT_THE_SHOP


def test_an_order_that_is_not_there_is_said_so(patient: Scene) -> None:
    with pytest.raises(RefusedError) as refused:
        patient.agent.call(Method.ORDER_STATUS, StatusParams(order_id="../storefront"))
    assert refused.value.data.code == ErrorCode.NOT_FOUND.value


@pytest.mark.parametrize(
    "url",
    ["http://example.com", "ftp://127.0.0.1", "https://", "https://a:b@example.com", "https://example.com?x=1", ""],
)
def test_an_address_that_is_no_shops_is_a_matter_of_configuration(hosts: Hosts, url: str) -> None:
    assert failure(hosts.greeted(shop_url=url)) is ErrorCode.CONFIGURATION


LICENCES = {
    "missing": (None, ErrorCode.LICENCE_MISSING),
    "empty": (b"", ErrorCode.LICENCE_MALFORMED),
    "no-licence": (b"PK\x03\x04" * 1000, ErrorCode.LICENCE_MALFORMED),
    "forged": (Vendor().certificate().replace(b"test-1", b"test-1"), ErrorCode.LICENCE_REFUSED_BY_SHOP),
}


@pytest.mark.parametrize(("content", "code"), LICENCES.values(), ids=LICENCES.keys())
def test_without_a_licence_the_reason_is_said_and_garbage_is_sent_nowhere(
    hosts: Hosts, shop: ScriptedShop, content: bytes | None, code: ErrorCode
) -> None:
    shop.script("POST", paths.LICENCE_SESSIONS, problem(403, "licence_refused"))
    hosts.licence.unlink() if content is None else hosts.licence.write_bytes(content)
    assert failure(hosts.greeted()) is code
    sent = bool(shop.seen("POST", paths.LICENCE_SESSIONS))
    assert sent == (code is ErrorCode.LICENCE_REFUSED_BY_SHOP)
