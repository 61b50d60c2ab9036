"""The contract on the wire: pinned codes and paths, money and dates as text, unknown fields ignored."""

from __future__ import annotations

import msgspec
import pytest

from r2_renewal.contract import paths
from r2_renewal.contract.problems import FieldProblem, Problem, ProblemCode
from r2_renewal.contract.structs import Amount, PeriodBody, ProgramBody


def test_the_codes_are_pinned() -> None:
    assert [code.value for code in ProblemCode] == [
        "validation_failed",
        "malformed_request",
        "unauthorized",
        "bad_credentials",
        "licence_refused",
        "insufficient_scope",
        "not_found",
        "method_not_allowed",
        "idempotency_key_missing",
        "idempotency_key_in_flight",
        "idempotency_key_reused",
        "price_changed",
        "consent_text_changed",
        "consent_required",
        "nip_invalid",
        "offer_withdrawn",
        "order_open",
        "if_match_missing",
        "customer_changed",
        "withdrawal_too_late",
        "order_closed",
        "too_large",
        "too_many_requests",
        "internal_error",
        "not_ready",
    ]


def test_identifiers_are_quoted_into_addresses() -> None:
    assert paths.order("ord_1/../x?y") == "/v1/orders/ord_1%2F..%2Fx%3Fy"
    assert paths.licence_file("L 1") == "/v1/licences/L%201/file"
    assert paths.document("rodo", "../1") == "/v1/documents/rodo/..%2F1"


def test_a_problem_travels_without_what_it_has_not() -> None:
    problem = Problem(type="urn:x", title="X", status=422, code="validation_failed")
    assert msgspec.json.encode(problem) == b'{"type":"urn:x","title":"X","status":422,"code":"validation_failed"}'
    told = msgspec.json.decode(
        b'{"type":"u","title":"t","status":409,"code":"brand_new","fields":[{"field":"a","code":"b"}],"later":1}',
        type=Problem,
    )
    assert (told.code, told.fields, told.quote) == ("brand_new", (FieldProblem(field="a", code="b"),), msgspec.UNSET)


@pytest.mark.parametrize("amount", ["186.30", "-49.90", "0.00", "123456789012.99"])
def test_money_is_a_decimal_string(amount: str) -> None:
    body = msgspec.json.encode(Amount(amount=amount))
    assert body == f'{{"amount":"{amount}","currency":"PLN"}}'.encode()
    assert msgspec.json.decode(body, type=Amount).amount == amount


@pytest.mark.parametrize(
    "body", ['{"amount": 186.3}', '{"amount": "186.3"}', '{"amount": "1e2"}', '{"amount": "1,00"}']
)
def test_anything_else_is_no_money(body: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(body, type=Amount)


def test_dates_are_iso_and_whole_days() -> None:
    period = msgspec.json.decode(b'{"first_day":"2026-12-23","last_day":"2027-12-22"}', type=PeriodBody)
    assert msgspec.json.encode(period) == b'{"first_day":"2026-12-23","last_day":"2027-12-22"}'
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(b'{"first_day":"23.12.2026","last_day":"2027-12-22"}', type=PeriodBody)


def test_bodies_are_immutable() -> None:
    with pytest.raises(AttributeError):
        Amount(amount="1.00").amount = "2.00"  # type: ignore[misc]


def test_a_program_without_renewal_says_null_not_nothing() -> None:
    assert "renewal_date" in {field.name for field in msgspec.structs.fields(ProgramBody) if field.required}
