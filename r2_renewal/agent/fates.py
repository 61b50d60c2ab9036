"""What this computer knows of orders without a receipt, for whoever opens eSklep. Needs neither the shop nor the network."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

import msgspec

from r2_renewal.agent.protocol import Delivery, ErrorData, Message, OrderRefused
from r2_renewal.contract.reading import read
from r2_renewal.domain.consent import Document
from r2_renewal.domain.errors import ErrorCode, RenewalError
from r2_renewal.store.outbox import UNANSWERED, Outbox, OutboxRow, OutboxState


@dataclass(frozen=True, slots=True)
class Fates:
    """The fates of orders.

    Attributes:
        unanswered: licences with an order of which nobody knows yet whether it arrived.
        unsent: licences whose last order was not sent.
        refused: last orders that the shop refused.
    """

    unanswered: tuple[str, ...] = ()
    unsent: tuple[str, ...] = ()
    refused: tuple[OrderRefused, ...] = ()


def fates_of(outbox: Outbox) -> Fates:
    """Return the fates; none where the database cannot be read: eSklep can be looked at, ordering will say STORE."""
    try:
        unsettled, given_back = outbox.unsettled(), outbox.given_back()
    except RenewalError:
        return Fates()
    return Fates(
        tuple(one for row in unsettled if row.state in UNANSWERED for one in row.licence_ids),
        tuple(one for row in given_back if row.state is OutboxState.NOT_SENT for one in row.licence_ids),
        tuple(_refused(row) for row in given_back if row.state is OutboxState.REJECTED),
    )


class _BareRefusal(Message, frozen=True):
    """A refusal without its quote."""

    code: str
    delivery: str = ""
    document: Document | None = None
    fields: tuple[str, ...] = ()


def refusal_of(row: OutboxRow) -> ErrorData:
    """Return why the shop refused an order; a reason that cannot be read is INTERNAL."""
    with suppress(msgspec.MsgspecError, ValueError):
        return read(row.answer, ErrorData)
    with suppress(msgspec.MsgspecError, ValueError):
        # An earlier version wrote another quote; its price is asked for anew in any case.
        old = read(row.answer, _BareRefusal)
        return ErrorData(code=old.code, delivery=old.delivery, document=old.document, fields=old.fields)
    return ErrorData(code=ErrorCode.INTERNAL.value, delivery=Delivery.REFUSED.value)


def _refused(row: OutboxRow) -> OrderRefused:
    return OrderRefused(key=row.key, licence_ids=row.licence_ids, error=refusal_of(row))
