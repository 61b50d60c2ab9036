"""What host and agent say to each other of the basket, which comes page by page."""

from __future__ import annotations

from msgspec import Raw

from r2_renewal.agent.failure_messages import OrderRefused
from r2_renewal.agent.licence_messages import LicenceNotes
from r2_renewal.agent.messages import Message
from r2_renewal.domain.basket import BasketEntry, Storefront


class LoadResult(Message, frozen=True):
    """What eSklep opens with.

    Attributes:
        storefront: the basket, the offers and the texts.
        unanswered: licences with an order of which nobody knows yet whether it arrived; not to be ordered again.
        unsent: licences whose last order was not sent, and whose form waits as a draft.
        refused: last orders that the shop refused, and whose form waits as a draft.
        next: what to ask for the rest of the basket with; empty where this is all.
    """

    storefront: Storefront
    unanswered: tuple[str, ...] = ()
    unsent: tuple[str, ...] = ()
    refused: tuple[OrderRefused, ...] = ()
    next: str = ""


class MoreParams(Message, frozen=True):
    """The rest of a basket.

    Attributes:
        cursor: the ``next`` of the answer before.
        stored: whether that was a stored one.
        account: whether it was of the account's programs.
    """

    cursor: str
    stored: bool = False
    account: bool = False


class MoreResult(Message, frozen=True):
    """A further page of the basket.

    Attributes:
        entries: its rows.
        offers: what may be ordered for them, a list of ``Offer``; left as it came until somebody orders.
        next: what to ask for the next page with; empty on the last one.
    """

    entries: tuple[BasketEntry, ...]
    offers: Raw = Raw(b"[]")
    next: str = ""


class StoredResult(Message, frozen=True):
    """What this computer knows by itself.

    Attributes:
        load: what eSklep was shown last, as it was loaded then; None where nothing is kept.
        notes: what there is to say of the licence file.
    """

    load: LoadResult | None = None
    notes: LicenceNotes = LicenceNotes()
