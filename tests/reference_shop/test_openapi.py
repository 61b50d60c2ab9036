"""The API's description: committed, without drift, complete enough to build a backend against."""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import msgspec
import pytest
from jsonschema_rs import Draft202012Validator  # schemathesis brings it

from r2_renewal.contract import accounts, paths, structs
from r2_renewal.contract.examples import examples
from r2_renewal.contract.problems import Problem, ProblemCode
from r2_renewal.reference_shop.app import api_description
from r2_renewal.reference_shop.problems import STATUS
from r2_renewal.resources import resource
from tests.reference_shop.module import Module

CALLS = {
    ("post", paths.LICENCE_SESSIONS),
    ("post", paths.ACCOUNT_SESSIONS),
    ("delete", f"{paths.ACCOUNT_SESSIONS}/current"),
    ("get", paths.STOREFRONT),
    ("get", paths.PROGRAMS),
    ("get", f"{paths.PROGRAMS}/{{licence_id}}"),
    ("post", paths.QUOTES),
    ("post", paths.ORDERS),
    ("get", paths.ORDERS),
    ("get", f"{paths.ORDERS}/{{order_id}}"),
    ("get", f"{paths.LICENCES}/{{licence_id}}/file"),
    ("get", f"{paths.DOCUMENTS}/{{kind}}/{{version}}"),
    ("post", paths.DATA_CORRECTIONS),
    ("post", paths.PASSWORD_RESETS),
    ("post", f"{paths.PASSWORD_RESETS}/{{token}}"),
    ("get", paths.CUSTOMER),
    ("get", paths.ENROLMENTS),
    ("patch", paths.CUSTOMER),
    ("get", paths.CONSENTS),
    ("get", paths.INVOICES),
    ("get", f"{paths.INVOICES}/{{invoice_id}}/pdf"),
    ("post", f"{paths.ORDERS}/{{order_id}}/withdrawals"),
    ("post", f"{paths.ORDERS}/{{order_id}}/cancellations"),
    ("get", "/health"),
    ("get", "/healthz"),
    ("get", "/readyz"),
}
PUBLIC = {
    paths.LICENCE_SESSIONS,
    paths.ACCOUNT_SESSIONS,
    paths.PASSWORD_RESETS,
    f"{paths.PASSWORD_RESETS}/{{token}}",
    f"{paths.DOCUMENTS}/{{kind}}/{{version}}",
    "/health",
    "/healthz",
    "/readyz",
}


@pytest.fixture(scope="module")
def text() -> str:
    return api_description()


