"""A customer of a thousand programs: a licence file for each, and the whole way to the last of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from r2_renewal.contract import paths
from r2_renewal.domain.licence import MAX_CERTIFICATE_BYTES
from r2_renewal.licensing.reader import parse_certificate
from r2_renewal.reference_shop.licence_files import sign
from r2_renewal.reference_shop.seed import CUSTOMER_ID
from r2_renewal.reference_shop.shop import Shop
from r2_renewal.reference_shop.tables import Customer, LicenceRow
from tests.reference_shop.conftest import DAYS_LEFT, TODAY
from tests.reference_shop.module import Module

PROGRAMS = 1000


def add_programs(shop: Shop) -> None:
    with shop.database.writing() as session:
        customer = session.get_one(Customer, CUSTOMER_ID)
        for number in range(PROGRAMS):
            row = LicenceRow(
                id=f"L-MANY-{number:04}",
                customer_id=CUSTOMER_ID,
                customer=customer,
                program_id=f"P-MANY-{number:04}",
                product="r2platnik",
                name=f"R2płatnik {number}",
                edition="Standard",
                valid_until=TODAY + timedelta(days=DAYS_LEFT),
                seq=1,
                limits={"employees": 50},
                services=["updates"],
            )
            session.add(row)
            sign(shop.settings, row)


def pages_of(module: Module) -> Iterator[dict[str, Any]]:
    page = module.storefront()
    for _ in range(PROGRAMS):
        yield page
        if not page.get("next"):
            return
        answer = module.get(f"{paths.PROGRAMS}?cursor={page['next']}")
        assert answer.status_code == 200, answer.text
        page = answer.json()


def test_the_whole_way_with_a_thousand_programs(module: Module, shop: Shop) -> None:
    add_programs(shop)
    pages = list(pages_of(module))
    listed = [entry["licence_id"] for page in pages for entry in page["programs"]]
    assert len(set(listed)) == len(listed) >= PROGRAMS
    last = f"L-MANY-{PROGRAMS - 1:04}"
    assert last in listed
    file = module.get(paths.licence_file(last))
    assert file.status_code == 200
    assert len(file.content) < MAX_CERTIFICATE_BYTES / 10
    licence = parse_certificate(file.content, shop.settings.trusted_keys)
    assert [program.licence_id for program in licence.programs] == [last]
    wanted = [offer for page in pages for offer in page["offers"] if offer["licence_id"] == last]
    offer = next(offer for offer in wanted if offer["kind"] == "subscription")
    assert module.order_from(last, offer["offer_id"])["state"] == "placed"
