"""The shop against its own description, by schemathesis: every call alone, and calls that follow from one another.

Checked: no 5xx, and no status, media type or body that the description does not name. The caller has an account's session, which
reaches every call, and the limits are so wide that the tries of one address are not all refused.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.stateful import run_state_machine_as_test
from schemathesis import checks, openapi
from schemathesis.specs.openapi import checks as conformance

from r2_renewal.reference_shop import account_routes
from r2_renewal.reference_shop.fulfilment import invoice
from r2_renewal.reference_shop.limit import Limit, Limits
from r2_renewal.reference_shop.seed import LICENCE_ID, PreparedShop
from r2_renewal.reference_shop.shop import Shop
from tests.reference_shop.module import Module

LONG, SHORT = 100, 20
# Each of these costs a hash of a password, or ends the session that all the others need.
SLOW = {"POST /v1/account-sessions"}
ENDING = {"DELETE /v1/account-sessions/current"}
CHECKS = [
    checks.not_a_server_error,
    conformance.status_code_conformance,
    conformance.content_type_conformance,
    conformance.response_schema_conformance,
]
UNLIMITED = Limits(**{entry.name: Limit(entry.name, 10**9) for entry in fields(Limits)})


@pytest.fixture
def examples(long_mode: bool) -> int:
    return LONG if long_mode else SHORT


@pytest.fixture
def account(serve: Callable[..., Module], prepared: PreparedShop, monkeypatch: pytest.MonkeyPatch) -> Module:
    monkeypatch.setattr(account_routes, "RESET_SECONDS", 0.0)
    return serve(limits=UNLIMITED).log_in(prepared.account_email, prepared.account_password)


def send(account: Module, case: Any) -> Any:
    """Send what was made up, and check and return the answer."""
    made = case.as_transport_kwargs(base_url=str(account.http.base_url))
    answer = account.http.request(
        made["method"],
        made["url"],
        params=made.get("params"),
        headers={**(made.get("headers") or {}), **account.headers},
        json=made.get("json"),
        content=made.get("data"),
    )
    given = schemathesis.Response.from_any(answer)
    case.validate_response(given, checks=CHECKS)
    return given


def test_every_call_answers_as_described(account: Module, examples: int) -> None:
    described = openapi.from_dict(account.get("/schema/openapi.json").json())
    sent = dict.fromkeys(ENDING, 0)
    for found in described.get_all_operations():
        operation = found.ok()
        if operation.label not in ENDING:
            most = examples // 4 if operation.label in SLOW else examples
            sent[operation.label] = _try(account, operation, most)
    assert len(sent) == sum(len(calls) for calls in described.raw_schema["paths"].values())
    busy = {label for label, times in sent.items() if times >= examples // 4}
    assert {"POST /v1/orders", "PATCH /v1/customer", "POST /v1/quotes"} <= busy


def _try(account: Module, operation: Any, examples: int) -> int:
    sent: list[Any] = []

    @settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(case=operation.as_strategy())
    def one(case: Any) -> None:
        sent.append(case)
        send(account, case)

    one()
    return len(sent)


def test_calls_that_follow_from_one_another_answer_as_described(account: Module, shop: Shop, examples: int) -> None:
    invoice(shop, account.order(LICENCE_ID)["order_id"])  # so that there is something to follow
    described = openapi.from_dict(account.get("/schema/openapi.json").json())
    answered: set[tuple[str, int]] = set()

    class Customer(described.exclude(path_regex="account-sessions").as_state_machine()):  # type: ignore[misc]
        """A customer who does one thing after another with what the answers name."""

        def call(self, case: Any, **_options: Any) -> Any:
            answer = send(account, case)
            answered.add((case.operation.label, int(answer.status_code)))
            return answer

        def validate_response(self, *_checked: Any, **_already: Any) -> None:
            """Leave it: ``send`` has."""

    run_state_machine_as_test(
        Customer,
        settings=settings(
            max_examples=examples,
            stateful_step_count=6,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )
    assert [label for label, status in answered if "{" in label and status == 200], answered
