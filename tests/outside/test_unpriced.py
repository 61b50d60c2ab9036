"""„Dalej" on „Usługa" where the shop gave no price: tried again, said, and never silent."""

from __future__ import annotations

from typing import Any

from r2_renewal.domain.errors import ErrorCode
from tests.driver import click, go_on, tick, wait_until
from tests.ui.conftest import agent, failure
from tests.ui.test_order_wizard import opened, shown

__all__ = ["agent", "opened"]


def test_next_without_a_price_asks_for_it_again(opened: Any) -> None:
    form, asked = opened(order__quote=[failure(ErrorCode.OFFLINE), failure(ErrorCode.OFFLINE), {}])
    tick(form, "Abonament")
    wait_until(lambda: ErrorCode.OFFLINE.value in shown(form), what="the failure")
    click(form, "Dalej")
    assert ErrorCode.OFFLINE.value not in shown(form)
    wait_until(lambda: ErrorCode.OFFLINE.value in shown(form), what="the second failure")
    assert len(asked.asked("order.quote")) == 2
    click(form, "Dalej")
    wait_until(lambda: form.flow.quote is not None, what="price")
    assert shown(form) == ""
    go_on(form, "Dane do faktury")


def test_next_while_the_price_is_on_its_way_asks_once(opened: Any) -> None:
    form, asked = opened(order__quote=[{"after": 0.5}])
    tick(form, "Abonament")
    for _ in range(3):
        click(form, "Dalej")
        assert shown(form)
    wait_until(lambda: form.flow.quote is not None, what="price")
    assert len(asked.asked("order.quote")) == 1
