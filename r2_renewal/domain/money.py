"""Money: decimal amounts, VAT on the net total of a rate, Polish notation.

Rules: amounts are ``Decimal`` with two places, never floats; VAT is counted once on the net total of its rate and rounded
half-up to a grosz (art. 106e of the VAT act); ``1 234,56 zł`` has no-break spaces between groups and before „zł".
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from r2_renewal.domain.dates import NBSP

GROSZ = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in a currency.

    Attributes:
        amount: two decimal places.
        currency: ISO 4217 code.
    """

    amount: Decimal
    currency: str = "PLN"

    def __str__(self) -> str:
        return show_money(self)


@dataclass(frozen=True, slots=True)
class Price:
    """Net, VAT and gross that belong together.

    Attributes:
        net: before tax.
        vat: the tax.
        gross: to pay.
    """

    net: Money
    vat: Money
    gross: Money


def money(amount: str, currency: str = "PLN") -> Money:
    """Return the amount of a decimal string such as ``186.30``, with two places."""
    return Money(Decimal(amount).quantize(GROSZ, ROUND_HALF_UP), currency)


def price_with_vat(nets: Iterable[Money], rate: Decimal) -> Price:
    """Return the price of lines that share one VAT ``rate`` (``Decimal("0.23")``) and one currency."""
    lines = list(nets)
    net = sum((line.amount for line in lines), Decimal(0))
    vat = (net * rate).quantize(GROSZ, ROUND_HALF_UP)
    currency = lines[0].currency if lines else "PLN"
    return Price(Money(net, currency), Money(vat, currency), Money(net + vat, currency))


def sum_of(prices: Iterable[Price]) -> Price:
    """Return what prices in one currency, at least one, come to together."""
    first, *others = prices
    for other in others:
        net, vat, gross = (
            Money(mine.amount + its.amount, mine.currency)
            for mine, its in ((first.net, other.net), (first.vat, other.vat), (first.gross, other.gross))
        )
        first = Price(net, vat, gross)
    return first


def show_money(value: Money) -> str:
    """Return ``1 234,56 zł`` (or the ISO code of another currency), grouped from 1 000 up."""
    unit = "zł" if value.currency == "PLN" else value.currency
    whole = f"{value.amount.quantize(GROSZ, ROUND_HALF_UP):,.2f}"
    return whole.replace(",", NBSP).replace(".", ",") + NBSP + unit
