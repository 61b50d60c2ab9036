"""The orders: the list, cancelling, „Odstąp od umowy tutaj", and what came of each."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import msgspec

from r2_renewal.domain.errors import ErrorCode
from r2_renewal.domain.order import Order, OrderState
from r2_renewal.ui.orders_window import OrdersWindow
from r2_renewal.ui.withdrawal_dialog import WithdrawalDialog
from tests.driver import click, fill, wait_until
from tests.gallery.room import Room
from tests.samples import NOW, SUBSCRIPTION, TODAY, order_of, quote_for
from tests.ui.conftest import failure


def orders() -> tuple[Order, ...]:
    """Return an order in each state, the newer the earlier."""
    made = order_of(quote_for(SUBSCRIPTION))
    return tuple(
        replace(
            made,
            order_id=f"o-{at}",
            number=f"ZAM/2026/{90 - at:06}",
            state=state,
            placed_at=NOW - timedelta(days=at * 5),
        )
        for at, state in enumerate(OrderState)
    )


def show(room: Room) -> None:
    """Show the orders' states."""
    listed: dict[str, Any] = {"result": {"orders": msgspec.to_builtins(orders()), "next": "o-9"}}
    window = _open(room, listed)
    room.look("zamowienia", window)
    click(window, "Anuluj zamówienie")
    room.look("zamowienia-anulowac", window)
    for name, answer in (("puste", {"result": {"orders": []}}), ("bez-polaczenia", failure(ErrorCode.OFFLINE))):
        window = _open(room, answer)
        wait_until(lambda shown=window: shown.view.messages.text)
        room.look(f"zamowienia-{name}", window)
    _withdrawal(room, {}, "")
    _withdrawal(room, failure(ErrorCode.WITHDRAWAL_TOO_LATE), "-za-pozno")


def _open(room: Room, answer: dict[str, Any]) -> OrdersWindow:
    window = OrdersWindow(room.agent(orders__load=[answer]), lambda: TODAY, "kontakt@example.com", room.host)
    room.show(window)
    wait_until(lambda: window.view.order or window.view.messages.text)
    return window


def _withdrawal(room: Room, answer: dict[str, Any], name: str) -> None:
    dialog = WithdrawalDialog(orders()[0], room.agent(order__withdraw=[answer]), room.host)
    room.show(dialog)
    if not name:
        room.look("odstapienie", dialog)
        click(dialog, "Potwierdź odstąpienie od umowy")
        room.look("odstapienie-brak-nazwiska", dialog)
    fill(dialog, "Imię i nazwisko", "Anna Kłosowska")
    click(dialog, "Potwierdź odstąpienie od umowy")
    wait_until(lambda: "Wysyłam" not in dialog._messages.text)
    room.look(f"odstapienie{name or '-przyjete'}", dialog)
