"""The storefront as it was shown last, page by page, so that eSklep has something to show before the shop answers.

Rules: it belongs to one shop and one customer and is never found for another; its pages are replaced all at once or not at all;
it is gone 90 days after it was fetched; a copy is a convenience, so one that cannot be read is the same as none; what is in it is
for who wrote it, here it is bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from r2_renewal.clock import Clock, pc_clock
from r2_renewal.domain.errors import RenewalError
from r2_renewal.store import database

KEEP_SECONDS = 90 * 24 * 3600.0
# An office of 100,000 programs; whoever owns more waits for the shop.
MOST_PAGES = 500


class Storefronts:
    """The storefronts of one shop in one state folder. Nothing here raises."""

    def __init__(self, state_dir: Path, shop_url: str, clock: Clock = pc_clock) -> None:
        self._clock = clock
        self._state_dir = state_dir
        self._shop = shop_url

    def page(self, customer: str, number: int) -> bytes | None:
        """Return a page of the customer's storefront, counted from 0; None where there is none."""
        if not database.exists(self._state_dir):
            return None
        with suppress(RenewalError), database.reading(self._state_dir) as connection:
            row = connection.execute(
                "SELECT body FROM storefront WHERE shop = ? AND customer = ? AND page = ? AND saved_at > ?",
                (self._shop, customer, number, self._clock().timestamp() - KEEP_SECONDS),
            ).fetchone()
            return None if row is None else bytes(row[0])
        return None

    def keep(self, customer: str, pages: Sequence[bytes]) -> None:
        """Keep all pages of the customer's storefront in place of those before, where that can be written down."""
        if len(pages) > MOST_PAGES:
            return
        now = self._clock().timestamp()
        with suppress(RenewalError), database.writing(self._state_dir) as connection:
            connection.execute(
                "DELETE FROM storefront WHERE (shop = ? AND customer = ?) OR saved_at < ?",
                (self._shop, customer, now - KEEP_SECONDS),
            )
            connection.executemany(
                "INSERT INTO storefront (shop, customer, page, body, saved_at) VALUES (?, ?, ?, ?, ?)",
                [(self._shop, customer, number, body, now) for number, body in enumerate(pages)],
            )
