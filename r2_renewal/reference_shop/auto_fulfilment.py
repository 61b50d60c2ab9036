"""Orders that move by themselves while the shop serves: accepted and invoiced at once; in demo and tests fulfilled as well.

Rules: the wait before fulfilment is counted on a monotonic clock, so that a shop on a fixed date keeps it too; the database's
work is done off the event loop; one failure does not end the watch, nor one order that cannot be moved on the others'.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable

from r2_renewal.domain.errors import RenewalError
from r2_renewal.domain.order import OrderState
from r2_renewal.reference_shop.fulfilment import fulfil, invoice, open_orders
from r2_renewal.reference_shop.shop import Shop

POLL_SECONDS = 0.2
_PATIENCE = 60.0  # seconds until an order that could not be moved on is tried again
LOGGER = logging.getLogger("r2_renewal.shop")


async def watch(shop: Shop) -> None:
    """Do with open orders what the shop's settings say, until cancelled."""
    placed, seen = dict[str, float](), dict[str, float]()
    while True:
        try:
            await asyncio.to_thread(_step, shop, placed, seen)
        except Exception as error:
            LOGGER.error("automatic fulfilment failed: %s", type(error).__name__)
        await asyncio.sleep(POLL_SECONDS)


def _step(shop: Shop, placed: dict[str, float], seen: dict[str, float]) -> None:
    if shop.settings.invoicing:
        _invoice_after(shop, shop.settings.accept_after, placed)
    if shop.settings.auto_fulfil is not None:
        _fulfil_after(shop, shop.settings.auto_fulfil, seen)


def _invoice_after(shop: Shop, seconds: float, placed: dict[str, float]) -> None:
    now = time.monotonic()
    for order_id in open_orders(shop, OrderState.PLACED, OrderState.ACCEPTED):
        if now - placed.setdefault(order_id, now) >= seconds:
            placed[order_id] = now + _PATIENCE
            if _is_moved(invoice, shop, order_id):
                del placed[order_id]


def _fulfil_after(shop: Shop, seconds: float, seen: dict[str, float]) -> None:
    now = time.monotonic()
    for order_id in open_orders(shop):
        if now - seen.setdefault(order_id, now) >= seconds:
            seen[order_id] = now + _PATIENCE
            if _is_moved(fulfil, shop, order_id):
                del seen[order_id]


def _is_moved(move: Callable[[Shop, str], bool], shop: Shop, order_id: str) -> bool:
    """Move an order on; one that cannot be moved is tried again later, and does not keep the others."""
    try:
        move(shop, order_id)
    except RenewalError as error:
        LOGGER.error("an order cannot be moved on: %s", error)
        return False
    return True
