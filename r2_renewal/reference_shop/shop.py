"""One running shop: settings, database and the keys in flight, handed to every handler."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from r2_renewal.contract.problems import ProblemCode
from r2_renewal.reference_shop.database import Database
from r2_renewal.reference_shop.password_pool import PasswordPool
from r2_renewal.reference_shop.problems import Refusal
from r2_renewal.reference_shop.settings import ShopSettings
from r2_renewal.reference_shop.storage import Probe


class KeysInFlight:
    """Idempotency keys whose first request is being worked on in this process.

    A second request with such a key is told to come back; between processes the database's writer lock does the same work,
    and the second request is answered with the first one's stored answer.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._keys: set[tuple[str, str]] = set()

    @contextmanager
    def claim(self, customer_id: str, key: str) -> Iterator[None]:
        """Hold a customer's key for the length of the block.

        Raises:
            Refusal: KEY_IN_FLIGHT, where another request holds it.
        """
        claimed = (customer_id, key)
        with self._lock:
            if claimed in self._keys:
                raise Refusal(ProblemCode.KEY_IN_FLIGHT)
            self._keys.add(claimed)
        try:
            yield
        finally:
            with self._lock:
                self._keys.discard(claimed)


@dataclass(frozen=True, slots=True)
class Shop:
    """What every handler works with.

    Attributes:
        settings: the shop's settings.
        database: its database.
        in_flight: idempotency keys being worked on.
        passwords: where passwords are hashed.
        probe: whether the database can be written.
    """

    settings: ShopSettings
    database: Database
    in_flight: KeysInFlight = field(default_factory=KeysInFlight)
    passwords: PasswordPool = field(default_factory=PasswordPool)
    probe: Probe = field(default_factory=Probe)

    def close(self) -> None:
        """Close the database, and end the threads that hash passwords."""
        self.passwords.close()
        self.database.close()


def open_shop(settings: ShopSettings) -> Shop:
    """Return a shop on its database; no connection is made yet. Who opens it closes it."""
    return Shop(settings, Database(settings.database_url))


@contextmanager
def opened(settings: ShopSettings) -> Iterator[Shop]:
    """Open a shop for the length of the block."""
    shop = open_shop(settings)
    try:
        yield shop
    finally:
        shop.close()
