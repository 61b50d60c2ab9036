"""The API's description, OpenAPI 3.1: generated from the application, written the same way every time.

Rules: what a client may rely on stands here: the security scheme, the Idempotency-Key header and the problems of every call;
the shop serves this very text and no page to browse it, which would load its scripts from elsewhere.
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from litestar import Litestar, Request, Response, Router
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme
from msgspec.inspect import StrType, StructType, Type, UnionType, VarTupleType, type_info

from r2_renewal.contract import accounts, structs
from r2_renewal.contract.paths import IDEMPOTENCY_KEY, IF_MATCH, PROBLEM_TYPE
from r2_renewal.contract.problems import FieldProblem, Problem, ProblemCode
from r2_renewal.reference_shop.openapi_examples import add_examples
from r2_renewal.reference_shop.problems import STATUS, TITLES, Refusal, answer

API_VERSION = "1.0.0"
SCHEME = "session"
SECURITY: list[dict[str, list[str]]] = [{SCHEME: []}]
_EVERY_CALL = (ProblemCode.INTERNAL, ProblemCode.NOT_READY)
_EVERY_QUERY = (ProblemCode.MALFORMED, ProblemCode.VALIDATION)
_EVERY_BODY = (ProblemCode.MALFORMED, ProblemCode.VALIDATION, ProblemCode.TOO_LARGE)

# One attribute of a struct's docstring: ``name: words``, up to the next one.
_ATTRIBUTE = re.compile(r"(?:^|;|\n)\s*(\w+): (.+?)(?=(?:;|\n)\s*\w+: |\Z)", re.DOTALL)


def problems(
    *codes: ProblemCode, body: bool = False, query: bool = False, not_modified: bool = False
) -> dict[int, ResponseSpec]:
    """Return the refusals of a call, described by status.

    Args:
        codes: problems of this call beside those of every call.
        body: whether the call has a body, which may be refused.
        query: whether the call has a query, which may be refused.
        not_modified: whether the call may answer 304.
    """
    by_status: dict[int, list[ProblemCode]] = {}
    for code in dict.fromkeys((*codes, *(_EVERY_BODY if body else ()), *(_EVERY_QUERY if query else ()), *_EVERY_CALL)):
        by_status.setdefault(STATUS[code], []).append(code)
    described = {status: _spec(_words(of_status), Problem) for status, of_status in sorted(by_status.items())}
    if not_modified:
        described[HTTPStatus.NOT_MODIFIED] = _spec("The caller's entity tag is still right", None)
    return described


def _words(codes: list[ProblemCode]) -> str:
    return "; ".join(f"`{code.value}`: {TITLES[code]}" for code in codes)


def _spec(description: str, container: type[Problem] | None) -> ResponseSpec:
    return ResponseSpec(container, generate_examples=False, description=description, media_type=PROBLEM_TYPE)


def config() -> OpenAPIConfig:
    """Return what the generator needs to know beside the handlers."""
    scheme = SecurityScheme(
        type="http",
        scheme="bearer",
        description="Opaque token of a session, from licence-sessions or account-sessions.",
    )
    return OpenAPIConfig(
        title="R2 Renewal: the shop's API",
        version=API_VERSION,
        description="Renewal of subscriptions: storefront, quotes, orders with obligation to pay, signed licence files.",
        components=Components(security_schemes={SCHEME: scheme}),
        render_plugins=(_Served(),),
        openapi_router=Router("/schema", route_handlers=[], include_in_schema=False, after_request=_as_problem),
        use_handler_docstrings=True,
    )


def _as_problem(given: Response[Any]) -> Response[Any]:
    # The framework would tell of an address that is not there by a page of its own.
    return answer(Refusal(ProblemCode.NOT_FOUND)) if given.status_code == HTTPStatus.NOT_FOUND else given


class _Served(JsonRenderPlugin):
    """Serves the description as it is committed. With no plugin at all the framework would bring its own pages."""

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:  # noqa: ARG002
        """Return the description of the application that was asked."""
        return text(request.app).encode()


def document(app: Litestar) -> dict[str, Any]:
    """Return the description of an application's API."""
    described: dict[str, Any] = app.openapi_schema.to_schema()
    for operations in described["paths"].values():
        for operation in operations.values():
            _forget_foreign_problem(operation)
            operation.setdefault("security", [])  # said, not left out: nobody is to think that it was forgotten
            _settle_responses(operation["responses"])
            _settle_headers(operation.get("parameters", ()))
    for schema in described["components"]["schemas"].values():
        for field in schema.get("properties", {}).values():
            _settle_items(field)
    for struct in (*vars(structs).values(), *vars(accounts).values(), Problem, FieldProblem):
        _describe_fields(described["components"]["schemas"], struct)
        _bound_fields(described["components"]["schemas"], struct)
    add_examples(described["paths"])
    return described


