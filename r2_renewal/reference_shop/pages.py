"""Lists in pages: newest first, each page beginning after the last entry of the one before.

Rule: a cursor names an entry of the customer's own list; what is added meanwhile moves nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, literal, select, tuple_
from sqlalchemy.orm import Session

from r2_renewal.contract.problems import FieldProblem, ProblemCode
from r2_renewal.reference_shop.problems import Refusal

T = TypeVar("T")
USUAL, MOST = 50, 100


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which page is asked for. Attributes: cursor: identifier of the entry before it; empty for the first page."""

    cursor: str = ""
    limit: int = USUAL


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A page. Attributes: next: cursor of the next one; None on the last."""

    rows: tuple[T, ...]
    next: str | None


def page_of(session: Session, table: type[T], customer_id: str, keys: Sequence[Any], wanted: Wanted) -> Page[T]:
    """Return a page of a customer's rows.

    Args:
        session: a session.
        table: whose rows, each with an ``id`` and its customer's.
        customer_id: the customer.
        keys: columns that order the rows, each the greatest first; together no two rows have the same.
        wanted: which page.

    Raises:
        Refusal: VALIDATION, where the limit or the cursor is none.
    """
    if not 1 <= wanted.limit <= MOST:
        raise Refusal(ProblemCode.VALIDATION, fields=(FieldProblem(field="limit", code="invalid"),))
    columns: Any = table
    query: Select[Any] = select(table).where(columns.customer_id == customer_id)
    if wanted.cursor:
        query = query.where(tuple_(*keys) < _place(session, query, columns.id, keys, wanted.cursor))
    rows: Sequence[Any] = session.scalars(query.order_by(*(key.desc() for key in keys)).limit(wanted.limit + 1)).all()
    shown = tuple(rows[: wanted.limit])
    return Page(shown, shown[-1].id if len(rows) > len(shown) else None)


def _place(session: Session, query: Select[Any], identifier: Any, keys: Sequence[Any], cursor: str) -> Any:
    found = session.execute(query.with_only_columns(*keys).where(identifier == cursor)).first()
    if found is None:
        raise Refusal(ProblemCode.VALIDATION, fields=(FieldProblem(field="cursor", code="invalid"),))
    return tuple_(*(literal(value, key.type) for value, key in zip(found, keys, strict=True)))
