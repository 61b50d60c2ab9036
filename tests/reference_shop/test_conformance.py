"""The shop against its own description, by schemathesis: every call alone, and calls that follow from one another.

Checked: no 5xx, and no status, media type or body that the description does not name. The caller has an account's session, which
reaches every call, and the limits are so wide that the tries of one address are not all refused. A hundred examples an operation,
a thousand in the long run.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import fields
from typing import Any

import httpx
import pytest
import schemathesis
from argon2 import PasswordHasher
from hypothesis import HealthCheck, given, settings
from hypothesis.stateful import run_state_machine_as_test
from schemathesis import checks, openapi
from schemathesis.specs.openapi import checks as conformance

from r2_renewal.reference_shop import passwords, resets
from r2_renewal.reference_shop.fulfilment import invoice
from r2_renewal.reference_shop.limit import Limit, Limits
from r2_renewal.reference_shop.seed import LICENCE_ID, PreparedShop
from r2_renewal.reference_shop.shop import Shop
from r2_renewal.resources import resource
from tests.reference_shop.module import Module
from tests.reference_shop.processes import Server

LONG, SHORT = 1_000, 100
LONG_STORIES, STORIES = 400, 40
OPERATIONS = sorted(
    f"{method.upper()} {path}"
    for path, calls in json.loads(resource("shop-api.openapi.json").read_text(encoding="utf-8"))["paths"].items()
    for method in calls
)
# Ends the session that the next example needs.
ENDING = "DELETE /v1/account-sessions/current"
CHECKS = [
    checks.not_a_server_error,
    conformance.status_code_conformance,
    conformance.content_type_conformance,
    conformance.response_schema_conformance,
]
UNLIMITED = Limits(**{entry.name: Limit(entry.name, 10**9) for entry in fields(Limits)})


@pytest.fixture
def cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hash at a thousandth of the cost: a hundred logins are tried here, and none of them is right."""
    monkeypatch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
    passwords.dummy_hash.cache_clear()
    yield
    passwords.dummy_hash.cache_clear()


@pytest.fixture
def account(
    serve: Callable[..., Module], prepared: PreparedShop, monkeypatch: pytest.MonkeyPatch, cheap_passwords: None
) -> Module:
    monkeypatch.setattr(resets, "RESET_SECONDS", 0.0)
    return serve(limits=UNLIMITED).log_in(prepared.account_email, prepared.account_password)


def send(account: Module, case: Any) -> Any:
    """Send what was made up, and check and return the answer."""
    made = case.as_transport_kwargs(base_url=str(account.http.base_url))
    # A header made up of more than ASCII goes as the octets that RFC 9110 (5.5) lets through; httpx would refuse to send it.
    headers = {name: value.encode("latin-1") for name, value in (made.get("headers") or {}).items()}
    answer = account.http.request(
        made["method"],
        made["url"],
        params=made.get("params"),
        headers={**headers, **account.headers},
        json=made.get("json"),
        content=made.get("data"),
    )
    given = schemathesis.Response.from_any(answer)
    case.validate_response(given, checks=CHECKS)
    return given


@pytest.mark.parametrize("label", OPERATIONS)
def test_every_call_answers_as_described(
    account: Module, module: Module, prepared: PreparedShop, label: str, long_mode: bool
) -> None:
    described = openapi.from_dict(account.get("/schema/openapi.json").json())
    (operation,) = (found.ok() for found in described.get_all_operations() if found.ok().label == label)
    most, sent = LONG if long_mode else SHORT, []

    @settings(max_examples=most, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(case=operation.as_strategy())
    def one(case: Any) -> None:
        sent.append(case)
        send(module.open(prepared.licence) if label == ENDING else account, case)

    one()
    # A call that takes nothing has one example.
    assert len(sent) >= (most if operation.body or len(operation.query) + len(operation.path_parameters) else 1)


def test_calls_that_follow_from_one_another_answer_as_described(
    start: Callable[..., Server], prepared: PreparedShop, shop: Shop, long_mode: bool
) -> None:
    """At a shop that runs as a process of its own, over its socket."""
    _, url = start()
    with httpx.Client(base_url=url, timeout=20, trust_env=False) as http:
        account = Module(http).log_in(prepared.account_email, prepared.account_password)
        invoice(shop, account.order(LICENCE_ID)["order_id"])  # so that there is something to follow
        answered = follow(account, LONG_STORIES if long_mode else STORIES)
    assert [label for label, status in answered if "{" in label and status == 200], answered


def follow(account: Module, stories: int) -> set[tuple[str, int]]:
    """Make calls that follow from one another, and return which were answered, and with which status."""
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
            max_examples=stories,
            stateful_step_count=6,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )
    return answered
