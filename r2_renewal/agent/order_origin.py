"""Whose an order is: the customer whose form it was made from.

Rules: an agent sends, asks about and judges the orders of the customer whose licence it opens the shop with, and no others: in
another customer's session an order is „not found", which would read as „refused" while the shop has it. Several agents may
share a state folder, of windows with another licence. Another shop needs no such care: it does not know the licence, or is the
same one.
"""

from __future__ import annotations

from r2_renewal.agent.licence_refresh import LicenceRefresh
from r2_renewal.domain.errors import ErrorCode, RenewalError
from r2_renewal.store.outbox import Outbox

# A customer who is known by their NIP alone, since no licence could be read then.
BY_NIP = "nip:"


class OrderOrigin:
    """Tells an agent which orders of an outbox are its own."""

    def __init__(self, outbox: Outbox, refresh: LicenceRefresh) -> None:
        """Take the orders, and the licence that the shop is opened with."""
        self._outbox = outbox
        self._refresh = refresh

    def is_ours(self, key: str) -> bool:
        """Return whether an order is of the customer whose licence lies here; where nobody can tell, it is.

        Raises:
            RenewalError: STORE.
        """
        customer = self._outbox.customer(key)
        return not customer or customer.startswith(BY_NIP) or self._present() in ("", customer)

    def check(self, key: str) -> None:
        """Refuse to send an order of another customer.

        Raises:
            RenewalError: LICENCE_OTHER_CUSTOMER; STORE.
        """
        if not self.is_ours(key):
            raise RenewalError(ErrorCode.LICENCE_OTHER_CUSTOMER, "an order of another customer")

    def _present(self) -> str:
        try:
            return self._refresh.customer()
        except RenewalError:
            return ""
