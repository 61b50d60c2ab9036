"""The same agents, scripted shop and confirmed order as in ``tests/agent``: the fault rows break what is around them."""

from __future__ import annotations

from tests.agent.conftest import confirmed, hosts, shop, vendor

__all__ = ["confirmed", "hosts", "shop", "vendor"]
