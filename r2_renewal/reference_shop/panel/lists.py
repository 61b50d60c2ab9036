"""Lists on several pages: where a page of one begins."""

from __future__ import annotations

from typing import Annotated

from litestar.params import QueryParameter

Cursor = Annotated[str, QueryParameter(name="po", required=False, max_length=64)]
