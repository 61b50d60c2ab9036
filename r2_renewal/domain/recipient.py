"""„Odbiorca": who gets what a customer buys, beside the customer as „Nabywca": a school, a branch, a member of a VAT group.

Rules: a recipient is on record with the vendor; it is named by a NIP, or by an internal identifier made of the buyer's NIP
(IDWew, ``NIP-00000``), or by its name and address alone; its role decides what the structured invoice says of the buyer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from r2_renewal.domain.company import show_nip
from r2_renewal.domain.recipient_role import RecipientRole

_INTERNAL_ID = re.compile(r"([1-9](?:\d[1-9]|[1-9]\d)\d{7})-\d{5}")


@dataclass(frozen=True, slots=True)
class Recipient:
    """A recipient of a customer's invoices.

    Attributes:
        recipient_id: the shop's identifier.
        name: name.
        nip: 10 digits; empty where it has none.
        internal_id: ``NIP-00000``; empty where it has none.
        street: street and number.
        postcode: ``00-000``.
        city: town.
        role: a ``RecipientRole``; one that this version does not know is a recipient like any other.
    """

    recipient_id: str
    name: str
    nip: str = ""
    internal_id: str = ""
    street: str = ""
    postcode: str = ""
    city: str = ""
    role: str = RecipientRole.RECIPIENT.value

    @property
    def address(self) -> str:
        """The address in one line."""
        return ", ".join(part for part in (self.street, f"{self.postcode} {self.city}".strip()) if part)

    @property
    def identifier(self) -> str:
        """NIP or internal identifier as people read it; empty where there is neither."""
        return f"NIP {show_nip(self.nip)}" if self.nip else f"IDWew {self.internal_id}" if self.internal_id else ""

    @property
    def line(self) -> str:
        """Name, identifier and address in one line, which tells recipients of one name apart."""
        return ", ".join(part for part in (self.name, self.identifier, self.address) if part)


def is_internal_id(text: str, nip: str) -> bool:
    """Whether a text is an internal identifier (IDWew) of the buyer with a NIP of 10 digits."""
    found = _INTERNAL_ID.fullmatch(text)
    return found is not None and found.group(1) == nip
