"""What the shop last said of a licence, with the entity tag to ask by whether it still holds.

Rule: a cache is a convenience, so one that cannot be read or written is the same as none and never an error.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from r2_renewal.domain.errors import RenewalError
from r2_renewal.store import database


@dataclass(frozen=True, slots=True)
class KnownLicence:
    """A licence as the shop had it.

    Attributes:
        tag: entity tag of the answer that said so; empty where there was none.
        seq: the licence's counter there.
        valid_until: its last day there.
        enrolled: whether it renews by itself.
    """

    tag: str
    seq: int
    valid_until: date
    enrolled: bool


class ShopCache:
    """What one shop said, kept in one state folder."""

    def __init__(self, state_dir: Path, shop_url: str) -> None:
        self._state_dir = state_dir
        self._shop = shop_url

    def get(self, licence_id: str) -> KnownLicence | None:
        """Return what this shop last said of a licence, None where that is not known. Never raises."""
        if not database.exists(self._state_dir):
            return None
        with suppress(RenewalError, ValueError), database.reading(self._state_dir) as connection:
            row = connection.execute(
                "SELECT tag, seq, valid_until, enrolled FROM shop_cache WHERE licence_id = ? AND shop = ?",
                (licence_id, self._shop),
            ).fetchone()
            if row is not None:
                return KnownLicence(row[0], row[1], date.fromisoformat(row[2]), bool(row[3]))
        return None

    def put(self, licence_id: str, known: KnownLicence) -> None:
        """Remember what the shop said of a licence, where that can be written down. Never raises."""
        with suppress(RenewalError), database.writing(self._state_dir) as connection:
            connection.execute(
                "INSERT OR REPLACE INTO shop_cache (licence_id, shop, tag, seq, valid_until, enrolled)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (licence_id, self._shop, known.tag, known.seq, known.valid_until.isoformat(), int(known.enrolled)),
            )
