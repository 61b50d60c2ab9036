"""Headers and queries that several calls of the API take."""

from __future__ import annotations

from typing import Annotated

from litestar.params import HeaderParameter, QueryParameter

from r2_renewal.contract import paths
from r2_renewal.reference_shop.pages import MOST
from r2_renewal.reference_shop.programs import MOST_PROGRAMS

IfNoneMatch = Annotated[
    str | None, HeaderParameter(name="If-None-Match", required=False, description="Entity tag that the caller has.")
]
IfMatch = Annotated[
    str | None,
    HeaderParameter(name="If-Match", required=False, description="Entity tag of the data that the caller has seen."),
]
Preference = Annotated[
    str | None,
    HeaderParameter(
        name=paths.PREFER,
        required=False,
        description="`return=minimal` is answered with 204 and the new tag (RFC 7240).",
    ),
]
Cursor = Annotated[str, QueryParameter(required=False, max_length=64, description="Where the page before ended.")]
PageLimit = Annotated[int, QueryParameter(required=False, description=f"Entries on a page, 1–{MOST}.")]
ProgramLimit = Annotated[int, QueryParameter(required=False, description=f"Programs on a page, 1–{MOST_PROGRAMS}.")]
KeyHeader = Annotated[
    str | None,
    HeaderParameter(
        name=paths.IDEMPOTENCY_KEY,
        required=False,
        description="Unique for each confirmation by the customer; 1–128 visible ASCII characters. Kept for ever.",
    ),
]
