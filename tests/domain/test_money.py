"""Money: Polish notation and VAT on the net total of a rate."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r2_renewal.domain.money import money, price_with_vat, show_money

VAT = Decimal("0.23")


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        ("0", "0,00 zł"),
        ("999.99", "999,99 zł"),
        ("1234.56", "1 234,56 zł"),
        ("1234567.89", "1 234 567,89 zł"),
        ("-49.90", "-49,90 zł"),
    ],
)
def test_shown_as_poles_write_it_with_no_break_spaces(amount: str, shown: str) -> None:
    assert show_money(money(amount)) == shown.replace(" ", "\u00a0")


@pytest.mark.parametrize(
    ("nets", "net", "vat", "gross"),
    [
        (["186.30"], "186.30", "42.85", "229.15"),
        (["1234.56"], "1234.56", "283.95", "1518.51"),
        (["13.50"], "13.50", "3.11", "16.61"),
        (["1.50"], "1.50", "0.35", "1.85"),
        (["10.02", "10.02", "10.02"], "30.06", "6.91", "36.97"),
    ],
)
def test_vat_is_counted_once_on_the_net_total_and_rounded_half_up(
    nets: list[str], net: str, vat: str, gross: str
) -> None:
    price = price_with_vat([money(line) for line in nets], VAT)
    assert (price.net, price.vat, price.gross) == (money(net), money(vat), money(gross))


@given(st.lists(st.decimals("0.01", "99999.99", places=2), min_size=1, max_size=20))
def test_net_and_vat_make_gross_and_vat_is_within_half_a_grosz(nets: list[Decimal]) -> None:
    price = price_with_vat([money(str(net)) for net in nets], VAT)
    assert price.net.amount + price.vat.amount == price.gross.amount
    assert abs(price.vat.amount - sum(nets) * VAT) <= Decimal("0.005")


def test_foreign_currency_is_shown_with_its_code() -> None:
    assert show_money(money("12", "EUR")) == "12,00\u00a0EUR"
