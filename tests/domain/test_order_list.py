"""What may still be undone of an order, to the day."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from r2_renewal.domain.money import money, price_with_vat
from r2_renewal.domain.order import Order, OrderState
from r2_renewal.domain.order_list import may_be_cancelled, may_be_withdrawn_from, withdrawal_until
from tests.samples import VAT


def order(state: OrderState, placed_at: datetime) -> Order:
    return Order("o-1", "ZAM/2026/000001", state, placed_at, (), price_with_vat([money("1.00")], VAT), "a@b.example")


@pytest.mark.parametrize("state", OrderState)
def test_only_an_order_that_is_not_accepted_may_be_cancelled(state: OrderState) -> None:
    placed = order(state, datetime(2026, 11, 22, 8, 0, tzinfo=UTC))
    assert may_be_cancelled(placed) is (state is OrderState.PLACED)


@pytest.mark.parametrize(
    ("placed_at", "last"),
    [
        (datetime(2026, 11, 22, 8, 0, tzinfo=UTC), date(2026, 12, 6)),
        # Past midnight in Warsaw already, though not in UTC: the day after the order begins a day later.
        (datetime(2026, 11, 22, 23, 30, tzinfo=UTC), date(2026, 12, 7)),
        (datetime(2028, 2, 20, 12, 0, tzinfo=UTC), date(2028, 3, 5)),
    ],
)
def test_the_last_of_fourteen_days_counts_to_its_end(placed_at: datetime, last: date) -> None:
    placed = order(OrderState.FULFILLED, placed_at)
    assert withdrawal_until(placed) == last
    assert may_be_withdrawn_from(placed, last)
    assert not may_be_withdrawn_from(placed, date.fromordinal(last.toordinal() + 1))


@pytest.mark.parametrize("state", OrderState)
def test_from_an_order_that_is_undone_nobody_withdraws(state: OrderState) -> None:
    placed = order(state, datetime(2026, 11, 22, 8, 0, tzinfo=UTC))
    undone = state in (OrderState.CANCELLED, OrderState.WITHDRAWN)
    assert may_be_withdrawn_from(placed, date(2026, 11, 22)) is not undone
