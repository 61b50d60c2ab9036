"""Whatever is sent, the shop answers as the contract says: never a failure of its own, never another media type."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from r2_renewal.contract import paths
from r2_renewal.reference_shop.seed import LICENCE_ID
from tests.reference_shop.module import Module

LONG, SHORT = 400, 25
ON_ONE_SHOP = (HealthCheck.function_scoped_fixture, HealthCheck.too_slow)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
ANY_JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
)
FIELDS = st.sampled_from(
    ["quote_id", "nip", "company_confirmed", "invoice_email", "orderer", "consents", "gross", "channel", "app_version"]
)
ORDERER_FIELDS = st.sampled_from(["first_name", "last_name", "phone", "email"])


@pytest.fixture
def examples(long_mode: bool) -> int:
    return LONG if long_mode else SHORT


def check(answer: Any) -> None:
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == paths.PROBLEM_TYPE
        assert answer.json()["status"] == answer.status_code


def test_any_json_to_any_call(module: Module, examples: int) -> None:
    calls = st.sampled_from(
        [paths.LICENCE_SESSIONS, paths.ACCOUNT_SESSIONS, paths.QUOTES, paths.ORDERS, paths.DATA_CORRECTIONS]
    )

    @settings(max_examples=examples, deadline=None, suppress_health_check=ON_ONE_SHOP)
    @given(path=calls, body=ANY_JSON)
    def send(path: str, body: Any) -> None:
        check(module.post(path, body, **{paths.IDEMPOTENCY_KEY: "k"}))

    send()


def test_an_order_with_any_one_field_changed(module: Module, examples: int) -> None:
    body = module.body(module.quote(LICENCE_ID))

    @settings(max_examples=examples, deadline=None, suppress_health_check=ON_ONE_SHOP)
    @given(field=FIELDS, value=ANY_JSON)
    def send(field: str, value: Any) -> None:
        check(module.submit({**body, field: value}))

    send()


def test_an_orderer_of_any_text(module: Module, examples: int) -> None:
    body = module.body(module.quote(LICENCE_ID))

    @settings(max_examples=examples, deadline=None, suppress_health_check=ON_ONE_SHOP)
    @given(field=ORDERER_FIELDS, value=st.text(max_size=100))
    def send(field: str, value: str) -> None:
        check(module.submit({**body, "orderer": {**body["orderer"], field: value}}))

    send()


def test_any_identifier_in_an_address(module: Module, examples: int) -> None:
    @settings(max_examples=examples, deadline=None, suppress_health_check=ON_ONE_SHOP)
    @given(identifier=st.text(min_size=1, max_size=80))
    def ask(identifier: str) -> None:
        quoted = quote(identifier, safe="")
        for path in (f"{paths.ORDERS}/{quoted}", f"{paths.LICENCES}/{quoted}/file", f"{paths.DOCUMENTS}/{quoted}/1"):
            answer = module.get(path)
            check(answer)
            assert answer.status_code in (200, 404, 405)

    ask()


@pytest.mark.parametrize("name", ["Anna\u202eannA", "Anna\x00", "\u200b", "An\x1b[31mna", "A" * 80 + " "])
def test_a_name_that_would_mislead_a_reader_is_refused(module: Module, name: str) -> None:
    body = module.body(module.quote(LICENCE_ID))
    answer = module.submit({**body, "orderer": {**body["orderer"], "first_name": name}})
    assert (answer.status_code, answer.json()["fields"]) == (
        422,
        [{"field": "orderer.first_name", "code": "invalid"}],
    )


@pytest.mark.parametrize("name", ["Żółćisława", "Anna Maria", "O’Neill", "Jean-Luc", "李明", "Đặng"])
def test_a_name_as_people_have_it_is_taken(module: Module, name: str) -> None:
    body = module.body(module.quote(LICENCE_ID))
    assert module.submit({**body, "orderer": {**body["orderer"], "first_name": name}}).status_code == 201
