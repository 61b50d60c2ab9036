"""Automatic fulfilment for demo and tests: takes every order to fulfilled some seconds after it was first seen.

Rules: the wait is counted on a monotonic clock, so that a shop on a fixed date keeps it too; the database's work is done
off the event loop; one failure does not end the watch.
"""

from __future__ import annotations

import asyncio
import logging
import time

from r2_renewal.reference_shop.fulfilment import fulfil, open_orders
from r2_renewal.reference_shop.shop import Shop

POLL_SECONDS = 0.2
LOGGER = logging.getLogger("r2_renewal.shop")


async def watch(shop: Shop, seconds: float) -> None:
    """Fulfil orders ``seconds`` after they were first seen, until cancelled."""
    seen: dict[str, float] = {}
    while True:
        try:
            await asyncio.to_thread(_step, shop, seconds, seen)
        except Exception as error:
            LOGGER.error("automatic fulfilment failed: %s", type(error).__name__)
        await asyncio.sleep(POLL_SECONDS)


def _step(shop: Shop, seconds: float, seen: dict[str, float]) -> None:
    now = time.monotonic()
    for order_id in open_orders(shop):
        if now - seen.setdefault(order_id, now) >= seconds:
            fulfil(shop, order_id)
            del seen[order_id]
