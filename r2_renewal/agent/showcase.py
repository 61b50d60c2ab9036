"""The storefront page by page: gathered as the shop gives it, kept, and shown from here before the shop answers.

Rules: what is kept belongs to the customer of the licence that lay here when it was fetched, and is found for no other; it is
kept when its last page has come, so that pages of two days never mix; neither the shop nor the network is needed to show it; what
is kept is what is shown and no more: whose it is stands in the licence, and no address, e-mail, recipient or offer is kept.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import dataclass, field, replace

import msgspec

from r2_renewal.agent.fates import fates_of
from r2_renewal.agent.licence_refresh import LicenceRefresh
from r2_renewal.agent.protocol import LoadResult, MoreResult, StoredResult
from r2_renewal.contract.reading import read
from r2_renewal.domain.basket import BasketEntry, Storefront
from r2_renewal.domain.company import Company
from r2_renewal.domain.errors import ErrorCode, RenewalError
from r2_renewal.store.outbox import Outbox
from r2_renewal.store.storefronts import Storefronts

_UNREADABLE = (msgspec.MsgspecError, ValueError, RecursionError)


class _FirstPage(msgspec.Struct, frozen=True, kw_only=True):
    storefront: Storefront
    next: str


@dataclass
class _Gathered:
    customer: str
    next: str
    pages: list[bytes] = field(default_factory=list)


class Showcase:
    """The storefronts of one host."""

    def __init__(self, storefronts: Storefronts, outbox: Outbox, refresh: LicenceRefresh) -> None:
        self._storefronts = storefronts
        self._outbox = outbox
        self._refresh = refresh
        self._gathered: _Gathered | None = None
        self._lock = threading.Lock()

    def begin(self, storefront: Storefront, following: str) -> LoadResult:
        """Take the first page from the shop; ``following`` is the cursor of the next one, empty for none."""
        with self._lock:
            page = _FirstPage(storefront=_shown(storefront), next="1" if following else "")
            self._gathered = _Gathered(self.customer(), following, [msgspec.json.encode(page)])
        self._keep_if_whole()
        return self.with_fates(storefront, following)

    def go_on(self, cursor: str, page: MoreResult) -> MoreResult:
        """Take the page after a cursor from the shop."""
        with self._lock:
            gathered = self._gathered
            if gathered is not None and gathered.next == cursor:
                number = str(len(gathered.pages) + 1) if page.next else ""
                gathered.pages.append(msgspec.json.encode(MoreResult(entries=_of_nobody(page.entries), next=number)))
                gathered.next = page.next
        self._keep_if_whole()
        return page

    def stored(self) -> StoredResult:
        """Return the first page as it was shown last, with what is known today of orders without a receipt."""
        notes = self._refresh.notes()
        with suppress(RenewalError, *_UNREADABLE):  # no licence, nothing kept, or an older version's
            licence = self._refresh.licence()
            page = read(self._storefronts.page(licence.customer_id, 0) or b"", _FirstPage)
            company = Company(licence.company, licence.nip, "", "", "")
            load = self.with_fates(replace(page.storefront, company=company), page.next)
            return StoredResult(load=load, notes=notes)
        return StoredResult(notes=notes)

    def stored_page(self, cursor: str) -> MoreResult:
        """Return a further page as it was shown last.

        Raises:
            RenewalError: STORE, where it is gone or cannot be read.
        """
        body = self._storefronts.page(self.customer(), int(cursor)) if cursor.isdecimal() else None
        try:
            return read(body or b"", MoreResult)
        except _UNREADABLE as error:
            raise RenewalError(ErrorCode.STORE, "a page that is not there") from error

    def customer(self) -> str:
        """Return whose storefront this computer may show; empty where nobody can tell."""
        try:
            return self._refresh.customer()
        except RenewalError:
            return ""

    def with_fates(self, storefront: Storefront, following: str) -> LoadResult:
        """Return what eSklep opens with, with what is known here of orders without a receipt."""
        fates = fates_of(self._outbox)
        return LoadResult(
            storefront=storefront,
            unanswered=fates.unanswered,
            unsent=fates.unsent,
            refused=fates.refused,
            next=following,
        )

    def _keep_if_whole(self) -> None:
        with self._lock:
            gathered = self._gathered
            if gathered is None or gathered.next:
                return
            self._gathered = None
        # Another licence may have come meanwhile; the shop answered for the one before.
        if gathered.customer and gathered.customer == self.customer():
            # Whoever waits for the last page need not wait for the disk.
            threading.Thread(
                target=self._storefronts.keep, args=(gathered.customer, gathered.pages), daemon=True
            ).start()


def _shown(storefront: Storefront) -> Storefront:
    nobody = Company("", "", "", "", "")
    return replace(
        storefront, company=nobody, invoice_email="", recipients=(), offers=(), basket=_of_nobody(storefront.basket)
    )


def _of_nobody(entries: tuple[BasketEntry, ...]) -> tuple[BasketEntry, ...]:
    return tuple(
        replace(entry, open_order=replace(entry.open_order, email="", recipient="")) if entry.open_order else entry
        for entry in entries
    )
