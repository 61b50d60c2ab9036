"""The draft of an order form: what is worth keeping of it, and the form begun anew from it.

Rules: a draft holds what the customer chose and typed, never a tick, a price or a key; every box is unticked when the form comes
back and only the customer ticks it (CJEU C-673/17 Planet49); what the shop no longer offers is left out, the price is asked anew.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from r2_renewal.domain.dates import short_date
from r2_renewal.domain.offer import ServiceKind
from r2_renewal.domain.order import ConfirmedOrder, Orderer
from r2_renewal.domain.order_fields import Step
from r2_renewal.domain.order_flow import OrderFlow

# No field may be nearly so long: what is beyond is a slip, such as a whole document pasted.
LONGEST_TEXT = 1_000


@dataclass(frozen=True, slots=True)
class Draft:
    """What is kept of an order form.

    Attributes:
        kind: subscription or extension; None where not chosen.
        offer_id: the chosen item of the price list; empty where not chosen.
        invoice_email: „e-mail do faktury" as typed.
        orderer: the ordering person as typed.
        step: the page that was open, at most the summary.
    """

    kind: ServiceKind | None = None
    offer_id: str = ""
    invoice_email: str = ""
    orderer: Orderer = field(default_factory=Orderer)
    step: Step = Step.SERVICE


def draft_of(flow: OrderFlow) -> Draft:
    """Return what is worth keeping of an order form."""
    return Draft(
        kind=flow.kind,
        offer_id=flow.offer.offer_id if flow.offer else "",
        invoice_email=_kept(flow.invoice_email),
        orderer=_kept_orderer(flow.orderer),
        step=min(flow.step, Step.SUMMARY),
    )


def draft_of_order(confirmed: ConfirmedOrder) -> Draft:
    """Return the form of a confirmed order, to be given back should the shop refuse it."""
    quote = confirmed.quote
    orderer = _kept_orderer(confirmed.orderer)
    return Draft(quote.kind, quote.offer_id, _kept(confirmed.invoice_email), orderer, Step.SUMMARY)


def resumed(flow: OrderFlow, draft: Draft) -> OrderFlow:
    """Return a fresh order form with the draft in it: at its first page, without a price, every box unticked."""
    kept = flow.type_invoice_email(draft.invoice_email).type_orderer(draft.orderer)
    if draft.kind is None or not flow.storefront.offers_for(flow.entry.program.licence_id, draft.kind):
        return kept
    chosen = kept.choose_kind(draft.kind)
    offer = next((offer for offer in chosen.offers if offer.offer_id == draft.offer_id), None)
    return chosen if offer is None else chosen.choose_offer(offer)


def shown_day(saved_on: date, today: date) -> str:
    """Return the day of a draft for people: ``22.11.`` in the same year, else ``22.11.2025``."""
    text = short_date(saved_on)
    return text if saved_on.year != today.year else text.removesuffix(str(saved_on.year))


def _kept_orderer(orderer: Orderer) -> Orderer:
    return Orderer(_kept(orderer.first_name), _kept(orderer.last_name), _kept(orderer.phone), _kept(orderer.email))


def _kept(text: str) -> str:
    # A lone surrogate, such as half of a pasted emoji, has no bytes to be saved as.
    return text[:LONGEST_TEXT].encode("utf-8", "replace").decode("utf-8")