def _forget_foreign_problem(operation: dict[str, Any]) -> None:
    # The generator adds a 400 with the framework's own error body, which no call of ours ever sends.
    status = str(HTTPStatus.BAD_REQUEST.value)
    if PROBLEM_TYPE not in operation["responses"].get(status, {}).get("content", {}):
        operation["responses"].pop(status, None)


def _settle_responses(responses: dict[str, Any]) -> None:
    for status, response in responses.items():
        if status.startswith("2"):
            response["description"] = HTTPStatus(int(status)).phrase
    if str(HTTPStatus.NOT_MODIFIED.value) in responses:
        responses["200"]["headers"] = {"ETag": {"schema": {"type": "string"}}}


def _settle_headers(parameters: Sequence[dict[str, Any]]) -> None:
    for parameter in parameters:
        if parameter["in"] == "header":
            parameter["schema"] = {"type": "string"}
        if parameter["name"] == IF_MATCH:
            parameter["required"] = True  # likewise
        if parameter["name"] == IDEMPOTENCY_KEY:
            # Optional to the framework only, so that its absence is answered with our own problem.
            parameter["required"] = True
            parameter["schema"] = {"type": "string", "minLength": 1, "maxLength": 128, "pattern": "^[!-~]+$"}


def _settle_items(field: dict[str, Any]) -> None:
    # The generator reads the "..." of a bounded tuple as one more kind of item, of any shape, beside the one named.
    kinds = field.get("items", {}).get("oneOf", [])
    if {} in kinds:
        (field["items"],) = (kind for kind in kinds if kind)


def _describe_fields(schemas: dict[str, Any], struct: object) -> None:
    """Copy a struct's docstring into its schema: the first sentence, and a line for each attribute."""
    schema = schemas.get(struct.__name__) if isinstance(struct, type) else None
    if schema is None:
        return
    summary, _, attributes = inspect.cleandoc(struct.__doc__ or "").partition("Attributes:")
    schema["description"] = summary.strip()
    for name, words in _ATTRIBUTE.findall(attributes):
        if name in schema["properties"]:
            # Beside a reference a description is allowed since OpenAPI 3.1 (JSON Schema 2020-12).
            schema["properties"][name]["description"] = " ".join(words.split()).rstrip(".;")


def _bound_fields(schemas: dict[str, Any], struct: object) -> None:
    """Copy the bounds of a struct's texts into its schema: the generator forgets those of items and of what may be null."""
    if isinstance(struct, type) and struct.__name__ in schemas:
        described = type_info(struct)
        fields = described.fields if isinstance(described, StructType) else ()
        for field in fields:
            _bound(schemas[struct.__name__]["properties"][field.encode_name], field.type)


def _bound(schema: dict[str, Any], kind: Type) -> None:
    for branch in schema.get("oneOf", ()):
        _bound(branch, kind)
    match kind:
        case StrType() if schema.get("type") == "string":
            bounds = {"minLength": kind.min_length, "maxLength": kind.max_length, "pattern": kind.pattern}
            schema.update({name: bound for name, bound in bounds.items() if bound is not None})
        case VarTupleType():
            _bound(schema["items"], kind.item_type)
        case UnionType():
            for one in kind.types:
                _bound(schema, one)
        case _:
            pass


def text(app: Litestar) -> str:
    """Return the description as it is committed: sorted, indented, one final newline."""
    return json.dumps(document(app), ensure_ascii=False, indent=2, sort_keys=True) + "\n"
