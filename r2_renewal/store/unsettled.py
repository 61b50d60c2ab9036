"""Whether an order waits for its end: asked at every start of the host, so that nothing is loaded to answer „no"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from r2_renewal.domain.errors import RenewalError
from r2_renewal.store import database

if TYPE_CHECKING:
    from pathlib import Path

UNSETTLED = "settled = 0 AND state IN ('confirmed', 'sending', 'unknown', 'accepted')"


def has_unsettled(state_dir: Path) -> bool:
    """Return whether an order is still to be brought to its end: then the agent is worth starting. Never raises.

    Args:
        state_dir: folder of local state; nothing is created in it.
    """
    if not database.exists(state_dir):
        return False
    try:
        with database.reading(state_dir, database.HOST_BUSY_SECONDS) as connection:
            query = f"SELECT 1 FROM outbox WHERE {UNSETTLED} LIMIT 1"  # noqa: S608
            return connection.execute(query).fetchone() is not None
    except RenewalError:
        return False
