"""Where the basket of eSklep comes from: the last one known at once, then the shop's own, each page by page.

Rules: the agent is asked for both at the same time, and the last one known gives way as soon as the shop answers; of several
questions only the last one's answers count; what a failure leaves on the screen stays there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import msgspec
from PySide6.QtCore import QObject, QTimer, Signal

from r2_renewal.agent import protocol
from r2_renewal.agent.protocol import LoadResult, Method, MoreParams, MoreResult
from r2_renewal.domain.basket import BasketEntry, Storefront
from r2_renewal.domain.offer import Offer
from r2_renewal.ui.agent_link import AgentLink, CallFailure


class BasketFeed(QObject):
    """Asks the agent for the basket.

    Attributes:
        is_fresh: whether the shop itself has answered the last question.

    Signals:
        noted: what this computer has to say of the licence file: the ``LicenceNotes``.
        begun: a basket begins to come: its ``LoadResult``, and whether it is only the last one known.
        came: entries of it came, a page of them.
        whole: it is whole: as ``begun``.
        retried: the shop is being asked once more: the ``CallProgress``.
        failed: the shop could not be asked: the ``CallFailure``.
    """

    noted = Signal(object)
    begun = Signal(object, bool)
    came = Signal(object)
    whole = Signal(object, bool)
    retried = Signal(object)
    failed = Signal(object)

    def __init__(self, link: AgentLink, parent: QObject, *, account: bool = False) -> None:
        """Ask nothing yet.

        Args:
            link: the agent.
            parent: whose basket it is.
            account: whether the programs of the account's customer are meant; of those no last ones are known.
        """
        super().__init__(parent)
        self.is_fresh = False
        self._account = account
        self._link = link
        self._question = 0
        self._has_content = False
        self._is_answered = False
        self._load: LoadResult | None = None
        self._offers: dict[str, bytes] = {}

    def refresh(self) -> None:
        """Ask anew; where nothing is shown yet, for the last one known as well."""
        # The answers may change places on their way: only those to the last question count.
        self._question += 1
        self._is_answered = False
        if not (self._has_content or self._account):
            self._ask(Method.ESHOP_STORED, protocol.Nothing(), self._on_stored, self._forget_stored)
        method = Method.PROGRAMS_LOAD if self._account else Method.ESHOP_LOAD
        self._ask(method, protocol.Nothing(), partial(self._begin, stored=False), self._on_failed)

    def storefront(self, entries: tuple[BasketEntry, ...]) -> Storefront | None:
        """Return the shop's storefront of some programs, with what may be ordered for them; None before it has answered."""
        if self._load is None or not self.is_fresh:
            return None
        shop, wanted = self._load.storefront, {entry.program.licence_id for entry in entries}
        pages = {self._offers[licence_id] for licence_id in wanted if licence_id in self._offers}
        later = (offer for page in pages for offer in msgspec.json.decode(page, type=tuple[Offer, ...]))
        offers = tuple(offer for offer in (*shop.offers, *later) if offer.licence_id in wanted)
        return replace(shop, basket=tuple(entries), offers=offers)

    def _ask(
        self, method: Method, params: protocol.Message, take: Callable[[Any], None], fail: Callable[[CallFailure], None]
    ) -> None:
        call = self._link.call(method, params, self)
        call.progressed.connect(partial(self._if_last, self._question, self.retried.emit))
        call.finished.connect(partial(self._if_last, self._question, take))
        call.failed.connect(partial(self._if_last, self._question, fail))

    def _if_last(self, question: int, take: Callable[[Any], None], answer: object) -> None:
        if question == self._question:
            take(answer)

    def _on_stored(self, result: protocol.StoredResult) -> None:
        self.noted.emit(result.notes)
        if result.load is not None and not self._is_answered:
            self._begin(result.load, stored=True)

    def _forget_stored(self, _failure: CallFailure) -> None:
        """Do without the last one known."""

    def _on_failed(self, failure: CallFailure) -> None:
        self.failed.emit(failure)

    def _begin(self, load: LoadResult, *, stored: bool) -> None:
        self._is_answered, self.is_fresh = not stored, not stored
        self._load, self._offers = load, {}
        self._has_content = True
        self.begun.emit(load, stored)
        self.came.emit(load.storefront.basket)
        if load.next:
            self._ask_for_more(load.next, stored=stored)
        else:
            self._end(stored)

    def _ask_for_more(self, cursor: str, *, stored: bool) -> None:
        params = MoreParams(cursor=cursor, stored=stored, account=self._account)
        fail = self._forget_stored if stored else self._on_failed
        self._ask(Method.ESHOP_MORE, params, partial(self._on_more, stored=stored), fail)

    def _end(self, stored: bool) -> None:
        if not (stored and self._is_answered):
            self.whole.emit(self._load, stored)

    def _on_more(self, page: MoreResult, *, stored: bool) -> None:
        if stored and self._is_answered:
            return  # the shop's own has begun to come meanwhile
        raw = bytes(page.offers)
        self._offers.update((entry.program.licence_id, raw) for entry in page.entries)
        self.came.emit(page.entries)
        if page.next:
            self._ask_for_more(page.next, stored=stored)
        else:
            # A turn of its own: taking the last page was work enough for one.
            QTimer.singleShot(0, self, partial(self._if_last, self._question, self._end, stored))
