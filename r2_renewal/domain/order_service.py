"""The first page of the order form as data: which programs, subscription or extension, which offer for each, at what price.

Rules: nothing is chosen but what the user clicked; the one subscription on offer comes with „Abonament", an extension's limit
never comes by itself; a price is for exactly the offers chosen, another one comes too late and is ignored.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from r2_renewal.domain.basket import BasketEntry, Storefront
from r2_renewal.domain.offer import Offer, Quote, ServiceKind

# The shop takes no longer order.
MOST_PROGRAMS = 50


@dataclass(frozen=True, slots=True)
class OrderItem:
    """One program of the order form.

    Attributes:
        entry: the program.
        offer: the chosen item of the price list; None until chosen.
        is_left_out: the user took it out of this order.
    """

    entry: BasketEntry
    offer: Offer | None = None
    is_left_out: bool = False

    @property
    def licence_id(self) -> str:
        """The program's licence."""
        return self.entry.program.licence_id


@dataclass(frozen=True, slots=True)
class Service:
    """What is being ordered.

    Attributes:
        items: the programs that the form was opened for.
        kind: subscription or extension; None until chosen.
        quote: price and periods; None until the shop told them.
    """

    items: tuple[OrderItem, ...]
    kind: ServiceKind | None = None
    quote: Quote | None = None

    @property
    def ordered(self) -> tuple[OrderItem, ...]:
        """The programs that are not left out."""
        return tuple(item for item in self.items if not item.is_left_out)

    @property
    def wanted(self) -> Mapping[str, str]:
        """What to price: offer by licence; empty as long as a program that is ordered has none."""
        chosen = {item.licence_id: item.offer.offer_id for item in self.ordered if item.offer is not None}
        return chosen if len(chosen) == len(self.ordered) <= MOST_PROGRAMS else {}

    def item(self, licence_id: str) -> OrderItem:
        """Return the program of a licence of this form."""
        return next(item for item in self.items if item.licence_id == licence_id)

    def of_kind(self, kind: ServiceKind, storefront: Storefront) -> Service:
        """Choose subscription or extension for every program."""
        items = tuple(replace(item, offer=_only(storefront, item, kind)) for item in self.items)
        return replace(self, kind=kind, items=items, quote=None)

    def with_offer(self, licence_id: str, offer: Offer | None) -> Service:
        """Choose an item of the price list for a program."""
        return self._changed(licence_id, lambda item: replace(item, offer=offer))

    def left_out(self, licence_id: str, is_left_out: bool) -> Service:
        """Take a program out of the order, or back into it."""
        return self._changed(licence_id, lambda item: replace(item, is_left_out=is_left_out))

    def joined(self, entries: tuple[BasketEntry, ...], storefront: Storefront) -> Service:
        """Take further programs in, and back in what was left out; those that are there stay as they are."""
        wanted = {entry.program.licence_id for entry in entries}
        mine = tuple(
            replace(item, is_left_out=item.is_left_out and item.licence_id not in wanted) for item in self.items
        )
        known = {item.licence_id for item in mine}
        new = (OrderItem(entry) for entry in entries if entry.program.licence_id not in known)
        items = (*mine, *(replace(item, offer=_only(storefront, item, self.kind)) for item in new))
        return self if items == self.items else replace(self, items=items, quote=None)

    def _changed(self, licence_id: str, change: Callable[[OrderItem], OrderItem]) -> Service:
        items = tuple(change(item) if item.licence_id == licence_id else item for item in self.items)
        return self if items == self.items else replace(self, items=items, quote=None)

    def priced(self, quote: Quote) -> Service:
        """Take the shop's price for what is wanted."""
        is_ours = {line.licence_id: line.offer_id for line in quote.lines} == self.wanted
        return replace(self, quote=quote) if is_ours else self


def _only(storefront: Storefront, item: OrderItem, kind: ServiceKind | None) -> Offer | None:
    if kind is not ServiceKind.SUBSCRIPTION:
        return None
    offers = storefront.offers_for(item.licence_id, kind)
    return offers[0] if len(offers) == 1 else None
