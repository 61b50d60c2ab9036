"""A program that a customer owns and the limits that its licence grants.

The records that a silent start touches are named tuples: ``dataclasses`` would cost it more than reading the licence.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import NamedTuple


class OwnedProgram(NamedTuple):
    """One owned program with its limits, as written in a licence or told by the shop.

    Attributes:
        licence_id: the shop's identifier of the licence; orders and licence files refer to it.
        program_id: stable identifier of the installed program.
        product: the vendor's product code, e.g. ``r2platnik``.
        name: name shown to people, e.g. ``R2płatnik``.
        edition: edition shown to people.
        valid_until: last day of the subscription (Warsaw calendar); None for a perpetual licence, which nobody is asked about.
        seq: counter of issued licences, never falling.
        limits: e.g. ``{"employees": 50}``; an absent limit is unlimited.
        services: what the subscription covers, e.g. ``("updates", "help", "online_data")``.
    """

    licence_id: str
    program_id: str
    product: str
    name: str
    edition: str
    valid_until: date | None
    seq: int
    limits: Mapping[str, int] = MappingProxyType({})
    services: tuple[str, ...] = ()

    @property
    def last_day(self) -> date:
        """The last day to sort and compare by: the calendar's last one for a perpetual licence."""
        return date.max if self.valid_until is None else self.valid_until

    @property
    def is_perpetual(self) -> bool:
        """Whether the subscription never ends; 9999-12-31 is how some shops write that."""
        return self.last_day == date.max