@pytest.fixture(scope="module")
def described(text: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(text)
    return document


def operations(described: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [(method, path, call) for path, calls in described["paths"].items() for method, call in calls.items()]


def test_the_committed_description_is_the_applications(text: str) -> None:
    assert resource("shop-api.openapi.json").read_text(encoding="utf-8") == text, "run: r2-renewal shop export-openapi"


def test_the_shop_serves_the_same_description(stranger: Module, text: str) -> None:
    assert stranger.get("/schema/openapi.json").text == text


@pytest.mark.parametrize("path", ["/schema", "/schema/swagger", "/schema/redoc", "/schema/elements", "/schema/rapidoc"])
def test_there_is_no_page_that_loads_anything_from_elsewhere(stranger: Module, path: str) -> None:
    words = stranger.get(path).text
    assert "<script" not in words
    assert "<link" not in words


def test_it_is_written_the_same_way_every_time(text: str) -> None:
    assert api_description() == text
    assert text == json.dumps(json.loads(text), ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def test_it_has_the_calls_of_the_contract_and_no_others(described: dict[str, Any]) -> None:
    assert described["openapi"].startswith("3.1")
    assert {(method, path) for method, path, _ in operations(described)} == CALLS


def test_every_call_but_the_public_ones_needs_a_session(described: dict[str, Any]) -> None:
    assert described["components"]["securitySchemes"]["session"]["scheme"] == "bearer"
    assert all("security" in call for _, _, call in operations(described))
    unsecured = {path for _, path, call in operations(described) if call["security"] == []}
    assert unsecured == PUBLIC


def test_the_key_of_an_order_is_required(described: dict[str, Any]) -> None:
    (key,) = described["paths"][paths.ORDERS]["post"]["parameters"]
    assert (key["name"], key["in"], key["required"]) == (paths.IDEMPOTENCY_KEY, "header", True)


def test_every_refusal_is_a_problem(described: dict[str, Any]) -> None:
    for method, path, call in operations(described):
        refusals = {status: answer for status, answer in call["responses"].items() if status >= "400"}
        assert refusals, (method, path)
        for answer in refusals.values():
            (content,) = answer["content"].values()
            assert answer["content"] == {paths.PROBLEM_TYPE: content}
            assert content["schema"] == {"$ref": "#/components/schemas/Problem"}


def test_every_code_that_a_call_can_answer_is_described(described: dict[str, Any]) -> None:
    words = json.dumps(described["paths"])
    described_codes = {code for code in ProblemCode if f"`{code.value}`" in words}
    # That of the server itself needs no call: it is told by the status alone.
    assert set(ProblemCode) - described_codes == {ProblemCode.METHOD_NOT_ALLOWED}


def test_the_schemas_are_the_contracts_structs(described: dict[str, Any]) -> None:
    schemas = described["components"]["schemas"]
    for name in ("StorefrontBody", "QuoteBody", "OrderRequest", "OrderBody", "ConsentBody"):
        struct = getattr(structs, name)
        assert set(schemas[name]["properties"]) == set(struct.__struct_fields__)
        assert schemas[name]["description"]
    assert schemas["ConsentBody"]["properties"]["sha256"]["pattern"] == "^[0-9a-f]{64}$"
    assert schemas["OrderRequest"]["properties"]["quote_id"]["description"] == "the quote it confirms"


def strings(schema: Any, where: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Return every schema of a text with the way to it."""
    if isinstance(schema, dict):
        if schema.get("type") == "string":
            yield where, schema
        for name, inner in schema.items():
            yield from strings(inner, f"{where}/{name}")
    elif isinstance(schema, list):
        for at, inner in enumerate(schema):
            yield from strings(inner, f"{where}/{at}")


def test_every_text_of_every_body_has_a_bound(described: dict[str, Any]) -> None:
    # But for refusals: each is understood as one, whatever words it brings.
    schemas = {name: one for name, one in described["components"]["schemas"].items() if not name.endswith("Problem")}
    found = list(strings(schemas))
    assert len(found) > 100
    assert [where for where, text in found if not {"maxLength", "pattern", "format", "enum"} & set(text)] == []


def bodies(described: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for method, path, call in operations(described):
        for answer in (call.get("requestBody", {}), *call["responses"].values()):
            for media_type, content in answer.get("content", {}).items():
                yield f"{method} {path}", media_type, content


def test_every_body_has_an_example_that_its_schema_takes(described: dict[str, Any]) -> None:
    taken = 0
    for call, media_type, content in bodies(described):
        shown = [entry["value"] for entry in content.get("examples", {}).values()] or [content.get("example")]
        assert shown != [None] or media_type == "application/pdf", (call, media_type)
        for example in shown if media_type != "application/pdf" else ():
            # The description's own schema, its references found in its own components.
            schema = {**content["schema"], "components": described["components"]}
            Draft202012Validator(schema, validate_formats=True).validate(example)
            taken += 1
    assert taken > 100


def test_every_problem_is_shown_as_the_shop_would_send_it(described: dict[str, Any]) -> None:
    for call, media_type, content in bodies(described):
        for code, entry in content.get("examples", {}).items():
            assert media_type == paths.PROBLEM_TYPE, call
            problem = msgspec.convert(entry["value"], Problem)
            assert (problem.code, problem.status) == (code, STATUS[ProblemCode(code)])
    refusals = described["paths"][paths.ORDERS]["post"]["responses"]["409"]["content"][paths.PROBLEM_TYPE]["examples"]
    assert refusals["price_changed"]["value"]["quote"]["price"]["gross"]["amount"] == "560.14"


def test_the_examples_agree_with_one_another() -> None:
    shown = examples()
    order, consents = shown[structs.OrderRequest], shown[accounts.ConsentList]
    assert isinstance(order, structs.OrderRequest)
    assert isinstance(consents, accounts.ConsentList)
    (record,) = consents.consents
    assert record.sha256 == sha256(record.full_text.encode()).hexdigest() == order.consents[0].sha256
    for struct, body in shown.items():
        # Rules that a type alone does not enforce (patterns, lengths) are enforced when it is read.
        assert msgspec.convert(msgspec.to_builtins(body), struct) == body


def test_an_example_works_on_the_demos_shop(module: Module) -> None:
    """The example of a quote, sent as it stands, is priced as its own answer says."""
    asked, told = examples()[structs.QuoteRequest], examples()[structs.QuoteBody]
    answer = module.post(paths.QUOTES, msgspec.to_builtins(asked))
    assert answer.status_code == 201
    given = msgspec.convert(answer.json(), structs.QuoteBody)
    assert isinstance(told, structs.QuoteBody)
    assert (given.price, given.lines, given.vat) == (told.price, told.lines, told.vat)
