"""Real agents, a scripted shop on raw sockets, and a confirmed order."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from r2_renewal.domain.consent import give
from r2_renewal.domain.order import ConfirmedOrder, Orderer
from tests.agent.conversation import Hosts
from tests.agent.scripted_shop import ScriptedShop
from tests.licence_files import Vendor
from tests.samples import CONSENT, SUBSCRIPTION, quote_for


@pytest.fixture(scope="session")
def vendor() -> Vendor:
    """Return a vendor with a signing key."""
    return Vendor()


@pytest.fixture
def shop(vendor: Vendor) -> Iterator[ScriptedShop]:
    """A healthy shop on loopback, to be scripted."""
    scripted = ScriptedShop(vendor)
    yield scripted
    scripted.close()


@pytest.fixture
def hosts(tmp_path: Path, vendor: Vendor, shop: ScriptedShop) -> Iterator[Hosts]:
    """Agents for a licence file that ends in 30 days, against the scripted shop."""
    started = Hosts(tmp_path, vendor, shop.url)
    started.licence.write_bytes(vendor.certificate())
    yield started
    started.close()


@pytest.fixture
def confirmed() -> ConfirmedOrder:
    """Return what a customer confirmed."""
    return ConfirmedOrder(
        key="7b6ff1c2-0001",
        quote=quote_for(SUBSCRIPTION),
        nip="5262831503",
        invoice_email="faktury@klosowska.example",
        orderer=Orderer("Anna", "Nowakowska", "+48601234567", "anna.nowak@klosowska.example"),
        consents={"lic-1": give(CONSENT, "Wyrażam zgodę na automatyczne odnowienie.")},
    )
