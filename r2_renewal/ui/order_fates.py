"""What eSklep says of orders without a receipt: which of „nie wiemy", „nie wysłane", „nie przyjęte" is true at any start."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from r2_renewal.agent.protocol import LoadResult, OrderRefused
from r2_renewal.domain.basket import BasketEntry
from r2_renewal.domain.errors import ErrorCode
from r2_renewal.domain.order_fields import Field
from r2_renewal.ui.error_texts import sentence

_NAMES = {
    Field.INVOICE_EMAIL: "e-mail do faktury",
    Field.RECIPIENT: "Odbiorca",
    Field.FIRST_NAME: "Imię",
    Field.LAST_NAME: "Nazwisko",
    Field.PHONE: "Telefon",
    Field.EMAIL: "E-mail",
}


@dataclass(frozen=True, slots=True)
class GivenBack:
    """An order that came to nothing and whose form waits.

    Attributes:
        licence_id: the program that it was for.
        code: why.
        text: what to say of it.
        is_on_sale: whether it can be ordered once more.
    """

    licence_id: str
    code: ErrorCode
    text: str
    is_on_sale: bool


def fate_words(result: LoadResult) -> dict[str, str]:
    """Return what the basket says of each licence whose last order has no receipt; that none can be had any more says enough."""
    gone = {entry.program.licence_id for entry in result.storefront.basket if not entry.on_sale}
    words = {
        **dict.fromkeys(result.unsent, "nie wysłane"),
        **{licence_id: "nie przyjęte" for refused in result.refused for licence_id in refused.licence_ids},
    }
    left = {licence_id: word for licence_id, word in words.items() if licence_id not in gone}
    return {**left, **dict.fromkeys(result.unanswered, "nie wiemy, czy dotarło")}


def given_back(result: LoadResult, entries_of: Callable[[set[str]], Iterable[BasketEntry]]) -> GivenBack | None:
    """Return the first order that came to nothing, of a program in the basket; None where there is none.

    Args:
        result: what is known of orders.
        entries_of: returns the programs of some licences, on whatever page of the basket they came.
    """
    refused = {licence_id: order for order in result.refused for licence_id in order.licence_ids}
    concerned = {*result.unsent, *refused}
    for entry in entries_of(concerned) if concerned else ():
        licence_id, name = entry.program.licence_id, entry.program.name
        if licence_id in refused:
            order = refused[licence_id]
            return GivenBack(
                licence_id, ErrorCode.named(order.error.code), not_accepted_text(name, order), entry.on_sale
            )
        if licence_id in result.unsent:
            return GivenBack(licence_id, ErrorCode.ORDER_NOT_SENT, not_sent_text(name), entry.on_sale)
    return None


def not_sent_text(program: str) -> str:
    """Return the words for an order that waits on this computer."""
    return f"Zamówienie dla programu {program} nie zostało wysłane. Zachowaliśmy wpisane dane na tym komputerze."


def not_accepted_text(program: str, refused: OrderRefused) -> str:
    """Return the words for an order that the shop refused, with the reason."""
    code, names = (
        ErrorCode.named(refused.error.code),
        [_NAMES[field] for field in _NAMES if field in refused.error.fields],
    )
    reason = f"Popraw pola: {', '.join(names)}." if names else sentence(code)
    return (
        f"Zamówienie dla programu {program} nie zostało przyjęte. {reason} Zachowaliśmy wpisane dane na tym komputerze."
    )
