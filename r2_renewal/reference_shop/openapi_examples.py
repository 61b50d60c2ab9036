"""Examples in the API's description: of every body that a call takes or answers with, and of every problem that it can answer.

Rule: an example of a body is the contract's own; one of a problem is what the shop would send for its code.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from r2_renewal.contract.examples import examples
from r2_renewal.contract.paths import IDEMPOTENCY_KEY, JSON_TYPE, LICENCE_TYPE, PROBLEM_TYPE
from r2_renewal.contract.problems import FieldProblem, ProblemCode
from r2_renewal.contract.structs import DocumentBody, LicenceSessionRequest, QuoteBody
from r2_renewal.reference_shop.problems import Refusal, body_of

_CODE = re.compile(r"`(\w+)`: ")
_PARAMETERS = {
    "licence_id": "L-R2P-100482",
    "order_id": "ord_c1TmCsBZsOsubQaS",
    "invoice_id": "inv_b7Zt0Wq3YpLk5VnE",
    "token": "f3Qm0vW6c2Yb8LrT1nXk5Zs7Hd4Jg9Pa",
    "kind": "terms",
    "version": "1",
    IDEMPOTENCY_KEY: "7b1c9a52-3f0e-4f0a-9f39-2a8f4a6f3c11",
}


def add_examples(paths: dict[str, Any]) -> None:
    """Put an example beside every body and every part of an address of the described calls."""
    bodies = {struct.__name__: msgspec.to_builtins(body) for struct, body in examples().items()}
    for operation in (operation for calls in paths.values() for operation in calls.values()):
        for described in (operation.get("requestBody", {}), *operation["responses"].values()):
            _add_bodies(described, bodies)
        for parameter in operation.get("parameters", ()):
            if parameter["name"] in _PARAMETERS:
                parameter["example"] = _PARAMETERS[parameter["name"]]


def _add_bodies(described: dict[str, Any], bodies: dict[str, Any]) -> None:
    for media_type, content in described.get("content", {}).items():
        name = content["schema"].get("$ref", "").rpartition("/")[2]
        if media_type == JSON_TYPE:
            content["example"] = bodies[name] if name else {"status": "ok"}
        elif media_type == LICENCE_TYPE:
            content["example"] = bodies[LicenceSessionRequest.__name__]["certificate"]
        elif media_type == PROBLEM_TYPE:
            codes = _CODE.findall(described["description"])
            content["examples"] = {code: {"value": _problem(ProblemCode(code))} for code in codes}


def _problem(code: ProblemCode) -> Any:
    known = examples()
    quote, document = known[QuoteBody], known[DocumentBody]
    refusal = Refusal(
        code,
        fields=(FieldProblem(field="orderer.phone", code="invalid"),) if code is ProblemCode.VALIDATION else (),
        quote=quote if code is ProblemCode.PRICE_CHANGED and isinstance(quote, QuoteBody) else None,
        document=document if code is ProblemCode.CONSENT_TEXT_CHANGED and isinstance(document, DocumentBody) else None,
    )
    return msgspec.to_builtins(body_of(refusal))
