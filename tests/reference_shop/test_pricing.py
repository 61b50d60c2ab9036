"""Prices and periods: pure rules, with the vendor's worked examples."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r2_renewal.domain.money import Money, Price, money, price_with_vat, sum_of
from r2_renewal.domain.offer import Offer, ServiceKind
from r2_renewal.domain.program import OwnedProgram
from r2_renewal.reference_shop.pricing import (
    STANDARD_VAT,
    Line,
    Tier,
    line_of,
    offers,
    own_tier,
    period_of,
    prorated,
    vat_totals,
)
from r2_renewal.reference_shop.seed import PRICES

TODAY = date(2026, 11, 22)
END = date(2026, 12, 22)
EARLIER = date(2026, 11, 21)  # the last day on which an extension to END is on sale
TIERS = [
    Tier(f"{product}-{limit}", product, name, limit, money(net), STANDARD_VAT) for product, name, limit, net in PRICES
]


def program(employees: int = 50, valid_until: date = END, product: str = "r2platnik") -> OwnedProgram:
    return OwnedProgram("L-1", "P-1", product, "R2płatnik", "Standard", valid_until, 1, {"employees": employees})


def quoted(offer: Offer, owned: OwnedProgram, today: date = TODAY) -> Line:
    return line_of(offer, owned, TIERS, today)


def gross_price(line: Line) -> Price:
    return price_with_vat([line.offer.net], line.vat_rate)


def price(net: str, vat: str, gross: str) -> Price:
    return Price(money(net), money(vat), money(gross))


def test_a_program_is_offered_its_subscription_and_every_higher_limit() -> None:
    assert [(o.kind, o.name, o.limits) for o in offers(program(5), TIERS, EARLIER)] == [
        (ServiceKind.SUBSCRIPTION, "Abonament R2płatnik do 5 pracowników", {"employees": 5}),
        (ServiceKind.EXTENSION, "Rozszerzenie R2płatnik do 50 pracowników", {"employees": 50}),
        (ServiceKind.EXTENSION, "Rozszerzenie R2płatnik do 100 pracowników", {"employees": 100}),
    ]


def test_the_highest_tier_has_nothing_to_be_extended_to() -> None:
    assert [offer.kind for offer in offers(program(100), TIERS, EARLIER)] == [ServiceKind.SUBSCRIPTION]


def test_an_ended_subscription_can_be_renewed_but_not_extended() -> None:
    lapsed = program(valid_until=TODAY - timedelta(days=1))
    assert [offer.kind for offer in offers(lapsed, TIERS, TODAY)] == [ServiceKind.SUBSCRIPTION]


@pytest.mark.parametrize(("days_left", "on_sale"), [(365, True), (31, True), (30, False), (1, False), (0, False)])
def test_an_extension_is_on_sale_while_its_renewal_can_be_told_thirty_days_before(
    days_left: int, on_sale: bool
) -> None:
    today = END - timedelta(days=days_left)
    kinds = [offer.kind for offer in offers(program(), TIERS, today)]
    assert kinds == [ServiceKind.SUBSCRIPTION] + [ServiceKind.EXTENSION] * on_sale


@given(employees=st.sampled_from([5, 50, 100]), days_left=st.integers(-400, 400))
def test_no_order_enrols_in_a_renewal_nearer_than_its_notice(employees: int, days_left: int) -> None:
    owned, today = program(employees), END - timedelta(days=days_left)
    for offer in offers(owned, TIERS, today):
        tomorrow = today + timedelta(days=1)
        assert quoted(offer, owned, today).renewal_date - tomorrow >= timedelta(days=30)


def test_a_limit_between_two_tiers_pays_the_tier_that_covers_it() -> None:
    tier = own_tier(program(60), TIERS)
    assert tier is not None
    assert tier.limit == 100


@pytest.mark.parametrize("owned", [program(101), program(product="r2inny")])
def test_what_the_price_list_does_not_cover_is_not_offered(owned: OwnedProgram) -> None:
    assert offers(owned, TIERS, TODAY) == ()


def test_one_station_stands_in_the_singular() -> None:
    one = OwnedProgram("L-1", "P-1", "r2faktury", "R2faktury", "Standard", END, 1, {"stations": 1})
    assert offers(one, TIERS, TODAY)[0].name == "Abonament R2faktury do 1 stanowiska"


@pytest.mark.parametrize(
    ("employees", "expected"),
    [
        (5, price("186.30", "42.85", "229.15")),
        (50, price("455.40", "104.74", "560.14")),
        (100, price("662.40", "152.35", "814.75")),
    ],
)
def test_a_subscription_costs_its_tier_with_vat_half_up(employees: int, expected: Price) -> None:
    owned = program(employees)
    quote = quoted(offers(owned, TIERS, TODAY)[0], owned)
    assert (gross_price(quote), quote.renewal_price) == (expected, expected)


def test_a_subscription_runs_from_the_day_after_the_current_end() -> None:
    owned = program()
    quote = quoted(offers(owned, TIERS, TODAY)[0], owned)
    assert (quote.period_from, quote.period_to) == (date(2026, 12, 23), date(2027, 12, 22))
    assert (quote.renewal_date, quote.cancel_until) == (date(2027, 12, 23), date(2027, 12, 22))


@pytest.mark.parametrize(
    ("end", "today", "first", "last"),
    [
        (END, END, date(2026, 12, 23), date(2027, 12, 22)),
        (END, date(2026, 12, 23), date(2026, 12, 23), date(2027, 12, 22)),
        (END, date(2027, 2, 10), date(2027, 2, 10), date(2028, 2, 9)),
        (date(2028, 2, 29), date(2028, 2, 1), date(2028, 3, 1), date(2029, 2, 28)),
        (date(2028, 2, 28), date(2028, 2, 1), date(2028, 2, 29), date(2029, 2, 28)),
    ],
)
def test_the_period_of_a_subscription(end: date, today: date, first: date, last: date) -> None:
    assert period_of(ServiceKind.SUBSCRIPTION, end, today) == (first, last)


@given(
    end=st.dates(date(2020, 1, 1), date(2040, 12, 31)),
    ago=st.integers(-800, 800),
)
def test_no_paid_day_is_lost_and_no_day_is_skipped(end: date, ago: int) -> None:
    today = end + timedelta(days=ago)
    first, last = period_of(ServiceKind.SUBSCRIPTION, end, today)
    assert first == max(end + timedelta(days=1), today)
    assert 365 <= (last - first).days + 1 <= 366


def test_an_extension_is_effective_at_once_and_ends_with_the_subscription() -> None:
    owned = program()
    quote = quoted(offers(owned, TIERS, EARLIER)[1], owned, EARLIER)
    assert (quote.period_from, quote.period_to) == (EARLIER, END)
    assert (quote.renewal_date, quote.cancel_until) == (date(2026, 12, 23), END)


def test_an_extension_costs_the_difference_for_the_days_left() -> None:
    # 662.40 - 455.40 = 207.00 a year of 365 days; 21.11–22.12 is 32 days: 207.00 × 32 / 365 = 18.147… zł
    owned = program()
    quote = quoted(offers(owned, TIERS, EARLIER)[1], owned, EARLIER)
    assert gross_price(quote) == price("18.15", "4.17", "22.32")
    assert quote.renewal_price == price("662.40", "152.35", "814.75")


@pytest.mark.parametrize(
    ("today", "last", "share"),
    [
        (date(2026, 12, 22), date(2026, 12, 22), "0.57"),
        (date(2025, 12, 23), date(2026, 12, 22), "207.00"),
        (date(2027, 3, 1), date(2028, 2, 29), "207.00"),
    ],
)
def test_the_share_of_a_year_both_days_counted(today: date, last: date, share: str) -> None:
    assert prorated(money("455.40"), money("662.40"), today, last) == money(share)


@given(
    lower=st.decimals("1", "5000", places=2),
    more=st.decimals("0.01", "5000", places=2),
    days=st.integers(0, 364),
)
def test_a_shorter_extension_never_costs_more(lower: Decimal, more: Decimal, days: int) -> None:
    cheap, dear = Money(lower), Money(lower + more)
    today = END - timedelta(days=days)
    longer = prorated(cheap, dear, today - timedelta(days=1), END)
    assert Decimal(0) <= prorated(cheap, dear, today, END).amount <= longer.amount


def test_vat_is_counted_on_the_net_total_of_each_rate() -> None:
    # 3 × 0.33 zł at 23 %: 0.99 × 0.23 = 0.2277, half-up 0.23; line by line it would be 3 × 0.08 = 0.24
    lines = [(Decimal("0.23"), money("0.33"))] * 3 + [(Decimal("0.08"), money("100.00"))]
    high, low = vat_totals(lines)
    assert (high.rate, high.price) == (Decimal("0.23"), price("0.99", "0.23", "1.22"))
    assert (low.rate, low.price) == (Decimal("0.08"), price("100.00", "8.00", "108.00"))
    assert sum_of([high.price, low.price]) == price("100.99", "8.23", "109.22")


@given(
    st.lists(st.tuples(st.sampled_from(["0.23", "0.08", "0.05"]), st.decimals("0.01", "9999", places=2)), min_size=1)
)
def test_the_totals_of_the_rates_are_the_whole(lines: list[tuple[str, Decimal]]) -> None:
    totals = vat_totals((Decimal(rate), Money(net)) for rate, net in lines)
    whole = sum_of(total.price for total in totals)
    assert whole.net.amount == sum(net for _, net in lines)
    assert whole.gross.amount == whole.net.amount + whole.vat.amount
    assert [total.rate for total in totals] == sorted({Decimal(rate) for rate, _ in lines}, reverse=True)
