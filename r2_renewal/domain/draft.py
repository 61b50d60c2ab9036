"""The draft of an order form: what is worth keeping of it, and the form begun anew from it.

Rules: a draft holds what the customer chose and typed, never a tick, a price or a key; every box is unticked when the form comes
back and only the customer ticks it (CJEU C-673/17 Planet49); what the shop no longer offers is left out, the price is asked anew.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date

from r2_renewal.domain.basket import BasketEntry, Storefront
from r2_renewal.domain.dates import short_date
from r2_renewal.domain.offer import ServiceKind
from r2_renewal.domain.order import ConfirmedOrder, Orderer
from r2_renewal.domain.order_fields import Step
from r2_renewal.domain.order_flow import OrderFlow

# No field may be nearly so long: what is beyond is a slip, such as a whole document pasted.
LONGEST_TEXT = 1_000


@dataclass(frozen=True, slots=True)
class DraftItem:
    """One program of a draft.

    Attributes:
        licence_id: the program's licence.
        offer_id: the chosen item of the price list; empty where not chosen.
        is_left_out: the customer took it out of the order.
    """

    licence_id: str
    offer_id: str = ""
    is_left_out: bool = False


@dataclass(frozen=True, slots=True)
class Draft:
    """What is kept of an order form.

    Attributes:
        kind: subscription or extension; None where not chosen.
        offer_id: only in a draft of an earlier version, which had one program: its chosen item of the price list.
        invoice_email: „e-mail do faktury" as typed.
        orderer: the ordering person as typed.
        step: the page that was open, at most the summary.
        items: the programs; none in a draft of an earlier version.
        recipient_id: whom the invoice names beside the customer; empty for nobody.
    """

    kind: ServiceKind | None = None
    offer_id: str = ""
    invoice_email: str = ""
    orderer: Orderer = field(default_factory=Orderer)
    step: Step = Step.SERVICE
    items: tuple[DraftItem, ...] = ()
    recipient_id: str = ""

    @property
    def licence_ids(self) -> tuple[str, ...]:
        """The programs that it is for."""
        return tuple(item.licence_id for item in self.items)

    def of_today(self, licence_ids: tuple[str, ...]) -> Draft:
        """Return the draft as this version writes it; ``licence_ids`` are those that it was kept under."""
        if self.items:
            return self
        items = tuple(DraftItem(licence_id, self.offer_id) for licence_id in licence_ids)
        return replace(self, offer_id="", items=items)


def draft_of(flow: OrderFlow) -> Draft:
    """Return what is worth keeping of an order form."""
    return Draft(
        kind=flow.kind,
        invoice_email=_kept(flow.contacts.invoice_email),
        orderer=_kept_orderer(flow.orderer),
        step=min(flow.step, Step.SUMMARY),
        items=tuple(
            DraftItem(item.licence_id, item.offer.offer_id if item.offer else "", item.is_left_out)
            for item in flow.items
        ),
        recipient_id=flow.recipient_id,
    )


def draft_of_order(confirmed: ConfirmedOrder) -> Draft:
    """Return the form of a confirmed order, to be given back should the shop refuse it."""
    quote = confirmed.quote
    return Draft(
        kind=quote.kind,
        invoice_email=_kept(confirmed.invoice_email),
        orderer=_kept_orderer(confirmed.orderer),
        step=Step.SUMMARY,
        items=tuple(DraftItem(line.licence_id, line.offer_id) for line in quote.lines),
        recipient_id=confirmed.recipient_id,
    )


def resumed(flow: OrderFlow, draft: Draft) -> OrderFlow:
    """Return a fresh order form with the draft in it: at its first page, without a price, every box unticked.

    Programs of the draft that cannot be ordered any more are left out of the form; those that it was opened for stay in it.
    """
    kept = flow.add(_orderable(flow.storefront, draft))
    kept = kept.type_invoice_email(draft.invoice_email)
    if any(one.recipient_id == draft.recipient_id for one in flow.storefront.recipients):
        kept = kept.choose_recipient(draft.recipient_id)
    if draft.orderer != Orderer():
        kept = kept.type_orderer(draft.orderer.as_typed)  # in place of the one remembered here
    if draft.kind is None or not any(flow.storefront.offers_for(one, draft.kind) for one in kept.licence_ids):
        return kept
    chosen = kept.choose_kind(draft.kind)
    for item in draft.items:
        if item.licence_id in chosen.licence_ids:
            chosen = _chosen(chosen, item)
    return chosen


def _orderable(storefront: Storefront, draft: Draft) -> tuple[BasketEntry, ...]:
    known = {entry.program.licence_id: entry for entry in storefront.basket if entry.is_orderable}
    return tuple(known[licence_id] for licence_id in draft.licence_ids if licence_id in known)


def _chosen(flow: OrderFlow, item: DraftItem) -> OrderFlow:
    offers = flow.offers_for(item.licence_id)
    offer = next((offer for offer in offers if offer.offer_id == item.offer_id), None)
    chosen = flow if offer is None else flow.choose_offer(item.licence_id, offer)
    return chosen.leave_out(item.licence_id, item.is_left_out)


def shown_day(saved_on: date, today: date) -> str:
    """Return the day of a draft for people: ``22.11.`` in the same year, else ``22.11.2025``."""
    text = short_date(saved_on)
    return text if saved_on.year != today.year else text.removesuffix(str(saved_on.year))


def _kept_orderer(orderer: Orderer) -> Orderer:
    return Orderer(_kept(orderer.first_name), _kept(orderer.last_name), _kept(orderer.phone), _kept(orderer.email))


def _kept(text: str) -> str:
    # A lone surrogate, such as half of a pasted emoji, has no bytes to be saved as.
    return text[:LONGEST_TEXT].encode("utf-8", "replace").decode("utf-8")
