"""Request bodies: read strictly as the contract's struct.

Rule: JSON is read to the letter. The framework's own reader would take ``"true"`` for a boolean, which will not do for a
confirmation or a consent; unknown fields are ignored, as the contract says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
from litestar.dto import AbstractDTO, DTOFieldDefinition
from litestar.openapi.spec import Reference, Schema
from litestar.typing import FieldDefinition

from r2_renewal.contract.problems import FieldProblem, ProblemCode
from r2_renewal.contract.reading import read, typed
from r2_renewal.reference_shop.problems import Refusal

if TYPE_CHECKING:
    from litestar._openapi.schema_generation import SchemaCreator

T = TypeVar("T")
_PATH = re.compile(r" - at `\$\.?(?P<path>[^`]*)`$")
_MISSING = re.compile(r"^Object missing required field `(?P<field>[^`]+)`")


class StrictBody(AbstractDTO[Any]):
    """Reads the ``data`` of a handler as its struct, strictly; what is wrong is told field by field."""

    def decode_bytes(self, value: bytes) -> Any:
        """Return the struct of a JSON body.

        Raises:
            Refusal: MALFORMED, where it is no JSON; VALIDATION, where it is not the struct.
        """
        wanted = self.asgi_connection.route_handler.parsed_data_field
        return read_struct(value, wanted.annotation if wanted else Any)

    @classmethod
    def create_for_field_definition(cls, *_args: Any, **_options: Any) -> None:
        """Build nothing: the struct is its own transfer model."""

    @classmethod
    def is_supported_model_type_field(cls, field_definition: FieldDefinition) -> bool:  # noqa: ARG003
        """Leave answers to the framework: this reads requests only."""
        return False

    @classmethod
    def create_openapi_schema(
        cls,
        field_definition: FieldDefinition,
        handler_id: str,  # noqa: ARG003
        schema_creator: SchemaCreator,
    ) -> Reference | Schema:
        """Return the struct's own schema."""
        return schema_creator.for_field_definition(field_definition)

    @classmethod
    def generate_field_definitions(cls, model_type: type[Any]) -> Iterator[DTOFieldDefinition]:  # type: ignore[override]  # noqa: ARG003
        """Tell no fields: the struct is read whole."""
        yield from ()

    @classmethod
    def detect_nested_field(cls, field_definition: FieldDefinition) -> bool:  # noqa: ARG003
        """Tell no nested fields: the struct is read whole."""
        return False


def read_struct(body: bytes, wanted: Any) -> Any:
    """Return the struct of a JSON body.

    Raises:
        Refusal: MALFORMED, where it is no JSON in UTF-8; VALIDATION, where it is not the struct.
    """
    try:
        return read(body, wanted)
    except msgspec.ValidationError as error:
        raise Refusal(ProblemCode.VALIDATION, fields=(_field(str(error)),)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Refusal(ProblemCode.MALFORMED, "the body is not JSON") from None


def struct_of(values: dict[str, Any], wanted: type[T]) -> T:
    """Return the struct of a form's values.

    Raises:
        Refusal: VALIDATION, where they are not the struct.
    """
    try:
        return typed(values, wanted)
    except msgspec.ValidationError as error:
        raise Refusal(ProblemCode.VALIDATION, fields=(_field(str(error)),)) from None


def _field(message: str) -> FieldProblem:
    at, missing = _PATH.search(message), _MISSING.match(message)
    parts = [at["path"]] if at and at["path"] else []
    if missing:
        parts.append(missing["field"])
    return FieldProblem(field=".".join(parts), code="missing" if missing else "invalid")
